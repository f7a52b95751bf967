"""Links between jobs."""

from collections.abc import Sequence
from typing import Any, Final

from engine import access
from engine.job import job_links
from resolvers import firms, jobs
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, WRITER, Depends, batch
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import job_links as reads
from store.reads.paging import Order, Source, fixed
from store.sql import Params

OLDEST_FIRST: Final = Order("jobLink", (("l.linked_at", "timestamptz"), ("lj.id", "text")))


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def of_jobs(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection]:
    """The jobs to which jobs are linked, oldest link first; those that the viewer does not see are left out (AC4)."""

    def where(p: Params) -> str:
        return f"l.firm_id = {p(context.firm_id)} AND {reads.OF_PARENT} AND {access.sees_job(context.viewer, p, 'lj')}"

    source = Source(fixed(reads.LINK), reads.TABLES, where)
    return await pages(context, source, OLDEST_FIRST, PageArgs(**args), [row["id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def others(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The other jobs."""
    return await jobs.by_ids(context, [row["other_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def makers(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Who made links."""
    return await firms.by_ids(context, [row["member_id"] for row in rows])


link_jobs = command(job_links.link_jobs, "job", jobs.by_ids, may=WRITER)
unlink_jobs = command(job_links.unlink_jobs, "job", jobs.by_ids, may=WRITER)
