"""When something recurs, as people say it, and what may be wrong with that (RC1)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from engine.checks import Checks
from engine.enums import BusinessDays, ErrorCode
from engine.recurrence import rules
from engine.recurrence.occurrences import FIRST, LAST, Schedule
from engine.recurrence.rules import BadRule

MOST_TIMES: Final = 10_000
MOST_DAYS_AHEAD: Final = 366


def with_ends(given: dict[str, Any]) -> dict[str, Any]:
    """What an edit gives, where a rule that says itself where it ends has the last word on that."""
    return {"end_date": None, "count": None} | given if rules.says_end(given.get("rrule", "")) else given


@dataclass(frozen=True, slots=True)
class Timing:
    """A rule, from when to when it holds, how early jobs are made, and what becomes of days off."""

    rrule: str
    start_date: date
    end_date: date | None = None
    count: int | None = None
    create_ahead_days: int = 0
    business_days: BusinessDays = BusinessDays.AS_IS

    @property
    def schedule(self) -> Schedule:
        """The same as something to reckon with, once it is checked."""
        rule = rules.stored(self.rrule)
        ends = self.end_date, self.count
        return Schedule(rule, self.start_date, *ends, self.create_ahead_days, self.business_days)

    def checked(self, checks: Checks, time_zone: str) -> "Timing":
        """As it is stored: the rule in its plain form, its end beside it. Notes what is wrong."""
        try:
            said = rules.read(self.rrule, time_zone)
        except BadRule as error:
            checks.add(ErrorCode.INVALID, str(error), "rrule")
            return self
        for name, value in (("end_date", said.end), ("count", said.count)):
            if value is not None and getattr(self, name) not in (None, value):
                checks.add(ErrorCode.INVALID, "The rule says something else.", name)
        count = self.count if said.count is None else said.count
        given = replace(self, rrule=str(said.rule), end_date=said.end or self.end_date, count=count)
        before = len(checks.problems)
        given.check_numbers(checks)
        if len(checks.problems) == before:
            given.check_fires(checks)
        return given

    def check_numbers(self, checks: Checks) -> None:
        """Notes days and numbers that are out of bounds, and two ends."""
        if not FIRST <= self.start_date <= LAST:
            checks.add(ErrorCode.INVALID, f"A day from {FIRST.year} to {LAST.year}.", "start_date")
        if self.end_date is not None and self.end_date < self.start_date:
            checks.add(ErrorCode.DATES_REVERSED, "It ends before it starts.", "end_date")
        if self.count is not None and not 1 <= self.count <= MOST_TIMES:
            checks.add(ErrorCode.INVALID, f"From 1 to {MOST_TIMES:,} times.", "count")
        if self.end_date is not None and self.count is not None:
            checks.add(ErrorCode.INVALID, "Say either when it ends or how often it recurs.", "count")
        if not 0 <= self.create_ahead_days <= MOST_DAYS_AHEAD:
            checks.add(ErrorCode.INVALID, f"From 0 to {MOST_DAYS_AHEAD} days.", "create_ahead_days")

    def check_fires(self, checks: Checks) -> None:
        """Notes a rule that means no day at all: a slip of somebody's."""
        first = next(replace(self.schedule, end=None, count=None).dates(), None)
        if first is None:
            checks.add(ErrorCode.INVALID, "There is no day that this rule means.", "rrule")
        elif self.end_date is not None and self.end_date < first:
            checks.add(ErrorCode.INVALID, f"It ends before it first recurs, on {first}.", "end_date")
