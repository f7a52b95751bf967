"""Stages: the ordered steps of a pipeline (PL1, PL3)."""

from dataclasses import dataclass
from typing import Any

from engine import access, find, rank
from engine.changes import differing
from engine.checks import Checks
from engine.enums import AccessRight, ErrorCode
from engine.errors import InUse, Refused, invalid
from engine.moves import enter_stage
from engine.pipelines import MAX_STAGES, MIN_STAGES, editable
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.database import Row
from store.writes import places, records, usage


@dataclass(frozen=True, slots=True)
class CreateStage:
    """Adds a stage, at the end or at a position counted from 0."""

    pipeline_id: str
    name: str
    position: int | None = None
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateStage:
    """Renames a stage or puts it at another position, counted from 0."""

    stage_id: str
    name: Maybe[str] = UNSET
    position: Maybe[int] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteStage:
    """Deletes a stage; its jobs go to another stage of the pipeline."""

    stage_id: str
    move_jobs_to: str | None = None


async def create_stage(work: Work, command: CreateStage) -> str:
    """Adds a stage; answers its id."""
    await editable(work, command.pipeline_id, "pipeline_id")
    stage_id, again = await find.new(work, "stages", "stage", command)
    if again:
        return str((await find.stage(work, stage_id, "id"))["id"])
    stages = await places.stages(work.db, work.firm_id, command.pipeline_id)
    checks = Checks()
    name = checks.name(command.name, "name")
    position = len(stages) if command.position is None else command.position
    _check_position(checks, position, len(stages))
    if len(stages) >= MAX_STAGES:
        checks.add(ErrorCode.TOO_MANY, f"A pipeline has at most {MAX_STAGES} stages.", "pipeline_id")
    checks.done()
    order = [stage["id"] for stage in stages]
    order.insert(position, stage_id)
    values = {"pipeline_id": command.pipeline_id, "name": name, "position": len(stages)}
    await records.make(work.db, models.Stage, id=stage_id, firm_id=work.firm_id, **values)
    await places.order_stages(work.db, work.firm_id, command.pipeline_id, order)
    work.touch("pipeline", command.pipeline_id)
    return stage_id


async def update_stage(work: Work, command: UpdateStage) -> str:
    """Renames or reorders; jobs stay where they are (PL4)."""
    row = await find.stage(work, command.stage_id, "stage_id")
    await editable(work, row["pipeline_id"], "stage_id")
    row = await find.stage(work, command.stage_id, "stage_id")
    stages = await places.stages(work.db, work.firm_id, row["pipeline_id"])
    checks = Checks()
    values = differing(row, name=checks.given(checks.name, command.name, "name"))
    position = row["position"] if command.position is UNSET else command.position
    _check_position(checks, position, len(stages) - 1)
    checks.done()
    if position != row["position"]:
        order = [stage["id"] for stage in stages if stage["id"] != command.stage_id]
        order.insert(position, command.stage_id)
        await places.order_stages(work.db, work.firm_id, row["pipeline_id"], order)
    if values or position != row["position"]:
        await records.change(work.db, models.Stage, work.firm_id, command.stage_id, work.now, **values)
        work.touch("pipeline", row["pipeline_id"])
    return command.stage_id


async def delete_stage(work: Work, command: DeleteStage) -> str:
    """Deletes a stage; answers its pipeline's id. Jobs in it need a target, where they run no automations (PL3)."""
    row = await find.stage(work, command.stage_id, "stage_id")
    await editable(work, row["pipeline_id"], "stage_id")
    row = await find.stage(work, command.stage_id, "stage_id")
    stages = await places.stages(work.db, work.firm_id, row["pipeline_id"])
    if len(stages) <= MIN_STAGES:
        raise invalid(ErrorCode.TOO_FEW, f"A pipeline has at least {MIN_STAGES} stages.", "stage_id")
    target = await _target(work, command, row["pipeline_id"])
    used = await usage.jobs_in_stage(
        work.db, work.firm_id, command.stage_id, lambda p: access.sees_job(work.viewer, p, "t")
    )
    if used[0]:
        await _move_out(work, command.stage_id, target, used)
    await records.change(
        work.db, models.Stage, work.firm_id, command.stage_id, work.now, deleted_at=work.now, position=None
    )
    order = [stage["id"] for stage in stages if stage["id"] != command.stage_id]
    await places.order_stages(work.db, work.firm_id, row["pipeline_id"], order)
    work.touch("pipeline", row["pipeline_id"])
    await work.audit("stage.deleted", command.stage_id, name=row["name"], moved=used[0])
    return str(row["pipeline_id"])


async def _target(work: Work, command: DeleteStage, pipeline_id: str) -> Row | None:
    if command.move_jobs_to is None:
        return None
    target = await find.stage(work, command.move_jobs_to, "move_jobs_to")
    if target["pipeline_id"] != pipeline_id or target["id"] == command.stage_id:
        raise invalid(ErrorCode.INVALID, "The target is another stage of the same pipeline.", "move_jobs_to")
    return target


async def _move_out(work: Work, stage_id: str, target: Row | None, used: usage.Usage) -> None:
    if target is None:
        total, seen = used
        message = f"{total} jobs are in this stage: name the stage that they go to."
        raise Refused([InUse(ErrorCode.IN_USE, message, ("stage_id",), total, seen)])
    hidden = await places.hidden_jobs(work.db, work.firm_id, stage_id, lambda p: access.sees_job(work.viewer, p, "t"))
    if hidden:
        work.viewer.need(AccessRight.VIEW_ALL_ACCOUNTS, "stage_id")
    locked = await work.lock_jobs(await places.jobs_in(work.db, work.firm_id, stage_id))
    jobs = [
        job for job in locked if job["stage_id"] == stage_id
    ]  # another may have left for another pipeline meanwhile
    jobs.sort(key=_rank)
    last = await places.last_rank(work.db, work.firm_id, target["id"])
    for job, key in zip(jobs, rank.spread(last, None, len(jobs)), strict=True):
        await enter_stage(work, job, target, key)


def _rank(job: Any) -> str:
    return str(job["rank"])


def _check_position(checks: Checks, position: int, last: int) -> None:
    if not 0 <= position <= last:
        checks.add(ErrorCode.INVALID, f"A position from 0 to {last}.", "position")
