"""Problems as results of bulk operations keep them."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Final

from engine.enums import AccessRight, ErrorCode
from engine.errors import Denied, InUse, Missing, Path, Pending, Problem, Stale

_KINDS: Final[Mapping[str, type[Problem]]] = {
    kind.__name__: kind for kind in (Problem, Missing, Denied, Stale, Pending, InUse)
}
_OF_ONE: Final = frozenset({"job_id", "account_id", "expect"})
"""Fields of commands for one thing, which stand in the list of the command for many."""


def stored(problem: Problem) -> dict[str, Any]:
    """A problem as JSON."""
    return {"kind": type(problem).__name__, **asdict(problem)}


def loaded(said: Mapping[str, Any]) -> Problem:
    """The problem again."""
    kind = _KINDS[said["kind"]]
    values = {part.name: said[part.name] for part in fields(kind)}
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    values["code"] = ErrorCode(values["code"])
    if values.get("right") is not None:
        values["right"] = AccessRight(values["right"])
    return kind(**values)


def path(said: Path, place: Path) -> Path:
    """Which field of the command for many a field of the command for one is."""
    if not said or said[0] not in _OF_ONE:
        return said or place
    return place if said[0] != "expect" else (*place, *said)
