"""Spans of time as people give them: an amount and a unit."""

import calendar
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from engine.checks import Checks
from engine.enums import DurationUnit, ErrorCode
from engine.time.calendar import Calendar

MOST: Final = 10_000  # of any unit
MOST_WORKING_DAYS: Final = 1_000  # each is counted
DAY_UNITS: Final = (DurationUnit.DAYS, DurationUnit.WORKING_DAYS, DurationUnit.WEEKS, DurationUnit.MONTHS)
"""What leads from a day to a day."""

_NOON: Final = time(12)
_EXACT: Final = {DurationUnit.MINUTES: timedelta(minutes=1), DurationUnit.HOURS: timedelta(hours=1)}
_DAYS: Final = {DurationUnit.DAYS: 1, DurationUnit.WEEKS: 7}


@dataclass(frozen=True, slots=True)
class Duration:
    """A span. Minutes and hours are exact; all that is longer keeps the local time of day."""

    amount: int
    unit: DurationUnit

    def check(self, checks: Checks, *path: str, units: Collection[DurationUnit] = tuple(DurationUnit)) -> None:
        """Notes an amount that is not between 1 and 10,000, and a unit that does not fit here."""
        if not 1 <= self.amount <= MOST:
            checks.add(ErrorCode.INVALID, f"An amount from 1 to {MOST:,}.", *path, "amount")
        if self.unit is DurationUnit.WORKING_DAYS and self.amount > MOST_WORKING_DAYS:
            checks.add(ErrorCode.INVALID, f"At most {MOST_WORKING_DAYS:,} working days.", *path, "amount")
        if self.unit not in units:
            checks.add(ErrorCode.INVALID, f"Count it in {' or '.join(units)}.", *path, "unit")

    def check_days(self, checks: Checks, *path: str) -> None:
        """Notes what does not lead from a day to a day; 0 of a unit is that day itself."""
        replace(self, amount=self.amount or 1).check(checks, *path, units=DAY_UNITS)

    def after(self, moment: datetime, firm: Calendar) -> datetime:
        """The end of the span that begins at a moment, in UTC.

        A month later is the same day of the next month, or its last day. Working days are counted as
        ``Calendar.add_working_days`` does; only for them the calendar needs more than its time zone.
        """
        if self.unit in _EXACT:
            return moment.astimezone(UTC) + self.amount * _EXACT[self.unit]
        if self.unit is DurationUnit.WORKING_DAYS:
            return firm.add_working_days(moment, self.amount)
        local = moment.astimezone(ZoneInfo(firm.time_zone))
        return firm.moment(self._later(local.date()), local.time())

    def day_after(self, day: date, firm: Calendar) -> date:
        """The day that is so much later than a day."""
        if self.amount == 0:
            return day
        return self.after(firm.moment(day, _NOON), firm).astimezone(ZoneInfo(firm.time_zone)).date()

    def exceeds(self, other: Self) -> bool:
        """Whether it is longer than another in the same unit; of different ones that depends on the day."""
        return self.unit is other.unit and self.amount > other.amount

    def _later(self, day: date) -> date:
        if self.unit is DurationUnit.MONTHS:
            return _months_later(day, self.amount)
        return day + timedelta(days=self.amount * _DAYS[self.unit])

    def stored(self) -> dict[str, Any]:
        """The form in which JSON columns hold it."""
        return {"amount": self.amount, "unit": self.unit.value}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """From the form in which JSON columns hold it."""
        return cls(int(stored["amount"]), DurationUnit(stored["unit"]))


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
