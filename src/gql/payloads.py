"""What mutations answer: the thing changed, typed errors, the client's own id."""

from datetime import datetime

import strawberry

from engine.enums import ErrorCode
from gql.errors import MutationError
from gql.fields import plain
from gql.types.accounts import Account, AccountRoleKind, Contact, CustomField, Tag
from gql.types.automations import Automation, AutomationRun
from gql.types.bulk import BulkOperation
from gql.types.client_statuses import ClientStatus
from gql.types.comments import Comment
from gql.types.documents import Document
from gql.types.emails import Email, EmailTemplate
from gql.types.invoices import InvoicePayment
from gql.types.item_templates import ItemTemplate
from gql.types.items import ActionItem
from gql.types.job_templates import JobTemplate
from gql.types.jobs import Job
from gql.types.marketplace import InstallReport, LeftOutPart
from gql.types.people import ApiToken, Firm, Member, Membership, Viewer
from gql.types.pipelines import JobStatus, Pipeline, Stage
from gql.types.recurrences import Recurrence, RecurrenceRun
from gql.types.task_templates import TaskTemplate
from gql.types.tasks import Subtask, Task
from gql.types.templates import Template
from gql.types.threads import ClientTask, ThreadMessage
from gql.types.time_entries import TimeEntry
from gql.types.trash import TrashEntry
from gql.types.webhooks import WebhookCall


@strawberry.type
class Payload:
    """What every payload has."""

    errors: list[MutationError] = plain("Why nothing was done; empty where it was.")
    client_mutation_id: str | None = plain("What the input carried.")


@strawberry.type(description="A session.")
class LoginPayload(Payload):
    """A session."""

    token: str | None = plain("The bearer token; it cannot be read again. Null where a cookie was asked for.")
    expires_at: datetime | None = plain("When the session ends.")
    viewer: Viewer | None = plain("Who is logged in.")
    memberships: list[Membership] | None = plain("The firms the login belongs to.")


@strawberry.type(description="The session has ended.")
class LogoutPayload(Payload):
    """Nothing."""


@strawberry.type(description="A new API token.")
class CreateApiTokenPayload(Payload):
    """A token."""

    token: str | None = plain("The token; it cannot be read again.")
    api_token: ApiToken | None = plain("What is known of it from now on.")


@strawberry.type(description="An API token.")
class ApiTokenPayload(Payload):
    """A token."""

    api_token: ApiToken | None = plain("What is known of it.")


@strawberry.type(description="A member.")
class MemberPayload(Payload):
    """A member."""

    member: Member | None = plain("The member as they are now.")
    invitation_token: str | None = plain(
        "Of inviteMember and renewInvitation only: hand it to the person, who joins with acceptInvitation. "
        "It cannot be read again; null for who has joined."
    )


@strawberry.type(description="The firm.")
class FirmPayload(Payload):
    """The firm."""

    firm: Firm | None = plain("The firm as it is now.")


@strawberry.type(description="An account.")
class AccountPayload(Payload):
    """An account."""

    account: Account | None = plain("The account as it is now.")


@strawberry.type(description="A tag.")
class TagPayload(Payload):
    """A tag."""

    tag: Tag | None = plain("The tag as it is now.")


@strawberry.type(description="An account role.")
class AccountRolePayload(Payload):
    """An account role."""

    account_role: AccountRoleKind | None = plain("The role as it is now.")


@strawberry.type(description="A custom field.")
class CustomFieldPayload(Payload):
    """A custom field."""

    custom_field: CustomField | None = plain("The field as it is now.")


@strawberry.type(description="A job template.")
class JobTemplatePayload(Payload):
    """A job template."""

    job_template: JobTemplate | None = plain("The template as it is now.")


@strawberry.type(description="A recurrence.")
class RecurrencePayload(Payload):
    """A recurrence."""

    recurrence: Recurrence | None = plain("The recurrence as it is now.")


@strawberry.type(description="A run of a recurrence.")
class RecurrenceRunPayload(Payload):
    """A run."""

    run: RecurrenceRun | None = plain("The run as it is now.")


@strawberry.type(description="A task template.")
class TaskTemplatePayload(Payload):
    """A task template."""

    task_template: TaskTemplate | None = plain("The template as it is now.")


@strawberry.type(description="A template of whatever sort.")
class TemplatePayload(Payload):
    """A template."""

    template: Template | None = plain("The template as it is now.")


@strawberry.type(description="A contact.")
class ContactPayload(Payload):
    """A contact."""

    contact: Contact | None = plain("The contact as it is now.")


@strawberry.type(description="A pipeline.")
class PipelinePayload(Payload):
    """A pipeline."""

    pipeline: Pipeline | None = plain("The pipeline as it is now.")
    report: InstallReport | None = plain(
        "Of installPipelineTemplate and duplicatePipeline only: what came of it. Null where the same create is "
        "answered again."
    )


@strawberry.type(description="A pipeline as a document.")
class ExportPipelinePayload(Payload):
    """A document."""

    pipeline: Pipeline | None = plain("The pipeline as it is now.")
    document: str | None = plain("All of it that one sees, as a document of JSON.")
    left_out: list[LeftOutPart] | None = plain("What is not in the document, because one does not see it.")


@strawberry.type(description="A stage.")
class StagePayload(Payload):
    """A stage."""

    stage: Stage | None = plain("The stage as it is now.")


@strawberry.type(description="A job status.")
class JobStatusPayload(Payload):
    """A job status."""

    status: JobStatus | None = plain("The status as it is now.")


@strawberry.type(description="A client-facing status.")
class ClientStatusPayload(Payload):
    """A client-facing status."""

    client_status: ClientStatus | None = plain("The status as it is now.")


@strawberry.type(description="Something that one may want to know of what was done.")
class MutationWarning:
    """A warning."""

    code: ErrorCode = plain("What it is, to switch on.")
    message: str = plain("The same for people, in English.")
    path: list[str] | None = plain("Which field of the mutation's arguments, from the outside in.")


@strawberry.type(description="A job.")
class JobPayload(Payload):
    """A job."""

    job: Job | None = plain("The job as it is now; null where the change took it out of one's sight.")
    warnings: list[MutationWarning] | None = plain("What was done all the same, and one may want to know.")


@strawberry.type(description="A bulk operation: over, or to be gone on with by the worker.")
class BulkPayload(Payload):
    """A bulk operation."""

    operation: BulkOperation | None = plain("The operation as it is now; its results say what became of each job.")


@strawberry.type(description="A job that stands where it stood before its last move.")
class UndoMovePayload(Payload):
    """A job."""

    job: Job | None = plain("The job as it is now; null where it is out of one's sight.")
    kept: list[AutomationRun] | None = plain(
        "The turns of automations whose effects stay, such as tags that they have set: undo those by hand, if they "
        "are not wanted."
    )


@strawberry.type(description="A comment.")
class CommentPayload(Payload):
    """A comment."""

    comment: Comment | None = plain("The comment as it is now.")


@strawberry.type(description="Time that was spent on a job.")
class TimeEntryPayload(Payload):
    """Some time."""

    time_entry: TimeEntry | None = plain("The entry as it is now.")


@strawberry.type(description="A timer that is running.")
class StartTimerPayload(Payload):
    """A timer."""

    time_entry: TimeEntry | None = plain("The timer.")
    stopped: TimeEntry | None = plain("The timer that was stopped for it, if any.")


@strawberry.type(description="A task.")
class TaskPayload(Payload):
    """A task."""

    task: Task | None = plain("The task as it is now.")


@strawberry.type(description="A line of a check list.")
class SubtaskPayload(Payload):
    """A subtask."""

    subtask: Subtask | None = plain("The line as it is now.")
    task: Task | None = plain("Its task as it is now.")


@strawberry.type(description="An action item.")
class ActionItemPayload(Payload):
    """An item."""

    item: ActionItem | None = plain("The item as it is now.")


@strawberry.type(description="Notifications have been read.")
class MarkNotificationsReadPayload(Payload):
    """Who read them."""

    viewer: Viewer | None = plain("Oneself, with one's notifications as they are now.")


@strawberry.type(description="One's preferences have been changed.")
class UpdateNotificationPreferencesPayload(Payload):
    """Whose."""

    viewer: Viewer | None = plain("Oneself, with one's preferences as they are now.")


@strawberry.type(description="A webhook's call.")
class WebhookCallPayload(Payload):
    """A call."""

    call: WebhookCall | None = plain("The call as it is now.")


@strawberry.type(description="An automation.")
class AutomationPayload(Payload):
    """An automation."""

    automation: Automation | None = plain("The automation as it is now.")


@strawberry.type(description="An automation's turn.")
class AutomationRunPayload(Payload):
    """A run."""

    run: AutomationRun | None = plain("The run as it is now.")


@strawberry.type(description="A document.")
class DocumentPayload(Payload):
    """A document."""

    document: Document | None = plain("The document as it is now.")


@strawberry.type(description="An e-mail template.")
class EmailTemplatePayload(Payload):
    """A template."""

    template: EmailTemplate | None = plain("The template as it is now.")


@strawberry.type(description="An e-mail.")
class EmailPayload(Payload):
    """An e-mail."""

    email: Email | None = plain("The e-mail as it is now.")


@strawberry.type(description="E-mails that were held back.")
class HeldEmailsPayload(Payload):
    """E-mails."""

    emails: list[Email] | None = plain("Those that were dealt with, as they are now.")
    remaining: int | None = plain("How many e-mails are still held back.")


@strawberry.type(description="Something is gone.")
class DeletedPayload(Payload):
    """An id."""

    deleted_id: strawberry.ID | None = plain("The id of what is gone.")


@strawberry.type(description="Something is in the trash.")
class TrashPayload(Payload):
    """A deleted job or account."""

    deleted_id: strawberry.ID | None = plain("The id of what was deleted.")
    trash_entry: TrashEntry | None = plain("What waits in the trash.")


@strawberry.type(description="What is in the trash no longer.")
class EmptyTrashPayload(Payload):
    """Ids."""

    deleted_ids: list[strawberry.ID] | None = plain("The entries whose things are being deleted for good.")
    remaining: int | None = plain("How many entries still wait.")


@strawberry.type(description="What items for clients are made by.")
class ItemTemplatePayload(Payload):
    """A template."""

    template: ItemTemplate | None = plain("The template as it is now.")


@strawberry.type(description="Something said in a thread.")
class PostMessagePayload(Payload):
    """A message."""

    message: ThreadMessage | None = plain("The message.")
    item: ActionItem | None = plain("The thread as it is now.")


@strawberry.type(description="Something that a client is to do.")
class ClientTaskPayload(Payload):
    """A task in a thread."""

    client_task: ClientTask | None = plain("The task.")
    item: ActionItem | None = plain("The thread as it is now.")


@strawberry.type(description="Something that was paid of an invoice, or given back.")
class InvoicePaymentPayload(Payload):
    """A payment."""

    payment: InvoicePayment | None = plain("The payment.")
    item: ActionItem | None = plain("The invoice as it is now.")
