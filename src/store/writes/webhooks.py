"""Writing calls of webhooks, and the secrets that they are signed with."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from store.database import Db, Row
from store.writes.log import encode

Json = dict[str, Any]


async def add(db: Db, firm_id: str, now: datetime, calls: Sequence[Json]) -> None:
    """Inserts calls: each with id, job_id, run_id, url and body."""
    await db.rows(
        """
        INSERT INTO webhook_calls (id, firm_id, job_id, run_id, state, url, body, attempts, created_at, updated_at)
        SELECT c.id, $1, c.job_id, c.run_id, 'QUEUED', c.url, c.body, 0, $2, $2
        FROM jsonb_to_recordset($3::jsonb) AS c (id text, job_id text, run_id text, url text, body jsonb)
        """,
        firm_id,
        now,
        encode(list(calls)),
    )


async def facts(db: Db, firm_id: str, job_ids: Collection[str]) -> dict[str, Row]:
    """What calls tell of jobs, by job; see ``engine.hooks.webhooks.told``."""
    found = await db.rows(
        """
        SELECT j.id, j.name, j.priority, j.start_date, j.due_date, j.version, f.id AS firm_id, f.name AS firm_name,
            j.account_id, a.name AS account_name, j.pipeline_id, p.name AS pipeline_name,
            j.stage_id, s.name AS stage_name, j.status_id, js.name AS status_name, j.state
        FROM jobs j JOIN firms f ON f.id = $1
        JOIN accounts a ON a.firm_id = $1 AND a.id = j.account_id
        JOIN pipelines p ON p.firm_id = $1 AND p.id = j.pipeline_id
        JOIN stages s ON s.firm_id = $1 AND s.id = j.stage_id
        JOIN job_statuses js ON js.firm_id = $1 AND js.id = j.status_id
        WHERE j.firm_id = $1 AND j.id = ANY($2)
        """,
        firm_id,
        list(job_ids),
    )
    return {row["id"]: row for row in found}


async def queued(db: Db, firm_id: str, call_id: str) -> Row | None:
    """A call that is still to be delivered, its body as text, with the secrets of its firm."""
    return await db.row(
        """
        SELECT c.*, f.webhook_secret, f.earlier_webhook_secret, f.earlier_webhook_secret_until
        FROM webhook_calls c JOIN firms f ON f.id = c.firm_id
        WHERE c.firm_id = $1 AND c.id = $2 AND c.state = 'QUEUED'
        """,
        firm_id,
        call_id,
    )


async def lock(db: Db, firm_id: str, call_id: str) -> Row | None:
    """Locks a call and answers its row."""
    return await db.row("SELECT * FROM webhook_calls WHERE firm_id = $1 AND id = $2 FOR UPDATE", firm_id, call_id)


async def undone(db: Db, firm_id: str, call_id: str) -> bool:
    """Whether the automation's turn that made a call was cancelled: the move that it tells of was undone (MV7)."""
    sql = """
        SELECT TRUE FROM webhook_calls c JOIN runs r ON r.firm_id = $1 AND r.id = c.run_id
        WHERE c.firm_id = $1 AND c.id = $2 AND r.state = 'CANCELLED'
    """
    return bool(await db.value(sql, firm_id, call_id))


async def tried(db: Db, firm_id: str, call_id: str, error: str, status_code: int | None, answer: str | None) -> None:
    """Notes a try that failed, unless another one has succeeded meanwhile."""
    await db.rows(
        """
        UPDATE webhook_calls SET attempts = attempts + 1, error = $3, status_code = $4, answer = $5,
            updated_at = clock_timestamp()
        WHERE firm_id = $1 AND id = $2 AND state = 'QUEUED'
        """,
        firm_id,
        call_id,
        error,
        status_code,
        answer,
    )


async def sent(db: Db, firm_id: str, call_id: str, now: datetime, status_code: int, answer: str) -> None:
    """Notes that a server has accepted a call, and what it answered."""
    await db.rows(
        """
        UPDATE webhook_calls SET state = 'SENT', attempts = attempts + 1, status_code = $4, answer = $5, error = NULL,
            sent_at = $3, updated_at = $3
        WHERE firm_id = $1 AND id = $2
        """,
        firm_id,
        call_id,
        now,
        status_code,
        answer,
    )


async def put(db: Db, firm_id: str, call_id: str, now: datetime, state: str) -> None:
    """Puts a call into a state."""
    await db.rows(
        "UPDATE webhook_calls SET state = $4, updated_at = $3 WHERE firm_id = $1 AND id = $2",
        firm_id,
        call_id,
        now,
        state,
    )


async def take_back(db: Db, firm_id: str, call_id: str) -> bool:
    """Forgets that a call is due, unless it is being made at this moment; answers whether it is not."""
    await db.rows(
        """
        DELETE FROM due WHERE firm_id = $1 AND subject_id = $2 AND kind = 'WEBHOOK'
            AND (dead_at IS NOT NULL OR leased_until IS NULL OR leased_until <= clock_timestamp())
        """,
        firm_id,
        call_id,
    )
    left = "SELECT TRUE FROM due WHERE firm_id = $1 AND subject_id = $2 AND kind = 'WEBHOOK'"
    return not await db.value(left, firm_id, call_id)


async def give_secret(db: Db, firm_id: str, secret: str) -> None:
    """Gives a firm its first secret; one that has one keeps it."""
    await db.rows("UPDATE firms SET webhook_secret = $2 WHERE id = $1 AND webhook_secret IS NULL", firm_id, secret)
