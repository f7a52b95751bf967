"""What clients see of their invoices (AC5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from resolvers import invoices
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, Depends, batch
from store.database import Row


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def details(context: Context, rows: Sequence[Row]) -> Sequence[Mapping[str, Any]]:
    """Their invoices."""
    return await invoices.whole(context, rows)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def payments(context: Context, rows: Sequence[Mapping[str, Any]]) -> Sequence[Sequence[Mapping[str, Any]]]:
    """What was paid of them and given back."""
    return await invoices.payments(context, rows)
