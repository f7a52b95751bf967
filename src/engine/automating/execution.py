"""Running automations: breadth first, each for all jobs that meet it at once, in their order (AU1 to AU4, CN3).

What changes the firm's own state is done here and now, in the transaction of whoever caused it; what is delayed, what
starts more, and what failed at its first try is left to the worker.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
import structlog

from engine.automating import conditions, run_log, setting
from engine.automating.delays import Delay
from engine.automating.kinds import Batch, Kind, Turn
from engine.automations import kinds
from engine.enums import CauseKind, DueKind, JobState, RunState
from engine.errors import Refused
from engine.time.calendar import of_firm
from engine.work import Work, runs_again
from store.database import Row, is_outage
from store.ids import new_id
from store.writes import entries, locks, runs

TRIES: Final = 5
"""How often an automation is tried before it stands as FAILED (AU2)."""

BACK_OFF: Final = timedelta(seconds=30)
"""How long it waits after its first failure; twice as long after each more."""

ARCHIVED: Final = "The job has been archived."
UNREADABLE: Final = "Its configuration cannot be read any more: save it anew."
NO_DATE: Final = "It waits until the job has the date."
LEFT_STATUS: Final = "The job has left the status."
SKIPPED_BY_HAND: Final = "Skipped by who moved the job."

_log = structlog.get_logger("stageline.automations")


@dataclass(frozen=True, slots=True)
class Step:
    """One automation in one of its editions."""

    automation_id: str
    edition: int
    kind: Kind
    config: Any
    """None where it was written by an earlier release, and cannot be read any more."""
    condition: conditions.Condition | None
    delay: Delay | None

    @classmethod
    def of(cls, row: Row) -> "Step":
        """From a row of an automation with its edition."""
        kind = kinds()[row["kind"]]
        condition, delay = (row[name] and orjson.loads(row[name]) for name in ("condition", "delay"))
        return cls(
            automation_id=row["automation_id"] if "automation_id" in row else row["id"],
            edition=row["edition"],
            kind=kind,
            config=_config(kind, row),
            condition=conditions.parsed(condition) if condition else None,
            delay=Delay.loaded(delay) if delay else None,
        )


def _config(kind: Kind, row: Row) -> Any:
    try:
        return setting.loaded(kind.config, orjson.loads(row["config"]))
    except setting.UNREADABLE as error:
        _log.error("configuration_unreadable", kind=kind.name, error=repr(error))
        return None


@dataclass(frozen=True, slots=True)
class Visitor:
    """A locked job that has entered, with its open visit, and its stay where it entered a status."""

    job: Row
    visit: Row
    stay_id: str | None = None


async def run_all(work: Work, steps: Sequence[Step], visitors: Sequence[Visitor], *, skip: bool = False) -> None:
    """Gives every job its turn of every automation, in order; where ``skip``, only the log says so (MV7)."""
    if not steps or not visitors:
        return
    turns = await _turns(work, steps, visitors)
    if skip:
        for turn in (turn for some in turns for turn in some):
            turn.state, turn.reason = RunState.SKIPPED, SKIPPED_BY_HAND
    else:
        left: set[str] = set()
        for step, some in zip(steps, turns, strict=True):
            await _meet(work, step, some, left)
            if step.kind.sets_status:
                await _stop_archived(work, steps, turns)
        await _settle(work, steps, turns)
    lines = [_line(work, step, turn) for step, some in zip(steps, turns, strict=True) for turn in some]
    await run_log.add(work, lines)
    work.reconsider(*(visitor.job["id"] for visitor in visitors))


async def _turns(work: Work, steps: Sequence[Step], visitors: Sequence[Visitor]) -> list[list[Turn]]:
    """A turn for each automation and job."""
    stays = [visitor.visit["id"] for visitor in visitors if visitor.stay_id]
    last = await runs.last_positions(work.db, work.firm_id, stays) if stays else {}
    return [
        [_turn(visitor, last.get(visitor.visit["id"], 0) + n) for visitor in visitors] for n in range(1, len(steps) + 1)
    ]


def _turn(visitor: Visitor, position: int) -> Turn:
    visit = visitor.visit
    return Turn(new_id("run"), visitor.job, visit["id"], visit["number"], position, visitor.stay_id)


def _line(work: Work, step: Step, turn: Turn) -> dict[str, Any]:
    return {
        "visit_id": turn.visit_id,
        "stay_id": turn.stay_id,
        "edition": step.edition,
        "position": turn.position,
        "cause": work.cause,
        "cascade": work.cascade.id,
        "hops": work.cascade.hops,
        "holds": step.kind.makes_items,
        **_told(step, turn),
    }


def _told(step: Step, turn: Turn) -> dict[str, Any]:
    """What became of a turn."""
    return {
        "id": turn.run_id,
        "job_id": turn.job_id,
        "automation_id": step.automation_id,
        "state": turn.state,
        "reason": turn.reason,
        "attempts": turn.attempts,
        "due_at": turn.due_at if turn.state is RunState.SCHEDULED else None,
        "things": turn.things,
    }


async def _stop_archived(work: Work, steps: Sequence[Step], turns: Sequence[Sequence[Turn]]) -> None:
    """A job that one of its automations has archived is read-only (ST1): what would come after it is not done."""
    rows = await locks.jobs(work.db, work.firm_id, {turn.job_id for some in turns for turn in some})
    archived = {row["id"] for row in rows if row["state"] == JobState.ARCHIVED}
    for step, some in zip(steps, turns, strict=True):
        for turn in some:
            waits = turn.attempts == 0 and turn.state is RunState.DONE  # its turn has not come
            if waits and turn.job_id in archived and not step.kind.outlives_visit:
                turn.state, turn.reason = RunState.CANCELLED, ARCHIVED


async def _meet(work: Work, step: Step, turns: Sequence[Turn], left: set[str]) -> None:
    """One automation's turns: put off, left to the worker, or done.

    ``left`` names the kinds of which one was left to the worker: what comes after it of the same kind is left, too, so
    that the last of them has the last word.
    """
    turns = [turn for turn in turns if turn.state is RunState.DONE]
    if step.config is None:
        for turn in turns:
            turn.fail(UNREADABLE)
    elif step.delay is not None:
        await _schedule(work, step.delay, turns)
    elif step.kind.later and (step.kind.name in left or await step.kind.later(work, step.config, turns)):
        left.add(step.kind.name)
        for turn in turns:
            turn.state = RunState.QUEUED
            work.later(DueKind.RUN, turn.run_id, job_id=turn.job_id, lane=turn.lane)
    else:
        await perform(work, step, turns)


async def _schedule(work: Work, delay: Delay, turns: Sequence[Turn]) -> None:
    """Puts turns off. What a status delays runs in that status, whether or not it pauses the job's clocks."""
    at = delay.span.after(work.now, await of_firm(work.db, work.firm_id)) if delay.span else None
    for turn in turns:
        turn.state = RunState.SCHEDULED
        if at is not None:
            turn.due_at = at
            in_stage = turn.stay_id is None
            work.later(DueKind.RUN, turn.run_id, job_id=turn.job_id, at=turn.due_at, shifts=in_stage, waits=in_stage)


async def _settle(work: Work, steps: Sequence[Step], turns: Sequence[Sequence[Turn]]) -> None:
    """Once all have had their turn: until when those wait that wait for a date, and which wait in vain."""
    dated = [
        (step.delay, turn)
        for step, some in zip(steps, turns, strict=True)
        for turn in some
        if step.delay is not None and step.delay.until is not None
    ]
    if dated:
        rows = {row["id"]: row for row in await locks.jobs(work.db, work.firm_id, [turn.job_id for _, turn in dated])}
        calendar = await of_firm(work.db, work.firm_id)
        for delay, turn in dated:
            turn.due_at = delay.at(rows[turn.job_id], work.now, calendar)
            turn.reason = NO_DATE if turn.due_at is None else None
            if turn.due_at is not None:
                wait_until(work, turn.run_id, turn.job_id, turn.due_at, in_stage=turn.stay_id is None)
    await _cancel_ended(work, [turn for some in turns for turn in some if turn.stay_id and turn.due_at])


async def _cancel_ended(work: Work, waiting: Sequence[Turn]) -> None:
    """What waits in a status that one of the automations has left already is not done any more (AU4)."""
    if not waiting:
        return
    stays = await entries.open_stays(work.db, work.firm_id, {turn.stay_id for turn in waiting if turn.stay_id})
    for turn in waiting:
        if turn.stay_id not in stays:
            turn.state, turn.reason, turn.due_at = RunState.CANCELLED, LEFT_STATUS, None
    gone = {turn.run_id for turn in waiting if turn.state is RunState.CANCELLED}
    work.dues = [due for due in work.dues if due.subject_id not in gone]


def wait_until(work: Work, run_id: str, job_id: str, at: datetime, *, in_stage: bool) -> None:
    """Has a turn done at a date; in a stage it waits while the job's clocks stand still, and then runs at once."""
    work.later(DueKind.RUN, run_id, job_id=job_id, at=at, waits=in_stage)


async def perform(work: Work, step: Step, turns: Sequence[Turn]) -> None:
    """Does an automation now, for the jobs for which its condition holds now (CN3)."""
    if step.config is None:
        for turn in turns:
            turn.fail(UNREADABLE)
        return
    willing = await _willing(work, step, turns)
    if willing:
        with work.as_system(CauseKind.AUTOMATION, step.automation_id):
            await _together(work, step, willing)


async def _willing(work: Work, step: Step, turns: Sequence[Turn]) -> list[Turn]:
    if step.condition is None:
        return list(turns)
    facts = await conditions.facts(work.db, work.firm_id, [turn.job_id for turn in turns], [step.condition])
    for turn in turns:
        failing = conditions.failing(step.condition, facts[turn.job_id])
        if failing is not None:
            turn.state, turn.reason = RunState.SKIPPED, failing
    return [turn for turn in turns if turn.state is not RunState.SKIPPED]


async def _together(work: Work, step: Step, turns: Sequence[Turn]) -> None:
    """All at once; where that fails, each alone, so that one job's trouble is no other's (AU2)."""
    try:
        async with work.savepoint():
            await step.kind.run(Batch(work, step.config, turns, step.automation_id))
    except Exception as error:
        if runs_again(error) or is_outage(error):
            raise
        for turn in turns:
            turn.state, turn.reason, turn.things = RunState.DONE, None, []
        if len(turns) == 1:
            _failed(work, step, turns[0], error)
            return
        for turn in turns:
            await _together(work, step, [turn])
    else:
        for turn in turns:
            turn.attempts += 1


def _failed(work: Work, step: Step, turn: Turn, error: Exception) -> None:
    """After a failure: to be tried again, unless it was refused or has been tried often enough."""
    turn.attempts += 1
    turn.reason = error.words if isinstance(error, Refused) else "It failed for a reason of ours; the log has more."
    if not isinstance(error, Refused):
        _log.error("automation_failed", kind=step.kind.name, run=turn.run_id, tries=turn.attempts, exc_info=error)
    if isinstance(error, Refused) or turn.attempts >= TRIES:
        turn.state = RunState.FAILED
        return
    turn.state = RunState.RETRYING
    at = work.now + BACK_OFF * 2 ** (turn.attempts - 1)
    work.later(DueKind.RUN, turn.run_id, job_id=turn.job_id, at=at, waits=turn.stay_id is None)


async def tell(work: Work, step: Step, turns: Sequence[Turn]) -> None:
    """Writes what became of turns, and looks whether their jobs go on now (AM3)."""
    await run_log.note(work, [_told(step, turn) for turn in turns])
    work.reconsider(*(turn.job_id for turn in turns))
