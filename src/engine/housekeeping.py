"""What the worker does now and then: forgets what has ended."""

from datetime import timedelta
from typing import Final

from engine.work import Clock, system_clock
from store.database import Database
from store.writes import sessions

KEPT: Final = timedelta(days=1)  # how long ended sessions and tries stay to be looked at


async def sweep(database: Database, *, clock: Clock = system_clock) -> int:
    """Deletes sessions, invitations and login tries that ended a day ago; answers how many. Safe to run anywhere."""
    return await sessions.sweep(database, clock() - KEPT)
