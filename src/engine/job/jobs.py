"""Jobs: made, edited, put into statuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from engine import find, limits
from engine.changes import differing, lines
from engine.checks import Checks, listed
from engine.enums import AccessRight, ErrorCode, HistoryAction, Priority
from engine.errors import invalid, stale
from engine.job import assignees, budgets, making, rescheduling, status_of_jobs
from engine.job.job_edits import DATES
from engine.job.moves import Expect, check_expected, place
from engine.time.calendar import today
from engine.unset import UNSET, Maybe
from engine.work import Work, changed
from store.database import Row
from store.writes import jobs, locks, places


@dataclass(frozen=True, slots=True)
class CreateJob:
    """Makes a job of an account, in the first stage of a pipeline or in a named one.

    It starts with what a template says, where one is named, or is the pipeline's own and none is (JB1). What is given
    wins; None for the template is none.
    """

    account_id: str
    pipeline_id: str
    template_id: Maybe[str | None] = UNSET
    name: Maybe[str | None] = UNSET
    stage_id: str | None = None
    description: Maybe[str | None] = UNSET
    priority: Maybe[Priority] = UNSET
    assignee_ids: Maybe[Sequence[str]] = UNSET
    start_date: Maybe[date | None] = UNSET
    due_date: Maybe[date | None] = UNSET
    time_budget_minutes: Maybe[int | None] = UNSET
    after_job_id: str | None = None
    period: str | None = None
    allow_duplicate: bool = False
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateJob:
    """Changes a job where it stands."""

    job_id: str
    expect: Maybe[Expect | None] = UNSET
    name: Maybe[str] = UNSET
    description: Maybe[str | None] = UNSET
    priority: Maybe[Priority] = UNSET
    start_date: Maybe[date | None] = UNSET
    due_date: Maybe[date | None] = UNSET
    time_budget_minutes: Maybe[int | None] = UNSET
    add_assignee_ids: Maybe[Sequence[str] | None] = UNSET
    remove_assignee_ids: Maybe[Sequence[str] | None] = UNSET


@dataclass(frozen=True, slots=True)
class SetJobStatus:
    """Puts a job into a status; archives and unarchives it, too."""

    job_id: str
    status_id: str
    expect: Maybe[Expect | None] = UNSET


async def create_job(work: Work, command: CreateJob) -> str:
    """Makes a job, below ``after_job_id`` or on top of its column; answers its id.

    Refuses (DUPLICATE) a second one of the same account, pipeline and period, unless that is allowed (JB1).
    """
    checks = Checks()
    given = given_of(checks, command)
    period = command.period and checks.name(command.period, "period")
    checks.done()
    permit_budget(work, given)
    job_id, again = await find.new(work, "jobs", "job", command)
    if again:
        return str((await find.seen_job(work, job_id, "id"))["id"])
    pipeline, stage = await making.first_place(work, command.pipeline_id, command.stage_id)
    await find.account(work, command.account_id, "account_id", keep=True)
    await find.assignable(work, given.get("assignee_ids", ()), "assignee_ids")
    work.warnings += await limits.check_move(work, None, stage, by_person=not work.viewer.is_system)
    if not command.allow_duplicate and await making.twins(work, command.pipeline_id, period, [command.account_id]):
        raise invalid(ErrorCode.DUPLICATE, making.TWIN, "period")
    template_id = pipeline["job_template_id"] if command.template_id is UNSET else command.template_id
    plan = making.Plan(stage, template_id, given, today(work.viewer.time_zone, work.now), period)
    key = await place(work, stage["id"], command.after_job_id)
    await making.make(work, plan, [making.New(job_id, command.account_id, key)])
    return job_id


def given_of(checks: Checks, command: Any) -> dict[str, Any]:
    """What a command that makes jobs says of them, checked; what is left out is the template's.

    The command names it as ``CreateJob`` does.
    """
    given: dict[str, Any] = {}
    if command.name:
        given["name"] = checks.name(command.name, "name")
    elif command.name is not UNSET and command.name is not None:
        checks.add(ErrorCode.REQUIRED, "It must not be empty.", "name")
    if command.description is not UNSET:
        given["description"] = checks.text(command.description, "description")
    if command.assignee_ids is not UNSET:
        given["assignee_ids"] = tuple(checks.ids(command.assignee_ids, "assignee_ids"))
    given |= {
        name: value for name in ("priority", "start_date", "due_date") if (value := getattr(command, name)) is not UNSET
    }
    checks.dates(given.get("start_date"), given.get("due_date"), "due_date")
    budget = command.time_budget_minutes
    if budget is not UNSET:
        given["time_budget_minutes"] = budgets.checked(checks, budget, "time_budget_minutes")
    return given


def permit_budget(work: Work, given: Mapping[str, Any]) -> None:
    """Refuses a time budget to who may not set any (AC1)."""
    if given.get("time_budget_minutes") is not None:
        work.viewer.need(AccessRight.MANAGE_TIME_BUDGETS, "time_budget_minutes")


async def update_job(work: Work, command: UpdateJob) -> str:
    """Changes a job that the viewer sees; answers its id."""
    row = await find.live_job(work, command.job_id, "job_id")
    if command.expect:
        check_expected(row, command.expect)
    checks = Checks()
    values = differing(
        row,
        name=checks.given(checks.name, command.name, "name"),
        description=checks.given(checks.text, command.description, "description"),
        priority=command.priority,
        start_date=command.start_date,
        due_date=command.due_date,
        time_budget_minutes=checks.given(
            partial(budgets.checked, checks), command.time_budget_minutes, "time_budget_minutes"
        ),
    )
    start, due = values.get("start_date", row["start_date"]), values.get("due_date", row["due_date"])
    checks.dates(start, due, "due_date" if "due_date" in values else "start_date")
    add = checks.ids(listed(command.add_assignee_ids), "add_assignee_ids")
    gone = checks.ids(listed(command.remove_assignee_ids), "remove_assignee_ids")
    checks.done()
    if "time_budget_minutes" in values:
        work.viewer.need(AccessRight.MANAGE_TIME_BUDGETS, "time_budget_minutes")
    await find.assignable(work, add, "add_assignee_ids")
    assigned = await _reassign(work, command, add, gone)
    if values or assigned:
        await jobs.change(work.db, work.firm_id, command.job_id, work.now, values)
        if DATES & values.keys():
            await rescheduling.follow_dates(work, [command.job_id])
        work.touch_job(command.job_id)
    if "time_budget_minutes" in values:
        await budgets.look(work, [command.job_id], anew=True)
    if values:
        work.history(command.job_id, HistoryAction.UPDATED, *lines(row, values))
    return command.job_id


async def _reassign(work: Work, command: UpdateJob, add: Sequence[str], gone: Sequence[str]) -> bool:
    came, went = await assignees.change(work, "job", {command.job_id: add}, {command.job_id: gone})
    added, removed = came.get(command.job_id, ()), went.get(command.job_id, ())
    if added or removed:
        work.history(command.job_id, HistoryAction.ASSIGNEES_CHANGED, changed("assignees", removed, added))
    return bool(added or removed)


async def set_job_status(work: Work, command: SetJobStatus) -> str:
    """Puts a job into a status enabled in its pipeline (ST1). Unarchiving leaves it in its stage. Answers its id."""
    row = await _where_it_stays(work, command.job_id)
    if command.expect:
        check_expected(row, command.expect)
    status = await find.of_firm(work, "job_statuses", "job status", command.status_id, "status_id")
    if status["id"] == row["status_id"]:
        return command.job_id
    if not await places.status_enabled(work.db, work.firm_id, row["pipeline_id"], command.status_id):
        raise invalid(ErrorCode.NOT_ENABLED, "This status is not enabled in the job's pipeline.", "status_id")
    await status_of_jobs.put(work, [row], status)
    return command.job_id


async def _where_it_stays(work: Work, job_id: str) -> Row:
    """Locks a job whose pipeline keeps its enabled statuses until the end of the transaction."""
    seen = await find.seen_job(work, job_id, "job_id")
    await locks.share_pipeline(work.db, seen["pipeline_id"])
    row = await find.job(work, job_id, "job_id")
    if row["pipeline_id"] != seen["pipeline_id"]:
        raise stale("job", job_id, "job_id")
    return row
