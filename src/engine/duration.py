"""Spans of time as people give them: an amount and a unit."""

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from engine.enums import DurationUnit, ErrorCode
from engine.errors import invalid

MOST: Final = 10_000  # of any unit
_EXACT: Final = {DurationUnit.MINUTES: timedelta(minutes=1), DurationUnit.HOURS: timedelta(hours=1)}
_DAYS: Final = {DurationUnit.DAYS: 1, DurationUnit.WEEKS: 7}


@dataclass(frozen=True, slots=True)
class Duration:
    """A span. Minutes and hours are exact; days, weeks and months are those of the calendar in a time zone."""

    amount: int
    unit: DurationUnit

    def after(self, moment: datetime, time_zone: str, *path: str) -> datetime:
        """The end of the span that begins at a moment.

        A month later is the same day of the next month, or its last day. Raises Refused for amounts that are not
        between 1 and 10,000, and for working days, which need the firm's calendar.
        """
        if not 1 <= self.amount <= MOST:
            raise invalid(ErrorCode.INVALID, f"An amount from 1 to {MOST:,}.", *path, "amount")
        if self.unit in _EXACT:
            return moment.astimezone(UTC) + self.amount * _EXACT[self.unit]
        local = moment.astimezone(ZoneInfo(time_zone))
        if self.unit in _DAYS:
            return local + timedelta(days=self.amount * _DAYS[self.unit])
        if self.unit is DurationUnit.MONTHS:
            return _months_later(local, self.amount)
        raise invalid(ErrorCode.INVALID, "Working days cannot be counted here.", *path, "unit")


def _months_later(moment: datetime, months: int) -> datetime:
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))
