"""The dates that the logs of firms have announced (LV7)."""

from collections.abc import Collection
from datetime import date

from store.database import Db, Row
from store.reads.filters import job_overdue
from store.sql import Params


async def dates(db: Db) -> list[Row]:
    """Every pair of a time zone and an announced date that some firm has."""
    return await db.rows("SELECT DISTINCT time_zone, clock_date FROM firms")


async def firms_at(db: Db, pairs: Collection[Row]) -> list[str]:
    """Ids of the firms with one of these pairs of a time zone and an announced date.

    They come in any order, so that workers at the same time seldom wait for each other.
    """
    found = await db.rows(
        "SELECT f.id FROM firms f JOIN unnest($1::text[], $2::date[]) AS p (time_zone, clock_date)"
        " ON f.time_zone = p.time_zone AND f.clock_date = p.clock_date ORDER BY random()",
        [pair["time_zone"] for pair in pairs],
        [pair["clock_date"] for pair in pairs],
    )
    return [row["id"] for row in found]


async def set_date(db: Db, firm_id: str, day: date) -> None:
    """Sets the date of a firm. Its version stays: nothing that anybody edits has changed."""
    await db.rows("UPDATE firms SET clock_date = $2 WHERE id = $1", firm_id, day)


async def turns_overdue(db: Db, firm_id: str, since: date, until: date) -> bool:
    """Whether the step from a date to a later one makes any job of the firm overdue (ST1)."""
    p = Params(firm_id, since)
    late = f"SELECT FROM jobs j WHERE j.firm_id = $1 AND j.due_date >= $2 AND {job_overdue(p, until)}"
    return bool(await db.value(f"SELECT EXISTS ({late})", *p.values))


async def overdue_assignments(db: Db, firm_id: str, since: date, until: date) -> list[Row]:
    """Who is to do the jobs and open tasks that the same step makes overdue; not those of archived jobs (ST1)."""
    p = Params(firm_id, since, until)
    return await db.rows(
        f"""
        SELECT j.id, j.id AS job_id, j.name, j.due_date, FALSE AS is_task, a.member_id FROM jobs j
        JOIN job_assignees a ON a.firm_id = $1 AND a.job_id = j.id
        WHERE j.firm_id = $1 AND j.due_date >= $2 AND {job_overdue(p, until)}
        UNION ALL
        SELECT i.id, l.job_id, i.title, i.due_date, TRUE, a.member_id FROM items i
        JOIN task_assignees a ON a.firm_id = $1 AND a.task_id = i.id
        LEFT JOIN item_links l ON l.firm_id = $1 AND l.item_id = i.id
        LEFT JOIN jobs j ON j.firm_id = $1 AND j.id = l.job_id
        WHERE i.firm_id = $1 AND i.kind = 'TASK' AND i.open AND i.due_date >= $2 AND i.due_date < $3
            AND j.state IS DISTINCT FROM 'ARCHIVED'
        ORDER BY due_date, id, member_id
        """,
        *p.values,
    )
