"""Notifications, for commands."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from store.database import Db, Row
from store.sql import Params
from store.writes.find import Condition
from store.writes.log import encode

Line = dict[str, Any]


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


async def things(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """Jobs and tasks by id: what each is called, and its job (of a job itself) with the job's pipeline, if any."""
    found = await db.rows(
        """
        SELECT j.id, j.name, j.id AS job_id, j.pipeline_id FROM jobs j WHERE j.firm_id = $1 AND j.id = ANY($2)
        UNION ALL
        SELECT i.id, i.title, j.id, j.pipeline_id FROM items i
        LEFT JOIN item_links l ON l.firm_id = $1 AND l.item_id = i.id
        LEFT JOIN jobs j ON j.firm_id = $1 AND j.id = l.job_id
        WHERE i.firm_id = $1 AND i.id = ANY($2) AND i.kind = 'TASK'
        """,
        firm_id,
        list(ids),
    )
    return {row["id"]: row for row in found}


async def tell(db: Db, firm_id: str, kind: str, now: datetime, lines: Sequence[Line]) -> list[Row]:
    """Writes notifications: a line has id, member_id, job_id, subject_id, text and cause.

    Answers them, with what an e-mail of them says of where it is; the address only of who wants one of this kind.
    """
    return await db.rows(
        """
        WITH told AS (
            INSERT INTO notifications (id, firm_id, member_id, kind, job_id, subject_id, text, cause, created_at)
            SELECT n.id, $1, n.member_id, $2, n.job_id, n.subject_id, n.text, n.cause, $3
            FROM jsonb_to_recordset($4::jsonb)
                AS n (id text, member_id text, job_id text, subject_id text, text text, cause jsonb)
            RETURNING id, member_id, job_id, text
        )
        SELECT told.*, m.name, u.email AS address, j.name AS job, a.name AS account, p.name AS pipeline, s.name AS stage
        FROM told
        JOIN members m ON m.firm_id = $1 AND m.id = told.member_id
        LEFT JOIN users u ON u.id = m.user_id AND $2 = ANY(m.email_kinds)
        LEFT JOIN jobs j ON j.firm_id = $1 AND j.id = told.job_id
        LEFT JOIN accounts a ON a.firm_id = $1 AND a.id = j.account_id
        LEFT JOIN pipelines p ON p.firm_id = $1 AND p.id = j.pipeline_id
        LEFT JOIN stages s ON s.firm_id = $1 AND s.id = j.stage_id
        ORDER BY told.id
        """,
        firm_id,
        kind,
        now,
        encode(list(lines)),
    )


async def retell(db: Db, firm_id: str, subject_id: str, text: str) -> list[Row]:
    """Changes what was told of a subject; answers ids, members and jobs of what changed."""
    return await db.rows(
        "UPDATE notifications SET text = $3 WHERE firm_id = $1 AND subject_id = $2 AND text <> $3"
        " RETURNING id, member_id, job_id",
        firm_id,
        subject_id,
        text,
    )


async def withdraw(
    db: Db, firm_id: str, kind: str, told: Collection[tuple[str, str | None]], now: datetime
) -> list[Row]:
    """Deletes what was told of subjects: each to one member, or to all where None is named beside it.

    E-mails of it that have not been sent never will be, unless one is on its way just now. Answers ids, members and
    jobs of what is gone.
    """
    return await db.rows(
        """
        WITH gone AS (
            DELETE FROM notifications n USING unnest($3::text[], $4::text[]) AS w (subject_id, member_id)
            WHERE n.firm_id = $1 AND n.kind = $2 AND n.subject_id = w.subject_id
                AND (w.member_id IS NULL OR n.member_id = w.member_id)
            RETURNING n.id, n.member_id, n.job_id
        ), unsent AS (
            UPDATE emails e SET state = 'DISCARDED', updated_at = $5, version = version + 1
            FROM gone WHERE e.firm_id = $1 AND e.notification_id = gone.id AND e.state IN ('QUEUED', 'FAILED')
                AND NOT EXISTS (
                    SELECT FROM due d WHERE d.firm_id = $1 AND d.kind = 'EMAIL' AND d.subject_id = e.id
                        AND d.leased_until > clock_timestamp()
                )
        )
        SELECT id, member_id, job_id FROM gone
        """,
        firm_id,
        kind,
        [subject_id for subject_id, _ in told],
        [member_id for _, member_id in told],
        now,
    )


async def prefer(db: Db, firm_id: str, member_id: str, add: Collection[str], remove: Collection[str]) -> None:
    """Says of which kinds of notifications a member wants e-mails besides, and of which not."""
    await db.rows(
        """
        UPDATE members SET email_kinds = ARRAY(
            (SELECT unnest(email_kinds) UNION SELECT unnest($3::text[])) EXCEPT SELECT unnest($4::text[]) ORDER BY 1
        )
        WHERE firm_id = $1 AND id = $2
        """,
        firm_id,
        member_id,
        list(add),
        list(remove),
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
