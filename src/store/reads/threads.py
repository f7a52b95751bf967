"""Messages and client's tasks of threads."""

from collections.abc import Collection, Mapping
from typing import Final

from store.database import Db, Row
from store.reads.things import Condition, grouped
from store.sql import Params

MESSAGE: Final = """m.*, 'ThreadMessage' AS "__typename" """
PORTAL_MESSAGE: Final = """
    m.id, m.text, m.created_at, m.member_id, m.contact_id, 'PortalMessage' AS "__typename"
"""


TASK: Final = """c.*, c.done_at IS NOT NULL AS done, 'ClientTask' AS "__typename" """


async def tasks_by_id(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Client's tasks by id, under a condition on their item (alias i)."""
    p = Params(firm_id, list(ids))
    found = await db.rows(
        f"""
        SELECT {TASK} FROM client_tasks c JOIN items i ON i.firm_id = $1 AND i.id = c.item_id
        WHERE c.firm_id = $1 AND c.id = ANY($2) AND {seen(p)}
        """,
        *p.values,
    )
    return {row["id"]: row for row in found} if ids else {}


async def tasks(db: Db, firm_id: str, item_ids: Collection[str]) -> Mapping[str, list[Row]]:
    """The client's tasks of threads, in order."""
    found = await db.rows(
        f"""
        SELECT c.item_id AS parent_id, {TASK} FROM client_tasks c
        WHERE c.firm_id = $1 AND c.item_id = ANY($2) ORDER BY c.rank
        """,
        firm_id,
        list(item_ids),
    )
    return grouped(found)


async def messages(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Messages (alias m) by id, under a condition on their item (alias i)."""
    p = Params(firm_id, list(ids))
    found = await db.rows(
        f"""
        SELECT {MESSAGE} FROM thread_messages m JOIN items i ON i.firm_id = $1 AND i.id = m.item_id
        WHERE m.firm_id = $1 AND m.id = ANY($2) AND {seen(p)}
        """,
        *p.values,
    )
    return {row["id"]: row for row in found} if ids else {}
