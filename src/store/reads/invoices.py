"""Invoices, and what was paid of them."""

from collections.abc import Collection, Mapping
from typing import Final

from store.database import Db, Row
from store.reads.things import Condition, grouped
from store.sql import Params

_PAYMENT: Final = """p.*, v.currency, 'InvoicePayment' AS "__typename" """
_PAYMENTS: Final = "invoice_payments p JOIN invoices v ON v.firm_id = p.firm_id AND v.id = p.item_id"


async def kept(db: Db, firm_id: str, item_ids: Collection[str]) -> dict[str, Row]:
    """What is kept of invoices beside their items."""
    found = await db.rows("SELECT * FROM invoices WHERE firm_id = $1 AND id = ANY($2)", firm_id, list(item_ids))
    return {row["id"]: row for row in found}


async def payments(db: Db, firm_id: str, item_ids: Collection[str]) -> Mapping[str, list[Row]]:
    """What was paid of invoices and given back, as it was noted."""
    found = await db.rows(
        f"SELECT p.item_id AS parent_id, {_PAYMENT} FROM {_PAYMENTS}"
        " WHERE p.firm_id = $1 AND p.item_id = ANY($2) ORDER BY p.created_at, p.id",
        firm_id,
        list(item_ids),
    )
    return grouped(found)


async def payments_by_ids(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Payments by id, under a condition on their invoice (alias i of items)."""
    p = Params(firm_id, list(ids))
    found = await db.rows(
        f"SELECT {_PAYMENT} FROM {_PAYMENTS} JOIN items i ON i.firm_id = $1 AND i.id = v.id"
        f" WHERE p.firm_id = $1 AND p.id = ANY($2) AND {seen(p)}",
        *p.values,
    )
    return {row["id"]: row for row in found} if ids else {}
