"""Proposals, for commands."""

from collections.abc import Collection

from store.database import Db


async def make(db: Db, firm_id: str, item_ids: Collection[str], currency: str) -> None:
    """Keeps the currency of fresh proposals."""
    await db.rows(
        "INSERT INTO proposals (id, firm_id, currency) SELECT unnest($2::text[]), $1, $3",
        firm_id,
        list(item_ids),
        currency,
    )


async def currency(db: Db, firm_id: str, item_id: str) -> str:
    """That of a proposal."""
    found: str = await db.value("SELECT currency FROM proposals WHERE firm_id = $1 AND id = $2", firm_id, item_id)
    return found


async def keep_invoice(db: Db, firm_id: str, item_id: str, invoice_id: str) -> None:
    """Keeps which invoice a locked proposal has made."""
    await db.rows("UPDATE proposals SET invoice_id = $3 WHERE firm_id = $1 AND id = $2", firm_id, item_id, invoice_id)
