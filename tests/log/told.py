"""Whether the log tells of every change of the tables whose answers desks remember (``live.memory``)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from live.memory import TOLD_BY
from store.database import Database
from store.tables import everything

_SETUP = (
    "CREATE SCHEMA noted",
    "CREATE TABLE noted.changes (xid bigint, firm_id text, name text, row jsonb)",
    """
    CREATE FUNCTION noted.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD THEN RETURN NULL; END IF;
        INSERT INTO noted.changes SELECT pg_current_xact_id()::text::bigint, found.row ->> 'firm_id',
            regexp_replace(TG_TABLE_NAME, '^all_', ''), found.row
            FROM (SELECT to_jsonb(coalesce(NEW, OLD)) AS row) found;
        RETURN NULL;
    END $$
    """,
)
_UNTOLD = """
    SELECT DISTINCT c.name, c.row::text FROM noted.changes c WHERE c.firm_id = $1 AND NOT EXISTS (
        SELECT FROM events e, jsonb_array_elements(e.changes) change WHERE e.firm_id = c.firm_id
            AND e.xmin::text::bigint = c.xid % 4294967296 AND $2::jsonb -> c.name ? (change ->> 'type'))
"""


@asynccontextmanager
async def noting(database: Database) -> AsyncIterator[None]:
    """Notes every change of those tables while the context is entered."""
    for statement in _SETUP:
        await database.rows(statement)
    for table in TOLD_BY.keys() - {"all_accounts"}:  # which accounts is a view of
        await database.rows(
            f"CREATE TRIGGER noted AFTER INSERT OR UPDATE OR DELETE ON {everything(table)} FOR EACH ROW"
            " EXECUTE FUNCTION noted.note()"
        )
    try:
        yield
    finally:
        await database.rows("DROP SCHEMA noted CASCADE")


async def forget(database: Database) -> None:
    """What was noted until now does not matter."""
    await database.rows("DELETE FROM noted.changes")


async def untold(database: Database, firm_id: str) -> list[str]:
    """Changed rows of a firm of which the event of their transaction does not tell by any type that it should."""
    types = json.dumps({table: sorted(types) for table, types in TOLD_BY.items()})
    return [f"{row['name']}: {row['row']}" for row in await database.rows(_UNTOLD, firm_id, types)]
