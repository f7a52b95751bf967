"""On which days something recurs, against an oracle that goes day by day, and against the library dateutil."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from engine.enums import BusinessDays, CatchUp, ShiftReason
from engine.recurrence.course import made_up
from engine.recurrence.occurrences import Occurrence, Schedule
from engine.recurrence.rules import Rule, read
from engine.time.calendar import Calendar
from tests.recurrence.oracle import Parts, oracle, written
from tests.recurrence.strategies import DAYS, rules, undisputed

FIFTY_YEARS = timedelta(days=50 * 366)
ZONES = ("UTC", "Europe/Berlin", "America/Santiago", "Asia/Beirut", "Pacific/Apia", "Australia/Lord_Howe")
"""Without changes of the clock, with some, at midnight, by 30 minutes, and with a day that was left out."""


def rule(text: str) -> Rule:
    """A rule from its text."""
    return read(text, "UTC").rule


def listed(text: str, start: date, number: int) -> list[str]:
    """The first dates of a rule."""
    return [str(day) for day in islice(Schedule(rule(text), start).dates(), number)]


@settings(max_examples=20, deadline=None)
@given(parts=rules(), start=DAYS)
@example(parts={"FREQ": "MONTHLY"}, start=date(2030, 1, 31))
@example(parts={"FREQ": "YEARLY"}, start=date(2024, 2, 29))
@example(parts={"FREQ": "YEARLY", "BYYEARDAY": "366"}, start=date(2030, 1, 1))
@example(parts={"FREQ": "DAILY", "BYMONTHDAY": "31"}, start=date(2030, 1, 1))
@example(parts={"FREQ": "MONTHLY", "BYMONTHDAY": "29,30,31", "BYSETPOS": "-1"}, start=date(2030, 1, 1))
def test_a_rule_means_the_days_that_a_look_at_each_day_finds(parts: Parts, start: date) -> None:
    """RC2: over 50 years, for rules of every sort, month ends and leap days included; every day once and in order."""
    last = start + FIFTY_YEARS
    found = list(takewhile(lambda day: day <= last, Schedule(rule(written(parts)), start).dates()))
    assert found == oracle(parts, start, last)


@settings(max_examples=30, deadline=None)
@given(parts=rules(), start=DAYS, later=st.integers(0, 5_000))
def test_what_comes_after_a_day_does_not_depend_on_where_one_begins_to_look(
    parts: Parts, start: date, later: int
) -> None:
    """RC2: occurrences are counted from the start, though the years before are not gone through again."""
    schedule, after = Schedule(rule(written(parts)), start), start + timedelta(days=later)
    every = schedule.dates()
    assert list(islice(schedule.dates(after), 3)) == list(islice((day for day in every if day > after), 3))


@settings(max_examples=30, deadline=None)
@given(parts=rules().map(undisputed), start=DAYS.filter(lambda day: day.day <= 28))
def test_where_no_month_lacks_a_day_the_library_dateutil_finds_the_same(parts: Parts, start: date) -> None:
    """RC1: a second opinion on RFC 5545."""
    last = start + timedelta(days=12 * 366)
    ours = list(takewhile(lambda day: day <= last, Schedule(rule(written(parts)), start).dates()))
    assume(ours)  # where there is nothing to find it looks for seconds, up to the year 9999
    begins, ends = datetime.combine(start, time()), datetime.combine(last, time())
    theirs = rrulestr(written(parts), dtstart=begins).between(begins, ends, inc=True)
    assert ours == [moment.date() for moment in theirs]


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("FREQ=MONTHLY", date(2030, 1, 31), ["2030-01-31", "2030-02-28", "2030-03-31", "2030-04-30"]),
        ("FREQ=MONTHLY;INTERVAL=3", date(2029, 11, 30), ["2029-11-30", "2030-02-28", "2030-05-30", "2030-08-30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", date(2032, 1, 1), ["2032-01-31", "2032-02-29", "2032-03-31", "2032-04-30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=30,31", date(2030, 1, 1), ["2030-01-30", "2030-01-31", "2030-02-28", "2030-03-30"]),
        ("FREQ=YEARLY", date(2024, 2, 29), ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", date(2027, 1, 1), ["2027-02-28", "2028-02-29", "2029-02-28"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", date(2030, 1, 1), ["2030-01-25", "2030-02-22", "2030-03-29"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", date(2030, 3, 1), ["2030-03-29", "2030-04-30"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", date(2030, 6, 4), ["2030-06-04", "2030-06-16", "2030-06-18"]),
        ("RRULE:freq=daily;interval=10;", date(2030, 12, 25), ["2030-12-25", "2031-01-04", "2031-01-14"]),
    ],
)
def test_rules_that_firms_have(text: str, start: date, expected: list[str]) -> None:
    """RC2: month ends, leap days, last Fridays, last working days, every other week."""
    assert listed(text, start, len(expected)) == expected


@pytest.mark.parametrize("zone", ZONES)
def test_changes_of_the_clock_skip_and_double_no_day(zone: str) -> None:
    """RC2: every day of ten years is made once, at its beginning there, also where clocks leave midnight out."""
    firm, schedule = Calendar(zone), Schedule(rule("FREQ=DAILY"), date(2005, 1, 1), date(2014, 12, 31))
    found = list(schedule.upcoming(firm))
    assert [one.on for one in found] == [date(2005, 1, 1) + timedelta(days=n) for n in range(3652)]
    moments = [one.creates_at(firm) for one in found]
    assert moments == sorted(moments)
    there = [moment.astimezone(ZoneInfo(zone)).date() for moment in moments]
    left_out = {date(2011, 12, 30)} if zone == "Pacific/Apia" else set[date]()
    assert [day for day, one in zip(there, found, strict=True) if day != one.on] == [
        day + timedelta(days=1) for day in left_out
    ]


HOLIDAYS = frozenset({date(2030, 12, 24), date(2030, 12, 25), date(2031, 1, 1)})


@pytest.mark.parametrize(
    ("business_days", "day", "expected", "why"),
    [
        (BusinessDays.AS_IS, date(2030, 12, 25), date(2030, 12, 25), None),
        (BusinessDays.NEXT, date(2030, 12, 25), date(2030, 12, 26), ShiftReason.HOLIDAY),
        (BusinessDays.PREVIOUS, date(2030, 12, 25), date(2030, 12, 23), ShiftReason.HOLIDAY),
        (BusinessDays.NEXT, date(2030, 12, 28), date(2030, 12, 30), ShiftReason.WEEKEND),
        (BusinessDays.PREVIOUS, date(2030, 12, 29), date(2030, 12, 27), ShiftReason.WEEKEND),
        (BusinessDays.PREVIOUS, date(2031, 1, 1), date(2030, 12, 31), ShiftReason.HOLIDAY),
        (BusinessDays.NEXT, date(2030, 12, 27), date(2030, 12, 27), None),
    ],
)
def test_days_off_are_shifted_as_the_recurrence_says(
    business_days: BusinessDays, day: date, expected: date, why: ShiftReason | None
) -> None:
    """RC1: weekends and the firm's holidays: as is, the working day after, or before."""
    firm = Calendar("UTC", own_holidays=HOLIDAYS)
    found = Schedule(rule("FREQ=DAILY"), day, create_ahead_days=3, business_days=business_days).at(day, firm)
    assert found == Occurrence(day, expected, expected - timedelta(days=3), why)


@settings(max_examples=20, deadline=None)
@given(
    parts=rules(),
    start=DAYS,
    days=st.sampled_from((BusinessDays.NEXT, BusinessDays.PREVIOUS)),
    weekdays=st.frozensets(st.integers(1, 7), min_size=1),
    off=st.frozensets(st.integers(0, 700), max_size=100),
    since=st.integers(0, 700),
)
def test_shifted_occurrences_are_the_nearest_working_days_and_none_is_lost(
    parts: Parts, start: date, days: BusinessDays, weekdays: frozenset[int], off: frozenset[int], since: int
) -> None:
    """RC1: each is a working day, none lies between it and its date; those before a day are left out, no others."""
    firm = Calendar("UTC", weekdays, own_holidays=frozenset(start + timedelta(days=n) for n in off))
    schedule = Schedule(rule(written(parts)), start, business_days=days)
    last = start + timedelta(days=1_000)
    found = list(takewhile(lambda one: one.on <= last, schedule.upcoming(firm)))
    step = timedelta(days=1 if days is BusinessDays.NEXT else -1)
    for one in found:
        way = [one.on + n * step for n in range(abs((one.day - one.on).days) + 1)]
        assert way[-1] == one.day
        assert [day for day in way if firm.is_working(day)] == [one.day]
    after = start + timedelta(days=since)
    later = takewhile(lambda one: one.on <= last, schedule.upcoming(firm, since=after))
    assert list(later) == [one for one in found if one.day >= after]


def test_a_count_counts_dates_by_the_rule_and_an_end_is_inclusive() -> None:
    """RC1: whatever is shifted afterwards; the last day belongs to it."""
    firm = Calendar("UTC")
    three = Schedule(rule("FREQ=DAILY"), date(2030, 6, 7), count=3, business_days=BusinessDays.NEXT)
    assert [str(one.day) for one in three.upcoming(firm)] == ["2030-06-07", "2030-06-10", "2030-06-10"]
    until = Schedule(rule("FREQ=WEEKLY"), date(2030, 6, 3), end=date(2030, 6, 17))
    assert [str(day) for day in until.dates()] == ["2030-06-03", "2030-06-10", "2030-06-17"]
    assert [str(day) for day in three.dates(after=date(2030, 6, 8))] == ["2030-06-09"]


TODAY = date(2030, 6, 20)


@pytest.mark.parametrize(
    ("policy", "days", "expected"),
    [
        (CatchUp.ALL, (17, 18, 19, 20), (17, 18, 19, 20)),
        (CatchUp.LATEST, (17, 18, 19, 20), (20,)),
        (CatchUp.LATEST, (17, 18), (18,)),
        (CatchUp.LATEST, (19, 20, 25), (20, 25)),
        (CatchUp.SKIP, (17, 18, 20), (20,)),
        (CatchUp.SKIP, (17, 18), ()),
    ],
)
def test_what_was_missed_is_made_up_for_as_the_recurrence_says(
    policy: CatchUp, days: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    """RC3: all of it, the last, or none. What is due today, or created ahead of its day, was not missed."""
    due = [Occurrence(date(2030, 6, n), date(2030, 6, n), TODAY) for n in days]
    assert [one.on.day for one in made_up(policy, due, TODAY)] == list(expected)


def test_a_moment_of_creation_is_the_beginning_of_a_day_in_the_firm() -> None:
    """RC2: Berlin's midnight in summer and winter."""
    firm, schedule = Calendar("Europe/Berlin"), Schedule(rule("FREQ=DAILY"), date(2030, 1, 1))
    assert schedule.at(date(2030, 7, 1), firm).creates_at(firm) == datetime(2030, 6, 30, 22, tzinfo=UTC)
    assert schedule.at(date(2030, 12, 1), firm).creates_at(firm) == datetime(2030, 11, 30, 23, tzinfo=UTC)
