"""What members are to know."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import NotificationKind
from gql.fields import batched, plain
from gql.types.node import Node
from gql.types.people import Cause
from resolvers import jobs, nodes, notifications

if TYPE_CHECKING:
    from gql.types.jobs import Job


@strawberry.type(description="Something that one is to know. Nobody sees another member's.")
class Notification(Node):
    """A notification."""

    kind: NotificationKind = plain("Why one is told.")
    text: str = plain("What one is told: of a comment its beginning, otherwise a sentence or two.")
    job: Annotated["Job", strawberry.lazy("gql.types.jobs")] | None = batched(
        notifications.job_of,
        "The job that it is about; null for a task that belongs to none, or whose job one did not see when told.",
    )
    subject: Node | None = batched(
        nodes.subjects,
        "What it is about: the comment, what one was assigned to, the automation's turn; null for nothing but the job.",
    )
    cause: Cause = batched(jobs.causes, "Who or what brought it about.")
    created_at: datetime = plain("When one was told.")
    read_at: datetime | None = plain("When one marked it as read; null before.")
