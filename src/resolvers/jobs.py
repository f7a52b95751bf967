"""Jobs, their visits and history."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from engine import access
from engine.job import jobs, moves
from resolvers import firms, orders
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, WRITER, Depends, batch, query
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import jobs as reads
from store.reads import things
from store.reads.filters import JobFilter, condition
from store.reads.log import decoded
from store.reads.paging import Order, Source, fixed
from store.sql import Params

HISTORY_ORDER: Final = Order("history", (("h.n", "bigint"),), descending=True)
VISIT_ORDER: Final = Order("visit", (("v.number", "int"),), descending=True)


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Jobs that the viewer sees (AC3)."""
    found = await reads.by_ids(
        context.db,
        context.firm_id,
        present(ids),
        context.today,
        lambda p: access.sees_job(context.viewer, p, "j"),
    )
    return in_order(found, ids)


@query(may=READER, depends=Depends.SCOPE)
async def one(context: Context, *, id: str) -> Row | None:
    """One job."""
    return (await by_ids(context, [id]))[0]


@query(may=READER, depends=Depends.SCOPE)
async def page(
    context: Context,
    *,
    filter: JobFilter | None,
    order_by: orders.JobOrder | None,
    **args: Any,
) -> Connection:
    """Jobs that the viewer sees; archived ones only where the filter asks for them by states or status ids."""
    named = _names_states(filter)

    def where(p: Params) -> str:
        seen = access.sees_job(context.viewer, p, "j")
        live = "TRUE" if named else "j.state <> 'ARCHIVED'"
        return f"j.firm_id = {p(context.firm_id)} AND {seen} AND {live} AND ({condition(p, filter, context.asker)})"

    return (await pages(context, job_source(context, where), orders.of_jobs(order_by), PageArgs(**args)))[0]


def _names_states(wanted: JobFilter | None) -> bool:
    """Whether a filter says anywhere which states or statuses it means."""
    if wanted is None:
        return False
    parts = [*(wanted.all_of or ()), *(wanted.any_of or ()), wanted.none_of]
    return wanted.states is not None or wanted.status_ids is not None or any(map(_names_states, parts))


def job_source(context: Context, where: Callable[[Params], str], tables: str = "jobs j") -> Source:
    """Jobs with all their columns."""
    return Source(lambda p: reads.columns(p, context.today), tables, where)


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def assignees(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Members assigned to jobs."""
    ids = {row["id"] for row in rows}
    found = await things.assignees(context.db, context.firm_id, "job_assignees", "job_id", ids)
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def visits(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection]:
    """Stays of jobs in stages, newest first; those in pipelines that the viewer does not see are left out."""

    def where(p: Params) -> str:
        seen = access.sees_pipeline(context.viewer, p, "v.pipeline_id")
        return f"v.firm_id = {p(context.firm_id)} AND v.job_id = parent.id AND {seen}"

    source = Source(fixed(things.VISIT), "stage_visits v", where)
    return await pages(context, source, VISIT_ORDER, PageArgs(**args), [row["id"] for row in rows])


async def visits_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Visits of jobs that the viewer sees, in pipelines that the viewer sees."""

    def seen(p: Params) -> str:
        pipeline = access.sees_pipeline(context.viewer, p, "v.pipeline_id")
        return f"{pipeline} AND {access.sees_job(context.viewer, p, 'j')}"

    found = await things.visits(context.db, context.firm_id, present(ids), seen)
    return in_order(found, ids)


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def history(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection]:
    """What happened to jobs, newest first."""

    def where(p: Params) -> str:
        return f"h.firm_id = {p(context.firm_id)} AND h.job_id = parent.id"

    source = Source(fixed(reads.HISTORY), "history h", where)
    return await pages(context, source, HISTORY_ORDER, PageArgs(**args), [row["id"] for row in rows])


async def history_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """History entries of jobs that the viewer sees."""
    found = await reads.history(
        context.db, context.firm_id, present(ids), lambda p: access.sees_job(context.viewer, p, "j")
    )
    return in_order(found, ids)


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def causes(context: Context, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What caused history entries."""
    return [decoded(row, "cause") for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def actors(context: Context, rows: Sequence[dict[str, Any]]) -> list[Row | None]:
    """Who caused something."""
    return await firms.by_ids(context, [cause["actor"] for cause in rows])


create_job = command(jobs.create_job, "job", by_ids, may=WRITER)
update_job = command(jobs.update_job, "job", by_ids, may=WRITER)
set_job_status = command(jobs.set_job_status, "job", by_ids, may=WRITER)
move_job = command(moves.move_job, "job", by_ids, may=WRITER)
