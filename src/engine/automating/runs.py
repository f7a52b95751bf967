"""Turns of automations after their first chance: done by the worker, or dealt with by hand (AU2)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine import find
from engine.automating import cascades, run_log
from engine.automating.execution import ARCHIVED, Step, perform, tell
from engine.automating.kinds import Turn
from engine.enums import DueKind, ErrorCode, HistoryAction, JobState, RunState
from engine.errors import invalid
from engine.work import Work, changed
from store.database import Row
from store.writes import due, runs

LEFT: Final = "The job has left the stage."
WORDS: Final[Mapping[RunState, str]] = {
    RunState.QUEUED: "It is about to be done.",
    RunState.RUNNING: "It is being done.",
    RunState.RETRYING: "It is tried again by itself: it can be cancelled.",
    RunState.SCHEDULED: "It waits for its time: run it now, or cancel it.",
    RunState.HELD: "Its e-mails are held back: release or discard them.",
    RunState.FAILED: "It has failed: retry it, or dismiss it.",
    RunState.DONE: "It has been done.",
    RunState.SKIPPED: "It was skipped.",
    RunState.CANCELLED: "It was cancelled.",
    RunState.DISMISSED: "It was dismissed.",
}
"""Where a turn stands, and what can be done about it, for who wanted something else."""

_ENDED: Final = frozenset({RunState.DONE, RunState.SKIPPED, RunState.CANCELLED, RunState.DISMISSED})


@dataclass(frozen=True, slots=True)
class RetryRun:
    """Tries a failed automation again."""

    run_id: str


@dataclass(frozen=True, slots=True)
class RunNow:
    """Runs a scheduled automation without waiting any longer."""

    run_id: str


@dataclass(frozen=True, slots=True)
class DismissRun:
    """Takes note of a failed automation: its stage waits for it no more."""

    run_id: str


@dataclass(frozen=True, slots=True)
class CancelRun:
    """Cancels an automation that is still to be done."""

    run_id: str


async def run_due(work: Work, jobs: Sequence[Row], dues: Sequence[Row]) -> None:
    """Runs what is due of locked jobs: what was delayed, what failed before, and what starts more."""
    by_id = {job["id"]: job for job in jobs}
    found = await runs.due_runs(work.db, work.firm_id, [row["subject_id"] for row in dues])
    queues: dict[str, list[Row]] = {}
    for row in sorted((row for row in found if row["state"] in runs.PENDING), key=_order):
        queues.setdefault(row["job_id"], []).append(row)
    while queues:
        first = _automation(next(iter(queues.values()))[0])
        together = [queue.pop(0) for queue in queues.values() if _automation(queue[0]) == first]
        queues = {job_id: queue for job_id, queue in queues.items() if queue}
        await _run(work, together, by_id)


def _order(row: Row) -> tuple[Any, ...]:
    """In which order what is due of one job is done: as it fell due, then as it is configured (AU1)."""
    return row["due_at"] or row["created_at"], row["visit"], row["position"]


def _automation(row: Row) -> tuple[str, int]:
    return row["automation_id"], row["edition"]


async def _run(work: Work, rows: Sequence[Row], jobs: dict[str, Row]) -> None:
    """The turns of one automation."""
    step = Step.of(rows[0])
    turns = [_turn(row, jobs[row["job_id"]]) for row in rows]
    for row, turn in zip(rows, turns, strict=True):
        if (row["left_at"] or row["stay_left_at"]) and not step.kind.outlives_visit:
            turn.state, turn.reason = RunState.CANCELLED, LEFT
        elif turn.job["state"] == JobState.ARCHIVED and not step.kind.outlives_visit:
            turn.state, turn.reason = RunState.CANCELLED, ARCHIVED
    going = [turn for turn in turns if turn.state is RunState.DONE]
    if going and work.cascade.hops > cascades.HOPS:
        for turn in going:
            turn.fail(cascades.TOO_LONG)
        await cascades.stop(work, [turn.job for turn in going])
    elif going:
        await perform(work, step, going)
    await tell(work, step, turns)


def _turn(row: Row, job: Row) -> Turn:
    visit = (row["visit_id"], row["visit"], row["position"])
    return Turn(row["id"], job, *visit, stay_id=row["stay_id"], attempts=row["attempts"])


async def finish(
    work: Work, run_id: str, state: RunState, reason: str | None = None, things: Collection[str] = ()
) -> None:
    """Ends, or goes on with, a turn whose effect is outside: its e-mail was sent, or has failed. Locks its job."""
    row = await runs.one(work.db, work.firm_id, run_id)
    if row is not None:
        await work.lock_jobs([row["job_id"]])
        row = await runs.locked(work.db, work.firm_id, run_id)
    if row is None or row["state"] in _ENDED:  # None: deleted for good with its job
        return
    await _note(work, row, state, reason, attempts=row["attempts"] or 1, things=things)
    work.reconsider(row["job_id"])


async def retry_run(work: Work, command: RetryRun) -> str:
    """Tries again what has failed, as often as at first; answers the run's id."""
    return await _again(work, command.run_id, RunState.FAILED)


async def run_now(work: Work, command: RunNow) -> str:
    """Has a scheduled automation run at once (AU4); answers the run's id."""
    return await _again(work, command.run_id, RunState.SCHEDULED)


async def _again(work: Work, run_id: str, state: RunState) -> str:
    row = await _mine(work, run_id, state)
    await due.drop(work.db, work.firm_id, [row["id"]])
    await _put(work, row, RunState.QUEUED, None, attempts=0)
    work.later(DueKind.RUN, row["id"], job_id=row["job_id"])
    return run_id


async def dismiss_run(work: Work, command: DismissRun) -> str:
    """Takes note of a failure; answers the run's id."""
    row = await _mine(work, command.run_id, RunState.FAILED)
    await _put(work, row, RunState.DISMISSED, row["reason"], attempts=row["attempts"])
    return command.run_id


async def cancel_run(work: Work, command: CancelRun) -> str:
    """Cancels what is still to be done (AU4); answers the run's id."""
    row = await _mine(work, command.run_id, RunState.SCHEDULED, RunState.RETRYING)
    await due.drop(work.db, work.firm_id, [row["id"]])
    await _put(work, row, RunState.CANCELLED, "Cancelled by hand.", attempts=row["attempts"])
    return command.run_id


async def _mine(work: Work, run_id: str, *states: RunState) -> Row:
    """A turn that the viewer sees, in one of the states; its job is locked."""
    seen = await find.run(work, run_id, "run_id")
    await find.live_job(work, seen["job_id"], "run_id")
    row = await runs.locked(work.db, work.firm_id, run_id)
    assert row is not None  # turns are deleted with their jobs, and this one's is locked
    if row["state"] not in states:
        raise invalid(ErrorCode.INVALID, WORDS[RunState(row["state"])], "run_id")
    return row


async def _put(work: Work, row: Row, state: RunState, reason: str | None, *, attempts: int) -> None:
    await _note(work, row, state, reason, attempts=attempts)
    work.touch_job(row["job_id"])
    kind = {"from_label": row["kind"], "to_label": row["kind"]}
    line = changed("run", row["id"], row["id"], **kind)
    work.history(row["job_id"], HistoryAction.AUTOMATION_SET, line, changed("state", row["state"], state))
    work.reconsider(row["job_id"])


async def _note(
    work: Work, row: Row, state: RunState, reason: str | None, *, attempts: int, things: Collection[str] = ()
) -> None:
    line = {"id": row["id"], "job_id": row["job_id"], "automation_id": row["automation_id"], "state": state}
    line |= {"reason": reason, "attempts": attempts, "due_at": None, "things": list(things)}
    await run_log.note(work, [line], before=RunState(row["state"]))
