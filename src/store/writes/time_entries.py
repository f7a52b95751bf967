"""Time that is spent on jobs, and their budgets, for commands."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from store.database import Db, Row


async def one_timer(db: Db, firm_id: str, member_id: str) -> None:
    """Lets a member start one timer at a time, until the end of the transaction."""
    await db.rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{firm_id}/timer/{member_id}")


async def running(db: Db, firm_id: str, member_id: str) -> Row | None:
    """A member's running timer."""
    return await db.row(
        "SELECT * FROM time_entries WHERE firm_id = $1 AND member_id = $2 AND minutes IS NULL", firm_id, member_id
    )


_STOP: Final = """
    UPDATE time_entries SET ended_at = greatest($2, started_at), updated_at = $2, version = version + 1,
        minutes = greatest(1, round(extract(epoch FROM greatest($2, started_at) - started_at) / 60))
    WHERE firm_id = $1 AND minutes IS NULL
"""
"""Whole minutes, rounded, and at least one; whatever the clocks of two machines say, none ends before it began."""


async def stop(db: Db, firm_id: str, entry_id: str, now: datetime) -> Row | None:
    """Stops a running timer of a locked job; answers it with its minutes, or nothing where it does not run any more."""
    found = await db.rows(f"{_STOP} AND id = $3 RETURNING *", firm_id, now, entry_id)
    return found[0] if found else None


async def stop_on(db: Db, firm_id: str, job_ids: Collection[str], now: datetime) -> list[Row]:
    """Stops all timers that run on locked jobs; answers them with their minutes."""
    return await db.rows(f"{_STOP} AND job_id = ANY($3) RETURNING *", firm_id, now, list(job_ids))


async def is_task_of(db: Db, firm_id: str, task_id: str, job_id: str) -> bool:
    """Whether a task belongs to a job."""
    sql = """
        SELECT EXISTS (SELECT FROM item_links WHERE firm_id = $1 AND item_id = $2 AND job_id = $3 AND kind = 'TASK')
    """
    return bool(await db.value(sql, firm_id, task_id, job_id))


async def title(db: Db, firm_id: str, task_id: str) -> str | None:
    """What a task is called."""
    found: str | None = await db.value("SELECT title FROM items WHERE firm_id = $1 AND id = $2", firm_id, task_id)
    return found


async def budgets(db: Db, firm_id: str, job_ids: Collection[str]) -> list[Row]:
    """The budgets of locked jobs, how many minutes are spent, and which parts of a budget have been told to be."""
    return await db.rows(
        """
        SELECT j.id, j.name, j.time_budget_minutes AS budget,
            (
                SELECT coalesce(sum(e.minutes), 0) FROM time_entries e WHERE e.firm_id = $1 AND e.job_id = j.id
            )::bigint AS spent,
            ARRAY(SELECT percent FROM budget_alerts b WHERE b.firm_id = $1 AND b.job_id = j.id) AS told
        FROM jobs j WHERE j.firm_id = $1 AND j.id = ANY($2)
        """,
        firm_id,
        list(job_ids),
    )


async def set_told(db: Db, firm_id: str, job_id: str, percents: Collection[int]) -> None:
    """Notes which parts of a locked job's budget have been told to be spent."""
    await db.rows(
        """
        WITH gone AS (DELETE FROM budget_alerts WHERE firm_id = $1 AND job_id = $2 AND percent <> ALL($3))
        INSERT INTO budget_alerts (firm_id, job_id, percent) SELECT $1, $2, unnest($3::int[]) ON CONFLICT DO NOTHING
        """,
        firm_id,
        job_id,
        sorted(percents),
    )
