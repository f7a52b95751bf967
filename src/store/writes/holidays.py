"""Changes of a firm's own holidays."""

from collections.abc import Collection, Mapping
from datetime import date

from store.database import Db


async def put(db: Db, firm_id: str, names: Mapping[date, str]) -> bool:
    """Names days as holidays, or gives them another name; answers whether that changed anything."""
    if not names:
        return False
    found = await db.rows(
        """
        INSERT INTO firm_holidays AS h (firm_id, day, name)
        SELECT $1, day, name FROM unnest($2::date[], $3::text[]) AS given (day, name)
        ON CONFLICT (firm_id, day) DO UPDATE SET name = excluded.name WHERE h.name <> excluded.name RETURNING TRUE
        """,
        firm_id,
        list(names),
        list(names.values()),
    )
    return bool(found)


async def remove(db: Db, firm_id: str, days: Collection[date]) -> bool:
    """Takes holidays away; answers whether any was there."""
    if not days:
        return False
    sql = "DELETE FROM firm_holidays WHERE firm_id = $1 AND day = ANY($2) RETURNING TRUE"
    return bool(await db.rows(sql, firm_id, list(days)))


async def count(db: Db, firm_id: str) -> int:
    """How many holidays of its own the firm has."""
    found: int = await db.value("SELECT count(*) FROM firm_holidays WHERE firm_id = $1", firm_id)
    return found
