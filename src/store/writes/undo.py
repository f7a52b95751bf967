"""What it takes to undo a job's last move by hand, and the undoing (MV7)."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from store.database import Db, Row
from store.writes.log import encode

LEFT: Final = "The job has left the stage."
UNDONE: Final = "The move was undone."


async def remember(db: Db, firm_id: str, job: Row, settled: Mapping[str, str]) -> None:
    """Notes where a locked job stands that is about to be moved by hand, and what is scheduled there.

    ``settled`` are the items that the move has closed, with their statuses before.
    """
    await db.rows(
        """
        INSERT INTO last_moves (firm_id, job_id, number, visit_id, stay_id, status_id, rank, settled, paused_at,
            scheduled)
        SELECT $1, $2, (SELECT max(number) + 1 FROM stage_visits n WHERE n.firm_id = $1 AND n.job_id = $2),
            v.id, y.id, $3, $4, $5::jsonb, $6, (
                SELECT coalesce(jsonb_object_agg(r.id, r.due_at), '{}') FROM runs r
                WHERE r.firm_id = $1 AND r.visit_id = v.id AND r.state = 'SCHEDULED'
            )
        FROM stage_visits v
        LEFT JOIN status_stays y ON y.firm_id = $1 AND y.job_id = $2 AND y.left_at IS NULL
        WHERE v.firm_id = $1 AND v.job_id = $2 AND v.left_at IS NULL
        ON CONFLICT (firm_id, job_id) DO UPDATE SET number = excluded.number, visit_id = excluded.visit_id,
            stay_id = excluded.stay_id, status_id = excluded.status_id, rank = excluded.rank,
            settled = excluded.settled, paused_at = excluded.paused_at, scheduled = excluded.scheduled
        """,
        firm_id,
        job["id"],
        job["status_id"],
        job["rank"],
        encode(dict(settled)),
        job["paused_at"],
    )


async def last_move(db: Db, firm_id: str, job_id: str) -> Row | None:
    """The move by hand that opened a job's open visit: that visit (now_id, moved_at), and what was noted before it."""
    return await db.row(
        """
        SELECT m.*, n.id AS now_id, n.entered_at AS moved_at, v.stage_id, v.pipeline_id, v.entered_at, v.due_at,
            v.overdue
        FROM last_moves m
        JOIN stage_visits n ON n.firm_id = $1 AND n.job_id = $2 AND n.left_at IS NULL AND n.number = m.number
        JOIN stage_visits v ON v.firm_id = $1 AND v.id = m.visit_id
        WHERE m.firm_id = $1 AND m.job_id = $2
        """,
        firm_id,
        job_id,
    )


async def forget(db: Db, firm_id: str, job_id: str) -> None:
    """There is nothing to undo any more."""
    await db.rows("DELETE FROM last_moves WHERE firm_id = $1 AND job_id = $2", firm_id, job_id)


async def status_by_hand(db: Db, firm_id: str, job_id: str, since: datetime) -> bool:
    """Whether a person has put a job into a status after a time."""
    return bool(
        await db.value(
            """
            SELECT EXISTS (
                SELECT FROM history WHERE firm_id = $1 AND job_id = $2 AND at > $3 AND action = 'STATUS_CHANGED'
                    AND cause->>'kind' IN ('MEMBER', 'API_TOKEN')
            )
            """,
            firm_id,
            job_id,
            since,
        )
    )


async def hold_back(db: Db, firm_id: str, visit_id: str) -> bool:
    """Keeps e-mails and calls that automations of a visit have made from being taken up by a worker.

    Answers whether nothing has left the firm so far, nor is on its way: of the visit, and of jobs made in it. What a
    client has looked at has, and so has an invoice.
    """
    await db.rows(
        f"""
        WITH waiting AS ({_WAITING})
        DELETE FROM due d USING waiting w WHERE d.firm_id = $1 AND d.subject_id = w.id AND d.leased_until IS NULL
        """,
        firm_id,
        visit_id,
    )
    gone = await db.value(
        """
        WITH RECURSIVE turns AS (
            SELECT id, job_id FROM runs WHERE firm_id = $1 AND visit_id = $2
            UNION
            SELECT r.id, r.job_id FROM turns t
            JOIN run_things x ON x.firm_id = $1 AND x.run_id = t.id AND starts_with(x.thing_id, 'job_')
            JOIN runs r ON r.firm_id = $1 AND r.job_id = x.thing_id
        ), made AS (
            SELECT e.id, e.state = 'SENT' AS gone FROM turns t
            JOIN emails e ON e.firm_id = $1 AND e.job_id = t.job_id AND e.run_id = t.id
            UNION ALL
            SELECT c.id, c.attempts > 0 FROM turns t
            JOIN webhook_calls c ON c.firm_id = $1 AND c.job_id = t.job_id AND c.run_id = t.id
            UNION ALL
            SELECT ci.id, ci.seen_at IS NOT NULL OR (ci.kind = 'INVOICE' AND ci.delivery = 'SENT') FROM turns t
            JOIN run_things x ON x.firm_id = $1 AND x.run_id = t.id
            JOIN client_items ci ON ci.firm_id = $1 AND ci.id = x.thing_id
        )
        SELECT EXISTS (
            SELECT FROM made m WHERE m.gone OR EXISTS (
                SELECT FROM due d WHERE d.firm_id = $1 AND d.subject_id = m.id AND d.leased_until IS NOT NULL
            )
        )
        """,
        firm_id,
        visit_id,
    )
    return not gone


_WAITING: Final = """
    SELECT e.id FROM runs r JOIN emails e ON e.firm_id = $1 AND e.job_id = r.job_id AND e.run_id = r.id
    WHERE r.firm_id = $1 AND r.visit_id = $2 AND e.state IN ('QUEUED', 'HELD')
    UNION ALL
    SELECT c.id FROM runs r JOIN webhook_calls c ON c.firm_id = $1 AND c.job_id = r.job_id AND c.run_id = r.id
    WHERE r.firm_id = $1 AND r.visit_id = $2 AND c.state = 'QUEUED'
"""


async def discard(db: Db, firm_id: str, job_id: str, visit_id: str, now: datetime) -> list[Row]:
    """Ends what was still to come of a visit: e-mails, calls, turns of automations, and looks at the job.

    Answers the turns, each with its id and job_id.
    """
    return await db.rows(
        f"""
        WITH waiting AS ({_WAITING}), letters AS (
            UPDATE emails e SET state = 'DISCARDED', error = NULL, updated_at = $4, version = version + 1
            FROM waiting w WHERE e.firm_id = $1 AND e.id = w.id
        ), calls AS (
            UPDATE webhook_calls c SET state = 'FAILED', error = $5, updated_at = $4
            FROM waiting w WHERE c.firm_id = $1 AND c.id = w.id
        ), turns AS (
            UPDATE runs SET state = 'CANCELLED', reason = $5, due_at = NULL, finished_at = $4
            WHERE firm_id = $1 AND visit_id = $2 AND state IN ('QUEUED', 'RUNNING', 'RETRYING', 'SCHEDULED', 'HELD')
            RETURNING id, job_id
        ), dropped AS (
            DELETE FROM due WHERE firm_id = $1 AND (
                subject_id IN (SELECT id FROM turns) OR (job_id = $3 AND kind = 'ADVANCE')
            )
        )
        SELECT id, job_id FROM turns
        """,
        firm_id,
        visit_id,
        job_id,
        now,
        UNDONE,
    )


async def made(db: Db, firm_id: str, visit_id: str) -> dict[str, list[str]]:
    """The turns of a visit that were done, in order, with what they made."""
    found = await db.rows(
        """
        SELECT r.id, array_remove(array_agg(x.thing_id ORDER BY x.n), NULL) AS things FROM runs r
        LEFT JOIN run_things x ON x.firm_id = $1 AND x.run_id = r.id
        WHERE r.firm_id = $1 AND r.visit_id = $2 AND r.state = 'DONE' GROUP BY r.id, r.position ORDER BY r.position
        """,
        firm_id,
        visit_id,
    )
    return {row["id"]: row["things"] for row in found}


async def failed(db: Db, firm_id: str, visit_id: str) -> list[str]:
    """The turns of a visit that stand as failed."""
    found = await db.rows(
        "SELECT id FROM runs WHERE firm_id = $1 AND visit_id = $2 AND state = 'FAILED'", firm_id, visit_id
    )
    return [row["id"] for row in found]


async def open_items(db: Db, firm_id: str, visit_id: str) -> list[str]:
    """The open items that turns of a visit have made, linked in it."""
    found = await db.rows(
        """
        SELECT DISTINCT i.id FROM runs r
        JOIN run_things x ON x.firm_id = $1 AND x.run_id = r.id
        JOIN item_links l ON l.firm_id = $1 AND l.visit_id = $2 AND l.item_id = x.thing_id
        JOIN items i ON i.firm_id = $1 AND i.id = l.item_id
        WHERE r.firm_id = $1 AND r.visit_id = $2 AND i.open ORDER BY 1
        """,
        firm_id,
        visit_id,
    )
    return [row["id"] for row in found]


async def linked(db: Db, firm_id: str, job_id: str, item_ids: Collection[str]) -> list[str]:
    """Those of the items that belong to a job, and are closed."""
    found = await db.rows(
        """
        SELECT i.id FROM item_links l JOIN items i ON i.firm_id = $1 AND i.id = l.item_id
        WHERE l.firm_id = $1 AND l.job_id = $2 AND l.item_id = ANY($3) AND NOT i.open ORDER BY 1
        """,
        firm_id,
        job_id,
        list(item_ids),
    )
    return [row["id"] for row in found]


async def taken(db: Db, firm_id: str, stage_id: str, rank: str) -> bool:
    """Whether another job stands at a place."""
    sql = "SELECT EXISTS (SELECT FROM jobs WHERE firm_id = $1 AND stage_id = $2 AND rank = $3)"
    return bool(await db.value(sql, firm_id, stage_id, rank))


async def put_back(db: Db, firm_id: str, move: Row, rank: str, stay_id: str | None, now: datetime) -> None:
    """Opens the earlier visit again, and the stay in it, for a job whose open visit has been ended."""
    await db.rows("UPDATE stage_visits SET left_at = NULL WHERE firm_id = $1 AND id = $2", firm_id, move["visit_id"])
    if stay_id is not None:
        await db.rows("UPDATE status_stays SET left_at = NULL WHERE firm_id = $1 AND id = $2", firm_id, stay_id)
    await db.rows(
        """
        UPDATE jobs SET pipeline_id = $3, stage_id = $4, rank = $5, entered_stage_at = $6, updated_at = $7,
            version = version + 1
        WHERE firm_id = $1 AND id = $2
        """,
        firm_id,
        move["job_id"],
        move["pipeline_id"],
        move["stage_id"],
        rank,
        move["entered_at"],
        now,
    )


async def put_off(db: Db, firm_id: str, visit_id: str, late: timedelta) -> None:
    """Puts the time limit of a visit off."""
    await db.rows(
        "UPDATE stage_visits SET due_at = due_at + $3::interval WHERE firm_id = $1 AND id = $2 AND NOT overdue",
        firm_id,
        visit_id,
        late,
    )


async def revive(db: Db, firm_id: str, move: Row, stay_id: str | None, late: timedelta) -> list[Row]:
    """Takes back that turns were cancelled because the job left: those that were scheduled are so again.

    Answers them, with their new states, and whether they are delayed by a span of time; those of them that wait in the
    stage are put off. What a status has scheduled is taken back with the stay in it only.
    """
    return await db.rows(
        """
        UPDATE runs r SET state = CASE WHEN s.key IS NULL THEN 'QUEUED' ELSE 'SCHEDULED' END, reason = NULL,
            finished_at = NULL, due_at = s.value::timestamptz + CASE
                WHEN e.delay ? 'span' AND o.stay_id IS NULL THEN $6::interval ELSE interval '0'
            END
        FROM runs o
        JOIN automation_editions e ON e.firm_id = $1 AND e.automation_id = o.automation_id AND e.edition = o.edition
        LEFT JOIN jsonb_each_text($3::jsonb) AS s ON s.key = o.id
        WHERE o.firm_id = $1 AND o.visit_id = $2 AND o.state = 'CANCELLED' AND (s.key IS NOT NULL OR o.reason = $4)
            AND (o.stay_id IS NULL OR o.stay_id = $5) AND r.firm_id = $1 AND r.id = o.id
        RETURNING r.id, r.state, r.due_at, r.stay_id, coalesce(e.delay ? 'span', FALSE) AS by_span
        """,
        firm_id,
        move["visit_id"],
        move["scheduled"],
        LEFT,
        stay_id,
        late,
    )
