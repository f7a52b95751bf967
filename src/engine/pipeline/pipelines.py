"""Pipelines: made from scratch, edited, archived, restored, deleted (PL1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine import access, find
from engine.automating import configuring, telling, uses
from engine.automating.conditions import Condition
from engine.changes import differing
from engine.checks import Checks, listed
from engine.enums import AccessRight, Automove, Completion, ErrorCode, JobSort, JobState
from engine.errors import invalid, refuse_use
from engine.job import editing
from engine.pipeline import pipeline_settings, stage_settings
from engine.time.duration import Duration
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.ids import new_id
from store.sql import Params
from store.writes import automations, links, places, records, usage
from store.writes.usage import Usage

MIN_STAGES: Final = 2
MAX_STAGES: Final = 100


@dataclass(frozen=True, slots=True)
class NewStage:
    """A stage of a pipeline to be made."""

    name: str
    automove: Automove = Automove.OFF
    completion: Completion = Completion.NEVER
    time_limit: Duration | None = None
    job_limit: int | None = None
    condition: Condition | None = None
    automations: Sequence[configuring.NewAutomation] = ()


@dataclass(frozen=True, slots=True)
class CreatePipeline:
    """Makes a pipeline with its stages."""

    name: str
    stages: Sequence[NewStage]
    description: str | None = None
    job_sort: JobSort = JobSort.MANUAL
    blocks_over_limit: bool = False
    listed_moves_only: bool = False
    archive_after_days: int | None = None
    job_template_id: str | None = None
    available_to_ids: Sequence[str] = ()
    status_ids: Sequence[str] = ()
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdatePipeline:
    """Changes a pipeline's settings."""

    pipeline_id: str
    name: Maybe[str] = UNSET
    description: Maybe[str | None] = UNSET
    job_sort: Maybe[JobSort] = UNSET
    blocks_over_limit: Maybe[bool] = UNSET
    listed_moves_only: Maybe[bool] = UNSET
    archive_after_days: Maybe[int | None] = UNSET
    job_template_id: Maybe[str | None] = UNSET
    add_allowed_moves: Maybe[Sequence[pipeline_settings.AllowedMove] | None] = UNSET
    remove_allowed_moves: Maybe[Sequence[pipeline_settings.AllowedMove] | None] = UNSET
    set_status_automove: Maybe[Sequence[pipeline_settings.StatusSetting] | None] = UNSET
    add_available_to_ids: Maybe[Sequence[str] | None] = UNSET
    remove_available_to_ids: Maybe[Sequence[str] | None] = UNSET
    add_status_ids: Maybe[Sequence[str] | None] = UNSET
    remove_status_ids: Maybe[Sequence[str] | None] = UNSET


@dataclass(frozen=True, slots=True)
class ArchivePipeline:
    """Puts a pipeline away: no job enters it any more."""

    pipeline_id: str


@dataclass(frozen=True, slots=True)
class RestorePipeline:
    """Takes a pipeline out of the archive."""

    pipeline_id: str


@dataclass(frozen=True, slots=True)
class DeletePipeline:
    """Deletes a pipeline that holds no jobs."""

    pipeline_id: str


async def create_pipeline(work: Work, command: CreatePipeline) -> str:
    """Makes a pipeline; its maker is put on its available-to list (AC2). Answers its id."""
    work.viewer.need(AccessRight.MANAGE_PIPELINES)
    plan = _plan(work, command)
    pipeline_id, again = await find.new(work, "pipelines", "pipeline", command)
    if again:
        return str((await find.pipeline(work, pipeline_id, "id"))["id"])
    made = await _make(work, pipeline_id, command, plan)
    for n, (stage_id, stage) in enumerate(zip(made, command.stages, strict=True)):
        await configuring.furnish(work, pipeline_id, stage_id, stage.automations, "stages", str(n), "automations")
    return pipeline_id


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a command says, checked as far as it can be by itself."""

    values: dict[str, Any]
    stages: list[dict[str, Any]]
    members: list[str]
    statuses: list[str]


def _plan(work: Work, command: CreatePipeline) -> _Plan:
    checks = Checks()
    values = {
        "name": checks.name(command.name, "name"),
        "description": checks.text(command.description, "description"),
        "job_sort": command.job_sort,
        "blocks_over_limit": command.blocks_over_limit,
        "listed_moves_only": command.listed_moves_only,
        "archive_after_days": pipeline_settings.days(checks, command.archive_after_days, "archive_after_days"),
        "job_template_id": command.job_template_id,
        "created_by": work.actor_id,
    }
    members = checks.ids([*command.available_to_ids, work.viewer.member_id], "available_to_ids")
    plan = _Plan(values, checked_stages(checks, command.stages), members, checks.ids(command.status_ids, "status_ids"))
    checks.done()
    return plan


async def make(work: Work, pipeline_id: str, command: CreatePipeline) -> list[str]:
    """Makes a pipeline under a fresh id, its stages without their automations; answers the ids of those (AC2)."""
    return await _make(work, pipeline_id, command, _plan(work, command))


async def _make(work: Work, pipeline_id: str, command: CreatePipeline, plan: _Plan) -> list[str]:
    await find.assignable(work, plan.members, "available_to_ids")
    await _custom(work, plan.statuses, "status_ids")
    await _template(work, command.job_template_id)
    await records.make(work.db, models.Pipeline, id=pipeline_id, firm_id=work.firm_id, **plan.values)
    made = [
        await _make_stage(work, pipeline_id, position, stage, columns)
        for position, (stage, columns) in enumerate(zip(command.stages, plan.stages, strict=True))
    ]
    owner = ("pipeline_id", pipeline_id)
    await links.add(work.db, "pipeline_members", work.firm_id, owner, "member_id", plan.members)
    await links.add(work.db, "pipeline_statuses", work.firm_id, owner, "status_id", plan.statuses)
    work.touch("pipeline", pipeline_id, members_added=plan.members)
    await work.audit("pipeline.created", pipeline_id, members_added=plan.members)
    return made


def checked_stages(checks: Checks, stages: Sequence[NewStage]) -> list[dict[str, Any]]:
    """The columns of a new pipeline's stages, all but their conditions."""
    if len(stages) < MIN_STAGES:
        checks.add(ErrorCode.TOO_FEW, f"A pipeline has at least {MIN_STAGES} stages.", "stages")
    if len(stages) > MAX_STAGES:
        checks.add(ErrorCode.TOO_MANY, f"A pipeline has at most {MAX_STAGES} stages.", "stages")
    for n, stage in enumerate(stages):
        if stage.condition and n in (0, len(stages) - 1):
            checks.add(ErrorCode.INVALID, stage_settings.ENDS, "stages", str(n), "condition")
    return [
        {"name": checks.name(stage.name, "stages", str(n), "name")}
        | stage_settings.checked(checks, stage, "stages", str(n))
        for n, stage in enumerate(stages[:MAX_STAGES])
    ]


async def _make_stage(work: Work, pipeline_id: str, position: int, given: NewStage, columns: dict[str, Any]) -> str:
    stage_id, path = new_id("stage"), ("stages", str(position), "condition")
    condition = await stage_settings.condition(work, given.condition, *path)
    place = {"pipeline_id": pipeline_id, "position": position, "condition": condition}
    await records.make(work.db, models.Stage, id=stage_id, firm_id=work.firm_id, **place, **columns)
    if given.condition:
        await stage_settings.refer(work, stage_id, given.condition, *path)
    return stage_id


async def update_pipeline(work: Work, command: UpdatePipeline) -> str:
    """Changes settings; jobs in the pipeline stay as they are (PL4)."""
    row = await editing.editable(work, command.pipeline_id, "pipeline_id")
    checks = Checks()
    values = differing(
        row,
        name=checks.given(checks.name, command.name, "name"),
        description=checks.given(checks.text, command.description, "description"),
        job_sort=command.job_sort,
        blocks_over_limit=command.blocks_over_limit,
        listed_moves_only=command.listed_moves_only,
        archive_after_days=pipeline_settings.days(checks, command.archive_after_days, "archive_after_days"),
        job_template_id=command.job_template_id,
    )
    members = checks.ids(listed(command.add_available_to_ids), "add_available_to_ids")
    statuses = checks.ids(listed(command.add_status_ids), "add_status_ids")
    checks.ids(listed(command.remove_available_to_ids), "remove_available_to_ids")
    checks.ids(listed(command.remove_status_ids), "remove_status_ids")
    allowed = checks.few(list(command.add_allowed_moves or ()), "add_allowed_moves")
    forbidden = checks.few(list(command.remove_allowed_moves or ()), "remove_allowed_moves")
    modes = checks.few(list(command.set_status_automove or ()), "set_status_automove")
    checks.done()
    await find.assignable(work, members, "add_available_to_ids")
    await _custom(work, statuses, "add_status_ids")
    await _custom(work, [mode.status_id for mode in modes], "set_status_automove")
    await _template(work, values.get("job_template_id"))
    listing = await _change_list(work, command, members)
    changed = [
        await pipeline_settings.change_moves(work, row["id"], allowed, forbidden),
        await _enable(work, row["id"], statuses),
        await pipeline_settings.change_statuses(work, row["id"], modes),
        await _disable(work, row["id"], listed(command.remove_status_ids)),
    ]
    if values or any(listing.values()) or any(changed):
        await records.change(work.db, models.Pipeline, work.firm_id, row["id"], work.now, **values)
        work.touch("pipeline", row["id"], **listing)
    if any(listing.values()):
        await work.audit("pipeline.available_to", row["id"], **listing)
    return str(row["id"])


async def _change_list(work: Work, command: UpdatePipeline, members: Sequence[str]) -> dict[str, Any]:
    owner = ("pipeline_id", command.pipeline_id)
    gone = listed(command.remove_available_to_ids)
    return {
        "members_added": await links.add(work.db, "pipeline_members", work.firm_id, owner, "member_id", members),
        "members_removed": await links.remove(work.db, "pipeline_members", work.firm_id, owner, "member_id", gone),
    }


async def _enable(work: Work, pipeline_id: str, statuses: Sequence[str]) -> bool:
    owner = ("pipeline_id", pipeline_id)
    return bool(await links.add(work.db, "pipeline_statuses", work.firm_id, owner, "status_id", statuses))


async def _disable(work: Work, pipeline_id: str, statuses: Sequence[str]) -> bool:
    for status_id in statuses:
        used = await usage.jobs_with_status_in_pipeline(
            work.db, work.firm_id, status_id, pipeline_id, lambda p: access.sees_job(work.viewer, p, "t")
        )
        refuse_use(used, "job has this status.", "jobs have this status.", "remove_status_ids")
        attached = await automations.at(work.db, work.firm_id, (pipeline_id, None, status_id))
        words = ("automation is attached to this status.", "automations are attached to this status.")
        refuse_use(Usage(len(attached), tuple(attached)), *words, "remove_status_ids")
    owner = ("pipeline_id", pipeline_id)
    return bool(await links.remove(work.db, "pipeline_statuses", work.firm_id, owner, "status_id", statuses))


async def archive_pipeline(work: Work, command: ArchivePipeline) -> str:
    """Archives a pipeline. Its jobs stay and can be worked on; none enters."""
    return await _set_archived(work, command.pipeline_id, True)


async def restore_pipeline(work: Work, command: RestorePipeline) -> str:
    """Restores an archived pipeline."""
    return await _set_archived(work, command.pipeline_id, False)


async def _set_archived(work: Work, pipeline_id: str, archived: bool) -> str:
    row = await editing.editable(work, pipeline_id, "pipeline_id")
    if (row["archived_at"] is not None) != archived:
        values = {"archived_at": work.now if archived else None}
        await records.change(work.db, models.Pipeline, work.firm_id, pipeline_id, work.now, **values)
        work.touch("pipeline", pipeline_id)
    return pipeline_id


async def delete_pipeline(work: Work, command: DeletePipeline) -> str:
    """Deletes a pipeline; refused while it holds jobs, archived ones included, with their number (PL1)."""
    row = await editing.editable(work, command.pipeline_id, "pipeline_id")
    used = await usage.jobs_in_pipeline(
        work.db, work.firm_id, row["id"], lambda p: access.sees_job(work.viewer, p, "t")
    )
    refuse_use(used, "job is in this pipeline.", "jobs are in this pipeline.", "pipeline_id")
    await places.retire_stages(work.db, work.firm_id, row["id"], work.now)
    await records.change(work.db, models.Pipeline, work.firm_id, row["id"], work.now, deleted_at=work.now)
    await configuring.retire(work, row["id"], None, "pipeline_id")
    await uses.refuse(work, row["id"], "pipeline_id")
    work.touch("pipeline", row["id"], deleted=True)
    await work.audit("pipeline.deleted", row["id"], name=row["name"])
    return str(row["id"])


async def _custom(work: Work, status_ids: Sequence[str], *path: str) -> None:
    """Refuses statuses that are not the firm's custom ones; the built-in ones are always enabled."""
    await find.all_of_firm(work, "job_statuses", "job status", status_ids, *path)

    def built_in(p: Params) -> str:
        return f"t.state <> {p(JobState.CUSTOM)}"

    if await find.any_of(work, "job_statuses", status_ids, built_in):
        raise invalid(ErrorCode.BUILT_IN, "Built-in statuses are always enabled.", *path)


async def _template(work: Work, template_id: str | None) -> None:
    """Refuses a default template that is not there, or tells too much (AC3); from then on the database keeps it."""
    if template_id is not None:
        await find.of_firm(work, "job_templates", "job template", template_id, "job_template_id")
        await telling.permit_template(work, template_id, "job_template_id")
