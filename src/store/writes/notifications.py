"""Notifications, for commands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.database import Db, Row
from store.ids import new_id
from store.sql import Params
from store.writes.find import Condition
from store.writes.log import encode


@dataclass(frozen=True, slots=True)
class Told:
    """What one member is told of one job."""

    member_id: str
    job_id: str
    subject_id: str | None
    text: str


async def sights(
    db: Db, firm_id: str, member_ids: Collection[str], pipeline_ids: Collection[str], account_ids: Collection[str]
) -> list[Row]:
    """Active members with role and rights, and which of the pipelines and accounts each may see by itself."""
    return await db.rows(
        """
        SELECT m.id, m.role, m.rights,
            ARRAY(
                SELECT pipeline_id FROM pipeline_members x
                WHERE x.firm_id = $1 AND x.member_id = m.id AND x.pipeline_id = ANY($3)
            ) AS pipelines,
            ARRAY(
                SELECT account_id FROM member_accounts x
                WHERE x.firm_id = $1 AND x.member_id = m.id AND x.account_id = ANY($4)
            ) AS accounts
        FROM members m WHERE m.firm_id = $1 AND m.id = ANY($2) AND m.deactivated_at IS NULL
        """,
        firm_id,
        list(member_ids),
        list(pipeline_ids),
        list(account_ids),
    )


async def tell(
    db: Db, firm_id: str, kind: str, told: Sequence[Told], cause: dict[str, Any], now: datetime
) -> list[Row]:
    """Writes notifications; answers their ids, members and jobs."""
    return await db.rows(
        """
        INSERT INTO notifications (id, firm_id, member_id, kind, job_id, subject_id, text, cause, created_at)
        SELECT n.id, $1, n.member_id, $2, n.job_id, n.subject_id, n.text, $3::jsonb, $4
        FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
            AS n (id, member_id, job_id, subject_id, text)
        RETURNING id, member_id, job_id
        """,
        firm_id,
        kind,
        encode(cause),
        now,
        [new_id("notification") for _ in told],
        [one.member_id for one in told],
        [one.job_id for one in told],
        [one.subject_id for one in told],
        [one.text for one in told],
    )


async def retell(db: Db, firm_id: str, subject_id: str, member_ids: Collection[str], text: str) -> list[Row]:
    """Changes what members were told of a subject; answers ids, members and jobs of what changed."""
    return await db.rows(
        "UPDATE notifications SET text = $4 WHERE firm_id = $1 AND subject_id = $2 AND member_id = ANY($3)"
        " AND text <> $4 RETURNING id, member_id, job_id",
        firm_id,
        subject_id,
        list(member_ids),
        text,
    )


async def withdraw(db: Db, firm_id: str, subject_id: str, member_ids: Collection[str]) -> list[Row]:
    """Deletes what members were told of a subject; answers ids, members and jobs of what is gone."""
    return await db.rows(
        "DELETE FROM notifications WHERE firm_id = $1 AND subject_id = $2 AND member_id = ANY($3)"
        " RETURNING id, member_id, job_id",
        firm_id,
        subject_id,
        list(member_ids),
    )


async def mark_read(
    db: Db, firm_id: str, member_id: str, ids: Collection[str] | None, seen: Condition, now: datetime
) -> list[Row]:
    """Marks a member's unread notifications that meet a condition, or those named; answers those that were unread.

    The condition speaks of the notification as ``n``.
    """
    p = Params(firm_id, member_id, now)
    named = "TRUE" if ids is None else f"n.id = ANY({p(list(ids))})"
    return await db.rows(
        f"""
        UPDATE notifications n SET read_at = $3
        WHERE n.firm_id = $1 AND n.member_id = $2 AND n.read_at IS NULL AND {named} AND {seen(p)}
        RETURNING n.id, n.member_id, n.job_id
        """,
        *p.values,
    )
