"""Looking things up by ids of which some may be absent or hidden."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

V = TypeVar("V")


def present(ids: Iterable[str | None]) -> set[str]:
    """The ids to look for."""
    return {thing_id for thing_id in ids if thing_id}


def in_order(found: Mapping[str, V], ids: Sequence[str | None]) -> list[V | None]:
    """What was found, in the order of the ids, with None for the rest."""
    return [found.get(thing_id) if thing_id else None for thing_id in ids]
