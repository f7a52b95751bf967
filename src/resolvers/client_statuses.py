"""Client-facing statuses."""

from collections.abc import Sequence

from engine.enums import AccessRight
from engine.firm import client_statuses
from resolvers import jobs
from resolvers.commands import command, removal
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, WRITER, Depends, batch, query, right
from resolvers.lookup import in_order, present
from store.database import Row
from store.reads import client_statuses as reads


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Client-facing statuses of the firm."""
    return in_order(await reads.by_ids(context.db, context.firm_id, present(ids)), ids)


@query(may=READER, depends=Depends.NONE)
async def of_firm(context: Context) -> list[Row]:
    """The firm's client-facing statuses."""
    return await reads.of_firm(context.db, context.firm_id)


@batch(may=WITH_PARENT, depends=Depends.NONE, needs={"client_status_id"})
async def of_jobs(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """What clients may see of jobs."""
    return await by_ids(context, [job["client_status_id"] for job in rows])


_MANAGE = right(AccessRight.MANAGE_PIPELINES)

create_client_status = command(client_statuses.create_client_status, "client_status", by_ids, may=_MANAGE)
update_client_status = command(client_statuses.update_client_status, "client_status", by_ids, may=_MANAGE)
delete_client_status = removal(client_statuses.delete_client_status, may=_MANAGE)
set_client_status = command(client_statuses.set_client_status, "job", jobs.by_ids, may=WRITER)
