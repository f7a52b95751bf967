"""Moving jobs by hand (MV1); how they enter their stages is in ``engine.job.entry``, whatever the cause."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine import find, limits
from engine.access import sees_job
from engine.enums import AccessRight, ErrorCode, HistoryAction, JobSort, JobState, PendingItems
from engine.errors import invalid, stale
from engine.items import settling
from engine.job.entry import ALL, SKIPPED, Arrival, enter
from engine.pipeline import rank
from engine.unset import UNSET, Maybe
from engine.work import Work, changed
from store.database import Row
from store.writes import jobs, locks, places, undo


@dataclass(frozen=True, slots=True)
class Expect:
    """What the caller believes of a job: its version, or the stage it is in. Exactly one is given."""

    version: Maybe[int | None] = UNSET
    stage_id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class MoveJob:
    """Moves a job to a stage, of this or another pipeline, below another job or on top."""

    job_id: str
    stage_id: str
    expect: Expect
    after_job_id: str | None = None
    pending_items: PendingItems | None = None
    pending_item_choices: Sequence[settling.PendingItemChoice] | None = None
    skip_automations: bool = False


async def move_job(work: Work, command: MoveJob) -> str:
    """Moves or reorders a job by hand; answers its id. To skip automations takes the right to (MV7).

    Raises Refused: the job or stage is not there for the viewer; the job is archived (ST1); another change came first
    (MV4); open blocking items need a choice (MV5); the pipeline is archived; ``after_job_id`` is in another column.
    """
    if command.skip_automations:
        work.viewer.need(AccessRight.SKIP_AUTOMATIONS, "skip_automations")
    stage = await find.stage(work, command.stage_id, "stage_id")
    await locks.share_pipeline(work.db, stage["pipeline_id"])
    stage = await find.stage(work, command.stage_id, "stage_id")
    job = await find.job(work, command.job_id, "job_id")
    check_expected(job, command.expect)
    if job["state"] == JobState.ARCHIVED:
        raise invalid(ErrorCode.ARCHIVED, "The job is archived: unarchive it first.", "job_id")
    if stage["id"] == job["stage_id"]:
        await _reorder(work, job, command)
        return command.job_id
    await open_to_jobs(work, stage, job["pipeline_id"])
    work.warnings += await limits.check_move(work, job, stage, by_person=True)
    settled = await settling.settle(work, job, command.pending_items, command.pending_item_choices or ())
    arrival = Arrival(job, stage, await place(work, stage["id"], command.after_job_id, job["id"]))
    await undo.remember(work.db, work.firm_id, job, settled)
    await enter(work, [arrival], SKIPPED if command.skip_automations else ALL)
    return command.job_id


def check_expected(job: Row, expect: Expect) -> None:
    """Refuses where the job is not as the caller believes (MV4)."""
    if isinstance(expect.version, int) and expect.version != job["version"]:
        raise stale("job", job["id"], "expect", "version")
    if isinstance(expect.stage_id, str) and expect.stage_id != job["stage_id"]:
        raise stale("job", job["id"], "expect", "stage_id")


async def open_to_jobs(work: Work, stage: Row, from_pipeline_id: str | None, *path: str) -> None:
    """Refuses a stage whose pipeline is archived, unless the job is in that pipeline already."""
    if stage["pipeline_id"] == from_pipeline_id:
        return
    pipeline = await find.pipeline(work, stage["pipeline_id"], "stage_id")
    if pipeline["archived_at"] is not None:
        raise invalid(ErrorCode.ARCHIVED, "The pipeline is archived: no job enters it.", *(path or ("stage_id",)))


async def place(work: Work, stage_id: str, after_job_id: str | None, job_id: str = "") -> str:
    """An order key in a column: below another job of it, or on top (MV9). Rewrites no other job."""
    after_rank = None
    if after_job_id is not None:
        after = await find.seen_job(work, after_job_id, "after_job_id")
        if after["stage_id"] != stage_id or after_job_id == job_id:
            raise invalid(ErrorCode.NOT_IN_STAGE, "This is not another job of the target stage.", "after_job_id")
        after_rank = after["rank"]
    above, below = await places.neighbours(work.db, work.firm_id, stage_id, after_rank, job_id)
    key = rank.between(above, below)
    if len(key) > rank.LONGEST:
        message = "Jobs were put at this very place too often. Put it one place higher or lower."
        raise invalid(ErrorCode.TOO_MANY, message, "after_job_id")
    return key


async def _reorder(work: Work, job: Row, command: MoveJob) -> None:
    """MV3: a new place in the same column opens no visit and runs nothing; there are places where one sorts by hand."""
    key = await place(work, job["stage_id"], command.after_job_id, job["id"])
    pipeline = await find.pipeline(work, job["pipeline_id"], "stage_id")
    if pipeline["job_sort"] != JobSort.MANUAL or await _stands_there(work, job, command.after_job_id):
        return
    await jobs.change(work.db, work.firm_id, job["id"], work.now, {"rank": key})
    work.touch_job(job["id"])
    work.history(job["id"], HistoryAction.REORDERED, changed("rank", job["rank"], key))


async def _stands_there(work: Work, job: Row, after_job_id: str | None) -> bool:
    """Whether a job is where it is to be put already: on top, or next below another."""
    after = await find.seen_job(work, after_job_id, "after_job_id") if after_job_id else None
    above = after["rank"] if after else None
    return await places.is_next(
        work.db, work.firm_id, job["stage_id"], above, job["rank"], lambda p: sees_job(work.viewer, p, "t")
    )
