"""The firm's calendar: which day it is, and on which days the firm works."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

from store.database import Db
from store.reads import calendars

MONDAY_TO_FRIDAY: Final = frozenset({1, 2, 3, 4, 5})
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which a firm works, and the time zone in which they begin and end.

    ``weekdays`` are the working ones as ISO numbers them, Monday is 1; there is at least one. On the public holidays of
    a ``region`` such as DE-BY, and on the firm's ``own_holidays``, nobody works.
    """

    time_zone: str
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    region: str | None = None
    own_holidays: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether the firm works on a day."""
        if day.isoweekday() not in self.weekdays or day in self.own_holidays:
            return False
        return self.region is None or day not in _public_holidays(self.region, day.year)

    def next_working_day(self, day: date) -> date:
        """The day itself if the firm works on it, otherwise the next on which it does."""
        while not self.is_working(day):
            day += _DAY
        return day

    def previous_working_day(self, day: date) -> date:
        """The day itself if the firm works on it, otherwise the last before it on which it does."""
        while not self.is_working(day):
            day -= _DAY
        return day

    def add_working_days(self, moment: datetime, amount: int) -> datetime:
        """The same local time so many working days later, in UTC.

        On a day on which nobody works, counting begins with the next working day: one working day after a Saturday is
        Tuesday, as it is after Monday.
        """
        local = moment.astimezone(ZoneInfo(self.time_zone))
        day = self.next_working_day(local.date())
        for _ in range(amount):
            day = self.next_working_day(day + _DAY)
        return moment.astimezone(UTC) if day == local.date() else self.moment(day, local.time())

    def moment(self, day: date, local: time) -> datetime:
        """A local time of a day, in UTC.

        A time that the clocks leave out is moved forward by as much as they are; of one that comes twice it is the
        first.
        """
        at = datetime.combine(day, local.replace(fold=0), ZoneInfo(self.time_zone))
        return at.astimezone(UTC)


async def of_firm(db: Db, firm_id: str) -> Calendar:
    """A firm's calendar, in one statement."""
    row = await calendars.calendar(db, firm_id)
    return Calendar(
        time_zone=row["time_zone"],
        weekdays=frozenset(map(int, row["working_days"])),
        region=row["holiday_region"],
        own_holidays=frozenset(row["own_holidays"]),
    )


def today(time_zone: str, now: datetime) -> date:
    """The date at a moment in a time zone. A job is overdue from the midnight after its due date on."""
    return now.astimezone(ZoneInfo(time_zone)).date()


def is_region(text: str) -> bool:
    """Whether public holidays are known of a country (DE), or of a part of one (DE-BY)."""
    country, dash, part = text.partition("-")
    known = holidays.list_supported_countries(include_aliases=False)
    return country in known and (not dash or part in known[country])


@lru_cache(maxsize=1_000)
def _public_holidays(region: str, year: int) -> frozenset[date]:
    """The public holidays of a year; none of a region that is not known any more."""
    if not is_region(region):
        return frozenset()
    country, _, part = region.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
