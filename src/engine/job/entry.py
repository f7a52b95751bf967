"""Entering stages (MV2): the one place where jobs come to stand in a stage, any number at once, whatever the cause."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from engine import news
from engine.automating.execution import Step, Visitor, run_all
from engine.enums import Completion, DueKind, HistoryAction, JobState
from engine.job import status_of_jobs
from engine.time.calendar import Calendar, of_firm
from engine.time.duration import Duration
from engine.work import Work, changed
from store.database import Row
from store.ids import new_id
from store.writes import entries, locks, places, runs


@dataclass(frozen=True, slots=True)
class Arrival:
    """A locked job, the stage that it enters, and its place there."""

    job: Row
    stage: Row
    rank: str


@dataclass(frozen=True, slots=True)
class Automations:
    """Whether the stage's automations run: on all paths but import, undo and the deletion of a stage (MV1)."""

    run: bool = True
    skip: bool = False
    """Whether the run log shows them as skipped by hand (MV7)."""


ALL = Automations()
NONE = Automations(run=False)
SKIPPED = Automations(skip=True)


async def enter(work: Work, arrivals: Sequence[Arrival], automations: Automations = ALL) -> None:
    """Moves locked jobs: their visits end and new ones open, with the stage's automations in order."""
    for pipeline_id in sorted({arrival.stage["pipeline_id"] for arrival in arrivals}):
        arrivals = await _in_known_status(work, pipeline_id, arrivals)
    gone = await entries.leave(work.db, work.firm_id, [arrival.job["id"] for arrival in arrivals], work.now)
    work.touch_runs(gone)
    for arrival in arrivals:
        work.touch_job(arrival.job["id"])
        news.note(work, arrival.job, "stage")
        work.history(arrival.job["id"], HistoryAction.MOVED, *_lines(arrival))
    await arrive(work, arrivals, automations)


async def _in_known_status(work: Work, pipeline_id: str, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
    """MV8: a status that is not enabled in the pipeline becomes Active. Answers the arrivals as they are then."""
    foreign = [a.job for a in arrivals if a.stage["pipeline_id"] == pipeline_id and _is_foreign(a)]
    if not foreign:
        return arrivals
    statuses = {job["status_id"] for job in foreign}
    known = await entries.enabled(work.db, work.firm_id, pipeline_id, statuses)
    lost = [job for job in foreign if job["status_id"] not in known]
    await status_of_jobs.put(work, lost, await places.built_in_status(work.db, work.firm_id, JobState.ACTIVE))
    fresh = await _as_they_are_now(work, lost)
    return [replace(arrival, job=fresh.get(arrival.job["id"], arrival.job)) for arrival in arrivals]


def _is_foreign(arrival: Arrival) -> bool:
    """Whether the job brings one of the firm's own statuses along from another pipeline."""
    job = arrival.job
    return bool(job["pipeline_id"] != arrival.stage["pipeline_id"] and job["state"] == JobState.CUSTOM)


def _lines(arrival: Arrival) -> list[dict[str, Any]]:
    job, stage = arrival.job, arrival.stage
    entered = changed("stage", job["stage_id"], stage["id"], to_label=stage["name"])
    lines = [entered, changed("rank", job["rank"], arrival.rank)]
    if stage["pipeline_id"] != job["pipeline_id"]:
        lines.insert(0, changed("pipeline", job["pipeline_id"], stage["pipeline_id"]))
    return lines


async def arrive(work: Work, arrivals: Sequence[Arrival], automations: Automations = ALL) -> None:
    """Opens visits of jobs that stand nowhere: new ones, and those that have just left a stage."""
    limits = await _limits(work, arrivals)
    given = [
        {
            "job_id": arrival.job["id"],
            "pipeline_id": arrival.stage["pipeline_id"],
            "stage_id": arrival.stage["id"],
            "rank": arrival.rank,
            "visit_id": new_id("visit"),
            "due_at": limits.get(arrival.stage["id"]),
        }
        for arrival in arrivals
    ]
    visits = await entries.enter(work.db, work.firm_id, work.now, given)
    for visit in visits.values():
        if visit["due_at"] is not None:
            work.later(DueKind.LIMIT, visit["id"], job_id=visit["job_id"], at=visit["due_at"], shifts=True)
    await status_of_jobs.stay_on(work, [arrival.job for arrival in arrivals], visits)
    for stage in {arrival.stage["id"]: arrival.stage for arrival in arrivals}.values():
        here = [arrival.job for arrival in arrivals if arrival.stage["id"] == stage["id"]]
        if automations.run:
            await _run_stage(work, stage, here, visits, automations)
        await _complete_on_entry(work, stage, here)
    work.reconsider(*visits)


async def _limits(work: Work, arrivals: Sequence[Arrival]) -> dict[str, datetime]:
    """PL6: by when a job that enters now is to have left, by stage."""
    stages = {a.stage["id"]: a.stage for a in arrivals if a.stage["time_limit"] is not None}
    if not stages:
        return {}
    calendar: Calendar = await of_firm(work.db, work.firm_id)
    limits = {stage_id: Duration.of(orjson.loads(stage["time_limit"])) for stage_id, stage in stages.items()}
    return {stage_id: limit.after(work.now, calendar) for stage_id, limit in limits.items()}


async def _run_stage(
    work: Work, stage: Row, jobs: Sequence[Row], visits: dict[str, Row], automations: Automations
) -> None:
    found = await runs.place(work.db, work.firm_id, stage["id"])
    if found:
        fresh = await _as_they_are_now(work, jobs)
        visitors = [Visitor(fresh[job["id"]], visits[job["id"]]) for job in jobs]
        await run_all(work, [Step.of(row) for row in found], visitors, skip=automations.skip)


async def _as_they_are_now(work: Work, jobs: Sequence[Row]) -> dict[str, Row]:
    rows = await locks.jobs(work.db, work.firm_id, [job["id"] for job in jobs])
    return {row["id"]: row for row in rows}


async def _complete_on_entry(work: Work, stage: Row, jobs: Sequence[Row]) -> None:
    """PL7: the last stage may complete whatever enters it."""
    if stage["completion"] != Completion.ON_ENTRY or not await entries.is_last(work.db, work.firm_id, stage["id"]):
        return
    rows = await locks.jobs(work.db, work.firm_id, [job["id"] for job in jobs])
    active = [row for row in rows if row["state"] == JobState.ACTIVE]
    if active:
        completed = await places.built_in_status(work.db, work.firm_id, JobState.COMPLETED)
        await status_of_jobs.put(work, active, completed)
