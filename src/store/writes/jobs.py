"""Changes of jobs and their visits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Final

from store import models
from store.database import Db, Row
from store.ids import new_id
from store.writes import records
from store.writes.log import encode

_EDITED: Final = {"name": "text", "description": "text", "priority": "int", "start_date": "date", "due_date": "date"}
"""The columns that are changed of many jobs at once, and their types."""


async def make(db: Db, firm_id: str, now: datetime, status: Row, lines: Sequence[Mapping[str, Any]]) -> None:
    """Inserts jobs in a status, each by a line of its other columns. Entering its stage counts as its first change."""
    await db.rows(
        """
        INSERT INTO jobs (id, firm_id, account_id, pipeline_id, stage_id, rank, status_id, state, name, description,
            priority, start_date, due_date, time_budget_minutes, period, recurrence_id, occurrence, template_id,
            template_version, entered_stage_at, created_at, updated_at, version)
        SELECT g.id, $1, g.account_id, g.pipeline_id, g.stage_id, g.rank, $3, $4, g.name, g.description, g.priority,
            g.start_date, g.due_date, g.time_budget_minutes, g.period, g.recurrence_id, g.occurrence, g.template_id,
            g.template_version, $2, $2, $2, 0
        FROM jsonb_to_recordset($5::jsonb) AS g (id text, account_id text, pipeline_id text, stage_id text, rank text,
            name text, description text, priority smallint, start_date date, due_date date, time_budget_minutes int,
            period text, recurrence_id text, occurrence date, template_id text, template_version int)
        """,
        firm_id,
        now,
        status["id"],
        status["state"],
        encode(list(lines)),
    )


async def of_period(
    db: Db, firm_id: str, pipeline_id: str, period: str, account_ids: Collection[str]
) -> dict[str, str]:
    """Of some accounts those that have a job of a period in a pipeline, and the newest of them.

    Who asks, in this or in another transaction, waits for the end of whoever asks for the same.
    """
    keys = sorted(f"{pipeline_id} {account_id} {period}" for account_id in account_ids)
    await db.rows("SELECT pg_advisory_xact_lock(hashtextextended(k, 0)) FROM unnest($1::text[]) AS k", keys)
    found = await db.rows(
        "SELECT DISTINCT ON (account_id) account_id, id FROM jobs"
        " WHERE firm_id = $1 AND pipeline_id = $2 AND period = $3 AND account_id = ANY($4)"
        " ORDER BY account_id, created_at DESC, id DESC",
        firm_id,
        pipeline_id,
        period,
        list(account_ids),
    )
    return {row["account_id"]: row["id"] for row in found}


async def change(db: Db, firm_id: str, job_id: str, now: datetime, values: dict[str, Any]) -> None:
    """Changes a locked job and counts its version up."""
    await records.change(db, models.Job, firm_id, job_id, now, **values)


async def close_visit(db: Db, firm_id: str, job_id: str, now: datetime) -> None:
    """Ends the job's open visit."""
    await db.rows(
        "UPDATE stage_visits SET left_at = $3 WHERE firm_id = $1 AND job_id = $2 AND left_at IS NULL",
        firm_id,
        job_id,
        now,
    )


async def open_visit(db: Db, firm_id: str, job_id: str, pipeline_id: str, stage_id: str, now: datetime) -> str:
    """Opens the job's next visit; answers its id."""
    visit_id = new_id("visit")
    await db.rows(
        """
        INSERT INTO stage_visits (id, firm_id, job_id, number, pipeline_id, stage_id, entered_at)
        SELECT $3, $1, $2, coalesce(max(number), 0) + 1, $4, $5, $6
        FROM stage_visits WHERE firm_id = $1 AND job_id = $2
        """,
        firm_id,
        job_id,
        visit_id,
        pipeline_id,
        stage_id,
        now,
    )
    return visit_id


async def current_visit(db: Db, firm_id: str, job_id: str) -> str:
    """The id of the job's open visit."""
    found: str = await db.value(
        "SELECT id FROM stage_visits WHERE firm_id = $1 AND job_id = $2 AND left_at IS NULL", firm_id, job_id
    )
    return found


async def count_up(db: Db, firm_id: str, job_ids: Collection[str], now: datetime) -> None:
    """Counts the versions of locked jobs up, whose cards show something else now."""
    await db.rows(
        "UPDATE jobs SET version = version + 1, updated_at = $3 WHERE firm_id = $1 AND id = ANY($2)",
        firm_id,
        list(job_ids),
        now,
    )


async def assignees(db: Db, firm_id: str, job_ids: Collection[str]) -> dict[str, list[str]]:
    """Who is assigned to jobs; those to whom nobody is are left out."""
    found = await db.rows(
        "SELECT job_id, array_agg(member_id ORDER BY member_id) AS member_ids FROM job_assignees"
        " WHERE firm_id = $1 AND job_id = ANY($2) GROUP BY 1",
        firm_id,
        list(job_ids),
    )
    return {row["job_id"]: row["member_ids"] for row in found}


async def change_many(db: Db, firm_id: str, now: datetime, changes: Mapping[str, Mapping[str, Any]]) -> None:
    """Changes columns of locked jobs (``_EDITED``), those that are given, and counts their versions up."""
    lines = [
        {"id": job_id, "given": list(values), **{name: _stored(value) for name, value in values.items()}}
        for job_id, values in changes.items()
    ]
    assert all(values.keys() <= _EDITED.keys() for values in changes.values())
    columns = ", ".join(
        f"{name} = CASE WHEN '{name}' = ANY(g.given) THEN g.{name} ELSE j.{name} END" for name in _EDITED
    )
    types = ", ".join(f"{name} {kind}" for name, kind in _EDITED.items())
    await db.rows(
        f"""
        UPDATE jobs j SET version = version + 1, updated_at = $2, {columns}
        FROM jsonb_to_recordset($3::jsonb) AS g (id text, given text[], {types})
        WHERE j.firm_id = $1 AND j.id = g.id
        """,
        firm_id,
        now,
        encode(lines),
    )


def _stored(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
