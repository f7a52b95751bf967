"""Jobs entering stages and statuses, any number in a constant number of statements."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from store.database import Db, Row
from store.writes.log import encode

Line = dict[str, Any]


async def leave(db: Db, firm_id: str, job_ids: Collection[str], now: datetime) -> list[Row]:
    """Ends the open visits of jobs, and their stays in statuses; what was scheduled there is not done any more (AU4).

    Answers the turns that this cancels, each with its id and job_id. A visit never ends before it began, whatever the
    clocks of two machines say.
    """
    return await db.rows(
        """
        WITH ended AS (
            UPDATE stage_visits SET left_at = greatest($3, entered_at)
            WHERE firm_id = $1 AND job_id = ANY($2) AND left_at IS NULL RETURNING id
        ), stays AS (
            UPDATE status_stays SET left_at = greatest($3, entered_at)
            WHERE firm_id = $1 AND job_id = ANY($2) AND left_at IS NULL
        ), gone AS (
            UPDATE runs r SET state = 'CANCELLED', reason = 'The job has left the stage.', due_at = NULL,
                finished_at = $3
            FROM ended WHERE r.firm_id = $1 AND r.visit_id = ended.id AND r.state = 'SCHEDULED' RETURNING r.id, r.job_id
        ), dropped AS (
            DELETE FROM due WHERE firm_id = $1 AND (
                subject_id IN (SELECT id FROM gone) OR (kind = 'LIMIT' AND job_id = ANY($2))
            )
        )
        SELECT id, job_id FROM gone
        """,
        firm_id,
        list(job_ids),
        now,
    )


async def enter(db: Db, firm_id: str, now: datetime, lines: Sequence[Line]) -> dict[str, Row]:
    """Puts jobs into stages and opens their next visits; answers the visits by job.

    A line has job_id, pipeline_id, stage_id, rank, visit_id, and due_at (or None).
    """
    found = await db.rows(
        """
        WITH given AS (
            SELECT * FROM jsonb_to_recordset($3::jsonb) AS g (job_id text, pipeline_id text, stage_id text, rank text,
                visit_id text, due_at timestamptz)
        ), moved AS (
            UPDATE jobs j SET pipeline_id = g.pipeline_id, stage_id = g.stage_id, rank = g.rank,
                entered_stage_at = greatest($2, j.entered_stage_at), updated_at = $2, version = j.version + 1
            FROM given g WHERE j.firm_id = $1 AND j.id = g.job_id RETURNING j.id, j.entered_stage_at
        )
        INSERT INTO stage_visits (id, firm_id, job_id, number, pipeline_id, stage_id, entered_at, due_at)
        SELECT g.visit_id, $1, g.job_id, coalesce((
                SELECT max(number) FROM stage_visits v WHERE v.firm_id = $1 AND v.job_id = g.job_id
            ), 0) + 1, g.pipeline_id, g.stage_id, moved.entered_stage_at, g.due_at
        FROM given g JOIN moved ON moved.id = g.job_id
        RETURNING *
        """,
        firm_id,
        now,
        encode(list(lines)),
    )
    return {row["job_id"]: row for row in found}


async def visits(db: Db, firm_id: str, job_ids: Collection[str]) -> dict[str, Row]:
    """The open visits of jobs, by job."""
    found = await db.rows(
        "SELECT * FROM stage_visits WHERE firm_id = $1 AND job_id = ANY($2) AND left_at IS NULL",
        firm_id,
        list(job_ids),
    )
    return {row["job_id"]: row for row in found}


async def tops(db: Db, firm_id: str, stage_ids: Collection[str]) -> dict[str, str]:
    """The order keys of the jobs on top of stages; empty ones are left out."""
    found = await db.rows(
        "SELECT s.id, (SELECT min(rank) FROM jobs WHERE firm_id = $1 AND stage_id = s.id) AS rank"
        " FROM unnest($2::text[]) AS s (id)",
        firm_id,
        list(stage_ids),
    )
    return {row["id"]: row["rank"] for row in found if row["rank"] is not None}


async def put(db: Db, firm_id: str, job_ids: Collection[str], status: Row, now: datetime) -> None:
    """Puts jobs into a status."""
    await db.rows(
        """
        UPDATE jobs SET status_id = $3, state = $4, updated_at = $5, version = version + 1,
            completed_at = CASE WHEN $4 = 'COMPLETED' THEN $5::timestamptz END
        WHERE firm_id = $1 AND id = ANY($2)
        """,
        firm_id,
        list(job_ids),
        status["id"],
        status["state"],
        now,
    )


async def pause(db: Db, firm_id: str, job_ids: Collection[str], now: datetime, *, pauses: bool) -> list[Row]:
    """Stops the clocks of jobs, or lets them go on: what was to come is put off by the part of the pause in it (AU4).

    Jobs whose clocks stand still already, or go, are left alone. Answers the turns that this puts off, each with its id
    and job_id.
    """
    return await db.rows(
        """
        WITH before AS (
            SELECT id, paused_at FROM jobs
            WHERE firm_id = $1 AND id = ANY($2) AND (paused_at IS NOT NULL) <> $4
        ), changed AS (
            UPDATE jobs j SET paused_at = CASE WHEN $4 THEN $3::timestamptz END
            FROM before b WHERE j.firm_id = $1 AND j.id = b.id
        ), visits AS (
            UPDATE stage_visits v SET due_at = v.due_at + ($3 - greatest(b.paused_at, v.entered_at))
            FROM before b WHERE NOT $4 AND v.firm_id = $1 AND v.job_id = b.id AND v.left_at IS NULL AND NOT v.overdue
                AND v.due_at IS NOT NULL
        ), put_off AS (
            UPDATE due d SET paused = $4, due_at = CASE
                    WHEN NOT $4 AND d.shifts THEN d.due_at + ($3 - greatest(b.paused_at, d.created_at)) ELSE d.due_at
                END
            FROM before b WHERE d.firm_id = $1 AND d.job_id = b.id RETURNING d.subject_id, d.due_at
        )
        UPDATE runs r SET due_at = o.due_at
        FROM put_off o WHERE r.firm_id = $1 AND r.id = o.subject_id AND r.state = 'SCHEDULED'
            AND r.due_at IS DISTINCT FROM o.due_at
        RETURNING r.id, r.job_id
        """,
        firm_id,
        list(job_ids),
        now,
        pauses,
    )


async def end_stays(db: Db, firm_id: str, job_ids: Collection[str], now: datetime) -> None:
    """Ends the stays of jobs in the firm's own statuses."""
    await db.rows(
        "UPDATE status_stays SET left_at = greatest($3, entered_at)"
        " WHERE firm_id = $1 AND job_id = ANY($2) AND left_at IS NULL",
        firm_id,
        list(job_ids),
        now,
    )


async def begin_stays(db: Db, firm_id: str, now: datetime, lines: Sequence[Line]) -> None:
    """Begins stays of jobs in a status: a line has id, job_id, visit_id and status_id."""
    await db.rows(
        """
        INSERT INTO status_stays (id, firm_id, job_id, visit_id, status_id, entered_at)
        SELECT g.id, $1, g.job_id, g.visit_id, g.status_id, $2
        FROM jsonb_to_recordset($3::jsonb) AS g (id text, job_id text, visit_id text, status_id text)
        """,
        firm_id,
        now,
        encode(list(lines)),
    )


async def enabled(db: Db, firm_id: str, pipeline_id: str, status_ids: Collection[str]) -> set[str]:
    """Which of the statuses are enabled in a pipeline; the built-in ones always are."""
    found = await db.rows(
        """
        SELECT s.id FROM job_statuses s WHERE s.firm_id = $1 AND s.id = ANY($3) AND (s.state <> 'CUSTOM' OR EXISTS (
            SELECT FROM pipeline_statuses p WHERE p.firm_id = $1 AND p.pipeline_id = $2 AND p.status_id = s.id
        ))
        """,
        firm_id,
        pipeline_id,
        list(status_ids),
    )
    return {row["id"] for row in found}


async def status_names(db: Db, firm_id: str, status_ids: Collection[str]) -> dict[str, str]:
    """The names of statuses."""
    found = await db.rows(
        "SELECT id, name FROM job_statuses WHERE firm_id = $1 AND id = ANY($2)", firm_id, list(status_ids)
    )
    return {row["id"]: row["name"] for row in found}


async def is_last(db: Db, firm_id: str, stage_id: str) -> bool:
    """Whether a stage is the last of its pipeline."""
    later: bool = await db.value(
        "SELECT EXISTS (SELECT FROM stages s JOIN stages n ON n.firm_id = $1 AND n.pipeline_id = s.pipeline_id"
        " AND n.position > s.position WHERE s.firm_id = $1 AND s.id = $2)",
        firm_id,
        stage_id,
    )
    return not later


async def mark_overdue(db: Db, firm_id: str, visit_ids: Collection[str]) -> list[str]:
    """Marks open visits as overdue; answers those that were not."""
    found = await db.rows(
        "UPDATE stage_visits SET overdue = TRUE"
        " WHERE firm_id = $1 AND id = ANY($2) AND left_at IS NULL AND NOT overdue RETURNING id",
        firm_id,
        list(visit_ids),
    )
    return [row["id"] for row in found]


async def stages(db: Db, firm_id: str, pipeline_ids: Collection[str]) -> dict[str, list[Row]]:
    """The stages of pipelines in order."""
    found = await db.rows(
        "SELECT * FROM stages WHERE firm_id = $1 AND pipeline_id = ANY($2) AND deleted_at IS NULL ORDER BY position",
        firm_id,
        list(pipeline_ids),
    )
    pipelines: dict[str, list[Row]] = {}
    for row in found:
        pipelines.setdefault(row["pipeline_id"], []).append(row)
    return pipelines


async def pipelines_of(db: Db, firm_id: str, job_ids: Collection[str]) -> list[str]:
    """The pipelines in which jobs are, in the order in which they are locked."""
    found = await db.rows(
        "SELECT DISTINCT pipeline_id FROM jobs WHERE firm_id = $1 AND id = ANY($2) ORDER BY 1", firm_id, list(job_ids)
    )
    return [row["pipeline_id"] for row in found]


async def open_stays(db: Db, firm_id: str, stay_ids: Collection[str]) -> set[str]:
    """Which of the stays in statuses are not over."""
    found = await db.rows(
        "SELECT id FROM status_stays WHERE firm_id = $1 AND id = ANY($2) AND left_at IS NULL", firm_id, list(stay_ids)
    )
    return {row["id"] for row in found}
