"""Due work that has failed too often, taken up again or not."""

from datetime import datetime

from store.database import Db, Row


async def one(db: Db, firm_id: str, due_id: str) -> Row | None:
    """A dead row, not locked."""
    return await db.row("SELECT * FROM due WHERE firm_id = $1 AND id = $2 AND dead_at IS NOT NULL", firm_id, due_id)


async def take(db: Db, firm_id: str, due_id: str) -> bool:
    """Locks a dead row; answers whether it still is one."""
    sql = "SELECT TRUE FROM due WHERE firm_id = $1 AND id = $2 AND dead_at IS NOT NULL FOR UPDATE"
    return bool(await db.value(sql, firm_id, due_id))


async def revive(db: Db, firm_id: str, due_id: str, now: datetime) -> None:
    """Makes a dead row due now, as if it had never been tried; where the same look at a job is due, that will do."""
    await db.rows(
        """
        DELETE FROM due d WHERE d.firm_id = $1 AND d.id = $2 AND d.kind = 'ADVANCE' AND EXISTS (
            SELECT FROM due o WHERE o.firm_id = $1 AND o.job_id = d.job_id AND o.kind = 'ADVANCE' AND o.dead_at IS NULL
        )
        """,
        firm_id,
        due_id,
    )
    await db.rows(
        "UPDATE due SET dead_at = NULL, error = NULL, attempts = 0, due_at = $3 WHERE firm_id = $1 AND id = $2",
        firm_id,
        due_id,
        now,
    )
