"""Time that is spent on jobs, timers, and reports of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from engine import access
from engine.job import time_entries, timers
from engine.job.time_entries import TOO_LONG
from resolvers import firms, jobs, tasks
from resolvers.commands import command, removal
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, WRITER, Depends, Payload, batch, mutation, query
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import time_entries as reads
from store.reads.filters import TimeEntryFilter, condition
from store.reads.paging import Order, Source
from store.sql import Params

NEWEST_FIRST: Final = Order(
    "time", (("te.day", "date"), ("te.created_at", "timestamptz"), ("te.id", "text")), descending=True
)


@dataclass(slots=True, kw_only=True)
class TimePage(Connection):
    """A page of entries, whose whole list can be added up."""

    source: Source


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Entries that the viewer sees."""
    found = await reads.by_ids(context.db, context.firm_id, present(ids), context.now, TOO_LONG, _seen(context))
    return in_order(found, ids)


def _seen(context: Context) -> Callable[[Params], str]:
    return lambda p: access.sees_time_entry(context.viewer, p, "te")


@query(may=READER, depends=Depends.SCOPE | Depends.SELF)
async def page(context: Context, *, filter: TimeEntryFilter | None, **args: Any) -> TimePage:
    """Entries that the viewer sees, the newest day first."""

    def where(p: Params) -> str:
        return f"te.firm_id = {p(context.firm_id)} AND {_seen(context)(p)} AND ({condition(p, filter, context.asker)})"

    return (await _pages(context, where, PageArgs(**args), [""]))[0]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def of_jobs(context: Context, rows: Sequence[Row], **args: Any) -> list[TimePage]:
    """The entries of jobs, the newest day first."""

    def where(p: Params) -> str:
        return f"te.firm_id = {p(context.firm_id)} AND te.job_id = parent.id"

    return await _pages(context, where, PageArgs(**args), [row["id"] for row in rows])


async def _pages(
    context: Context, where: Callable[[Params], str], args: PageArgs, parents: Sequence[str]
) -> list[TimePage]:
    source = Source(lambda p: reads.columns(p, context.now, TOO_LONG), "time_entries te", where)
    found = await pages(context, source, NEWEST_FIRST, args, parents)
    return [TimePage(source=source, **{part.name: getattr(one, part.name) for part in fields(one)}) for one in found]


@batch(may=WITH_PARENT, depends=Depends.SCOPE | Depends.SELF)
async def total_minutes(context: Context, connections: Sequence[TimePage]) -> list[int]:
    """How many minutes all entries of lists come to."""
    return [row["minutes"] for row in await _totals(context, connections)]


@batch(may=WITH_PARENT, depends=Depends.SCOPE | Depends.SELF)
async def billable_minutes(context: Context, connections: Sequence[TimePage]) -> list[int]:
    """How many of them are billable."""
    return [row["billable_minutes"] for row in await _totals(context, connections)]


async def _totals(context: Context, connections: Sequence[TimePage]) -> list[Row]:
    """The lists of one field have one source, and are added up together."""
    found: dict[int, Mapping[str, Row]] = {}
    for source in {id(one.source): one.source for one in connections}.values():
        parents = [one.parent_id for one in connections if one.source is source]
        found[id(source)] = await reads.totals(context.db, source, parents)
    return [found[id(one.source)][one.parent_id] for one in connections]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def spent(context: Context, rows: Sequence[Row]) -> list[int]:
    """How many minutes were spent on jobs."""
    found = await reads.spent(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], 0) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def by_member(context: Context, rows: Sequence[Row]) -> list[list[dict[str, Any]]]:
    """How much of it by whom."""
    found = await reads.by_member(context.db, context.firm_id, {row["id"] for row in rows})
    names = ("minutes", "billable_minutes")
    return [
        [{"member": one, **{name: one[name] for name in names}} for one in found.get(row["id"], ())] for row in rows
    ]


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def running(context: Context, viewers: Sequence[dict[str, Any]]) -> list[Row | None]:
    """The viewer's running timer."""
    found = await own_timer(context)
    return [found for _ in viewers]


async def own_timer(context: Context) -> Row | None:
    """The viewer's running timer."""
    return await reads.running(context.db, context.firm_id, context.viewer.member_id, context.now, TOO_LONG)


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def jobs_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The jobs on which time was spent, those that the viewer sees."""
    return await jobs.by_ids(context, [row["job_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE | Depends.SELF)
async def tasks_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The tasks on which time was spent, those that the viewer sees."""
    return await tasks.by_ids(context, [row["task_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def members_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Who spent the time."""
    return await firms.by_ids(context, [row["member_id"] for row in rows])


create_time_entry = command(time_entries.create_time_entry, "time_entry", by_ids, may=WRITER)
update_time_entry = command(time_entries.update_time_entry, "time_entry", by_ids, may=WRITER)
delete_time_entry = removal(time_entries.delete_time_entry, may=WRITER)
stop_timer = command(timers.stop_timer, "time_entry", by_ids, may=WRITER)


@mutation(may=WRITER)
async def start_timer(context: Context, given: timers.StartTimer) -> Payload:
    """Starts a timer, and answers the one that it has stopped."""
    started = await context.perform(timers.start_timer, given)
    entry, stopped = await by_ids(context, [started.id, started.stopped_id])
    return {"time_entry": entry, "stopped": stopped}
