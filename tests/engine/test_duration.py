"""Spans of time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.duration import Duration
from engine.enums import DurationUnit, ErrorCode
from engine.errors import Refused

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "unit", "end"),
    [
        (90, DurationUnit.MINUTES, datetime(2026, 1, 31, 13, 30, tzinfo=UTC)),
        (36, DurationUnit.HOURS, datetime(2026, 2, 2, 0, 0, tzinfo=UTC)),
        (1, DurationUnit.DAYS, datetime(2026, 2, 1, 12, tzinfo=UTC)),
        (2, DurationUnit.WEEKS, datetime(2026, 2, 14, 12, tzinfo=UTC)),
        (1, DurationUnit.MONTHS, datetime(2026, 2, 28, 12, tzinfo=UTC)),
        (13, DurationUnit.MONTHS, datetime(2027, 2, 28, 12, tzinfo=UTC)),
        (25, DurationUnit.MONTHS, datetime(2028, 2, 29, 12, tzinfo=UTC)),
    ],
)
def test_a_span_ends_where_people_expect_it(amount: int, unit: DurationUnit, end: datetime) -> None:
    """RC2's month ends: a day that a month lacks is its last day."""
    assert Duration(amount, unit).after(NOON, "UTC") == end


def test_days_are_those_of_the_calendar_across_a_change_of_clocks() -> None:
    """A day later is the same time of day, though the night of 29 March 2026 in Berlin has only 23 hours."""
    berlin = ZoneInfo("Europe/Berlin")
    noon = datetime(2026, 3, 28, 12, tzinfo=berlin)
    assert Duration(1, DurationUnit.DAYS).after(noon, "Europe/Berlin") == datetime(2026, 3, 29, 12, tzinfo=berlin)
    assert Duration(24, DurationUnit.HOURS).after(noon, "Europe/Berlin") == datetime(2026, 3, 29, 13, tzinfo=berlin)


@pytest.mark.parametrize(
    ("span", "field"),
    [
        (Duration(0, DurationUnit.DAYS), "amount"),
        (Duration(-1, DurationUnit.HOURS), "amount"),
        (Duration(10_001, DurationUnit.MONTHS), "amount"),
        (Duration(1, DurationUnit.WORKING_DAYS), "unit"),
    ],
)
def test_a_span_that_cannot_be_counted_names_its_field(span: Duration, field: str) -> None:
    """API1: the path leads to the amount or the unit."""
    with pytest.raises(Refused) as refused:
        span.after(NOON, "UTC", "lifetime")
    assert [(problem.code, problem.path) for problem in refused.value.problems] == [
        (ErrorCode.INVALID, ("lifetime", field))
    ]
