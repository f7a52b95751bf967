"""The clock: a firm's midnight, at which jobs become overdue without anybody's doing, is an event of its log (LV7).

Whoever is to do what becomes overdue is told by the same transaction.
"""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfoNotFoundError

from engine.enums import CauseKind
from engine.job import overdue
from engine.time.calendar import today
from engine.work import Caller, Clock, Work, system_clock, system_of
from store.database import Database, Db
from store.writes import clock as clocks
from store.writes import locks, people

FIRMS_AT_ONCE: Final = 4
"""Each takes a connection of the pool. Ten thousand firms of one zone take seconds."""

FAILURES_SHOWN: Final = 5


async def strike(database: Database, notify: Callable[[str], None], *, clock: Clock = system_clock) -> int:
    """Announces the date to every firm that has a new one since the last time; answers to how many.

    A firm in which something becomes overdue by it gets one event, however many days have passed, and is notified.
    Safe to run anywhere, at the same time too. A firm that fails is left for the next time: the others are done, then
    an ExceptionGroup of the first failures is raised.
    """
    now = clock()
    due = await _due(database, now)
    waiting, failures = iter(due), list[Exception]()

    async def some() -> None:
        for firm_id in waiting:
            try:
                if await _announce(database, firm_id, now):
                    notify(firm_id)
            except Exception as error:  # noqa: BLE001  (raised below)
                error.add_note(f"The firm is {firm_id}.")
                failures.append(error)

    await asyncio.gather(*(some() for _ in range(FIRMS_AT_ONCE)))
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(due)} firms were not told the date", failures[:FAILURES_SHOWN])
    return len(due)


async def _due(database: Database, now: datetime) -> list[str]:
    """The firms whose date has changed. There are few zones, so most minutes cost one small statement."""
    pairs = [row for row in await clocks.dates(database) if _passed(row["time_zone"], row["clock_date"], now)]
    return await clocks.firms_at(database, pairs) if pairs else []


def _passed(time_zone: str, day: date, now: datetime) -> bool:
    try:
        return today(time_zone, now) > day
    except ZoneInfoNotFoundError:
        return True  # let its firms fail one by one


async def _announce(database: Database, firm_id: str, now: datetime) -> bool:
    """Sets the firm's date in one transaction; answers whether that was an event."""
    async with database.transaction() as db:
        firm = await people.firm(db, firm_id)
        if firm is None or (day := today(firm["time_zone"], now)) <= firm["clock_date"]:
            return False  # another worker was first, or the time zone was changed
        await clocks.set_date(db, firm_id, day)
        # Without this, a job whose new due date is being committed could flip unseen (see locks.log).
        await locks.log(db, firm_id)
        work = _work(db, firm_id, now)
        if await clocks.turns_overdue(db, firm_id, firm["clock_date"], day):
            work.changes["clock", firm_id] = _change(firm["clock_date"], day)
        await overdue.tell(work, firm["clock_date"], day)
        return await work.finish()


def _work(db: Db, firm_id: str, now: datetime) -> Work:
    viewer = system_of(firm_id)
    return Work(db, Caller(viewer, CauseKind.SYSTEM), now, viewer)


def _change(before: date, after: date) -> dict[str, Any]:
    """What the event says; jobs due from the first date on and before the second have become overdue."""
    return {"type": "clock", "from": before.isoformat(), "to": after.isoformat()}
