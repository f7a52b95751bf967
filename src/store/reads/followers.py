"""Who follows jobs."""

from collections.abc import Collection, Mapping

from store.database import Db, Row
from store.reads.things import MEMBER, shared


async def of_jobs(db: Db, firm_id: str, job_ids: Collection[str]) -> Mapping[str, list[Row]]:
    """Members who follow jobs, by name."""
    found = await db.rows(
        f"""
        SELECT x.parent_ids, {MEMBER} FROM (
            SELECT member_id, array_agg(job_id) AS parent_ids FROM job_followers
            WHERE firm_id = $1 AND job_id = ANY($2) AND following GROUP BY 1
        ) AS x JOIN members m ON m.firm_id = $1 AND m.id = x.member_id JOIN users u ON u.id = m.user_id
        ORDER BY lower(m.name), m.id
        """,
        firm_id,
        list(job_ids),
    )
    return shared(found)


async def followed(db: Db, firm_id: str, member_id: str, job_ids: Collection[str]) -> set[str]:
    """Which of the jobs a member follows."""
    found = await db.rows(
        "SELECT job_id FROM job_followers WHERE firm_id = $1 AND member_id = $2 AND job_id = ANY($3) AND following",
        firm_id,
        member_id,
        list(job_ids),
    )
    return {row["job_id"] for row in found}
