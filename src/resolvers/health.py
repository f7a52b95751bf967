"""The health of pipelines (PL5)."""

from collections.abc import Sequence
from typing import Any

from engine.enums import ErrorCode
from engine.pipeline import health
from resolvers import automations, nodes, pipelines
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, Depends, batch
from store.database import Row
from store.reads import health as reads
from store.reads.things import grouped


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def of_pipelines(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """What is wrong with the stages and automations of pipelines, in their order."""
    found = grouped(await reads.problems(context.db, context.firm_id, {row["id"] for row in rows}))
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def automations_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The automations that do not work; None for the conditions of stages."""
    return await automations.by_ids(context, [row["automation_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def stages_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Their stages; None for what is attached to a status."""
    return await pipelines.stages_by_ids(context, [row["stage_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def things(context: Context, rows: Sequence[Row]) -> list[Any]:
    """What they refer to, where it is still there and to be seen."""
    return await nodes.by_ids(context, [row["used_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def messages(context: Context, rows: Sequence[Row]) -> list[str]:
    """What is wrong, for people."""
    return [health.message(row["used_id"], ErrorCode(row["code"])) for row in rows]
