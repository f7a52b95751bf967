"""Changes of jobs and their visits."""

from datetime import datetime
from typing import Any

from store import models
from store.database import Db
from store.ids import new_id
from store.writes import records


async def change(db: Db, firm_id: str, job_id: str, now: datetime, values: dict[str, Any]) -> None:
    """Changes a locked job and counts its version up."""
    await records.change(db, models.Job, firm_id, job_id, now, **values)


async def close_visit(db: Db, firm_id: str, job_id: str, now: datetime) -> None:
    """Ends the job's open visit."""
    await db.rows(
        "UPDATE stage_visits SET left_at = $3 WHERE firm_id = $1 AND job_id = $2 AND left_at IS NULL",
        firm_id,
        job_id,
        now,
    )


async def open_visit(db: Db, firm_id: str, job_id: str, pipeline_id: str, stage_id: str, now: datetime) -> str:
    """Opens the job's next visit; answers its id."""
    visit_id = new_id("visit")
    await db.rows(
        """
        INSERT INTO stage_visits (id, firm_id, job_id, number, pipeline_id, stage_id, entered_at)
        SELECT $3, $1, $2, coalesce(max(number), 0) + 1, $4, $5, $6
        FROM stage_visits WHERE firm_id = $1 AND job_id = $2
        """,
        firm_id,
        job_id,
        visit_id,
        pipeline_id,
        stage_id,
        now,
    )
    return visit_id


async def current_visit(db: Db, firm_id: str, job_id: str) -> str:
    """The id of the job's open visit."""
    found: str = await db.value(
        "SELECT id FROM stage_visits WHERE firm_id = $1 AND job_id = $2 AND left_at IS NULL", firm_id, job_id
    )
    return found
