"""Settings of pipelines: allowed moves, archiving, and what their statuses do by themselves (PL2, AM4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.checks import Checks
from engine.enums import ErrorCode, StatusAutomove
from engine.errors import invalid, missing
from engine.unset import Maybe
from engine.work import Work
from store.writes import locks, moves, places

MOST_DAYS: Final = 3_650


@dataclass(frozen=True, slots=True)
class AllowedMove:
    """A way that people may take, where a pipeline lists them."""

    from_stage_id: str
    to_stage_id: str


@dataclass(frozen=True, slots=True)
class StatusSetting:
    """What a custom status does by itself in a pipeline."""

    status_id: str
    automove: StatusAutomove


def days(checks: Checks, value: Maybe[int | None], *path: str) -> Maybe[int | None]:
    """After how many days completed jobs are archived, if at all."""
    if isinstance(value, int) and not 1 <= value <= MOST_DAYS:
        checks.add(ErrorCode.INVALID, f"From 1 to {MOST_DAYS:,} days.", *path)
    return value


async def change_moves(work: Work, pipeline_id: str, add: Sequence[AllowedMove], remove: Sequence[AllowedMove]) -> bool:
    """Lists moves between the pipeline's stages, then strikes some off; answers whether that changed anything."""
    if any(move.from_stage_id == move.to_stage_id for move in add):
        raise invalid(ErrorCode.INVALID, "A move leads from one stage to another.", "add_allowed_moves")
    stages = {stage["id"] for stage in await places.stages(work.db, work.firm_id, pipeline_id)} if add else set()
    if not stages.issuperset(stage for move in add for stage in (move.from_stage_id, move.to_stage_id)):
        raise missing("stage in this pipeline", "add_allowed_moves")
    added = await moves.allow(work.db, work.firm_id, pipeline_id, _pairs(add))
    removed = await moves.forbid(work.db, work.firm_id, pipeline_id, _pairs(remove))
    return added or removed


def _pairs(given: Sequence[AllowedMove]) -> list[tuple[str, str]]:
    return [(move.from_stage_id, move.to_stage_id) for move in given]


async def change_statuses(work: Work, pipeline_id: str, given: Sequence[StatusSetting]) -> bool:
    """Sets what enabled custom statuses do by themselves; answers whether that changed anything.

    Jobs that are ready for what is set now are looked at again (AM3).
    """
    wanted = {setting.status_id: setting.automove for setting in given}
    known = await moves.status_modes(work.db, work.firm_id, pipeline_id)
    if wanted.keys() - known.keys():
        raise invalid(ErrorCode.NOT_ENABLED, "This status is not enabled in the pipeline.", "set_status_automove")
    changed = {status_id: mode for status_id, mode in wanted.items() if mode != known[status_id]}
    await moves.set_status_modes(work.db, work.firm_id, pipeline_id, changed)
    on = [status_id for status_id, mode in changed.items() if mode is not StatusAutomove.OFF]
    jobs = await moves.jobs_with_statuses(work.db, work.firm_id, pipeline_id, on) if on else []
    await locks.jobs(work.db, work.firm_id, jobs)
    work.reconsider(*jobs)
    return bool(changed)
