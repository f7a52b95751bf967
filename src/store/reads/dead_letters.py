"""Due work that has failed too often."""

from collections.abc import Collection
from typing import Final

from store.database import Db, Row

DEAD: Final = """
    d.id, d.kind, d.job_id, d.error, d.attempts, d.dead_at, 'DeadLetter' AS "__typename"
"""


async def by_ids(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """Dead letters by id."""
    sql = f"SELECT {DEAD} FROM due d WHERE d.firm_id = $1 AND d.id = ANY($2) AND d.dead_at IS NOT NULL"
    return {row["id"]: row for row in await db.rows(sql, firm_id, list(ids))} if ids else {}
