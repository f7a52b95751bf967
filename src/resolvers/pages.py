"""Relay pages: from a client's arguments to keyset slices and back (API2)."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import orjson

from engine.enums import ErrorCode
from engine.errors import invalid
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, Depends, batch
from resolvers.selected import Selected
from store.database import Row
from store.reads import paging
from store.reads.paging import Found, Order, Slice, Source

DEFAULT: Final = 50  # rows a page
MOST: Final = 200  # rows a page
_ENDS: Final = ("-infinity", "infinity")  # how the driver stores the first and the last date there is

Counter = Callable[[Context, Sequence[str]], Awaitable[Mapping[str, int]]]


@dataclass(frozen=True, slots=True)
class PageArgs:
    """What a client gives to a connection."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def slice(self, order: Order) -> Slice:
        """The rows meant. Raises Refused for sizes and cursors that make no sense."""
        if self.first is not None and self.last is not None:
            raise invalid(ErrorCode.INVALID, "Give first or last, not both.", "last")
        size = self._size("first", self.first) if self.last is None else self._size("last", self.last)
        return Slice(
            size=size,
            after=_decode(order, self.after, "after"),
            before=_decode(order, self.before, "before"),
            backward=self.last is not None,
        )

    def _size(self, name: str, size: int | None) -> int:
        if size is not None and not 0 <= size <= MOST:
            raise invalid(ErrorCode.INVALID, f"A page has from 0 to {MOST} rows.", name)
        return DEFAULT if size is None else size


@dataclass(slots=True)
class Connection:
    """One page, as the source of a Relay connection. ``count`` answers the lengths of lists by their parents."""

    order: Order
    part: Slice
    found: Found
    parent_id: str
    count: Counter
    cursors: bool = True
    """Whether the rows carry what their cursors consist of."""

    @property
    def nodes(self) -> Sequence[Row]:
        """The things on the page."""
        return self.found.rows

    @property
    def edges(self) -> list[dict[str, Any]]:
        """The things with their cursors."""
        return [{"cursor": _encode(self.order, row), "node": row} for row in self.found.rows]

    @property
    def page_info(self) -> dict[str, Any]:
        """Where the page stands in its list."""
        rows, more = self.found.rows if self.cursors else (), self.found.more
        return {
            "has_next_page": self.part.before is not None if self.part.backward else more,
            "has_previous_page": more if self.part.backward else self.part.after is not None,
            "start_cursor": _encode(self.order, rows[0]) if rows else None,
            "end_cursor": _encode(self.order, rows[-1]) if rows else None,
        }


async def pages(
    context: Context,
    source: Source,
    order: Order,
    args: PageArgs,
    parents: Sequence[str] = ("",),
    selected: Selected | None = None,
) -> list[Connection]:
    """One page for each parent, with cursors if they are selected."""
    part, cursors = args.slice(order), _cursors(selected)
    found = await paging.pages(context.db, source, order, part, parents, cursors=cursors)

    async def count(context: Context, parent_ids: Sequence[str]) -> Mapping[str, int]:
        return await paging.counts(context.db, source, parent_ids)

    return [Connection(order, part, found[parent], parent, count, cursors) for parent in parents]


def of_nodes(selected: Selected | None) -> Selected | None:
    """What is selected of the things on pages, if that is known."""
    return None if selected is None or "edges" in selected.columns else selected.of("nodes")


def _cursors(selected: Selected | None) -> bool:
    if selected is None or "edges" in selected.columns:
        return True
    info = selected.of("page_info")
    columns = selected.columns if info is None else info.columns
    return not columns.isdisjoint({"page_info", "start_cursor", "end_cursor"})


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def total_counts(context: Context, connections: Sequence[Connection]) -> list[int]:
    """The length of each connection's whole list; pages of one list, or of its siblings, are counted together."""
    counters = {connection.count: dict[str, int]() for connection in connections}
    for counter, lengths in counters.items():
        parents = [connection.parent_id for connection in connections if connection.count is counter]
        lengths.update(await counter(context, parents))
    return [counters[connection.count][connection.parent_id] for connection in connections]


def _encode(order: Order, row: Row) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([order.name, *row["cursor_values"]])).decode().rstrip("=")


def _decode(order: Order, cursor: str | None, name: str) -> list[str] | None:
    if cursor is None:
        return None
    try:
        said = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        said = None
    values: list[str | None] = []
    if isinstance(said, list) and len(said) == len(order.columns) + 1 and said[0] == order.name:
        values = [_plain(value, kind) for value, (_, kind) in zip(said[1:], order.columns, strict=True)]
    if not values or None in values:
        raise invalid(ErrorCode.INVALID, "This is not a cursor of this list in this order.", name)
    return [value for value in values if value is not None]


def _plain(value: Any, kind: str) -> str | None:
    """The text as PostgreSQL reads that type, or None: a forged cursor must not become its error."""
    if not isinstance(value, str):
        return None
    try:
        match kind:
            case "int" | "bigint":
                number = int(value)
                return str(number) if abs(number) < 1 << (31 if kind == "int" else 63) else None
            case "date":
                return value if value in _ENDS else date.fromisoformat(value).isoformat()
            case "timestamptz":
                moment = datetime.fromisoformat(value)
                return moment.astimezone(UTC).isoformat() if moment.tzinfo else None
            case _:
                return None if "\x00" in value else value
    except (ValueError, OverflowError):
        return None
