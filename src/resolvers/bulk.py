"""Bulk operations (MV10)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from engine import access
from engine.bulk import operations, problems
from engine.enums import AccessRight
from resolvers import accounts, firms, jobs
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, WRITER, Depends, batch, error_row, query, right
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import bulk as reads
from store.reads.paging import Order, Source, fixed
from store.sql import Params

NEWEST_FIRST: Final = Order("bulk", (("b.created_at", "timestamptz"), ("b.id", "text")), descending=True)
IN_ORDER: Final = Order("result", (("r.position", "int"),))


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Operations that the viewer sees."""
    found = await reads.by_ids(
        context.db, context.firm_id, present(ids), lambda p: access.sees_bulk(context.viewer, p, "b")
    )
    return in_order(found, ids)


@query(may=READER, depends=Depends.SELF)
async def one(context: Context, *, id: str) -> Row | None:
    """One operation."""
    return (await by_ids(context, [id]))[0]


@query(may=READER, depends=Depends.SELF)
async def page(context: Context, **args: Any) -> Connection:
    """Operations that the viewer sees, the newest first."""

    def where(p: Params) -> str:
        return f"b.firm_id = {p(context.firm_id)} AND {access.sees_bulk(context.viewer, p, 'b')}"

    source = Source(fixed(reads.OPERATION), "bulk_operations b", where)
    return (await pages(context, source, NEWEST_FIRST, PageArgs(**args)))[0]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def makers(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Who began operations."""
    return await firms.by_ids(context, [row["member_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def results(
    context: Context, rows: Sequence[Row], *, failed_only: bool | None, **args: Any
) -> Sequence[Connection]:
    """What has become of the targets of operations, in their order."""

    def where(p: Params) -> str:
        refused = " AND r.state = 'FAILED'" if failed_only else ""
        return f"r.firm_id = {p(context.firm_id)} AND r.operation_id = parent.id{refused}"

    source = Source(fixed(reads.RESULT), "bulk_results r", where)
    return await pages(context, source, IN_ORDER, PageArgs(**args), [row["id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def jobs_of(context: Context, rows: Sequence[Row]) -> Sequence[Row | None]:
    """The jobs of results, those that the viewer sees."""
    return await jobs.by_ids(context, [row["about_job_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def accounts_of(context: Context, rows: Sequence[Row]) -> Sequence[Row | None]:
    """The accounts for which jobs were to be made, those that the viewer sees."""
    return await accounts.by_ids(context, [row["account_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def errors_of(context: Context, rows: Sequence[Row]) -> list[list[Mapping[str, Any]]]:
    """Why nothing was done for targets."""
    return [_errors(row, "problems") for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def warnings_of(context: Context, rows: Sequence[Row]) -> list[list[Mapping[str, Any]]]:
    """What was done all the same."""
    return [_errors(row, "warnings") for row in rows]


def _errors(row: Row, column: str) -> list[Mapping[str, Any]]:
    return [error_row(problems.loaded(said)) for said in orjson.loads(row[column])]


start = command(operations.start, "operation", by_ids, may=WRITER)
start_tagging = command(operations.start, "operation", by_ids, may=right(AccessRight.MANAGE_ACCOUNTS))
cancel = command(operations.cancel_bulk_operation, "operation", by_ids, may=WRITER)
