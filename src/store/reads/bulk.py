"""Bulk operations and their results."""

from collections.abc import Callable, Collection
from typing import Final

from store.database import Db, Row
from store.sql import Params

OPERATION: Final = """
    b.id, b.verb, b.state, b.total, b.done, b.failed, b.member_id, b.created_at, b.finished_at,
    'BulkOperation' AS "__typename"
"""
RESULT: Final = """
    r.position AS index, r.state, r.job_id,
    CASE WHEN r.subject_id LIKE 'account\\_%' THEN r.subject_id END AS account_id,
    coalesce(r.job_id, CASE WHEN r.subject_id LIKE 'job\\_%' THEN r.subject_id END) AS about_job_id,
    r.problems, r.warnings
"""


async def by_ids(db: Db, firm_id: str, ids: Collection[str], seen: Callable[[Params], str]) -> dict[str, Row]:
    """Operations (alias ``b``) that meet a condition of sight, by id."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {OPERATION} FROM bulk_operations b WHERE b.firm_id = $1 AND b.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}
