"""Custom fields of accounts, and their values."""

from collections.abc import Collection, Mapping
from typing import Final

from store.database import Db, Row
from store.reads.things import grouped

FIELD: Final = """cf.*, 'CustomField' AS "__typename" """


async def by_ids(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """Custom fields by id."""
    sql = f"SELECT {FIELD} FROM custom_fields cf WHERE cf.firm_id = $1 AND cf.id = ANY($2)"
    return {row["id"]: row for row in await db.rows(sql, firm_id, list(ids))} if ids else {}


async def every(db: Db, firm_id: str) -> list[Row]:
    """The firm's custom fields by name."""
    sql = f"SELECT {FIELD} FROM custom_fields cf WHERE cf.firm_id = $1 ORDER BY lower(cf.name), cf.id"
    return await db.rows(sql, firm_id)


async def values_of_accounts(db: Db, firm_id: str, ids: Collection[str]) -> Mapping[str, list[Row]]:
    """The values that accounts have, by the names of their fields."""
    found = await db.rows(
        """
        SELECT x.account_id AS parent_id, x.field_id, x.value FROM account_field_values x
        JOIN custom_fields cf ON cf.firm_id = $1 AND cf.id = x.field_id
        WHERE x.firm_id = $1 AND x.account_id = ANY($2) ORDER BY lower(cf.name), cf.id
        """,
        firm_id,
        list(ids),
    )
    return grouped(found)
