"""Bulk operations and the results of their targets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from store.database import Db, Row
from store.sql import Params
from store.writes.find import Condition
from store.writes.log import encode


async def make(
    db: Db,
    firm_id: str,
    operation_id: str,
    member_id: str | None,
    now: datetime,
    values: Mapping[str, Any],
    targets: Sequence[Mapping[str, Any]],
) -> None:
    """Writes an operation and its targets, each with position, subject_id and expect; these wait."""
    await db.rows(
        """
        WITH made AS (
            INSERT INTO bulk_operations (id, firm_id, verb, given, cause, scopes, member_id, total, created_at)
            VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7, jsonb_array_length($8::jsonb), $9)
        )
        INSERT INTO bulk_results (firm_id, operation_id, position, subject_id, expect)
        SELECT $2, $1, t.position, t.subject_id, nullif(t.expect, 'null'::jsonb)
        FROM jsonb_to_recordset($8::jsonb) AS t (position int, subject_id text, expect jsonb)
        """,
        operation_id,
        firm_id,
        values["verb"],
        encode(values["given"]),
        encode(values["cause"]),
        list(values["scopes"]),
        member_id,
        encode(list(targets)),
        now,
    )


async def one(db: Db, firm_id: str, operation_id: str, condition: Condition) -> Row | None:
    """An operation (alias ``t``) that meets a condition."""
    p = Params(firm_id, operation_id)
    sql = f"SELECT * FROM bulk_operations t WHERE t.firm_id = $1 AND t.id = $2 AND {condition(p)}"
    return await db.row(sql, *p.values)


async def lock(db: Db, firm_id: str, operation_id: str) -> Row:
    """Locks an operation that there is, and answers its row."""
    sql = "SELECT * FROM bulk_operations WHERE firm_id = $1 AND id = $2 FOR NO KEY UPDATE"
    row = await db.row(sql, firm_id, operation_id)
    assert row is not None  # operations are not deleted while they run
    return row


async def waiting(db: Db, firm_id: str, operation_id: str, most: int) -> list[Row]:
    """The targets that wait, the last ones first."""
    return await db.rows(
        "SELECT position, subject_id, expect FROM bulk_results"
        " WHERE firm_id = $1 AND operation_id = $2 AND state = 'WAITING' ORDER BY position DESC LIMIT $3",
        firm_id,
        operation_id,
        most,
    )


async def note(db: Db, firm_id: str, operation_id: str, now: datetime, lines: Sequence[Mapping[str, Any]]) -> bool:
    """Notes results, each with position, state, job_id, problems and warnings; answers whether others wait.

    Where none do, the operation is over.
    """
    left: int = await db.value(
        """
        WITH noted AS (
            UPDATE bulk_results r SET state = g.state, job_id = g.job_id, problems = g.problems, warnings = g.warnings
            FROM jsonb_to_recordset($3::jsonb)
                AS g (position int, state text, job_id text, problems jsonb, warnings jsonb)
            WHERE r.firm_id = $1 AND r.operation_id = $2 AND r.position = g.position AND r.state = 'WAITING'
            RETURNING r.state
        ), counted AS (
            SELECT count(*) FILTER (WHERE state = 'DONE') AS done, count(*) FILTER (WHERE state = 'FAILED') AS failed
            FROM noted
        )
        UPDATE bulk_operations o SET done = o.done + c.done, failed = o.failed + c.failed, version = o.version + 1,
            state = CASE WHEN o.done + c.done + o.failed + c.failed = o.total THEN 'COMPLETED' ELSE o.state END,
            finished_at = CASE WHEN o.done + c.done + o.failed + c.failed = o.total THEN $4::timestamptz END
        FROM counted c WHERE o.firm_id = $1 AND o.id = $2 RETURNING o.total - o.done - o.failed
        """,
        firm_id,
        operation_id,
        encode(list(lines)),
        now,
    )
    return left > 0


async def end(
    db: Db,
    firm_id: str,
    operation_id: str,
    now: datetime,
    state: str,
    rest: str,
    problems: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Ends an operation; whatever waits gets a state, FAILED for the problems given."""
    await db.rows(
        """
        WITH rest AS (
            UPDATE bulk_results SET state = $4, problems = $5::jsonb
            WHERE firm_id = $1 AND operation_id = $2 AND state = 'WAITING' RETURNING TRUE
        )
        UPDATE bulk_operations SET state = $3, finished_at = $6, version = version + 1,
            failed = failed + CASE WHEN $4 = 'FAILED' THEN (SELECT count(*) FROM rest) ELSE 0 END
        WHERE firm_id = $1 AND id = $2
        """,
        firm_id,
        operation_id,
        state,
        rest,
        encode(list(problems)),
        now,
    )


async def sweep(db: Db, before: datetime) -> int:
    """Deletes some operations that were over before a time, with their results; answers how many."""
    found = await db.rows(
        """
        DELETE FROM bulk_operations WHERE id IN (
            SELECT id FROM bulk_operations WHERE finished_at < $1 ORDER BY id LIMIT 20 FOR UPDATE SKIP LOCKED
        )
        RETURNING 1
        """,
        before,
    )
    return len(found)
