"""A pipeline as a document, with all that it refers to and that the viewer sees (PL1, AC4, AC7)."""

from dataclasses import dataclass

from engine import find
from engine.enums import AccessRight
from engine.marketplace import documents, sight, taking
from engine.marketplace.report import LeftOut
from engine.marketplace.taken import Taken
from engine.work import Work


@dataclass(frozen=True, slots=True)
class ExportPipeline:
    """Writes a pipeline down."""

    pipeline_id: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A document, and what of the pipeline is not in it."""

    pipeline_id: str
    document: str
    left_out: tuple[LeftOut, ...]


async def export_pipeline(work: Work, command: ExportPipeline) -> Exported:
    """Writes a pipeline down, with what it refers to. Raises Refused where that is more than a document holds."""
    row = await find.pipeline(work, command.pipeline_id, "pipeline_id")
    work.viewer.need(AccessRight.MANAGE_PIPELINES, "pipeline_id")
    blueprint, left_out = await sight.shown(work, await taking.take(work, row))
    document = documents.text_of(await Taken(work, blueprint).written(), "pipeline_id")
    await work.audit("pipeline.exported", row["id"])
    return Exported(str(row["id"]), document, tuple(left_out))
