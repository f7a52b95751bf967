"""Timers: a member has one running at a time. Starting another stops the first (JB3)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from engine import find
from engine.checks import Checks
from engine.enums import ErrorCode, JobState
from engine.errors import invalid
from engine.job import time_entries
from engine.job.time_entries import NOTE_LENGTH
from engine.time.calendar import today
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.database import Row
from store.writes import records
from store.writes import time_entries as writes


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Starts a timer of the viewer's on a job. It counts for the firm's day on which it was started."""

    job_id: str
    task_id: str | None = None
    note: Maybe[str | None] = UNSET
    billable: bool = True
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Stops the viewer's timer, or one that is named."""

    time_entry_id: Maybe[str | None] = UNSET
    note: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class Started:
    """A timer that runs, and the one that it has stopped."""

    id: str
    stopped_id: str | None = None


async def start_timer(work: Work, command: StartTimer) -> Started:
    """Starts a timer, and stops the one that ran. One that runs for the same goes on, unless the new one has an id."""
    checks = Checks()
    note = None if command.note is UNSET else checks.text(command.note, "note", length=NOTE_LENGTH)
    checks.done()
    entry_id, again = await find.new(work, "time_entries", "time", command)
    if again:
        return Started(str((await time_entries.seen(work, entry_id, "id"))["id"]))
    me = work.viewer.member_id
    await hold_back(work, me)
    there = await writes.running(work.db, work.firm_id, me)
    await work.lock_jobs({command.job_id, *([there["job_id"]] if there else [])})
    await _open_job(work, command.job_id)
    await time_entries.check_task(work, command.task_id, command.job_id)
    there = await writes.running(work.db, work.firm_id, me)  # it may have been deleted meanwhile
    if there is not None and _is_the_same(there, command, note):
        return Started(str(there["id"]))
    stopped = await _stop(work, there["id"]) if there is not None else None
    values: dict[str, Any] = {"job_id": command.job_id, "task_id": command.task_id, "member_id": me, "note": note}
    values |= {"day": today(work.viewer.time_zone, work.now), "billable": command.billable, "started_at": work.now}
    times = time_entries.made(work)
    await records.make(work.db, models.TimeEntry, id=entry_id, firm_id=work.firm_id, **values, **times)
    time_entries.touch(work, {"id": entry_id, **values})
    return Started(entry_id, str(stopped["id"]) if stopped is not None else None)


async def stop_timer(work: Work, command: StopTimer) -> str:
    """Stops a timer; answers its entry's id. One that was stopped already, and is named, stays as it is.

    It is stopped wherever its job is: archived, or out of the viewer's sight. For others' it takes MANAGE_TIME_BUDGETS.
    """
    checks = Checks()
    note = checks.text(command.note, "note", length=NOTE_LENGTH) if isinstance(command.note, str) else None
    checks.done()
    row = await time_entries.permitted(work, await _named(work, command), "time_entry_id")
    if row["minutes"] is None:
        if note:
            await records.change(work.db, models.TimeEntry, work.firm_id, row["id"], work.now, note=note)
        await _stop(work, row["id"])
    return str(row["id"])


async def hold_back(work: Work, member_id: str) -> None:
    """Waits for a member who starts a timer, and lets them start no other before this transaction ends."""
    await writes.one_timer(work.db, work.firm_id, member_id)


async def stop_of(work: Work, member_id: str) -> None:
    """Stops the timer of a member who leaves, and is held back: what it has measured stays."""
    there = await writes.running(work.db, work.firm_id, member_id)
    if there is not None:
        await work.lock_jobs([there["job_id"]])
        await _stop(work, there["id"])


async def stop_on(work: Work, job_ids: Collection[str]) -> None:
    """Stops all timers that run on locked jobs, which are being deleted: nobody could do it any more (JB3)."""
    for row in await writes.stop_on(work.db, work.firm_id, job_ids, work.now):
        await time_entries.say_added(work, row)


async def _stop(work: Work, entry_id: str) -> Row | None:
    """Stops a timer whose job is locked, if it is still running."""
    row = await writes.stop(work.db, work.firm_id, entry_id, work.now)
    if row is not None:
        await time_entries.added(work, row)
    return row


async def _named(work: Work, command: StopTimer) -> str:
    if isinstance(command.time_entry_id, str):
        return command.time_entry_id
    there = await writes.running(work.db, work.firm_id, work.viewer.member_id)
    if there is None:
        raise invalid(ErrorCode.NOT_RUNNING, "No timer of yours is running.", "time_entry_id")
    return str(there["id"])


async def _open_job(work: Work, job_id: str) -> None:
    job = await find.seen_job(work, job_id, "job_id")
    if job["state"] == JobState.ARCHIVED:
        raise invalid(ErrorCode.ARCHIVED, "The job is archived: unarchive it first.", "job_id")


def _is_the_same(row: Row, command: StartTimer, note: str | None) -> bool:
    if isinstance(command.id, str):
        return False
    kept = command.note is UNSET or row["note"] == note
    told = row["job_id"], row["task_id"], row["billable"]
    return kept and told == (command.job_id, command.task_id, command.billable)
