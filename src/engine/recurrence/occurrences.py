"""On which days something recurs: computed from its start, never from the last time (RC2).

A day that a month or a year lacks is its last (RFC 7529, SKIP=BACKWARD): the 31st of each month is February 28, then
March 31. Occurrences are dates, so that no change of the clocks skips or doubles one.
"""

from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import count, islice
from typing import Final

from engine.enums import BusinessDays, ShiftReason
from engine.recurrence.rules import Frequency, Numbers, Rule, anchored
from engine.time.calendar import Calendar

FIRST: Final = date(1970, 1, 1)
LAST: Final = date(2199, 12, 31)
"""Between these days things recur."""

LONGEST_SHIFT: Final = timedelta(days=1_000)
"""No firm is closed for longer: it has at most 500 holidays of its own."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time of something that recurs."""

    on: date
    """Its date by the rule. What it makes is named and dated by it."""
    day: date
    """The same, or the working day after or before."""
    creates_on: date
    """When its jobs are made."""
    shifted: ShiftReason | None = None
    """Why its day is not its date."""

    def creates_at(self, firm: Calendar) -> datetime:
        """The beginning of that day in the firm's time zone, in UTC."""
        return firm.moment(self.creates_on, time())


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something recurs: by a rule, from a start, to an inclusive end or so many times, or without an end."""

    rule: Rule
    start: date
    end: date | None = None
    count: int | None = None
    """Of dates by the rule, whatever is skipped or shifted."""
    create_ahead_days: int = 0
    business_days: BusinessDays = BusinessDays.AS_IS

    def dates(self, after: date | None = None) -> Iterator[date]:
        """Its dates by the rule, in order, those after a day; every one of them once."""
        if self.count is not None:
            return (day for day in islice(_dates(self.rule, self.start), self.count) if after is None or day > after)
        found = _dates(self.rule, self.start, after)
        return found if self.end is None else _until(found, self.end)

    def upcoming(self, firm: Calendar, after: date | None = None, since: date | None = None) -> Iterator[Occurrence]:
        """Its occurrences of dates after a day, without those whose days are before another: ``since``."""
        if since is not None:
            after = max(after or date.min, since - LONGEST_SHIFT)
        for day in self.dates(after):
            occurrence = self.at(day, firm)
            if since is None or occurrence.day >= since:
                yield occurrence

    def at(self, day: date, firm: Calendar) -> Occurrence:
        """The occurrence of a date, in the days of a firm."""
        shifted = self._shifted(day, firm)
        why = None
        if shifted != day:
            why = ShiftReason.HOLIDAY if day.isoweekday() in firm.weekdays else ShiftReason.WEEKEND
        return Occurrence(day, shifted, shifted - timedelta(days=self.create_ahead_days), why)

    def _shifted(self, day: date, firm: Calendar) -> date:
        match self.business_days:
            case BusinessDays.NEXT:
                return firm.next_working_day(day)
            case BusinessDays.PREVIOUS:
                return firm.previous_working_day(day)
            case _:
                return day


def _until(days: Iterator[date], end: date) -> Iterator[date]:
    for day in days:
        if day > end:
            return
        yield day


def _dates(rule: Rule, start: date, after: date | None = None) -> Iterator[date]:
    """The dates of a rule that starts on a day. It begins in the period of ``after``, whatever came before."""
    whole = anchored(rule, start)
    for first, last in _periods(whole, start, max(start, after or start)):
        days = [day for day in _days(first, last) if _fits(whole, day)]
        for day in _chosen(days, whole.positions) if whole.positions else days:
            if start <= day <= LAST and (after is None or day > after):
                yield day


def _periods(rule: Rule, start: date, begin: date) -> Iterator[tuple[date, date]]:
    """The first and last days of the rule's periods, from the one in which a day lies, or the next."""
    passed = _between(rule, start, begin) // rule.interval
    for number in count(passed):
        first, last = _period(rule, start, number * rule.interval)
        if first > LAST:
            return
        yield first, last


def _between(rule: Rule, start: date, day: date) -> int:
    """How many whole periods lie between two days."""
    match rule.frequency:
        case Frequency.YEARLY:
            return day.year - start.year
        case Frequency.MONTHLY:
            return (day.year - start.year) * 12 + day.month - start.month
        case Frequency.WEEKLY:
            return (_week(day, rule.week_start) - _week(start, rule.week_start)).days // 7
        case Frequency.DAILY:
            return (day - start).days


def _period(rule: Rule, start: date, later: int) -> tuple[date, date]:
    """The period so many after that of the start."""
    match rule.frequency:
        case Frequency.YEARLY:
            return date(start.year + later, 1, 1), date(start.year + later, 12, 31)
        case Frequency.MONTHLY:
            years, month = divmod(start.month - 1 + later, 12)
            year = start.year + years
            return date(year, month + 1, 1), date(year, month + 1, monthrange(year, month + 1)[1])
        case Frequency.WEEKLY:
            monday = _week(start, rule.week_start) + timedelta(weeks=later)
            return monday, monday + timedelta(days=6)
        case Frequency.DAILY:
            day = start + timedelta(days=later)
            return day, day


def _days(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _week(day: date, week_start: int) -> date:
    """The first day of a day's week."""
    return day - timedelta(days=(day.isoweekday() - week_start) % 7)


def _fits(rule: Rule, day: date) -> bool:
    """Whether the rule means a day, apart from positions."""
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days and day.day not in _counted(rule.month_days, monthrange(day.year, day.month)[1]):
        return False
    if rule.weekdays and not _fits_weekdays(rule, day):
        return False
    if rule.year_days and _day_of_year(day) not in _counted(rule.year_days, _length(day.year)):
        return False
    return not rule.week_numbers or _fits_weeks(rule, day)


@lru_cache(maxsize=1_000)
def _counted(numbers: Numbers, length: int) -> frozenset[int]:
    """Which days of a month or year of a length are meant: those from the end are negative, lacking ones the last."""
    return frozenset(min(number, length) if number > 0 else length + 1 + number for number in numbers)


def _fits_weekdays(rule: Rule, day: date) -> bool:
    own = [nth for nth, weekday in rule.weekdays if weekday == day.isoweekday()]
    if not own or 0 in own:
        return bool(own)
    if rule.frequency is Frequency.YEARLY and not rule.months:
        place, length = _day_of_year(day), _length(day.year)
    else:
        place, length = day.day, monthrange(day.year, day.month)[1]
    return (place - 1) // 7 + 1 in own or -((length - place) // 7 + 1) in own


def _fits_weeks(rule: Rule, day: date) -> bool:
    """A week is of the year in which most of its days are, and so is its number."""
    middle = _week(day, rule.week_start) + timedelta(days=3)
    number = (_day_of_year(middle) - 1) // 7 + 1
    last_middle = _week(date(middle.year, 12, 28), rule.week_start) + timedelta(days=3)
    weeks = (_day_of_year(last_middle) - 1) // 7 + 1
    return number in rule.week_numbers or number - weeks - 1 in rule.week_numbers


def _day_of_year(day: date) -> int:
    return day.timetuple().tm_yday


def _length(year: int) -> int:
    return 366 if isleap(year) else 365


def _chosen(days: list[date], positions: Numbers) -> list[date]:
    """The days of a period at some positions, from the end where those are negative."""
    places = {one - 1 if one > 0 else len(days) + one for one in positions}
    return [days[place] for place in sorted(places) if 0 <= place < len(days)]
