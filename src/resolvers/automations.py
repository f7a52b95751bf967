"""Automations, what they are to do, and what they did."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine import access
from engine.automating import configuring, runs, setting
from engine.automations import kinds
from engine.enums import AccessRight, RunState
from resolvers import jobs, pipelines
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, WRITER, Depends, batch, query, right
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import automations as reads
from store.reads import things
from store.reads.log import decoded
from store.reads.paging import Order, Source, fixed
from store.sql import Params

OLDEST_FIRST: Final = Order("run", (("r.created_at", "timestamptz"), ("r.position", "int"), ("r.id", "text")))
NEWEST_FIRST: Final = Order("runs", OLDEST_FIRST.columns, descending=True)


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Live automations of pipelines that the viewer sees."""

    def seen(p: Params) -> str:
        return f"a.deleted_at IS NULL AND {access.sees_pipeline(context.viewer, p, 'a.pipeline_id')}"

    return in_order(await reads.by_ids(context.db, context.firm_id, present(ids), seen), ids)


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def of_stages(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The automations of stages, in order."""
    found = await reads.of_places(context.db, context.firm_id, "stage_id", {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def of_statuses(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The automations of statuses in pipelines, in order."""
    found = await reads.of_places(context.db, context.firm_id, "pipeline_id", {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def stages(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The stages to which automations are attached."""
    return await pipelines.stages_by_ids(context, [row["stage_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def statuses(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The statuses to which automations are attached."""
    return await pipelines.statuses_by_ids(context, [row["status_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def configs(context: Context, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What automations do, as sources of the types of their kinds."""
    return [_config(row) for row in rows]


def _config(row: Row) -> dict[str, Any]:
    kind = kinds()[row["kind"]]
    config = setting.loaded(kind.config, decoded(row, "config"))
    values = {name: getattr(config, name) for name in setting.settings(kind.config)}
    return {"__typename": config_typename(kind.name), "kind": kind, **values}


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def past_configs(context: Context, rows: Sequence[Row]) -> list[dict[str, Any] | None]:
    """The same of editions; null for one that an earlier release has written, and that cannot be read any more."""
    return [_past_config(row) for row in rows]


def _past_config(row: Row) -> dict[str, Any] | None:
    try:
        return _config(row)
    except setting.UNREADABLE:
        return None


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def delays(context: Context, rows: Sequence[Row]) -> list[dict[str, Any] | None]:
    """After which time automations run."""
    return [decoded(row, "delay") if row["delay"] else None for row in rows]


def config_typename(kind: str) -> str:
    """The GraphQL type of the configuration of a kind."""
    return "".join(word.capitalize() for word in kind.split("_")) + "Config"


# --- runs -----------------------------------------------------------------------------------------------------------


async def runs_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Turns of automations in jobs that the viewer sees."""
    found = await reads.runs(
        context.db, context.firm_id, present(ids), lambda p: access.sees_run(context.viewer, p, "r")
    )
    return in_order(found, ids)


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def runs_of_jobs(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection]:
    """Turns of automations in jobs, oldest first; those in pipelines that the viewer does not see are left out."""

    def where(p: Params) -> str:
        seen = access.sees_run(context.viewer, p, "r")
        return f"r.firm_id = {p(context.firm_id)} AND r.job_id = parent.id AND {seen}"

    source = Source(fixed(reads.RUN), "runs r", where)
    return await pages(context, source, OLDEST_FIRST, PageArgs(**args), [row["id"] for row in rows])


@query(may=READER, depends=Depends.SCOPE)
async def run_page(context: Context, *, states: Sequence[RunState] | None, **args: Any) -> Connection:
    """Turns of automations in all jobs that the viewer sees, newest first."""

    def where(p: Params) -> str:
        some = "TRUE" if states is None else f"r.state = ANY({p([state.value for state in states])}::text[])"
        return f"r.firm_id = {p(context.firm_id)} AND {some} AND {access.sees_run(context.viewer, p, 'r')}"

    source = Source(fixed(reads.RUN), "runs r", where)
    return (await pages(context, source, NEWEST_FIRST, PageArgs(**args)))[0]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def automations_of(context: Context, rows: Sequence[Mapping[str, Any]]) -> list[Row | None]:
    """The automations of turns or causes; null once deleted, or where the viewer does not see the pipeline."""
    return await by_ids(context, [_automation_id(row) for row in rows])


def _automation_id(row: Any) -> str | None:
    found: str | None = row.get("automation") if isinstance(row, dict) else row["automation_id"]
    return found


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def editions_of(context: Context, rows: Sequence[Row]) -> list[Row]:
    """What turns do, by the editions with which their jobs entered (PL4)."""
    found = await reads.editions(context.db, context.firm_id, [row["id"] for row in rows])
    return [found[row["id"]] for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def visits_of(context: Context, rows: Sequence[Row]) -> list[Row]:
    """The visits of turns."""
    found = await things.visits(context.db, context.firm_id, {row["visit_id"] for row in rows}, things.anything)
    return [found[row["visit_id"]] for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def jobs_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The jobs of turns."""
    return await jobs.by_ids(context, [row["job_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def due_at(context: Context, rows: Sequence[Row]) -> list[Any]:
    """By when jobs are to have left their stages (PL6)."""
    found = await reads.visits(context.db, context.firm_id, {row["id"] for row in rows})
    return [found[row["id"]]["due_at"] for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def overdue(context: Context, rows: Sequence[Row]) -> list[bool]:
    """Whether jobs have been in their stages for too long (PL6)."""
    found = await reads.visits(context.db, context.firm_id, {row["id"] for row in rows})
    return [found[row["id"]]["overdue"] for row in rows]


_MANAGE = right(AccessRight.MANAGE_PIPELINES)

create_automation = command(configuring.create_automation, "automation", by_ids, may=_MANAGE)
update_automation = command(configuring.update_automation, "automation", by_ids, may=_MANAGE)
delete_automation = command(configuring.delete_automation, "pipeline", pipelines.by_ids, may=_MANAGE)
retry_run = command(runs.retry_run, "run", runs_by_ids, may=WRITER)
run_now = command(runs.run_now, "run", runs_by_ids, may=WRITER)
dismiss_run = command(runs.dismiss_run, "run", runs_by_ids, may=WRITER)
cancel_run = command(runs.cancel_run, "run", runs_by_ids, may=WRITER)
