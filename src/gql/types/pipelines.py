"""Pipelines, stages and statuses."""

from datetime import datetime
from typing import Annotated

import strawberry

from engine.enums import JobSort, JobState
from gql.fields import PAGE, batched, plain
from gql.types.node import Connection, Stored
from gql.types.people import Member
from resolvers import firms, pipelines


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


@strawberry.type(description="A template of ordered stages that jobs go through.")
class Pipeline(Stored):
    """A pipeline."""

    name: str = plain("The pipeline's name.")
    description: str | None = plain("What it is for.")
    job_sort: JobSort = plain("In which order its columns show their jobs.")
    stages: list[Stage] = batched(pipelines.stages_of, "Its stages in order.")
    statuses: list[JobStatus] = batched(
        pipelines.statuses_of, "Statuses its jobs may have: the built-in ones, and custom ones enabled for it."
    )
    available_to: Connection[Member] = batched(
        firms.of_pipelines, "The employees who see it, beside all owners and admins.", **PAGE
    )
    job_count: int = batched(pipelines.job_counts, "Jobs in it that one sees, archived ones left out.")
    archived_at: datetime | None = plain("When it was archived; null while it is in use.")
