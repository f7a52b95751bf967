"""The answers to approvals, for commands."""

from datetime import datetime

from store.database import Db


async def answer(
    db: Db, firm_id: str, item_id: str, contact_id: str, now: datetime, approved: bool, comment: str | None
) -> None:
    """Keeps the answer of a contact in the place of the one before; the item is locked."""
    await db.rows(
        """
        INSERT INTO approval_answers (firm_id, item_id, contact_id, name, approved, comment, answered_at)
        SELECT $1, $2, c.id, c.name, $4, $5, $6 FROM contacts c WHERE c.firm_id = $1 AND c.id = $3
        ON CONFLICT (firm_id, item_id) DO UPDATE SET contact_id = excluded.contact_id, name = excluded.name,
            approved = excluded.approved, comment = excluded.comment, answered_at = excluded.answered_at
        """,
        firm_id,
        item_id,
        contact_id,
        approved,
        comment,
        now,
    )


async def forget(db: Db, firm_id: str, item_id: str) -> None:
    """Forgets that a locked item was approved. That it was not stays."""
    await db.rows("DELETE FROM approval_answers WHERE firm_id = $1 AND item_id = $2 AND approved", firm_id, item_id)
