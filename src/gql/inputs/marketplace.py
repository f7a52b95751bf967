"""Installing, exporting and duplicating pipelines."""

import strawberry

from engine.marketplace import duplicating, exporting, installing
from gql.fields import given, optional
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, input_of

ID = strawberry.ID


@input_of(installing.InstallPipelineTemplate, "Which pipeline to install: give `key` or `document`.")
class InstallPipelineTemplateInput(MutationInput):
    """A pipeline to install."""

    id: ID | None = optional(CLIENT_ID)
    key: str | None = given("A template of the marketplace.", default=None)
    document: str | None = given(
        "A document of JSON in the format of the marketplace, as `exportPipeline` answers it.", default=None
    )
    name: str | None = given("The pipeline's name, instead of the template's.", default=None)
    available_to_ids: list[ID] = given("Members who see it.", default_factory=list)


@input_of(exporting.ExportPipeline, "Which pipeline to write down.")
class ExportPipelineInput(MutationInput):
    """A pipeline."""

    pipeline_id: ID = given("Which pipeline.")


@input_of(duplicating.DuplicatePipeline, "Which pipeline to make a copy of.")
class DuplicatePipelineInput(MutationInput):
    """A pipeline, and what the copy is called."""

    id: ID | None = optional(CLIENT_ID)
    pipeline_id: ID = given("Which pipeline.")
    name: str | None = given("The copy's name; by default that of the other, with a number.", default=None)
    available_to_ids: list[ID] = given("Members who see the copy.", default_factory=list)
