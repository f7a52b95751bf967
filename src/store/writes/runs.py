"""Turns of automations (AU3): written when a job enters, and ended when they are done."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from store.database import Db, Row
from store.writes.log import encode

PENDING: Final = ("QUEUED", "RUNNING", "RETRYING", "SCHEDULED", "HELD")
"""States of turns that are still to be done."""


async def place(db: Db, firm_id: str, stage_id: str) -> list[Row]:
    """The automations of a stage, in order, as they are now."""
    return await _editions(db, firm_id, "a.stage_id = $2", stage_id)


async def place_of_status(db: Db, firm_id: str, pipeline_id: str, status_id: str) -> list[Row]:
    """The automations of a status in a pipeline, likewise."""
    return await _editions(db, firm_id, "a.pipeline_id = $2 AND a.status_id = $3", pipeline_id, status_id)


async def _editions(db: Db, firm_id: str, where: str, *values: str) -> list[Row]:
    return await db.rows(
        f"""
        SELECT a.id, a.kind, a.edition, e.config, e.condition, e.delay
        FROM automations a
        JOIN automation_editions e ON e.firm_id = $1 AND e.automation_id = a.id AND e.edition = a.edition
        WHERE a.firm_id = $1 AND {where} AND a.deleted_at IS NULL ORDER BY a.position
        """,
        firm_id,
        *values,
    )


async def last_positions(db: Db, firm_id: str, visit_ids: Collection[str]) -> dict[str, int]:
    """The place of the last turn of each visit; visits without one are left out."""
    found = await db.rows(
        "SELECT visit_id, max(position) AS last FROM runs WHERE firm_id = $1 AND visit_id = ANY($2) GROUP BY 1",
        firm_id,
        list(visit_ids),
    )
    return {row["visit_id"]: row["last"] for row in found}


async def add(db: Db, firm_id: str, now: datetime, lines: Sequence[dict[str, Any]]) -> None:
    """Writes turns with what became of them, and the things that they made.

    What a turn leaves to be done names it, though it is written after that: its state is known only then.
    """
    await db.rows(
        """
        WITH given AS (
            SELECT * FROM jsonb_to_recordset($3::jsonb) AS r (id text, job_id text, visit_id text, stay_id text,
                automation_id text, edition int, position int, cause jsonb, cascade text, hops int, holds boolean,
                state text, reason text, attempts int, due_at timestamptz, things text[])
        ), turn AS (
            INSERT INTO runs (id, firm_id, job_id, visit_id, stay_id, automation_id, edition, position, state, reason,
                attempts, cause, cascade, hops, holds, created_at, due_at, started_at, finished_at)
            SELECT g.id, $1, g.job_id, g.visit_id, g.stay_id, g.automation_id, g.edition, g.position, g.state, g.reason,
                g.attempts, g.cause, g.cascade, g.hops, g.holds, $2, g.due_at,
                CASE WHEN g.attempts > 0 THEN $2::timestamptz END,
                CASE WHEN g.state IN ('DONE', 'SKIPPED', 'FAILED', 'CANCELLED') THEN $2::timestamptz END
            FROM given g
        )
        INSERT INTO run_things (firm_id, run_id, thing_id, n)
        SELECT $1, g.id, thing.id, thing.n
        FROM given g CROSS JOIN LATERAL unnest(g.things) WITH ORDINALITY AS thing (id, n)
        """,
        firm_id,
        now,
        encode(lines),
    )


async def tell(db: Db, firm_id: str, now: datetime, lines: Sequence[dict[str, Any]]) -> None:
    """What became of turns, each with its id, state, reason, attempts, due_at, and the things that it made."""
    await db.rows(
        """
        WITH told AS (
            SELECT * FROM jsonb_to_recordset($3::jsonb)
                AS t (id text, state text, reason text, attempts int, due_at timestamptz, things text[])
        ), made AS (
            INSERT INTO run_things (firm_id, run_id, thing_id, n)
            SELECT $1, told.id, thing.id, thing.n
            FROM told CROSS JOIN LATERAL unnest(told.things) WITH ORDINALITY AS thing (id, n)
            ON CONFLICT DO NOTHING
        )
        UPDATE runs r SET state = told.state, reason = told.reason, attempts = told.attempts, due_at = told.due_at,
            started_at = CASE WHEN told.attempts > 0 THEN coalesce(r.started_at, $2) END,
            finished_at = CASE WHEN told.state IN ('DONE', 'SKIPPED', 'FAILED', 'CANCELLED', 'DISMISSED') THEN $2 END
        FROM told WHERE r.firm_id = $1 AND r.id = told.id
        """,
        firm_id,
        now,
        encode(lines),
    )


async def due_runs(db: Db, firm_id: str, ids: Collection[str]) -> list[Row]:
    """Turns with what they are to do, by the edition with which they began (PL4)."""
    return await db.rows(
        """
        SELECT r.*, a.kind, e.config, e.condition, e.delay, v.number AS visit, v.left_at, v.stage_id,
            y.left_at AS stay_left_at
        FROM runs r
        JOIN automations a ON a.firm_id = $1 AND a.id = r.automation_id
        JOIN automation_editions e ON e.firm_id = $1 AND e.automation_id = a.id AND e.edition = r.edition
        JOIN stage_visits v ON v.firm_id = $1 AND v.id = r.visit_id
        LEFT JOIN status_stays y ON y.firm_id = $1 AND y.id = r.stay_id
        WHERE r.firm_id = $1 AND r.id = ANY($2) ORDER BY r.job_id, v.number, r.position
        """,
        firm_id,
        list(ids),
    )


async def until_dates(db: Db, firm_id: str, job_ids: Collection[str]) -> list[Row]:
    """Turns of jobs that wait for a date of the job, with their delays."""
    return await db.rows(
        """
        SELECT r.id, r.job_id, r.stay_id, e.delay FROM runs r
        JOIN automation_editions e
            ON e.firm_id = $1 AND e.automation_id = r.automation_id AND e.edition = r.edition
        WHERE r.firm_id = $1 AND r.job_id = ANY($2) AND r.state = 'SCHEDULED' AND e.delay ? 'until'
        """,
        firm_id,
        list(job_ids),
    )


async def reschedule(db: Db, firm_id: str, times: Mapping[str, datetime | None], reason: str) -> None:
    """Says when scheduled turns are to be done; ``reason`` is that of those that do not know it yet."""
    await db.rows(
        "UPDATE runs r SET due_at = t.due_at, reason = CASE WHEN t.due_at IS NULL THEN $4 END"
        " FROM unnest($2::text[], $3::timestamptz[]) AS t (id, due_at) WHERE r.firm_id = $1 AND r.id = t.id",
        firm_id,
        list(times),
        list(times.values()),
        reason,
    )


async def cancel_stay(db: Db, firm_id: str, job_ids: Collection[str], now: datetime) -> list[Row]:
    """What was scheduled when jobs entered the status that they are about to leave is not done any more (AU4).

    Answers the turns that this cancels, each with its id and job_id.
    """
    return await db.rows(
        """
        WITH gone AS (
            UPDATE runs r SET state = 'CANCELLED', reason = 'The job has left the status.', due_at = NULL,
                finished_at = $3
            FROM status_stays y
            WHERE y.firm_id = $1 AND y.job_id = ANY($2) AND y.left_at IS NULL AND r.firm_id = $1 AND r.stay_id = y.id
                AND r.state = 'SCHEDULED'
            RETURNING r.id, r.job_id
        ), dropped AS (
            DELETE FROM due d USING gone WHERE d.firm_id = $1 AND d.subject_id = gone.id
        )
        SELECT id, job_id FROM gone
        """,
        firm_id,
        list(job_ids),
        now,
    )


async def one(db: Db, firm_id: str, run_id: str) -> Row | None:
    """A turn, not locked."""
    return await db.row("SELECT * FROM runs WHERE firm_id = $1 AND id = $2", firm_id, run_id)


async def locked(db: Db, firm_id: str, run_id: str) -> Row | None:
    """Locks a turn and answers its row, with the kind of its automation."""
    return await db.row(
        """
        SELECT r.*, a.kind FROM runs r JOIN automations a ON a.firm_id = $1 AND a.id = r.automation_id
        WHERE r.firm_id = $1 AND r.id = $2 FOR NO KEY UPDATE OF r
        """,
        firm_id,
        run_id,
    )
