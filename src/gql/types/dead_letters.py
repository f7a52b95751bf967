"""What the worker has given up."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import DueKind
from gql.fields import batched, plain
from gql.types.node import Node
from resolvers import dead_letters

if TYPE_CHECKING:
    from gql.types.jobs import Job


@strawberry.type(
    description="Something that was due, and failed too often for a reason of ours; it waits for an owner or admin."
)
class DeadLetter(Node):
    """Dead work."""

    kind: DueKind = plain("What was to be done.")
    job: Annotated["Job", strawberry.lazy("gql.types.jobs")] | None = batched(
        dead_letters.jobs_of, "The job for which; null where it was for none."
    )
    error: str | None = plain("Why the last try failed, for the operator.")
    attempts: int = plain("How often it was tried.")
    dead_at: datetime = plain("When it was given up.")
