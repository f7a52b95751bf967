"""Chains of effects, which are bounded (AU6)."""

from collections.abc import Sequence
from typing import Final

import structlog

from engine import notifications
from engine.enums import NotificationKind
from engine.work import Work
from store.database import Row
from store.writes import members

HOPS: Final = 32
"""How many transactions a chain may have."""

TEXT: Final = "Automations set each other going without an end, and were stopped."

_log = structlog.get_logger("stageline.cascades")


async def stop(work: Work, jobs: Sequence[Row]) -> None:
    """Ends a chain for locked jobs: it is logged, and those who own their pipelines are told."""
    ids = [job["id"] for job in jobs]
    _log.error("cascade_stopped", firm=work.firm_id, cascade=work.cascade.id, jobs=ids)
    owners = await members.pipeline_owners(work.db, work.firm_id, {job["pipeline_id"] for job in jobs})
    told = {job["id"]: owners[job["pipeline_id"]] for job in jobs}
    await notifications.notify(work, NotificationKind.AUTOMATION_STOPPED, told, TEXT)
