"""Who signs items for clients, for commands."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from store.database import Db, Row
from store.writes.log import encode


async def contacts(db: Db, firm_id: str, account_id: str, ids: Collection[str]) -> dict[str, bool]:
    """Those of the contacts who are an account's, and whether they come into the portal. They stay its own."""
    found = await db.rows(
        """
        SELECT c.id, c.user_id IS NOT NULL AS comes_in FROM account_contacts x
        JOIN contacts c ON c.firm_id = $1 AND c.id = x.contact_id
        WHERE x.firm_id = $1 AND x.account_id = $2 AND x.contact_id = ANY($3) FOR SHARE OF x
        """,
        firm_id,
        account_id,
        list(ids),
    )
    return {row["id"]: row["comes_in"] for row in found}


async def make(db: Db, firm_id: str, lines: Sequence[dict[str, Any]]) -> set[str]:
    """Says who is to sign fresh items, by name; answers the items that somebody is to sign.

    A line has item_id, account_id and contact_ids. Where those are none, it is everybody of the account who comes into
    the portal.
    """
    found = await db.rows(
        """
        INSERT INTO item_signers (firm_id, item_id, position, contact_id, name)
        SELECT $1, g.item_id, row_number() OVER (PARTITION BY g.item_id ORDER BY lower(c.name), c.id), c.id, c.name
        FROM jsonb_to_recordset($2::jsonb) AS g (item_id text, account_id text, contact_ids jsonb)
        JOIN account_contacts x ON x.firm_id = $1 AND x.account_id = g.account_id
        JOIN contacts c ON c.firm_id = $1 AND c.id = x.contact_id
        WHERE c.user_id IS NOT NULL AND (g.contact_ids = '[]' OR g.contact_ids ? c.id)
        RETURNING item_id
        """,
        firm_id,
        encode(list(lines)),
    )
    return {row["item_id"] for row in found}


async def signers(db: Db, firm_id: str, item_id: str) -> list[Row]:
    """Who is to sign a locked item, in order."""
    return await db.rows(
        "SELECT * FROM item_signers WHERE firm_id = $1 AND item_id = $2 ORDER BY position", firm_id, item_id
    )


async def sign(db: Db, firm_id: str, signer: Row, name: str, now: datetime, address: str, sha256: str) -> None:
    """Notes that a signer has signed a locked item; that they have declined it before counts no more."""
    await db.rows(
        """
        UPDATE item_signers SET signed_name = $4, signed_at = $5, address = $6, sha256 = $7,
            declined_at = NULL, decline_reason = NULL
        WHERE firm_id = $1 AND item_id = $2 AND contact_id = $3
        """,
        firm_id,
        signer["item_id"],
        signer["contact_id"],
        name,
        now,
        address,
        sha256,
    )


async def decline(db: Db, firm_id: str, item_id: str, contact_id: str, reason: str | None, now: datetime) -> None:
    """Notes that a contact has declined to sign a locked item."""
    await db.rows(
        "UPDATE item_signers SET declined_at = $4, decline_reason = $5"
        " WHERE firm_id = $1 AND item_id = $2 AND contact_id = $3",
        firm_id,
        item_id,
        contact_id,
        now,
        reason,
    )
