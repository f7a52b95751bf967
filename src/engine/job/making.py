"""Jobs are made here, any number at once, in a constant number of statements (JB1)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from engine import find
from engine.changes import lines
from engine.enums import ErrorCode, HistoryAction, JobState, Priority
from engine.errors import invalid, missing
from engine.items import task_templates, tasks
from engine.job import assignees, automove, job_templates
from engine.job.entry import Arrival, arrive
from engine.job.job_templates import Days, Filled, Template
from engine.pipeline import rank
from engine.templates.versions import by_template
from engine.work import Work, changed
from store.database import Row
from store.reads import task_templates as reads
from store.writes import entries, jobs, locks, places

TWIN: Final = "There is such a job of this account for this period. Allow duplicates to make another."
NAMELESS: Final = "A job has a name, unless a template gives it one."


@dataclass(frozen=True, slots=True)
class Recurring:
    """The occurrence of a recurrence that jobs are of. ``template`` is what they begin with (RC1)."""

    recurrence_id: str
    occurrence: date
    """Of which the template's shortcodes speak, instead of the day from which its dates count (AU8)."""
    template: Template
    by: tuple[str, int] | None
    """The id and version of the template."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where new jobs begin, and with what. ``given`` holds values of ``Filled``, which win over the template's."""

    stage: Row
    """Of a pipeline that keeps its stages until the end of the transaction."""
    template_id: str | None
    given: Mapping[str, Any]
    day: date
    """From which the template's dates count, and of which its shortcodes speak."""
    period: str | None = None
    """Which of their accounts' like jobs they are."""
    passes_over: bool = False
    """Whether jobs that do not meet the stage's condition begin in the next that holds (CN2)."""
    recurring: Recurring | None = None
    """Of what they are, where they recur."""


@dataclass(frozen=True, slots=True)
class New:
    """A job to be made for an account that has been found."""

    id: str
    account_id: str
    rank: str | None = None
    """Its place in its column; on top by default, in the order in which the jobs are given."""


async def first_place(work: Work, pipeline_id: str, stage_id: str | None) -> tuple[Row, Row]:
    """A pipeline, and the stage of it to begin in: the first by default. Stages stay until the end of the transaction.

    Raises Refused where the pipeline or the stage is not there for the viewer, or the pipeline is archived.
    """
    await find.pipeline(work, pipeline_id, "pipeline_id")
    await locks.share_pipeline(work.db, pipeline_id)
    pipeline = await find.pipeline(work, pipeline_id, "pipeline_id")
    stages = await places.stages(work.db, work.firm_id, pipeline_id)
    stage = next((stage for stage in stages if stage_id in (None, stage["id"])), None)
    if stage is None:
        raise missing("stage in this pipeline", "stage_id")
    if pipeline["archived_at"] is not None:
        raise invalid(ErrorCode.ARCHIVED, "The pipeline is archived: no job enters it.", "pipeline_id")
    return pipeline, stage


async def twins(work: Work, pipeline_id: str, period: str | None, account_ids: Collection[str]) -> set[str]:
    """The accounts that have such a job of a period already (JB1); nobody else makes one meanwhile."""
    if period is None or not account_ids:
        return set()
    return set(await jobs.of_period(work.db, work.firm_id, pipeline_id, period, account_ids))


async def make(work: Work, plan: Plan, news: Sequence[New]) -> dict[str, Row]:
    """Makes jobs, which enter their stages; answers their rows by id.

    Raises Refused where there is no such template, or neither it nor anything else gives a name.
    """
    if not news:
        return {}
    starts = await _starts(work, plan, {new.account_id for new in news})
    active = await places.built_in_status(work.db, work.firm_id, JobState.ACTIVE)
    ranks = await _ranks(work, plan.stage["id"], news)
    columns = [_line(new, plan, starts[new.account_id], ranks[new.id]) for new in news]
    await jobs.make(work.db, work.firm_id, work.now, active, columns)
    await assignees.change(work, "job", {new.id: starts[new.account_id].assignee_ids for new in news}, {})
    rows = {row["id"]: row for row in await locks.jobs(work.db, work.firm_id, [new.id for new in news])}
    arrivals = await _arrivals(work, plan, [rows[new.id] for new in news])
    for arrival, new in zip(arrivals, news, strict=True):
        _tell(work, arrival, active, starts[new.account_id])
    await arrive(work, arrivals)
    await _add_tasks(work, plan.day, {new.id: starts[new.account_id] for new in news})
    return rows


async def _add_tasks(work: Work, day: date, starts: Mapping[str, Filled]) -> None:
    """The tasks that jobs begin with, each by a template; none for a job that an automation has archived already."""
    wanted = [one for start in starts.values() for one in start.task_template_ids]
    if not wanted:
        return
    rows = await locks.jobs(work.db, work.firm_id, list(starts))
    accounts = {row["id"]: row["account_id"] for row in rows if row["state"] != JobState.ARCHIVED}
    found = await reads.by_ids(work.db, work.firm_id, wanted)
    for template_id in dict.fromkeys(wanted):
        if template_id in found:
            filled = await task_templates.for_jobs(work, found[template_id], accounts, day)
            await tasks.make(work, [tasks.Draft(start, job_id) for job_id, start in filled.items()])


async def _starts(work: Work, plan: Plan, account_ids: set[str]) -> dict[str, Filled]:
    """What the jobs of accounts begin with: what is given, before what the template says."""
    if plan.recurring is not None:
        recurring, days = plan.recurring, Days(plan.day, plan.recurring.occurrence)
        return await job_templates.filled(work, recurring.template, recurring.by, account_ids, days)
    if plan.template_id is not None:
        return await job_templates.fill(work, plan.template_id, account_ids, plan.day, plan.given, "template_id")
    if "name" not in plan.given:
        raise invalid(ErrorCode.REQUIRED, NAMELESS, "name")
    start = replace(Filled("", None, Priority.MEDIUM, ()), **plan.given)
    return dict.fromkeys(account_ids, start)


async def _ranks(work: Work, stage_id: str, news: Sequence[New]) -> dict[str, str]:
    """The places of jobs in their column, by their ids."""
    given = {new.id: new.rank for new in news if new.rank is not None}
    others = [new.id for new in news if new.rank is None]
    top = (await entries.tops(work.db, work.firm_id, [stage_id])).get(stage_id) if others else None
    return given | dict(zip(others, rank.spread(None, top, len(others)), strict=True))


def _line(new: New, plan: Plan, start: Filled, key: str) -> dict[str, Any]:
    return {
        "id": new.id,
        "account_id": new.account_id,
        "pipeline_id": plan.stage["pipeline_id"],
        "stage_id": plan.stage["id"],
        "rank": key,
        **start.columns,
        "period": plan.period,
        "recurrence_id": plan.recurring and plan.recurring.recurrence_id,
        "occurrence": plan.recurring and plan.recurring.occurrence,
        **by_template(start.template),
    }


async def _arrivals(work: Work, plan: Plan, rows: Sequence[Row]) -> list[Arrival]:
    """Where the jobs enter. The stage's condition is met or not by jobs that are there, with their people (CN3)."""
    if not plan.passes_over or plan.stage["condition"] is None:
        return [Arrival(row, plan.stage, row["rank"]) for row in rows]
    stages = await entries.stages(work.db, work.firm_id, [plan.stage["pipeline_id"]])
    targets = await automove.stages_from(work, rows, stages, plan.stage)
    moved = [(row, targets[row["id"]]) for row in rows if targets[row["id"]]["id"] != plan.stage["id"]]
    elsewhere = {arrival.job["id"]: arrival for arrival in await automove.on_top(work, moved)}
    return [elsewhere.get(row["id"]) or Arrival(row, plan.stage, row["rank"]) for row in rows]


def _tell(work: Work, arrival: Arrival, status: Row, start: Filled) -> None:
    job, stage = arrival.job, arrival.stage
    work.touch_job(job["id"])
    said = {name: value for name, value in {**start.columns, "period": job["period"]}.items() if value is not None}
    people = [changed("assignees", [], start.assignee_ids)] if start.assignee_ids else []
    work.history(
        job["id"],
        HistoryAction.CREATED,
        *lines(dict.fromkeys(said), said),
        changed("account", None, job["account_id"]),
        changed("pipeline", None, stage["pipeline_id"]),
        changed("stage", None, stage["id"], to_label=stage["name"]),
        changed("rank", None, arrival.rank),
        changed("status", None, status["id"], to_label=status["name"]),
        *people,
    )
