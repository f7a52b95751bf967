"""Which days a rule means, found out day by day and knowing nothing of how the engine does it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import groupby

DAY = timedelta(days=1)
NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
Parts = dict[str, str]
"""A rule's parts by their names, as RFC 5545 has them."""


def written(parts: Parts) -> str:
    """The rule as a text."""
    return ";".join(f"{name}={value}" for name, value in parts.items())


def oracle(parts: Parts, start: date, last: date) -> list[date]:
    """The days of a rule from its start to another day, both inclusive."""
    first = date(start.year, 1, 1) - 7 * DAY
    found: list[date] = []
    for number, days in groupby(_every(first, last + 366 * DAY), key=lambda day: _period(parts, day)):
        if (number - _period(parts, start)) % int(parts.get("INTERVAL", "1")) == 0:
            meant = [day for day in days if _meant(parts, start, day)]
            found += _positions(parts, meant)
    return [day for day in found if start <= day <= last]


def _every(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def _period(parts: Parts, day: date) -> int:
    """The number of the day's period, whatever is counted from."""
    match parts["FREQ"]:
        case "YEARLY":
            return day.year
        case "MONTHLY":
            return day.year * 12 + day.month
        case "WEEKLY":
            return _begins(parts, day).toordinal() // 7
        case _:
            return day.toordinal()


def _begins(parts: Parts, day: date) -> date:
    """The day on which the day's week begins."""
    while NAMES[day.weekday()] != parts.get("WKST", "MO"):
        day -= DAY
    return day


def _numbers(parts: Parts, name: str) -> list[int]:
    return [int(one) for one in parts[name].split(",")]


def _positions(parts: Parts, days: Sequence[date]) -> list[date]:
    if "BYSETPOS" not in parts:
        return list(days)
    wanted = _numbers(parts, "BYSETPOS")
    return [day for n, day in enumerate(days) if n + 1 in wanted or n - len(days) in wanted]


def _meant(parts: Parts, start: date, day: date) -> bool:
    """Whether all parts mean a day, and what the start says instead of those that are not there."""
    if "BYMONTH" in parts and day.month not in _numbers(parts, "BYMONTH"):
        return False
    if "BYWEEKNO" in parts and not _in_week(parts, day):
        return False
    if not parts.keys() & {"BYYEARDAY", "BYMONTHDAY", "BYDAY"}:
        return _as_start(parts, start, day)
    return (
        ("BYYEARDAY" not in parts or day in _of(_numbers(parts, "BYYEARDAY"), _year(day.year)))
        and ("BYMONTHDAY" not in parts or day in _of(_numbers(parts, "BYMONTHDAY"), _month(day.year, day.month)))
        and ("BYDAY" not in parts or _on_weekday(parts, day))
    )


def _as_start(parts: Parts, start: date, day: date) -> bool:
    like_it = day in _of([start.day], _month(day.year, day.month))
    match parts["FREQ"]:
        case "YEARLY" if "BYWEEKNO" in parts:
            return day.weekday() == start.weekday()
        case "YEARLY":
            return like_it and ("BYMONTH" in parts or day.month == start.month)
        case "MONTHLY":
            return like_it
        case "WEEKLY":
            return day.weekday() == start.weekday()
        case _:
            return True


def _of(numbers: Sequence[int], days: Sequence[date]) -> list[date]:
    """Days by their numbers among others: a lacking one is the last (RFC 7529)."""
    return [days[min(number, len(days)) - 1] if number > 0 else days[number] for number in numbers]


@cache
def _month(year: int, month: int) -> tuple[date, ...]:
    return tuple(date(year, month, n + 1) for n in range(monthrange(year, month)[1]))


@cache
def _year(year: int) -> tuple[date, ...]:
    return tuple(day for month in range(1, 13) for day in _month(year, month))


def _on_weekday(parts: Parts, day: date) -> bool:
    in_year = parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts
    for one in parts["BYDAY"].split(","):
        nth, name = int(one[:-2] or 0), one[-2:]
        alike = _alike(name, day.year, 0 if in_year else day.month)
        if name == NAMES[day.weekday()] and (nth == 0 or (0 < abs(nth) <= len(alike) and day in _of([nth], alike))):
            return True
    return False


@cache
def _alike(name: str, year: int, month: int) -> tuple[date, ...]:
    """Such days of the week in a month, or in the whole year."""
    return tuple(day for day in (_month(year, month) if month else _year(year)) if NAMES[day.weekday()] == name)


def _in_week(parts: Parts, day: date) -> bool:
    """A year's first week is that which has four of its days."""
    begins = _begins(parts, day)
    year = (begins + 3 * DAY).year
    weeks = [one for one in _starts(year, parts.get("WKST", "MO")) if (one + 3 * DAY).year == year]
    number = weeks.index(begins)
    return number + 1 in _numbers(parts, "BYWEEKNO") or number - len(weeks) in _numbers(parts, "BYWEEKNO")


@cache
def _starts(year: int, name: str) -> tuple[date, ...]:
    every = _every(date(year - 1, 12, 20), date(year + 1, 1, 10))
    return tuple(day for day in every if NAMES[day.weekday()] == name)
