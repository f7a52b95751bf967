"""Calls of webhooks."""

from collections.abc import Collection
from typing import Final

from store.database import Db, Row
from store.reads.things import Condition
from store.sql import Params

CALL: Final = """
    w.*, 'WebhookCall' AS "__typename", CASE WHEN w.state = 'QUEUED' THEN (
        SELECT min(d.due_at) FROM due d WHERE d.firm_id = w.firm_id AND d.subject_id = w.id AND d.dead_at IS NULL
    ) END AS next_attempt_at
"""


async def by_ids(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Calls (alias w) by id."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {CALL} FROM webhook_calls w WHERE w.firm_id = $1 AND w.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}
