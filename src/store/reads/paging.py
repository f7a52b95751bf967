"""Keyset pages: a page costs what it shows, for one list or for the lists of many parents at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.database import Db, Row
from store.sql import Params


@dataclass(frozen=True, slots=True)
class Order:
    """A total order: expressions over the row with their PostgreSQL types, the last of them unique."""

    name: str
    columns: tuple[tuple[str, str], ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Slice:
    """Which rows: ``size`` of them after or before a row's order values; ``backward`` counts from the end."""

    size: int
    after: Sequence[str | None] | None = None
    before: Sequence[str | None] | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """What is listed. ``where`` may name ``parent.id``; an unpaged caller has one parent, the empty text."""

    columns: Callable[[Params], str]
    tables: str
    where: Callable[[Params], str]


def fixed(columns: str) -> Callable[[Params], str]:
    """Columns without parameters."""
    return lambda p: columns


@dataclass(slots=True)
class Found:
    """The rows of one parent, in order, and whether there are more on either side."""

    rows: list[Row] = field(default_factory=list)
    more: bool = False


async def pages(
    db: Db, source: Source, order: Order, part: Slice, parents: Sequence[str] = ("",), *, cursors: bool = True
) -> Mapping[str, Found]:
    """The slice of every parent's list. With ``cursors``, rows carry their order values: ``cursor_values``, texts."""
    p = Params(list(dict.fromkeys(parents)))
    forward = order.descending == part.backward
    conditions = [source.where(p)]
    for bound, upward in ((part.after, not order.descending), (part.before, order.descending)):
        if bound is not None:
            conditions.append(_beyond(p, order, bound, upward))
    direction = "ASC" if forward else "DESC"
    expressions = [expression for expression, _ in order.columns]
    texts = ", ".join(f"({expression})::text" for expression in expressions)
    values = f", ARRAY[{texts}] AS cursor_values" if cursors else ""
    found = await db.rows(
        f"""
        SELECT parent.id AS parent_id, page.*
        FROM unnest($1::text[]) AS parent (id) CROSS JOIN LATERAL (
            SELECT {source.columns(p)}{values} FROM {source.tables}
            WHERE {" AND ".join(conditions)}
            ORDER BY {", ".join(f"{expression} {direction}" for expression in expressions)}
            LIMIT {p(part.size + 1)}
        ) AS page
        """,
        *p.values,
    )
    return _grouped(found, p.values[0], part)


async def counts(db: Db, source: Source, parents: Sequence[str] = ("",)) -> Mapping[str, int]:
    """How long every parent's list is."""
    p = Params(list(dict.fromkeys(parents)))
    found = await db.rows(
        f"""
        SELECT parent.id, length.n FROM unnest($1::text[]) AS parent (id) CROSS JOIN LATERAL (
            SELECT count(*) AS n FROM {source.tables} WHERE {source.where(p)}
        ) AS length
        """,
        *p.values,
    )
    return {row["id"]: row["n"] for row in found}


def _beyond(p: Params, order: Order, bound: Sequence[Any], upward: bool) -> str:
    expressions = ", ".join(expression for expression, _ in order.columns)
    values = ", ".join(f"{p(value)}::text::{kind}" for value, (_, kind) in zip(bound, order.columns, strict=True))
    return f"({expressions}) {'>' if upward else '<'} ({values})"


def _grouped(rows: Sequence[Row], parents: Sequence[str], part: Slice) -> dict[str, Found]:
    grouped = {parent: Found() for parent in parents}
    for row in rows:
        grouped[row["parent_id"]].rows.append(row)
    for found in grouped.values():
        found.more = len(found.rows) > part.size
        del found.rows[part.size :]
        if part.backward:
            found.rows.reverse()
    return grouped
