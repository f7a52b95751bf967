"""What a plan consists of: selections of fields, and where a field's values come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import asyncpg
from graphql import FieldNode, GraphQLField

from gql.answers import Batch, Change, Read
from gql.sources import read

if TYPE_CHECKING:
    from gql.execution.run import Run
    from gql.execution.shapes import Shape

ROWS: Final = frozenset({dict, asyncpg.Record})
"""Sources whose values are found by their names in brackets."""


class Column:
    """Values that are columns of their sources."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._get: Callable[[Any], Any] = itemgetter(name)

    def values(self, run: Run, sources: Sequence[Any], rows: bool) -> Sequence[Any]:
        """One value of each source; ``rows`` says that all sources are rows or dicts."""
        if rows:
            try:
                return list(map(self._get, sources))
            except KeyError:  # a payload without it
                pass
        return [self.value(run, source) for source in sources]

    def value(self, run: Run, source: Any) -> Any:
        """The value of one source."""
        try:
            return read(source, self.name)
        except Exception as error:  # noqa: BLE001  (whatever it is: the value could not be had)
            return run.failed(error)


@dataclass(frozen=True, slots=True)
class Typename:
    """The name of the type of all sources."""

    name: str


class Itself:
    """The source itself: the root of a subscription's event."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Values that a resolver answers, for the root or for all sources of a level."""

    answer: Read | Change | Batch
    definition: GraphQLField
    arguments: Mapping[str, Any] | None
    """If they are the same each time: no variables are among them."""

    async def values(self, run: Run, field: Field, sources: Sequence[Any]) -> Sequence[Any]:
        """One value for each source; if anything goes wrong, for all of them."""
        try:
            given = run.bound.arguments(self, field.nodes[0])
            if not isinstance(self.answer, Batch):
                return [await self.answer(run.context, given)]
            answers = await run.ask(self.answer, sources, given)
        except Exception as error:  # noqa: BLE001  (whatever it is: the values could not be had)
            return [run.failed(error)] * len(sources)
        if any(issubclass(kind, Exception) for kind in set(map(type, answers))):
            return [run.failed(one) if isinstance(one, Exception) else one for one in answers]
        return answers


@dataclass(slots=True, eq=False)
class Field:
    """A field of a selection, under its response name."""

    key: str
    nodes: list[FieldNode]
    source: Column | Typename | Itself | Asked
    shape: Shape


@dataclass(slots=True, eq=False)
class Selection:
    """The fields that are selected of one object type, in the order of the answer."""

    fields: Sequence[Field]
    serial: bool = False
    """Whether each is to be completed, with all below it, before the next begins: mutations."""
    template: dict[str, Any] = field(init=False)
    """An answer's keys in their order, with the values that are always the same."""
    columns: Sequence[tuple[str, Column, Shape]] = field(init=False)
    """Fields that need no waiting: key, source, shape."""
    cells: Sequence[tuple[str, str, frozenset[type], Column, Shape]] = field(init=False)
    """The same for few sources: with the column's name, and the types of values that are sent as they are."""
    branches: Sequence[Field] = field(init=False)
    """The others."""
    asks: int = field(init=False)
    """How many of those ask a resolver."""

    def __post_init__(self) -> None:
        names = {one.key: one.source.name for one in self.fields if isinstance(one.source, Typename)}
        self.template = dict.fromkeys(one.key for one in self.fields) | names
        self.columns = [
            (one.key, one.source, one.shape)
            for one in self.fields
            if one.shape.at_once and isinstance(one.source, Column)
        ]
        self.cells = [(key, source.name, shape.as_is, source, shape) for key, source, shape in self.columns]
        settled = names.keys() | {key for key, _, _ in self.columns}
        self.branches = [one for one in self.fields if one.key not in settled]
        self.asks = sum(isinstance(one.source, Asked) for one in self.branches)
