"""Places in documents, in words, and the problems that stand there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from engine.errors import Path, Problem, Refused
from engine.marketplace.shapes import name_of


def words(path: Path) -> str:
    """A place as people write it: stages[3].automations[1].config.template."""
    steps = (f"[{step}]" if step.isdecimal() else f".{name_of(step)}" for step in path)
    return "".join(steps).removeprefix(".")


def told(problems: Sequence[Problem], *before: str) -> list[Problem]:
    """Problems whose messages begin with their places; their paths begin with others."""
    return [_told(problem, before) for problem in problems]


def told_of(problems: Sequence[Problem], field: str) -> list[Problem]:
    """The same, of what is not in the command: all that can be blamed is the field that names it."""
    return [replace(one, path=(field,)) for one in told(problems)]


def _told(problem: Problem, before: Path) -> Problem:
    place = words(problem.path)
    message = f"{place}: {problem.message}" if place else problem.message
    return replace(problem, message=message, path=(*before, *map(name_of, problem.path)))


@contextmanager
def inside(*before: str) -> Iterator[None]:
    """What the engine refuses stands in a part of a document."""
    try:
        yield
    except Refused as refused:
        raise Refused([replace(one, path=(*before, *one.path)) for one in refused.problems]) from refused


@contextmanager
def of_kinds() -> Iterator[None]:
    """What the engine refuses of a configuration stands below the name of its kind; documents do without that."""
    try:
        yield
    except Refused as refused:
        raise Refused([replace(one, path=_without_kind(one.path)) for one in refused.problems]) from refused


def _without_kind(path: Path) -> Path:
    at = path.index("config") + 1 if "config" in path else len(path)
    return (*path[:at], *path[at + 1 :])
