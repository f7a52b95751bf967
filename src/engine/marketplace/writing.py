"""Writing documents: dataclasses as objects of JSON, without what is as it is by default."""

from dataclasses import is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from engine.marketplace.shapes import parts


def written(thing: Any, *but: str) -> dict[str, Any]:
    """A dataclass as an object, ``but`` for some fields."""
    found = {}
    for part in parts(type(thing)):
        given = getattr(thing, part.attribute)
        if part.attribute not in but and (part.required or given != part.default):
            found[part.name] = value(given)
    return found


def value(given: Any) -> Any:
    """A value as JSON has it."""
    match given:
        case Enum():
            return given.name
        case Decimal():
            return format(given, "f")
        case tuple() | list():
            return [value(one) for one in given]
        case _ if is_dataclass(given):
            return written(given)
        case _:
            return given
