"""Reads of automations and of their turns."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from store.database import Db, Row
from store.reads.things import grouped
from store.sql import Params

Condition = Callable[[Params], str]

AUTOMATION: Final = """
    'Automation' AS "__typename", a.id, a.version, a.created_at, a.updated_at, a.pipeline_id, a.stage_id,
    a.status_id, a.position, a.kind, e.config, e.condition, e.delay"""

AUTOMATIONS: Final = """automations a
    JOIN automation_editions e ON e.firm_id = a.firm_id AND e.automation_id = a.id AND e.edition = a.edition"""

RUN: Final = """
    'AutomationRun' AS "__typename", r.id, r.job_id, r.visit_id, r.automation_id, r.state, r.reason, r.attempts,
    r.cause, r.created_at, r.due_at, r.started_at, r.finished_at"""


async def of_places(db: Db, firm_id: str, column: str, ids: Collection[str]) -> Mapping[str, list[Row]]:
    """The live automations of stages, or those of all statuses in pipelines, in order; ``column`` is our code's."""
    status = "a.status_id IS NOT NULL" if column == "pipeline_id" else "TRUE"
    found = await db.rows(
        f"""
        SELECT a.{column} AS parent_id, {AUTOMATION} FROM {AUTOMATIONS}
        WHERE a.firm_id = $1 AND a.{column} = ANY($2) AND {status} AND a.deleted_at IS NULL
        ORDER BY a.status_id, a.position
        """,
        firm_id,
        list(ids),
    )
    return grouped(found)


async def by_ids(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Automations (alias a) under a condition."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {AUTOMATION} FROM {AUTOMATIONS} WHERE a.firm_id = $1 AND a.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}


async def runs(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Turns (alias r) by their ids, under a condition."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {RUN} FROM runs r WHERE r.firm_id = $1 AND r.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}


async def editions(db: Db, firm_id: str, run_ids: Collection[str]) -> dict[str, Row]:
    """The kinds of turns, and the editions with which their jobs entered, whatever has become of the automations."""
    found = await db.rows(
        """
        SELECT r.id, a.kind, e.config, e.condition, e.delay FROM runs r
        JOIN automations a ON a.firm_id = $1 AND a.id = r.automation_id
        JOIN automation_editions e ON e.firm_id = $1 AND e.automation_id = a.id AND e.edition = r.edition
        WHERE r.firm_id = $1 AND r.id = ANY($2)
        """,
        firm_id,
        list(run_ids),
    )
    return {row["id"]: row for row in found}


async def made(db: Db, firm_id: str, run_ids: Collection[str]) -> dict[str, list[str]]:
    """The ids of what turns made, in order."""
    found = await db.rows(
        "SELECT run_id, array_agg(thing_id ORDER BY n) AS ids FROM run_things"
        " WHERE firm_id = $1 AND run_id = ANY($2) GROUP BY 1",
        firm_id,
        list(run_ids),
    )
    return {row["run_id"]: row["ids"] for row in found}


async def visits(db: Db, firm_id: str, job_ids: Collection[str]) -> dict[str, Row]:
    """By when jobs are to have left their stages, and whether that time is over."""
    found = await db.rows(
        "SELECT job_id, due_at, overdue FROM stage_visits WHERE firm_id = $1 AND job_id = ANY($2) AND left_at IS NULL",
        firm_id,
        list(job_ids),
    )
    return {row["job_id"]: row for row in found}
