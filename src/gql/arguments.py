"""Arguments: what a client said, as the layers below know it."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

import strawberry

from engine.enums import ErrorCode
from engine.errors import invalid
from engine.unset import UNSET

MOST_VALUES: Final = 1_000  # in one argument of a query


def domain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """A field's arguments as resolvers know them. Raises Refused for more than anybody needs."""
    asked = {name: to_domain(value) for name, value in values.items()}
    for name, value in asked.items():
        if weight(value) > MOST_VALUES:
            raise invalid(ErrorCode.TOO_MANY, f"At most {MOST_VALUES:,} values in one argument.", name)
    return asked


def weight(value: Any) -> int:
    """How many values an argument holds, each part of a filter counted."""
    if isinstance(value, tuple):
        return sum(map(weight, value))
    if is_dataclass(value):
        return 1 + sum(weight(getattr(value, part.name)) for part in fields(value))
    return 0 if value is None or value is UNSET else 1


def to_domain(value: Any) -> Any:
    """What a client said, as the layers below know it: lists as tuples, inputs as their commands."""
    if value is strawberry.UNSET:
        return UNSET
    if isinstance(value, list):
        return tuple(to_domain(one) for one in value)
    if getattr(type(value), "__unwrapped__", False):
        return next(to_domain(one) for one in vars(value).values() if one is not strawberry.UNSET)
    domain = getattr(type(value), "__domain__", None)
    if domain is None:
        return value
    names = {part.name for part in fields(domain)}
    said = {part.name: to_domain(getattr(value, part.name)) for part in fields(value) if part.name in names}
    return domain(**{name: one for name, one in said.items() if one is not UNSET})
