"""Comments on jobs."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from gql.fields import batched, plain
from gql.types.documents import Document
from gql.types.node import Stored
from gql.types.people import Member
from resolvers import comments

if TYPE_CHECKING:
    from gql.types.jobs import Job


@strawberry.type(description="What a member, or an automation, says about a job to the members who see it.")
class Comment(Stored):
    """A comment."""

    job: Annotated["Job", strawberry.lazy("gql.types.jobs")] | None = batched(
        comments.job_of, "The job, if one sees it."
    )
    author: Member | None = batched(comments.authors, "Who wrote it; null for an automation.")
    text: str | None = plain("What it says; null once it was deleted.")
    mentions: list[Member] = batched(comments.mentions, "The members whom it mentions, by name.")
    documents: list[Document] = batched(
        comments.documents_of, "The files of the job that it carries, those that are still there."
    )
    edited_at: datetime | None = plain("When its author last changed it; null for never.")
    deleted_at: datetime | None = plain("When it was deleted: it keeps its place. Null while it stands.")
