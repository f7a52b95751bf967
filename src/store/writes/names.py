"""Names that are unique in a firm."""

from store.database import Db
from store.writes import locks


async def taken(db: Db, table: str, firm_id: str, name: str, but: str) -> bool:
    """Whether another thing has the name, whatever its case; holds up others who ask until the transaction ends."""
    await locks.own_firm(db, f"{firm_id}/{table}")
    found = await db.value(
        f"SELECT TRUE FROM {table} WHERE firm_id = $1 AND lower(name) = lower($2) AND id <> $3", firm_id, name, but
    )
    return bool(found)
