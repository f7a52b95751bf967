"""Which stream is meant (LV4, LV5)."""

import strawberry

from gql.fields import given, optional
from gql.inputs.base import input_of
from gql.inputs.jobs import JobFilter
from resolvers import board_changes, bulk_changes, changes, dashboards, job_changes, my_work_changes, portal_changes
from resolvers.my_work_changes import MyWorkPart

ID = strawberry.ID


@input_of(board_changes.BoardStream, "The changes of one board.")
class BoardStreamInput:
    """A board's stream."""

    pipeline_id: ID = given("The pipeline.")
    filter: JobFilter | None = given("The filter with which the board was asked for.", default=None)


@input_of(job_changes.JobStream, "The changes of one job, and of what belongs to it.")
class JobStreamInput:
    """A job's stream."""

    job_id: ID = given("The job.")


@input_of(my_work_changes.MyWorkStream, "The changes of what one has to do and to know.")
class MyWorkStreamInput:
    """The stream of one's own work."""

    parts: list[MyWorkPart] | None = given("Only these parts of it; all if left out.", default=None)


@input_of(dashboards.DashboardStream, "The changes of a dashboard.")
class DashboardStreamInput:
    """A dashboard's stream."""

    pipeline_ids: list[ID] | None = given("Only these pipelines, at most 100; all in use if left out.", default=None)


@input_of(portal_changes.PortalStream, "The changes of a client's portal.")
class PortalStreamInput:
    """The stream of the portal."""

    account_id: ID | None = given("Only what is of this account; all of one's accounts if left out.", default=None)


@input_of(bulk_changes.BulkStream, "The progress of a bulk operation.")
class BulkStreamInput:
    """An operation's stream."""

    operation_id: ID = given("The operation.")


@input_of(changes.Stream, "Which stream.", one_of=True)
class StreamInput:
    """A stream."""

    board: BoardStreamInput | None = optional("A pipeline's board.")
    job: JobStreamInput | None = optional("One job.")
    my_work: MyWorkStreamInput | None = optional("What one has to do and to know.")
    dashboard: DashboardStreamInput | None = optional("How many jobs stand where.")
    portal: PortalStreamInput | None = optional("A client's portal.")
    bulk: BulkStreamInput | None = optional("A bulk operation.")
