"""Who follows jobs."""

from collections.abc import Sequence
from typing import Any, Final

from engine import access
from engine.job import following
from resolvers import jobs
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, WRITER, Depends, batch
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import followers as reads
from store.reads.paging import Order
from store.sql import Params

LATEST_FIRST: Final = Order("followed", (("f.since", "timestamptz"), ("j.id", "text")), descending=True)
_FOLLOWED: Final = "job_followers f JOIN jobs j ON j.firm_id = f.firm_id AND j.id = f.job_id"


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def of_jobs(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Who follows jobs, by name."""
    found = await reads.of_jobs(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def followed_by_me(context: Context, rows: Sequence[Row]) -> list[bool]:
    """Whether the viewer follows jobs."""
    ids = {row["id"] for row in rows}
    found = await reads.followed(context.db, context.firm_id, context.viewer.member_id, ids)
    return [row["id"] in found for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SELF | Depends.SCOPE)
async def followed_jobs(context: Context, viewers: Sequence[dict[str, Any]], **args: Any) -> list[Connection]:
    """The jobs that the viewer follows and sees, archived ones left out; those followed last come first."""

    def where(p: Params) -> str:
        mine = f"f.firm_id = {p(context.firm_id)} AND f.member_id = {p(context.viewer.member_id)} AND f.following"
        return f"{mine} AND j.state <> 'ARCHIVED' AND {access.sees_job(context.viewer, p, 'j')}"

    source = jobs.job_source(context, where, _FOLLOWED)
    return await pages(context, source, LATEST_FIRST, PageArgs(**args), [one["member_id"] for one in viewers])


follow_job = command(following.follow_job, "job", jobs.by_ids, may=WRITER)
unfollow_job = command(following.unfollow_job, "job", jobs.by_ids, may=WRITER)
