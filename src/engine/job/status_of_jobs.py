"""Jobs entering statuses (ST1, AM4): the one place where a job comes to have a status, any number at once."""

from collections.abc import Mapping, Sequence
from typing import Final

from engine import news
from engine.automating.execution import Step, Visitor, run_all
from engine.enums import DueKind, HistoryAction, JobState
from engine.work import Work, changed
from store.database import Row
from store.ids import new_id
from store.writes import due, entries, locks, runs

_ENDED: Final = frozenset({JobState.COMPLETED, JobState.ARCHIVED})
"""States in which no time limit passes."""


async def put(work: Work, jobs: Sequence[Row], status: Row) -> None:
    """Puts locked jobs into a status that is enabled where they are. Those that have it already are left alone.

    A job that comes out of the archive goes back to where it was: that runs nothing (ST1).
    """
    changing = [job for job in jobs if job["status_id"] != status["id"]]
    if not changing:
        return
    ids = [job["id"] for job in changing]
    left = [job["id"] for job in changing if job["state"] == JobState.CUSTOM]
    if left:
        work.touch_runs(await runs.cancel_stay(work.db, work.firm_id, left, work.now))
        await entries.end_stays(work.db, work.firm_id, left, work.now)
    await entries.put(work.db, work.firm_id, ids, status, work.now)
    work.touch_runs(await entries.pause(work.db, work.firm_id, ids, work.now, pauses=status["pauses"]))
    await _tell(work, changing, status)
    if status["state"] == JobState.CUSTOM:
        await _begin_stays(work, changing, status)
    if status["state"] not in _ENDED:
        await _limits_again(work, [job["id"] for job in changing if job["state"] in _ENDED])
    work.reconsider(*ids)


async def pause_again(work: Work, jobs: Sequence[Row], *, pauses: bool) -> None:
    """The status of locked jobs has begun to pause clocks, or ceased to."""
    ids = [job["id"] for job in jobs]
    for job in jobs:
        line = changed("paused", job["paused_at"] is not None, pauses)
        if line["from"] != line["to"]:
            work.history(job["id"], HistoryAction.CLOCKS_CHANGED, line)
    work.touch_runs(await entries.pause(work.db, work.firm_id, ids, work.now, pauses=pauses))


async def _tell(work: Work, jobs: Sequence[Row], status: Row) -> None:
    names = await entries.status_names(work.db, work.firm_id, {job["status_id"] for job in jobs})
    for job in jobs:
        work.touch_job(job["id"])
        news.note(work, job, "status")
        labels = {"from_label": names[job["status_id"]], "to_label": status["name"]}
        line = changed("status", job["status_id"], status["id"], **labels)
        work.history(job["id"], HistoryAction.STATUS_CHANGED, line)


async def _begin_stays(work: Work, jobs: Sequence[Row], status: Row) -> None:
    """A stay begins, with the automations of the status in the job's pipeline (AM4)."""
    visits = await entries.visits(work.db, work.firm_id, [job["id"] for job in jobs])
    stays = {job["id"]: new_id("stay") for job in jobs}
    await _write_stays(work, jobs, visits, stays, status["id"])
    for pipeline_id in sorted({job["pipeline_id"] for job in jobs}):
        found = await runs.place_of_status(work.db, work.firm_id, pipeline_id, status["id"])
        if not found:
            continue
        here = [job["id"] for job in jobs if job["pipeline_id"] == pipeline_id and job["state"] != JobState.ARCHIVED]
        rows = await locks.jobs(work.db, work.firm_id, here)
        visitors = [Visitor(row, visits[row["id"]], stays[row["id"]]) for row in rows]
        await run_all(work, [Step.of(row) for row in found], visitors)


async def _write_stays(
    work: Work, jobs: Sequence[Row], visits: Mapping[str, Row], stays: Mapping[str, str], status_id: str
) -> None:
    lines = [
        {"id": stays[job["id"]], "job_id": job["id"], "visit_id": visits[job["id"]]["id"], "status_id": status_id}
        for job in jobs
    ]
    await entries.begin_stays(work.db, work.firm_id, work.now, lines)


async def stay_on(work: Work, jobs: Sequence[Row], visits: Mapping[str, Row]) -> None:
    """Jobs that enter a stage in one of the firm's own statuses stay in it; its automations do not run again."""
    staying = [job for job in jobs if job["state"] == JobState.CUSTOM]
    for status_id in sorted({job["status_id"] for job in staying}):
        some = [job for job in staying if job["status_id"] == status_id]
        await _write_stays(work, some, visits, {job["id"]: new_id("stay") for job in some}, status_id)


async def _limits_again(work: Work, job_ids: Sequence[str]) -> None:
    """Jobs that are worked on again, and whose stage's limit may have passed unnoticed, are looked at again (PL6).

    What is still due for them stays as it is: it knows since when the job's clocks have stood still.
    """
    visits = (await entries.visits(work.db, work.firm_id, job_ids)).values() if job_ids else ()
    limited = [visit for visit in visits if visit["due_at"] is not None and not visit["overdue"]]
    there = await due.subjects(work.db, work.firm_id, [visit["id"] for visit in limited]) if limited else set()
    for visit in limited:
        if visit["id"] not in there:
            work.later(DueKind.LIMIT, visit["id"], job_id=visit["job_id"], at=visit["due_at"], shifts=True)
