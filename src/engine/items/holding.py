"""What becomes of items that wait with their e-mails, once somebody has sent or discarded those (AU9)."""

from collections.abc import Collection

from engine import find
from engine.enums import ItemState, Outcome
from engine.items import mailing
from engine.items.closing import put, tell
from engine.work import Work, changed
from store.writes import client_items, items


async def lock(work: Work, item_ids: Collection[str]) -> None:
    """Locks the jobs to which items belong."""
    if item_ids:
        await work.lock_jobs(await items.jobs_of(work.db, work.firm_id, item_ids))


async def released(work: Work, item_ids: Collection[str]) -> None:
    """Some of their e-mails go out: their clients see the items."""
    if item_ids:
        await mailing.release(work, sorted(item_ids))


async def discarded(work: Work, item_ids: Collection[str]) -> None:
    """None of their e-mails goes out: the items are cancelled."""
    for item_id in await client_items.unwritten(work.db, work.firm_id, item_ids):
        item = await find.any_item(work, item_id)
        if item["open"]:
            await put(work, item, Outcome.CANCELLED)


async def unread(work: Work, item_ids: Collection[str]) -> None:
    """The readers of their e-mails come into the portal no more: what nobody else gets is to be sent by hand again."""
    for item_id in await client_items.unwritten(work.db, work.firm_id, item_ids):
        item = await find.any_item(work, item_id)
        if item["open"]:
            await mailing.withdraw(work, item)
            await tell(work, item, changed("state", item["state"], ItemState.DRAFT))
