"""Task templates: what a new task starts with, made by hand or by automations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Self

import orjson

from engine import find
from engine.automating import telling
from engine.checks import LIST_LENGTH, NAME_LENGTH, TEXT_LENGTH, Checks
from engine.enums import AccessRight, ErrorCode, Priority
from engine.errors import invalid
from engine.firm.tags import free_name
from engine.mail import shortcodes
from engine.templates import keeping, people
from engine.templates.sorts import TASK
from engine.time import calendar, periods
from engine.time.duration import Duration
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.database import Row
from store.reads import things
from store.writes.members import active_of


@dataclass(frozen=True, slots=True)
class CreateTaskTemplate:
    """Makes a task template."""

    name: str
    title: str
    description: str | None = None
    subtasks: Sequence[str] = ()
    priority: Priority = Priority.MEDIUM
    assignee_ids: Sequence[str] = ()
    assignee_role_ids: Sequence[str] = ()
    due_after: Duration | None = None
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateTaskTemplate:
    """Changes a task template. Tasks that were made by it stay as they are."""

    task_template_id: str
    name: Maybe[str] = UNSET
    title: Maybe[str] = UNSET
    description: Maybe[str | None] = UNSET
    subtasks: Maybe[Sequence[str]] = UNSET
    priority: Maybe[Priority] = UNSET
    assignee_ids: Maybe[Sequence[str]] = UNSET
    assignee_role_ids: Maybe[Sequence[str]] = UNSET
    due_after: Maybe[Duration | None] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteTaskTemplate:
    """Deletes a task template that nothing uses."""

    task_template_id: str


@dataclass(frozen=True, slots=True)
class Template:
    """What a template holds. Assignees are members, and whoever has one of the roles for the job's account.

    The due date is a span after the day on which the task is made; 0 of a unit is that day.
    """

    name: str
    title: str
    description: str | None
    subtasks: tuple[str, ...]
    priority: Priority
    assignee_ids: tuple[str, ...]
    assignee_role_ids: tuple[str, ...]
    due_after: Duration | None

    @classmethod
    def of(cls, row: Row) -> Self:
        """As it is stored."""
        named = orjson.loads(row["people"])
        return cls(
            name=row["name"],
            title=row["title"],
            description=row["description"],
            subtasks=tuple(orjson.loads(row["subtasks"])),
            priority=Priority(row["priority"]),
            assignee_ids=tuple(named["members"]),
            assignee_role_ids=tuple(named["roles"]),
            due_after=row["due_after"] and Duration.of(orjson.loads(row["due_after"])),
        )

    @property
    def columns(self) -> dict[str, Any]:
        """As it is to be stored."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "subtasks": list(self.subtasks),
            "priority": self.priority.value,
            "people": {"members": list(self.assignee_ids), "roles": list(self.assignee_role_ids)},
            "due_after": self.due_after and self.due_after.stored(),
        }

    @property
    def texts(self) -> dict[tuple[str, ...], str]:
        """All that shortcodes may stand in, by where it is."""
        lines = [(("subtasks", str(n)), line) for n, line in enumerate(self.subtasks)]
        return {("title",): self.title, ("description",): self.description or "", **dict(lines)}

    @property
    def codes(self) -> set[str]:
        """The shortcodes in them."""
        return set().union(*map(shortcodes.codes, self.texts.values()))


@dataclass(frozen=True, slots=True)
class Filled:
    """What a new task starts with, by a template or without one."""

    title: str
    description: str | None = None
    subtasks: tuple[str, ...] = ()
    priority: Priority = Priority.MEDIUM
    assignee_ids: tuple[str, ...] = ()
    due_date: date | None = None
    template: tuple[str, int] | None = None
    """The template's id and version."""


async def create_task_template(work: Work, command: CreateTaskTemplate) -> str:
    """Makes a task template; answers its id. Refuses a name that is taken, and shortcodes that there are not."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    said = {part.name: getattr(command, part.name) for part in fields(Template)}
    template, named = await _checked(work, Template(**said))
    template_id, again = await find.new(work, TASK.table, TASK.prefix, command)
    if again:
        return await keeping.again(work, TASK, template_id)
    await free_name(work, TASK.table, template.name)
    await people.check(work, template.assignee_ids, template.assignee_role_ids)
    await keeping.make(work, TASK, template_id, _refers(template, named), **template.columns)
    return template_id


async def update_task_template(work: Work, command: UpdateTaskTemplate) -> str:
    """Changes a task template; answers its id. Members who were deactivated since they were named may stay."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    before = Template.of(await keeping.whole(work, TASK, command.task_template_id, "task_template_id"))
    said = {part.name: getattr(command, part.name) for part in fields(Template)}
    changed = replace(before, **{name: value for name, value in said.items() if value is not UNSET})
    template, named = await _checked(work, changed, before)
    if template.name != before.name:
        await free_name(work, TASK.table, template.name, command.task_template_id)
    await people.check(
        work,
        [one for one in template.assignee_ids if one not in before.assignee_ids],
        [one for one in template.assignee_role_ids if one not in before.assignee_role_ids],
    )
    if template != before:
        await keeping.change(work, TASK, command.task_template_id, _refers(template, named), **template.columns)
    return command.task_template_id


async def delete_task_template(work: Work, command: DeleteTaskTemplate) -> str:
    """Deletes a task template; refused while automations use it (PL4)."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    await keeping.whole(work, TASK, command.task_template_id, "task_template_id")
    await keeping.drop(work, TASK, command.task_template_id, "task_template_id")
    return command.task_template_id


def as_it_was(row: Row) -> UpdateTaskTemplate:
    """The edit that makes a template what it was."""
    was = Template.of(row)
    return UpdateTaskTemplate(row["id"], **{part.name: getattr(was, part.name) for part in fields(was)})


def _refers(template: Template, named: set[str]) -> set[str]:
    return {*named, *template.assignee_ids, *template.assignee_role_ids}


async def _checked(work: Work, template: Template, before: Template | None = None) -> tuple[Template, set[str]]:
    """The template with its values as they are stored, and the custom fields that its texts name.

    Texts that it had ``before`` may stay, whatever they tell (AC3).
    """
    checks = Checks()
    checks.few(list(template.subtasks), "subtasks")
    if template.due_after:
        template.due_after.check_days(checks, "due_after")
    lines = enumerate(template.subtasks[:LIST_LENGTH])
    checked = replace(
        template,
        name=checks.name(template.name, "name"),
        title=checks.name(template.title, "title"),
        description=checks.text(template.description, "description"),
        subtasks=tuple(checks.name(line, "subtasks", str(n)) for n, line in lines),
        assignee_ids=tuple(checks.ids(template.assignee_ids, "assignee_ids")),
        assignee_role_ids=tuple(checks.ids(template.assignee_role_ids, "assignee_role_ids")),
    )
    known, named = await shortcodes.fields(work.db, work.firm_id), set[str]()
    for path, text in checked.texts.items():
        named |= shortcodes.check(text, checks, *path, fields=known)
    checks.done()
    stood = set(before.texts.values()) if before else set()
    for path, text in checked.texts.items():
        if text not in stood:
            telling.permit_text(work, text, *path)
    return checked, named


def is_private(row: Row) -> bool:
    """Whether a template tells what is for those with access to the whole of an account (AC3)."""
    return bool(shortcodes.private(Template.of(row).codes))


async def for_jobs(work: Work, row: Row, accounts: Mapping[str, str], day: date) -> dict[str, Filled]:
    """What new tasks start with, by job, in a constant number of statements; ``accounts`` are those of the jobs.

    ``day`` is the one that the due date counts from and shortcodes speak of.
    """
    template = Template.of(row)
    codes = template.codes
    values = await shortcodes.values(work.db, work.firm_id, accounts, codes, day) if codes else {}
    members, roles = template.assignee_ids, template.assignee_role_ids
    meant = await people.meant(work, members, roles, set(accounts.values()))
    due = await _due(work, template, day)
    return {
        job_id: _filled(row, template, values.get(job_id, {}), meant[account_id], due)
        for job_id, account_id in accounts.items()
    }


async def alone(work: Work, row: Row, day: date) -> Filled:
    """What a task starts with that is of no job: nobody holds a role for it.

    Raises Refused for shortcodes that tell of a job or its account.
    """
    template, firm = Template.of(row), await things.firm(work.db, work.firm_id)
    assert firm is not None  # the viewer's
    values = {**periods.around(day), "FIRM_NAME": firm["name"]}
    if template.codes - values.keys():
        raise invalid(ErrorCode.REQUIRED, "Its texts speak of a job: name one.", "job_id")
    members = tuple(await active_of(work.db, work.firm_id, template.assignee_ids))
    return _filled(row, template, values, members, await _due(work, template, day))


async def _due(work: Work, template: Template, day: date) -> date | None:
    if template.due_after is None:
        return None
    return template.due_after.day_after(day, await calendar.of_firm(work.db, work.firm_id))


def _filled(
    row: Row, template: Template, values: Mapping[str, str], members: tuple[str, ...], due: date | None
) -> Filled:
    lines = (shortcodes.resolve_line(line, values, NAME_LENGTH) for line in template.subtasks)
    return Filled(
        title=shortcodes.resolve_line(template.title, values) or template.name,
        description=shortcodes.resolve(template.description or "", values)[:TEXT_LENGTH].strip() or None,
        subtasks=tuple(line for line in lines if line),
        priority=template.priority,
        assignee_ids=members,
        due_date=due,
        template=(row["id"], row["version"]),
    )
