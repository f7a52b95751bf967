"""Dates, times and decimals have types of their own."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLError

from gql.scalars import DATE, DATE_TIME, DECIMAL, TIME_OF_DAY


@pytest.mark.parametrize(
    ("scalar", "value", "text"),
    [
        (DATE, date(2026, 1, 31), "2026-01-31"),
        (DATE_TIME, datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00+00:00"),
        (TIME_OF_DAY, time(0), "00:00"),
        (TIME_OF_DAY, time(8, 30), "08:30"),
        (TIME_OF_DAY, time(23, 59), "23:59"),
        (DECIMAL, Decimal("12.50"), "12.50"),
        (DECIMAL, Decimal("-0.000001"), "-0.000001"),
        (DECIMAL, Decimal("1E+5"), "100000"),
    ],
)
def test_a_value_survives_the_way_out_and_in(scalar: Any, value: Any, text: str) -> None:
    """What is written is read back as the same value, with all its digits."""
    assert scalar.serialize(value) == text
    assert scalar.parse_value(text) == value


@pytest.mark.parametrize(
    ("scalar", "text"),
    [
        *(
            (DATE, text)
            for text in ("", "2026-13-01", "2026-02-30", "20260131", "2026-W05-6", "31.01.2026", 5, None, True)
        ),
        *((DATE_TIME, text) for text in ("", "2026-01-31", "2026-01-31T12:00:00", "noon", 0, None)),
        *(
            (TIME_OF_DAY, text)
            for text in (
                "",
                "noon",
                "8:30",
                "0830",
                "08",
                "24:00",
                "08:60",
                "08:30:00",
                "08:30Z",
                "08:30\n",
                "٠٨:30",
                8,
                None,
            )
        ),
        *((DECIMAL, text) for text in ("", "NaN", "Infinity", "-inf", "1,5", "abc", 1.5, 1, None)),
    ],
)
def test_what_is_none_is_refused_with_how_to_write_it(scalar: Any, text: Any) -> None:
    """API1: the message shows the form."""
    with pytest.raises(GraphQLError, match="written"):
        scalar.parse_value(text)
