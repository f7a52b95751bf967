"""Comments on jobs."""

from collections.abc import Collection
from typing import Final

from store.database import Db, Row
from store.reads.things import Condition
from store.sql import Params

COMMENT: Final = """
    c.id, c.firm_id, c.job_id, c.author_id, c.version, c.created_at, c.updated_at, c.edited_at, c.deleted_at,
    CASE WHEN c.deleted_at IS NULL THEN c.text END AS text, 'Comment' AS "__typename"
"""


async def by_ids(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Comments (alias c) by id."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {COMMENT} FROM comments c WHERE c.firm_id = $1 AND c.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}
