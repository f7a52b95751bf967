"""Notifications of members."""

from collections.abc import Collection
from typing import Final

from store.database import Db, Row
from store.reads.things import Condition
from store.sql import Params

NOTIFICATION: Final = """n.*, 'Notification' AS "__typename" """


async def by_ids(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Notifications (alias n) by id."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {NOTIFICATION} FROM notifications n WHERE n.firm_id = $1 AND n.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}


async def count_unread(db: Db, firm_id: str, seen: Condition) -> int:
    """How many unread notifications (alias n) meet a condition."""
    p = Params(firm_id)
    sql = f"SELECT count(*) FROM notifications n WHERE n.firm_id = $1 AND n.read_at IS NULL AND {seen(p)}"
    count: int = await db.value(sql, *p.values)
    return count


async def email_kinds(db: Db, firm_id: str, member_id: str) -> list[str]:
    """The kinds of which a member wants e-mails besides."""
    found: list[str] = await db.value(
        "SELECT email_kinds FROM members WHERE firm_id = $1 AND id = $2", firm_id, member_id
    )
    return found
