"""Messages between a firm and a client, and the client's tasks in a thread, for commands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from store.database import Db, Row
from store.writes.log import encode


async def make(db: Db, firm_id: str, now: datetime, lines: Sequence[dict[str, Any]]) -> None:
    """Writes the first messages of threads with their client's tasks.

    A line has item_id, message_id, member_id, text, and tasks, each with id, title and rank.
    """
    await db.rows(
        """
        WITH given AS (
            SELECT * FROM jsonb_to_recordset($3::jsonb)
                AS g (item_id text, message_id text, member_id text, text text, tasks jsonb)
        ), tasks AS (
            INSERT INTO client_tasks (id, firm_id, item_id, title, rank)
            SELECT t.id, $1, given.item_id, t.title, t.rank
            FROM given CROSS JOIN LATERAL jsonb_to_recordset(given.tasks) AS t (id text, title text, rank text)
        )
        INSERT INTO thread_messages (id, firm_id, item_id, member_id, text, created_at)
        SELECT message_id, $1, item_id, member_id, text, $2 FROM given
        """,
        firm_id,
        now,
        encode(list(lines)),
    )


async def post(db: Db, firm_id: str, message_id: str, item_id: str, text: str, now: datetime, **by: str | None) -> None:
    """Adds a message to a locked thread; ``by`` names the member_id or the contact_id who writes it."""
    await db.rows(
        "INSERT INTO thread_messages (id, firm_id, item_id, member_id, contact_id, text, created_at)"
        " VALUES ($2, $1, $3, $4, $5, $6, $7)",
        firm_id,
        message_id,
        item_id,
        by.get("member_id"),
        by.get("contact_id"),
        text,
        now,
    )


async def task(db: Db, firm_id: str, task_id: str) -> Row | None:
    """A client's task, not locked: whatever changes one locks its thread."""
    return await db.row("SELECT * FROM client_tasks WHERE firm_id = $1 AND id = $2", firm_id, task_id)


async def tasks(db: Db, firm_id: str, item_id: str) -> list[Row]:
    """The client's tasks of a thread, in order."""
    return await db.rows(
        "SELECT * FROM client_tasks WHERE firm_id = $1 AND item_id = $2 ORDER BY rank", firm_id, item_id
    )


async def add_task(db: Db, firm_id: str, task_id: str, item_id: str, title: str, rank: str) -> None:
    """Adds a task to a locked thread."""
    await db.rows(
        "INSERT INTO client_tasks (id, firm_id, item_id, title, rank) VALUES ($2, $1, $3, $4, $5)",
        firm_id,
        task_id,
        item_id,
        title,
        rank,
    )


async def drop_task(db: Db, firm_id: str, task_id: str) -> None:
    """Deletes a task of a locked thread."""
    await db.rows("DELETE FROM client_tasks WHERE firm_id = $1 AND id = $2", firm_id, task_id)


async def set_done(db: Db, firm_id: str, task_id: str, at: datetime | None, contact_id: str | None) -> None:
    """Says whether a task of a locked thread is done, and by whom."""
    await db.rows(
        "UPDATE client_tasks SET done_at = $3, done_by = $4 WHERE firm_id = $1 AND id = $2",
        firm_id,
        task_id,
        at,
        contact_id,
    )
