"""Proposals, as clients see and accept them (AC5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.items import accepting
from engine.items.signing import Sign
from resolvers import items, proposals
from resolvers.context import Context
from resolvers.declare import CLIENT, WITH_PARENT, Depends, Payload, batch, mutation
from resolvers.portal_items import by_ids
from store.database import Row


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def contents(context: Context, rows: Sequence[Row]) -> list[Mapping[str, Any]]:
    """What proposals say."""
    return [items.content(row) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def currencies(context: Context, rows: Sequence[Row]) -> list[str]:
    """The currencies of proposals."""
    return await proposals.kept_currencies(context, rows)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def totals(context: Context, rows: Sequence[Row]) -> list[Sequence[Mapping[str, Any]]]:
    """What proposals come to, by how often that is billed."""
    return await proposals.summed(context, rows)


@mutation(may=CLIENT)
async def sign_proposal(context: Context, given: Sign) -> Payload:
    """Signs a proposal."""
    item_id = await context.perform_as_client(accepting.sign_proposal, given)
    return {"item": (await by_ids(context, [item_id]))[0]}


@mutation(may=CLIENT)
async def decline_proposal(context: Context, given: accepting.DeclineProposal) -> Payload:
    """Declines a proposal."""
    item_id = await context.perform_as_client(accepting.decline_proposal, given)
    return {"item": (await by_ids(context, [item_id]))[0]}
