"""Archiving by itself: completed jobs leave the board after as many days as their pipeline says (PL2)."""

from collections.abc import Callable
from typing import Final

from engine.enums import CauseKind, JobState
from engine.job import status_of_jobs
from engine.work import Caller, Clock, Work, perform, system_clock, system_of
from store.database import Database
from store.writes import archiving, locks, places

AT_ONCE: Final = 100
"""Jobs in one transaction and event."""

FAILURES_SHOWN: Final = 5


async def archive_old(database: Database, notify: Callable[[str], None], *, clock: Clock = system_clock) -> int:
    """Archives, as the system, the jobs that were completed too many days of 24 hours ago; answers how many.

    Any number of workers may do it at the same time; a job that somebody works on is left for the next time. A pipeline
    that fails is, too: the others are done, then an ExceptionGroup of the first failures is raised.
    """
    done, failures = 0, list[Exception]()
    for pipeline in await archiving.pipelines(database, clock()):
        caller = Caller(system_of(pipeline["firm_id"]), CauseKind.SYSTEM)
        try:
            while some := await perform(database, caller, _archive_some, pipeline["id"], notify=notify, clock=clock):
                done += some
        except Exception as error:  # noqa: BLE001  (raised below)
            error.add_note(f"The pipeline is {pipeline['id']}.")
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"{len(failures)} pipelines were not archived", failures[:FAILURES_SHOWN])
    return done


async def _archive_some(work: Work, pipeline_id: str) -> int:
    await locks.share_pipeline(work.db, pipeline_id)
    ids = await archiving.take(work.db, work.firm_id, pipeline_id, work.now, AT_ONCE)
    if ids:
        jobs = await work.lock_jobs(ids)
        await status_of_jobs.put(work, jobs, await places.built_in_status(work.db, work.firm_id, JobState.ARCHIVED))
    return len(ids)
