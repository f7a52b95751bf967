"""What waits in the trash, and the numbers of invoices that were deleted for good (JB3)."""

from collections.abc import Callable, Collection
from typing import Final

from store.database import Db, Row
from store.sql import Params

ENTRY: Final = """
    e.id, e.kind, e.thing_id, e.name, e.jobs AS job_count, e.cause, e.deleted_at, e.until, j.pipeline_id,
    a.name AS account_name, e.kind = 'JOB' AND a.trash_id IS NOT NULL AS with_account, 'TrashEntry' AS "__typename"
"""
ENTRIES: Final = """
    trash e
    LEFT JOIN all_jobs j ON e.kind = 'JOB' AND j.firm_id = e.firm_id AND j.id = e.thing_id
    JOIN all_accounts a ON a.firm_id = e.firm_id AND a.id = coalesce(j.account_id, e.thing_id)
"""
"""What was deleted (alias e), the job if it is one (j), and the account that it is, or is of (a)."""

WAITS: Final = "e.doomed_at IS NULL"

PURGED: Final = """v.*, 'PurgedInvoice' AS "__typename" """


async def by_ids(
    db: Db, firm_id: str, column: str, ids: Collection[str], seen: Callable[[Params], str]
) -> dict[str, Row]:
    """Entries by a column of theirs, which is our code's, under a condition of sight."""
    p = Params(firm_id, list(ids))
    found = await db.rows(
        f"SELECT {ENTRY} FROM {ENTRIES} WHERE e.firm_id = $1 AND e.{column} = ANY($2) AND {WAITS} AND {seen(p)}",
        *p.values,
    )
    return {row[column]: row for row in found} if ids else {}
