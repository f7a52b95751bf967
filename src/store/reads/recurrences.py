"""Recurrences and their runs."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from store.database import Db, Row
from store.reads.things import Condition, grouped
from store.sql import Params

STATE: Final = """
    CASE WHEN rc.paused_at IS NOT NULL THEN 'PAUSED' WHEN rc.next_date IS NULL THEN 'ENDED' ELSE 'ACTIVE' END
"""
RECURRENCE: Final = f"""rc.*, {STATE} AS state, 'Recurrence' AS "__typename" """
RUN: Final = """rr.*, 'RecurrenceRun' AS "__typename" """
RESULT: Final = "rj.firm_id, rj.recurrence_id, rj.occurrence, rj.account_id, rj.state, rj.job_id, rj.error"


async def by_ids(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Recurrences (alias rc) by id."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {RECURRENCE} FROM recurrences rc WHERE rc.firm_id = $1 AND rc.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}


async def runs(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Runs (alias rr) by id."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {RUN} FROM recurrence_runs rr WHERE rr.firm_id = $1 AND rr.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}


async def counted(
    db: Db, firm_id: str, run_ids: Collection[str], where: Callable[[Params], str]
) -> dict[str, Mapping[str, int]]:
    """How many accounts of runs, those that meet a condition (of rj), have got a job, have got none, or wait for it."""
    p = Params(firm_id, list(run_ids))
    found = await db.rows(
        f"""
        SELECT rr.id, count(*) FILTER (WHERE rj.state = 'MADE') AS made,
            count(*) FILTER (WHERE rj.state = 'FAILED') AS failed, count(*) AS total
        FROM recurrence_runs rr JOIN recurrence_jobs rj
            ON rj.firm_id = $1 AND rj.recurrence_id = rr.recurrence_id AND rj.occurrence = rr.occurrence
        WHERE rr.firm_id = $1 AND rr.id = ANY($2) AND {where(p)} GROUP BY rr.id
        """,
        *p.values,
    )
    return {row["id"]: dict(row) for row in found}


async def tags(db: Db, firm_id: str, ids: Collection[str]) -> Mapping[str, list[Row]]:
    """The tags of recurrences by name."""
    found = await db.rows(
        """
        SELECT x.recurrence_id AS parent_id, tg.*, 'Tag' AS "__typename" FROM recurrence_tags x
        JOIN tags tg ON tg.firm_id = $1 AND tg.id = x.tag_id
        WHERE x.firm_id = $1 AND x.recurrence_id = ANY($2) ORDER BY lower(tg.name), tg.id
        """,
        firm_id,
        list(ids),
    )
    return grouped(found)
