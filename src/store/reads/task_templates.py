"""Task templates."""

from collections.abc import Collection
from typing import Final

from store.database import Db, Row

TEMPLATE: Final = """tt.*, 'TaskTemplate' AS "__typename" """


async def by_ids(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """Task templates by id."""
    sql = f"SELECT {TEMPLATE} FROM task_templates tt WHERE tt.firm_id = $1 AND tt.id = ANY($2)"
    return {row["id"]: row for row in await db.rows(sql, firm_id, list(ids))} if ids else {}
