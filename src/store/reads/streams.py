"""Reads of streams: what a member's own changes were, and what the things that a stream shows belong to."""

from collections.abc import Collection
from datetime import date
from typing import Any

import orjson

from store.database import Db, Row
from store.reads import jobs, things
from store.reads.filters import job_overdue
from store.reads.things import Condition
from store.sql import Params
from store.writes import log


async def own_sight_changed(db: Db, firm_id: str, after: int, member_id: str) -> bool:
    """Whether an event after a sequence changed what a member may see, of whatever pipeline."""
    changes: list[list[dict[str, Any]]] = [
        [{"type": "member", "id": member_id}],
        [{"type": "pipeline", "members_added": [member_id]}],
        [{"type": "pipeline", "members_removed": [member_id]}],
    ]
    found = await db.value(
        """
        SELECT EXISTS (SELECT FROM events WHERE firm_id = $1 AND seq > $2
            AND (changes @> $3::jsonb OR changes @> $4::jsonb OR changes @> $5::jsonb))
        """,
        firm_id,
        after,
        *(orjson.dumps(change).decode() for change in changes),
    )
    return bool(found)


async def keys(db: Db, firm_id: str, job_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """What decides who sees jobs, as they stand now, in the form in which events store it."""
    return await log.job_keys(db, firm_id, job_ids) if job_ids else {}


async def jobs_where(db: Db, firm_id: str, where: Condition, limit: int) -> list[Row]:
    """Ids, accounts and pipelines of jobs (alias j) that meet a condition, at most ``limit``."""
    p = Params(firm_id, limit)
    return await db.rows(
        f"SELECT j.id, j.account_id, j.pipeline_id FROM jobs j WHERE j.firm_id = $1 AND {where(p)} LIMIT $2", *p.values
    )


def became_overdue(p: Params, since: date, today: date) -> str:
    """The SQL of whether a job (alias j) that was due from a day on is overdue."""
    return f"(j.due_date >= {p(since)}::date AND {job_overdue(p, today)})"


def linked_to(p: Params, job_id: str) -> str:
    """The SQL of whether an item (alias i) belongs to a job."""
    return (
        f"EXISTS (SELECT FROM item_links l WHERE l.firm_id = i.firm_id AND l.item_id = i.id AND l.job_id = {p(job_id)})"
    )


def linked_to_any(p: Params, job_ids: Collection[str]) -> str:
    """The SQL of whether an item (alias i) belongs to any of some jobs."""
    return (
        "EXISTS (SELECT FROM item_links l WHERE l.firm_id = i.firm_id AND l.item_id = i.id"
        f" AND l.job_id = ANY({p(list(job_ids))}))"
    )


async def tasks_where(db: Db, firm_id: str, where: Condition, limit: int) -> dict[str, Row]:
    """Tasks (aliases t, i) that meet a condition, at most ``limit``, by id."""
    p = Params(firm_id, limit)
    rows = await db.rows(
        f"SELECT {jobs.TASK} FROM {jobs.TASKS} WHERE t.firm_id = $1 AND {where(p)} LIMIT $2", *p.values
    )
    return {row["id"]: row for row in rows}


async def work_of(db: Db, firm_id: str, member_id: str) -> list[Row]:
    """The accounts and pipelines of jobs that are assigned to a member, or a task of which is."""
    return await db.rows(
        """
        SELECT DISTINCT j.account_id, j.pipeline_id FROM jobs j
        WHERE j.firm_id = $1 AND (
            j.id IN (SELECT job_id FROM job_assignees WHERE firm_id = $1 AND member_id = $2)
            OR j.id IN (
                SELECT l.job_id FROM task_assignees a JOIN item_links l ON l.firm_id = $1 AND l.item_id = a.task_id
                WHERE a.firm_id = $1 AND a.member_id = $2
            )
        )
        """,
        firm_id,
        member_id,
    )


async def notifications_about(
    db: Db, firm_id: str, member_id: str, job_ids: Collection[str], account_ids: Collection[str], limit: int
) -> list[Row]:
    """Ids of a member's notifications about jobs, or about any job of accounts, at most ``limit``.

    Also about jobs that have just gone into the trash.
    """
    return await db.rows(
        """
        SELECT n.id FROM notifications n JOIN all_jobs j ON j.firm_id = $1 AND j.id = n.job_id
        WHERE n.firm_id = $1 AND n.member_id = $2 AND (n.job_id = ANY($3) OR j.account_id = ANY($4)) LIMIT $5
        """,
        firm_id,
        member_id,
        list(job_ids),
        list(account_ids),
        limit,
    )


async def jobs_of_notifications(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, str | None]:
    """The jobs that notifications are about, by the notifications that are there."""
    rows = await db.rows("SELECT id, job_id FROM notifications WHERE firm_id = $1 AND id = ANY($2)", firm_id, list(ids))
    return {row["id"]: row["job_id"] for row in rows}


async def pipelines_where(db: Db, firm_id: str, where: Condition, order: str, limit: int) -> list[Row]:
    """Pipelines (alias pl) that meet a condition, in an order of our code's, at most ``limit``."""
    p = Params(firm_id, limit)
    return await db.rows(
        f"SELECT {things.PIPELINE} FROM pipelines pl"
        f" WHERE pl.firm_id = $1 AND pl.deleted_at IS NULL AND {where(p)} ORDER BY {order} LIMIT $2",
        *p.values,
    )


async def pipelines_of_jobs(db: Db, firm_id: str, where: Condition) -> set[str]:
    """The pipelines of jobs (alias j) that meet a condition."""
    p = Params(firm_id)
    rows = await db.rows(f"SELECT DISTINCT j.pipeline_id FROM jobs j WHERE j.firm_id = $1 AND {where(p)}", *p.values)
    return {row["pipeline_id"] for row in rows}
