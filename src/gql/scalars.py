"""Scalars of the contract, and how strictly they are read."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

import strawberry
from graphql import GraphQLError


def _date(value: Any) -> date:
    message = "A date is written as 2026-01-31."
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise GraphQLError(message)
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise GraphQLError(message) from error


def _moment(value: Any) -> datetime:
    message = "A time is written with its offset, as 2026-01-31T12:00:00Z."
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None or moment.tzinfo is None:
            raise GraphQLError(message)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # an offset may lead beyond the first or the last year
        raise GraphQLError(message) from error


def _time_of_day(value: Any) -> time:
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
        raise GraphQLError("A time of day is written as 08:30, from 00:00 to 23:59.")
    return time.fromisoformat(value)


def _decimal(value: Any) -> Decimal:
    try:
        number = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation as error:
        raise GraphQLError('A decimal is written as a text: "12.50".') from error
    if number is None or not number.is_finite():
        raise GraphQLError('A decimal is written as a text: "12.50".')
    return number


DATE = strawberry.scalar(
    name="Date",
    description="A day of the calendar: 2026-01-31.",
    serialize=date.isoformat,
    parse_value=_date,
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
)
DATE_TIME = strawberry.scalar(
    name="DateTime",
    description="A moment with its offset (RFC 3339): 2026-01-31T12:00:00+00:00.",
    serialize=datetime.isoformat,
    parse_value=_moment,
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
)
TIME_OF_DAY = strawberry.scalar(
    name="TimeOfDay",
    description="A time of day on the clock of some place, in hours and minutes: 08:30.",
    serialize=lambda shown: shown.isoformat("minutes"),
    parse_value=_time_of_day,
)
DECIMAL = strawberry.scalar(
    name="Decimal",
    description='An exact number as a text: "12.50".',
    serialize=lambda number: format(number, "f"),
    parse_value=_decimal,
)
SCALARS: dict[object, Any] = {date: DATE, datetime: DATE_TIME, time: TIME_OF_DAY, Decimal: DECIMAL}
