"""Stages: the ordered steps of a pipeline (PL1, PL3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from engine import access, find
from engine.automating import configuring, uses
from engine.automating.conditions import Condition
from engine.changes import differing
from engine.checks import Checks
from engine.enums import AccessRight, Automove, Completion, ErrorCode
from engine.errors import invalid, refuse_use
from engine.job.editing import editable
from engine.job.entry import NONE, Arrival, enter
from engine.pipeline import rank, stage_settings
from engine.pipeline.pipelines import MAX_STAGES, MIN_STAGES
from engine.time.duration import Duration
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.database import Row
from store.writes import moves, places, records, usage


@dataclass(frozen=True, slots=True)
class CreateStage:
    """Adds a stage, at the end or at a position counted from 0."""

    pipeline_id: str
    name: str
    position: int | None = None
    automove: Automove = Automove.OFF
    completion: Completion = Completion.NEVER
    time_limit: Duration | None = None
    job_limit: int | None = None
    condition: Condition | None = None
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateStage:
    """Changes a stage or puts it at another position, counted from 0."""

    stage_id: str
    name: Maybe[str] = UNSET
    position: Maybe[int] = UNSET
    automove: Maybe[Automove] = UNSET
    completion: Maybe[Completion] = UNSET
    time_limit: Maybe[Duration | None] = UNSET
    job_limit: Maybe[int | None] = UNSET
    condition: Maybe[Condition | None] = UNSET


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
    settings = stage_settings.checked(checks, command)
    if len(stages) >= MAX_STAGES:
        checks.add(ErrorCode.TOO_MANY, f"A pipeline has at most {MAX_STAGES} stages.", "pipeline_id")
    position = len(stages) if command.position is None else command.position
    order = _placed(checks, [stage["id"] for stage in stages], stage_id, position)
    _check_ends(checks, order, _conditional(stages, stage_id, command.condition), "condition")
    checks.done()
    condition = await stage_settings.condition(work, command.condition, "condition")
    values = {"pipeline_id": command.pipeline_id, "name": name, "position": len(stages), "condition": condition}
    await records.make(work.db, models.Stage, id=stage_id, firm_id=work.firm_id, **values, **settings)
    await stage_settings.refer(work, stage_id, command.condition, "condition")
    await _order(work, stages, order)
    work.touch("pipeline", command.pipeline_id)
    return stage_id


async def update_stage(work: Work, command: UpdateStage) -> str:
    """Changes a stage or its place; jobs stay where they are, and what changed counts from the next entry on (PL4).

    Only when jobs go on by themselves is looked at again at once, for all jobs of the stage (AM3).
    """
    row = await find.stage(work, command.stage_id, "stage_id")
    await editable(work, row["pipeline_id"], "stage_id")
    row = await find.stage(work, command.stage_id, "stage_id")
    stages = await places.stages(work.db, work.firm_id, row["pipeline_id"])
    checks = Checks()
    name = checks.given(checks.name, command.name, "name")
    settings = stage_settings.checked(checks, command)
    position = row["position"] if command.position is UNSET else command.position
    others = [stage["id"] for stage in stages if stage["id"] != command.stage_id]
    order = _placed(checks, others, command.stage_id, position)
    to_blame = "condition" if command.condition else "position"
    _check_ends(checks, order, _conditional(stages, command.stage_id, command.condition), to_blame)
    checks.done()
    settings["condition"] = await stage_settings.condition(work, command.condition, "condition")
    values = differing(row, name=name) | stage_settings.changes(row, settings)
    if values:
        await records.change(work.db, models.Stage, work.firm_id, command.stage_id, work.now, **values)
    if "condition" in values:
        await stage_settings.refer(work, command.stage_id, command.condition, "condition")
    await _order(work, stages, order)
    if {"automove", "completion"} & set(values) and stage_settings.goes_on(dict(row) | values):
        await work.reconsider_stage(command.stage_id)
    if values or position != row["position"]:
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
    order = [stage["id"] for stage in stages if stage["id"] != command.stage_id]
    checks = Checks()
    _check_ends(checks, order, _conditional(stages), "stage_id")
    checks.done()
    target = await _target(work, command, row["pipeline_id"])
    used = await usage.jobs_in_stage(
        work.db, work.firm_id, command.stage_id, lambda p: access.sees_job(work.viewer, p, "t")
    )
    if target is None:
        where = "in this stage: name the stage"
        refuse_use(used, f"job is {where} that it goes to.", f"jobs are {where} that they go to.", "stage_id")
    elif used.total:
        await _move_out(work, command.stage_id, target)
    await records.change(
        work.db,
        models.Stage,
        work.firm_id,
        command.stage_id,
        work.now,
        deleted_at=work.now,
        position=None,
        heir_id=command.move_jobs_to,
    )
    await moves.forget_stage(work.db, work.firm_id, command.stage_id)
    await configuring.retire(work, row["pipeline_id"], command.stage_id, "stage_id")
    await uses.refuse(work, command.stage_id, "stage_id")
    await _order(work, stages, order)
    work.touch("pipeline", row["pipeline_id"])
    await work.audit("stage.deleted", command.stage_id, name=row["name"], moved=used.total - used.trashed)
    return str(row["pipeline_id"])


async def _target(work: Work, command: DeleteStage, pipeline_id: str) -> Row | None:
    if command.move_jobs_to is None:
        return None
    target = await find.stage(work, command.move_jobs_to, "move_jobs_to")
    if target["pipeline_id"] != pipeline_id or target["id"] == command.stage_id:
        raise invalid(ErrorCode.INVALID, "The target is another stage of the same pipeline.", "move_jobs_to")
    return target


async def _move_out(work: Work, stage_id: str, target: Row) -> None:
    hidden = await places.hidden_jobs(work.db, work.firm_id, stage_id, lambda p: access.sees_job(work.viewer, p, "t"))
    if hidden:
        work.viewer.need(AccessRight.VIEW_ALL_ACCOUNTS, "stage_id")
    locked = await work.lock_jobs(await places.jobs_in(work.db, work.firm_id, stage_id))
    jobs = [
        job for job in locked if job["stage_id"] == stage_id
    ]  # another may have left for another pipeline meanwhile
    jobs.sort(key=_rank)
    last = await places.last_rank(work.db, work.firm_id, target["id"])
    if jobs:
        keys = rank.spread(last, None, len(jobs))
        await enter(work, [Arrival(job, target, key) for job, key in zip(jobs, keys, strict=True)], NONE)


def _rank(job: Any) -> str:
    return str(job["rank"])


def _placed(checks: Checks, others: Sequence[str], stage_id: str, position: int) -> list[str]:
    """The stages in order with one of them at a position; at the end if there is no such position."""
    fits = 0 <= position <= len(others)
    if not fits:
        checks.add(ErrorCode.INVALID, f"A position from 0 to {len(others)}.", "position")
    at = position if fits else len(others)
    return [*others[:at], stage_id, *others[at:]]


def _conditional(stages: Sequence[Row], stage_id: str = "", condition: Maybe[Condition | None] = UNSET) -> set[str]:
    """The stages that have a condition, after what is given for one of them."""
    found = {stage["id"] for stage in stages if stage["condition"] is not None}
    if condition is UNSET:
        return found
    return found | {stage_id} if condition else found - {stage_id}


def _check_ends(checks: Checks, order: Sequence[str], conditional: Collection[str], *path: str) -> None:
    """CN2: where a pipeline begins and ends, every job may come."""
    if not checks.problems and (order[0] in conditional or order[-1] in conditional):
        checks.add(ErrorCode.INVALID, stage_settings.ENDS, *path)


async def _order(work: Work, stages: Sequence[Row], order: Sequence[str]) -> None:
    """Puts a pipeline's stages in order.

    Where a stage has become the last or ceased to be, its jobs are looked at again: only there they complete by
    themselves, only elsewhere they move on (AM1, PL7).
    """
    if [stage["id"] for stage in stages] != order:
        await places.order_stages(work.db, work.firm_id, stages[0]["pipeline_id"], order)
    for stage in stages:
        was, is_now = stage["id"] == stages[-1]["id"], stage["id"] == order[-1]
        if was != is_now and stage["id"] in order and stage_settings.goes_on(stage):
            await work.reconsider_stage(stage["id"])
