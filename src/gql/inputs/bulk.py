"""Bulk operations (MV10)."""

from datetime import date

import strawberry

from engine.bulk import changing, creating, operations
from engine.enums import PendingItems, Priority
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, certain, input_of
from gql.inputs.jobs import BUDGET, ExpectInput

ID = strawberry.ID

_JOBS = "Which jobs: at most 1,000. One that is given twice counts once."


@input_of(creating.CreateJobs, "New jobs: one for each of some accounts.")
class CreateJobsInput(MutationInput):
    """New jobs."""

    id: ID | None = optional(CLIENT_ID)
    account_ids: list[ID] | None = certain("The clients they are done for: at most 1,000. Or name tags.")
    tag_ids: list[ID] | None = certain("For all clients that have all of these tags now: at most 10,000.")
    pipeline_id: ID = given("The pipeline they go through.")
    template_id: ID | None = optional(
        "The job template they start with; the pipeline's own unless said, null for none. What is given here wins."
    )
    stage_id: ID | None = given(
        "The stage they start in; the first by default. A job that does not meet its condition starts in the next "
        "whose condition holds.",
        default=None,
    )
    name: str | None = optional("Their name; needed where no template gives them one.")
    description: str | None = optional("More about them; null for nothing.")
    priority: Priority | None = certain("How urgent they are; MEDIUM unless a template says otherwise.")
    assignee_ids: list[ID] | None = certain("Members who work on them; the template's unless given.")
    start_date: date | None = optional("From when they are to be worked on; null for no date.")
    due_date: date | None = optional("By when they are to be done; null for no date.")
    time_budget_minutes: int | None = optional(BUDGET)
    period: str | None = given(
        "Which of their accounts' like jobs they are, e.g. 2026-03: an account that has a job of this period in the "
        "pipeline gets no other.",
        default=None,
    )
    allow_duplicates: bool = given("Whether it gets another all the same.", default=False)


@input_of(changing.JobExpected, "A job to be moved.")
class JobExpectedInput:
    """A job, and what the caller believes of it."""

    job_id: ID = given("Which job.")
    expect: ExpectInput = given("What the caller believes.")


@input_of(changing.MoveJobs, "Where jobs go: on top of a stage, in the order given.")
class MoveJobsInput(MutationInput):
    """Moves."""

    id: ID | None = optional(CLIENT_ID)
    jobs: list[JobExpectedInput] = given(_JOBS)
    stage_id: ID = given("The stage they go to; may belong to another pipeline.")
    pending_items: PendingItems | None = given(
        "What becomes of open items that block the stages they leave; jobs with such items are refused without.",
        default=None,
    )
    skip_automations: bool | None = given(
        "Whether the stage's automations are skipped, which its log says; takes the right SKIP_AUTOMATIONS.",
        default=False,
    )


@input_of(changing.UpdateJobs, "What to change of jobs.")
class UpdateJobsInput(MutationInput):
    """Changes of jobs."""

    id: ID | None = optional(CLIENT_ID)
    job_ids: list[ID] = given(_JOBS)
    priority: Priority | None = settable("The new priority.")
    start_date: date | None = optional("The new start date; null for none.")
    due_date: date | None = optional("The new due date; null for none.")
    add_assignee_ids: list[ID] | None = optional("Members to assign.")
    remove_assignee_ids: list[ID] | None = optional("Members to unassign.")


@input_of(changing.UpdateJobTags, "What to change of the tags of jobs' accounts; takes the right MANAGE_ACCOUNTS.")
class UpdateJobTagsInput(MutationInput):
    """Changes of tags."""

    id: ID | None = optional(CLIENT_ID)
    job_ids: list[ID] = given(_JOBS)
    add_tag_ids: list[ID] | None = certain("Tags to add.")
    remove_tag_ids: list[ID] | None = certain("Tags to take away.")


@input_of(changing.SetJobStatuses, "The status that jobs get; also archives and unarchives them.")
class SetJobStatusesInput(MutationInput):
    """A status for many jobs."""

    id: ID | None = optional(CLIENT_ID)
    job_ids: list[ID] = given(_JOBS)
    status_id: ID = given("The status; jobs in whose pipeline it is not enabled are refused.")


@input_of(changing.SetClientStatuses, "What clients may see of where jobs stand.")
class SetClientStatusesInput(MutationInput):
    """A client-facing status for many jobs."""

    id: ID | None = optional(CLIENT_ID)
    job_ids: list[ID] = given(_JOBS)
    client_status_id: ID | None = optional("The client-facing status; null for none. It must be said.")


@input_of(changing.ArchiveJobs, "Which jobs to archive.")
class ArchiveJobsInput(MutationInput):
    """Jobs to archive."""

    id: ID | None = optional(CLIENT_ID)
    job_ids: list[ID] = given(_JOBS)


@input_of(changing.DeleteJobs, "Which jobs to put into the trash, each by itself.")
class DeleteJobsInput(MutationInput):
    """Jobs to delete."""

    id: ID | None = optional(CLIENT_ID)
    job_ids: list[ID] = given(_JOBS)


@input_of(changing.RestoreJobs, "Which jobs to take out of the trash.")
class RestoreJobsInput(MutationInput):
    """Jobs to restore."""

    id: ID | None = optional(CLIENT_ID)
    job_ids: list[ID] = given(_JOBS)


@input_of(operations.CancelBulkOperation, "Which bulk operation to stop; what is done stays done.")
class CancelBulkOperationInput(MutationInput):
    """An operation to stop."""

    operation_id: ID = given("Which operation.")
