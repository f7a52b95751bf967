"""Dead letters: what the worker has given up, for owners and admins."""

from collections.abc import Sequence
from typing import Any, Final

from engine import dead_letters
from resolvers import jobs
from resolvers.commands import removal
from resolvers.context import Context
from resolvers.declare import MANAGER, MANAGING_READER, WITH_PARENT, Depends, batch, query
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import dead_letters as reads
from store.reads.paging import Order, Source, fixed

NEWEST_FIRST: Final = Order("due", (("d.dead_at", "timestamptz"), ("d.id", "text")), descending=True)


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Dead letters of the firm, for owners and admins."""
    if not context.viewer.manages:
        return [None] * len(ids)
    return in_order(await reads.by_ids(context.db, context.firm_id, present(ids)), ids)


@query(may=MANAGING_READER, depends=Depends.RIGHTS)
async def page(context: Context, **args: Any) -> Connection:
    """Dead letters, the newest first."""
    source = Source(fixed(reads.DEAD), "due d", lambda p: f"d.firm_id = {p(context.firm_id)} AND d.dead_at IS NOT NULL")
    return (await pages(context, source, NEWEST_FIRST, PageArgs(**args)))[0]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def jobs_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The jobs for which something was due."""
    return await jobs.by_ids(context, [row["job_id"] for row in rows])


retry_dead_letter = removal(dead_letters.retry_dead_letter, may=MANAGER)
dismiss_dead_letter = removal(dead_letters.dismiss_dead_letter, may=MANAGER)
