"""The firm's dashboard and its changes."""

from datetime import datetime
from typing import Annotated

import strawberry

from gql.fields import batched, plain
from gql.types.boards import StreamReset
from gql.types.people import Cause
from gql.types.pipelines import Pipeline, Stage
from resolvers import dashboards


@strawberry.type(description="How many jobs stand in a stage.")
class StageCounts:
    """Counts of a stage."""

    stage: Stage = plain("The stage.")
    job_count: int = plain("Jobs in it that one sees and that are not archived.")
    overdue_count: int = plain("Those of them that are overdue.")


@strawberry.type(description="How many jobs a pipeline holds, and where.")
class PipelineCounts:
    """Counts of a pipeline."""

    pipeline: Pipeline = plain("The pipeline.")
    job_count: int = plain("Jobs in it that one sees and that are not archived.")
    overdue_count: int = plain("Those of them that are overdue.")
    stages: list[StageCounts] = plain("The same for each of its stages, in order.")


@strawberry.type(description="How many jobs stand where, at one instant.")
class Dashboard:
    """A dashboard."""

    cursor: str = plain("The instant: ask for changes after it.")
    pipelines: list[PipelineCounts] = batched(dashboards.counts, "The pipelines on it, by name.")


@strawberry.type(description="Show these counts of the pipeline, whether it is new on the dashboard or not.")
class PipelineCountsChanged:
    """Counts to show."""

    counts: PipelineCounts = plain("The counts as they are now.")


@strawberry.type(description="The pipeline was archived or deleted, or one does not see it any more.")
class PipelineCountsRemoved:
    """Counts to take away."""

    pipeline_id: strawberry.ID = plain("Which pipeline.")


DashboardChange = Annotated[
    PipelineCountsChanged | PipelineCountsRemoved | StreamReset,
    strawberry.union("DashboardChange", description="One thing to do to a dashboard."),
]


@strawberry.type(
    description="One transaction, or several joined, as a dashboard sees them. Applying it twice does no harm."
)
class DashboardEvent:
    """An event of a dashboard."""

    cursor: str = plain("Go on from here.")
    at: datetime = plain("When it happened.")
    cause: Cause = plain("Why it happened.")
    changes: list[DashboardChange] = plain("What to do to the dashboard, in order.")
