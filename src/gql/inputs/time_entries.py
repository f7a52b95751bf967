"""Time that members spend on jobs."""

from datetime import date

import strawberry

from engine.job import time_entries, timers
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, input_of
from gql.inputs.jobs import DateRange
from store.reads import filters

ID = strawberry.ID


@input_of(timers.StartTimer, "What a timer is to measure.")
class StartTimerInput(MutationInput):
    """A timer."""

    id: ID | None = optional(CLIENT_ID)
    job_id: ID = given("The job that one works on.")
    task_id: ID | None = given("The task of the job, if it is for one.", default=None)
    note: str | None = optional("What one is doing: at most 1,000 characters; null for no note.")
    billable: bool = given("Whether the client is to be charged for it.", default=True)


@input_of(timers.StopTimer, "Which timer to stop.")
class StopTimerInput(MutationInput):
    """A timer."""

    time_entry_id: ID | None = optional(
        "Which: one's own that is running, by default and for null. Another member's takes the right "
        "MANAGE_TIME_BUDGETS."
    )
    note: str | None = optional("What was done, instead of what was noted; null for what was noted.")


@input_of(time_entries.CreateTimeEntry, "Time that was spent.")
class CreateTimeEntryInput(MutationInput):
    """Some time."""

    id: ID | None = optional(CLIENT_ID)
    job_id: ID = given("On which job.")
    minutes: int = given("How many minutes: at most 1,440.")
    day: date | None = given("On which day, at most a day ahead; today, as the firm has it, by default.", default=None)
    member_id: ID | None = given(
        "By whom: oneself by default. Another member takes the right MANAGE_TIME_BUDGETS.", default=None
    )
    task_id: ID | None = given("On which task of the job, if it was for one.", default=None)
    billable: bool = given("Whether the client is to be charged for it.", default=True)
    note: str | None = given("What was done: at most 1,000 characters.", default=None)


@input_of(
    time_entries.UpdateTimeEntry,
    "What to correct of an entry: one's own, or, with the right MANAGE_TIME_BUDGETS, any.",
)
class UpdateTimeEntryInput(MutationInput):
    """Corrections."""

    time_entry_id: ID = given("Which entry.")
    day: date | None = settable("For which day it counts.")
    minutes: int | None = settable("How many minutes count: at most 1,440, whatever a timer has measured.")
    billable: bool | None = settable("Whether the client is to be charged for it.")
    note: str | None = optional("What was done; null for no note.")
    task_id: ID | None = optional("On which task of the job; null for none.")


@input_of(
    time_entries.DeleteTimeEntry,
    "Which entry to delete: one's own, or, with the right MANAGE_TIME_BUDGETS, any. The job's history keeps it.",
)
class DeleteTimeEntryInput(MutationInput):
    """An entry."""

    time_entry_id: ID = given("Which entry, or running timer.")


@input_of(filters.TimeEntryFilter, "Which entries; all given parts must hold.")
class TimeEntryFilter:
    """Entries by traits."""

    ids: list[ID] | None = given("These.", default=None)
    member_ids: list[ID] | None = given("Of any of these members.", default=None)
    job_ids: list[ID] | None = given("On any of these jobs.", default=None)
    account_ids: list[ID] | None = given("On jobs of any of these clients.", default=None)
    pipeline_ids: list[ID] | None = given("On jobs that are in any of these pipelines now.", default=None)
    days: DateRange | None = given("Of these days.", default=None)
    billable: bool | None = given("Only what is billable, or only the rest.", default=None)
    running: bool | None = given("Only running timers, or only what counts.", default=None)
    all_of: "list[TimeEntryFilter] | None" = given("For which all of these hold.", name="and", default=None)
    any_of: "list[TimeEntryFilter] | None" = given("For which any of these holds.", name="or", default=None)
    none_of: "TimeEntryFilter | None" = given("For which this does not hold.", name="not", default=None)
