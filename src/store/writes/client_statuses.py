"""Client-facing statuses of jobs, for commands."""

from collections.abc import Collection
from datetime import datetime

from store.database import Db, Row


async def put(db: Db, firm_id: str, job_ids: Collection[str], client_status_id: str | None, now: datetime) -> list[Row]:
    """Gives locked jobs a client-facing status, or none; answers those that had another, with its id and name."""
    return await db.rows(
        """
        UPDATE jobs j SET client_status_id = $3, updated_at = $4, version = j.version + 1
        FROM jobs o LEFT JOIN client_statuses b ON b.firm_id = $1 AND b.id = o.client_status_id
        WHERE o.firm_id = $1 AND o.id = j.id AND j.firm_id = $1 AND j.id = ANY($2)
            AND o.client_status_id IS DISTINCT FROM $3
        RETURNING j.id, b.id AS before, b.name AS before_name
        """,
        firm_id,
        list(job_ids),
        client_status_id,
        now,
    )


async def name_of(db: Db, firm_id: str, client_status_id: str) -> str | None:
    """The name of a client-facing status; None where there is none."""
    found: str | None = await db.value(
        "SELECT name FROM client_statuses WHERE firm_id = $1 AND id = $2", firm_id, client_status_id
    )
    return found


async def jobs_with(db: Db, firm_id: str, client_status_id: str) -> list[str]:
    """The ids of all jobs with a client-facing status."""
    found = await db.rows("SELECT id FROM jobs WHERE firm_id = $1 AND client_status_id = $2", firm_id, client_status_id)
    return [row["id"] for row in found]
