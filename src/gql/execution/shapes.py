"""How a column of values becomes what is sent, by the type of its field: leaves, lists, objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, islice
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Protocol

from graphql import GraphQLEnumType, GraphQLError, GraphQLLeafType, Undefined
from graphql.pyutils import inspect, is_iterable
from graphql.pyutils.undefined import UndefinedType

from gql.execution.failures import Failed

if TYPE_CHECKING:
    from gql.execution.fields import Selection
    from gql.execution.run import Run

LEAST_INT: Final = -(2**31)
MOST_INT: Final = 2**31 - 1
_LISTS: Final = frozenset({list, tuple})
_NONE: Final = frozenset({NoneType})
_NOT_THERE: Final = frozenset({NoneType, UndefinedType, Failed})


class Shape(Protocol):
    """What is made of the values of a field, or of the items of its lists."""

    nullable: bool
    at_once: bool
    """Whether nothing has to be waited for: it has ``column``."""
    as_is: frozenset[type]
    """Types of values that are sent as they are."""

    @property
    def item(self) -> Shape | None:
        """Of lists, the shape of their items."""

    def known_selection(self) -> Selection | None:
        """Of objects of one type, what is selected of them, if that can be said beforehand."""

    def selection_of(self, result: Any, run: Run) -> Selection | None:
        """Of objects, what was selected of this one."""

    def column(self, values: Sequence[Any], run: Run) -> Sequence[Any]:
        """What is sent for each value; a Failed where that cannot be."""

    def absent(self, value: Any, run: Run) -> Any:
        """What stands for None, Undefined or a Failed."""

    async def complete(self, values: Sequence[Any], run: Run) -> Sequence[Any]:
        """The same where fields below have to be read first."""


class _Shape:
    """What shapes share. ``where`` names the field in the schema, as Job.name."""

    item: Shape | None = None
    at_once = False
    as_is: frozenset[type] = frozenset()

    def __init__(self, where: str, *, nullable: bool) -> None:
        self.nullable = nullable
        self._where = where

    def known_selection(self) -> Selection | None:
        """Nothing is selected of leaves and lists."""
        return None

    def selection_of(self, result: Any, run: Run) -> Selection | None:
        """Nothing is selected of leaves and lists."""
        return None

    def column(self, values: Sequence[Any], run: Run) -> Sequence[Any]:
        """Only where nothing has to be waited for."""
        raise NotImplementedError

    def absent(self, value: Any, run: Run) -> Any:
        """What stands for None, Undefined or a Failed."""
        if isinstance(value, Failed):
            return value
        return (
            None
            if self.nullable
            else run.failed(TypeError(f"Cannot return null for non-nullable field {self._where}."))
        )


class Leaves(_Shape):
    """Scalars and enums. Values of the expected Python type are taken together, all others one by one."""

    at_once = True

    def __init__(self, kind: GraphQLLeafType, where: str, *, nullable: bool) -> None:
        super().__init__(where, nullable=nullable)
        self._kind = kind
        types, self._convert = _ways(kind)
        self._types = types | _NONE if nullable else types
        self.as_is = self._types if self._convert is None else self._types & _NONE

    def column(self, values: Sequence[Any], run: Run) -> Sequence[Any]:
        """All values as JSON has them."""
        if self._types.issuperset(map(type, values)):
            if self._convert is None:
                return values
            try:
                return self._convert(values)
            except (ValueError, KeyError):  # one of them is not allowed
                pass
        return [self._one(value, run) for value in values]

    async def complete(self, values: Sequence[Any], run: Run) -> Sequence[Any]:
        """The same."""
        return self.column(values, run)

    def _one(self, value: Any, run: Run) -> Any:
        if type(value) in _NOT_THERE:
            return self.absent(value, run)
        try:
            coerced = self._kind.coerce_output_value(value)
        except Exception as error:  # noqa: BLE001  (whatever it is: the value cannot be sent)
            return run.failed(error)
        if coerced is None or coerced is Undefined:
            return run.failed(
                TypeError(
                    f"Expected `{inspect(self._kind)}.coerce_output_value({inspect(value)})` to return"
                    f" non-nullable value, returned: {inspect(coerced)}"
                )
            )
        return coerced


Convert = Callable[[Sequence[Any]], Sequence[Any]]


def _ways(kind: GraphQLLeafType) -> tuple[frozenset[type], Convert | None]:
    """The Python types that a leaf type's values mostly have, and how a column of them is converted, if at all."""
    if isinstance(kind, GraphQLEnumType):
        return _enum(kind)
    return _SCALARS.get(kind.name, (frozenset(), None))


def _enum(kind: GraphQLEnumType) -> tuple[frozenset[type], Convert]:
    """Values are members, or what stands for them in the database."""
    names = {value.value: name for name, value in kind.values.items()}
    members = {member: names[member.value] for member in getattr(kind, "wrapped_cls", ()) if member.value in names}
    known: dict[Any, str | None] = {None: None, **names, **members}
    return frozenset(map(type, [*names, *members])), lambda values: [known[value] for value in values]


def _ints(values: Sequence[Any]) -> Sequence[Any]:
    found = [value for value in values if value is not None]
    if found and not (min(found) >= LEAST_INT and max(found) <= MOST_INT):
        raise ValueError
    return values


def _days(values: Sequence[date | None]) -> Sequence[str | None]:
    return [None if value is None else value.isoformat() for value in values]


_SCALARS: Final[Mapping[str, tuple[frozenset[type], Convert | None]]] = {
    "String": (frozenset({str}), None),
    "ID": (frozenset({str}), None),
    "Boolean": (frozenset({bool}), None),
    "Int": (frozenset({int}), _ints),
    "Date": (frozenset({date}), _days),
    "DateTime": (frozenset({datetime}), _days),
}


class Lists(_Shape):
    """Lists: the items of all of them are taken together."""

    item: Shape

    def __init__(self, item: Shape, where: str, *, nullable: bool) -> None:
        super().__init__(where, nullable=nullable)
        self.item = item
        self.at_once = item.at_once

    def column(self, values: Sequence[Any], run: Run) -> Sequence[Any]:
        """The lists, item by item."""
        lists = self._lists(values, run)
        return _regrouped(lists, self.item.column(_items(lists), run))

    async def complete(self, values: Sequence[Any], run: Run) -> Sequence[Any]:
        """The same."""
        lists = self._lists(values, run)
        return _regrouped(lists, await self.item.complete(_items(lists), run))

    def _lists(self, values: Sequence[Any], run: Run) -> Sequence[Any]:
        if _LISTS.issuperset(map(type, values)):
            return values
        return [self._list(value, run) for value in values]

    def _list(self, value: Any, run: Run) -> Any:
        if type(value) in _NOT_THERE:
            return self.absent(value, run)
        try:
            if is_iterable(value):
                return list(value)
        except Exception as error:  # noqa: BLE001  (a generator may raise anything)
            return run.failed(error)
        return run.failed(GraphQLError(f"Expected Iterable, but did not find one for field '{self._where}'."))


def _items(lists: Sequence[Any]) -> list[Any]:
    return list(chain.from_iterable(one for one in lists if type(one) in _LISTS))


def _regrouped(lists: Sequence[Any], items: Iterable[Any]) -> list[Any]:
    left: Iterator[Any] = iter(items)
    return [list(islice(left, len(one))) if type(one) in _LISTS else one for one in lists]


class Objects(_Shape):
    """Objects of one type. One that stands in several places is made once."""

    def __init__(self, compiled: Callable[[], Selection], where: str, *, nullable: bool) -> None:
        super().__init__(where, nullable=nullable)
        self._compiled = compiled
        self._selection: Selection | None = None

    @property
    def selection(self) -> Selection:
        """What is selected of them. It is compiled when the first of them is there: a document may nest much more."""
        if self._selection is None:
            self._selection = self._compiled()
        return self._selection

    def known_selection(self) -> Selection | None:
        """The same for all, unless a condition in it is null."""
        try:
            return self.selection
        except GraphQLError:
            return None

    def selection_of(self, result: Any, run: Run) -> Selection | None:
        """The same for all."""
        return self.selection

    async def complete(self, values: Sequence[Any], run: Run) -> Sequence[Any]:
        """An answer for each source."""
        whole = _NOT_THERE.isdisjoint(map(type, values))
        if whole and len(values) == 1:
            return await self.made(values, run)
        sources = {id(value): value for value in values if whole or type(value) not in _NOT_THERE}
        made = await self.made(list(sources.values()), run) if sources else ()
        if len(made) == len(values):
            return made
        found = dict(zip(sources, made, strict=True))
        return [self.absent(value, run) if type(value) in _NOT_THERE else found[id(value)] for value in values]

    async def made(self, sources: Sequence[Any], run: Run) -> Sequence[Any]:
        """An answer for each of different sources."""
        try:
            selection = self.selection
        except GraphQLError as error:  # a condition below is null
            return [run.failed(error)] * len(sources)
        return await run.select(selection, sources)


class Abstracts(Objects):
    """Objects of an interface or a union. Each source names its type in ``__typename``."""

    def __init__(self, possible: Callable[[str], Selection], where: str, *, nullable: bool) -> None:
        _Shape.__init__(self, where, nullable=nullable)
        self._find = possible
        self._possible: dict[str, Selection] = {}

    def known_selection(self) -> None:
        """It depends on the type."""

    def selection_of(self, result: Any, run: Run) -> Selection:
        """What was selected of its type."""
        return run.selections[id(result)]

    async def made(self, sources: Sequence[Any], run: Run) -> Sequence[Any]:
        """An answer for each source; those of one type are made together."""
        selections = [self._selection_of(source, run) for source in sources]
        together: dict[Any, list[Any]] = {}
        for selection, source in zip(selections, sources, strict=True):
            together.setdefault(selection, []).append(source)
        made: dict[Any, Iterator[Any]] = {}
        for selection, some in together.items():
            made[selection] = iter(await self._of_one_type(selection, some, run))
        return [next(made[selection]) for selection in selections]

    async def _of_one_type(self, selection: Selection | Failed, sources: Sequence[Any], run: Run) -> Sequence[Any]:
        if isinstance(selection, Failed):
            return [selection]
        results = await run.select(selection, sources)
        run.selections.update((id(result), selection) for result in results)
        return results

    def _selection_of(self, source: Any, run: Run) -> Selection | Failed:
        try:
            name = str(source["__typename"])
            if name not in self._possible:
                self._possible[name] = self._find(name)
            return self._possible[name]
        except Exception as error:  # noqa: BLE001  (whatever it is: nobody knows what the source is)
            return run.failed(error)
