"""Invoices and what was paid of them, for commands."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from store.database import Db, Row
from store.writes.log import encode


async def currency(db: Db, firm_id: str) -> str:
    """The firm's currency."""
    found: str = await db.value("SELECT currency FROM firms WHERE id = $1", firm_id)
    return found


async def make(db: Db, firm_id: str, lines: Sequence[dict[str, str]]) -> None:
    """Keeps what fresh invoices come to. A line has item_id, currency, net, tax and total, as texts."""
    await db.rows(
        """
        INSERT INTO invoices (id, firm_id, currency, net, tax, total)
        SELECT item_id, $1, currency, net, tax, total
        FROM jsonb_to_recordset($2::jsonb)
            AS g (item_id text, currency text, net numeric, tax numeric, total numeric)
        """,
        firm_id,
        encode(list(lines)),
    )


async def issue(db: Db, firm_id: str, ids: Collection[str], now: datetime) -> None:
    """Notes that invoices are sent; they are numbered as the transaction commits. One that was sent stays as it is."""
    await db.rows(
        "UPDATE invoices SET issued_at = $3 WHERE firm_id = $1 AND id = ANY($2) AND issued_at IS NULL",
        firm_id,
        sorted(ids),
        now,
    )


async def one(db: Db, firm_id: str, item_id: str) -> Row:
    """What is kept of an invoice whose item is locked, which guards it; ``payments`` is how many there are."""
    [row] = await db.rows(
        "SELECT v.*, (SELECT count(*) FROM invoice_payments p WHERE p.firm_id = $1 AND p.item_id = v.id) AS payments"
        " FROM invoices v WHERE v.firm_id = $1 AND v.id = $2",
        firm_id,
        item_id,
    )
    return row


async def pay(db: Db, firm_id: str, payment_id: str, item_id: str, amount: Decimal, now: datetime, **said: Any) -> None:
    """Adds a payment to a locked invoice; ``said`` is paid_on, method, note and member_id. Below zero: given back."""
    await db.rows(
        """
        WITH paid AS (UPDATE invoices SET paid = paid + $4 WHERE firm_id = $1 AND id = $3)
        INSERT INTO invoice_payments (id, firm_id, item_id, amount, paid_on, method, note, member_id, created_at)
        VALUES ($2, $1, $3, $4, $5, $6, $7, $8, $9)
        """,
        firm_id,
        payment_id,
        item_id,
        amount,
        said["paid_on"],
        said["method"],
        said["note"],
        said["member_id"],
        now,
    )


async def begin(db: Db, firm_id: str, item_id: str, now: datetime) -> None:
    """Notes that something has been paid of a locked invoice. Whether its client has looked at it is not known."""
    await db.rows(
        "UPDATE client_items SET started_at = coalesce(started_at, $3) WHERE firm_id = $1 AND id = $2",
        firm_id,
        item_id,
        now,
    )
