"""The answers to approvals."""

from collections.abc import Collection

from store.database import Db, Row


async def answers(db: Db, firm_id: str, item_ids: Collection[str]) -> dict[str, Row]:
    """The last answers to items, by the items."""
    found = await db.rows(
        "SELECT * FROM approval_answers WHERE firm_id = $1 AND item_id = ANY($2)", firm_id, list(item_ids)
    )
    return {row["item_id"]: row for row in found}
