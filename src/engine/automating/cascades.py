"""Chains of effects, which are bounded (AU6)."""

from collections.abc import Sequence
from typing import Final

import structlog

from engine import notifications
from engine.enums import NotificationKind
from engine.work import Work
from store.database import Row
from store.writes import cascades, members

HOPS: Final = 32
"""How many transactions a chain may have."""

JOBS: Final = 1_000
"""How many jobs a chain may make."""

TOO_LONG: Final = "The chain of effects is too long: look for pipelines that set each other going."
TOO_MANY: Final = f"This chain of effects has made {JOBS:,} jobs: look for pipelines that set each other going."
TEXT: Final = "Automations set each other going without an end, and were stopped."

_log = structlog.get_logger("stageline.cascades")


async def stop(work: Work, jobs: Sequence[Row]) -> None:
    """Ends a chain for locked jobs: it is logged, and those who own their pipelines are told."""
    ids = [job["id"] for job in jobs]
    _log.error("cascade_stopped", firm=work.firm_id, cascade=work.cascade.id, jobs=ids)
    owners = await members.pipeline_owners(work.db, work.firm_id, {job["pipeline_id"] for job in jobs})
    told = {job["id"]: owners[job["pipeline_id"]] for job in jobs}
    await notifications.notify(work, NotificationKind.AUTOMATION_STOPPED, told, TEXT)


async def may_make(work: Work, number: int) -> bool:
    """Whether a chain may make so many more jobs; they are counted."""
    return await cascades.count_jobs(work.db, work.firm_id, work.cascade.id, number, work.now) <= JOBS
