"""Who of several members sees which things: conditions of sight over a column ``m.id`` instead of one member's id."""

from collections.abc import Collection
from datetime import date

from store.database import Db, Row
from store.reads.filters import job_overdue
from store.reads.things import Condition
from store.sql import Params


async def pairs(
    db: Db, table: str, firm_id: str, ids: Collection[str], members: Collection[str], seen: Condition
) -> list[Row]:
    """Pairs of a thing (alias x) and a member who sees it, as ``id`` and ``member_id``. The table is a name of ours."""
    p = Params(firm_id, list(ids), sorted(members))
    return await db.rows(
        f"""
        SELECT x.id, m.id AS member_id FROM {table} x CROSS JOIN unnest($3::text[]) AS m (id)
        WHERE x.firm_id = $1 AND x.id = ANY($2) AND {seen(p)}
        """,
        *p.values,
    )


async def stage_counts(
    db: Db, firm_id: str, pipeline_id: str, members: Collection[str], today: date, where: Condition
) -> list[Row]:
    """For each member the jobs (alias j) that meet a condition, and overdue ones, by stage in order.

    The condition is read for one member after the other, so that what it selects of theirs is looked up once.
    """
    p = Params(firm_id, pipeline_id, sorted(members))
    return await db.rows(
        f"""
        WITH counted AS MATERIALIZED (
            SELECT m.id AS member_id, by_stage.* FROM unnest($3::text[]) AS m (id) CROSS JOIN LATERAL (
                SELECT j.stage_id, count(*) AS job_count,
                    count(*) FILTER (WHERE {job_overdue(p, today)}) AS overdue_count
                FROM jobs j
                WHERE j.firm_id = $1 AND j.pipeline_id = $2 AND {where(p)} GROUP BY 1
            ) AS by_stage
        )
        SELECT m.id AS member_id, st.id AS stage_id,
            coalesce(c.job_count, 0) AS job_count, coalesce(c.overdue_count, 0) AS overdue_count
        FROM unnest($3::text[]) AS m (id)
        JOIN stages st ON st.firm_id = $1 AND st.pipeline_id = $2 AND st.deleted_at IS NULL
        LEFT JOIN counted c ON c.member_id = m.id AND c.stage_id = st.id
        ORDER BY st.position
        """,
        *p.values,
    )
