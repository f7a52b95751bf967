"""Boards and their changes."""

from datetime import datetime
from typing import Annotated

import strawberry

from gql.enums import RemovalReason
from gql.fields import PAGE, Arg, batched, plain
from gql.types.accounts import Account
from gql.types.jobs import Job
from gql.types.node import Connection
from gql.types.people import Cause, Member
from gql.types.pipelines import Pipeline, Stage
from live.cursor import ResetReason
from resolvers import boards


@strawberry.type(description="A stage as a column of a board.")
class BoardColumn:
    """A column."""

    stage: Stage = plain("The stage.")
    job_count: int = batched(boards.job_counts, "Jobs in it under the board's filter, as far as one sees them.")
    overdue_count: int = batched(boards.overdue_counts, "Those of them that are overdue.")
    jobs: Connection[Job] = batched(boards.column_jobs, "Its jobs in the pipeline's order.", **PAGE)


@strawberry.type(description="A pipeline with its jobs in columns, at one instant.")
class Board:
    """A board."""

    cursor: str = plain("The instant: ask for changes after it.")
    pipeline: Pipeline = plain("The pipeline.")
    columns: list[BoardColumn] = batched(boards.columns, "A column for each stage, in order.")
    column: BoardColumn | None = batched(
        boards.column, "One column, for more of its jobs.", stage_id=Arg(strawberry.ID, "The stage.")
    )


@strawberry.type(description="Draw the job at (job.stage, job.rank), whether it is new, moved or edited.")
class JobUpserted:
    """A job to draw."""

    job: Job = plain("The job as it is now.")
    previous_stage_id: strawberry.ID | None = plain("The stage it stood in before, if it was another of this board.")


@strawberry.type(description="Take the job off the board.")
class JobRemoved:
    """A job to take away."""

    job_id: strawberry.ID = plain("Which.")
    reason: RemovalReason = plain("Why.")


@strawberry.type(description="How many jobs a column holds now.")
class ColumnCountsChanged:
    """A column's counts."""

    stage_id: strawberry.ID = plain("Which column.")
    job_count: int = plain("Jobs in it under the board's filter.")
    overdue_count: int = plain("Those of them that are overdue.")


@strawberry.type(description="The pipeline, its stages or its statuses changed.")
class PipelineChanged:
    """A changed pipeline."""

    pipeline: Pipeline = plain("The pipeline as it is now.")


@strawberry.type(description="An account that cards show changed its name or tags.")
class AccountChanged:
    """A changed account."""

    account: Account = plain("The account as it is now.")


@strawberry.type(description="A member that cards may show changed.")
class MemberChanged:
    """A changed member."""

    member: Member = plain("The member as they are now.")


@strawberry.type(description="What is known is worthless: query again.")
class StreamReset:
    """A reset."""

    reason: ResetReason = plain("Why.")


BoardChange = Annotated[
    JobUpserted | JobRemoved | ColumnCountsChanged | PipelineChanged | AccountChanged | MemberChanged | StreamReset,
    strawberry.union("BoardChange", description="One thing to do to a drawn board."),
]


@strawberry.type(
    description="One transaction, or several joined, as a board sees them. Applying it twice does no harm."
)
class BoardEvent:
    """An event of a board."""

    cursor: str = plain("Go on from here.")
    at: datetime = plain("When it happened.")
    cause: Cause = plain("Why it happened.")
    changes: list[BoardChange] = plain("What to do to the drawn board, in order.")
