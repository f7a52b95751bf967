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


async def automations(db: Db, firm_id: str, used_id: str, seen: Condition) -> Usage:
    """Automations in use whose configuration refers to a thing."""
    used = "SELECT FROM uses u WHERE u.firm_id = $1 AND u.user_id = t.id AND u.used_id = $2"
    return await _count(db, "automations", f"t.deleted_at IS NULL AND EXISTS ({used})", firm_id, used_id, seen)


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
