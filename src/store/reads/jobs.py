"""Jobs, tasks and what belongs to them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from store.database import Db, Row
from store.reads.filters import job_overdue
from store.reads.things import Condition, grouped
from store.sql import Params

TASK: Final = """
    t.id, t.firm_id, t.status, t.description, t.priority, t.created_by, t.version, t.created_at, t.updated_at,
    t.template_id, t.template_version, i.kind, i.title, i.open, i.due_date, coalesce(i.outcome, 'OPEN') AS state,
    'Task' AS "__typename"
"""
TASKS: Final = "tasks t JOIN items i ON i.firm_id = t.firm_id AND i.id = t.id"
LINKED_TASKS: Final = """
    item_links l JOIN tasks t ON t.firm_id = l.firm_id AND t.id = l.item_id
    JOIN items i ON i.firm_id = l.firm_id AND i.id = l.item_id
"""
HISTORY: Final = """h.*, 'HistoryEntry' AS "__typename" """


def columns(p: Params, today: date, wanted: Collection[str] | None = None) -> str:
    """The columns of a job (alias j), with whether it is overdue; all of them, unless some are wanted."""
    if wanted is None:
        return f"""j.*, {job_overdue(p, today)} AS overdue, 'Job' AS "__typename" """
    late = [f"{job_overdue(p, today)} AS overdue"] if "overdue" in wanted else []
    return ", ".join([*(f"j.{name}" for name in sorted({"id", *wanted} - {"overdue"})), *late])


async def by_ids(db: Db, firm_id: str, ids: Collection[str], today: date, seen: Condition) -> dict[str, Row]:
    """Jobs (alias j) by id."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {columns(p, today)} FROM jobs j WHERE j.firm_id = $1 AND j.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}


@dataclass(frozen=True, slots=True)
class Beside:
    """What is read beside one job: an object of what hangs on it, and the proof of a session."""

    hanging: str | None = None
    proof: Condition | None = None


async def one(
    db: Db, firm_id: str, job_id: str, today: date, seen: Condition, wanted: Collection[str] | None, beside: Beside
) -> Row | None:
    """One job (alias j), with ``hanging``, as JSON, and ``proof`` where they are asked for."""
    p = Params(firm_id, job_id)
    more = f", {beside.hanging} AS hanging" if beside.hanging else ""
    if beside.proof is not None:
        more += f", ({beside.proof(p)}) AS proof"
    return await db.row(
        f"SELECT {columns(p, today, wanted)}{more} FROM jobs j WHERE j.firm_id = $1 AND j.id = $2 AND {seen(p)}",
        *p.values,
    )


async def judged(db: Db, firm_id: str, ids: Collection[str], today: date, here: Condition) -> dict[str, Row]:
    """Jobs (alias j, their status js) by id, and as ``here`` whether a condition holds for them."""
    p = Params(firm_id, list(ids))
    sql = f"""
        SELECT {columns(p, today)}, {here(p)} AS here
        FROM jobs j JOIN job_statuses js ON js.firm_id = $1 AND js.id = j.status_id
        WHERE j.firm_id = $1 AND j.id = ANY($2)
    """
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}


async def tasks(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Tasks (aliases t, i) by id."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {TASK} FROM {TASKS} WHERE t.firm_id = $1 AND t.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}


async def subtasks(db: Db, firm_id: str, ids: Collection[str]) -> Mapping[str, list[Row]]:
    """Check lists of tasks in order."""
    found = await db.rows(
        """
        SELECT s.task_id AS parent_id, s.*, 'Subtask' AS "__typename" FROM subtasks s
        WHERE s.firm_id = $1 AND s.task_id = ANY($2) ORDER BY s.rank
        """,
        firm_id,
        list(ids),
    )
    return grouped(found)


async def subtasks_by_id(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Lines of check lists by id, under a condition on their task (alias t)."""
    p = Params(firm_id, list(ids))
    found = await db.rows(
        f"""
        SELECT s.*, 'Subtask' AS "__typename" FROM subtasks s JOIN tasks t ON t.firm_id = $1 AND t.id = s.task_id
        WHERE s.firm_id = $1 AND s.id = ANY($2) AND {seen(p)}
        """,
        *p.values,
    )
    return {row["id"]: row for row in found}


async def links(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> Mapping[str, list[Row]]:
    """Links of items to jobs (alias j)."""
    p = Params(firm_id, list(ids))
    found = await db.rows(
        f"""
        SELECT l.item_id AS parent_id, l.job_id, l.visit_id, l.blocking FROM item_links l
        JOIN jobs j ON j.firm_id = $1 AND j.id = l.job_id
        WHERE l.firm_id = $1 AND l.item_id = ANY($2) AND {seen(p)} ORDER BY l.job_id
        """,
        *p.values,
    )
    return grouped(found)


async def counts(
    db: Db, firm_id: str, column: str, ids: Collection[str], today: date, where: Callable[[Params], str]
) -> Mapping[str, Row]:
    """Jobs (alias j) and overdue jobs by a column's value. The column is a name in our code."""
    p = Params(firm_id, list(ids))
    found = await db.rows(
        f"""
        SELECT j.{column} AS id, count(*) AS job_count, count(*) FILTER (WHERE {job_overdue(p, today)}) AS overdue_count
        FROM jobs j WHERE j.firm_id = $1 AND j.{column} = ANY($2) AND {where(p)} GROUP BY 1
        """,
        *p.values,
    )
    return {row["id"]: row for row in found}


async def ids_where(
    db: Db, firm_id: str, ids: Collection[str], tables: str, where: Callable[[Params], str]
) -> set[str]:
    """Which of the jobs (alias j) meet a condition."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT j.id FROM {tables} WHERE j.firm_id = $1 AND j.id = ANY($2) AND {where(p)}"
    return {row["id"] for row in await db.rows(sql, *p.values)} if ids else set()


async def history(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """History entries by id, under a condition on their job (alias j)."""
    p = Params(firm_id, list(ids))
    found = await db.rows(
        f"""
        SELECT {HISTORY} FROM history h JOIN jobs j ON j.firm_id = $1 AND j.id = h.job_id
        WHERE h.firm_id = $1 AND h.id = ANY($2) AND {seen(p)}
        """,
        *p.values,
    )
    return {row["id"]: row for row in found} if ids else {}
