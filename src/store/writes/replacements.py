"""What names a member, for another one to take over (PL4)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from store.database import Db, Row
from store.writes.log import encode

Line = dict[str, Any]


async def assigned_jobs(db: Db, firm_id: str, member_id: str) -> list[str]:
    """Jobs that a member is assigned to; archived ones are left out (ST1)."""
    found = await db.rows(
        "SELECT j.id FROM job_assignees a JOIN jobs j ON j.firm_id = $1 AND j.id = a.job_id"
        " WHERE a.firm_id = $1 AND a.member_id = $2 AND j.state <> 'ARCHIVED' ORDER BY 1",
        firm_id,
        member_id,
    )
    return [row["id"] for row in found]


async def assigned_tasks(db: Db, firm_id: str, member_id: str) -> list[Row]:
    """Open tasks that a member is assigned to, with titles and jobs; those of archived jobs are left out."""
    return await db.rows(
        """
        SELECT t.task_id AS id, i.title, l.job_id FROM task_assignees t
        JOIN items i ON i.firm_id = $1 AND i.id = t.task_id AND i.open
        LEFT JOIN item_links l ON l.firm_id = $1 AND l.item_id = t.task_id
        LEFT JOIN jobs j ON j.firm_id = $1 AND j.id = l.job_id
        WHERE t.firm_id = $1 AND t.member_id = $2 AND j.state IS DISTINCT FROM 'ARCHIVED' ORDER BY 1
        """,
        firm_id,
        member_id,
    )


async def count_tasks_up(db: Db, firm_id: str, task_ids: Collection[str], now: datetime) -> None:
    """Counts the versions of tasks up, which show somebody else now."""
    await db.rows(
        "UPDATE tasks SET updated_at = $3, version = version + 1 WHERE firm_id = $1 AND id = ANY($2)",
        firm_id,
        list(task_ids),
        now,
    )


async def accounts_of(db: Db, firm_id: str, member_id: str) -> list[str]:
    """Locks the accounts for which a member has a role; answers their ids."""
    found = await db.rows(
        """
        SELECT id FROM accounts WHERE firm_id = $1 AND id IN (
            SELECT account_id FROM account_role_members WHERE firm_id = $1 AND member_id = $2
        ) ORDER BY id FOR NO KEY UPDATE
        """,
        firm_id,
        member_id,
    )
    return [row["id"] for row in found]


async def hand_over_roles(
    db: Db, firm_id: str, account_ids: Collection[str], member_id: str, heir_id: str, now: datetime
) -> None:
    """Gives a member's roles for accounts to another one."""
    await db.rows(
        """
        WITH gone AS (
            DELETE FROM account_role_members WHERE firm_id = $1 AND account_id = ANY($2) AND member_id = $3
            RETURNING account_id, role_id
        ), changed AS (
            UPDATE accounts SET updated_at = $5, version = version + 1 WHERE firm_id = $1 AND id = ANY($2)
        )
        INSERT INTO account_role_members (firm_id, account_id, role_id, member_id)
        SELECT $1, account_id, role_id, $4 FROM gone ON CONFLICT DO NOTHING
        """,
        firm_id,
        list(account_ids),
        member_id,
        heir_id,
        now,
    )


async def automations_naming(db: Db, firm_id: str, member_id: str) -> list[Row]:
    """Live automations whose edition in use names a member, with that edition."""
    return await db.rows(
        """
        SELECT a.id, a.pipeline_id, a.kind, e.config, e.condition FROM uses u
        JOIN automations a ON a.firm_id = $1 AND a.id = u.user_id AND a.deleted_at IS NULL
        JOIN automation_editions e ON e.firm_id = $1 AND e.automation_id = a.id AND e.edition = a.edition
        WHERE u.firm_id = $1 AND u.used_id = $2 ORDER BY 1
        """,
        firm_id,
        member_id,
    )


async def stages_naming(db: Db, firm_id: str, member_id: str) -> list[Row]:
    """Live stages whose condition names a member."""
    return await db.rows(
        """
        SELECT s.id, s.pipeline_id, s.condition FROM uses u
        JOIN stages s ON s.firm_id = $1 AND s.id = u.user_id AND s.deleted_at IS NULL
        WHERE u.firm_id = $1 AND u.used_id = $2 AND s.condition IS NOT NULL ORDER BY 1
        """,
        firm_id,
        member_id,
    )


async def templates_naming(db: Db, table: str, firm_id: str, member_id: str) -> list[Row]:
    """Locks the templates of a table, of jobs or tasks, that name a member; answers what they say of people."""
    return await db.rows(
        f"""
        SELECT id, people FROM {table} WHERE firm_id = $1 AND id IN (
            SELECT user_id FROM uses WHERE firm_id = $1 AND used_id = $2
        ) ORDER BY id FOR NO KEY UPDATE
        """,
        firm_id,
        member_id,
    )


async def add_editions(db: Db, firm_id: str, now: datetime, lines: Sequence[Line]) -> None:
    """Puts another edition of automations into use: a line has id, config and condition. The delay stays."""
    await db.rows(
        """
        WITH given AS (
            SELECT * FROM jsonb_to_recordset($3::jsonb) AS g (id text, config jsonb, condition jsonb)
        ), editions AS (
            INSERT INTO automation_editions (firm_id, automation_id, edition, config, condition, delay)
            SELECT $1, g.id, a.edition + 1, g.config, g.condition, e.delay FROM given g
            JOIN automations a ON a.firm_id = $1 AND a.id = g.id
            JOIN automation_editions e ON e.firm_id = $1 AND e.automation_id = a.id AND e.edition = a.edition
        )
        UPDATE automations a SET edition = a.edition + 1, updated_at = $2, version = version + 1
        FROM given g WHERE a.firm_id = $1 AND a.id = g.id
        """,
        firm_id,
        now,
        encode(list(lines)),
    )


async def set_conditions(db: Db, firm_id: str, now: datetime, lines: Sequence[Line]) -> None:
    """Changes the conditions of stages: a line has id and condition."""
    await db.rows(
        """
        UPDATE stages s SET condition = g.condition, updated_at = $2, version = version + 1
        FROM jsonb_to_recordset($3::jsonb) AS g (id text, condition jsonb) WHERE s.firm_id = $1 AND s.id = g.id
        """,
        firm_id,
        now,
        encode(list(lines)),
    )


async def set_people(
    db: Db, table: str, firm_id: str, changed_by: str | None, now: datetime, lines: Sequence[Line]
) -> None:
    """Changes whom templates of a table name: a line has id and people."""
    await db.rows(
        f"""
        UPDATE {table} t SET people = g.people, changed_by = $4, updated_at = $2, version = version + 1
        FROM jsonb_to_recordset($3::jsonb) AS g (id text, people jsonb) WHERE t.firm_id = $1 AND t.id = g.id
        """,
        firm_id,
        now,
        encode(list(lines)),
        changed_by,
    )


async def refer_to_heir(db: Db, firm_id: str, user_ids: Collection[str], member_id: str, heir_id: str) -> None:
    """Says that what referred to a member refers to another one."""
    await db.rows(
        """
        WITH gone AS (
            DELETE FROM uses WHERE firm_id = $1 AND user_id = ANY($2) AND used_id = $3 RETURNING user_id
        )
        INSERT INTO uses (firm_id, user_id, used_id) SELECT $1, user_id, $4 FROM gone ON CONFLICT DO NOTHING
        """,
        firm_id,
        list(user_ids),
        member_id,
        heir_id,
    )
