"""Reading documents, strictly: every value is of its type, under a name that there is, or a problem with its place."""

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass, replace
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any, Final

from engine.checks import Checks
from engine.enums import ErrorCode
from engine.errors import Path
from engine.marketplace import keys
from engine.marketplace.shapes import ONE_OF, Part, is_choice, parts, type_of
from engine.time.duration import Duration

MOST: Final = 1_000
"""Values of one list, or fields of one object."""
DEEPEST: Final = 60
"""Lists and objects inside one another."""
MOST_PROBLEMS: Final = 20
"""That are told of one document."""
_MOST_NUMBER: Final = 2**31
_SHOWN: Final = 60  # characters of a name in a message


class Wrong:
    """What is read where there is a problem; nobody sees it, for the document is refused."""


WRONG: Final = Wrong()


class Reader:
    """Reads values as types; ``checks`` has what is wrong in the end, ``refers`` what was named and where."""

    def __init__(self) -> None:
        self.checks = Checks()
        self.refers: list[tuple[str, str, Path]] = []

    def wrong(self, path: Path, message: str, code: ErrorCode = ErrorCode.INVALID) -> Any:
        """Notes a problem."""
        self.checks.add(code, message, *path)
        return WRONG

    def read(self, hint: Any, value: Any, path: Path, prefix: str | None = None) -> Any:
        """A value as what a type hint says; texts with a ``prefix`` are local keys of things."""
        kind = type_of(hint)
        if value is None:
            return None if kind.nullable else self.wrong(path, "It cannot be null.")
        if len(path) > DEEPEST:
            return self.wrong(path[:3], "It is nested too deeply.", ErrorCode.TOO_MANY)
        if not kind.many:
            return self._one(kind.base, value, path, prefix)
        some = enumerate(self.listed(value, path))
        return tuple(self._one(kind.base, one, (*path, str(n)), prefix) for n, one in some)

    def listed(self, value: Any, path: Path, most: int = MOST) -> list[Any]:
        """The values of a list, which is not too long."""
        if not isinstance(value, list):
            self.wrong(path, "It must be a list.")
            return []
        if len(value) > most:
            self.wrong(path, f"At most {most:,}.", ErrorCode.TOO_MANY)
            return []
        return value

    def mapped(self, value: Any, path: Path) -> Mapping[str, Any]:
        """The fields of an object."""
        if not isinstance(value, dict):
            self.wrong(path, "It must be an object.")
            return {}
        if len(value) > MOST:
            self.wrong(path, f"At most {MOST:,} fields.", ErrorCode.TOO_MANY)
            return {}
        return value

    def record(self, kind: type, value: Any, path: Path, /, **ready: Any) -> Any:
        """A dataclass; ``ready`` has the values of fields that were read before."""
        found, known = self.mapped(value, path), {part.name: part for part in parts(kind)}
        given = {name: part for name, part in known.items() if name in found and part.attribute not in ready}
        self._unknown(found, known, path)
        values = {part.attribute: self._part(part, found[name], path) for name, part in given.items()} | ready
        missing = [one for one in known.values() if one.required and one.attribute not in values]
        for part in missing:
            self.wrong((*path, part.name), "It is missing.", ErrorCode.REQUIRED)
        if kind in ONE_OF and (len(given) != 1 or None in values.values()):
            return self.wrong(path, f"Give exactly one of {', '.join(known)}.")
        if missing or any(one is WRONG for one in values.values()):
            return WRONG
        made = kind(**values)
        if isinstance(made, Duration):
            replace(made, amount=made.amount or 1).check(self.checks, *path)
        return made

    def only(self, value: Mapping[str, Any], names: Mapping[str, Any], path: Path) -> None:
        """Notes fields of an object that there are not."""
        self._unknown(value, names, path)

    def _unknown(self, found: Mapping[str, Any], known: Mapping[str, Any], path: Path) -> None:
        for name in found:
            if name not in known:
                shown, told = short(name), len(self.checks.problems) < MOST_PROBLEMS
                near = get_close_matches(shown, known, n=1) if told else ()  # it takes a while
                meant = f" Is {near[0]} meant?" if near else ""
                self.wrong((*path, shown), f"There is no such field here.{meant}")

    def _part(self, part: Part, value: Any, path: Path) -> Any:
        return self.read(part.kind, value, (*path, part.name), part.prefix)

    def _one(self, kind: Any, value: Any, path: Path, prefix: str | None) -> Any:
        if value is None:
            return self.wrong(path, "It cannot be null.")
        if prefix is not None:
            return self.key(value, path, prefix)
        if is_choice(kind):
            return self._choice(kind, value, path)
        if is_dataclass(kind):
            return self.record(kind, value, path)  # type: ignore[arg-type]  # a type, not one of its kind
        return _PLAIN[kind](self, value, path)

    def key(self, value: Any, path: Path, prefix: str = "") -> Any:
        """A local key, of something that is referred to if there is a prefix."""
        if not keys.is_key(value):
            return self.wrong(path, keys.MESSAGE)
        if prefix:
            self.refers.append((prefix, value, path))
        return value

    def _choice(self, kind: Any, value: Any, path: Path) -> Any:
        if isinstance(value, str) and value in kind.__members__:
            return kind[value]
        return self.wrong(path, f"It must be one of {', '.join(kind.__members__)}.")

    def text(self, value: Any, path: Path) -> Any:
        """A text."""
        return value if isinstance(value, str) else self.wrong(path, "It must be a text.")

    def flag(self, value: Any, path: Path) -> Any:
        """Yes or no."""
        return value if isinstance(value, bool) else self.wrong(path, "It must be true or false.")

    def number(self, value: Any, path: Path) -> Any:
        """A whole number."""
        fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST_NUMBER
        return value if fits else self.wrong(path, "It must be a whole number.")

    def decimal(self, value: Any, path: Path) -> Any:
        """An exact number: a whole one, or a text."""
        try:
            found = Decimal(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
        except InvalidOperation:
            found = None
        if found is None or not found.is_finite() or abs(found.adjusted()) > _SHOWN:
            return self.wrong(path, 'It must be a whole number, or an exact one as a text: "12.50".')
        return found


_PLAIN: Final[Mapping[Any, Callable[[Reader, Any, Path], Any]]] = {
    str: Reader.text,
    bool: Reader.flag,
    int: Reader.number,
    Decimal: Reader.decimal,
}


def short(name: str) -> str:
    """A name that somebody has written, fit to be shown."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in name[: _SHOWN + 1])
    return plain if len(plain) <= _SHOWN else f"{plain[: _SHOWN - 1]}…"
