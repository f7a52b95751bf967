"""The mutations of whole pipelines: installed, exported, duplicated."""

import strawberry

from gql.fields import mutates
from gql.inputs import marketplace as inputs
from gql.payloads import ExportPipelinePayload, PipelinePayload
from resolvers import marketplace


@strawberry.type
class MarketplaceMutations:
    """Mutations."""

    install_pipeline_template: PipelinePayload = mutates(
        marketplace.install_pipeline_template,
        "Makes a pipeline by a template of the marketplace, or by a document, with all that it refers to: what the "
        "firm has already is reused, a name that is taken gets a number. All of it is done, or nothing.",
        inputs.InstallPipelineTemplateInput,
    )
    export_pipeline: ExportPipelinePayload = mutates(
        marketplace.export_pipeline,
        "Writes a pipeline down as a document, with all that it refers to and that one sees. It is noted in the "
        "audit log.",
        inputs.ExportPipelineInput,
    )
    duplicate_pipeline: PipelinePayload = mutates(
        marketplace.duplicate_pipeline,
        "Makes a copy of a pipeline without its jobs; both refer to the same templates.",
        inputs.DuplicatePipelineInput,
    )
