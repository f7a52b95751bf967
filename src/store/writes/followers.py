"""Who follows jobs, for commands."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from store.database import Db, Row

People = Mapping[str, Collection[str]]
"""Members by the job."""

_ANYHOW: Final = """
    DO UPDATE SET following = TRUE, since = excluded.since WHERE NOT job_followers.following
"""


async def follow(db: Db, firm_id: str, people: People, now: datetime, *, anyhow: bool) -> set[str]:
    """Makes members follow jobs; those who have stopped to do so only ``anyhow``. Answers the jobs with new ones."""
    pairs = [(job_id, member_id) for job_id, some in people.items() for member_id in dict.fromkeys(some)]
    if not pairs:
        return set()
    found = await db.rows(
        f"""
        INSERT INTO job_followers (firm_id, job_id, member_id, following, since)
        SELECT $1, p.job_id, p.member_id, TRUE, $2 FROM unnest($3::text[], $4::text[]) AS p (job_id, member_id)
        ON CONFLICT (firm_id, job_id, member_id) {_ANYHOW if anyhow else "DO NOTHING"} RETURNING job_id
        """,
        firm_id,
        now,
        [job_id for job_id, _ in pairs],
        [member_id for _, member_id in pairs],
    )
    return {row["job_id"] for row in found}


async def unfollow(db: Db, firm_id: str, job_id: str, member_ids: Collection[str], now: datetime) -> bool:
    """Lets members follow a job no more; answers whether any did."""
    found = await db.rows(
        "UPDATE job_followers SET following = FALSE, since = $4"
        " WHERE firm_id = $1 AND job_id = $2 AND member_id = ANY($3) AND following RETURNING member_id",
        firm_id,
        job_id,
        list(member_ids),
        now,
    )
    return bool(found)


async def of(db: Db, firm_id: str, job_ids: Collection[str]) -> dict[str, list[str]]:
    """Who follows jobs; those that nobody follows are left out."""
    found = await db.rows(
        "SELECT job_id, array_agg(member_id ORDER BY since, member_id) AS member_ids FROM job_followers"
        " WHERE firm_id = $1 AND job_id = ANY($2) AND following GROUP BY 1",
        firm_id,
        list(job_ids),
    )
    return {row["job_id"]: row["member_ids"] for row in found}


async def standing(db: Db, firm_id: str, job_ids: Collection[str]) -> list[Row]:
    """Where those of the jobs stand that somebody follows: stage and status with names, visit, and their followers."""
    return await db.rows(
        """
        SELECT j.id, j.name, j.stage_id, st.name AS stage, j.status_id, js.name AS status, j.state, v.id AS visit_id,
            f.member_ids
        FROM (
            SELECT job_id, array_agg(member_id ORDER BY since, member_id) AS member_ids FROM job_followers
            WHERE firm_id = $1 AND job_id = ANY($2) AND following GROUP BY 1
        ) AS f
        JOIN jobs j ON j.firm_id = $1 AND j.id = f.job_id
        JOIN stages st ON st.firm_id = $1 AND st.id = j.stage_id
        JOIN job_statuses js ON js.firm_id = $1 AND js.id = j.status_id
        JOIN stage_visits v ON v.firm_id = $1 AND v.job_id = j.id AND v.left_at IS NULL
        ORDER BY j.id
        """,
        firm_id,
        list(job_ids),
    )
