"""What one job brings along, read in the same statement: things that hang on it, as far as little of them is selected.

Only what whoever sees the job sees of it may hang on it: fields that are declared WITH_PARENT.
"""

from __future__ import annotations

from typing import Final

from resolvers.selected import Selected
from store.reads.hanging import MAY_HANG, Hanging, hanging

_KEY: Final = "hanging"


def brought(selected: Selected | None) -> str | None:
    """The expression for what a job is to bring along; None for nothing."""
    if selected is None:
        return None
    if _KEY not in selected.facts:
        found = {name: below for name in MAY_HANG[""] if (below := _wanted(name, selected.of(name))) is not None}
        selected.facts[_KEY] = hanging(found) if found else None
    expression: str | None = selected.facts[_KEY]
    return expression


def _wanted(name: str, selected: Selected | None) -> Hanging | None:
    """What is selected of a thing, if all of it may be brought along."""
    if selected is None or selected.whole or selected.others:
        return None
    if not MAY_HANG[name] >= selected.columns | selected.below.keys():
        return None
    things = {below: _wanted(below, selected.of(below)) for below in selected.below}
    return None if None in things.values() else {**dict.fromkeys(sorted(selected.columns)), **things}
