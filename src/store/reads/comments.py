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


async def documents(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, list[str]]:
    """The documents that comments carry, by name; those that carry none are left out."""
    found = await db.rows(
        """
        SELECT x.comment_id, array_agg(x.document_id ORDER BY lower(d.name), d.id) AS document_ids
        FROM comment_documents x JOIN documents d ON d.firm_id = $1 AND d.id = x.document_id
        WHERE x.firm_id = $1 AND x.comment_id = ANY($2) GROUP BY 1
        """,
        firm_id,
        list(ids),
    )
    return {row["comment_id"]: row["document_ids"] for row in found}


async def by_ids(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Comments (alias c) by id."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {COMMENT} FROM comments c WHERE c.firm_id = $1 AND c.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}
