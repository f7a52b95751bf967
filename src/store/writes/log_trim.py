"""Forgetting the oldest events of firms' logs (LV3)."""

from datetime import datetime
from typing import Final

from store.database import Db

# One statement is one transaction: the floor never says anything else than what is there. Events go first, the head is
# locked last, so that commits of the firm, which number their events there, wait for no more than our own commit.
# Where somebody else trims the firm just now, nothing is done. The array makes the planner use the index.
_TRIM: Final = """
    WITH head AS MATERIALIZED (
        SELECT seq, floor FROM event_heads
        WHERE firm_id = $1 AND pg_try_advisory_xact_lock(hashtextextended('trim ' || firm_id, 0))
    ), oldest AS (
        SELECT seq, at FROM events WHERE firm_id = $1 AND seq > (SELECT floor FROM head) ORDER BY seq LIMIT $4
    ), through AS MATERIALIZED (
        SELECT max(o.seq) AS seq FROM oldest o, head WHERE o.at < $2 OR o.seq <= head.seq - $3
    ), gone AS (
        DELETE FROM events
        WHERE firm_id = $1 AND seq = ANY(ARRAY(SELECT seq FROM oldest WHERE seq <= (SELECT seq FROM through)))
        RETURNING 1
    )
    UPDATE event_heads SET floor = (SELECT seq FROM through)
    WHERE firm_id = $1 AND floor < (SELECT seq FROM through) AND (SELECT count(*) FROM gone) > 0
    RETURNING (SELECT count(*) FROM gone)
"""


async def overfull(db: Db, before: datetime, most: int) -> list[str]:
    """The firms whose log begins before a time, or holds more than so many events."""
    found = await db.rows(
        """
        SELECT firm_id FROM event_heads h
        WHERE seq - floor > $2 OR (
            SELECT at FROM events e WHERE e.firm_id = h.firm_id AND e.seq > h.floor ORDER BY e.seq LIMIT 1
        ) < $1
        ORDER BY firm_id
        """,
        before,
        most,
    )
    return [row["firm_id"] for row in found]


async def trim(db: Db, firm_id: str, before: datetime, most: int, chunk: int) -> int:
    """Deletes the firm's oldest events, at most ``chunk``, and raises its log's floor to the last of them.

    They are those from before a time, and those that are more than ``most``. Answers how many. Not in a transaction of
    the caller's: it would hold up the firm until its end.
    """
    return await db.value(_TRIM, firm_id, before, most, chunk) or 0
