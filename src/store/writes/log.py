"""Appending to the event log, the jobs' history and the audit log."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final

import orjson

from store.database import Db
from store.ids import new_id

Json = dict[str, Any]
_ENDS: Final[dict[date, str]] = {date.min: "-infinity", date.max: "infinity"}


def encode(value: Any) -> str:
    """JSON text as PostgreSQL takes it."""
    return orjson.dumps(value, default=_text, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()


def _text(value: date) -> str:
    """A date or time; the first and the last date there is are written as the driver writes them elsewhere."""
    return _ENDS.get(value) or value.isoformat()


async def append_event(db: Db, firm_id: str, cause: Json, changes: Sequence[Json]) -> None:
    """The one event of a transaction. The database numbers and dates it as it commits."""
    await db.rows(
        "INSERT INTO events (id, firm_id, cause, changes) VALUES ($1, $2, $3::jsonb, $4::jsonb)",
        new_id("event"),
        firm_id,
        encode(cause),
        encode(changes),
    )


async def append_history(db: Db, firm_id: str, at: datetime, entries: Sequence[Json]) -> None:
    """What happened to jobs: ``entries`` hold job_id, action, cause and changes, in order."""
    lines = [{"id": new_id("history"), **entry} for entry in entries]
    await db.rows(
        """
        INSERT INTO history (id, firm_id, job_id, at, cause, action, changes)
        SELECT e->>'id', $1, e->>'job_id', $2, e->'cause', e->>'action', e->'changes'
        FROM jsonb_array_elements($3::jsonb) WITH ORDINALITY AS lines (e, n) ORDER BY n
        """,
        firm_id,
        at,
        encode(lines),
    )


async def append_audit(
    db: Db,
    *,
    firm_id: str | None,
    actor_id: str | None,
    at: datetime,
    address: str | None,
    action: str,
    subject_id: str | None,
    detail: Json,
) -> None:
    """One line of the audit log (AC7)."""
    await db.rows(
        "INSERT INTO audit (id, firm_id, at, actor_id, action, subject_id, detail, address)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8)",
        new_id("audit"),
        firm_id,
        at,
        actor_id,
        action,
        subject_id,
        encode(detail),
        address,
    )


async def job_keys(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Json]:
    """The visibility keys of jobs as they stand now, in the form in which events store them."""
    found = await db.rows(
        """
        SELECT j.id, j.pipeline_id, j.stage_id, s.on_board, j.account_id,
            j.client_status_id IS NOT NULL AND j.state <> 'ARCHIVED' AS in_portal,
            ARRAY(
                SELECT member_id FROM job_assignees a WHERE a.firm_id = $1 AND a.job_id = j.id ORDER BY 1
            ) AS assignees,
            ARRAY(
                SELECT DISTINCT ta.member_id FROM item_links l
                JOIN task_assignees ta ON ta.firm_id = $1 AND ta.task_id = l.item_id
                WHERE l.firm_id = $1 AND l.job_id = j.id ORDER BY 1
            ) AS task_assignees
        FROM jobs j JOIN job_statuses s ON s.firm_id = $1 AND s.id = j.status_id
        WHERE j.firm_id = $1 AND j.id = ANY($2)
        """,
        firm_id,
        list(ids),
    )
    return {
        row["id"]: {
            "pipeline": row["pipeline_id"],
            "stage": row["stage_id"],
            "on_board": row["on_board"],
            "in_portal": row["in_portal"],
            "account": row["account_id"],
            "assignees": row["assignees"],
            "task_assignees": row["task_assignees"],
        }
        for row in found
    }
