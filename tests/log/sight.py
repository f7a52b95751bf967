"""Who sees which job, and what the log holds: asked in SQL of the tests' own, not by the code under test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from store.database import Db

SEEN = """
    SELECT m.id AS member_id, j.id, j.account_id FROM members m JOIN jobs j ON j.firm_id = m.firm_id
    WHERE m.firm_id = $1 AND m.deactivated_at IS NULL AND (m.role <> 'EMPLOYEE' OR (
        EXISTS (SELECT FROM pipeline_members x WHERE x.pipeline_id = j.pipeline_id AND x.member_id = m.id)
        AND ('VIEW_ALL_ACCOUNTS' = ANY(m.rights)
            OR EXISTS (SELECT FROM member_accounts x WHERE x.account_id = j.account_id AND x.member_id = m.id)
            OR EXISTS (SELECT FROM job_assignees x WHERE x.job_id = j.id AND x.member_id = m.id)
            OR EXISTS (SELECT FROM item_links l JOIN task_assignees x ON x.task_id = l.item_id
                       WHERE l.job_id = j.id AND x.member_id = m.id))))
"""


@dataclass
class Sight:
    """What the members of a firm see at one moment (AC1 to AC3), archived jobs included."""

    jobs: dict[str, set[str]]
    accounts: dict[str, set[str]]
    """Accounts of the jobs that a member sees."""

    @classmethod
    async def now(cls, db: Db, firm_id: str) -> Sight:
        """Sight as the tables tell it."""
        sight = cls({}, {})
        for row in await db.rows(SEEN, firm_id):
            sight.jobs.setdefault(row["member_id"], set()).add(row["id"])
            sight.accounts.setdefault(row["member_id"], set()).add(row["account_id"])
        return sight

    def of(self, member_id: str) -> set[str]:
        """The jobs that a member sees."""
        return self.jobs.get(member_id, set())


@dataclass
class Event:
    """One event as it is stored."""

    id: str
    seq: int
    at: datetime
    cause: dict[str, Any]
    changes: list[dict[str, Any]]


async def head(db: Db, firm_id: str) -> int:
    """The sequence of the firm's newest event."""
    seq: int = await db.value("SELECT seq FROM event_heads WHERE firm_id = $1", firm_id)
    return seq


async def events(db: Db, firm_id: str, after: int = 0) -> list[Event]:
    """The firm's events after a sequence, in order; one without a sequence would be among them."""
    found = await db.rows(
        "SELECT id, seq, at, cause, changes FROM events WHERE firm_id = $1 AND coalesce(seq, $2 + 1) > $2 ORDER BY seq",
        firm_id,
        after,
    )
    return [
        Event(row["id"], row["seq"], row["at"], orjson.loads(row["cause"]), orjson.loads(row["changes"]))
        for row in found
    ]
