"""Proposals: what they come to, and the invoices that they have made."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.items import proposals
from resolvers import items
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, Depends, batch
from resolvers.signing import content
from store.database import Row
from store.reads import signing as reads

Total = Mapping[str, Any]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def currencies(context: Context, rows: Sequence[Row]) -> list[str]:
    """The currencies of proposals."""
    return await kept_currencies(context, rows)


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def totals(context: Context, rows: Sequence[Row]) -> list[Sequence[Total]]:
    """What proposals come to, by how often that is billed."""
    return await summed(context, rows)


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def invoices(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The invoices that accepted proposals have made."""
    found = await reads.beside(context.db, context.firm_id, {row["id"] for row in rows})
    return await items.by_ids(context, [found[row["id"]]["invoice_id"] for row in rows])


async def kept_currencies(context: Context, rows: Sequence[Row]) -> list[str]:
    """The currencies of proposals, whoever asks."""
    found = await reads.beside(context.db, context.firm_id, {row["id"] for row in rows})
    return [found[row["id"]]["currency"] for row in rows]


async def summed(context: Context, rows: Sequence[Row]) -> list[Sequence[Total]]:
    """What proposals come to, whoever asks."""
    currencies = await kept_currencies(context, rows)
    return [_totals(content(row), currency) for row, currency in zip(rows, currencies, strict=True)]


def _totals(said: proposals.ProposalContent, currency: str) -> list[Total]:
    found = proposals.totals(said, currency)
    return [{"billing": one, "net": bill.net, "tax": bill.tax, "total": bill.total} for one, bill in found.items()]
