"""What a move would do (MV6)."""

from datetime import datetime

import strawberry

from engine.enums import RunState
from gql.errors import MutationError
from gql.fields import batched, plain
from gql.payloads import MutationWarning
from gql.types.accounts import Contact
from gql.types.automations import Automation
from gql.types.items import ActionItem
from gql.types.people import Member
from gql.types.pipelines import JobStatus, Stage
from resolvers import automations, emails, nodes, previews


@strawberry.type(description="The turn that an automation would have.")
class RunPreview:
    """A turn to come."""

    automation: Automation | None = batched(automations.automations_of, "The automation.")
    stage: Stage | None = batched(previews.stages, "The stage in which the job would stand then.")
    state: RunState = plain(
        "What would have become of it once all that is due at once is done: DONE, SKIPPED, SCHEDULED for later, HELD, "
        "FAILED or RETRYING. E-mails and calls count as accepted."
    )
    reason: str | None = plain("Why: the condition that does not hold, or the error.")
    due_at: datetime | None = plain("When it would be done, where it would be scheduled.")


@strawberry.type(description="An e-mail that would go out, or be held back.")
class EmailPreview:
    """An e-mail to come."""

    to_name: str = plain("The name of whom it would go to.")
    to_address: str = plain("The address that it would go to.")
    subject: str = plain("Its subject.")
    text: str = plain("Its text.")
    held: bool = plain("Whether it would be held back, because the firm holds its mail to clients.")
    contact: Contact | None = batched(emails.contact_of, "Whom of the client it would go to.")
    member: Member | None = batched(emails.member_of, "Whom of the firm it would go to.")


@strawberry.type(description="What a move would do if it were made now, and nobody did anything else.")
class MovePreview:
    """The future."""

    stage: Stage | None = batched(
        previews.stages, "Where the job would end up, moved on by itself perhaps; null where the move is refused."
    )
    status: JobStatus | None = batched(previews.statuses, "Which status it would end up with.")
    stages: list[Stage] = batched(previews.entered, "The stages that it would enter, in order.")
    runs: list[RunPreview] = plain("The turns that automations would have in the job, in order.")
    emails: list[EmailPreview] = plain(
        "The e-mails that would be made, for the job and for jobs made by the way, as far as one sees their accounts."
    )
    pending_items: list[ActionItem] = batched(
        nodes.pending_items,
        "Items for which a choice is missing: the move needs one. All else is shown as if they were kept.",
    )
    warnings: list[MutationWarning] = plain("What would be done all the same, and one may want to know.")
    errors: list[MutationError] = plain("Why the move would be refused; empty where it would not be, choices apart.")
