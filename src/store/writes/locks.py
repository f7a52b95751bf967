"""Locks, always taken in this order: pipelines, recurrences, accounts, jobs (each sorted by id), the rest, the counter.

A pipeline's lock is advisory, because it is shared by all work inside the pipeline: a row lock would write to the row.
"""

from collections.abc import Collection

from store.database import Db, Row


async def share_pipeline(db: Db, pipeline_id: str) -> None:
    """Keeps the pipeline's stages as they are until the end of the transaction."""
    await db.rows("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))", pipeline_id)


async def own_pipeline(db: Db, pipeline_id: str) -> None:
    """Waits for all work inside the pipeline, and holds up what comes after, until the end of the transaction."""
    await db.rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", pipeline_id)


async def own_firm(db: Db, firm_id: str) -> None:
    """One at a time in the firm: for rules over all its members or names."""
    await db.rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", firm_id)


async def share_calendar(db: Db, firm_id: str) -> None:
    """Keeps the firm's time zone, working days and holidays as they are until the end of the transaction."""
    await db.rows("SELECT FROM firms WHERE id = $1 FOR SHARE", firm_id)


async def keep_accounts(db: Db, firm_id: str, ids: Collection[str]) -> set[str]:
    """Answers those of some accounts that are not in the trash; nor do they go there before this transaction ends."""
    sql = "SELECT id FROM accounts WHERE firm_id = $1 AND id = ANY($2) ORDER BY id FOR KEY SHARE"
    return {row["id"] for row in await db.rows(sql, firm_id, list(ids))}


async def jobs(db: Db, firm_id: str, ids: Collection[str]) -> list[Row]:
    """Locks jobs and answers their rows, sorted by id."""
    return await db.rows(
        "SELECT * FROM jobs WHERE firm_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE", firm_id, sorted(ids)
    )


async def one(db: Db, table: str, firm_id: str, thing_id: str) -> Row | None:
    """Locks one thing of a firm and answers its row. ``table`` is a name in our code, never of a caller."""
    return await db.row(f"SELECT * FROM {table} WHERE firm_id = $1 AND id = $2 FOR NO KEY UPDATE", firm_id, thing_id)


async def whole(db: Db, table: str, firm_id: str, thing_id: str) -> Row | None:
    """Like ``one``, and holds up whoever is about to refer to the thing."""
    return await db.row(f"SELECT * FROM {table} WHERE firm_id = $1 AND id = $2 FOR UPDATE", firm_id, thing_id)


async def log(db: Db, firm_id: str) -> None:
    """Lets nobody else's event into the firm's log until the end of the transaction.

    Whatever has an event before this is seen from here on; whoever has one after it sees what this changes.
    """
    await db.rows("SELECT FROM event_heads WHERE firm_id = $1 FOR NO KEY UPDATE", firm_id)
