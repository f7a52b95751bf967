"""What a plan consists of: selections of fields, and where a field's values come from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import asyncpg
from graphql import FieldNode, GraphQLField, print_ast

from gql.answers import Batch, Change, Read
from gql.sources import read
from resolvers.selected import Selected

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
    texts: Mapping[str, str] | None = None
    """If all that it takes are texts, and each is a variable: the names of those."""

    async def values(self, run: Run, field: Field, sources: Sequence[Any]) -> Sequence[Any]:
        """One value for each source; if anything goes wrong, for all of them."""
        answer = self.answer
        try:
            given = run.bound.arguments(self, field.nodes[0])
            if isinstance(answer, Change):
                return [await answer(run.context, given)]
            selected = selected_of(field.shape) if answer.asks_what else None
            if isinstance(answer, Read):
                return [await answer(run.context, given, selected)]
            answers = await run.ask(answer, sources, given, selected)
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
    brought: str = field(init=False)
    """Under which name a source may bring the answer along."""
    twins: list[Field] = field(init=False, default_factory=list)
    """Other fields of the selection that ask the same, under other names."""

    @property
    def asks(self) -> Hashable:
        """What is asked, equal for fields that are answered the same; None where that cannot be said."""
        source = self.source
        if not isinstance(source, Asked) or isinstance(source.answer, Change) or source.answer.asks_what:
            return None
        return source.answer.resolver, frozenset(map(print_ast, self.nodes[0].arguments or ()))

    def __post_init__(self) -> None:
        answer = getattr(self.source, "answer", None)
        self.brought = answer.declared.brought if isinstance(answer, Batch) else ""


@dataclass(slots=True, eq=False, weakref_slot=True)
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
    """The others, without those that are the twins of one of them."""
    asks: int = field(init=False)
    """How many of those ask a resolver."""
    proves: bool = field(init=False)
    """Whether it is one query that proves who asks."""
    _selected: Selected | None = field(init=False, default=None)

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
        self.branches = _without_twins([one for one in self.fields if one.key not in settled])
        self.asks = sum(isinstance(one.source, Asked) for one in self.branches)
        answers = [one.source.answer for one in self.fields if isinstance(one.source, Asked)]
        self.proves = len(self.fields) == 1 == len(answers) and answers[0].declared.proves

    @property
    def selected(self) -> Selected:
        """The same as resolvers know it."""
        if self._selected is None:
            self._selected = _selected(self.fields)
        return self._selected


def selected_of(shape: Shape) -> Selected | None:
    """What is selected of objects of one type, or of those in lists; None where that is not known."""
    while shape.item is not None:
        shape = shape.item
    selection = shape.known_selection()
    return None if selection is None else selection.selected


def _without_twins(fields: Sequence[Field]) -> Sequence[Field]:
    """The first of those that ask the same, with the others as its twins."""
    first: dict[Hashable, Field] = {}
    for one in fields:
        asks = one.asks
        leader = first.setdefault(one.key if asks is None else asks, one)
        if leader is not one:
            leader.twins.append(one)
    return list(first.values())


def _unknown() -> None:
    pass


def _selected(fields: Sequence[Field]) -> Selected:
    columns: set[str] = set()
    below: dict[str, Callable[[], Selected | None]] = {}
    whole = others = False
    for one in fields:
        source, name = one.source, ""
        if isinstance(source, Column):
            columns.add(name := source.name)
        elif isinstance(source, Asked) and isinstance(source.answer, Batch):
            declared = source.answer.declared
            columns |= declared.needs or set()
            whole = whole or declared.needs is None
            name = declared.brought
        if not name and not isinstance(source, Typename):
            others = True
        elif not one.shape.at_once:  # and if it is there twice, under different names, nothing is known of it
            below[name] = _unknown if name in below else partial(selected_of, one.shape)
    return Selected(frozenset(columns), whole, below, others)
