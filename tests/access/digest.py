"""What the database holds, as one digest a table: a denied call must leave it as it was."""

from __future__ import annotations

from store.database import Db

UNCOUNTED = ("throttles",)
"""Tables that a refused call may write to: tries to log in are counted, whatever comes of them."""


async def digest(db: Db) -> dict[str, str]:
    """A digest of every table's rows; of sessions without the time of their last use."""
    selects = (
        f"SELECT '{table}' AS name, md5(coalesce(string_agg(line, E'\\n' ORDER BY line), '')) AS digest"
        f" FROM (SELECT (to_jsonb(t) - 'last_used_at')::text COLLATE \"C\" AS line FROM {table} t) AS lines"
        for table in await _tables(db)
        if table not in UNCOUNTED
    )
    return {row["name"]: row["digest"] for row in await db.rows(" UNION ALL ".join(selects))}


async def dump(db: Db) -> str:
    """All that the database holds, as one text."""
    rows = [
        row["line"] for table in await _tables(db) for row in await db.rows(f"SELECT t::text AS line FROM {table} t")
    ]
    return "\n".join(rows)


async def _tables(db: Db) -> list[str]:
    rows = await db.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return [row["name"] for row in rows]


class Unchanged:
    """``async with Unchanged(db):`` fails, naming the tables, where the block changed the database."""

    def __init__(self, db: Db) -> None:
        self.db = db
        self.before: dict[str, str] = {}

    async def __aenter__(self) -> None:
        self.before = await digest(self.db)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            after = await digest(self.db)
            assert [table for table in after if after[table] != self.before[table]] == []
