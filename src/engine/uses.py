"""What configurations refer to: kept while it is being referred to, and not deleted while it is (PL4)."""

from collections.abc import Collection

from engine import access
from engine.enums import ErrorCode
from engine.errors import InUse, Refused, missing
from engine.work import Work
from store.writes import usage
from store.writes import uses as writes


async def refer(work: Work, user_id: str, ids: Collection[str], *path: str) -> None:
    """Says all that a stage, an automation or a template refers to. Refuses where something of it is gone."""
    if await writes.refer(work.db, work.firm_id, user_id, ids):
        raise missing("thing", *path)


async def refuse(work: Work, used_id: str, *path: str) -> None:
    """Refuses the deletion of a thing, locked whole, that something in use refers to."""
    total, seen = await usage.configurations(
        work.db, work.firm_id, used_id, lambda p: access.sees_pipeline(work.viewer, p, "t.pipeline_id")
    )
    if total:
        message = f"{total} conditions, automations or templates refer to it: change them first."
        raise Refused([InUse(ErrorCode.IN_USE, message, path, total, seen)])
