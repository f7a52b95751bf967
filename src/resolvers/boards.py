"""A pipeline's board: a snapshot with the cursor from which its changes go on (LV1)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine import access
from live import cursor
from resolvers import jobs, orders, pipelines
from resolvers.company import MEMBER
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, Depends, batch, query
from resolvers.pages import Connection, PageArgs, of_nodes, pages
from resolvers.selected import Selected
from store.database import Row
from store.reads import jobs as reads
from store.reads import log, seers
from store.reads.filters import JobFilter, condition, is_personal
from store.sql import Params


@query(may=READER, depends=Depends.SCOPE)
async def board(
    context: Context,
    *,
    pipeline_id: str,
    filter: JobFilter | None,
) -> dict[str, Any] | None:
    """The board of a pipeline; runs inside a snapshot, so that the cursor fits the data."""
    pipeline = (await pipelines.by_ids(context, [pipeline_id]))[0]
    if pipeline is None:
        return None
    head = await log.head(context.db, context.firm_id)
    return {"cursor": cursor.at(head, context.firm_id).encode(), "pipeline": pipeline, "filter": filter}


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def columns(context: Context, boards: Sequence[Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
    """A column for each stage."""
    found = await pipelines.stages_of(context, [board["pipeline"] for board in boards])
    return [
        [{"stage": stage, "job_sort": board["pipeline"]["job_sort"], "filter": board["filter"]} for stage in stages]
        for board, stages in zip(boards, found, strict=True)
    ]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def column(context: Context, rows: Sequence[Mapping[str, Any]], *, stage_id: str) -> list[dict[str, Any] | None]:
    """The column of one stage, if the board has it."""
    found = await columns(context, rows)
    return [next((one for one in some if one["stage"]["id"] == stage_id), None) for some in found]


def shown(context: Context, wanted: JobFilter | None, p: Params) -> str:
    """Which jobs (alias j) are on a board for the viewer."""
    return f"{access.sees_job(context.viewer, p, 'j')} AND {held(context, wanted, p)}"


def held(context: Context, wanted: JobFilter | None, p: Params) -> str:
    """Which of the jobs (alias j) that the viewer sees a board holds. The statuses are read once, not for each job."""
    statuses = f"SELECT bs.id FROM job_statuses bs WHERE bs.firm_id = {p(context.firm_id)} AND bs.on_board"
    return f"j.status_id = ANY (ARRAY({statuses})) AND ({condition(p, wanted, context.asker)})"


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def column_jobs(
    context: Context, rows: Sequence[Mapping[str, Any]], selected: Selected | None = None, **args: Any
) -> list[Connection]:
    """The jobs of columns, in the pipeline's order. Columns of one board share a statement."""
    found: dict[int, Connection] = {}
    for (wanted, job_sort), group in _by_board(rows).items():

        def where(p: Params, wanted: JobFilter | None = wanted) -> str:
            place = f"j.firm_id = {p(context.firm_id)} AND j.stage_id = parent.id"
            return f"{place} AND {shown(context, wanted, p)}"

        source = jobs.job_source(context, where, selected=of_nodes(selected))
        parents = [row["stage"]["id"] for row in group]
        some = await pages(context, source, orders.of_column(job_sort), PageArgs(**args), parents, selected)
        found |= {id(row): connection for row, connection in zip(group, some, strict=True)}
    return [found[id(row)] for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def job_counts(context: Context, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """How many jobs columns hold for the viewer, under the board's filter."""
    return [count["job_count"] if count else 0 for count in await _counts(context, rows)]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def overdue_counts(context: Context, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """How many of them are overdue."""
    return [count["overdue_count"] if count else 0 for count in await _counts(context, rows)]


async def _counts(context: Context, rows: Sequence[Mapping[str, Any]]) -> list[Row | None]:
    found: dict[int, Row | None] = {}
    for (wanted, _), group in _by_board(rows).items():
        counted = await count_columns(context, [row["stage"]["id"] for row in group], wanted)
        found |= {id(row): counted.get(row["stage"]["id"]) for row in group}
    return [found[id(row)] for row in rows]


async def count_columns(context: Context, stage_ids: Sequence[str], wanted: JobFilter | None) -> Mapping[str, Row]:
    """Jobs and overdue jobs by column; empty columns are left out."""
    return await reads.counts(
        context.db, context.firm_id, "stage_id", stage_ids, context.today, lambda p: shown(context, wanted, p)
    )


async def count_all_columns(context: Context, pipeline_id: str, wanted: JobFilter | None) -> list[dict[str, Any]]:
    """The columns of a board in order, as ``stage_id``, ``job_count`` and ``overdue_count``.

    Counted once for all managers, and in one statement for all others who look, unless the filter is personal.
    """
    company, viewer, personal = context.company, context.viewer, is_personal(wanted)
    me = "" if viewer.manages and not personal else viewer.member_id
    counted: dict[str, list[dict[str, Any]]] = company.known("counts", pipeline_id, wanted)
    if me not in counted:
        several = not viewer.manages and not personal
        members = company.likes_of(viewer) - counted.keys() if several else {me}
        looking = replace(viewer, member_id=MEMBER) if several else viewer

        def where(p: Params) -> str:
            return f"{access.sees_job(looking, p, 'j')} AND {held(context, wanted, p)}"

        for row in await seers.stage_counts(context.db, context.firm_id, pipeline_id, members, context.today, where):
            counted.setdefault(row["member_id"], []).append(_count(row))
    return counted.get(me, [])


def _count(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("stage_id", "job_count", "overdue_count")}


def _by_board(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[JobFilter | None, str], list[Mapping[str, Any]]]:
    groups: dict[tuple[JobFilter | None, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["filter"], row["job_sort"]), []).append(row)
    return groups
