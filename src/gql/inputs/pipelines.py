"""Pipelines, stages, statuses."""

import strawberry

from engine.enums import Automove, Completion, JobSort, StatusAutomove
from engine.pipeline import pipeline_settings, pipelines, stages, statuses
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.automations import NewAutomationInput
from gql.inputs.base import MutationInput, input_of
from gql.inputs.conditions import ConditionInput
from gql.inputs.people import DurationInput
from store.reads import filters

ID = strawberry.ID
AUTOMOVE = "When it moves jobs on by itself; without effect while it is the last."
COMPLETION = "When it completes jobs by itself; without effect unless it is the last."
TIME_LIMIT = "How long a job may stay, in hours or working days."
JOB_LIMIT = "How many jobs it may hold, archived ones not counted."
CONDITION = "What must hold of a job that does not come by hand. The first and the last stage have none."


@input_of(pipelines.NewStage, "A stage of a new pipeline.")
class NewStageInput:
    """A stage."""

    name: str = given("The stage's name.")
    automove: Automove = given(AUTOMOVE, default=Automove.OFF)
    completion: Completion = given(COMPLETION, default=Completion.NEVER)
    time_limit: DurationInput | None = given(TIME_LIMIT, default=None)
    job_limit: int | None = given(JOB_LIMIT, default=None)
    condition: ConditionInput | None = given(CONDITION, default=None)
    automations: list[NewAutomationInput] = given("What happens when a job enters, in order.", default_factory=list)


@input_of(pipeline_settings.AllowedMove, "A move from stage to stage.")
class AllowedMoveInput:
    """A move."""

    from_stage_id: ID = given("The stage that the job leaves.")
    to_stage_id: ID = given("The stage that it enters.")


@input_of(pipeline_settings.StatusSetting, "What a custom status does in a pipeline.")
class StatusAutomoveInput:
    """A status in a pipeline."""

    status_id: ID = given("Which custom status, enabled in the pipeline.")
    automove: StatusAutomove = given("When it makes its jobs active again by itself.")


@input_of(pipelines.CreatePipeline, "A new pipeline; whoever makes it is on its available-to list.")
class CreatePipelineInput(MutationInput):
    """A new pipeline."""

    id: ID | None = optional(CLIENT_ID)
    name: str = given("The pipeline's name.")
    stages: list[NewStageInput] = given("Its stages in order, at least two.")
    description: str | None = given("What it is for.", default=None)
    job_sort: JobSort = given("In which order its columns show their jobs.", default=JobSort.MANUAL)
    blocks_over_limit: bool = given(
        "Whether people can put no job into a stage that is full, instead of being warned.", default=False
    )
    listed_moves_only: bool = given("Whether people may make only the moves that are listed later.", default=False)
    archive_after_days: int | None = given(
        "How many days after their completion jobs are archived; never by default.", default=None
    )
    job_template_id: ID | None = given("The template that its new jobs start with.", default=None)
    available_to_ids: list[ID] = given("Members who see it.", default_factory=list)
    status_ids: list[ID] = given("Custom statuses to enable.", default_factory=list)


@input_of(pipelines.UpdatePipeline, "What to change of a pipeline.")
class UpdatePipelineInput(MutationInput):
    """Changes of a pipeline."""

    pipeline_id: ID = given("Which pipeline.")
    name: str | None = settable("The new name.")
    description: str | None = optional("The new description; null for none.")
    job_sort: JobSort | None = settable("The new order of jobs.")
    blocks_over_limit: bool | None = settable(
        "Whether people can put no job into a stage that is full, instead of being warned."
    )
    listed_moves_only: bool | None = settable("Whether people may make only the allowed moves.")
    archive_after_days: int | None = optional("How many days after their completion jobs are archived; null for never.")
    job_template_id: ID | None = optional("The template that its new jobs start with; null for none.")
    add_allowed_moves: list[AllowedMoveInput] | None = optional("Moves that people may make from now on.")
    remove_allowed_moves: list[AllowedMoveInput] | None = optional("Moves that people may make no more.")
    set_status_automove: list[StatusAutomoveInput] | None = optional("What custom statuses do by themselves.")
    add_available_to_ids: list[ID] | None = optional("Members who see it from now on.")
    remove_available_to_ids: list[ID] | None = optional("Members who see it no more.")
    add_status_ids: list[ID] | None = optional("Custom statuses to enable.")
    remove_status_ids: list[ID] | None = optional("Custom statuses to disable; refused while jobs have them.")


@input_of(pipelines.ArchivePipeline, "Which pipeline to archive: no job enters it any more.")
class ArchivePipelineInput(MutationInput):
    """A pipeline."""

    pipeline_id: ID = given("Which pipeline.")


@input_of(pipelines.RestorePipeline, "Which pipeline to take out of the archive.")
class RestorePipelineInput(MutationInput):
    """A pipeline."""

    pipeline_id: ID = given("Which pipeline.")


@input_of(pipelines.DeletePipeline, "Which pipeline to delete; refused while it holds jobs, archived ones included.")
class DeletePipelineInput(MutationInput):
    """A pipeline."""

    pipeline_id: ID = given("Which pipeline.")


@input_of(stages.CreateStage, "A new stage.")
class CreateStageInput(MutationInput):
    """A new stage."""

    id: ID | None = optional(CLIENT_ID)
    pipeline_id: ID = given("The pipeline it belongs to.")
    name: str = given("The stage's name.")
    position: int | None = given("Its place, from 0; at the end by default.", default=None)
    automove: Automove = given(AUTOMOVE, default=Automove.OFF)
    completion: Completion = given(COMPLETION, default=Completion.NEVER)
    time_limit: DurationInput | None = given(TIME_LIMIT, default=None)
    job_limit: int | None = given(JOB_LIMIT, default=None)
    condition: ConditionInput | None = given(CONDITION, default=None)


@input_of(stages.UpdateStage, "What to change of a stage.")
class UpdateStageInput(MutationInput):
    """Changes of a stage."""

    stage_id: ID = given("Which stage.")
    name: str | None = settable("The new name.")
    position: int | None = settable("The new place, from 0.")
    automove: Automove | None = settable(AUTOMOVE)
    completion: Completion | None = settable(COMPLETION)
    time_limit: DurationInput | None = optional(f"{TIME_LIMIT[:-1]}; null for no limit.")
    job_limit: int | None = optional(f"{JOB_LIMIT[:-1]}; null for any number.")
    condition: ConditionInput | None = optional(f"{CONDITION} It is taken off by null.")


@input_of(stages.DeleteStage, "Which stage to delete.")
class DeleteStageInput(MutationInput):
    """A stage, and where its jobs go."""

    stage_id: ID = given("Which stage.")
    move_jobs_to: ID | None = given("The stage of the pipeline that its jobs go to, if it holds any.", default=None)


@input_of(statuses.CreateJobStatus, "A new custom status; pipelines enable it by themselves.")
class CreateJobStatusInput(MutationInput):
    """A new status."""

    id: ID | None = optional(CLIENT_ID)
    name: str = given("The status's name, unique in the firm whatever its case.")
    color: str | None = given("Its colour as #rrggbb.", default=None)
    pauses: bool = given("Whether clocks, delays and reminders of its jobs wait.", default=True)
    on_board: bool = given("Whether its jobs are shown on boards.", default=True)


@input_of(statuses.UpdateJobStatus, "What to change of a status; of a built-in one only the colour.")
class UpdateJobStatusInput(MutationInput):
    """Changes of a status."""

    status_id: ID = given("Which status.")
    name: str | None = settable("The new name.")
    color: str | None = optional("The new colour; null for none.")
    pauses: bool | None = settable("Whether clocks, delays and reminders of its jobs wait.")
    on_board: bool | None = settable("Whether its jobs are shown on boards.")


@input_of(statuses.DeleteJobStatus, "Which custom status to delete; refused while jobs have it.")
class DeleteJobStatusInput(MutationInput):
    """A status."""

    status_id: ID = given("Which status.")


@input_of(filters.PipelineFilter, "Which pipelines; all given parts must hold.")
class PipelineFilter:
    """Pipelines by traits."""

    archived: bool | None = given("Archived ones, or those in use.", default=None)
    name_contains: str | None = given("With this in the name, whatever its case.", default=None)
    all_of: "list[PipelineFilter] | None" = given("For which all of these hold.", name="and", default=None)
    any_of: "list[PipelineFilter] | None" = given("For which any of these holds.", name="or", default=None)
    none_of: "PipelineFilter | None" = given("For which this does not hold.", name="not", default=None)
