"""Comments on jobs."""

from collections.abc import Sequence
from typing import Any, Final

from engine import access
from engine.job import comments
from resolvers import documents, firms, jobs
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, WRITER, Depends, batch
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import comments as reads
from store.reads import things
from store.reads.paging import Order, Source, fixed
from store.sql import Params

OLDEST_FIRST: Final = Order("comment", (("c.created_at", "timestamptz"), ("c.id", "text")))


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Comments on jobs that the viewer sees."""
    found = await reads.by_ids(
        context.db, context.firm_id, present(ids), lambda p: access.sees_comment(context.viewer, p, "c")
    )
    return in_order(found, ids)


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def of_jobs(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection]:
    """The comments on jobs, oldest first."""

    def where(p: Params) -> str:
        return f"c.firm_id = {p(context.firm_id)} AND c.job_id = parent.id"

    source = Source(fixed(reads.COMMENT), "comments c", where)
    return await pages(context, source, OLDEST_FIRST, PageArgs(**args), [row["id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def authors(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Who wrote comments."""
    return await firms.by_ids(context, [row["author_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def mentions(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Members whom comments mention."""
    ids = {row["id"] for row in rows}
    found = await things.assignees(context.db, context.firm_id, "comment_mentions", "comment_id", ids)
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def documents_of(context: Context, rows: Sequence[Row]) -> list[list[Row]]:
    """The files that comments carry, by name."""
    carried = await reads.documents(context.db, context.firm_id, {row["id"] for row in rows})
    wanted = sorted({one for some in carried.values() for one in some})
    found = {row["id"]: row for row in await documents.by_ids(context, wanted) if row is not None}
    return [[found[one] for one in carried.get(row["id"], ()) if one in found] for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def job_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The jobs that comments are on."""
    return await jobs.by_ids(context, [row["job_id"] for row in rows])


create_comment = command(comments.create_comment, "comment", by_ids, may=WRITER)
update_comment = command(comments.update_comment, "comment", by_ids, may=WRITER)
delete_comment = command(comments.delete_comment, "comment", by_ids, may=WRITER)
