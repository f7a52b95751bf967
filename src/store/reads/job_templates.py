"""Job templates."""

from collections.abc import Collection
from typing import Final

from store.database import Db, Row

TEMPLATE: Final = """jt.*, 'JobTemplate' AS "__typename" """


async def by_ids(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """Job templates by id."""
    sql = f"SELECT {TEMPLATE} FROM job_templates jt WHERE jt.firm_id = $1 AND jt.id = ANY($2)"
    return {row["id"]: row for row in await db.rows(sql, firm_id, list(ids))} if ids else {}
