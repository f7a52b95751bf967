"""Pipelines, stages and job statuses."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine import access
from engine.enums import AccessRight
from engine.pipeline import pipelines, stage_settings, stages, statuses
from resolvers.commands import command, removal
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, Depends, batch, query, right
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import job_templates, things
from store.reads import jobs as job_reads
from store.reads.filters import PipelineFilter, condition
from store.reads.paging import Order, Source, fixed
from store.sql import Params

PIPELINES_BY_NAME: Final = Order("pipeline.name", (("lower(pl.name)", "text"), ("pl.id", "text")))


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Pipelines that the viewer sees (AC2)."""
    wanted = present(ids)
    found = await things.pipelines(
        context.db, context.firm_id, wanted, lambda p: access.sees_pipeline(context.viewer, p, "pl.id")
    )
    return in_order(found, ids)


async def past_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Pipelines that the viewer sees, deleted ones included."""
    found = await things.pipelines_of_jobs(
        context.db, context.firm_id, present(ids), lambda p: access.sees_pipeline(context.viewer, p, "pl.id")
    )
    return in_order(found, ids)


@query(may=READER, depends=Depends.SCOPE)
async def one(context: Context, *, id: str) -> Row | None:
    """One pipeline."""
    return (await by_ids(context, [id]))[0]


@query(may=READER, depends=Depends.SCOPE)
async def page(
    context: Context,
    *,
    filter: PipelineFilter | None,
    **args: Any,
) -> Connection:
    """Pipelines that the viewer sees; archived ones only where the filter asks for them."""
    wanted = filter or PipelineFilter(archived=False)

    def where(p: Params) -> str:
        seen = access.sees_pipeline(context.viewer, p, "pl.id")
        live = f"pl.firm_id = {p(context.firm_id)} AND pl.deleted_at IS NULL"
        return f"{live} AND {seen} AND ({condition(p, wanted, context.asker)})"

    source = Source(fixed(things.PIPELINE), "pipelines pl", where)
    return (await pages(context, source, PIPELINES_BY_NAME, PageArgs(**args)))[0]


@batch(may=WITH_PARENT, depends=Depends.NONE, needs={"pipeline_id"})
async def of_jobs(context: Context, jobs: Sequence[Row]) -> list[Row]:
    """The pipelines of jobs: a job is seen inside a pipeline that the viewer sees (AC3)."""
    found = await things.pipelines_of_jobs(context.db, context.firm_id, {job["pipeline_id"] for job in jobs})
    return [found[job["pipeline_id"]] for job in jobs]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def of_stages(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The pipelines of stages."""
    return await by_ids(context, [row["pipeline_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def stages_of(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The stages of pipelines, in order."""
    found = await things.stages_of_pipelines(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def statuses_of(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The statuses enabled in pipelines."""
    found = await things.statuses_of_pipelines(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def time_limits(context: Context, rows: Sequence[Row]) -> list[Any]:
    """The time limits of stages (PL6)."""
    return [stage_settings.loaded(row["time_limit"]) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def allowed_moves(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The moves that pipelines list (PL2)."""
    found = await things.allowed_moves_of_pipelines(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def job_templates_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The templates of new jobs of pipelines (PL2)."""
    ids = [row["job_template_id"] for row in rows]
    return in_order(await job_templates.by_ids(context.db, context.firm_id, present(ids)), ids)


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def status_settings(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """What custom statuses do by themselves in pipelines (AM4)."""
    found = await things.status_settings_of_pipelines(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


async def stages_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Live stages of pipelines that the viewer sees."""
    stages = await past_stages_by_ids(context, ids)
    return [stage if stage and stage["deleted_at"] is None else None for stage in stages]


async def past_stages_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Stages of pipelines that the viewer sees, deleted ones included."""

    def seen(p: Params) -> str:
        return access.sees_pipeline(context.viewer, p, "st.pipeline_id")

    wanted = present(ids)
    found = await things.stages(context.db, context.firm_id, wanted, seen)
    return in_order(found, ids)


@batch(may=WITH_PARENT, depends=Depends.NONE, needs={"stage_id"}, brought="its stage")
async def stage_of(context: Context, rows: Sequence[Row]) -> list[Row]:
    """The stages of jobs or visits, which may have been deleted since."""
    found = await things.stages(context.db, context.firm_id, {row["stage_id"] for row in rows})
    return [found[row["stage_id"]] for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE, needs={"status_id"}, brought="its status")
async def status_of(context: Context, jobs: Sequence[Row]) -> list[Row]:
    """The statuses of jobs, and of settings."""
    found = await things.statuses(context.db, context.firm_id, {job["status_id"] for job in jobs})
    return [found[job["status_id"]] for job in jobs]


async def statuses_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Job statuses of the firm."""
    found = await things.statuses(context.db, context.firm_id, present(ids))
    return in_order(found, ids)


@query(may=READER, depends=Depends.NONE)
async def all_statuses(context: Context) -> list[Row]:
    """The firm's job statuses."""
    return await things.all_statuses(context.db, context.firm_id)


async def _counts(context: Context, column: str, rows: Sequence[Row]) -> Mapping[str, Row]:
    def where(p: Params) -> str:
        return f"j.state <> 'ARCHIVED' AND {access.sees_job(context.viewer, p, 'j')}"

    ids = {row["id"] for row in rows}
    return await job_reads.counts(context.db, context.firm_id, column, ids, context.today, where)


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def job_counts(context: Context, rows: Sequence[Row]) -> list[int]:
    """Jobs of pipelines that the viewer sees, archived ones left out."""
    found = await _counts(context, "pipeline_id", rows)
    return [found[row["id"]]["job_count"] if row["id"] in found else 0 for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def stage_job_counts(context: Context, rows: Sequence[Row]) -> list[int]:
    """Jobs in stages that the viewer sees, archived ones left out."""
    found = await _counts(context, "stage_id", rows)
    return [found[row["id"]]["job_count"] if row["id"] in found else 0 for row in rows]


_MANAGE = right(AccessRight.MANAGE_PIPELINES)

create_pipeline = command(pipelines.create_pipeline, "pipeline", by_ids, may=_MANAGE)
update_pipeline = command(pipelines.update_pipeline, "pipeline", by_ids, may=_MANAGE)
archive_pipeline = command(pipelines.archive_pipeline, "pipeline", by_ids, may=_MANAGE)
restore_pipeline = command(pipelines.restore_pipeline, "pipeline", by_ids, may=_MANAGE)
delete_pipeline = removal(pipelines.delete_pipeline, may=_MANAGE)
create_stage = command(stages.create_stage, "stage", stages_by_ids, may=_MANAGE)
update_stage = command(stages.update_stage, "stage", stages_by_ids, may=_MANAGE)
delete_stage = command(stages.delete_stage, "pipeline", by_ids, may=_MANAGE)
create_job_status = command(statuses.create_job_status, "status", statuses_by_ids, may=_MANAGE)
update_job_status = command(statuses.update_job_status, "status", statuses_by_ids, may=_MANAGE)
delete_job_status = removal(statuses.delete_job_status, may=_MANAGE)
