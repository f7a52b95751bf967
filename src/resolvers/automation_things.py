"""What automations refer to, and what their turns made: things of any sort."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from resolvers import nodes
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, Depends, batch
from store.database import Row
from store.reads import automations as reads

Batch = Callable[[Context, Sequence[Mapping[str, Any]]], Any]


def reference(name: str) -> Batch:
    """A field of a configuration that names one thing, as that thing; null where it is gone or not to be seen."""

    @batch(may=WITH_PARENT, depends=Depends.SCOPE)
    async def resolve(context: Context, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        return await nodes.by_ids(context, [row.get(name) for row in rows])

    return resolve


def references(name: str) -> Batch:
    """A field of a configuration that names things, as those of them that are there and to be seen."""

    @batch(may=WITH_PARENT, depends=Depends.SCOPE)
    async def resolve(context: Context, rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        return await nodes.lists(context, [row.get(name) or () for row in rows])

    return resolve


def guarded(name: str) -> Batch:
    """A field of a configuration that only those see who may configure its kind."""

    @batch(may=WITH_PARENT, depends=Depends.RIGHTS)
    async def resolve(context: Context, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        return [row[name] if row["kind"].permits(context.viewer) else None for row in rows]

    return resolve


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def made_by(context: Context, rows: Sequence[Row]) -> list[list[Any]]:
    """What turns made, as far as it is there and to be seen."""
    found = await reads.made(context.db, context.firm_id, [row["id"] for row in rows])
    return await nodes.lists(context, [found.get(row["id"], ()) for row in rows])
