"""The trash itself: what was deleted, one row for each job or account (JB3).

This module, its neighbours ``trashing``, ``restoring`` and ``purging``, and ``store.reads.trash`` name the tables in
which everything lies. All that is in the trash by one deletion names its row here.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from store.database import Db, Row
from store.sql import Params
from store.writes.find import Condition
from store.writes.log import encode


async def enter(db: Db, firm_id: str, now: datetime, until: datetime, lines: Sequence[dict[str, Any]]) -> None:
    """Writes what was deleted: a line has id, kind, thing_id, name, jobs (how many go along) and cause."""
    await db.rows(
        """
        INSERT INTO trash (id, firm_id, kind, thing_id, name, jobs, cause, deleted_at, until)
        SELECT t.id, $1, t.kind, t.thing_id, t.name, t.jobs, t.cause, $2, $3
        FROM jsonb_to_recordset($4::jsonb) AS t (id text, kind text, thing_id text, name text, jobs int, cause jsonb)
        """,
        firm_id,
        now,
        until,
        encode(list(lines)),
    )


async def entry(db: Db, firm_id: str, trash_id: str) -> Row | None:
    """What was deleted, locked until this transaction ends; None for what is being deleted for good."""
    return await db.row(
        "SELECT * FROM trash WHERE firm_id = $1 AND id = $2 AND doomed_at IS NULL FOR UPDATE", firm_id, trash_id
    )


async def thing(db: Db, table: str, firm_id: str, thing_id: str, seen: Condition) -> Row | None:
    """A job or an account (alias t), in the trash or not, that meets a condition of sight; not locked."""
    p = Params(firm_id, thing_id)
    return await db.row(f"SELECT * FROM {table} t WHERE t.firm_id = $1 AND t.id = $2 AND {seen(p)}", *p.values)


async def leave(db: Db, firm_id: str, trash_id: str) -> None:
    """Forgets what was deleted: all that went there with it has come back."""
    await db.rows("DELETE FROM trash WHERE firm_id = $1 AND id = $2", firm_id, trash_id)


async def doom(
    db: Db, firm_id: str, now: datetime, *, over_by: datetime | None, ids: Collection[str] | None, most: int
) -> list[Row]:
    """Has what was deleted come back no more: what has waited until a time, or is named, or all; the oldest first.

    With an account go its jobs that wait by themselves. Answers id, kind, thing_id and name of what was not doomed yet.
    """
    return await db.rows(
        """
        WITH chosen AS (
            SELECT id FROM trash WHERE firm_id = $1 AND doomed_at IS NULL AND ($3::timestamptz IS NULL OR until <= $3)
                AND ($4::text[] IS NULL OR id = ANY($4))
            ORDER BY deleted_at, id LIMIT $5
        )
        UPDATE trash t SET doomed_at = $2
        WHERE t.firm_id = $1 AND t.doomed_at IS NULL AND (t.id IN (SELECT id FROM chosen) OR t.thing_id IN (
            SELECT j.id FROM all_accounts a JOIN all_jobs j ON j.firm_id = $1 AND j.account_id = a.id
            WHERE a.firm_id = $1 AND a.trash_id IN (SELECT id FROM chosen)
        ))
        RETURNING t.id, t.kind, t.thing_id, t.name
        """,
        firm_id,
        now,
        over_by,
        None if ids is None else list(ids),
        most,
    )


async def waiting(db: Db, firm_id: str) -> int:
    """How much waits in the trash."""
    found: int = await db.value("SELECT count(*) FROM trash WHERE firm_id = $1 AND doomed_at IS NULL", firm_id)
    return found
