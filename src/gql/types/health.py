"""The health of pipelines (PL5)."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import ErrorCode
from gql.fields import batched, plain
from gql.types.node import Node
from resolvers import health, recurrences

if TYPE_CHECKING:
    from gql.types.automations import Automation
    from gql.types.pipelines import Stage
    from gql.types.recurrences import Recurrence


@strawberry.type(
    description="An automation, a stage's condition or a recurrence that names what is of no use any more."
)
class AutomationProblem:
    """A problem."""

    automation: Annotated["Automation", strawberry.lazy("gql.types.automations")] | None = batched(
        health.automations_of, "The automation; null for the condition of the stage, and for a recurrence."
    )
    stage: Annotated["Stage", strawberry.lazy("gql.types.pipelines")] | None = batched(
        health.stages_of, "The stage; null for an automation of a status, and for a recurrence."
    )
    recurrence: Annotated["Recurrence", strawberry.lazy("gql.types.recurrences")] | None = batched(
        recurrences.of_problems, "The recurrence; null for what belongs to a stage or a status."
    )
    what: Node | None = batched(health.things, "What it names; null where that is gone, or one does not see it.")
    code: ErrorCode = plain("What is wrong with that: NOT_FOUND, DEACTIVATED, ARCHIVED or NOT_ENABLED.")
    message: str = batched(health.messages, "The same for people, in English.")
