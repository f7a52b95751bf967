"""E-mails on their way: sent after the transaction that made them, each under one Message-ID (AU1, AU8)."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from engine import access
from engine.automating import runs
from engine.enums import DueKind, EmailState, RunState
from engine.errands import Undelivered
from engine.errors import Refused
from engine.mail.letters import Letter, Send
from engine.portal import links as portal_links
from engine.work import Work, system_clock, system_of, viewer_now
from store.database import Database, Db, Row
from store.sql import Params
from store.writes import emails as writes
from store.writes import find, portal

DISCARDED: Final = "Its e-mails were discarded."
NO_READER: Final = "This contact does not come into the portal for the account by this address any more."
NO_SIGHT: Final = "This member does not see any more what it tells of."


async def requeue(work: Work, ids: Collection[str], before: EmailState) -> list[Row]:
    """Has e-mails sent that are held back or have failed, under the Message-IDs that they have; answers those."""
    rows = await writes.put(work.db, work.firm_id, ids, before, EmailState.QUEUED, work.now)
    for row in rows:
        work.later(DueKind.EMAIL, row["id"], job_id=row["job_id"])
    return rows


async def stop(work: Work) -> None:
    """Holds back what still waits to be sent to clients: the firm has paused its mail to them (AU9)."""
    waiting = await writes.waiting(work.db, work.firm_id)
    await work.lock_jobs({row["job_id"] for row in waiting if row["job_id"]})
    await settle(work, await writes.stop(work.db, work.firm_id, [row["id"] for row in waiting], work.now))


async def settle(work: Work, rows: Iterable[Row]) -> None:
    """Tells the runs whose e-mails these are what has become of all their e-mails. Their jobs are locked."""
    run_ids = {row["run_id"] for row in rows if row["run_id"]}
    found = await writes.of_runs(work.db, work.firm_id, run_ids) if run_ids else []
    for run_id, some in groupby(found, key=lambda row: row["run_id"]):
        emails = list(some)
        state, reason = outcome(emails)
        if state != emails[0]["run_state"]:
            await runs.finish(work, run_id, state, reason)


def outcome(emails: Sequence[Row]) -> tuple[RunState, str | None]:
    """What the e-mails of a run make of it, and why."""
    states = {EmailState(email["state"]) for email in emails}
    if EmailState.QUEUED in states:
        return RunState.QUEUED, None
    if EmailState.HELD in states:
        return RunState.HELD, None
    if EmailState.FAILED in states:
        failed = next(email for email in emails if email["state"] == EmailState.FAILED)
        error = re.sub(re.escape(failed["to_address"]), "…", failed["error"] or "", flags=re.IGNORECASE)
        return RunState.FAILED, f"An e-mail could not be sent: {error}"  # to whom is for those who see the e-mail
    if states == {EmailState.DISCARDED}:
        return RunState.CANCELLED, DISCARDED
    return RunState.DONE, None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An e-mail on its way."""

    firm_id: str
    email_id: str
    letter: Letter | None
    """None where it would tell somebody what is not for them any more."""
    why: str = NO_READER
    """Why there is none."""


@dataclass(frozen=True, slots=True)
class EmailErrand:
    """What the worker does with an e-mail that is due. ``send`` talks to the mail server."""

    send: Send
    database: Database

    async def load(self, db: Db, firm_id: str, email_id: str) -> Outgoing | None:
        """The e-mail as it goes out; None where it is not to be sent any more."""
        row = await writes.tried(db, firm_id, email_id)
        if row is None:
            return None
        letter = _letter(row)
        if row["notification_id"] is not None and not await _sees(db, row):
            return Outgoing(firm_id, email_id, None, NO_SIGHT)
        if row["opens_portal"] and row["contact_id"] is not None:
            text = await _opening(db, row, letter)
            return Outgoing(firm_id, email_id, None if text is None else replace(letter, text=text))
        return Outgoing(firm_id, email_id, letter)

    async def deliver(self, email: Outgoing) -> str:
        """Sends it; answers what the mail server said. Raises Undelivered, and keeps why for who looks meanwhile."""
        if email.letter is None:
            raise Undelivered(email.why, permanent=True)
        try:
            return await self.send(email.letter)
        except Undelivered as error:
            await writes.noted(self.database, email.firm_id, email.email_id, str(error))
            raise

    async def delivered(self, work: Work, email_id: str, receipt: str) -> None:
        """Takes note that a mail server has accepted it."""
        await _end(work, email_id, EmailState.SENT)

    async def given_up(self, work: Work, email_id: str, error: str) -> None:
        """Takes note that no mail server will; somebody may try again (``engine.mail.outbox``)."""
        await _end(work, email_id, EmailState.FAILED, error)


async def _sees(db: Db, row: Row) -> bool:
    """Whether a member still sees what an e-mail tells them (AC4): it may have waited long for a mail server."""
    try:
        viewer = await viewer_now(db, replace(system_of(row["firm_id"]), member_id=row["member_id"]))
    except Refused:
        return False
    told = [row["notification_id"]]

    def condition(p: Params) -> str:
        return access.sees_notification(viewer, p, "t")

    return bool(await find.ids(db, "notifications", row["firm_id"], told, condition))


async def _opening(db: Db, row: Row, letter: Letter) -> str | None:
    """Its text with a link; None for who does not come in any more, or who has left the account of an item."""
    firm_id, contact_id = row["firm_id"], row["contact_id"]
    if row["item_id"] and not await portal.has_account(db, firm_id, contact_id, row["account_id"]):
        return None
    return await portal_links.put_in(db, firm_id, contact_id, letter.to_address, letter.text, system_clock())


def _letter(row: Row) -> Letter:
    names = [name for name in Letter.__slots__ if name != "dated"]
    return Letter(**{name: row[name] for name in names}, dated=row["updated_at"])


async def _end(work: Work, email_id: str, state: EmailState, error: str | None = None) -> None:
    row = await writes.one(work.db, work.firm_id, email_id)
    if row is None:  # deleted for good while it was on its way
        return
    if row["job_id"]:
        await work.lock_jobs([row["job_id"]])  # of two e-mails of one run that end at once, the later one ends the run
    await writes.end(work.db, work.firm_id, email_id, state, error, work.now)
    await settle(work, [row])
