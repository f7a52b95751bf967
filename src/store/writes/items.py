"""Action items and their links, for commands."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from store.database import Db, Row
from store.reads.items import STATE
from store.sql import Params
from store.writes.find import Condition
from store.writes.log import encode

Line = dict[str, Any]
_LINKS: Final = "item_links l JOIN jobs j ON j.firm_id = $1 AND j.id = l.job_id"


async def pending(db: Db, firm_id: str, job_id: str) -> list[Row]:
    """Open items that block the job's current visit (MV5)."""
    return await db.rows(
        """
        SELECT i.id, i.kind FROM item_links l
        JOIN stage_visits v ON v.firm_id = $1 AND v.id = l.visit_id AND v.left_at IS NULL
        JOIN items i ON i.firm_id = $1 AND i.id = l.item_id
        WHERE l.firm_id = $1 AND l.job_id = $2 AND l.blocking AND i.open ORDER BY i.created_at, i.id
        """,
        firm_id,
        job_id,
    )


async def jobs_of(db: Db, firm_id: str, item_ids: Collection[str]) -> list[str]:
    """The jobs that items are linked to, but those in the trash, as in the two below."""
    found = await db.rows(
        f"SELECT DISTINCT l.job_id FROM {_LINKS} WHERE l.firm_id = $1 AND l.item_id = ANY($2)", firm_id, list(item_ids)
    )
    return [row["job_id"] for row in found]


async def jobs_by_item(db: Db, firm_id: str, item_ids: Collection[str]) -> dict[str, list[str]]:
    """The jobs that items are linked to, by the items; none for those that are linked to none."""
    found = await db.rows(
        f"SELECT l.item_id, array_agg(l.job_id ORDER BY l.job_id) AS job_ids FROM {_LINKS}"
        " WHERE l.firm_id = $1 AND l.item_id = ANY($2) GROUP BY 1",
        firm_id,
        list(item_ids),
    )
    return {row["item_id"]: row["job_ids"] for row in found}


async def link(
    db: Db, firm_id: str, job_id: str, item_id: str, kind: str, visit_id: str | None, blocking: bool
) -> bool:
    """Links an item to a job; answers False where it is linked already (a task: to any job)."""
    found = await db.rows(
        "INSERT INTO item_links (firm_id, job_id, item_id, kind, visit_id, blocking, stay_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, ("
        "SELECT id FROM status_stays WHERE firm_id = $1 AND job_id = $2 AND left_at IS NULL"
        ")) ON CONFLICT DO NOTHING RETURNING TRUE",
        firm_id,
        job_id,
        item_id,
        kind,
        visit_id,
        blocking,
    )
    return bool(found)


async def unlink(db: Db, firm_id: str, job_id: str, item_id: str) -> bool:
    """Unlinks an item from a job; answers whether it was linked."""
    found = await db.rows(
        "DELETE FROM item_links WHERE firm_id = $1 AND job_id = $2 AND item_id = $3 RETURNING TRUE",
        firm_id,
        job_id,
        item_id,
    )
    return bool(found)


async def lock(db: Db, firm_id: str, item_id: str) -> None:
    """Locks an item. Whatever changes an item, or what its kind keeps beside it, locks it first."""
    await db.rows("SELECT FROM items WHERE firm_id = $1 AND id = $2 FOR NO KEY UPDATE", firm_id, item_id)


async def seen(db: Db, firm_id: str, item_id: str, condition: Condition) -> bool:
    """Whether there is an item (alias i) that meets a condition of sight."""
    p = Params(firm_id, item_id)
    sql = f"SELECT TRUE FROM items i WHERE i.firm_id = $1 AND i.id = $2 AND {condition(p)}"
    return bool(await db.value(sql, *p.values))


async def locked(db: Db, firm_id: str, item_id: str) -> Row | None:
    """Locks an item and answers it, with where it stands, and with what tasks or items for clients have besides."""
    return await db.row(
        f"""
        SELECT i.id, i.firm_id, i.kind, i.title, i.open, i.outcome, i.due_date, i.version, i.created_at,
            {STATE} AS state, t.status, t.description, t.priority, coalesce(t.created_by, ci.created_by) AS created_by,
            ci.account_id, ci.message, ci.content, ci.delivery, ci.sent_at, ci.seen_at, ci.started_at,
            ci.remind_days, ci.remind_times, ci.reminded
        FROM items i
        LEFT JOIN tasks t ON t.firm_id = $1 AND t.id = i.id
        LEFT JOIN client_items ci ON ci.firm_id = $1 AND ci.id = i.id
        WHERE i.firm_id = $1 AND i.id = $2 FOR NO KEY UPDATE OF i
        """,
        firm_id,
        item_id,
    )


async def put(db: Db, firm_id: str, item_id: str, outcome: str | None, now: datetime) -> None:
    """Closes an item with an outcome, or opens it again without."""
    await db.rows(
        """
        UPDATE items SET outcome = $3, open = $3::text IS NULL, closed_at = CASE WHEN $3::text IS NOT NULL THEN
            $4::timestamptz END, updated_at = $4, version = version + 1
        WHERE firm_id = $1 AND id = $2
        """,
        firm_id,
        item_id,
        outcome,
        now,
    )


async def set_task_status(db: Db, firm_id: str, task_id: str, status: str, now: datetime) -> None:
    """Puts a task into a status; whether its item is open is ``put``'s."""
    await db.rows(
        "UPDATE tasks SET status = $3, updated_at = $4, version = version + 1 WHERE firm_id = $1 AND id = $2",
        firm_id,
        task_id,
        status,
        now,
    )


async def last_subtask_rank(db: Db, firm_id: str, task_id: str) -> str | None:
    """The order key at the end of a task's check list."""
    found: str | None = await db.value(
        "SELECT max(rank) FROM subtasks WHERE firm_id = $1 AND task_id = $2", firm_id, task_id
    )
    return found


async def count_subtasks(db: Db, firm_id: str, task_id: str) -> int:
    """How many lines a task's check list has."""
    found: int = await db.value("SELECT count(*) FROM subtasks WHERE firm_id = $1 AND task_id = $2", firm_id, task_id)
    return found


async def make_tasks(db: Db, firm_id: str, created_by: str | None, now: datetime, lines: Sequence[Line]) -> None:
    """Makes tasks, with their items, check lists and links to the jobs' current visits, in one statement.

    A line has id, title, description, priority, due_date, subtasks (each with id, title and rank), job_id, blocking,
    template_id and template_version; a task without a job has no job_id.
    """
    await db.rows(
        """
        WITH given AS (
            SELECT * FROM jsonb_to_recordset($4::jsonb) AS g (id text, title text, description text, priority int,
                due_date date, subtasks jsonb, job_id text, blocking boolean, template_id text, template_version int)
        ), an_item AS (
            INSERT INTO items (id, firm_id, kind, title, open, due_date, created_at, updated_at)
            SELECT id, $1, 'TASK', title, TRUE, due_date, $3, $3 FROM given
        ), a_task AS (
            INSERT INTO tasks (id, firm_id, status, description, priority, created_by, template_id, template_version,
                created_at, updated_at)
            SELECT id, $1, 'TO_DO', description, priority, $2, template_id, template_version, $3, $3 FROM given
        ), a_line AS (
            INSERT INTO subtasks (id, firm_id, task_id, title, done, rank, created_at, updated_at)
            SELECT s.id, $1, given.id, s.title, FALSE, s.rank, $3, $3
            FROM given CROSS JOIN LATERAL jsonb_to_recordset(given.subtasks) AS s (id text, title text, rank text)
        )
        INSERT INTO item_links (firm_id, job_id, item_id, kind, visit_id, blocking, stay_id)
        SELECT $1, given.job_id, given.id, 'TASK', v.id, given.blocking, y.id
        FROM given
        JOIN stage_visits v ON v.firm_id = $1 AND v.job_id = given.job_id AND v.left_at IS NULL
        LEFT JOIN status_stays y ON y.firm_id = $1 AND y.job_id = given.job_id AND y.left_at IS NULL
        """,
        firm_id,
        created_by,
        now,
        encode(list(lines)),
    )


async def first_jobs(db: Db, firm_id: str, item_ids: Collection[str]) -> dict[str, str]:
    """The first of the jobs that items are linked to; none for items that are linked to none."""
    found = await db.rows(
        f"SELECT l.item_id, min(l.job_id) AS job_id FROM {_LINKS}"
        " WHERE l.firm_id = $1 AND l.item_id = ANY($2) GROUP BY 1",
        firm_id,
        list(item_ids),
    )
    return {row["item_id"]: row["job_id"] for row in found}
