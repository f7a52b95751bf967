"""Jobs, their stays in stages, and their history."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import HistoryAction, Priority
from engine.templates.sorts import JOB
from gql.fields import PAGE, Arg, batched, plain
from gql.types.accounts import Account
from gql.types.client_statuses import ClientStatus
from gql.types.comments import Comment
from gql.types.documents import Document
from gql.types.items import ActionItem
from gql.types.job_links import LinkedJob
from gql.types.job_templates import JobTemplateVersion
from gql.types.node import Connection, Node, Stored
from gql.types.people import Cause, Member
from gql.types.pipelines import JobStatus, Pipeline, Stage
from gql.types.tasks import Task
from gql.types.time_entries import MemberTime, TimeEntryConnection
from resolvers import (
    accounts,
    automations,
    client_statuses,
    comments,
    documents,
    followers,
    items,
    job_links,
    jobs,
    nodes,
    pipelines,
    recurrences,
    tasks,
    templates,
    time_entries,
)

if TYPE_CHECKING:
    from gql.types.automations import AutomationRun
    from gql.types.recurrences import Recurrence


@strawberry.type(description="One stay of a job in a stage, from entry to exit.")
class StageVisit(Node):
    """A stage visit."""

    number: int = plain("Counts the job's stays, from 1.")
    stage: Stage = batched(pipelines.stage_of, "The stage, which may have been deleted since.")
    entered_at: datetime = plain("When the job entered.")
    left_at: datetime | None = plain("When it left; null while it is there.")
    due_at: datetime | None = plain("By when it was to leave; null without a time limit.")
    overdue: bool = plain("Whether it stayed for too long.")


@strawberry.type(description="One thing that a history entry changed.")
class HistoryChange:
    """One line of a history entry."""

    field: str = plain("What was changed, e.g. stage, dueDate or assignees.")
    from_value: str | None = plain(
        "The value before. Of a thing with an id what it was called then, also when it is gone since; null for what "
        "one may not see, and for lists."
    )
    to_value: str | None = plain("The value after, likewise.")
    from_nodes: list[Node] = plain("The things before, as far as one sees them.")
    to_nodes: list[Node] = plain("The things after, likewise.")


@strawberry.type(description="Something that happened to a job.")
class HistoryEntry(Node):
    """A history entry."""

    at: datetime = plain("When.")
    action: HistoryAction = plain("What.")
    cause: Cause = batched(jobs.causes, "Who or what did it.")
    changes: list[HistoryChange] = batched(nodes.history_changes, "What it changed.")


@strawberry.type(description="A page of a list.")
class HistoryConnection(Connection[HistoryEntry]):
    """The connection under the name that the contract gives it."""


@strawberry.type(description="One piece of work for one account in one pipeline.")
class Job(Stored):
    """A job."""

    name: str = plain("The job's name.")
    description: str | None = plain("More about it.")
    account: Account = batched(accounts.of_jobs, "The client it is done for.")
    pipeline: Pipeline = batched(pipelines.of_jobs, "The pipeline it is in.")
    stage: Stage = batched(pipelines.stage_of, "The stage it stands in.")
    rank: str = plain("Its order key in its column, whatever the pipeline sorts by; compared bytewise.")
    status: JobStatus = batched(pipelines.status_of, "Its status.")
    client_status: ClientStatus | None = batched(
        client_statuses.of_jobs, "What the client may see of where it stands; null for nothing."
    )
    priority: Priority = plain("How urgent it is.")
    assignees: list[Member] = batched(jobs.assignees, "Who works on it, by name.")
    start_date: date | None = plain("From when it is to be worked on.")
    due_date: date | None = plain("By when it is to be done.")
    overdue: bool = plain("Whether it is active and its due date has passed in the firm's time zone.")
    period: str | None = plain("Which of the account's like jobs it is, e.g. 2026-03; null for none in particular.")
    entered_stage_at: datetime = plain("When it entered its stage.")
    recurrence: Annotated["Recurrence", strawberry.lazy("gql.types.recurrences")] | None = batched(
        recurrences.of_jobs, "What has made it, as long as that is there and one sees it."
    )
    occurrence: date | None = plain("The date of the recurrence's occurrence that it is of; null where none made it.")
    stage_due_at: datetime | None = batched(
        automations.due_at, "By when it is to have left its stage; null without a time limit. It waits with its clocks."
    )
    stage_overdue: bool = batched(automations.overdue, "Whether it has been in its stage for too long.")
    items: Connection[ActionItem] = batched(
        items.of_jobs,
        "Its action items, oldest first.",
        open=Arg(bool | None, "Only open ones, or only closed ones.", None),
        **PAGE,
    )
    tasks: Connection[Task] = batched(tasks.of_jobs, "Its tasks, oldest first.", **PAGE)
    visits: Connection[StageVisit] = batched(
        jobs.visits, "Its stays in stages, newest first; those in pipelines that one does not see are left out.", **PAGE
    )
    comments: Connection[Comment] = batched(comments.of_jobs, "What members say about it, oldest first.", **PAGE)
    documents: Connection[Document] = batched(
        documents.of_jobs, "The files that were added to it, newest first.", **PAGE
    )
    linked_jobs: Connection[LinkedJob] = batched(
        job_links.of_jobs,
        "The jobs that it is linked to and that one sees, oldest link first. Boards are not told of links.",
        **PAGE,
    )
    followed_by_me: bool = batched(followers.followed_by_me, "Whether one follows it.")
    followers: list[Member] = batched(
        followers.of_jobs,
        "Who follows it, by name: they are told what becomes of it, as long as they see it. Boards are not told of "
        "followers.",
    )
    time_budget_minutes: int | None = plain("How many minutes are to be spent on it, at most; null for no budget.")
    time_spent_minutes: int = batched(
        time_entries.spent,
        "How many minutes were spent on it; running timers do not count. Boards and lists are not told when that "
        "changes, only the stream of the job is.",
    )
    time_by_member: list[MemberTime] = batched(time_entries.by_member, "How much of it by whom, by name.")
    time_entries: TimeEntryConnection = batched(
        time_entries.of_jobs, "The time that was spent on it, and timers that run; the newest day first.", **PAGE
    )
    runs: Connection[Annotated["AutomationRun", strawberry.lazy("gql.types.automations")]] = batched(
        automations.runs_of_jobs, "Turns of automations in it, oldest first.", **PAGE
    )
    from_template: JobTemplateVersion | None = batched(
        templates.made_by(JOB), "The version of the template that it was made by; null without one."
    )
    history: HistoryConnection = batched(
        jobs.history,
        "What happened to it, newest first; of links to jobs that one does not see it says nothing.",
        **PAGE,
    )
