"""Rules of recurrence as RFC 5545 writes them: FREQ=MONTHLY;BYMONTHDAY=31 (RC1).

An occurrence is a whole day, so that nothing below DAILY is a rule here. When the first one may come, and after which
there is none, is said beside the rule.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

LENGTH: Final = 500  # characters
MOST_INTERVAL: Final = 1_000
FARTHEST_BACK: Final = 28
"""Days from the end of a month: every month has so many. Which is the 31st from the end of June, nobody could say."""

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
Numbers = tuple[int, ...]


class BadRule(ValueError):
    """A rule that is none, or none of ours; says why."""


class Frequency(StrEnum):
    """The period that a rule goes by."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True, slots=True)
class Rule:
    """Which days of which periods. Days of the week are numbered as ISO does: Monday is 1."""

    frequency: Frequency
    interval: int = 1
    months: Numbers = ()
    week_numbers: Numbers = ()
    year_days: Numbers = ()
    month_days: Numbers = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    """With which one of its kind is meant in the month or year; 0 for every one."""
    positions: Numbers = ()
    """Which of the days found in a period count."""
    week_start: int = 1

    def __str__(self) -> str:
        """The rule in RFC 5545's words, always in the same order."""
        parts = {"FREQ": self.frequency.value}
        if self.interval > 1:
            parts["INTERVAL"] = str(self.interval)
        if self.week_start != 1:
            parts["WKST"] = WEEKDAYS[self.week_start - 1]
        lists = {name: ",".join(map(str, getattr(self, field))) for name, field in _LISTS.items()}
        days = {"BYDAY": ",".join(f"{nth or ''}{WEEKDAYS[day - 1]}" for nth, day in self.weekdays)}
        return ";".join(f"{name}={value}" for name, value in (parts | lists | days).items() if value)


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says: the rule, and where it ends, if it says that as well."""

    rule: Rule
    count: int | None = None
    end: date | None = None


_LISTS: Final[Mapping[str, str]] = {
    "BYMONTH": "months",
    "BYWEEKNO": "week_numbers",
    "BYYEARDAY": "year_days",
    "BYMONTHDAY": "month_days",
    "BYSETPOS": "positions",
}


def read(text: str, time_zone: str) -> Said:
    """Reads a rule; a moment at which it ends is that day in the time zone. Raises BadRule."""
    parts = _parts(text)
    frequency = _frequency(parts.pop("FREQ", ""))
    end = _end(parts.pop("UNTIL", None), time_zone)
    said: dict[str, Any] = {}
    for name, value in parts.items():
        reader = _READERS.get(name)
        if reader is None:
            raise BadRule(_REFUSED.get(name, f"{name[:40]} is no part of a rule."))
        said |= reader(value)
    count = said.pop("count", None)
    if end is not None and count is not None:
        raise BadRule("Say either COUNT or UNTIL.")
    rule = Rule(frequency, **said)
    _check_together(rule)
    return Said(rule, count, end)


def stored(text: str) -> Rule:
    """A rule from the text that it was stored as."""
    return read(text, "UTC").rule


def says_end(text: str) -> bool:
    """Whether a text says itself where the rule ends."""
    return bool(re.search(r"(COUNT|UNTIL)\s*=", text, re.IGNORECASE))


def _parts(text: str) -> dict[str, str]:
    """The parts by their names."""
    if len(text) > LENGTH:
        raise BadRule(f"At most {LENGTH} characters.")
    line = text.strip().upper()
    if re.search(r"DTSTART|TZID|[\r\n]", line):
        raise BadRule(f"{_REFUSED['DTSTART']} {_REFUSED['TZID']}")
    parts: dict[str, str] = {}
    for part in line.removeprefix("RRULE:").removesuffix(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise BadRule("A rule is written as FREQ=MONTHLY;BYMONTHDAY=31.")
        if name in parts:
            raise BadRule(f"{name[:40]} is there twice.")
        parts[name] = value
    return parts


def _frequency(value: str) -> Frequency:
    if value not in Frequency.__members__:
        raise BadRule("At most once a day: FREQ is DAILY, WEEKLY, MONTHLY or YEARLY.")
    return Frequency(value)


def _number(name: str, value: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,5}", value) or not low <= int(value) <= high:
        raise BadRule(f"{name} is a number from {low} to {high:,}.")
    return int(value)


def _one(name: str, field: str, high: int, value: str) -> dict[str, int]:
    return {field: _number(name, value, 1, high)}


def _list(name: str, low: int, high: int, value: str) -> dict[str, Numbers]:
    """Numbers, each once and in order. 0 is none where they may be counted from the end."""
    numbers = {_number(name, one, low, high) for one in value.split(",")}
    if 0 in numbers:
        raise BadRule(f"{name} counts from 1, or from the end from -1.")
    return {_LISTS[name]: tuple(sorted(numbers))}


def _weekdays(value: str) -> dict[str, tuple[tuple[int, int], ...]]:
    days = set()
    for one in value.split(","):
        match = re.fullmatch(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)", one)
        if match is None or (match[1] and not 1 <= abs(int(match[1])) <= 53):
            raise BadRule("BYDAY is written as MO,TU or, in a month or year, as 1MO or -1FR.")
        days.add((int(match[1] or 0), WEEKDAYS.index(match[2]) + 1))
    return {"weekdays": tuple(sorted(days))}


def _week_start(value: str) -> dict[str, int]:
    if value not in WEEKDAYS:
        raise BadRule("WKST is a day of the week such as MO.")
    return {"week_start": WEEKDAYS.index(value) + 1}


def _only(name: str, wanted: str, value: str) -> dict[str, Any]:
    """What is said the way it is anyway (RFC 7529)."""
    if value != wanted:
        raise BadRule(f"{name} is always {wanted} here.")
    return {}


def _end(value: str | None, time_zone: str) -> date | None:
    if value is None:
        return None
    match = re.fullmatch(r"([0-9]{8})(?:T([0-9]{6})(Z?))?", value)
    try:
        day, time, utc = match.groups() if match else ("", "", "")
        moment = datetime.strptime(f"{day}T{time or '000000'}", "%Y%m%dT%H%M%S")  # noqa: DTZ007  (it gets one below)
        return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone)).date() if utc else moment.date()
    except (ValueError, OverflowError) as error:
        raise BadRule("UNTIL is a day such as 20271231.") from error


_READERS: Final[Mapping[str, Callable[[str], dict[str, Any]]]] = {
    "INTERVAL": partial(_one, "INTERVAL", "interval", MOST_INTERVAL),
    "COUNT": partial(_one, "COUNT", "count", 99_999),
    "WKST": _week_start,
    "BYDAY": _weekdays,
    "BYMONTH": partial(_list, "BYMONTH", 1, 12),
    "BYWEEKNO": partial(_list, "BYWEEKNO", -53, 53),
    "BYYEARDAY": partial(_list, "BYYEARDAY", -365, 366),
    "BYMONTHDAY": partial(_list, "BYMONTHDAY", -FARTHEST_BACK, 31),
    "BYSETPOS": partial(_list, "BYSETPOS", -366, 366),
    "SKIP": partial(_only, "SKIP", "BACKWARD"),
    "RSCALE": partial(_only, "RSCALE", "GREGORIAN"),
}

_DAYS_ONLY: Final = "An occurrence is a whole day: leave out what is within one."
_REFUSED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("BYHOUR", "BYMINUTE", "BYSECOND"), _DAYS_ONLY),
    "DTSTART": "Give the rule alone: when it begins is the start date.",
    "TZID": "Its days are those of the firm's time zone.",
}


def _check_together(rule: Rule) -> None:
    """RFC 5545: what has no meaning together."""
    if rule.week_numbers and rule.frequency is not Frequency.YEARLY:
        raise BadRule("BYWEEKNO goes with FREQ=YEARLY only.")
    if rule.year_days and rule.frequency is not Frequency.YEARLY:
        raise BadRule("BYYEARDAY goes with FREQ=YEARLY only.")
    if rule.month_days and rule.frequency is Frequency.WEEKLY:
        raise BadRule("BYMONTHDAY does not go with FREQ=WEEKLY.")
    in_months = rule.frequency in (Frequency.MONTHLY, Frequency.YEARLY) and not rule.week_numbers
    if any(nth for nth, _ in rule.weekdays) and not in_months:
        raise BadRule("A number before a day of the week goes with months or years, and not with BYWEEKNO.")
    if rule.positions and not any((rule.months, rule.week_numbers, rule.year_days, rule.month_days, rule.weekdays)):
        raise BadRule("BYSETPOS says which of several days: say with another part which those are.")


def anchored(rule: Rule, start: date) -> Rule:
    """The rule with all that it leaves to the day on which it starts."""
    if rule.weekdays or rule.month_days or rule.year_days:
        return rule
    match rule.frequency:
        case Frequency.WEEKLY:
            return replace(rule, weekdays=((0, start.isoweekday()),))
        case Frequency.MONTHLY:
            return replace(rule, month_days=(start.day,))
        case Frequency.YEARLY if rule.week_numbers:
            return replace(rule, weekdays=((0, start.isoweekday()),))
        case Frequency.YEARLY:
            return replace(rule, months=rule.months or (start.month,), month_days=(start.day,))
        case _:
            return rule
