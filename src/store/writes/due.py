"""Work that is due: written by the transaction that wants it done, claimed by whichever worker comes first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from store.database import Db, Row
from store.ids import new_id
from store.writes.log import encode


@dataclass(frozen=True, slots=True)
class Due:
    """A row of it; see ``engine.work.Work.later``."""

    kind: str
    subject_id: str
    job_id: str | None
    in_lane: bool
    visit: int
    position: int
    due_at: datetime
    shifts: bool
    waits: bool
    cause: dict[str, Any]
    cascade: str
    hops: int


async def add(db: Db, firm_id: str, rows: Sequence[Due], now: datetime) -> None:
    """Writes rows of due work."""
    lines = [
        {
            "id": new_id("due"),
            **{name: getattr(row, name) for name in Due.__slots__},
        }
        for row in rows
    ]
    await db.rows(
        """
        INSERT INTO due (id, firm_id, kind, subject_id, job_id, in_lane, visit, position, due_at, shifts, waits, paused,
            attempts, cause, cascade, hops, created_at)
        SELECT r.id, $1, r.kind, r.subject_id, r.job_id, r.in_lane, r.visit, r.position, r.due_at, r.shifts, r.waits,
            j.paused_at IS NOT NULL, 0, r.cause, r.cascade, r.hops, $3
        FROM jsonb_to_recordset($2::jsonb) AS r (id text, kind text, subject_id text, job_id text, in_lane boolean,
            visit int, position int, due_at timestamptz, shifts boolean, waits boolean, cause jsonb, cascade text,
            hops int)
        LEFT JOIN jobs j ON j.firm_id = $1 AND j.id = r.job_id
        """,
        firm_id,
        encode(lines),
        now,
    )


# What each job is ready for, if anything: MOVE on, COMPLETE, or ACTIVATE (back from one of the firm's own statuses).
# Looked up job by job, whatever the planner believes: with old statistics it would read all that the firm has.
READY: Final = """
    SELECT j.id, CASE
        WHEN j.state = 'CUSTOM' AND ps.automove = 'WHEN_ITEMS_DONE' AND items.there_in_stay AND NOT items.open_in_stay
            AND NOT turns.pending_in_stay THEN 'ACTIVATE'
        WHEN j.state <> 'ACTIVE' OR items.open OR turns.pending THEN NULL
        WHEN s.position = ends.last THEN CASE WHEN s.completion = 'WHEN_ITEMS_DONE' AND items.there THEN 'COMPLETE' END
        WHEN s.automove = 'WHEN_ITEMS_DONE_OR_NONE' OR (s.automove = 'WHEN_ITEMS_DONE' AND items.there) THEN 'MOVE'
    END AS step
    FROM unnest($2::text[]) AS given (job_id)
    CROSS JOIN LATERAL (SELECT * FROM jobs WHERE firm_id = $1 AND id = given.job_id LIMIT 1) AS j
    CROSS JOIN LATERAL (SELECT * FROM stages WHERE firm_id = $1 AND id = j.stage_id LIMIT 1) AS s
    CROSS JOIN LATERAL (
        SELECT id FROM stage_visits WHERE firm_id = $1 AND job_id = j.id AND left_at IS NULL LIMIT 1
    ) AS v
    LEFT JOIN LATERAL (
        SELECT id FROM status_stays WHERE firm_id = $1 AND job_id = j.id AND left_at IS NULL LIMIT 1
    ) AS y ON TRUE
    LEFT JOIN LATERAL (
        SELECT automove FROM pipeline_statuses
        WHERE firm_id = $1 AND pipeline_id = j.pipeline_id AND status_id = j.status_id LIMIT 1
    ) AS ps ON TRUE
    CROSS JOIN LATERAL (
        SELECT max(n.position) AS last FROM stages n WHERE n.firm_id = $1 AND n.pipeline_id = j.pipeline_id
    ) AS ends
    CROSS JOIN LATERAL (
        SELECT count(*) > 0 AS there, coalesce(bool_or(i.open), FALSE) AS open,
            coalesce(bool_or(l.stay_id = y.id), FALSE) AS there_in_stay,
            coalesce(bool_or(i.open AND l.stay_id = y.id), FALSE) AS open_in_stay
        FROM item_links l JOIN items i ON i.firm_id = l.firm_id AND i.id = l.item_id
        WHERE l.firm_id = $1 AND l.visit_id = v.id AND l.blocking
    ) AS items
    CROSS JOIN LATERAL (
        SELECT count(*) > 0 AS pending, coalesce(bool_or(r.stay_id = y.id), FALSE) AS pending_in_stay
        FROM runs r WHERE r.firm_id = $1 AND r.visit_id = v.id AND (
            r.state IN ('QUEUED', 'RUNNING', 'RETRYING', 'HELD', 'FAILED') OR (r.state = 'SCHEDULED' AND r.holds)
        )
    ) AS turns
    WHERE (
        s.automove <> 'OFF' OR s.completion <> 'NEVER' OR (j.state = 'CUSTOM' AND ps.automove <> 'OFF')
    )
"""


# Where a look is due already, that one will do. If it is the end of a longer chain it is that of the shorter one from
# now on: a chain that is stopped (AU6) stops nobody else. A worker that has it in hand leaves it (``hold``).
_ADVANCE: Final = """
    INSERT INTO due (id, firm_id, kind, subject_id, job_id, in_lane, visit, position, due_at, shifts, waits, paused,
        attempts, cause, cascade, hops, created_at)
    SELECT given.due_id, $1, 'ADVANCE', given.job_id, given.job_id, FALSE, 0, 0, $4, FALSE, FALSE, FALSE, 0,
        $5::jsonb, $6, $7, $4
    FROM unnest($2::text[], $3::text[]) AS given (job_id, due_id) {only}
    ORDER BY given.job_id
    ON CONFLICT (firm_id, job_id) WHERE kind = 'ADVANCE' AND dead_at IS NULL
        DO UPDATE SET due_at = least(due.due_at, excluded.due_at), hops = least(due.hops, excluded.hops),
            cascade = CASE WHEN excluded.hops < due.hops THEN excluded.cascade ELSE due.cascade END,
            cause = CASE WHEN excluded.hops < due.hops THEN excluded.cause ELSE due.cause END,
            leased_until = CASE WHEN excluded.hops < due.hops THEN NULL ELSE due.leased_until END
    RETURNING TRUE
"""


async def advance(
    db: Db, firm_id: str, job_ids: Collection[str], now: datetime, cause: dict[str, Any], cascade: str, hops: int
) -> bool:
    """Leaves a look at those of the locked jobs that are ready to go on, one each (AM3); answers whether at any."""
    only = f"JOIN ({READY}) AS ready ON ready.id = given.job_id WHERE ready.step IS NOT NULL"
    due_ids = [new_id("due") for _ in job_ids]
    values = (firm_id, list(job_ids), due_ids, now, encode(cause), cascade, hops)
    return bool(await db.rows(_ADVANCE.format(only=only), *values))


async def ready(db: Db, firm_id: str, job_ids: Collection[str]) -> dict[str, str]:
    """What each of the locked jobs is ready for; jobs that are not are left out."""
    found = await db.rows(f"SELECT * FROM ({READY}) AS ready WHERE step IS NOT NULL", firm_id, list(job_ids))
    return {row["id"]: row["step"] for row in found}


async def claim(
    db: Db, kinds: Collection[str], now: datetime, most: int, lease: timedelta, others_than: Collection[str] = ()
) -> list[Row]:
    """Takes the next rows of the kinds for a while: of each lane only the oldest, of firms other than those named.

    Whoever dies with them loses them to another. By position within an instant, so that the heads of lanes come first.
    """
    return await db.rows(
        """
        WITH next AS (
            SELECT d.id FROM due d
            WHERE d.kind = ANY($4) AND d.dead_at IS NULL AND NOT (d.waits AND d.paused) AND d.due_at <= $1
                AND (d.leased_until IS NULL OR d.leased_until <= clock_timestamp()) AND d.firm_id <> ALL($5)
                AND NOT (d.in_lane AND EXISTS (
                    SELECT FROM due o WHERE o.job_id = d.job_id AND o.in_lane AND o.dead_at IS NULL
                        AND (o.visit, o.position) < (d.visit, d.position)
                ))
            ORDER BY d.due_at, d.position LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        UPDATE due SET leased_until = clock_timestamp() + $3, attempts = attempts + 1
        FROM next WHERE due.id = next.id RETURNING due.*
        """,
        now,
        most,
        lease,
        list(kinds),
        list(others_than),
    )


async def renew(db: Db, row: Row, lease: timedelta) -> bool:
    """Begins the time anew for which a claimed row is its taker's alone; answers whether it still is."""
    found = await db.rows(
        "UPDATE due SET leased_until = clock_timestamp() + $3 WHERE id = $1 AND attempts = $2 RETURNING TRUE",
        row["id"],
        row["attempts"],
        lease,
    )
    return bool(found)


async def next_at(db: Db) -> datetime | None:
    """When the next row is due that nobody has taken; None where there is none."""
    found: datetime | None = await db.value(
        """
        SELECT min(d.due_at) FROM due d WHERE d.dead_at IS NULL AND NOT (d.waits AND d.paused)
            AND (d.leased_until IS NULL OR d.leased_until <= clock_timestamp())
            AND NOT (d.in_lane AND EXISTS (
                SELECT FROM due o WHERE o.job_id = d.job_id AND o.in_lane AND o.dead_at IS NULL
                    AND (o.visit, o.position) < (d.visit, d.position)
            ))
        """
    )
    return found


async def hold(db: Db, claimed: Sequence[Row]) -> list[Row]:
    """Locks claimed rows, those that are still ours and what they were, for the transaction that does them."""
    taken = {row["id"]: (row["attempts"], row["hops"]) for row in claimed}
    found = await db.rows("SELECT * FROM due WHERE id = ANY($1) ORDER BY id FOR UPDATE", list(taken))
    ours = {
        row["id"]
        for row in found
        if (row["attempts"], row["hops"]) == taken[row["id"]] and not (row["waits"] and row["paused"])
    }
    return [row for row in claimed if row["id"] in ours]


async def done(db: Db, ids: Collection[str]) -> None:
    """Forgets rows that are done."""
    await db.rows("DELETE FROM due WHERE id = ANY($1)", list(ids))


async def put_off(db: Db, row: Row, until: datetime, error: str, *, dead: bool) -> None:
    """Lets a row that failed wait, out of its lane; a dead one for somebody's hand. Not if another has taken it."""
    await db.rows(
        """
        UPDATE due SET due_at = $3, leased_until = NULL, error = $4, in_lane = FALSE,
            dead_at = CASE WHEN $5 THEN clock_timestamp() END
        WHERE id = $1 AND attempts = $2
        """,
        row["id"],
        row["attempts"],
        until,
        error,
        dead,
    )


async def give_back(db: Db, rows: Sequence[Row]) -> None:
    """Lets others take claimed rows at once, as if they had never been taken."""
    await db.rows(
        "UPDATE due SET leased_until = NULL, attempts = due.attempts - 1"
        " FROM unnest($1::text[], $2::int[]) AS ours (id, attempts)"
        " WHERE due.id = ours.id AND due.attempts = ours.attempts",
        [row["id"] for row in rows],
        [row["attempts"] for row in rows],
    )


async def drop(db: Db, firm_id: str, subject_ids: Collection[str]) -> None:
    """Forgets what was due for things."""
    await db.rows("DELETE FROM due WHERE firm_id = $1 AND subject_id = ANY($2)", firm_id, list(subject_ids))


async def subjects(db: Db, firm_id: str, subject_ids: Collection[str]) -> set[str]:
    """For which of the things something is due; what is dead does not count."""
    found = await db.rows(
        "SELECT DISTINCT subject_id FROM due WHERE firm_id = $1 AND subject_id = ANY($2) AND dead_at IS NULL",
        firm_id,
        list(subject_ids),
    )
    return {row["subject_id"] for row in found}


async def advance_stage(
    db: Db, firm_id: str, stage_id: str, now: datetime, cause: dict[str, Any], cascade: str, hops: int
) -> bool:
    """Leaves a look at every live job of a stage (AM3: its mode has changed); answers whether there is any."""
    found = await db.rows(
        "SELECT id FROM jobs WHERE firm_id = $1 AND stage_id = $2 AND state <> 'ARCHIVED'", firm_id, stage_id
    )
    job_ids, due_ids = [row["id"] for row in found], [new_id("due") for _ in found]
    values = (firm_id, job_ids, due_ids, now, encode(cause), cascade, hops)
    return bool(await db.rows(_ADVANCE.format(only=""), *values))
