"""SET_JOB_STATUS: the job goes on hold, is completed, is archived."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine import find
from engine.automating import setting
from engine.automating.kinds import Batch, Kind, Turn
from engine.enums import ErrorCode
from engine.errors import invalid
from engine.job import status_of_jobs
from engine.work import Work
from store.writes import entries, locks, runs


@dataclass(frozen=True, slots=True)
class SetJobStatus:
    """The status."""

    status_id: str = setting.ref("status", "The status that the job gets, if it is enabled in its pipeline.")


async def starts_more(work: Work, config: SetJobStatus, turns: Sequence[Turn]) -> bool:
    """Whether the status has automations of its own where the jobs are (AU1)."""
    for pipeline_id in sorted({turn.job["pipeline_id"] for turn in turns}):
        if await runs.place_of_status(work.db, work.firm_id, pipeline_id, config.status_id):
            return True
    return False


async def run(batch: Batch[SetJobStatus]) -> None:
    """The same status for every job. Raises Refused where it is not enabled."""
    work, status_id = batch.work, batch.config.status_id
    status = await find.of_firm(work, "job_statuses", "job status", status_id, "status_id")
    jobs = await locks.jobs(work.db, work.firm_id, batch.job_ids)
    for pipeline_id in sorted({job["pipeline_id"] for job in jobs}):
        if not await entries.enabled(work.db, work.firm_id, pipeline_id, [status_id]):
            raise invalid(ErrorCode.NOT_ENABLED, "The status is not enabled in the job's pipeline.", "status_id")
    await status_of_jobs.put(work, jobs, status)


KIND = Kind("SET_JOB_STATUS", "Puts the job into a status.", SetJobStatus, run, later=starts_more, sets_status=True)
