"""Time that members spend on jobs (JB3), in whole minutes. It changes nothing of the job, not even its version (MV4).

Entries of a job are changed one after the other, under the job's lock: how much of its budget is spent is known then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from engine import access, find
from engine.changes import differing
from engine.checks import Checks
from engine.enums import AccessRight, ErrorCode, HistoryAction, JobState
from engine.errors import denied, invalid, missing
from engine.job import budgets
from engine.time.calendar import today
from engine.unset import UNSET, Maybe
from engine.work import Work, changed
from store import models
from store.database import Row
from store.sql import Params
from store.writes import find as lookup
from store.writes import records
from store.writes import time_entries as writes

DAY: Final = 24 * 60
"""Minutes that can be written down in one entry."""
NOTE_LENGTH: Final = 1_000  # characters
TOO_LONG: Final = timedelta(hours=12)
"""What has been measured for longer was probably forgotten."""
COUNTED: Final = ("member_id", "task_id", "day", "minutes", "billable", "note")
"""What an entry says, in the order in which a history tells of it."""

Entry = Mapping[str, Any] | Row


@dataclass(frozen=True, slots=True)
class CreateTimeEntry:
    """Writes down time that was spent on a job: one's own, today, unless something else is said."""

    job_id: str
    minutes: int
    day: date | None = None
    member_id: str | None = None
    task_id: str | None = None
    billable: bool = True
    note: str | None = None
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateTimeEntry:
    """Corrects an entry. Minutes and day of a timer are set once it is stopped."""

    time_entry_id: str
    day: Maybe[date] = UNSET
    minutes: Maybe[int] = UNSET
    billable: Maybe[bool] = UNSET
    note: Maybe[str | None] = UNSET
    task_id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteTimeEntry:
    """Deletes an entry, or a running timer."""

    time_entry_id: str


async def create_time_entry(work: Work, command: CreateTimeEntry) -> str:
    """Writes down time; answers the entry's id. For others it takes MANAGE_TIME_BUDGETS."""
    checks = Checks()
    minutes, note = _minutes(checks, command.minutes, "minutes"), checks.text(command.note, "note", length=NOTE_LENGTH)
    day = today(work.viewer.time_zone, work.now) if command.day is None else _day(work, checks, command.day, "day")
    checks.done()
    entry_id, again = await find.new(work, "time_entries", "time", command)
    if again:
        return str((await seen(work, entry_id, "id"))["id"])
    await find.live_job(work, command.job_id, "job_id")
    member_id = work.viewer.member_id if command.member_id is None else command.member_id
    if member_id != work.viewer.member_id:
        work.viewer.need(AccessRight.MANAGE_TIME_BUDGETS, "member_id")
        await find.assignable(work, [member_id], "member_id")
    await check_task(work, command.task_id, command.job_id)
    values: dict[str, Any] = {"job_id": command.job_id, "task_id": command.task_id, "member_id": member_id, "day": day}
    values |= {"minutes": minutes, "billable": command.billable, "note": note}
    await records.make(work.db, models.TimeEntry, id=entry_id, firm_id=work.firm_id, **values, **made(work))
    await added(work, {"id": entry_id, **values})
    return entry_id


async def update_time_entry(work: Work, command: UpdateTimeEntry) -> str:
    """Corrects an entry; answers its id."""
    row = await _managed(work, command.time_entry_id)
    checks = Checks()
    values = differing(
        row,
        day=checks.given(partial(_day, work, checks), command.day, "day"),
        minutes=checks.given(partial(_minutes, checks), command.minutes, "minutes"),
        billable=command.billable,
        note=checks.given(partial(checks.text, length=NOTE_LENGTH), command.note, "note"),
        task_id=command.task_id,
    )
    if row["minutes"] is None and not values.keys().isdisjoint({"day", "minutes"}):
        checks.add(ErrorCode.INVALID, "The timer is running: stop it first.", "time_entry_id")
    checks.done()
    await check_task(work, values.get("task_id"), row["job_id"])
    if values:
        await records.change(work.db, models.TimeEntry, work.firm_id, row["id"], work.now, **values)
        touch(work, row)
        if row["minutes"] is not None:
            await _record(work, HistoryAction.TIME_CHANGED, row, {**dict(row), **values}, values)
            await budgets.look(work, [row["job_id"]])
    return command.time_entry_id


async def delete_time_entry(work: Work, command: DeleteTimeEntry) -> str:
    """Deletes an entry, of which the job's history goes on to tell; answers its id."""
    row = await _managed(work, command.time_entry_id)
    await records.drop(work.db, models.TimeEntry, work.firm_id, row["id"])
    touch(work, row)
    if row["minutes"] is not None:
        await _record(work, HistoryAction.TIME_REMOVED, row, None, _said(row))
    return command.time_entry_id


def _said(entry: Entry) -> list[str]:
    return [name for name in COUNTED if entry[name] is not None]


async def added(work: Work, entry: Entry) -> None:
    """Says of a locked job that an entry of it counts from now on, and looks at its budget."""
    await say_added(work, entry)
    await budgets.look(work, [entry["job_id"]])


async def say_added(work: Work, entry: Entry) -> None:
    """Says it to its job's history and screens."""
    touch(work, entry)
    await _record(work, HistoryAction.TIME_ADDED, None, entry, _said(entry))


def touch(work: Work, entry: Entry) -> None:
    """Says that an entry, or a running timer, was made, changed or deleted: to its job's screens, and to its member."""
    work.touch("time", entry["id"], job=entry["job_id"], member=entry["member_id"])


def made(work: Work) -> dict[str, Any]:
    """When a new entry is made."""
    return {"created_at": work.now, "updated_at": work.now}


async def check_task(work: Work, task_id: str | None, job_id: str) -> None:
    """Refuses a task that does not belong to the job."""
    if task_id is not None and not await writes.is_task_of(work.db, work.firm_id, task_id, job_id):
        raise missing("task", "task_id")


async def seen(work: Work, entry_id: str, *path: str) -> Row:
    """An entry that the viewer sees."""

    def condition(p: Params) -> str:
        return access.sees_time_entry(work.viewer, p, "t")

    row = await lookup.one(work.db, "time_entries", work.firm_id, entry_id, condition)
    if row is None:
        raise missing("time entry", *path)
    return row


async def permitted(work: Work, entry_id: str, *path: str) -> Row:
    """An entry of the viewer's own, or of anybody's for who manages time, locked after its job.

    Raises Refused for an entry that is not there for the viewer, and where they have no right to it.
    """
    found = await seen(work, entry_id, *path)
    await work.lock_jobs([found["job_id"]])
    row = await find.lock(work, "time_entries", entry_id)
    if row["member_id"] != work.viewer.member_id:
        work.viewer.need(AccessRight.MANAGE_TIME_BUDGETS, *path)
    return row


async def _managed(work: Work, entry_id: str) -> Row:
    """The same, to be changed: the job has to be seen, too, and not archived (ST1)."""
    row = await permitted(work, entry_id, "time_entry_id")
    if not await find.any_of(work, "jobs", [row["job_id"]], lambda p: access.sees_job(work.viewer, p, "t")):
        raise denied("You do not see the entry's job any more: it stays as it is.", None, "time_entry_id")
    job = await find.seen_job(work, row["job_id"], "time_entry_id")
    if job["state"] == JobState.ARCHIVED:
        raise invalid(ErrorCode.ARCHIVED, "The entry's job is archived: unarchive it first.", "time_entry_id")
    return row


def _minutes(checks: Checks, minutes: int, *path: str) -> int:
    if not 1 <= minutes <= DAY:
        checks.add(ErrorCode.INVALID, f"An entry has from 1 to {DAY:,} minutes.", *path)
    return minutes


def _day(work: Work, checks: Checks, day: date, *path: str) -> date:
    """A day that has come: somewhere on Earth it may be tomorrow already."""
    if day > today(work.viewer.time_zone, work.now) + timedelta(days=1):
        checks.add(ErrorCode.INVALID, "The day has not come yet.", *path)
    return day


async def _record(
    work: Work, action: HistoryAction, before: Entry | None, after: Entry | None, names: Iterable[str]
) -> None:
    """Has the job's history say which entry it was, and what of it has changed. A task goes by its title as well."""
    lines = [changed("time_entry", before and before["id"], after and after["id"])]
    for name in names:
        was, is_now = (entry[name] if entry else None for entry in (before, after))
        labels = await _titles(work, from_label=was, to_label=is_now) if name == "task_id" else {}
        lines.append(changed(name.removesuffix("_id"), was, is_now, **labels))
    entry = after or before
    assert entry is not None  # one of the two is there
    work.history(entry["job_id"], action, *lines)


async def _titles(work: Work, **task_ids: str | None) -> dict[str, str]:
    found = {side: await writes.title(work.db, work.firm_id, one) for side, one in task_ids.items() if one}
    return {side: title for side, title in found.items() if title is not None}
