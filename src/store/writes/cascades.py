"""How much a chain of effects has done (AU6)."""

from datetime import datetime

from store.database import Db


async def count_jobs(db: Db, firm_id: str, cascade: str, number: int, now: datetime) -> int:
    """Counts jobs that a chain makes; answers how many it has made with them. Others of the chain wait meanwhile."""
    made: int = await db.value(
        "INSERT INTO cascades (firm_id, id, jobs, since) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (firm_id, id) DO UPDATE SET jobs = cascades.jobs + $3 RETURNING jobs",
        firm_id,
        cascade,
        number,
        now,
    )
    return made
