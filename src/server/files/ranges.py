"""Parts of a file that a client asks for (RFC 9110, 14): to go on with a download, or to jump in a recording."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_RANGE: Final = re.compile(r"bytes=([0-9]{0,19})-([0-9]{0,19})", re.ASCII)


class Unsatisfiable(ValueError):
    """The part that is asked for lies beyond the end."""


@dataclass(frozen=True, slots=True)
class Part:
    """From the byte ``start`` to before the byte ``end``, of a file of ``size`` bytes."""

    start: int
    end: int
    size: int

    @property
    def whole(self) -> bool:
        """Whether it is all of the file."""
        return self.end - self.start == self.size

    @property
    def header(self) -> str:
        """What the Content-Range header says of it."""
        return f"bytes {self.start}-{self.end - 1}/{self.size}"


def part(headers: Mapping[str, str], size: int, tag: str) -> Part:
    """The part of a file, whose entity tag is ``tag``, that a request asks for.

    Whatever asks for several parts, for one of another content, or for something that is no range, gets all of it, as
    the standard allows. Raises Unsatisfiable.
    """
    whole = Part(0, size, size)
    found = _RANGE.fullmatch(headers.get("range", "").replace(" ", ""))
    if found is None or headers.get("if-range", tag) != tag or found.groups() == ("", ""):
        return whole
    first, last = found.groups()
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if first and last and int(last) < start:
        return whole
    if start >= end:
        raise Unsatisfiable
    return Part(start, end, size)
