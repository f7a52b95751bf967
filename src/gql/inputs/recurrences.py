"""Recurrences."""

from datetime import date
from typing import Final

import strawberry

from engine.enums import BusinessDays, CatchUp, Priority, RecurrenceState
from engine.recurrence import pausing, previews, recurrences
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, input_of
from gql.inputs.people import DurationInput
from store.reads import filters

ID = strawberry.ID

RRULE: Final = (
    "By which rule it recurs (RFC 5545), at most once a day: FREQ=MONTHLY;BYMONTHDAY=31. A day that a month lacks is "
    "its last."
)
START: Final = "How long after the occurrence's day jobs start, in DAYS, WORKING_DAYS, WEEKS or MONTHS; 0 is that day."
DUE: Final = "How long after the occurrence's day jobs are due, likewise."
AHEAD: Final = "How many days before an occurrence's day its jobs are made, up to 366."
DAYS: Final = "What becomes of occurrences on days on which the firm does not work."
CATCH_UP: Final = "Which occurrences are made up for after an outage."
TEMPLATE: Final = "The template of its jobs"
OWN: Final = "the pipeline's own, whichever that is then"


@input_of(recurrences.CreateRecurrence, "A new recurrence: for accounts that are listed, or that have tags.")
class CreateRecurrenceInput(MutationInput):
    """A new recurrence."""

    id: ID | None = optional(CLIENT_ID)
    name: str = given("What the firm calls it.")
    pipeline_id: ID = given("The pipeline that its jobs go through.")
    rrule: str = given(RRULE)
    start_date: date = given("From when on; occurrences are counted from here.")
    account_ids: list[ID] = given("The accounts for which it makes jobs, at most 1,000.", default_factory=list)
    tag_ids: list[ID] = given(
        "Or tags: it makes jobs for all accounts that have all of these when a run begins. Takes VIEW_ALL_ACCOUNTS.",
        default_factory=list,
    )
    stage_id: ID | None = given("The stage that they begin in; the first by default.", default=None)
    template_id: ID | None = given(f"{TEMPLATE}; {OWN}, by default.", default=None)
    job_name: str | None = given("Their name, instead of the template's; may hold shortcodes.", default=None)
    description: str | None = given("Their description, instead of the template's; may hold shortcodes.", default=None)
    priority: Priority | None = given("How urgent they are, instead of what the template says.", default=None)
    assignee_ids: list[ID] | None = given("Members who work on them, instead of the template's.", default=None)
    start_after: DurationInput | None = given(f"{START} Instead of what the template says.", default=None)
    due_after: DurationInput | None = given(f"{DUE} Instead of what the template says.", default=None)
    end_date: date | None = given("Until when, inclusive.", default=None)
    count: int | None = given("Or how often, up to 10,000 times.", default=None)
    create_ahead_days: int = given(AHEAD, default=0)
    business_days: BusinessDays = given(DAYS, default=BusinessDays.AS_IS)
    catch_up: CatchUp = given(CATCH_UP, default=CatchUp.ALL)
    make_up: bool = given("Whether it makes up for occurrences before today.", default=False)


@input_of(recurrences.UpdateRecurrence, "What to change of a recurrence, for jobs to come.")
class UpdateRecurrenceInput(MutationInput):
    """Changes of a recurrence."""

    recurrence_id: ID = given("Which recurrence.")
    name: str | None = settable("The new name.")
    pipeline_id: ID | None = settable("The pipeline that its jobs go through from now on.")
    stage_id: ID | None = optional("The stage that they begin in; null for the first.")
    template_id: ID | None = optional(f"{TEMPLATE}; null for {OWN}.")
    job_name: str | None = optional("Their name; null for the template's.")
    description: str | None = optional("Their description; null for the template's.")
    priority: Priority | None = optional("How urgent they are; null for what the template says.")
    assignee_ids: list[ID] | None = optional("All members who work on them; null for those of the template.")
    start_after: DurationInput | None = optional(f"{START} Say null for what the template says.")
    due_after: DurationInput | None = optional(f"{DUE} Say null for what the template says.")
    rrule: str | None = settable(f"{RRULE} A new rule, as all that follows, counts from today on.")
    start_date: date | None = settable("From when on; occurrences are counted from here.")
    end_date: date | None = optional("Until when, inclusive; null for no end.")
    count: int | None = optional("How often; null for as long as it may be.")
    create_ahead_days: int | None = settable(AHEAD)
    business_days: BusinessDays | None = settable(DAYS)
    catch_up: CatchUp | None = settable(CATCH_UP)
    add_account_ids: list[ID] | None = optional("Accounts to list, at most 200 at once and 1,000 in all.")
    remove_account_ids: list[ID] | None = optional("Accounts to take off the list.")
    add_tag_ids: list[ID] | None = optional("More tags that accounts must have. Takes VIEW_ALL_ACCOUNTS.")
    remove_tag_ids: list[ID] | None = optional("Tags that they need not have. Takes VIEW_ALL_ACCOUNTS.")


@input_of(recurrences.DeleteRecurrence, "Which recurrence to delete. The jobs that it has made stay.")
class DeleteRecurrenceInput(MutationInput):
    """A recurrence."""

    recurrence_id: ID = given("Which recurrence.")


@input_of(pausing.PauseRecurrence, "Which recurrence to stop, at once.")
class PauseRecurrenceInput(MutationInput):
    """A recurrence."""

    recurrence_id: ID = given("Which recurrence.")


@input_of(pausing.ResumeRecurrence, "Which recurrence is to go on.")
class ResumeRecurrenceInput(MutationInput):
    """A recurrence."""

    recurrence_id: ID = given("Which recurrence.")
    make_up: bool = given("Whether it makes up for the occurrences of the pause.", default=False)


@input_of(pausing.SkipNextOccurrence, "Which occurrence to leave out.")
class SkipNextOccurrenceInput(MutationInput):
    """An occurrence."""

    recurrence_id: ID = given("Of which recurrence.")
    occurrence: date = given("The date by the rule of what is next: a conflict where another one is by now.")


@input_of(pausing.RetryRecurrenceRun, "Which run to try again, for the accounts that have got no job of it.")
class RetryRecurrenceRunInput(MutationInput):
    """A run."""

    run_id: ID = given("Which run.")


@input_of(previews.PreviewRecurrence, "Which recurrence: one that there is, with changes perhaps, or one to be made.")
class PreviewRecurrenceInput:
    """A recurrence that there is, or might be."""

    recurrence_id: ID | None = given("One that there is; what is left out below is as it says.", default=None)
    rrule: str | None = optional(f"{RRULE} It has to be given without a recurrence.")
    start_date: date | None = optional("From when on. It has to be given without a recurrence.")
    end_date: date | None = optional("Until when, inclusive; null for no end.")
    count: int | None = optional("How often; null for as long as it may be.")
    create_ahead_days: int | None = optional(AHEAD)
    business_days: BusinessDays | None = optional(DAYS)
    make_up: bool = given("Whether it is to make up for what is before today, or for its pause.", default=False)


@input_of(filters.RecurrenceFilter, "Which recurrences; all given parts must hold.")
class RecurrenceFilter:
    """Recurrences by traits."""

    ids: list[ID] | None = given("These.", default=None)
    pipeline_ids: list[ID] | None = given("Of one of these pipelines.", default=None)
    states: list[RecurrenceState] | None = given("In one of these states.", default=None)
    name_contains: str | None = given("With this in the name, whatever its case.", default=None)
    all_of: "list[RecurrenceFilter] | None" = given("For which all of these hold.", name="and", default=None)
    any_of: "list[RecurrenceFilter] | None" = given("For which any of these holds.", name="or", default=None)
    none_of: "RecurrenceFilter | None" = given("For which this does not hold.", name="not", default=None)
