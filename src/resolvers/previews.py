"""What a move would do (MV6)."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from engine.enums import ErrorCode
from engine.errors import invalid
from engine.job.moves import MoveJob
from engine.job.previews import Preview, preview_move
from resolvers import nodes, pipelines
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, Depends, batch, error_row, query
from store.database import Row

Rows = Sequence[Mapping[str, Any]]


@query(may=READER, depends=Depends.SCOPE)
async def move(context: Context, *, input: MoveJob) -> dict[str, Any]:
    """The preview of a move; those of one operation come one after the other, so that it takes no more than its share.

    Raises Refused in an operation that shows one instant: it would hold that open for the time that a preview takes.
    """
    if context.db.client is not context.database.client:
        message = "Ask for previews in an operation of their own, without boards and changes."
        raise invalid(ErrorCode.INVALID, message, "input")
    turn: asyncio.Lock = context.loaders.setdefault(move, asyncio.Lock())
    async with turn:
        assert context.identity is not None  # the rule has seen to it
        caller = context.identity.caller(context.address)
        return _source(await preview_move(context.database, caller, input, context.clock))


def _source(preview: Preview) -> dict[str, Any]:
    return {
        "stage_id": preview.stage_id,
        "status_id": preview.status_id,
        "entered": preview.entered,
        "item_ids": preview.pending,
        "runs": preview.turns,
        "emails": preview.letters,
        "warnings": [error_row(problem) for problem in preview.warnings],
        "errors": [error_row(problem) for problem in preview.errors],
    }


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def stages(context: Context, rows: Rows) -> list[Row | None]:
    """Where jobs would end up, or stand when an automation has its turn."""
    return await pipelines.stages_by_ids(context, [row["stage_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def statuses(context: Context, rows: Rows) -> list[Row | None]:
    """Which statuses jobs would end up with."""
    return await pipelines.statuses_by_ids(context, [row["status_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def entered(context: Context, rows: Rows) -> list[list[Any]]:
    """The stages that jobs would enter."""
    return await nodes.lists(context, [row["entered"] for row in rows])
