"""Jobs, their visits and history."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import orjson

from engine import access
from engine.job import jobs, moves
from resolvers import accounts, firms, orders
from resolvers.brought import brought
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, WRITER, Depends, batch, query
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, of_nodes, pages
from resolvers.selected import Selected, wanted
from store.database import Row
from store.reads import jobs as reads
from store.reads import things
from store.reads.filters import JobFilter, condition
from store.reads.jobs import Beside
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


@query(may=READER, depends=Depends.SCOPE, proves=True)
async def one(context: Context, *, id: str, selected: Selected | None = None) -> Row | dict[str, Any] | None:
    """One job, with what hangs on it as far as that is selected; in the statement that proves who asks."""
    claim, hangs = context.claim, brought(selected)
    proof = None if claim is None else partial(claim.query, now=context.now)
    row = await reads.one(
        context.db,
        context.firm_id,
        id,
        context.today,
        lambda p: access.sees_job(context.viewer, p, "j"),
        wanted(selected),
        Beside(hangs, proof),
    )
    if row is None:
        return None
    if claim is not None:
        context.proven = row["proof"] == claim.proof
    return {**row, **orjson.loads(row["hanging"])} if hangs else row


@query(may=READER, depends=Depends.SCOPE)
async def page(
    context: Context,
    *,
    filter: JobFilter | None,
    order_by: orders.JobOrder | None,
    selected: Selected | None = None,
    **args: Any,
) -> Connection:
    """Jobs that the viewer sees; archived ones only where the filter asks for them by states or status ids."""
    named = _names_states(filter)

    def where(p: Params) -> str:
        seen = access.sees_job(context.viewer, p, "j")
        live = "TRUE" if named else "j.state <> 'ARCHIVED'"
        return f"j.firm_id = {p(context.firm_id)} AND {seen} AND {live} AND ({condition(p, filter, context.asker)})"

    source = job_source(context, where, selected=of_nodes(selected))
    return (await pages(context, source, orders.of_jobs(order_by), PageArgs(**args), selected=selected))[0]


def _names_states(wanted: JobFilter | None) -> bool:
    """Whether a filter says anywhere which states or statuses it means."""
    if wanted is None:
        return False
    parts = [*(wanted.all_of or ()), *(wanted.any_of or ()), wanted.none_of]
    return wanted.states is not None or wanted.status_ids is not None or any(map(_names_states, parts))


def job_source(
    context: Context, where: Callable[[Params], str], tables: str = "jobs j", selected: Selected | None = None
) -> Source:
    """Jobs with their columns, as far as they are selected."""
    return Source(lambda p: reads.columns(p, context.today, wanted(selected)), tables, where)


@batch(may=WITH_PARENT, depends=Depends.NONE, needs={"id"}, brought="its assignees")
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
    """What happened to jobs, newest first; of links to what the viewer does not see nothing is said (AC4)."""

    def where(p: Params) -> str:
        seen = access.sees_history(context.viewer, p, "h")
        return f"h.firm_id = {p(context.firm_id)} AND h.job_id = parent.id AND {seen}"

    source = Source(fixed(reads.HISTORY), "history h", where)
    return await pages(context, source, HISTORY_ORDER, PageArgs(**args), [row["id"] for row in rows])


async def history_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """History entries of jobs that the viewer sees."""

    def seen(p: Params) -> str:
        return f"{access.sees_job(context.viewer, p, 'j')} AND {access.sees_history(context.viewer, p, 'h')}"

    return in_order(await reads.history(context.db, context.firm_id, present(ids), seen), ids)


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def causes(context: Context, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What caused history entries."""
    return [decoded(row, "cause") for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def actors(context: Context, rows: Sequence[dict[str, Any]]) -> list[Row | None]:
    """The members who caused something."""
    return await firms.by_ids(context, [cause["actor"] for cause in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def clients(context: Context, rows: Sequence[dict[str, Any]]) -> list[Row | None]:
    """The clients who caused something, as far as the viewer sees them."""
    return await accounts.contacts_by_ids(context, [cause["actor"] for cause in rows])


create_job = command(jobs.create_job, "job", by_ids, may=WRITER)
update_job = command(jobs.update_job, "job", by_ids, may=WRITER)
set_job_status = command(jobs.set_job_status, "job", by_ids, may=WRITER)
move_job = command(moves.move_job, "job", by_ids, may=WRITER)
