"""Validation of what callers give: collects every problem of a command, then refuses with all of them."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any, Final, TypeVar
from unicodedata import category
from zoneinfo import available_timezones

from engine.enums import ErrorCode
from engine.errors import Problem, Refused
from engine.unset import UNSET, Maybe

V = TypeVar("V")
NAME_LENGTH: Final = 200  # characters
TEXT_LENGTH: Final = 10_000  # characters
LIST_LENGTH: Final = 200  # ids in one list of an input
PASSWORD_LENGTH: Final = (10, 200)  # characters
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_COLOR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})  # Unicode's categories of controls, formats and spaces
_EMAIL: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\]+")


class Checks:
    """Problems found so far. ``done`` refuses where there are any."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, code: ErrorCode, message: str, *path: str) -> None:
        """Notes one problem."""
        self.problems.append(Problem(code, message, path))

    def done(self) -> None:
        """Raises Refused where a problem was noted."""
        if self.problems:
            raise Refused(self.problems)

    def given(self, check: Callable[..., V], value: Maybe[Any], *path: str) -> Maybe[V]:
        """What a check makes of a value, where one was given."""
        return UNSET if value is UNSET else check(value, *path)

    def or_none(self, check: Callable[..., str], value: Maybe[str | None], *path: str) -> Maybe[str | None]:
        """What a check makes of a text, unless it is cleared or not given."""
        return check(value, *path) if isinstance(value, str) else value

    def name(self, value: str, *path: str) -> str:
        """A name of one line, trimmed: 1 to 200 characters."""
        text = self._plain(value.strip(), NAME_LENGTH, *path)
        if all(category(sign) in _INVISIBLE for sign in text):
            self.add(ErrorCode.REQUIRED, "It must not be empty.", *path)
        if "\t" in text or len(text.splitlines()) > 1:
            self.add(ErrorCode.INVALID, "It must be a single line.", *path)
        return text

    def text(self, value: str | None, *path: str, length: int = TEXT_LENGTH) -> str | None:
        """A text of up to 10,000 characters, with line ends as everywhere but on Windows; an empty one is none."""
        if value is None:
            return None
        return self._plain(value.replace("\r\n", "\n").replace("\r", "\n").strip(), length, *path) or None

    def color(self, value: str | None, *path: str) -> str | None:
        """A colour as #rrggbb."""
        if value is not None and not _COLOR.fullmatch(value):
            self.add(ErrorCode.INVALID, "A colour is written as #rrggbb.", *path)
        return value

    def email(self, value: str, *path: str) -> str:
        """An e-mail address, in lower case."""
        text = self._plain(value.strip().lower(), NAME_LENGTH, *path)
        if not _EMAIL.fullmatch(text) or any(category(sign) in _INVISIBLE | {"Cn"} for sign in text):
            self.add(ErrorCode.INVALID, "This is not an e-mail address.", *path)
        return text

    def password(self, value: str, *path: str) -> str:
        """A new password: 10 to 200 characters."""
        low, high = PASSWORD_LENGTH
        if len(value) < low:
            self.add(ErrorCode.INVALID, f"A password has at least {low} characters.", *path)
        elif len(value) > high:
            self.add(ErrorCode.TOO_LONG, f"A password has at most {high} characters.", *path)
        return value

    def time_zone(self, value: str, *path: str) -> str:
        """An IANA time zone."""
        if value not in _time_zones():
            self.add(ErrorCode.INVALID, "This is not an IANA time zone such as Europe/Berlin.", *path)
        return value

    def currency(self, value: str, *path: str) -> str:
        """A currency as three capital letters."""
        if not re.fullmatch(r"[A-Z]{3}", value):
            self.add(ErrorCode.INVALID, "A currency is written as three letters such as EUR.", *path)
        return value

    def ids(self, value: Iterable[str], *path: str) -> list[str]:
        """A short list of ids, each once, in the order given."""
        return self.few(list(dict.fromkeys(value)), *path)

    def few(self, value: list[V], *path: str) -> list[V]:
        """A short list."""
        if len(value) > LIST_LENGTH:
            self.add(ErrorCode.TOO_MANY, f"At most {LIST_LENGTH} at once.", *path)
        return value

    def dates(self, start: date | None, due: date | None, *path: str) -> None:
        """A start that is not after the due date."""
        if start and due and due < start:
            self.add(ErrorCode.DATES_REVERSED, "The due date is before the start date.", *path)

    def _plain(self, text: str, length: int, *path: str) -> str:
        if len(text) > length:
            self.add(ErrorCode.TOO_LONG, f"At most {length} characters.", *path)
        if _CONTROL.search(text):
            self.add(ErrorCode.INVALID, "It holds a character that cannot be stored.", *path)
        return text


@cache
def _time_zones() -> frozenset[str]:
    """Those of IANA; ``localtime`` is what a machine calls its own. Reading them takes some hundredths of a second."""
    return frozenset(available_timezones() - {"localtime"})


def listed(value: Maybe[Sequence[str] | None]) -> list[str]:
    """A list that may be absent or null, as a list."""
    return list(value) if value else []
