"""What a chain of effects has done to a job, and whom it writes to; read inside its transaction (MV6)."""

from collections.abc import Collection

from store.database import Db, Row
from store.reads.things import Condition
from store.sql import Params


async def place(db: Db, firm_id: str, job_id: str) -> Row | None:
    """Where a job stands: its stage and status, and the number of its visit."""
    return await db.row(
        "SELECT j.stage_id, j.status_id, v.number FROM jobs j"
        " JOIN stage_visits v ON v.firm_id = $1 AND v.job_id = j.id AND v.left_at IS NULL"
        " WHERE j.firm_id = $1 AND j.id = $2",
        firm_id,
        job_id,
    )


async def entered(db: Db, firm_id: str, job_id: str, after: int) -> list[str]:
    """The stages that a job has entered after a visit, in order."""
    found = await db.rows(
        "SELECT stage_id FROM stage_visits WHERE firm_id = $1 AND job_id = $2 AND number > $3 ORDER BY number",
        firm_id,
        job_id,
        after,
    )
    return [row["stage_id"] for row in found]


async def turns(db: Db, firm_id: str, job_id: str, after: int) -> list[Row]:
    """The turns of automations that a job has had since it left a visit, in order."""
    return await db.rows(
        """
        SELECT r.automation_id, v.stage_id, r.state, r.reason, r.due_at FROM runs r
        JOIN stage_visits v ON v.firm_id = $1 AND v.id = r.visit_id
        WHERE r.firm_id = $1 AND r.job_id = $2 AND v.number > $3 ORDER BY v.number, r.position
        """,
        firm_id,
        job_id,
        after,
    )


async def letters(db: Db, firm_id: str, job_id: str, after: int, others: Collection[str], seen: Condition) -> list[Row]:
    """The e-mails (alias e) that automations have made for a job since it left a visit, and all for other jobs."""
    p = Params(firm_id, job_id, after, list(others))
    return await db.rows(
        f"""
        SELECT e.contact_id, e.member_id, e.to_name, e.to_address, e.subject, e.text, e.state = 'HELD' AS held
        FROM emails e
        JOIN runs r ON r.firm_id = $1 AND r.id = e.run_id
        JOIN stage_visits v ON v.firm_id = $1 AND v.id = r.visit_id
        WHERE e.firm_id = $1 AND (e.job_id = ANY($4) OR (e.job_id = $2 AND v.number > $3)) AND {seen(p)}
        ORDER BY e.job_id <> $2, e.created_at, v.number, r.position, e.contact_id IS NULL, e.to_address
        """,
        *p.values,
    )
