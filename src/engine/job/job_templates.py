"""Job templates: what a new job starts with (JB1)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Self

import orjson

from engine import access, find
from engine.automating import telling
from engine.checks import TEXT_LENGTH, Checks
from engine.enums import AccessRight, ErrorCode, Priority
from engine.errors import refuse_use
from engine.firm.tags import free_name
from engine.job import budgets
from engine.mail import shortcodes
from engine.templates import keeping, people
from engine.templates.sorts import JOB, TASK
from engine.time import calendar
from engine.time.calendar import Calendar
from engine.time.duration import Duration
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.database import Row
from store.writes import job_templates, usage

MOST_TASKS: Final = 20
"""With how many tasks a job begins at most: a hundred jobs are made at once."""


@dataclass(frozen=True, slots=True)
class CreateJobTemplate:
    """Makes a job template."""

    name: str
    job_name: str
    description: str | None = None
    priority: Priority = Priority.MEDIUM
    assignee_ids: Sequence[str] = ()
    assignee_role_ids: Sequence[str] = ()
    task_template_ids: Sequence[str] = ()
    start_after: Duration | None = None
    due_after: Duration | None = None
    time_budget_minutes: int | None = None
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateJobTemplate:
    """Changes a job template. Jobs that were made from it stay as they are."""

    job_template_id: str
    name: Maybe[str] = UNSET
    job_name: Maybe[str] = UNSET
    description: Maybe[str | None] = UNSET
    priority: Maybe[Priority] = UNSET
    assignee_ids: Maybe[Sequence[str]] = UNSET
    assignee_role_ids: Maybe[Sequence[str]] = UNSET
    task_template_ids: Maybe[Sequence[str]] = UNSET
    start_after: Maybe[Duration | None] = UNSET
    due_after: Maybe[Duration | None] = UNSET
    time_budget_minutes: Maybe[int | None] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteJobTemplate:
    """Deletes a job template that nothing uses."""

    job_template_id: str


@dataclass(frozen=True, slots=True)
class Template:
    """What a template holds. Assignees are members, and whoever has one of the roles for the account.

    A job begins with a task by each of the task templates, in this order. Dates are spans after the day on which the
    job is made; 0 of a unit is that day.
    """

    name: str
    job_name: str
    description: str | None
    priority: Priority
    assignee_ids: tuple[str, ...]
    assignee_role_ids: tuple[str, ...]
    task_template_ids: tuple[str, ...]
    start_after: Duration | None
    due_after: Duration | None
    time_budget_minutes: int | None

    @classmethod
    def of(cls, row: Row) -> Self:
        """As it is stored."""
        named = orjson.loads(row["people"])
        spans = {name: row[name] and Duration.of(orjson.loads(row[name])) for name in ("start_after", "due_after")}
        return cls(
            name=row["name"],
            job_name=row["job_name"],
            description=row["description"],
            priority=Priority(row["priority"]),
            assignee_ids=tuple(named["members"]),
            assignee_role_ids=tuple(named["roles"]),
            task_template_ids=tuple(orjson.loads(row["tasks"] or "[]")),
            time_budget_minutes=row["time_budget_minutes"],
            **spans,
        )

    @property
    def columns(self) -> dict[str, Any]:
        """As it is to be stored."""
        return {
            "name": self.name,
            "job_name": self.job_name,
            "description": self.description,
            "priority": self.priority.value,
            "people": {"members": list(self.assignee_ids), "roles": list(self.assignee_role_ids)},
            "tasks": list(self.task_template_ids) or None,
            "start_after": self.start_after and self.start_after.stored(),
            "due_after": self.due_after and self.due_after.stored(),
            "time_budget_minutes": self.time_budget_minutes,
        }

    @property
    def texts(self) -> str:
        """All that shortcodes may stand in."""
        return f"{self.job_name}\n{self.description or ''}"


@dataclass(frozen=True, slots=True)
class Days:
    """The day from which a template's dates count, and the one of which its shortcodes speak."""

    counted: date
    told: date


@dataclass(frozen=True, slots=True)
class Filled:
    """What a template makes of a new job for one account."""

    name: str
    description: str | None
    priority: Priority
    assignee_ids: tuple[str, ...]
    start_date: date | None = None
    due_date: date | None = None
    time_budget_minutes: int | None = None
    template: tuple[str, int] | None = None
    """The template's id and version."""
    task_template_ids: tuple[str, ...] = ()
    """By which it gets tasks to begin with."""

    @property
    def columns(self) -> dict[str, Any]:
        """As the job's row has it."""
        return {
            "name": self.name,
            "description": self.description,
            "priority": self.priority.value,
            "start_date": self.start_date,
            "due_date": self.due_date,
            "time_budget_minutes": self.time_budget_minutes,
        }


async def create_job_template(work: Work, command: CreateJobTemplate) -> str:
    """Makes a job template; answers its id. Refuses a name that is taken, and shortcodes that there are not."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    said = {part.name: getattr(command, part.name) for part in fields(Template)}
    template, named = await _checked(work, Template(**said))
    template_id, again = await find.new(work, JOB.table, JOB.prefix, command)
    if again:
        return await keeping.again(work, JOB, template_id)
    await free_name(work, JOB.table, template.name)
    await people.check(work, template.assignee_ids, template.assignee_role_ids)
    await _find_tasks(work, template.task_template_ids)
    await keeping.make(work, JOB, template_id, _refers(template, named), **template.columns)
    return template_id


async def update_job_template(work: Work, command: UpdateJobTemplate) -> str:
    """Changes a job template; answers its id. Members who were deactivated since they were named may stay."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    before = Template.of(await _whole(work, command.job_template_id))
    said = {part.name: getattr(command, part.name) for part in fields(Template)}
    changed = replace(before, **{name: value for name, value in said.items() if value is not UNSET})
    template, named = await _checked(work, changed, before)
    if template.name != before.name:
        await free_name(work, JOB.table, template.name, command.job_template_id)
    await people.check(
        work,
        [one for one in template.assignee_ids if one not in before.assignee_ids],
        [one for one in template.assignee_role_ids if one not in before.assignee_role_ids],
    )
    await _find_tasks(work, [one for one in template.task_template_ids if one not in before.task_template_ids])
    if template != before:
        await keeping.change(work, JOB, command.job_template_id, _refers(template, named), **template.columns)
    return command.job_template_id


async def delete_job_template(work: Work, command: DeleteJobTemplate) -> str:
    """Deletes a job template; refused while pipelines have it by default or automations name it (PL4)."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    await _whole(work, command.job_template_id)
    used = await usage.pipelines_with_template(
        work.db, work.firm_id, command.job_template_id, lambda p: access.sees_pipeline(work.viewer, p, "t.id")
    )
    words = ("pipeline has this template by default.", "pipelines have this template by default.")
    refuse_use(used, *words, "job_template_id")
    await job_templates.leave_deleted_pipelines(work.db, work.firm_id, command.job_template_id)
    await keeping.drop(work, JOB, command.job_template_id, "job_template_id")
    return command.job_template_id


def as_it_was(row: Row) -> UpdateJobTemplate:
    """The edit that makes a template what it was."""
    was = Template.of(row)
    return UpdateJobTemplate(row["id"], **{part.name: getattr(was, part.name) for part in fields(was)})


def _refers(template: Template, named: set[str]) -> set[str]:
    return {*named, *template.assignee_ids, *template.assignee_role_ids, *template.task_template_ids}


async def _find_tasks(work: Work, template_ids: Sequence[str]) -> None:
    """Refuses task templates that are not there, or tell more than the viewer may have told (AC3)."""
    await find.all_of_firm(work, TASK.table, TASK.noun, template_ids, "task_template_ids")
    for template_id in template_ids:
        await telling.permit_template(work, template_id, "task_template_ids")


async def _whole(work: Work, template_id: str) -> Row:
    return await keeping.whole(work, JOB, template_id, "job_template_id")


async def _checked(work: Work, template: Template, before: Template | None = None) -> tuple[Template, set[str]]:
    """The template with its values as they are stored, and the custom fields that its texts name.

    Texts that it had ``before`` may stay, whatever they tell (AC3).
    """
    checks = Checks()
    check_spans(checks, template.start_after, template.due_after)
    checked = replace(
        template,
        name=checks.name(template.name, "name"),
        job_name=checks.name(template.job_name, "job_name"),
        description=checks.text(template.description, "description"),
        assignee_ids=tuple(checks.ids(template.assignee_ids, "assignee_ids")),
        assignee_role_ids=tuple(checks.ids(template.assignee_role_ids, "assignee_role_ids")),
        task_template_ids=tuple(checks.ids(template.task_template_ids, "task_template_ids")),
        time_budget_minutes=budgets.checked(checks, template.time_budget_minutes, "time_budget_minutes"),
    )
    if len(checked.task_template_ids) > MOST_TASKS:
        checks.add(ErrorCode.TOO_MANY, f"At most {MOST_TASKS} tasks to begin with.", "task_template_ids")
    known, named = await shortcodes.fields(work.db, work.firm_id), set[str]()
    for name in ("job_name", "description"):
        text = getattr(checked, name)
        named |= shortcodes.check(text, checks, name, fields=known, allowed=shortcodes.OF_ACCOUNTS)
    checks.done()
    for name in ("job_name", "description"):
        if before is None or getattr(checked, name) != getattr(before, name):
            telling.permit_text(work, getattr(checked, name), name)
    if checked.time_budget_minutes != (before.time_budget_minutes if before else None):
        work.viewer.need(AccessRight.MANAGE_TIME_BUDGETS, "time_budget_minutes")
    return checked, named


def check_spans(checks: Checks, start: Duration | None, due: Duration | None) -> None:
    """Notes spans of a job's dates that make no sense, by themselves or together."""
    for name, span in (("start_after", start), ("due_after", due)):
        if span:
            span.check_days(checks, name)
    if start and due and start.exceeds(due):
        checks.add(ErrorCode.DATES_REVERSED, "The due date is before the start date.", "due_after")


async def fill(
    work: Work,
    template_id: str,
    account_ids: Collection[str],
    day: date,
    given: Mapping[str, Any],
    *path: str,
) -> dict[str, Filled]:
    """What new jobs start with, by account, in a constant number of statements.

    ``day`` is the one that dates count from and shortcodes speak of. ``given`` holds values of ``Filled`` that win
    over the template's, UNSET for none. A date of the template that does not fit a given one is that one.
    """
    row = await find.of_firm(work, "job_templates", "job template", template_id, *path)
    by = (row["id"], row["version"])
    return await filled(work, Template.of(row), by, account_ids, Days(day, day), given)


async def filled(
    work: Work,
    template: Template,
    by: tuple[str, int] | None,
    account_ids: Collection[str],
    days: Days,
    given: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Filled]:
    """What new jobs start with by what a template says, likewise; ``by`` are its id and version."""
    codes = shortcodes.codes(template.texts)
    values = await shortcodes.account_values(work.db, work.firm_id, account_ids, codes, days.told)
    meant = await people.meant(work, template.assignee_ids, template.assignee_role_ids, list(values))
    wins = {name: value for name, value in given.items() if value is not UNSET}
    dates = _dates(template, days.counted, await calendar.of_firm(work.db, work.firm_id), wins)
    return {
        account_id: replace(
            Filled(
                name=shortcodes.resolve_line(template.job_name, own) or template.name,
                description=shortcodes.resolve(template.description or "", own)[:TEXT_LENGTH].strip() or None,
                priority=template.priority,
                assignee_ids=meant[account_id],
                template=by,
                task_template_ids=template.task_template_ids,
                time_budget_minutes=template.time_budget_minutes,
                **dates,
            ),
            **wins,
        )
        for account_id, own in values.items()
    }


def _dates(template: Template, day: date, firm: Calendar, given: Mapping[str, Any]) -> dict[str, date | None]:
    start = given.get("start_date", template.start_after and template.start_after.day_after(day, firm))
    due = given.get("due_date", template.due_after and template.due_after.day_after(day, firm))
    if start and due and due < start:
        start, due = (start, start) if "start_date" in given else (due, due)
    return {"start_date": start, "due_date": due}
