"""Links between jobs."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import JobLinkKind
from gql.fields import batched, plain
from gql.types.people import Member
from resolvers import job_links

if TYPE_CHECKING:
    from gql.types.jobs import Job


@strawberry.type(
    description="What a job has to do with another one. Nothing is held up by it. Of the other job no stream of this "
    "one tells: what is shown of it is as old as the answer."
)
class LinkedJob:
    """A link, as seen from one of its jobs."""

    kind: JobLinkKind = plain("What the job is to the other one.")
    job: Annotated["Job", strawberry.lazy("gql.types.jobs")] | None = batched(
        job_links.others, "The other job; null if one has just lost sight of it."
    )
    linked_by: Member | None = batched(job_links.makers, "Who linked them; null for an automation.")
    linked_at: datetime = plain("When.")
