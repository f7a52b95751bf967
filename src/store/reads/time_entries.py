"""Time that is spent on jobs. Sums are whole minutes; what a running timer measures counts once it is stopped."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from store.database import Db, Row
from store.reads.paging import Source
from store.reads.things import MEMBER, Condition, grouped
from store.sql import Params


def columns(p: Params, now: datetime, too_long: timedelta) -> str:
    """An entry (alias te), with whether it is a running timer, and whether one that was forgotten, it seems."""
    measured = f"coalesce(te.minutes * interval '1 minute', {p(now)}::timestamptz - te.started_at)"
    long = f"te.started_at IS NOT NULL AND {measured} > {p(too_long)}::interval"
    return f"""te.*, te.minutes IS NULL AS running, ({long}) AS too_long, 'TimeEntry' AS "__typename" """


async def by_ids(
    db: Db, firm_id: str, ids: Collection[str], now: datetime, too_long: timedelta, seen: Condition
) -> dict[str, Row]:
    """Entries (alias te) by id."""
    p = Params(firm_id, list(ids))
    shown = columns(p, now, too_long)
    sql = f"SELECT {shown} FROM time_entries te WHERE te.firm_id = $1 AND te.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}


async def running(db: Db, firm_id: str, member_id: str, now: datetime, too_long: timedelta) -> Row | None:
    """A member's running timer."""
    p = Params(firm_id, member_id)
    shown = columns(p, now, too_long)
    sql = f"SELECT {shown} FROM time_entries te WHERE te.firm_id = $1 AND te.member_id = $2 AND te.minutes IS NULL"
    return await db.row(sql, *p.values)


async def spent(db: Db, firm_id: str, job_ids: Collection[str]) -> dict[str, int]:
    """How many minutes were spent on jobs; those without any are left out."""
    found = await db.rows(
        "SELECT job_id, sum(minutes)::bigint AS minutes FROM time_entries"
        " WHERE firm_id = $1 AND job_id = ANY($2) AND minutes IS NOT NULL GROUP BY 1",
        firm_id,
        list(job_ids),
    )
    return {row["job_id"]: row["minutes"] for row in found}


async def by_member(db: Db, firm_id: str, job_ids: Collection[str]) -> Mapping[str, list[Row]]:
    """How much of it by whom: members by name, each as they are, with ``minutes`` and ``billable_minutes``."""
    found = await db.rows(
        f"""
        SELECT x.parent_id, x.minutes, x.billable_minutes, {MEMBER} FROM (
            SELECT job_id AS parent_id, member_id, sum(minutes)::bigint AS minutes,
                coalesce(sum(minutes) FILTER (WHERE billable), 0)::bigint AS billable_minutes
            FROM time_entries WHERE firm_id = $1 AND job_id = ANY($2) AND minutes IS NOT NULL GROUP BY 1, 2
        ) AS x JOIN members m ON m.firm_id = $1 AND m.id = x.member_id JOIN users u ON u.id = m.user_id
        ORDER BY lower(m.name), m.id
        """,
        firm_id,
        list(job_ids),
    )
    return grouped(found)


async def totals(db: Db, source: Source, parents: Sequence[str]) -> dict[str, Row]:
    """What all entries of lists come to, by their parents: ``minutes`` and ``billable_minutes``."""
    p = Params(list(dict.fromkeys(parents)))
    found = await db.rows(
        f"""
        SELECT parent.id, total.* FROM unnest($1::text[]) AS parent (id) CROSS JOIN LATERAL (
            SELECT coalesce(sum(te.minutes), 0)::bigint AS minutes,
                coalesce(sum(te.minutes) FILTER (WHERE te.billable), 0)::bigint AS billable_minutes
            FROM {source.tables} WHERE {source.where(p)}
        ) AS total
        """,
        *p.values,
    )
    return {row["id"]: row for row in found}
