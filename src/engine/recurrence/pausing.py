"""Pausing, resuming and skipping what recurs, and trying again what failed (RC4)."""

from dataclasses import dataclass
from datetime import date

from engine import access, notifications
from engine.enums import AccessRight, ErrorCode, NotificationKind, RecurrenceRunState
from engine.errors import invalid, missing, stale
from engine.recurrence import recurrences
from engine.recurrence.course import Course
from engine.work import Work
from store import models
from store.sql import Params
from store.writes import due, records
from store.writes import find as finding
from store.writes import recurrences as writes

BY_HAND = "It was skipped by hand."
_PAUSED = "The recurrence is paused: resume it first."


@dataclass(frozen=True, slots=True)
class PauseRecurrence:
    """Stops a recurrence at once, also amid the jobs of an occurrence."""

    recurrence_id: str


@dataclass(frozen=True, slots=True)
class ResumeRecurrence:
    """Lets a recurrence go on, from where it was stopped in the jobs of an occurrence."""

    recurrence_id: str
    make_up: bool = False
    """Whether it makes up for the occurrences of the pause (RC3)."""


@dataclass(frozen=True, slots=True)
class SkipNextOccurrence:
    """Leaves out the next occurrence. Whoever skips says which that is: of two at once, one is skipped."""

    recurrence_id: str
    occurrence: date


@dataclass(frozen=True, slots=True)
class RetryRecurrenceRun:
    """Makes the jobs of an occurrence that could not be made."""

    run_id: str


async def pause_recurrence(work: Work, command: PauseRecurrence) -> str:
    """Pauses a recurrence; answers its id. What is due by now is still made once it is resumed."""
    work.viewer.need(AccessRight.MANAGE_RECURRENCES)
    row = await recurrences.held(work, command.recurrence_id, "recurrence_id")
    if row["paused_at"] is None:
        await (await Course.of(work, row)).settle(work)
        await due.drop(work.db, work.firm_id, [row["id"]])
        paused = {"paused_at": work.now, "next_date": None}
        await records.change(work.db, models.Recurrence, work.firm_id, row["id"], work.now, **paused)
        work.touch("recurrence", row["id"])
        await work.audit("recurrence.paused", row["id"])
    return command.recurrence_id


async def resume_recurrence(work: Work, command: ResumeRecurrence) -> str:
    """Resumes a recurrence; answers its id."""
    work.viewer.need(AccessRight.MANAGE_RECURRENCES)
    row = await recurrences.held(work, command.recurrence_id, "recurrence_id")
    if row["paused_at"] is not None:
        await records.change(work.db, models.Recurrence, work.firm_id, row["id"], work.now, paused_at=None)
        row = await recurrences.seen(work, row["id"], "recurrence_id")
        await recurrences.begin(work, await Course.of(work, row), make_up=command.make_up)
        work.touch("recurrence", row["id"])
        await work.audit("recurrence.resumed", row["id"], made_up=command.make_up)
    return command.recurrence_id


async def skip_next_occurrence(work: Work, command: SkipNextOccurrence) -> str:
    """Skips the next occurrence; answers the recurrence's id. One that is skipped already is left so.

    Raises Refused: another one is the next, a conflict; the recurrence is paused.
    """
    work.viewer.need(AccessRight.MANAGE_RECURRENCES)
    row = await recurrences.held(work, command.recurrence_id, "recurrence_id")
    if row["paused_at"] is not None:
        raise invalid(ErrorCode.PAUSED, _PAUSED, "recurrence_id")
    course = await Course.of(work, row)
    await course.settle(work)
    coming = next(course.upcoming(), None)
    if coming is not None and coming.on == command.occurrence:
        await course.add(work, [coming], set(), BY_HAND)
        await course.plan(work)
        await work.audit("recurrence.skipped", row["id"], occurrence=command.occurrence)
    elif not await _is_skipped(work, command):
        raise stale("recurrence", command.recurrence_id, "occurrence")
    return command.recurrence_id


async def _is_skipped(work: Work, command: SkipNextOccurrence) -> bool:
    run = await writes.run_of(work.db, work.firm_id, command.recurrence_id, command.occurrence)
    return run is not None and run["state"] == RecurrenceRunState.SKIPPED


async def retry_recurrence_run(work: Work, command: RetryRecurrenceRun) -> str:
    """Opens a failed run again, for the accounts that have got no job of it; answers its id."""
    work.viewer.need(AccessRight.MANAGE_RECURRENCES)

    def condition(p: Params) -> str:
        return access.sees_recurrence_run(work.viewer, p, "t")

    run = await finding.one(work.db, "recurrence_runs", work.firm_id, command.run_id, condition)
    if run is None:
        raise missing("run", "run_id")
    row = await recurrences.held(work, run["recurrence_id"], "run_id")
    run = await writes.run_of(work.db, work.firm_id, row["id"], run["occurrence"])
    if run is None or run["state"] != RecurrenceRunState.FAILED:
        raise invalid(ErrorCode.INVALID, "Only what has failed is tried again.", "run_id")
    if row["paused_at"] is not None:
        raise invalid(ErrorCode.PAUSED, _PAUSED, "run_id")
    await writes.again(work.db, work.firm_id, run)
    await notifications.withdraw(work, NotificationKind.RECURRENCE_FAILED, [(run["id"], None)])
    await (await Course.of(work, row)).plan(work)
    work.touch("recurrence", row["id"])
    await work.audit("recurrence.retried", row["id"], occurrence=run["occurrence"])
    return command.run_id
