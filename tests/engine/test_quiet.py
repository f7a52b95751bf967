"""Quiet hours, and days that are counted by the clock on somebody's wall."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.time.quiet import days_later, open_at

EVENING, MORNING = time(20), time(8)
ZONES = sorted(available_timezones() - {"localtime"})
FIRST, LAST = datetime(1973, 1, 1, tzinfo=UTC), datetime(2037, 12, 1, tzinfo=UTC)  # in whole minutes, all of them
A_MINUTE = timedelta(minutes=1)


@cache
def changes(zone: str) -> list[datetime]:
    """Days before which the clocks of a zone were changed, among them nine on which they were not."""
    clocks, day, found = ZoneInfo(zone), FIRST, [FIRST + n * timedelta(days=2_500) for n in range(1, 10)]
    before = day.astimezone(clocks).utcoffset()
    while day < LAST:
        day += timedelta(days=1)
        after = day.astimezone(clocks).utcoffset()
        if after != before:
            found.append(day)
        before = after
    return found


@st.composite
def moments(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone, and a minute that is mostly near a change of its clocks."""
    zone = draw(st.sampled_from(ZONES))
    return zone, draw(st.sampled_from(changes(zone))) + draw(st.integers(-60 * 60, 36 * 60)) * A_MINUTE


times = st.one_of(st.integers(0, 24 * 60 - 1), st.integers(0, 8).map(lambda n: n * 30)).map(
    lambda minute: time(*divmod(minute, 60))
)
odd = st.timedeltas(timedelta(0), timedelta(microseconds=59_999_999))


def is_quiet(shown: time, quiet_from: time, quiet_until: time) -> bool:
    """Whether the minutes from the beginning to the end, over midnight, come by what is shown."""
    begin, end, now = (one.hour * 60 + one.minute for one in (quiet_from, quiet_until, shown))
    return (now - begin) % 1440 < (end - begin) % 1440


@settings(deadline=None)
@given(moments(), odd, times, times)
@example(("Pacific/Apia", datetime(2011, 12, 30, 7, 0, tzinfo=UTC)), timedelta(0), EVENING, MORNING)  # a day left out
@example(("Pacific/Kwajalein", datetime(1993, 8, 21, 8, 0, tzinfo=UTC)), timedelta(0), EVENING, MORNING)
@example(("Antarctica/Troll", datetime(2026, 3, 29, 0, 30, tzinfo=UTC)), timedelta(0), time(0), time(2))  # by two hours
@example(("Europe/Berlin", datetime(2026, 10, 25, 0, 40, tzinfo=UTC)), timedelta(1e-6), time(2, 30), time(4))
def test_the_hours_end_when_the_clock_on_the_wall_says_so(
    where: tuple[str, datetime], more: timedelta, quiet_from: time, quiet_until: time
) -> None:
    """RM1: as if somebody sat there and looked at the clock every minute."""
    zone, minute = where
    moment = minute + more
    clocks, expected = ZoneInfo(zone), moment
    while is_quiet(expected.astimezone(clocks).time(), quiet_from, quiet_until):
        minute += A_MINUTE
        expected = minute
    found = open_at(moment, zone, quiet_from, quiet_until)
    assert (found, found.utcoffset()) == (expected, timedelta(0))
    assert found == open_at(moment.astimezone(clocks), clocks, quiet_from, quiet_until)
    assert open_at(found, zone, quiet_from, quiet_until) == found


@settings(deadline=None)
@given(moments(), odd, st.integers(1, 100))
@example(("Pacific/Apia", datetime(2011, 12, 29, 20, 0, tzinfo=UTC)), timedelta(0), 1)
@example(("Europe/Berlin", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)), timedelta(0), 1)  # the second half past two
def test_days_later_is_when_the_clock_on_the_wall_has_got_there(
    where: tuple[str, datetime], more: timedelta, days: int
) -> None:
    """RM1: as if somebody sat there, from the day before on, until the clock shows that time or a later one."""
    zone, minute = where
    moment, clocks = minute + more, ZoneInfo(zone)
    wanted = minute.astimezone(clocks).replace(tzinfo=None) + timedelta(days=days)
    at = minute + timedelta(days=days, hours=-26)
    while at.astimezone(clocks).replace(tzinfo=None) < wanted:
        at += A_MINUTE
    exact = at.astimezone(clocks).replace(tzinfo=None) == wanted
    found = days_later(moment, days, zone)
    assert (found, found.utcoffset()) == (at + more if exact else at, timedelta(0))
    assert found == days_later(moment.astimezone(clocks), days, clocks)
    assert found > moment


BERLIN = {  # local time in Berlin: what it becomes, by the hours from 20:00 until 08:00
    "2026-06-01T07:59:59.999999+02:00": "2026-06-01T08:00+02:00",
    "2026-06-01T08:00+02:00": "2026-06-01T08:00+02:00",
    "2026-06-01T19:59:59.999999+02:00": "2026-06-01T19:59:59.999999+02:00",
    "2026-06-01T20:00+02:00": "2026-06-02T08:00+02:00",
    "2026-06-02T00:00+02:00": "2026-06-02T08:00+02:00",
    "2026-03-28T23:00+01:00": "2026-03-29T08:00+02:00",
    "2026-10-24T23:00+02:00": "2026-10-25T08:00+01:00",
    "2026-12-31T21:00+01:00": "2027-01-01T08:00+01:00",
}


@pytest.mark.parametrize("moment", BERLIN)
def test_what_comes_in_the_evening_waits_for_the_morning(moment: str) -> None:
    """RM1: over midnight, over the new year, and over nights of 23 and 25 hours."""
    found = open_at(datetime.fromisoformat(moment), "Europe/Berlin", EVENING, MORNING)
    assert found == datetime.fromisoformat(BERLIN[moment])


CHANGED = {  # the hours in Berlin, and the moment in UTC: when they are over, in UTC
    ("01:00", "02:30", "2026-03-29T00:10"): "2026-03-29T01:00",  # 02:30 is left out: the gap ends at 03:00
    ("02:10", "02:50", "2026-03-29T00:50"): "2026-03-29T00:50",  # the hours are left out as a whole
    ("01:00", "03:30", "2026-03-29T00:10"): "2026-03-29T01:30",
    ("01:00", "02:30", "2026-10-24T23:10"): "2026-10-25T00:30",  # 02:30 comes twice: the first
    ("01:00", "02:30", "2026-10-25T00:40"): "2026-10-25T00:40",
    ("01:00", "02:30", "2026-10-25T01:10"): "2026-10-25T01:30",  # and the clock shows quiet hours once more
    ("02:30", "04:00", "2026-10-25T00:40"): "2026-10-25T01:00",  # it is set back, to before the hours
    ("02:30", "04:00", "2026-10-25T01:40"): "2026-10-25T03:00",
}


@pytest.mark.parametrize("case", CHANGED)
def test_hours_end_as_clocks_are_changed(case: tuple[str, str, str]) -> None:
    """RM1: on 29 March 2026 from two to three, on 25 October 2026 from three to two, both at one o'clock UTC."""
    quiet_from, quiet_until = (time.fromisoformat(one) for one in case[:2])
    moment, expected = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (case[2], CHANGED[case]))
    assert open_at(moment, "Europe/Berlin", quiet_from, quiet_until) == expected


LATER = {  # local time in Berlin, days: what it becomes
    ("2026-03-28T02:30+01:00", 1): "2026-03-29T03:00+02:00",
    ("2026-03-28T02:30+01:00", 2): "2026-03-30T02:30+02:00",
    ("2026-03-28T12:00:00.000001+01:00", 1): "2026-03-29T12:00:00.000001+02:00",
    ("2026-10-24T02:30+02:00", 1): "2026-10-25T02:30+02:00",
    ("2026-10-25T02:30+02:00", 1): "2026-10-26T02:30+01:00",
    ("2026-10-25T02:30+01:00", 1): "2026-10-26T02:30+01:00",
    ("2028-02-28T09:00+01:00", 3): "2028-03-02T09:00+01:00",
}


@pytest.mark.parametrize("case", LATER)
def test_days_keep_the_time_of_day(case: tuple[str, int]) -> None:
    """RM1: a day has 23, 24 or 25 hours."""
    found = days_later(datetime.fromisoformat(case[0]), case[1], "Europe/Berlin")
    assert found == datetime.fromisoformat(LATER[case])


def test_the_same_time_twice_means_no_quiet_hours() -> None:
    """RM1: whatever the hour."""
    for hour in range(24):
        moment = datetime(2026, 6, 1, hour, tzinfo=UTC)
        assert open_at(moment, "Europe/Berlin", time(8), time(8)) == moment
