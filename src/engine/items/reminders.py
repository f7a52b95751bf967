"""Reminders: every so many days, so many times or until an item is answered, to each contact in their own day (RM1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.checks import Checks
from engine.enums import DueKind, ErrorCode
from engine.time.quiet import days_later
from engine.work import Work
from store.database import Row
from store.writes import items

MOST_DAYS: Final = 365
MOST_TIMES: Final = 100


@dataclass(frozen=True, slots=True)
class Reminders:
    """How a client is reminded of an item."""

    every_days: int = 3
    times: int | None = 1
    """How often; None until the item is answered."""

    def check(self, checks: Checks, *path: str) -> None:
        """Notes numbers that are too small or too large."""
        if not 1 <= self.every_days <= MOST_DAYS:
            checks.add(ErrorCode.INVALID, f"From 1 to {MOST_DAYS} days.", *path, "every_days")
        if self.times is not None and not 1 <= self.times <= MOST_TIMES:
            checks.add(ErrorCode.INVALID, f"From 1 to {MOST_TIMES} times; null until it is answered.", *path, "times")


async def plan(work: Work, rows: Sequence[Row]) -> None:
    """Has clients reminded of items that they are shown from now on, or once more.

    It waits with the clocks of the first of the item's jobs, whichever stage that stands in.
    """
    wanted = [row for row in rows if _is_wanted(row)]
    jobs = await items.first_jobs(work.db, work.firm_id, [row["id"] for row in wanted]) if wanted else {}
    for row in wanted:
        at = days_later(work.now, row["remind_days"], work.viewer.time_zone)
        work.later(DueKind.REMINDER, row["id"], job_id=jobs.get(row["id"]), at=at, waits=True)


def _is_wanted(row: Row) -> bool:
    """Whether there is another time."""
    most: int | None = row["remind_times"]
    return row["remind_days"] is not None and (most is None or row["reminded"] < most)
