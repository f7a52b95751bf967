"""How items come to their clients: by an e-mail to each contact who comes into the portal, and there (AU9).

An item is sent with its e-mails. While the firm holds its mail to clients back the item waits with them, and the
portal does not show it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from engine.enums import Delivery, HistoryAction, ItemKind
from engine.items import reminders
from engine.items.rules import kinds
from engine.mail import drafts, emails
from engine.mail.drafts import Draft, Words
from engine.portal.links import PLACE
from engine.time.periods import full_date
from engine.work import Work, changed
from store.database import Row
from store.writes import client_items, due, items
from store.writes import emails as writes

UNREACHABLE: Final = (
    "The account has no contact who comes into the portal and wants to be written to: invite one, then try again."
)

LETTER: Final = """Hello {name},

{message}{firm} asks you to {ask}:

{title}
{due}
Come in here:

{place}

The link is yours alone, and good once, for three days. After that, ask for another one with your e-mail address.
"""


@dataclass(frozen=True, slots=True)
class Going:
    """An item that goes to its client, and by which job and turn of an automation."""

    item_id: str
    kind: ItemKind
    account_id: str
    title: str
    message: str | None = None
    due_date: date | None = None
    job_id: str | None = None
    run_id: str | None = None
    lane: tuple[int, int] | None = None


async def send(work: Work, goings: Sequence[Going]) -> None:
    """Sends items with their e-mails, or has both wait. Their accounts have been found to be reachable."""
    await drafts.make(work, [draft for some in (await letters(work, goings)).values() for draft in some])
    await deliver(work, [going.item_id for going in goings])


async def unreachable(work: Work, account_ids: Collection[str]) -> set[str]:
    """Those of the accounts to which nothing can be sent."""
    return set(account_ids) - (await client_items.addressees(work.db, work.firm_id, account_ids)).keys()


async def letters(
    work: Work, goings: Sequence[Going], text: str = LETTER, *, reminds: bool = False
) -> Mapping[str, Sequence[Draft]]:
    """The e-mails that bring items, by the items: one to each contact who is written to."""
    contacts = await client_items.addressees(work.db, work.firm_id, {going.account_id for going in goings})
    firm = await writes.sender(work.db, work.firm_id)
    return {
        going.item_id: [
            _letter(firm, going, contact, text, reminds=reminds) for contact in contacts.get(going.account_id, ())
        ]
        for going in goings
    }


def _letter(firm: Row, going: Going, contact: Row, text: str, *, reminds: bool) -> Draft:
    name = firm["sender_name"] or firm["name"]
    said = text.format(
        name=contact["name"],
        firm=name,
        title=going.title,
        ask=kinds()[going.kind].ask,
        message=f"{going.message}\n\n" if going.message else "",
        due=f"Please by {full_date(going.due_date)}.\n" if going.due_date else "",
        place=PLACE,
    )
    return Draft(
        to_name=contact["name"],
        to_address=contact["email"],
        words=Words(f"{name}: {going.title}", said),
        account_id=going.account_id,
        contact_id=contact["id"],
        item_id=going.item_id,
        reminds=reminds,
        job_id=going.job_id,
        run_id=going.run_id,
        lane=going.lane,
        opens_portal=True,
    )


async def deliver(work: Work, item_ids: Collection[str]) -> None:
    """Shows items to their clients from now on, or has them wait with their e-mails for the firm to send those."""
    held = await writes.held_items(work.db, work.firm_id, item_ids)
    await _put(work, held, Delivery.HELD)
    await _put(work, set(item_ids) - held, Delivery.SENT)


async def release(work: Work, item_ids: Collection[str]) -> None:
    """Shows items to their clients whose e-mails go out now, as the histories of their jobs say."""
    rows = await _put(work, item_ids, Delivery.SENT)
    jobs = await items.jobs_by_item(work.db, work.firm_id, [row["id"] for row in rows])
    for row in rows:
        named = changed("item", row["id"], row["id"], from_label=row["title"], to_label=row["title"])
        for job_id in jobs.get(row["id"], ()):
            work.history(job_id, HistoryAction.ITEM_CHANGED, named, changed("sent", False, True))


async def _put(work: Work, item_ids: Collection[str], delivery: Delivery) -> Sequence[Row]:
    rows = await client_items.deliver(work.db, work.firm_id, item_ids, delivery, work.now)
    jobs = await items.jobs_by_item(work.db, work.firm_id, [row["id"] for row in rows])
    for row in rows:
        work.touch("item", row["id"], account=row["account_id"], jobs=jobs.get(row["id"], []))
    if delivery is Delivery.SENT:
        await reminders.plan(work, rows)
        for kind, some in _by_kind(rows).items():
            sent = kinds()[kind].sent
            if sent is not None:
                await sent(work, some)
    return rows


def _by_kind(rows: Sequence[Row]) -> dict[ItemKind, list[Row]]:
    found: dict[ItemKind, list[Row]] = {}
    for row in rows:
        found.setdefault(ItemKind(row["kind"]), []).append(row)
    return found


async def resume(work: Work, item: Row) -> None:
    """Goes on about an item that is open again: its client is reminded anew; what waited has to be sent by hand.

    Where the item was closed before its client was written to, that is done now.
    """
    if item["delivery"] != Delivery.SENT:
        await withdraw(work, item)
        return
    await reminders.plan(work, [item])
    if await writes.none_went(work.db, work.firm_id, item["id"]):
        await drafts.make(work, (await letters(work, [going(item)]))[item["id"]])


async def withdraw(work: Work, item: Row) -> None:
    """Makes a draft of an item that its client has not seen."""
    await _put(work, [item["id"]], Delivery.DRAFT)


async def stop(work: Work, item_ids: Collection[str]) -> None:
    """Writes no more about items that are closed: what has not been sent is discarded, and nobody is reminded."""
    await due.drop(work.db, work.firm_id, item_ids)
    await emails.settle(work, await writes.drop_of_items(work.db, work.firm_id, item_ids, work.now))


def going(row: Mapping[str, Any] | Row, **more: Any) -> Going:
    """An item as it goes to its client, from its row with title and due date."""
    names = ("account_id", "title", "message", "due_date")
    return Going(row["id"], ItemKind(row["kind"]), **{name: row[name] for name in names}, **more)
