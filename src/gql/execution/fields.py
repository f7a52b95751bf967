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
        self._name = name
        self._get: Callable[[Any], Any] = itemgetter(name)

    def values(self, run: Run, sources: Sequence[Any], rows: bool) -> Sequence[Any]:
        """One value of each source; ``rows`` says that all sources are rows or dicts."""
        if rows:
            try:
                return list(map(self._get, sources))
            except KeyError:  # a payload without it
                pass
        return [self._one(run, source) for source in sources]

    def _one(self, run: Run, source: Any) -> Any:
        try:
            return read(source, self._name)
        except Exception as error:  # noqa: BLE001  (whatever it is: the value could not be had)
            return run.failed(error)


class Typename:
    """The name of the type of all sources."""

    def __init__(self, name: str) -> None:
        self._name = name

    def values(self, run: Run, sources: Sequence[Any], rows: bool) -> Sequence[Any]:
        """The name, for each source."""
        return [self._name] * len(sources)


class Itself:
    """The source itself: the root of a subscription's event."""

    def values(self, run: Run, sources: Sequence[Any], rows: bool) -> Sequence[Any]:
        """The sources."""
        return sources


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
    template: dict[str, None] = field(init=False)
    """An answer's keys in their order."""
    columns: Sequence[tuple[str, Any, Shape]] = field(init=False)
    """Fields that need no waiting: key, source, shape."""
    branches: Sequence[Field] = field(init=False)
    """The others."""
    asks: int = field(init=False)
    """How many of those ask a resolver."""

    def __post_init__(self) -> None:
        self.template = dict.fromkeys(one.key for one in self.fields)
        at_once = [one for one in self.fields if one.shape.at_once and not isinstance(one.source, Asked)]
        self.columns = [(one.key, one.source, one.shape) for one in at_once]
        self.branches = [one for one in self.fields if one not in at_once]
        self.asks = sum(isinstance(one.source, Asked) for one in self.branches)
