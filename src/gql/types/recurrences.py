"""Recurrences, their occurrences and runs."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import BusinessDays, CatchUp, Priority, RecurrenceRunState, RecurrenceState, ShiftReason
from gql.errors import MutationError
from gql.fields import PAGE, Arg, batched, plain
from gql.types.accounts import Account, Tag
from gql.types.durations import Duration
from gql.types.job_templates import JobTemplate
from gql.types.node import Connection, Node, Stored
from gql.types.people import Member
from gql.types.pipelines import Pipeline, Stage
from resolvers import recurrences

if TYPE_CHECKING:
    from gql.types.jobs import Job

_Day = date
_Job = Annotated["Job", strawberry.lazy("gql.types.jobs")]


@strawberry.type(description="One time of something that recurs.")
class Occurrence:
    """An occurrence."""

    date: _Day = plain("Its date by the rule. Shortcodes of its jobs speak of this day.")
    day: _Day = plain("The same, or the working day after or before. Dates of its jobs count from this day.")
    shifted: ShiftReason | None = plain("Why the day is not the date; null where it is.")
    creates_on: _Day = plain("The day on which its jobs are made.")
    creates_at: datetime = plain("When that day begins in the firm's time zone.")


@strawberry.type(description="When a recurrence would make jobs.")
class RecurrencePreview:
    """Times to come."""

    occurrences: list[Occurrence] = plain("The next ones, in order. Those that were skipped are left out.")
    errors: list[MutationError] = plain("Why there are none; empty where the times make sense.")


@strawberry.type(description="What became of an account in a run.")
class RecurrenceResult:
    """A line of a run."""

    account: Account | None = batched(recurrences.accounts_of_results, "The account.")
    job: _Job | None = batched(
        recurrences.jobs_of_results, "The job that was made, as long as there is one that one sees."
    )
    error: str | None = plain("Why none was made.")


@strawberry.type(description="An occurrence that has come, and the making of its jobs.")
class RecurrenceRun(Node):
    """A run."""

    recurrence: Annotated["Recurrence", strawberry.lazy("gql.types.recurrences")] | None = batched(
        recurrences.of_runs, "What recurs."
    )
    occurrence: date = plain("The occurrence's date by the rule.")
    day: date = plain("The same, or the working day after or before.")
    state: RecurrenceRunState = plain("Where it stands.")
    reason: str | None = plain("Why it was skipped or cancelled, or what is wrong.")
    total: int = batched(recurrences.totals, "For how many accounts it makes jobs, of those that one has access to.")
    made: int = batched(recurrences.made, "For how many of these it has made one.")
    failed: int = batched(recurrences.failed, "For how many of these it could not.")
    results: Connection[RecurrenceResult] = batched(
        recurrences.results_of,
        "What became of each account that one has access to, once it has begun.",
        failed_only=Arg(bool, "Only those that have got no job.", False),
        **PAGE,
    )
    created_at: datetime = plain("When it was time for it.")
    started_at: datetime | None = plain("When it began; its accounts are those of that moment.")
    finished_at: datetime | None = plain("When it was over; null before.")


@strawberry.type(
    description="A schedule that makes jobs. No stream tells of it, but of its jobs: ask again. What it leaves open of "
    "its jobs is as their template says."
)
class Recurrence(Stored):
    """A recurrence."""

    name: str = plain("What the firm calls it.")
    state: RecurrenceState = plain("Whether it recurs.")
    pipeline: Pipeline | None = batched(recurrences.pipelines_of, "The pipeline that its jobs go through.")
    stage: Stage | None = batched(
        recurrences.stages_of,
        "The stage that they begin in; null for the first. Those that do not meet its condition begin in the next that "
        "holds.",
    )
    template: JobTemplate | None = batched(
        recurrences.templates_of, "The template of its jobs; null for the pipeline's own, whichever that is then."
    )
    job_name: str | None = plain("The jobs' name, with its shortcodes as they were written.")
    description: str | None = plain("The jobs' description, likewise.")
    priority: Priority | None = plain("How urgent they are.")
    assignees: list[Member] | None = batched(
        recurrences.assignees, "Members who work on them, instead of those of the template."
    )
    start_after: Duration | None = batched(
        recurrences.start_spans, "How long after the occurrence's day they start; 0 of a unit is that day."
    )
    due_after: Duration | None = batched(
        recurrences.due_spans, "How long after the occurrence's day they are due; 0 of a unit is that day."
    )
    accounts: Connection[Account] = batched(
        recurrences.accounts_of, "The accounts that it lists, as far as one has access to them, by name.", **PAGE
    )
    tags: list[Tag] = batched(
        recurrences.tags_of, "It makes jobs for all accounts that have all of these when a run begins, by name."
    )
    rrule: str = plain("By which rule it recurs (RFC 5545), in the firm's time zone.")
    start_date: date = plain("From when on; occurrences are counted from here.")
    end_date: date | None = plain("Until when, inclusive.")
    count: int | None = plain("How often, by the rule, whatever was skipped.")
    create_ahead_days: int = plain("How many days before an occurrence's day its jobs are made.")
    business_days: BusinessDays = plain("What becomes of occurrences on days on which the firm does not work.")
    catch_up: CatchUp = plain("Which occurrences are made up for after an outage.")
    next: Occurrence | None = batched(
        recurrences.coming, "The next occurrence; null while it is paused, and once there is none."
    )
    runs: Connection[RecurrenceRun] = batched(
        recurrences.runs_of, "Its occurrences that have come, last first.", **PAGE
    )
    paused_at: datetime | None = plain("Since when it is paused; null where it is not.")
    created_by: Member | None = batched(recurrences.makers, "Who has made it.")
    updated_by: Member | None = batched(recurrences.editors, "Who has last said how it is: its jobs are made for them.")
