"""Spans of time."""

import strawberry

from engine.enums import DurationUnit
from gql.fields import plain


@strawberry.type(description="A span of time.")
class Duration:
    """An amount of a unit."""

    amount: int = plain("How many.")
    unit: DurationUnit = plain("Of what.")
