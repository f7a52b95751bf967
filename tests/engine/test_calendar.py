"""Working days: of any firm's calendar, in any zone, through every change of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.time.calendar import Calendar, is_region, of_firm
from store.database import Database
from tests.support.api import Api

DAY = timedelta(days=1)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",  # clocks change at midnight
    "Asia/Beirut",  # likewise
    "America/Nuuk",  # an hour that is left out reaches over midnight
    "Africa/Casablanca",
    "Antarctica/Troll",  # two hours at once
    "Australia/Lord_Howe",  # half an hour
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
)
BERLIN = ZoneInfo("Europe/Berlin")
thoroughly = settings(deadline=None, max_examples=400, database=None)

DAYS = st.dates(date(2020, 1, 1), date(2034, 12, 31))
CALENDARS = st.builds(
    Calendar,
    time_zone=st.sampled_from(ZONES),
    weekdays=st.frozensets(st.integers(1, 7), min_size=1),
    region=st.sampled_from((None, "DE", "DE-BY", "US", "US-NY", "GB-SCT", "SA")),
    own_holidays=st.frozensets(DAYS, max_size=40),
)
TIMES = st.one_of(
    st.times(),
    # About the hours at which clocks are changed.
    st.builds(time, st.sampled_from((0, 1, 2, 3, 22, 23)), st.sampled_from((0, 15, 30, 59))),
)


def works_on(firm: Calendar, day: date) -> bool:
    """Whether a firm works on a day, as one looks it up on paper."""
    country, _, part = (firm.region or "").partition("-")
    public = holidays.country_holidays(country, subdiv=part or None) if country else {}
    return day.isoweekday() in firm.weekdays and day not in firm.own_holidays and day not in public


def counted(firm: Calendar, day: date, amount: int) -> date:
    """The day so many working days later, counted one by one from the first that is one."""
    while not works_on(firm, day):
        day += DAY
    for _ in range(amount):
        day += DAY
        while not works_on(firm, day):
            day += DAY
    return day


def instants(zone: ZoneInfo, local: datetime) -> list[datetime]:
    """The moments, in UTC and in order, at which a zone's clocks show a time: none, one or two."""
    about = local.replace(tzinfo=UTC)
    offsets = {moment.astimezone(zone).utcoffset() for moment in (about - DAY, about, about + DAY)}
    found = {about - offset for offset in offsets if offset is not None}
    return sorted(one for one in found if one.astimezone(zone).replace(tzinfo=None) == local)


@given(CALENDARS, DAYS, TIMES, st.integers(0, 25))
@thoroughly
def test_working_days_are_those_that_one_counts_one_by_one(firm: Calendar, day: date, local: time, amount: int) -> None:
    """PL6, AU4: so many working days later at the same local time, in any zone."""
    zone = ZoneInfo(firm.time_zone)
    begin = datetime.combine(day, local, zone).astimezone(UTC)
    shown = begin.astimezone(zone).replace(tzinfo=None, fold=0)  # not `local` where the clocks leave that out
    wanted = datetime.combine(counted(firm, shown.date(), amount), shown.time())
    end = firm.add_working_days(begin, amount)
    assert end.tzinfo is UTC
    if wanted.date() == shown.date():
        assert end == begin
    elif found := instants(zone, wanted):
        assert end == found[0]
    else:
        moved = end.astimezone(zone).replace(tzinfo=None) - wanted
        before, after = ((end + step).astimezone(zone).utcoffset() for step in (-DAY, DAY))
        assert before is not None
        assert after is not None
        assert moved == after - before > timedelta(0)


@given(CALENDARS, DAYS)
@thoroughly
def test_the_next_working_day_is_the_first_from_a_day_on(firm: Calendar, day: date) -> None:
    """PL6: the day itself counts."""
    found = firm.next_working_day(day)
    assert works_on(firm, found)
    assert [one for n in range((found - day).days) if works_on(firm, one := day + n * DAY)] == []
    assert firm.is_working(day) is (found == day)


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("2026-04-02 15:00", "2026-04-07 15:00"),  # Maundy Thursday, and the Tuesday after Easter
        ("2026-04-03 15:00", "2026-04-08 15:00"),  # counting begins on that Tuesday
        ("2026-04-04 15:00", "2026-04-08 15:00"),
        ("2026-04-07 15:00", "2026-04-08 15:00"),
        ("2026-06-03 09:00", "2026-06-05 09:00"),  # Corpus Christi is a holiday in Bavaria
        ("2026-12-23 09:00", "2026-12-28 09:00"),  # Christmas Eve is the firm's own
    ],
)
def test_one_working_day_of_a_firm_in_bavaria(begin: str, end: str) -> None:
    """PL6: public holidays of the region and the firm's own; a weekend counts for nothing."""
    firm = Calendar("Europe/Berlin", region="DE-BY", own_holidays=frozenset({date(2026, 12, 24)}))
    moment = datetime.fromisoformat(begin).replace(tzinfo=BERLIN)
    assert firm.add_working_days(moment, 1) == datetime.fromisoformat(end).replace(tzinfo=BERLIN)


def test_a_local_time_that_does_not_exist_is_moved_forward() -> None:
    """PL6: half past two on the last Sunday of March is half past three, where one works on Sundays."""
    firm = Calendar("Europe/Berlin", weekdays=frozenset({6, 7}))
    end = firm.add_working_days(datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN), 1)
    assert end == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert end.astimezone(BERLIN).hour == 3


def test_of_a_local_time_that_comes_twice_it_is_the_first_unless_it_has_begun() -> None:
    """PL6: half past two on the last Sunday of October."""
    firm = Calendar("Europe/Berlin", weekdays=frozenset({6, 7}))
    end = firm.add_working_days(datetime(2026, 10, 24, 2, 30, tzinfo=BERLIN), 1)
    assert end == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert second.astimezone(BERLIN).hour == 2
    assert firm.add_working_days(second, 0) == second


@pytest.mark.parametrize("region", ["DE", "DE-BY", "US", "US-NY", "GB", "GB-SCT", "FR"])
def test_regions_are_countries_and_their_parts(region: str) -> None:
    """As ISO 3166 names them."""
    assert is_region(region)


@pytest.mark.parametrize("region", ["", "-", "DE-", "-BY", "DE-XX", "DE-BY-X", "de", "DEU", "XX", "US-BY", "DE BY"])
def test_what_is_no_region(region: str) -> None:
    """API1."""
    assert not is_region(region)


def test_a_region_that_is_not_known_any_more_has_no_holidays() -> None:
    """A newer library may name the parts of a country otherwise; work goes on."""
    assert Calendar("UTC", region="DE-XX").is_working(date(2026, 12, 25))
    assert not Calendar("UTC", region="DE").is_working(date(2026, 12, 25))


async def test_a_new_firm_works_from_monday_to_friday(api: Api, database: Database) -> None:
    """PL6: without holidays, in its own time zone, read in one statement."""
    await api.firm(time_zone="Europe/Berlin")
    firm_id = await database.value("SELECT id FROM firms")
    statements: list[str] = []
    database.on_statement = statements.append
    try:
        firm = await of_firm(database, firm_id)
    finally:
        database.on_statement = None
    assert firm == Calendar("Europe/Berlin")
    assert len(statements) == 1
