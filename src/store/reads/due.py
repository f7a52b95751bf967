"""What of a firm is due."""

from datetime import datetime

from store.database import Db


async def first(db: Db, firm_id: str, until: datetime) -> datetime | None:
    """When the first row is due, taken or not; None where none is until then."""
    found: datetime | None = await db.value(
        "SELECT min(due_at) FROM due"
        " WHERE firm_id = $1 AND due_at <= $2 AND dead_at IS NULL AND NOT (waits AND paused)",
        firm_id,
        until,
    )
    return found
