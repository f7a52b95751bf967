"""Spans of time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.checks import Checks
from engine.enums import DurationUnit, ErrorCode
from engine.time.calendar import Calendar
from engine.time.duration import Duration

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("amount", "unit", "end"),
    [
        (90, DurationUnit.MINUTES, datetime(2026, 1, 31, 13, 30, tzinfo=UTC)),
        (36, DurationUnit.HOURS, datetime(2026, 2, 2, 0, 0, tzinfo=UTC)),
        (1, DurationUnit.DAYS, datetime(2026, 2, 1, 12, tzinfo=UTC)),
        (1, DurationUnit.WORKING_DAYS, datetime(2026, 2, 3, 12, tzinfo=UTC)),
        (2, DurationUnit.WEEKS, datetime(2026, 2, 14, 12, tzinfo=UTC)),
        (1, DurationUnit.MONTHS, datetime(2026, 2, 28, 12, tzinfo=UTC)),
        (13, DurationUnit.MONTHS, datetime(2027, 2, 28, 12, tzinfo=UTC)),
        (25, DurationUnit.MONTHS, datetime(2028, 2, 29, 12, tzinfo=UTC)),
    ],
)
def test_a_span_ends_where_people_expect_it(amount: int, unit: DurationUnit, end: datetime) -> None:
    """RC2's month ends: a day that a month lacks is its last day."""
    assert Duration(amount, unit).after(NOON, Calendar("UTC")) == end


def test_days_are_those_of_the_calendar_across_a_change_of_clocks() -> None:
    """A day later is the same time of day, though the night of 29 March 2026 in Berlin has only 23 hours."""
    noon, firm = datetime(2026, 3, 28, 12, tzinfo=BERLIN), Calendar("Europe/Berlin")
    assert Duration(1, DurationUnit.DAYS).after(noon, firm) == datetime(2026, 3, 29, 12, tzinfo=BERLIN)
    assert Duration(24, DurationUnit.HOURS).after(noon, firm) == datetime(2026, 3, 29, 13, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("begin", "unit", "end"),
    [
        ("2026-03-28T02:30", DurationUnit.DAYS, "2026-03-29T01:30Z"),
        ("2026-03-22T02:30", DurationUnit.WEEKS, "2026-03-29T01:30Z"),
        ("2028-02-26T02:30", DurationUnit.MONTHS, "2028-03-26T01:30Z"),
    ],
)
def test_a_time_that_the_clocks_leave_out_is_moved_forward(begin: str, unit: DurationUnit, end: str) -> None:
    """On these Sundays in Berlin half past two does not exist: it is half past three."""
    found = Duration(1, unit).after(datetime.fromisoformat(begin).replace(tzinfo=BERLIN), Calendar("Europe/Berlin"))
    assert found == datetime.fromisoformat(end)
    assert found.astimezone(BERLIN).hour == 3


def test_of_a_time_that_comes_twice_it_is_the_first() -> None:
    """Half past two comes twice on 25 October 2026 in Berlin."""
    begin = datetime(2026, 10, 24, 2, 30, tzinfo=BERLIN)
    end = Duration(1, DurationUnit.DAYS).after(begin, Calendar("Europe/Berlin"))
    assert end == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "wrong"),
    [
        (Duration(1, DurationUnit.HOURS), []),
        (Duration(10_000, DurationUnit.HOURS), []),
        (Duration(1_000, DurationUnit.WORKING_DAYS), []),
        (Duration(0, DurationUnit.HOURS), ["amount"]),
        (Duration(-1, DurationUnit.WORKING_DAYS), ["amount"]),
        (Duration(1_001, DurationUnit.WORKING_DAYS), ["amount"]),
        (Duration(10_001, DurationUnit.HOURS), ["amount"]),
        (Duration(1, DurationUnit.DAYS), ["unit"]),
        (Duration(0, DurationUnit.MONTHS), ["amount", "unit"]),
    ],
)
def test_a_span_that_does_not_fit_names_its_field(span: Duration, wrong: list[str]) -> None:
    """API1: the path leads to the amount or the unit."""
    checks = Checks()
    span.check(checks, "time_limit", units=(DurationUnit.HOURS, DurationUnit.WORKING_DAYS))
    assert [(problem.code, problem.path) for problem in checks.problems] == [
        (ErrorCode.INVALID, ("time_limit", part)) for part in wrong
    ]


def test_any_unit_fits_where_none_is_named() -> None:
    """API1."""
    checks = Checks()
    for unit in DurationUnit:
        Duration(1, unit).check(checks, "lifetime")
    assert checks.problems == []


def test_a_span_is_stored_and_read_again() -> None:
    """PL6: in a column of JSON."""
    for unit in DurationUnit:
        assert Duration.of(Duration(3, unit).stored()) == Duration(3, unit)
    assert Duration(3, DurationUnit.HOURS).stored() == {"amount": 3, "unit": "HOURS"}
