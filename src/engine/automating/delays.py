"""Delays of automations: for a span of time, or until a date of the job (AU4)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from engine.time.calendar import Calendar
from engine.time.duration import Duration
from store.database import Row

MOST_DAYS: Final = 366
"""How many days before or after a date of the job an automation may run."""

HOUR: Final = time(9)
"""When it runs on that day, in the firm's time zone."""


class JobDate(StrEnum):
    """A date of a job."""

    START_DATE = "START_DATE"
    DUE_DATE = "DUE_DATE"


FAR: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""When it runs that waits for a day which no calendar has."""


@dataclass(frozen=True, slots=True)
class Until:
    """Until a date of the job, or so many days after it (before it, where negative), at nine in the morning."""

    date: JobDate
    days: int = 0


@dataclass(frozen=True, slots=True)
class Delay:
    """Exactly one of the two."""

    span: Duration | None = None
    until: Until | None = None

    def at(self, job: Row, now: datetime, calendar: Calendar) -> datetime | None:
        """When it is over; None while the job lacks the date."""
        if self.span is not None:
            return self.span.after(now, calendar)
        assert self.until is not None  # a delay is either
        day: date | None = job[self.until.date.value.lower()]
        if day is None:
            return None
        try:
            return max(calendar.moment(day + timedelta(days=self.until.days), HOUR), now)
        except OverflowError:  # the calendar ends there
            return now if self.until.days < 0 or day == date.min else FAR

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        if self.span is not None:
            return {"span": self.span.stored()}
        assert self.until is not None  # a delay is either
        return {"until": {"date": self.until.date, "days": self.until.days}}

    @classmethod
    def loaded(cls, values: dict[str, Any]) -> Self:
        """From its JSON."""
        if "span" in values:
            return cls(span=Duration.of(values["span"]))
        return cls(until=Until(JobDate(values["until"]["date"]), values["until"]["days"]))
