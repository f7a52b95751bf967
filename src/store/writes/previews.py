"""Work that is due, taken up inside a transaction that will be rolled back (MV6)."""

from collections.abc import Collection
from datetime import datetime

from store.database import Db, Row


async def hurry(db: Db, milliseconds: int) -> None:
    """Has the rest of the transaction wait so long for a lock, and no longer."""
    await db.rows(f"SET LOCAL lock_timeout = {milliseconds:d}")


async def take(
    db: Db, firm_id: str, job_ids: Collection[str], kinds: Collection[str], now: datetime, most: int
) -> list[Row]:
    """Forgets, and answers, what is due now for jobs; of each lane only the oldest, as for workers.

    See ``store.writes.due.claim``.
    """
    return await db.rows(
        """
        WITH next AS (
            SELECT d.id FROM due d
            WHERE d.firm_id = $1 AND d.job_id = ANY($2) AND d.kind = ANY($3) AND d.due_at <= $4
                AND d.dead_at IS NULL AND NOT (d.waits AND d.paused)
                AND NOT (d.in_lane AND EXISTS (
                    SELECT FROM due o WHERE o.job_id = d.job_id AND o.in_lane AND o.dead_at IS NULL
                        AND (o.visit, o.position) < (d.visit, d.position)
                ))
            ORDER BY d.due_at, d.id LIMIT $5
        )
        DELETE FROM due USING next WHERE due.id = next.id RETURNING due.*
        """,
        firm_id,
        list(job_ids),
        list(kinds),
        now,
        most,
    )
