"""The root of queries. What one may not see is null."""

import strawberry

from engine.enums import ItemKind, RunState, TrashKind, WebhookState
from gql.fields import PAGE, Arg, root, snapshot
from gql.inputs.accounts import AccountFilter
from gql.inputs.documents import DocumentFilter
from gql.inputs.emails import EmailFilter
from gql.inputs.items import ItemFilter
from gql.inputs.jobs import JobFilter, JobOrder, MoveJobInput
from gql.inputs.pipelines import PipelineFilter
from gql.inputs.recurrences import PreviewRecurrenceInput, RecurrenceFilter
from gql.inputs.streams import StreamInput
from gql.inputs.tasks import TaskFilter, TaskOrder
from gql.inputs.time_entries import TimeEntryFilter
from gql.types.accounts import Account, AccountRoleKind, CustomField, Tag
from gql.types.automations import AutomationRun
from gql.types.boards import Board
from gql.types.bulk import BulkOperation
from gql.types.client_statuses import ClientStatus
from gql.types.dashboards import Dashboard
from gql.types.dead_letters import DeadLetter
from gql.types.documents import Document
from gql.types.emails import Email, EmailTemplate
from gql.types.item_templates import ItemTemplate
from gql.types.items import ActionItem
from gql.types.job_templates import JobTemplate
from gql.types.jobs import Job
from gql.types.marketplace import PipelineTemplate
from gql.types.node import Connection, Node
from gql.types.people import Firm, Member, Viewer
from gql.types.pipelines import JobStatus, Pipeline
from gql.types.portal import Portal
from gql.types.previews import MovePreview
from gql.types.recurrences import Recurrence, RecurrencePreview
from gql.types.streams import Changes
from gql.types.task_templates import TaskTemplate
from gql.types.tasks import Task
from gql.types.time_entries import TimeEntryConnection
from gql.types.trash import PurgedInvoice, TrashEntry
from gql.types.webhooks import WebhookCall
from resolvers import (
    accounts,
    automations,
    boards,
    bulk,
    changes,
    client_statuses,
    custom_fields,
    dashboards,
    dead_letters,
    documents,
    emails,
    firms,
    items,
    job_templates,
    jobs,
    marketplace,
    nodes,
    pipelines,
    portal,
    previews,
    recurrences,
    task_templates,
    tasks,
    time_entries,
    trash,
    viewer,
    webhooks,
)

ID = strawberry.ID
_ID = Arg(ID, "Its id.")


@strawberry.type(description="Everything that can be asked.")
class Query:
    """Queries."""

    viewer: Viewer | None = root(viewer.viewer, "Who asks; null for nobody.")
    node: Node | None = root(nodes.one, "Anything by its id.", id=_ID)
    nodes: list[Node | None] = root(
        nodes.many, "Things by their ids, in that order, at most 200.", ids=Arg(list[ID], "Their ids.")
    )
    firm: Firm | None = root(firms.firm, "The firm one is logged into.")
    members: Connection[Member] | None = root(
        firms.member_page, "The firm's members by name, deactivated ones included.", **PAGE
    )
    tags: list[Tag] | None = root(accounts.all_tags, "The firm's tags by name.")
    custom_fields: list[CustomField] | None = root(
        custom_fields.every, "The custom fields of the firm's accounts, by name."
    )
    account_roles: list[AccountRoleKind] | None = root(accounts.all_roles, "The firm's account roles by name.")
    job_statuses: list[JobStatus] | None = root(
        pipelines.all_statuses, "The firm's job statuses: the built-in ones, then the others by name."
    )
    client_statuses: list[ClientStatus] | None = root(
        client_statuses.of_firm, "The firm's client-facing statuses by name."
    )
    email_templates: Connection[EmailTemplate] | None = root(
        emails.template_page, "The firm's e-mail templates by name.", **PAGE
    )
    emails: Connection[Email] | None = root(
        emails.page,
        "E-mails about accounts that one has access to, or to oneself, newest first.",
        filter=Arg(EmailFilter | None, "Which.", None),
        **PAGE,
    )
    document: Document | None = root(documents.one, "A document.", id=_ID)
    documents: Connection[Document] | None = root(
        documents.page,
        "Documents that one sees, newest first: those of accounts and jobs, and the firm's own. Of streams only "
        "that of their job shows them: ask again.",
        filter=Arg(DocumentFilter | None, "Which.", None),
        **PAGE,
    )
    time_entries: TimeEntryConnection | None = root(
        time_entries.page,
        "Time that was spent on jobs that one sees, and one's own; the newest day first. Of streams only that of its "
        "job shows it: ask again.",
        filter=Arg(TimeEntryFilter | None, "Which.", None),
        **PAGE,
    )
    account: Account | None = root(accounts.one, "An account, if one sees a job of it or has access.", id=_ID)
    accounts: Connection[Account] | None = root(
        accounts.page,
        "Accounts that one has access to, by name.",
        filter=Arg(AccountFilter | None, "Which.", None),
        **PAGE,
    )
    pipeline: Pipeline | None = root(pipelines.one, "A pipeline.", id=_ID)
    pipelines: Connection[Pipeline] | None = root(
        pipelines.page,
        "Pipelines by name; without a filter those in use.",
        filter=Arg(PipelineFilter | None, "Which.", None),
        **PAGE,
    )
    board: Board | None = snapshot(
        boards.board,
        "A pipeline's board at one instant.",
        pipeline_id=Arg(ID, "The pipeline."),
        filter=Arg(JobFilter | None, "Which jobs.", None),
    )
    job_templates: Connection[JobTemplate] | None = root(
        job_templates.page, "The firm's job templates by name.", **PAGE
    )
    task_templates: Connection[TaskTemplate] | None = root(
        task_templates.page, "The firm's task templates by name.", **PAGE
    )
    job: Job | None = root(jobs.one, "A job.", id=_ID)
    jobs: Connection[Job] | None = root(
        jobs.page,
        "Jobs; archived ones only where the filter names states or statuses.",
        filter=Arg(JobFilter | None, "Which.", None),
        order_by=Arg(JobOrder | None, "In which order; the newest first by default.", None),
        **PAGE,
    )
    tasks: Connection[Task] | None = root(
        tasks.page,
        "Tasks that one sees.",
        filter=Arg(TaskFilter | None, "Which.", None),
        order_by=Arg(TaskOrder | None, "In which order; by due date by default.", None),
        **PAGE,
    )
    item_templates: Connection[ItemTemplate] | None = root(
        items.template_page,
        "The firm's templates of items for clients, by name.",
        kind=Arg(ItemKind | None, "Only of this kind.", None),
        **PAGE,
    )
    items: Connection[ActionItem] | None = root(
        items.page,
        "Action items of every kind that one sees, newest first. Of streams only that of their job shows them: ask "
        "again.",
        filter=Arg(ItemFilter | None, "Which.", None),
        **PAGE,
    )
    webhook_calls: Connection[WebhookCall] | None = root(
        webhooks.page,
        "Calls of webhooks for jobs that one sees, newest first; null without the right MANAGE_INTEGRATIONS.",
        state=Arg(WebhookState | None, "Only those in this state.", None),
        **PAGE,
    )
    automation_runs: Connection[AutomationRun] | None = root(
        automations.run_page,
        "Turns of automations in all jobs that one sees, newest first.",
        states=Arg(list[RunState] | None, "Only those in one of these states, such as FAILED.", None),
        **PAGE,
    )
    bulk_operation: BulkOperation | None = root(
        bulk.one, "One bulk operation, of one's own; owners and admins see all.", id=Arg(strawberry.ID, "Its id.")
    )
    bulk_operations: Connection[BulkOperation] | None = root(
        bulk.page, "One's own bulk operations, newest first; all of the firm for owners and admins.", **PAGE
    )
    dead_letters: Connection[DeadLetter] | None = root(
        dead_letters.page,
        "What was due and has failed too often, newest first; null unless one is an owner or admin.",
        **PAGE,
    )
    purged_invoices: Connection[PurgedInvoice] | None = root(
        trash.purged_invoices,
        "Invoices that were sent, and deleted for good with their accounts, by number; null unless one is an owner or "
        "admin.",
        **PAGE,
    )
    trash: Connection[TrashEntry] | None = root(
        trash.page,
        "What was deleted and may be restored, the latest first: jobs that one would see, and accounts that one would "
        "have access to. No stream shows it.",
        kind=Arg(TrashKind | None, "Only jobs, or only accounts.", None),
        **PAGE,
    )
    preview_move: MovePreview | None = root(
        previews.move,
        "What a move would do, without doing it. It cannot be asked for together with anything that has a cursor.",
        input=Arg(MoveJobInput, "The move."),
    )
    recurrence: Recurrence | None = root(recurrences.one, "A recurrence.", id=_ID)
    preview_recurrence: RecurrencePreview | None = root(
        recurrences.preview,
        "The next occurrences of a recurrence, or of one to be made.",
        input=Arg(PreviewRecurrenceInput, "Which."),
        first=Arg(int, "How many, at most 200.", 10),
    )
    recurrences: Connection[Recurrence] | None = root(
        recurrences.page,
        "Recurrences of pipelines that one sees, by name.",
        filter=Arg(RecurrenceFilter | None, "Which.", None),
        **PAGE,
    )
    dashboard: Dashboard | None = snapshot(
        dashboards.dashboard,
        "How many jobs stand where at one instant.",
        pipeline_ids=Arg(
            list[ID] | None,
            "Only these pipelines, at most 100, as far as one sees them; all in use if left out, where there are no "
            "more than 100.",
            None,
        ),
    )
    cursor: str | None = snapshot(
        changes.cursor_now,
        "The instant that the whole answer shows: follow any stream after it. Ask for it beside a job, or one's own "
        "tasks, to keep them right from then on.",
    )
    marketplace_categories: list[str] | None = root(marketplace.categories, "The categories of the marketplace.")
    pipeline_template: PipelineTemplate | None = root(
        marketplace.one,
        "A template of the marketplace, or what a document describes, to be looked at before it is installed.",
        key=Arg(str | None, "The template's key.", None),
        document=Arg(str | None, "A document of JSON.", None),
    )
    marketplace: Connection[PipelineTemplate] | None = root(
        marketplace.page,
        "Templates of whole pipelines, by category and name.",
        category=Arg(str | None, "Only of this category, whatever its case.", None),
        search=Arg(str | None, "Only those in which all of these words stand.", None),
        **PAGE,
    )
    portal: Portal | None = root(
        portal.portal, "The root of clients: all that they see is in it. Null for members of the firm."
    )
    changes: Changes | None = snapshot(
        changes.changes,
        "What happened in a stream after a cursor. Every event shows the state now: apply it to what is drawn.",
        stream=Arg(StreamInput, "Which stream."),
        after=Arg(str, "The cursor to go on from."),
        first=Arg(int | None, "How many events to look at, at most 200; 50 by default.", None),
    )
