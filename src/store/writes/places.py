"""Stages and the places of jobs in them, for commands."""

from collections.abc import Sequence
from datetime import datetime

from store.database import Db, Row
from store.sql import Params
from store.writes.find import Condition
from store.writes.usage import LEADING


async def stages(db: Db, firm_id: str, pipeline_id: str) -> list[Row]:
    """A pipeline's stages in order."""
    return await db.rows(
        "SELECT * FROM stages WHERE firm_id = $1 AND pipeline_id = $2 AND deleted_at IS NULL ORDER BY position",
        firm_id,
        pipeline_id,
    )


async def order_stages(db: Db, firm_id: str, pipeline_id: str, order: Sequence[str]) -> None:
    """Numbers a pipeline's stages from 0 in the order given."""
    await db.rows(
        """
        UPDATE stages s SET position = o.n - 1, updated_at = clock_timestamp(), version = version + 1
        FROM unnest($3::text[]) WITH ORDINALITY AS o (id, n)
        WHERE s.firm_id = $1 AND s.pipeline_id = $2 AND s.id = o.id AND s.position <> o.n - 1
        """,
        firm_id,
        pipeline_id,
        list(order),
    )


async def retire_stages(db: Db, firm_id: str, pipeline_id: str, now: datetime) -> None:
    """Deletes all stages of a pipeline; visits may still name them."""
    await db.rows(
        "UPDATE stages SET deleted_at = $3, position = NULL, updated_at = $3"
        " WHERE firm_id = $1 AND pipeline_id = $2 AND deleted_at IS NULL",
        firm_id,
        pipeline_id,
        now,
    )


async def jobs_in(db: Db, firm_id: str, stage_id: str) -> list[str]:
    """The ids of all jobs in a stage, archived ones included."""
    found = await db.rows("SELECT id FROM jobs WHERE firm_id = $1 AND stage_id = $2", firm_id, stage_id)
    return [row["id"] for row in found]


async def hidden_jobs(db: Db, firm_id: str, stage_id: str, seen: Condition) -> bool:
    """Whether a stage holds a job that does not meet a condition of sight, if only in the trash."""
    p = Params(firm_id, stage_id)
    found = await db.value(
        f"SELECT TRUE FROM all_jobs t WHERE t.firm_id = $1 AND t.stage_id IN ({LEADING}) AND NOT {seen(p)} LIMIT 1",
        *p.values,
    )
    return bool(found)


async def jobs_with_status(db: Db, firm_id: str, status_id: str) -> list[str]:
    """The ids of all jobs in a status."""
    found = await db.rows("SELECT id FROM jobs WHERE firm_id = $1 AND status_id = $2", firm_id, status_id)
    return [row["id"] for row in found]


async def last_rank(db: Db, firm_id: str, stage_id: str) -> str | None:
    """The order key at the bottom of a column."""
    found: str | None = await db.value(
        "SELECT max(rank) FROM jobs WHERE firm_id = $1 AND stage_id = $2", firm_id, stage_id
    )
    return found


async def neighbours(
    db: Db, firm_id: str, stage_id: str, after_rank: str | None, but: str
) -> tuple[str | None, str | None]:
    """The order keys between which a job goes that is put below ``after_rank`` (None: on top), itself left out."""
    below: str | None = await db.value(
        "SELECT min(rank) FROM jobs WHERE firm_id = $1 AND stage_id = $2 AND id <> $4"
        " AND ($3::text IS NULL OR rank > $3)",
        firm_id,
        stage_id,
        after_rank,
        but,
    )
    return after_rank, below


async def disable_status(db: Db, firm_id: str, status_id: str) -> list[str]:
    """Takes a status out of every pipeline; answers those that had it."""
    found = await db.rows(
        "DELETE FROM pipeline_statuses WHERE firm_id = $1 AND status_id = $2 RETURNING pipeline_id", firm_id, status_id
    )
    return [row["pipeline_id"] for row in found]


async def status_enabled(db: Db, firm_id: str, pipeline_id: str, status_id: str) -> bool:
    """Whether a pipeline has a status: the built-in ones always."""
    found = await db.value(
        """
        SELECT TRUE FROM job_statuses s WHERE s.firm_id = $1 AND s.id = $3 AND (s.state <> 'CUSTOM' OR EXISTS (
            SELECT FROM pipeline_statuses ps WHERE ps.firm_id = $1 AND ps.pipeline_id = $2 AND ps.status_id = s.id))
        """,
        firm_id,
        pipeline_id,
        status_id,
    )
    return bool(found)


async def built_in_status(db: Db, firm_id: str, state: str) -> Row:
    """The firm's status of a built-in state."""
    row = await db.row("SELECT * FROM job_statuses WHERE firm_id = $1 AND state = $2", firm_id, state)
    assert row is not None  # every firm is made with them
    return row


async def is_next(db: Db, firm_id: str, stage_id: str, above: str | None, rank: str, seen: Condition) -> bool:
    """Whether an order key is the next in its column below another one, or with None the uppermost.

    Only jobs that meet a condition of sight count: what lies between unseen must not show.
    """
    p = Params(firm_id, stage_id, above)
    found: str | None = await db.value(
        "SELECT min(t.rank) FROM jobs t WHERE t.firm_id = $1 AND t.stage_id = $2"
        f" AND ($3::text IS NULL OR t.rank > $3) AND {seen(p)}",
        *p.values,
    )
    return found == rank
