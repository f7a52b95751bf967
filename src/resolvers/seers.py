"""Which things the viewer sees, asked for all who look at the same snapshot (``resolvers.company``)."""

from collections.abc import Callable, Collection, Sequence
from functools import partial

from engine import access
from engine.access import Viewer
from resolvers.context import Context
from store.database import Row
from store.reads import seers
from store.sql import Params

Condition = Callable[[Viewer, Params], str]


async def pipelines(context: Context, ids: Collection[str]) -> set[str]:
    """Which pipelines the viewer sees (AC2)."""
    return await _seen(context, "pipelines", ids, lambda viewer, p: access.sees_pipeline(viewer, p, "x.id"))


async def jobs(context: Context, ids: Collection[str]) -> set[str]:
    """Which jobs the viewer sees (AC3)."""
    return await _seen(context, "jobs", ids, lambda viewer, p: access.sees_job(viewer, p, "x"))


async def accounts(context: Context, ids: Collection[str]) -> set[str]:
    """The whole of which accounts the viewer sees, or would see if they were not in the trash.

    What a stream has shown of one that has just gone there has to be taken back.
    """
    return await _seen(context, "all_accounts", ids, lambda viewer, p: access.sees_account(viewer, p, "x.id"))


async def _seen(context: Context, table: str, ids: Collection[str], condition: Condition) -> set[str]:
    async def pairs(some: Collection[str], members: Collection[str], viewer: Viewer) -> Sequence[Row]:
        return await seers.pairs(context.db, table, context.firm_id, some, members, partial(condition, viewer))

    return await context.company.seen(context.viewer, table, ids, pairs)
