"""What the worker does now and then: forgets what has ended, and what is too old."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from engine.work import Clock, system_clock
from store.database import Database
from store.writes import bulk, log_trim, sessions

KEPT: Final = timedelta(days=1)  # how long ended sessions and tries stay to be looked at

BULK_KEPT: Final = timedelta(days=90)
"""How long it can be read what came of each job of a bulk operation that is over. The jobs' histories stay."""

CHUNK: Final = 1_000
"""Events that are deleted in one transaction: some ten milliseconds."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How much of each firm's event log is kept: what is older goes, and what is more."""

    age: timedelta = timedelta(days=30)
    events: int = 1_000_000


async def sweep(database: Database, *, clock: Clock = system_clock) -> int:
    """Deletes sessions, invitations and login tries that ended a day ago, and old bulk operations; answers how many.

    Safe to run anywhere.
    """
    gone = await sessions.sweep(database, clock() - KEPT)
    while found := await bulk.sweep(database, clock() - BULK_KEPT):
        gone += found
    return gone


async def trim(
    database: Database,
    kept: Retention,
    *,
    clock: Clock = system_clock,
    chunk: int = CHUNK,
    stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Trims the event logs of all firms in turn, a chunk at a time; answers by how many events (LV3).

    A cursor from before what is left gets a reset. Safe to run anywhere, at the same time too, and to be cut off.
    Once ``stopped``, it leaves the rest for the next time.
    """
    before, done, last = clock() - kept.age, 0, -1
    while done != last:
        last = done
        for firm_id in await log_trim.overfull(database, before, kept.events):
            if stopped():
                return done
            done += await log_trim.trim(database, firm_id, before, kept.events, chunk)
    return done
