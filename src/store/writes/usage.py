"""Who uses a thing: the true number, and the first of those that meet a condition of sight (PL4)."""

from typing import Final

from store.database import Db
from store.sql import Params
from store.writes.find import Condition

NAMED: Final = 20  # how many users are named
Usage = tuple[int, tuple[str, ...]]


async def accounts_with_role(db: Db, firm_id: str, role_id: str, seen: Condition) -> Usage:
    """Accounts on which somebody holds an account role."""
    used = "SELECT FROM account_role_members u WHERE u.firm_id = $1 AND u.account_id = t.id AND u.role_id = $2"
    return await _count(db, "accounts", f"EXISTS ({used})", firm_id, role_id, seen)


async def jobs_with_status(db: Db, firm_id: str, status_id: str, seen: Condition) -> Usage:
    """Jobs in a status."""
    return await _count(db, "jobs", "t.status_id = $2", firm_id, status_id, seen)


async def jobs_with_client_status(db: Db, firm_id: str, client_status_id: str, seen: Condition) -> Usage:
    """Jobs with a client-facing status."""
    return await _count(db, "jobs", "t.client_status_id = $2", firm_id, client_status_id, seen)


async def configurations(db: Db, firm_id: str, used_id: str, seen: Condition) -> Usage:
    """Stages in use by their conditions, automations and templates that refer to a thing.

    The condition of sight speaks of ``t.pipeline_id``. What belongs to no pipeline is seen by everybody.
    """
    p = Params(firm_id, used_id)
    row = await db.row(
        f"""
        SELECT count(*) AS total, (
            array_agg(t.id ORDER BY t.id) FILTER (WHERE t.pipeline_id IS NULL OR {seen(p)})
        )[1:{NAMED}] AS seen
        FROM (
            SELECT u.user_id AS id, pl.id AS pipeline_id FROM uses u
            LEFT JOIN automations a ON a.firm_id = $1 AND a.id = u.user_id
            LEFT JOIN stages st ON st.firm_id = $1 AND st.id = coalesce(a.stage_id, u.user_id)
            LEFT JOIN pipelines pl ON pl.firm_id = $1 AND pl.id = coalesce(a.pipeline_id, st.pipeline_id)
            WHERE u.firm_id = $1 AND u.used_id = $2
            AND a.deleted_at IS NULL AND st.deleted_at IS NULL AND pl.deleted_at IS NULL
        ) t
        """,
        *p.values,
    )
    assert row is not None  # an aggregate always answers
    return row["total"], tuple(row["seen"] or ())


async def jobs_in_pipeline(db: Db, firm_id: str, pipeline_id: str, seen: Condition) -> Usage:
    """Jobs of a pipeline, archived ones included."""
    return await _count(db, "jobs", "t.pipeline_id = $2", firm_id, pipeline_id, seen)


async def jobs_in_stage(db: Db, firm_id: str, stage_id: str, seen: Condition) -> Usage:
    """Jobs in a stage, archived ones included."""
    return await _count(db, "jobs", "t.stage_id = $2", firm_id, stage_id, seen)


async def jobs_with_status_in_pipeline(
    db: Db, firm_id: str, status_id: str, pipeline_id: str, seen: Condition
) -> Usage:
    """Jobs of one pipeline in a status."""
    return await _count(db, "jobs", "t.status_id = $2 AND t.pipeline_id = $3", firm_id, status_id, seen, pipeline_id)


async def _count(db: Db, table: str, used: str, firm_id: str, used_id: str, seen: Condition, *more: str) -> Usage:
    p = Params(firm_id, used_id, *more)
    row = await db.row(
        f"""
        SELECT count(*) AS total, (array_agg(t.id ORDER BY t.id) FILTER (WHERE {seen(p)}))[1:{NAMED}] AS seen
        FROM {table} t WHERE t.firm_id = $1 AND {used}
        """,
        *p.values,
    )
    assert row is not None  # an aggregate always answers
    return row["total"], tuple(row["seen"] or ())
