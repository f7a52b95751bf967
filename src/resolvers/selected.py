"""What is selected of the things that a resolver answers, so that it reads no more than that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Selected:
    """What is selected of things of one type. Who is told of none of this answers with everything."""

    columns: frozenset[str]
    """Their fields that are columns, and the columns that resolvers below look at."""
    whole: bool
    """Whether resolvers below may look at any column."""
    below: Mapping[str, Callable[[], Selected | None]]
    """What is selected of their things, by the fields that are columns, and by what may be brought along."""
    others: bool
    """Whether more is asked for than that."""
    facts: dict[Any, Any] = field(default_factory=dict)
    """What resolvers want to remember of it; it is as old as its plan."""

    def of(self, *path: str) -> Selected | None:
        """What is selected of the things at the end of a path, if that is known."""
        found: Selected | None = self
        for name in path:
            find = found.below.get(name) if found is not None else None
            found = find() if find is not None else None
        return found


def wanted(selected: Selected | None) -> frozenset[str] | None:
    """The columns to read; None for all of them."""
    return None if selected is None or selected.whole else selected.columns
