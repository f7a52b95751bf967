"""What clients do with their own items (AC5): nothing else is there for them."""

from dataclasses import dataclass

from engine import find, notifications
from engine.enums import ErrorCode, ItemKind, NotificationKind, Outcome
from engine.errors import invalid, missing
from engine.firm import audience
from engine.items import closing
from engine.notifications import Told
from engine.work import Work, changed
from store.database import Row
from store.writes import client_items, items, jobs, portal


@dataclass(frozen=True, slots=True)
class MarkPortalItemSeen:
    """Notes that the client has looked at an item."""

    item_id: str


async def mark_portal_item_seen(work: Work, command: MarkPortalItemSeen) -> str:
    """Notes that a client has looked at an item, the first time; answers its id."""
    item = await own(work, command.item_id, "item_id")
    if await client_items.see(work.db, work.firm_id, item["id"], work.now):
        await client_items.count(work.db, work.firm_id, item["id"], work.now)
        await closing.tell(work, item)
    return command.item_id


async def own(work: Work, item_id: str, *path: str, kind: ItemKind | None = None) -> Row:
    """An item that the client is shown, of a kind where one is named; locked, after its jobs.

    Archived jobs hold clients up in nothing: they do not know of them.
    """
    await work.lock_jobs(await items.jobs_of(work.db, work.firm_id, [item_id]))
    if await client_items.own(work.db, work.firm_id, item_id, work.client.contact_id) is None:
        raise missing("item", *path)
    item = await find.any_item(work, item_id)
    if kind not in (None, item["kind"]):
        raise missing("item", *path)
    return item


async def own_open(work: Work, item_id: str, *path: str, kind: ItemKind) -> Row:
    """The same, refused once it is closed."""
    item = await own(work, item_id, *path, kind=kind)
    if not item["open"]:
        raise invalid(ErrorCode.CLOSED, "There is nothing more to do about it.", *path)
    return item


async def begin(work: Work, item: Row) -> None:
    """Notes that a client has begun to answer a locked item, or has gone on."""
    await client_items.begin(work.db, work.firm_id, item["id"], work.now)
    await client_items.count(work.db, work.firm_id, item["id"], work.now)
    await closing.tell(work, item, *([] if item["started_at"] else [changed("state", item["state"], "STARTED")]))


async def finish(work: Work, item: Row, text: str) -> None:
    """Closes a locked item that its client has just finished, and tells those who wait for it."""
    await client_items.begin(work.db, work.firm_id, item["id"], work.now)
    await closing.put(work, item, Outcome.DONE)
    await tell(work, item, text)


async def tell(work: Work, item: Row, text: str) -> None:
    """Tells members what a client has done about an item: the assignees of its jobs, and whoever made it (AC4)."""
    linked = await items.jobs_of(work.db, work.firm_id, [item["id"]])
    assigned = await jobs.assignees(work.db, work.firm_id, linked)
    people: dict[str, str | None] = {member_id: job_id for job_id, some in assigned.items() for member_id in some}
    maker = item["created_by"]
    if maker is not None and (maker, item["account_id"]) in await audience.knowing(work, [maker], [item["account_id"]]):
        people.setdefault(maker, None)
    them = await audience.of(work, set(people), linked)
    told = [
        Told(member_id, job_id, item["id"], f"{await _name(work)} {text} {item['title']}.", work.cause)
        for member_id, job_id in people.items()
        if job_id is None or them.sees(member_id, job_id)
    ]
    await notifications.tell(work, NotificationKind.ITEM_ANSWERED, told)


async def _name(work: Work) -> str:
    """What the client who acts is called."""
    found = await portal.addressee(work.db, work.firm_id, work.client.contact_id)
    return str(found["name"]) if found else ""
