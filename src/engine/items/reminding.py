"""Reminding clients of items that they have not answered (RM1): to each contact at an hour that is not quiet there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfoNotFoundError

from engine import find
from engine.enums import Delivery
from engine.items import closing, mailing, reminders
from engine.mail import drafts
from engine.mail.drafts import Draft
from engine.time.quiet import open_at
from engine.work import Work
from store.database import Row
from store.writes import client_items, items, people

LETTER: Final = """Hello {name},

{message}this is a reminder: {firm} asks you to {ask}:

{title}
{due}
Come in here:

{place}

The link is yours alone, and good once, for three days. After that, ask for another one with your e-mail address.
"""


async def remind(work: Work, jobs: Sequence[Row], dues: Sequence[Row]) -> None:
    """Writes to the clients of items that are still open, and says when to remind them next."""
    for due in dues:
        await work.lock_jobs(await items.jobs_of(work.db, work.firm_id, [due["subject_id"]]))
        item = await find.any_item(work, due["subject_id"])
        if item["open"] and item["delivery"] == Delivery.SENT and item["remind_days"] is not None:
            await _remind(work, item)


async def _remind(work: Work, item: Row) -> None:
    letters = (await mailing.letters(work, [mailing.going(item)], LETTER, reminds=True))[item["id"]]
    await drafts.make(work, await _at_good_hours(work, item, letters))
    await client_items.reminded(work.db, work.firm_id, item["id"], work.now)
    await client_items.count(work.db, work.firm_id, item["id"], work.now)
    await closing.tell(work, item)
    await reminders.plan(work, [await find.any_item(work, item["id"])])


async def _at_good_hours(work: Work, item: Row, letters: Sequence[Draft]) -> list[Draft]:
    """Each as soon as it is no quiet hour where its reader is."""
    contacts = (await client_items.addressees(work.db, work.firm_id, [item["account_id"]])).get(item["account_id"], ())
    zones = {contact["id"]: contact["time_zone"] for contact in contacts}
    firm = await people.quiet_hours(work.db, work.firm_id)
    return [replace(letter, send_at=_open_at(work, zones, letter, firm)) for letter in letters]


def _open_at(work: Work, zones: Mapping[str, str | None], letter: Draft, firm: Row) -> datetime | None:
    hours = firm["quiet_from"], firm["quiet_until"]
    try:
        at = open_at(work.now, zones[str(letter.contact_id)] or firm["time_zone"], *hours)
    except ZoneInfoNotFoundError:  # there was one as it was set
        at = open_at(work.now, work.viewer.time_zone, *hours)
    return at if at > work.now else None
