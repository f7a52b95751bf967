"""The due work that waits, for those who watch over it."""

from typing import NamedTuple

from store.database import Db


class Waiting(NamedTuple):
    """Of one kind: how much could be done now, for how many seconds the oldest of it could, how much was given up."""

    rows: int = 0
    oldest: float = 0.0
    dead: int = 0


async def by_kind(db: Db) -> dict[str, Waiting]:
    """What waits of each kind; kinds of which nothing does are left out."""
    found = await db.rows(
        """
        SELECT coalesce(open.kind, dead.kind) AS kind, coalesce(open.n, 0) AS n, coalesce(dead.n, 0) AS dead,
            coalesce(extract(epoch FROM clock_timestamp() - open.since), 0)::float AS oldest
        FROM (
            SELECT kind, count(*) AS n, min(due_at) AS since FROM due
            WHERE dead_at IS NULL AND NOT (waits AND paused) AND due_at <= clock_timestamp() GROUP BY kind
        ) AS open FULL JOIN (
            SELECT kind, count(*) AS n FROM due WHERE dead_at IS NOT NULL GROUP BY kind
        ) AS dead ON dead.kind = open.kind
        """
    )
    return {row["kind"]: Waiting(row["n"], row["oldest"], row["dead"]) for row in found}
