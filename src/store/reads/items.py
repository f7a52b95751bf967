"""Action items of every kind, and what items for clients are made by."""

from collections.abc import Collection
from typing import Final

from store.database import Db, Row
from store.reads.things import Condition
from store.sql import Params

TEMPLATE: Final = """it.*, 'ItemTemplate' AS "__typename" """

STATE: Final = """
    CASE WHEN i.outcome IS NOT NULL THEN i.outcome WHEN ci.id IS NULL THEN 'OPEN'
        WHEN ci.delivery <> 'SENT' THEN ci.delivery WHEN ci.started_at IS NOT NULL THEN 'STARTED'
        WHEN ci.seen_at IS NOT NULL THEN 'SEEN' ELSE 'SENT' END
"""
"""Where an item (alias i, with ci of client_items, if it is one for clients) stands."""

TYPENAME: Final = "replace(initcap(i.kind), '_', '')"
"""The name of the type of an item (alias i) in the API."""

_SHARED: Final = f"""
    i.id, i.firm_id, i.kind, i.title, i.open, i.outcome, i.due_date, i.closed_at, {STATE} AS state,
    ci.account_id, ci.content, ci.sent_at, ci.seen_at, ci.remind_days, ci.remind_times, ci.reminded, ci.reminded_at
"""
ITEM: Final = f"""
    {_SHARED}, coalesce(t.version, i.version) AS version, i.created_at, coalesce(t.updated_at, i.updated_at)
    AS updated_at, t.status, t.description, t.priority, coalesce(t.created_by, ci.created_by) AS created_by,
    ci.message, coalesce(t.template_id, ci.template_id) AS template_id,
    coalesce(t.template_version, ci.template_version) AS template_version, {TYPENAME} AS "__typename"
"""
_BESIDE: Final = """
    LEFT JOIN tasks t ON t.firm_id = i.firm_id AND t.id = i.id
    LEFT JOIN client_items ci ON ci.firm_id = i.firm_id AND ci.id = i.id
"""
ITEMS: Final = f"items i {_BESIDE}"
LINKED_ITEMS: Final = f"item_links l JOIN items i ON i.firm_id = l.firm_id AND i.id = l.item_id {_BESIDE}"
CLIENT_ITEMS: Final = "client_items ci JOIN items i ON i.firm_id = ci.firm_id AND i.id = ci.id"
PORTAL_ITEM: Final = f"""
    {_SHARED}, ci.message, ci.created_by, i.created_at, i.version, 'Portal' || {TYPENAME} AS "__typename"
"""
"""What a client may be shown of an item, from ``CLIENT_ITEMS``."""


async def by_ids(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Items (alias i) by id."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {ITEM} FROM {ITEMS} WHERE i.firm_id = $1 AND i.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}


async def of_client(db: Db, firm_id: str, ids: Collection[str], own: Condition) -> dict[str, Row]:
    """Items for clients (alias ci) that a client is shown, by id."""
    p = Params(firm_id, list(ids))
    sql = (
        f"SELECT {PORTAL_ITEM} FROM {CLIENT_ITEMS}"
        f" WHERE ci.firm_id = $1 AND ci.id = ANY($2) AND ci.delivery = 'SENT' AND {own(p)}"
    )
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}


async def templates(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """Templates by id."""
    sql = f"SELECT {TEMPLATE} FROM item_templates it WHERE it.firm_id = $1 AND it.id = ANY($2)"
    return {row["id"]: row for row in await db.rows(sql, firm_id, list(ids))} if ids else {}
