"""The firm's client-facing statuses."""

from collections.abc import Collection
from typing import Final

from store.database import Db, Row

CLIENT_STATUS: Final = """cs.*, 'ClientStatus' AS "__typename" """


async def by_ids(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """Client-facing statuses by id."""
    if not ids:
        return {}
    sql = f"SELECT {CLIENT_STATUS} FROM client_statuses cs WHERE cs.firm_id = $1 AND cs.id = ANY($2)"
    return {row["id"]: row for row in await db.rows(sql, firm_id, list(ids))}


async def of_firm(db: Db, firm_id: str) -> list[Row]:
    """All of the firm, by name."""
    return await db.rows(
        f"SELECT {CLIENT_STATUS} FROM client_statuses cs WHERE cs.firm_id = $1 ORDER BY lower(cs.name), cs.id", firm_id
    )
