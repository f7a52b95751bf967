"""Pipelines, stages and statuses."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import Automove, Completion, JobSort, JobState, StatusAutomove
from gql.fields import PAGE, batched, plain
from gql.types.conditions import Condition
from gql.types.durations import Duration
from gql.types.health import AutomationProblem
from gql.types.job_templates import JobTemplate
from gql.types.node import Connection, Stored
from gql.types.people import Member
from resolvers import automations, conditions, firms, health, pipelines

if TYPE_CHECKING:
    from gql.types.automations import Automation

LazyAutomation = Annotated["Automation", strawberry.lazy("gql.types.automations")]


@strawberry.type(description="A status of jobs: Active, Completed, Archived, or one of the firm's own.")
class JobStatus(Stored):
    """A job status."""

    name: str = plain("The status's name, unique in the firm.")
    state: JobState = plain("What it means to the engine.")
    color: str | None = plain("Its colour as #rrggbb.")
    pauses: bool = plain("Whether clocks, delays and reminders of its jobs wait.")
    on_board: bool = plain("Whether its jobs are shown on boards.")


@strawberry.type(description="An ordered step of a pipeline.")
class Stage(Stored):
    """A stage."""

    name: str = plain("The stage's name.")
    position: int | None = plain("Its place in the pipeline, from 0; null once it was deleted.")
    pipeline: Annotated["Pipeline", strawberry.lazy("gql.types.pipelines")] | None = batched(
        pipelines.of_stages, "The pipeline it belongs to; null once that was deleted."
    )
    job_count: int = batched(pipelines.stage_job_counts, "Jobs in it that one sees, archived ones left out.")
    automove: Automove = plain("When it moves jobs on by itself; without effect while it is the last.")
    completion: Completion = plain("When it completes jobs by itself; without effect unless it is the last.")
    time_limit: Duration | None = batched(
        pipelines.time_limits, "How long a job may stay before it counts as overdue there, in hours or working days."
    )
    job_limit: int | None = plain("How many jobs it may hold, archived ones not counted.")
    condition: Condition | None = batched(
        conditions.of_rows,
        "What must hold of a job that does not come by hand; without it the job goes to the next stage that is open "
        "to it.",
    )
    automations: list[LazyAutomation] = batched(automations.of_stages, "What happens when a job enters, in order.")


@strawberry.type(description="A move that people may make, in a pipeline that lists them.")
class AllowedMove:
    """From stage to stage."""

    from_stage_id: strawberry.ID = plain("The stage that the job leaves.")
    to_stage_id: strawberry.ID = plain("The stage that it enters.")


@strawberry.type(description="What a custom status does in a pipeline.")
class StatusSetting:
    """A status in a pipeline."""

    status: JobStatus = batched(pipelines.status_of, "The status.")
    automove: StatusAutomove = plain("When it makes its jobs active again by itself.")


@strawberry.type(description="A template of ordered stages that jobs go through.")
class Pipeline(Stored):
    """A pipeline."""

    name: str = plain("The pipeline's name.")
    description: str | None = plain("What it is for.")
    job_sort: JobSort = plain("In which order its columns show their jobs.")
    blocks_over_limit: bool = plain("Whether people can put no job into a stage that is full, instead of being warned.")
    listed_moves_only: bool = plain("Whether people may make only the allowed moves.")
    allowed_moves: list[AllowedMove] = batched(
        pipelines.allowed_moves, "The moves between its stages that people may make, if only those are allowed."
    )
    archive_after_days: int | None = plain("How many days after their completion jobs are archived; null for never.")
    stages: list[Stage] = batched(pipelines.stages_of, "Its stages in order.")
    statuses: list[JobStatus] = batched(
        pipelines.statuses_of, "Statuses its jobs may have: the built-in ones, and custom ones enabled for it."
    )
    job_template: JobTemplate | None = batched(
        pipelines.job_templates_of, "What its new jobs start with, unless another template is named."
    )
    status_settings: list[StatusSetting] = batched(
        pipelines.status_settings, "What the custom statuses enabled for it do by themselves."
    )
    available_to: Connection[Member] = batched(
        firms.of_pipelines, "The employees who see it, beside all owners and admins.", **PAGE
    )
    job_count: int = batched(pipelines.job_counts, "Jobs in it that one sees, archived ones left out.")
    status_automations: list[LazyAutomation] = batched(
        automations.of_statuses, "What happens when a job gets one of the firm's own statuses, in order, by status."
    )
    health: list[AutomationProblem] = batched(
        health.of_pipelines,
        "Automations and conditions that name what is gone, deactivated, archived or not enabled in it, in the order "
        "of its stages, then recurrences that do. No stream tells of them: ask again.",
    )
    archived_at: datetime | None = plain("When it was archived; null while it is in use.")
