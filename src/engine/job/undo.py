"""Undoing the last move of a job by hand, as long as nothing that left the firm came of it (MV7).

The job stands again where it stood, in the same visit, as if it had never left; that runs nothing. What automations
made since and is still open goes, what they have set stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import orjson

from engine import find, news, notifications
from engine.automating import run_log
from engine.enums import DueKind, ErrorCode, HistoryAction, JobState, NotificationKind, Outcome, RunState
from engine.errors import Refused, invalid, stale
from engine.items import closing, settling
from engine.job import rescheduling
from engine.job.moves import Expect, check_expected, open_to_jobs
from engine.pipeline import rank
from engine.work import Work, changed
from store.database import Row
from store.ids import new_id
from store.writes import entries, locks, places
from store.writes import undo as writes

WINDOW: Final = timedelta(minutes=10)
"""How long a move can be undone."""

NO_MOVE: Final = "The job's last move was not made by hand, or has been undone: move it where it belongs."
STAGE_GONE: Final = "The stage that the job came from is not there any more: move it where it belongs."


@dataclass(frozen=True, slots=True)
class UndoMove:
    """Undoes the last move of a job."""

    job_id: str
    expect: Expect


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of it."""

    job_id: str
    kept: tuple[str, ...]
    """The turns of automations whose effects stay."""


async def undo_move(work: Work, command: UndoMove) -> Undone:
    """Puts a job back where it stood before its last move, whoever of those who see it has made that.

    Raises Refused: the job is not there for the viewer, or another change came first (MV4); its last move was not made
    by hand, or too long ago; something has left the firm; where it came from is gone or archived, or so is the job.
    """
    job, move = await _locked(work, command)
    status = await _status(work, job, move)
    await _check(work, job, move)
    kept = await _discard(work, job, move)
    work.touch_runs(await entries.leave(work.db, work.firm_id, [job["id"]], work.now))
    stay_id = move["stay_id"] if status["id"] == move["status_id"] else None
    await _put_status(work, job, status, move, stay_id)
    key = await _place(work, move)
    await writes.put_back(work.db, work.firm_id, move, key, stay_id, work.now)
    await _go_on(work, move, stay_id)
    await _reopen(work, job, move)
    await news.take_back(work, move["now_id"])
    await writes.forget(work.db, work.firm_id, job["id"])
    work.touch_job(job["id"])
    work.history(job["id"], HistoryAction.MOVE_UNDONE, *_lines(job, move, key))
    work.reconsidered.discard(job["id"])
    return Undone(job["id"], kept)


async def _locked(work: Work, command: UndoMove) -> tuple[Row, Row]:
    """The job, locked after the pipelines between which it goes, and the move to be undone."""
    seen = await find.seen_job(work, command.job_id, "job_id")
    move = await writes.last_move(work.db, work.firm_id, seen["id"])
    for pipeline_id in sorted({seen["pipeline_id"], *([move["pipeline_id"]] if move else [])}):
        await locks.share_pipeline(work.db, pipeline_id)
    job = await find.job(work, command.job_id, "job_id")
    check_expected(job, command.expect)
    now = await writes.last_move(work.db, work.firm_id, job["id"])
    if now is None:
        raise invalid(ErrorCode.NOTHING_TO_UNDO, NO_MOVE, "job_id")
    if move is None or now["now_id"] != move["now_id"]:
        raise stale("job", job["id"], "job_id")
    return job, now


async def _check(work: Work, job: Row, move: Row) -> None:
    if work.now - move["moved_at"] > WINDOW:
        minutes = WINDOW // timedelta(minutes=1)
        message = f"A move can be undone for {minutes} minutes: move the job where it belongs."
        raise invalid(ErrorCode.TOO_LATE, message, "job_id")
    try:
        stage = await find.stage(work, move["stage_id"])
    except Refused as error:
        raise invalid(ErrorCode.NOTHING_TO_UNDO, STAGE_GONE, "job_id") from error
    await open_to_jobs(work, stage, job["pipeline_id"], "job_id")
    if not await writes.hold_back(work.db, work.firm_id, move["now_id"]):
        message = "An e-mail or a call that came of the move has left the firm: move the job where it belongs."
        raise invalid(ErrorCode.ALREADY_SENT, message, "job_id")


async def _status(work: Work, job: Row, move: Row) -> Row:
    """The status that the job gets: as before the move, unless a person has set another since.

    One that is not enabled where the job goes becomes Active (MV8). Refuses a job that a person has archived (ST1).
    """
    by_hand = await writes.status_by_hand(work.db, work.firm_id, job["id"], move["moved_at"])
    if by_hand and job["state"] == JobState.ARCHIVED:
        raise invalid(ErrorCode.ARCHIVED, "The job is archived: unarchive it first.", "job_id")
    wanted = job["status_id"] if by_hand else move["status_id"]
    if await entries.enabled(work.db, work.firm_id, move["pipeline_id"], [wanted]):
        return await find.of_firm(work, "job_statuses", "job status", wanted)
    return await places.built_in_status(work.db, work.firm_id, JobState.ACTIVE)


async def _discard(work: Work, job: Row, move: Row) -> tuple[str, ...]:
    """Ends what the move has set going; answers the turns of which something stays.

    Of what has gone, and of turns that have failed, nobody is told any more.
    """
    made = await writes.made(work.db, work.firm_id, move["now_id"])
    work.touch_runs(await writes.discard(work.db, work.firm_id, job["id"], move["now_id"], work.now))
    gone = await writes.open_items(work.db, work.firm_id, move["now_id"])
    for item_id in gone:
        await closing.put(work, await find.any_item(work, item_id), Outcome.CANCELLED)
    await notifications.withdraw(work, NotificationKind.ASSIGNED, [(item_id, None) for item_id in gone])
    await run_log.forget(work, await writes.failed(work.db, work.firm_id, move["now_id"]))
    return tuple(run_id for run_id, things in made.items() if not things or set(things) - set(gone))


async def _place(work: Work, move: Row) -> str:
    """Where it stood, or next below whoever stands there now."""
    if not await writes.taken(work.db, work.firm_id, move["stage_id"], move["rank"]):
        return str(move["rank"])
    stage_id, job_id = move["stage_id"], move["job_id"]
    return rank.between(*await places.neighbours(work.db, work.firm_id, stage_id, move["rank"], job_id))


async def _put_status(work: Work, job: Row, status: Row, move: Row, stay_id: str | None) -> None:
    """Gives the job its status without its automations, and a stay in it where it has none."""
    if status["id"] != job["status_id"]:
        names = await entries.status_names(work.db, work.firm_id, [job["status_id"]])
        await entries.put(work.db, work.firm_id, [job["id"]], status, work.now)
        put_off = await entries.pause(work.db, work.firm_id, [job["id"]], work.now, pauses=status["pauses"])
        work.touch_runs(put_off)
        labels = {"from_label": names[job["status_id"]], "to_label": status["name"]}
        line = changed("status", job["status_id"], status["id"], **labels)
        work.history(job["id"], HistoryAction.STATUS_CHANGED, line)
    if status["state"] == JobState.CUSTOM and stay_id is None:
        line = {"id": new_id("stay"), "job_id": job["id"], "visit_id": move["visit_id"], "status_id": status["id"]}
        await entries.begin_stays(work.db, work.firm_id, work.now, [line])


async def _go_on(work: Work, move: Row, stay_id: str | None) -> None:
    """What was still to come in the earlier visit is to come again: its automations, and its time limit (AU4, PL6)."""
    [job] = await locks.jobs(work.db, work.firm_id, [move["job_id"]])
    stood = _stood_still(job, move)
    await writes.put_off(work.db, work.firm_id, move["visit_id"], stood)
    # What is written now is put off from now on while the job's clocks stand still; they may have stood longer.
    late = work.now - max(job["paused_at"], move["entered_at"]) if job["paused_at"] else timedelta()
    revived = await writes.revive(work.db, work.firm_id, move, stay_id, stood)
    work.touch_runs({"id": run["id"], "job_id": job["id"]} for run in revived)
    for run in revived:
        if run["state"] == RunState.QUEUED:
            work.later(DueKind.RUN, run["id"], job_id=job["id"])
        elif run["by_span"]:
            waits = run["stay_id"] is None
            at = run["due_at"] + (late if waits else timedelta())
            work.later(DueKind.RUN, run["id"], job_id=job["id"], at=at, shifts=waits, waits=waits)
    await rescheduling.follow_dates(work, [job["id"]])
    if move["due_at"] is not None and not move["overdue"]:
        at = move["due_at"] + stood + late
        work.later(DueKind.LIMIT, move["visit_id"], job_id=job["id"], at=at, shifts=True)


def _stood_still(job: Row, move: Row) -> timedelta:
    """How long the job's clocks had stood still in the earlier visit as it was moved, if they have gone since."""
    if move["paused_at"] is None or move["paused_at"] == job["paused_at"]:
        return timedelta()
    stood: timedelta = move["moved_at"] - max(move["paused_at"], move["entered_at"])
    return stood


async def _reopen(work: Work, job: Row, move: Row) -> None:
    """The items that the move has closed are as they were; those that it kept block again, being in the visit."""
    settled: dict[str, str] = orjson.loads(move["settled"])
    closed = await writes.linked(work.db, work.firm_id, job["id"], list(settled))
    await settling.restore(work, closed, settled)


def _lines(job: Row, move: Row, key: str) -> Sequence[dict[str, object]]:
    lines = [changed("stage", job["stage_id"], move["stage_id"]), changed("rank", job["rank"], key)]
    if job["pipeline_id"] != move["pipeline_id"]:
        lines.insert(0, changed("pipeline", job["pipeline_id"], move["pipeline_id"]))
    return lines
