"""Time that members spend on jobs."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from gql.fields import batched, plain
from gql.types.node import Connection, Stored
from gql.types.people import Member
from resolvers import time_entries

if TYPE_CHECKING:
    from gql.types.jobs import Job
    from gql.types.tasks import Task


@strawberry.type(
    description="Time that a member has spent on a job, measured by a timer or written down; or a timer that is "
    "running. Who sees the job sees it, and its member always."
)
class TimeEntry(Stored):
    """Some time."""

    job: Annotated["Job", strawberry.lazy("gql.types.jobs")] | None = batched(
        time_entries.jobs_of, "The job, if one sees it."
    )
    task: Annotated["Task", strawberry.lazy("gql.types.tasks")] | None = batched(
        time_entries.tasks_of, "The task of the job that it was spent on, if any, and if one sees it."
    )
    member: Member = batched(time_entries.members_of, "Who spent it.")
    day: date = plain("For which day it counts: of a timer the firm's day on which it was started.")
    minutes: int | None = plain("How many minutes count; null while the timer is running.")
    started_at: datetime | None = plain("When the timer was started; null for what was written down.")
    ended_at: datetime | None = plain("When it was stopped; null while it is running, and for what was written down.")
    running: bool = plain("Whether it is a timer that is running.")
    too_long: bool = plain(
        "Whether a timer has measured more than twelve hours, and was probably forgotten: to be corrected."
    )
    billable: bool = plain("Whether the client is to be charged for it.")
    note: str | None = plain("What was done.")


@strawberry.type(description="A page of entries of time, and what all of the list come to.")
class TimeEntryConnection(Connection[TimeEntry]):
    """A page of entries."""

    total_minutes: int = batched(
        time_entries.total_minutes, "How many minutes all entries of the list come to; running timers do not count."
    )
    billable_minutes: int = batched(time_entries.billable_minutes, "How many of these are billable.")


@strawberry.type(description="How much time a member has spent on a job.")
class MemberTime:
    """A sum."""

    member: Member = plain("Who.")
    minutes: int = plain("How many minutes; a running timer does not count.")
    billable_minutes: int = plain("How many of these are billable.")
