"""Automations and their turns. The types of what they do are made from the configurations of the kinds (AU7)."""

from dataclasses import fields
from datetime import datetime
from enum import Enum
from functools import reduce
from operator import or_
from types import GenericAlias
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from engine.automating import setting
from engine.automating.delays import JobDate
from engine.automations import kinds
from engine.enums import RunState
from gql.fields import batched, plain
from gql.types.accounts import AccountRoleKind, Tag
from gql.types.client_statuses import ClientStatus
from gql.types.conditions import Condition
from gql.types.documents import Document
from gql.types.durations import Duration
from gql.types.emails import EmailTemplate
from gql.types.item_templates import ItemTemplate
from gql.types.jobs import Job, StageVisit
from gql.types.node import Node, Stored
from gql.types.people import Cause, Member
from gql.types.pipelines import JobStatus, Pipeline, Stage
from gql.types.task_templates import TaskTemplate
from resolvers import automation_things, automations, conditions, jobs

REFERRED: dict[str, Any] = {
    "member": Member,
    "role": AccountRoleKind,
    "tag": Tag,
    "status": JobStatus,
    "clientstatus": ClientStatus,
    "emailtemplate": EmailTemplate,
    "doc": Document,
    "itemtemplate": ItemTemplate,
    "tasktemplate": TaskTemplate,
    "pipeline": Pipeline,
    "stage": Stage,
}
"""The types of things to which configurations refer, by the prefixes of their ids; of others that they are nodes."""


def _kinds() -> Any:
    """The names of the kinds, with their descriptions."""
    values: Any = Enum("AutomationKind", {name: name for name in kinds()})  # type: ignore[misc]  # as many as there are
    made: Any = strawberry.enum(values, description="What an automation does.")
    for value in made.__strawberry_definition__.values:
        value.description = kinds()[value.name].description
    return made


def _referred(one: setting.Reference) -> Any:
    return REFERRED.get(one.prefix, Node)


def _field(name: str, one: setting.Setting, *, required: bool) -> tuple[str, Any, Any]:
    """A setting as a field: its name, type and binding."""
    if isinstance(one, setting.Reference):
        return _reference(name, one)
    if isinstance(one, setting.Text) and one.guarded:
        described = f"{one.description} Null for those who may not configure it."
        return name, str | None, batched(automation_things.guarded(name), described)
    return name, _plain(one, required=required), plain(one.description)


def _reference(name: str, one: setting.Reference) -> tuple[str, Any, Any]:
    if one.many:
        bound = batched(automation_things.references(name), one.description)
        return f"{name.removesuffix('_ids')}s", GenericAlias(list, _referred(one)), bound
    bound = batched(automation_things.reference(name), one.description)
    return name.removesuffix("_id"), _referred(one) | None, bound


def _plain(one: setting.Setting, *, required: bool) -> Any:
    """The type of a value that is shown as it is."""
    match one:
        case setting.Choice():
            return one.values if required else one.values | None
        case setting.Span():
            return Duration | None
        case setting.Flag():
            return bool
        case setting.Number():
            return int
        case _:
            return str if required else str | None


def _config(kind: str) -> Any:
    """The type of what automations of a kind do."""
    config = kinds()[kind].config
    known = setting.settings(config)
    made = [_field(part.name, known[part.name], required=part.default is not None) for part in fields(config)]
    body = {name: bound for name, _, bound in made}
    body["__annotations__"] = {name: typed for name, typed, _ in made}
    body["__doc__"] = kinds()[kind].description
    return strawberry.type(
        type(automations.config_typename(kind), (), body), description=f"{kinds()[kind].description} ({kind})"
    )


if TYPE_CHECKING:
    AutomationKind = str
    AutomationConfig = object
else:
    AutomationKind = _kinds()
    AutomationConfig = Annotated[
        reduce(or_, map(_config, kinds())),
        strawberry.union("AutomationConfig", description="What an automation does, by its kind."),
    ]


@strawberry.type(description="Until a date of the job, or some days before or after it.")
class DelayUntil:
    """A day of the job."""

    date: JobDate = plain("Which date of the job.")
    days: int = plain("How many days after it; before it where negative. At nine in the morning.")


@strawberry.type(description="How long an automation waits after the entry: for a span of time, or until a date.")
class Delay:
    """A delay; exactly one of the two is there."""

    span: Duration | None = plain("For how long.")
    until: DelayUntil | None = plain("Until when.")


@strawberry.type(description="Something that happens by itself when a job enters a stage, or gets a status.")
class Automation(Stored):
    """An automation."""

    position: int = plain("Its place among those of its stage or status, from 0.")
    kind: AutomationKind = plain("What sort of thing it does.")
    config: AutomationConfig = batched(automations.configs, "What it does.")
    condition: Condition | None = batched(conditions.of_rows, "For which jobs it runs; null for all.")
    delay: Delay | None = batched(automations.delays, "After which time; null for at once.")
    stage: Stage | None = batched(automations.stages, "The stage it is attached to; null for a status.")
    status: JobStatus | None = batched(automations.statuses, "The status it is attached to; null for a stage.")


@strawberry.type(description="What an automation did, when and after which time, until it was edited or deleted.")
class AutomationEdition:
    """An edition."""

    kind: AutomationKind = plain("What sort of thing it does.")
    config: AutomationConfig | None = batched(
        automations.past_configs, "What it does; null if an earlier release wrote it, and it cannot be read any more."
    )
    condition: Condition | None = batched(conditions.of_rows, "For which jobs it runs; null for all.")
    delay: Delay | None = batched(automations.delays, "After which time; null for at once.")


@strawberry.type(description="An automation's turn in one stay of a job in a stage.")
class AutomationRun(Node):
    """A run."""

    automation: Automation | None = batched(
        automations.automations_of, "The automation as it is now; null once it was deleted."
    )
    edition: AutomationEdition = batched(
        automations.editions_of, "The automation as it was when the job entered; the turn goes by that."
    )
    job: Job | None = batched(automations.jobs_of, "The job.")
    visit: StageVisit = batched(automations.visits_of, "The stay.")
    state: RunState = plain("Where it stands.")
    reason: str | None = plain("Why it stands there: the condition that failed, or the error.")
    cause: Cause = batched(jobs.causes, "Who or what set it going.")
    attempts: int = plain("How often it has been tried.")
    created_at: datetime = plain("When the job entered.")
    due_at: datetime | None = plain("When it is to be done, where it is scheduled.")
    started_at: datetime | None = plain("When it was first tried.")
    finished_at: datetime | None = plain("When it ended.")
    made: list[Node] = batched(automation_things.made_by, "What it made, as far as that is there and one sees it.")
