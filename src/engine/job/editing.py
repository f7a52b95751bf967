"""Pipelines that are being edited (AC2)."""

from engine import find
from engine.enums import AccessRight
from engine.work import Work
from store.database import Row
from store.writes import locks


async def editable(work: Work, pipeline_id: str, *path: str) -> Row:
    """A pipeline that the viewer sees and may edit (AC2), kept from all other work inside it."""
    await find.pipeline(work, pipeline_id, *path)
    work.viewer.need(AccessRight.MANAGE_PIPELINES, *path)
    await locks.own_pipeline(work.db, pipeline_id)
    return await find.pipeline(work, pipeline_id, *path)
