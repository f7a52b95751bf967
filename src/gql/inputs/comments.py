"""Comments."""

import strawberry

from engine.job import comments
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, input_of

ID = strawberry.ID


@input_of(comments.CreateComment, "A new comment.")
class CreateCommentInput(MutationInput):
    """A new comment."""

    id: ID | None = optional(CLIENT_ID)
    job_id: ID = given("The job, archived or not.")
    text: str = given("What to say.")
    mention_ids: list[ID] | None = optional("Members to mention: they are told, and have to see the job.")
    document_ids: list[ID] | None = optional(
        "Files that it is to carry: at most 20, which were added to the job by requestUpload, and have come."
    )


@input_of(comments.UpdateComment, "What to change of a comment of one's own.")
class UpdateCommentInput(MutationInput):
    """Changes of a comment."""

    comment_id: ID = given("Which comment.")
    text: str | None = settable("What it is to say.")
    mention_ids: list[ID] | None = optional("Whom it is to mention, all of them; null for nobody.")
    document_ids: list[ID] | None = optional("Which files it is to carry, all of them; null for none.")


@input_of(comments.DeleteComment, "Which comment to delete: one's own, or as an owner or admin any.")
class DeleteCommentInput(MutationInput):
    """A comment."""

    comment_id: ID = given("Which comment.")
