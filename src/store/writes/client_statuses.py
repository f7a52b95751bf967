"""Client-facing statuses of jobs, for commands."""

from collections.abc import Collection, Mapping
from datetime import datetime

from store.database import Db, Row
from store.writes.log import encode


async def put(
    db: Db,
    firm_id: str,
    job_ids: Collection[str],
    client_status_id: str | None,
    texts: Mapping[str, str],
    now: datetime,
) -> list[Row]:
    """Gives locked jobs a client-facing status, or none; answers those that had another, with its id and name.

    ``texts`` are the status' description as filled in for each job; none where it has none.
    """
    return await db.rows(
        """
        UPDATE jobs j SET client_status_id = $3, client_status_text = $5::jsonb ->> j.id,
            updated_at = $4, version = j.version + 1
        FROM jobs o LEFT JOIN client_statuses b ON b.firm_id = $1 AND b.id = o.client_status_id
        WHERE o.firm_id = $1 AND o.id = j.id AND j.firm_id = $1 AND j.id = ANY($2)
            AND o.client_status_id IS DISTINCT FROM $3
        RETURNING j.id, b.id AS before, b.name AS before_name
        """,
        firm_id,
        list(job_ids),
        client_status_id,
        now,
        encode(dict(texts)),
    )


async def one(db: Db, firm_id: str, client_status_id: str) -> Row | None:
    """The name and description of a client-facing status; None where there is none."""
    return await db.row(
        "SELECT name, description FROM client_statuses WHERE firm_id = $1 AND id = $2", firm_id, client_status_id
    )


async def reword(db: Db, firm_id: str, texts: Mapping[str, str | None]) -> list[str]:
    """Changes what clients read of jobs, by the jobs, which are locked and counted as changed by whoever asks.

    Answers the jobs of which they read something else.
    """
    found = await db.rows(
        "UPDATE jobs j SET client_status_text = t.value FROM jsonb_each_text($2::jsonb) AS t (id, value)"
        " WHERE j.firm_id = $1 AND j.id = t.id AND j.client_status_text IS DISTINCT FROM t.value RETURNING j.id",
        firm_id,
        encode(dict(texts)),
    )
    return [row["id"] for row in found]


async def jobs_with(db: Db, firm_id: str, client_status_id: str) -> list[str]:
    """The ids of all jobs with a client-facing status."""
    found = await db.rows("SELECT id FROM jobs WHERE firm_id = $1 AND client_status_id = $2", firm_id, client_status_id)
    return [row["id"] for row in found]
