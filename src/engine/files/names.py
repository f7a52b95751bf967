"""Names of files, as people give and read them. No name is ever part of a path of ours."""

from __future__ import annotations

from typing import Final
from unicodedata import bidirectional

from engine.checks import Checks
from engine.enums import ErrorCode
from engine.files import media
from engine.files.media import Kind

_SEPARATORS: Final = frozenset("/\\")
_TURNS: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Signs that turn the direction of writing, and so can hide how a name ends."""


def checked(checks: Checks, name: str, *path: str) -> tuple[str, Kind | None]:
    """A name of one line, and the kind of file that its ending says; notes what is wrong with it."""
    text = checks.name(name, *path)
    if not _SEPARATORS.isdisjoint(text):
        checks.add(
            ErrorCode.INVALID, "It must be the name of a file, without folders: / and \\ cannot be in it.", *path
        )
    if any(bidirectional(sign) in _TURNS for sign in text):
        checks.add(ErrorCode.INVALID, "It holds a sign that turns the direction of writing.", *path)
    kind = media.of_name(text)
    if kind is None and text:
        checks.add(ErrorCode.TYPE_NOT_ALLOWED, "Files are kept whose names end in " + _endings() + ".", *path)
    return text, kind


def _endings() -> str:
    *most, last = (f".{ending}" for ending in media.BY_ENDING)
    return f"{', '.join(most)} or {last}"
