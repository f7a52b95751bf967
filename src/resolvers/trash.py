"""The trash: what was deleted and may come back."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from engine import access
from engine.enums import AccessRight, TrashKind
from engine.items import money
from engine.trash import commands
from engine.work import Work
from resolvers import accounts, jobs, pipelines
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import (
    MANAGER,
    MANAGING_READER,
    READER,
    WITH_PARENT,
    WRITER,
    Depends,
    Payload,
    Rule,
    Run,
    batch,
    mutation,
    query,
    right,
)
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import trash as reads
from store.reads.log import decoded
from store.reads.paging import Order, Source, fixed
from store.sql import Params

NEWEST_FIRST: Final = Order("trash", (("e.deleted_at", "timestamptz"), ("e.id", "text")), descending=True)
BY_NUMBER: Final = Order("purged", (("v.number", "bigint"),))


def _sees(context: Context, p: Params) -> str:
    """Jobs that one would see, and accounts that one would have access to (AC3). Aliases: e, j, a."""
    viewer = context.viewer
    job, account = access.sees_job(viewer, p, "j"), access.sees_account(viewer, p, "a.id")
    return f"CASE WHEN e.kind = 'JOB' THEN {job} ELSE {account} END"


async def by_ids(context: Context, ids: Sequence[str | None], column: str = "id") -> list[Row | None]:
    """Entries that the viewer sees, by their own ids, or by those of what was deleted."""
    found = await reads.by_ids(context.db, context.firm_id, column, present(ids), lambda p: _sees(context, p))
    return in_order(found, ids)


@query(may=READER, depends=Depends.SCOPE)
async def page(context: Context, *, kind: TrashKind | None, **args: Any) -> Connection:
    """What was deleted, the latest first."""

    def where(p: Params) -> str:
        which = "TRUE" if kind is None else f"e.kind = {p(kind.value)}"
        return f"e.firm_id = {p(context.firm_id)} AND {reads.WAITS} AND {which} AND {_sees(context, p)}"

    return (await pages(context, Source(fixed(reads.ENTRY), reads.ENTRIES, where), NEWEST_FIRST, PageArgs(**args)))[0]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def causes(context: Context, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Who or what deleted it."""
    return [decoded(row, "cause") for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def pipelines_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The pipelines of jobs."""
    return await pipelines.by_ids(context, [row["pipeline_id"] for row in rows])


@query(may=MANAGING_READER, depends=Depends.RIGHTS)
async def purged_invoices(context: Context, **args: Any) -> Connection:
    """Numbers of invoices that were deleted for good with their accounts."""
    source = Source(fixed(reads.PURGED), "purged_invoices v", lambda p: f"v.firm_id = {p(context.firm_id)}")
    return (await pages(context, source, BY_NUMBER, PageArgs(**args)))[0]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def amounts(context: Context, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What invoices came to."""
    names = ("net", "tax", "total", "paid")
    return [{name: money.rounded(row[name], row["currency"]) for name in names} for row in rows]


def _deletion(run: Callable[[Work, Any], Any], *, may: Rule) -> Run:
    """A mutation that puts something into the trash: its payload holds its id, and what waits of it there."""

    async def resolve(context: Context, given: Any) -> Payload:
        thing_id = await context.perform(run, given)
        return {"deleted_id": thing_id, "trash_entry": (await by_ids(context, [thing_id], "thing_id"))[0]}

    resolve.__qualname__, resolve.__module__ = run.__qualname__, run.__module__
    return mutation(may)(resolve)


@mutation(may=MANAGER)
async def empty_trash(context: Context, given: commands.EmptyTrash) -> Payload:
    """Has what waits wait no longer."""
    emptied = await context.perform(commands.empty_trash, given)
    return {"deleted_ids": list(emptied.trash_ids), "remaining": emptied.remaining}


_ACCOUNTS: Final = right(AccessRight.MANAGE_ACCOUNTS)

delete_job = _deletion(commands.delete_job, may=WRITER)
restore_job = command(commands.restore_job, "job", jobs.by_ids, may=WRITER)
delete_account = _deletion(commands.delete_account, may=_ACCOUNTS)
restore_account = command(commands.restore_account, "account", accounts.by_ids, may=_ACCOUNTS)
