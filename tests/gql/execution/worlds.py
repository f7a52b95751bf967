"""Sources for the little schema, where as much goes wrong as one asks for: by a seed, the same whoever reads them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any, Final

from graphql import GraphQLError, Undefined

from engine.enums import ErrorCode
from engine.errors import invalid

Columns = Mapping[str, Mapping[str, str]]
"""Of each type, the columns of its sources and their types as GraphQL writes them."""


class Level(IntEnum):
    """An enum of numbers."""

    LOW = 1
    HIGH = 2


class Tint(StrEnum):
    """An enum of texts."""

    RED = "red"
    BLUE = "blue"


class Stray(StrEnum):
    """An enum that no field has; one value is a colour's."""

    RED = "red"
    ODD = "odd"


class Fault(Exception):
    """Something that goes wrong in a resolver."""


class Row:
    """A source that is no dict. Like a row of the database, it answers in brackets, too."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        vars(self).update(values)

    def __getitem__(self, name: str) -> Any:
        return vars(self)[name]

    def __repr__(self) -> str:
        return f"Row({vars(self).get('key')})"


class Odd:
    """Nothing that anybody expects."""

    def __repr__(self) -> str:
        return "Odd()"


class Breaking:
    """A list that breaks after its first item."""

    def __iter__(self) -> Iterator[Any]:
        yield None
        raise Fault("broken list")

    def __repr__(self) -> str:
        return "Breaking()"


GOOD: Final[Mapping[str, list[Any]]] = {
    "ID": ["a", "b"],
    "String": ["", "text", "Ärger"],
    "Int": [0, 1, -(2**31), 2**31 - 1],
    "Float": [0.5, 1, -2.0],
    "Boolean": [True, False],
    "Level": [Level.LOW, Level.HIGH, 1, 2],
    "Tint": [Tint.RED, Tint.BLUE, "red", "blue"],
    "Date": [date(2026, 1, 31)],
    "DateTime": [datetime(2026, 1, 31, 12, tzinfo=UTC)],
    "TimeOfDay": [time(8, 30)],
    "Decimal": [Decimal("12.50"), Decimal(3)],
}
WRONG: Final[list[Any]] = [
    None, Undefined, "", "odd", "red", 0, 1, 7, 2**31, -(2**31) - 1, 2**70, True, 1.0, 1.5, float("nan"), float("inf"),
    Decimal("NaN"), Decimal(2), b"bytes", date(2026, 1, 31), datetime(2026, 1, 31, tzinfo=UTC), Tint.RED, Level.HIGH,
    Stray.RED, Stray.ODD, Odd(), Breaking(), {}, [], (), ("red", 1), {1}, range(2), [None], [[]], [["red"], None],
    {"__typename": "Leaf"}, {"__typename": "Branch", "id": 3}, {"__typename": "Query"}, {"__typename": "Tint"},
    {"__typename": "Nobody"}, {"__typename": None}, Row({"__typename": "Leaf", "number": 1}), Row({}),
]  # fmt: skip


@dataclass
class World:
    """What there is, and how likely any value or answer of it is wrong."""

    seed: int
    faults: float
    sources: dict[str, list[Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    """What the mutations did."""

    @classmethod
    def of(cls, columns: Columns, seed: int, faults: float) -> World:
        """Sources that refer to each other, each in many places."""
        world = cls(seed, faults)
        for kind in columns:
            world.sources[kind] = [{"key": f"{kind}{n}", "__typename": kind} for n in range(3)]
        dice = world.dice("columns")
        for kind, names in columns.items():
            for n, source in enumerate(world.sources[kind]):
                source |= {name: world.value(dice, type_) for name, type_ in names.items()}
                world._spoil(dice, source)
                if n == 2:
                    world.sources[kind][n] = Row(source)
        return world

    def _spoil(self, dice: random.Random, source: dict[str, Any]) -> None:
        if dice.random() < self.faults:
            del source[dice.choice([name for name in source if name != "key"])]

    def dice(self, *about: Any) -> random.Random:
        """What falls the same for the same question."""
        return random.Random(f"{self.seed} {about}")  # noqa: S311

    def value(self, dice: random.Random, kind: str) -> Any:
        """A value of a type, or a wrong one."""
        if dice.random() < self.faults:
            return dice.choice(WRONG)
        if not kind.endswith("!") and dice.random() < 0.15:
            return None
        return self._good(dice, kind.removesuffix("!"))

    def _good(self, dice: random.Random, kind: str) -> Any:
        if kind.startswith("["):
            return [self.value(dice, kind[1:-1]) for _ in range(dice.choice([0, 1, 1, 2]))]
        if kind in GOOD:
            return dice.choice(GOOD[kind])
        return dice.choice(self.sources.get(kind) or [one for some in self.sources.values() for one in some])

    def failure(self, dice: random.Random) -> Exception:
        """What a resolver may raise."""
        coded = GraphQLError("No.", extensions={"code": "NO", "n": dice.randint(1, 9)})
        refused = invalid(ErrorCode.TOO_MANY, "Too many.", "some")
        return dice.choice([Fault("broken"), coded, refused, KeyError("name"), GraphQLError("Uncoded.")])


def key_of(source: Any) -> str:
    """What tells sources apart."""
    return str(source["key"]) if isinstance(source, dict | Row) and "key" in vars_of(source) else repr(source)


def vars_of(source: Any) -> Mapping[str, Any]:
    """The columns that a source has."""
    return source if isinstance(source, dict) else vars(source)
