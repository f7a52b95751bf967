"""Tags on accounts, for commands."""

from store.database import Db


async def accounts_with(db: Db, firm_id: str, tag_id: str) -> list[str]:
    """The accounts that carry a tag."""
    found = await db.rows("SELECT account_id FROM account_tags WHERE firm_id = $1 AND tag_id = $2", firm_id, tag_id)
    return [row["account_id"] for row in found]


async def untag_all(db: Db, firm_id: str, tag_id: str) -> list[str]:
    """Takes a tag off every account; answers which had it."""
    found = await db.rows(
        "DELETE FROM account_tags WHERE firm_id = $1 AND tag_id = $2 RETURNING account_id", firm_id, tag_id
    )
    return [row["account_id"] for row in found]
