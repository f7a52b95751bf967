"""Making the jobs of what recurs: by the worker, some accounts at a time, each once for an occurrence (RC2).

What is made and that it was made are one transaction. Whoever runs it again, or dies in it, makes nothing twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from engine import notifications
from engine.enums import CauseKind, NotificationKind, RecurrenceRunState
from engine.errors import Refused
from engine.job import making
from engine.job.making import Recurring
from engine.notifications import Told
from engine.recurrence import settings
from engine.recurrence.course import Course
from engine.time.periods import full_date
from engine.work import Cascade, Work, runs_again
from store.database import Row, is_outage
from store.ids import new_id
from store.writes import locks
from store.writes import recurrences as writes

AT_ONCE: Final = 100
"""Jobs that share a transaction and an event."""

IN_PART: Final = "Not every account has got its job."
GONE: Final = "The account is gone."
OURS: Final = "It failed for a reason of ours; the log has more."

_log = structlog.get_logger("stageline.recurrences")


@dataclass(slots=True)
class Outcome:
    """What became of some accounts: the jobs made for them, or why none was."""

    jobs: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


async def hold(work: Work, dues: Sequence[Row]) -> None:
    """Locks recurrences before what is due for them, as their commands do."""
    for recurrence_id in sorted(due["subject_id"] for due in dues):
        pipeline_id = await writes.place(work.db, work.firm_id, recurrence_id)
        if pipeline_id is not None:
            await locks.share_pipeline(work.db, pipeline_id)
            await locks.share_calendar(work.db, work.firm_id)
            await writes.lock(work.db, work.firm_id, recurrence_id)


async def run(work: Work, jobs: Sequence[Row], dues: Sequence[Row]) -> None:
    """Takes locked recurrences on by some accounts, and has the rest done next."""
    for due in dues:
        row = await writes.lock(work.db, work.firm_id, due["subject_id"])
        if row is not None and row["paused_at"] is None:
            await _go_on(work, await Course.of(work, row))


async def _go_on(work: Work, course: Course) -> None:
    _act_for(work, course.row)
    await course.settle(work)
    run = await writes.open_run(work.db, work.firm_id, course.id)
    if run is not None:
        await _take_on(work, course, run)
        work.touch("recurrence", course.id)
    await course.plan(work)


def _act_for(work: Work, row: Row) -> None:
    """AU5: as the system, for who has made or last edited it. Every transaction is a chain of its own (AU6)."""
    work.cascade = Cascade(new_id("cascade"))
    work.caller = replace(
        work.caller,
        kind=CauseKind.RECURRENCE,
        recurrence_id=row["id"],
        initiator_id=row["updated_by"],
        mutation_id=None,
    )


async def _take_on(work: Work, course: Course, run: Row) -> None:
    """Makes the jobs of an occurrence for the next accounts. What keeps all of them from being made ends the run."""
    try:
        plan = await _planned(work, course, run)
    except Refused as refused:
        await _end(work, run, refused.words)
        return
    if run["state"] == RecurrenceRunState.QUEUED:
        run = await writes.begin(work.db, work.firm_id, run, work.now)
    if run["total"] > AT_ONCE:
        await writes.plan_anew(work.db)
    account_ids = await writes.pending(work.db, work.firm_id, run, AT_ONCE)
    there = await locks.keep_accounts(work.db, work.firm_id, account_ids)
    outcome = Outcome(errors={one: GONE for one in account_ids if one not in there})
    await _make(work, plan, [one for one in account_ids if one in there], outcome)
    run = await writes.note(work.db, work.firm_id, run, outcome.jobs, outcome.errors)
    if not await writes.pending(work.db, work.firm_id, run, 1):
        await _end(work, run, IN_PART if run["failed"] else "")


async def _planned(work: Work, course: Course, run: Row) -> making.Plan:
    """Where the jobs begin, and with what. Raises Refused where none can be made."""
    said = course.settings
    pipeline, stage = await making.first_place(work, said.pipeline_id, said.stage_id)
    template, by = await settings.template_of(work, said, pipeline)
    recurring = Recurring(course.id, run["occurrence"], template, by)
    return making.Plan(stage, None, {}, run["day"], passes_over=True, recurring=recurring)


async def _make(work: Work, plan: making.Plan, account_ids: Sequence[str], outcome: Outcome) -> None:
    """Makes a job for each account; where that fails for all of them, for each half. One holds up no other."""
    if not account_ids:
        return
    try:
        async with work.savepoint():
            outcome.jobs |= await _made(work, plan, account_ids)
    except Exception as error:
        if runs_again(error) or is_outage(error):
            raise
        if len(account_ids) == 1:
            outcome.errors[account_ids[0]] = _word(error)
            return
        half = len(account_ids) // 2
        await _make(work, plan, account_ids[:half], outcome)
        await _make(work, plan, account_ids[half:], outcome)


async def _made(work: Work, plan: making.Plan, account_ids: Sequence[str]) -> Mapping[str, str]:
    """The new jobs by their accounts."""
    ids = {one: new_id("job") for one in account_ids}
    await making.make(work, plan, [making.New(job_id, one) for one, job_id in ids.items()])
    return ids


def _word(error: Exception) -> str:
    if isinstance(error, Refused):
        return error.words
    _log.error("recurring_job_failed", exc_info=error)
    return OURS


async def _end(work: Work, run: Row, reason: str) -> None:
    state = RecurrenceRunState.FAILED if reason else RecurrenceRunState.DONE
    await writes.end(work.db, work.firm_id, run, work.now, state, reason or None)
    if reason:
        await _tell(work, run, reason)


async def _tell(work: Work, run: Row, reason: str) -> None:
    """Tells who answers for it. What recurs is not named: they may lose sight of it."""
    people = await writes.concerned(work.db, work.firm_id, run["recurrence_id"])
    text = f"A recurrence has not made all of its jobs of {full_date(run['occurrence'])}. {reason}"
    told = [Told(member_id, None, run["id"], text, work.cause) for member_id in people]
    await notifications.tell(work, NotificationKind.RECURRENCE_FAILED, told)
