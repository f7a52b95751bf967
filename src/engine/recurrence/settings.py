"""What is said of a recurrence: when it recurs, and what its jobs begin with (RC1)."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final, Self

import orjson

from engine import find
from engine.automating import telling
from engine.checks import Checks
from engine.enums import BusinessDays, CatchUp, ErrorCode, Priority
from engine.errors import invalid
from engine.job import job_templates
from engine.job.job_templates import Template
from engine.mail import shortcodes
from engine.recurrence.timing import Timing, with_ends
from engine.templates import people as template_people
from engine.time.duration import Duration
from engine.unset import UNSET
from engine.work import Work
from store.database import Row


@dataclass(frozen=True, slots=True)
class Settings:
    """All that is said of a recurrence, but for whom it makes jobs. What is None of a job is its template's."""

    name: str
    pipeline_id: str
    stage_id: str | None
    template_id: str | None
    """The pipeline's own, whichever that is then, where it is None."""
    job_name: str | None
    description: str | None
    priority: Priority | None
    assignee_ids: Sequence[str] | None
    start_after: Duration | None
    due_after: Duration | None
    rrule: str
    start_date: date
    end_date: date | None
    count: int | None
    create_ahead_days: int
    business_days: BusinessDays
    catch_up: CatchUp

    @classmethod
    def said(cls, command: Any) -> Self:
        """What a create says."""
        return cls(**{part.name: getattr(command, part.name) for part in fields(cls)})

    @classmethod
    def of(cls, row: Row) -> Self:
        """As it is stored."""
        values: dict[str, Any] = {part.name: row[_COLUMNS.get(part.name, part.name)] for part in fields(cls)}
        for name, meant in _MEANT.items():
            values[name] = None if values[name] is None else meant(values[name])
        return cls(**values)

    def changed(self, command: Any) -> Self:
        """With all that an update gives."""
        given = {part.name: getattr(command, part.name) for part in fields(self)}
        return replace(self, **with_ends({name: value for name, value in given.items() if value is not UNSET}))

    @property
    def columns(self) -> dict[str, Any]:
        """As it is to be stored."""
        values = {_COLUMNS.get(part.name, part.name): getattr(self, part.name) for part in fields(self)}
        return values | {
            "priority": self.priority and self.priority.value,
            "people": None if self.assignee_ids is None else {"members": list(self.assignee_ids)},
            "start_after": self.start_after and self.start_after.stored(),
            "due_after": self.due_after and self.due_after.stored(),
        }

    @property
    def timing(self) -> Timing:
        """When it recurs."""
        return Timing(**{part.name: getattr(self, part.name) for part in fields(Timing)})

    def recurring(self, timing: Timing) -> Self:
        """The same at other times."""
        return replace(self, **{part.name: getattr(timing, part.name) for part in fields(timing)})

    @property
    def named_by(self) -> tuple[str | None, ...]:
        """All that may give its jobs their names."""
        return self.job_name, self.template_id, self.pipeline_id

    def over(self, template: Template | None) -> Template:
        """What its jobs begin with: what it says itself, before what a template says."""
        base = template or Template(self.name, self.name, None, Priority.MEDIUM, (), (), (), None, None, None)
        own = {
            name: getattr(self, name) for name in ("job_name", "description", "priority", "start_after", "due_after")
        }
        found = replace(base, **{name: value for name, value in own.items() if value is not None})
        if self.assignee_ids is None:
            return found
        return replace(found, assignee_ids=tuple(self.assignee_ids), assignee_role_ids=())


_COLUMNS: Final = {"template_id": "job_template_id", "assignee_ids": "people"}
"""Settings that are stored by another name."""

_MEANT: Final[dict[str, Callable[[Any], Any]]] = {
    "priority": Priority,
    "assignee_ids": lambda stored: tuple(orjson.loads(stored)["members"]),
    "start_after": lambda stored: Duration.of(orjson.loads(stored)),
    "due_after": lambda stored: Duration.of(orjson.loads(stored)),
    "business_days": BusinessDays,
    "catch_up": CatchUp,
}
"""What settings are that are stored as something else."""


async def checked(
    work: Work, checks: Checks, said: Settings, before: Settings | None = None
) -> tuple[Settings, set[str]]:
    """The settings as they are stored, and the custom fields that their texts name. Refuses what is wrong with them.

    Texts and templates that it had ``before`` may stay, whatever they tell (AC3).
    """
    # In a thread, because a rule that means no day is looked for through two centuries.
    timing = await asyncio.to_thread(said.timing.checked, checks, work.viewer.time_zone)
    given = replace(
        said.recurring(timing),
        name=checks.name(said.name, "name"),
        job_name=None if said.job_name is None else checks.name(said.job_name, "job_name"),
        description=checks.text(said.description, "description"),
        assignee_ids=None if said.assignee_ids is None else tuple(checks.ids(said.assignee_ids, "assignee_ids")),
    )
    job_templates.check_spans(checks, given.start_after, given.due_after)
    known, named = await shortcodes.fields(work.db, work.firm_id), set[str]()
    for name in ("job_name", "description"):
        text = getattr(given, name)
        named |= shortcodes.check(text, checks, name, fields=known, allowed=shortcodes.OF_ACCOUNTS)
    checks.done()
    for name in ("job_name", "description"):
        if before is None or getattr(given, name) != getattr(before, name):
            telling.permit_text(work, getattr(given, name), name)
    return given, named


async def found(work: Work, said: Settings, named: set[str], before: Settings | None = None) -> set[str]:
    """All that the settings refer to. Refuses what is not there, and a pipeline that is archived.

    The pipeline keeps its stages. What was said ``before`` may stay, though it is of no use any more.
    """
    pipeline = await find.pipeline(work, said.pipeline_id, "pipeline_id")
    if pipeline["archived_at"] is not None and (before is None or before.pipeline_id != said.pipeline_id):
        raise invalid(ErrorCode.ARCHIVED, "The pipeline is archived: no job enters it.", "pipeline_id")
    if said.stage_id is not None:
        stage = await find.stage(work, said.stage_id, "stage_id")
        if stage["pipeline_id"] != said.pipeline_id:
            raise invalid(ErrorCode.INVALID, "This is a stage of another pipeline.", "stage_id")
    if said.template_id is not None:
        await find.of_firm(work, "job_templates", "job template", said.template_id, "template_id")
        if before is None or before.template_id != said.template_id:
            await telling.permit_template(work, said.template_id, "template_id")
    if before is None or before.named_by != said.named_by:
        _check_named(said, pipeline)
    people = set(said.assignee_ids or ())
    kept = set(before.assignee_ids or ()) if before else set()
    await template_people.check(work, people - kept, ())
    things = {said.pipeline_id, said.stage_id, said.template_id, *people, *named}
    return {thing for thing in things if thing is not None}


async def template_of(work: Work, said: Settings, pipeline: Row) -> tuple[Template, tuple[str, int] | None]:
    """What the jobs begin with at this moment, and by which version of which template.

    Raises Refused where nothing gives them a name.
    """
    _check_named(said, pipeline)
    template_id = said.template_id or pipeline["job_template_id"]
    if template_id is None:
        return said.over(None), None
    row = await find.of_firm(work, "job_templates", "job template", template_id, "template_id")
    return said.over(Template.of(row)), (row["id"], row["version"])


def _check_named(said: Settings, pipeline: Row) -> None:
    if said.job_name is None and said.template_id is None and pipeline["job_template_id"] is None:
        raise invalid(ErrorCode.REQUIRED, "A job has a name, unless a template gives it one.", "job_name")
