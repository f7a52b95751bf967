"""Completed jobs whose time on the board is over."""

from datetime import datetime

from store.database import Db, Row

_OVER = "j.state = 'COMPLETED' AND j.completed_at <= $1::timestamptz - pl.archive_after_days * interval '24 hours'"


async def pipelines(db: Db, now: datetime) -> list[Row]:
    """The pipelines (firm_id, id) that have such jobs, by firm."""
    return await db.rows(
        f"""
        SELECT pl.firm_id, pl.id FROM pipelines pl
        WHERE pl.archive_after_days IS NOT NULL AND pl.deleted_at IS NULL AND EXISTS (
            SELECT FROM jobs j WHERE j.firm_id = pl.firm_id AND j.pipeline_id = pl.id AND {_OVER}
        )
        ORDER BY pl.firm_id, pl.id
        """,
        now,
    )


async def take(db: Db, firm_id: str, pipeline_id: str, now: datetime, most: int) -> list[str]:
    """Locks the first of a pipeline's such jobs that nobody else has locked, and answers their ids."""
    found = await db.rows(
        f"""
        SELECT j.id FROM jobs j JOIN pipelines pl ON pl.firm_id = j.firm_id AND pl.id = j.pipeline_id
        WHERE j.firm_id = $2 AND j.pipeline_id = $3 AND {_OVER}
        ORDER BY j.completed_at LIMIT $4 FOR NO KEY UPDATE OF j SKIP LOCKED
        """,
        now,
        firm_id,
        pipeline_id,
        most,
    )
    return [row["id"] for row in found]
