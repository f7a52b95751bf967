"""Jobs and moves, their filters and orders."""

from datetime import date
from typing import Final

import strawberry

from engine.enums import JobState, PendingItems, Priority
from engine.items import settling
from engine.job import jobs, moves, undo
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, certain, input_of
from resolvers.orders import JobOrder as OrderMeant
from resolvers.orders import JobOrderField
from store.reads import filters

ID = strawberry.ID
BUDGET: Final = (
    "How many minutes are to be spent, at most; null for no budget. To set one takes the right MANAGE_TIME_BUDGETS."
)


@input_of(
    moves.Expect, "What the caller believes of a job; where it is otherwise, the answer is a conflict.", one_of=True
)
class ExpectInput:
    """Version or stage."""

    version: int | None = optional("The job's version.")
    stage_id: ID | None = optional("The stage the job is in.")


@input_of(settling.PendingItemChoice, "What becomes of one item, instead of what becomes of all.")
class PendingItemChoice:
    """An exception."""

    item_id: ID = given("Which item.")
    choice: PendingItems = given("What becomes of it.")


@input_of(moves.MoveJob, "Where a job goes.")
class MoveJobInput(MutationInput):
    """A move."""

    job_id: ID = given("Which job.")
    stage_id: ID = given("The stage it goes to; may belong to another pipeline.")
    expect: ExpectInput = given("What the caller believes.")
    after_job_id: ID | None = given("Place it below this job of the stage; null puts it on top.", default=None)
    pending_items: PendingItems | None = given(
        "What becomes of open items that block the stage it leaves; needed where there are any.", default=None
    )
    pending_item_choices: list[PendingItemChoice] | None = given("Exceptions for single items.", default=None)
    skip_automations: bool | None = given(
        "Whether the stage's automations are skipped, which its log says; takes the right SKIP_AUTOMATIONS.",
        default=False,
    )


@input_of(undo.UndoMove, "Which job's last move to undo.")
class UndoMoveInput(MutationInput):
    """A move to undo."""

    job_id: ID = given("Which job.")
    expect: ExpectInput = given("What the caller believes.")


@input_of(jobs.CreateJob, "A new job.")
class CreateJobInput(MutationInput):
    """A new job."""

    id: ID | None = optional(CLIENT_ID)
    name: str | None = optional("The job's name; needed where no template gives it one.")
    account_id: ID = given("The client it is done for.")
    pipeline_id: ID = given("The pipeline it goes through.")
    template_id: ID | None = optional(
        "The job template it starts with; the pipeline's own unless said, null for none. What is given here wins."
    )
    stage_id: ID | None = given("The stage it starts in; the first by default.", default=None)
    description: str | None = optional("More about it; null for nothing.")
    priority: Priority | None = certain("How urgent it is; MEDIUM unless a template says otherwise.")
    assignee_ids: list[ID] | None = certain("Members who work on it; the template's unless given.")
    start_date: date | None = optional("From when it is to be worked on; null for no date.")
    due_date: date | None = optional("By when it is to be done; null for no date.")
    time_budget_minutes: int | None = optional(BUDGET)
    after_job_id: ID | None = given("Place it below this job of the stage; null puts it on top.", default=None)
    period: str | None = given(
        "Which of the account's like jobs it is, e.g. 2026-03: another of this period in the pipeline is refused "
        "(DUPLICATE).",
        default=None,
    )
    allow_duplicate: bool = given("Whether it is made all the same.", default=False)


@input_of(jobs.UpdateJob, "What to change of a job.")
class UpdateJobInput(MutationInput):
    """Changes of a job."""

    job_id: ID = given("Which job.")
    expect: ExpectInput | None = optional("What the caller believes.")
    name: str | None = settable("The new name.")
    description: str | None = optional("The new description; null for none.")
    priority: Priority | None = settable("The new priority.")
    start_date: date | None = optional("The new start date; null for none.")
    due_date: date | None = optional("The new due date; null for none.")
    time_budget_minutes: int | None = optional(BUDGET)
    add_assignee_ids: list[ID] | None = optional("Members to assign.")
    remove_assignee_ids: list[ID] | None = optional("Members to unassign.")


@input_of(jobs.SetJobStatus, "The status a job gets; also archives and unarchives it.")
class SetJobStatusInput(MutationInput):
    """A status for a job."""

    job_id: ID = given("Which job.")
    status_id: ID = given("The status, enabled in the job's pipeline.")
    expect: ExpectInput | None = optional("What the caller believes.")


@input_of(filters.DateRange, "From a day to a day, both included; either may be open.")
class DateRange:
    """Days."""

    since: date | None = given("The first day.", default=None)
    until: date | None = given("The last day.", default=None)


@input_of(filters.JobFilter, "Which jobs; all given parts must hold.")
class JobFilter:
    """Jobs by traits."""

    ids: list[ID] | None = given("These.", default=None)
    pipeline_ids: list[ID] | None = given("In any of these pipelines.", default=None)
    stage_ids: list[ID] | None = given("In any of these stages.", default=None)
    account_ids: list[ID] | None = given("For any of these accounts.", default=None)
    status_ids: list[ID] | None = given("With any of these statuses.", default=None)
    states: list[JobState] | None = given("In any of these states.", default=None)
    priorities: list[Priority] | None = given("With any of these priorities.", default=None)
    assignee_ids: list[ID] | None = given("Assigned to any of these members.", default=None)
    assigned_to_me: bool | None = given("Assigned to oneself, or not.", default=None)
    unassigned: bool | None = given("Assigned to nobody, or to somebody.", default=None)
    tag_ids: list[ID] | None = given("Whose account has all of these tags.", default=None)
    due: DateRange | None = given("Due within these days.", default=None)
    overdue: bool | None = given("Overdue, or not.", default=None)
    name_contains: str | None = given("With this in the name, whatever its case.", default=None)
    all_of: "list[JobFilter] | None" = given("For which all of these hold.", name="and", default=None)
    any_of: "list[JobFilter] | None" = given("For which any of these holds.", name="or", default=None)
    none_of: "JobFilter | None" = given("For which this does not hold.", name="not", default=None)


@input_of(OrderMeant, "In which order; jobs that are equal in it come by their ids.")
class JobOrder:
    """An order."""

    field: JobOrderField = given("By what.")
    descending: bool = given("From the last to the first.", default=False)
