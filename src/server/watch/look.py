"""Colours, and lines of text that have just the width asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, NamedTuple

from rich.cells import cell_len
from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style

from server.watch.texts import shorten

GROUND: Final = "#0d1117"
BAR: Final = "#1f2733"
ALARM: Final = "#5c3d00"
CARD: Final = "#1a212b"
OTHER_CARD: Final = "#161c25"
TEXT: Final = "#e6edf3"
QUIET: Final = "#9ba6b2"
FAINT: Final = "#3d4652"
RED: Final = "#ff6b63"
AMBER: Final = "#e3b341"
GREEN: Final = "#4cc264"
BLUE: Final = "#5eaaff"
PURPLE: Final = "#c297ff"
TEAL: Final = "#4fd1c5"
PINK: Final = "#f78fb3"
PEOPLE: Final = (BLUE, PURPLE, TEAL, AMBER, PINK, GREEN)

Line = tuple[Segment, ...]


class Ink(NamedTuple):
    """A piece of text and how it is written."""

    text: str
    color: str = TEXT
    bold: bool = False


def row(width: int, ground: str, left: Sequence[Ink], right: Sequence[Ink] = ()) -> Line:
    """A line of ``width`` cells: ``left`` is cut where there is no room, ``right`` left out where it is too long."""
    taken = sum(cell_len(ink.text) for ink in right)
    if not right or taken >= width:
        return tuple(_cut(width, ground, left))
    return (*_cut(width - taken - 1, ground, left), Segment(" ", style(TEXT, ground)), *_written(ground, right))


def blank(width: int, ground: str = GROUND) -> Line:
    """An empty line."""
    return row(width, ground, ())


def joined(lines: Iterable[Line], gap: str) -> Line:
    """Lines side by side with a gap between them."""
    found: list[Segment] = []
    for line in lines:
        if found:
            found.append(Segment(gap, style(TEXT, GROUND)))
        found += line
    return tuple(found)


def width_of(inks: Iterable[Ink]) -> int:
    """How many cells they take."""
    return sum(cell_len(ink.text) for ink in inks)


def _cut(width: int, ground: str, inks: Sequence[Ink]) -> Iterable[Segment]:
    room = width
    for ink in inks:
        text = shorten(ink.text, room)
        room -= cell_len(text)
        yield Segment(text, style(ink.color, ground, bold=ink.bold))
        if text != ink.text:
            break
    if room:
        yield Segment(" " * room, style(TEXT, ground))


def _written(ground: str, inks: Iterable[Ink]) -> Iterable[Segment]:
    return (Segment(ink.text, style(ink.color, ground, bold=ink.bold)) for ink in inks)


@cache
def style(color: str, ground: str, *, bold: bool = False) -> Style:
    """A colour on a ground, both as #rrggbb."""
    return Style(color=color, bgcolor=ground, bold=bold)


@cache
def blend(ground: str, color: str, share: float) -> str:
    """``ground`` with so much of ``color`` in it, from 0 to 1."""
    mixed = (round(a + (b - a) * share) for a, b in zip(_triplet(ground), _triplet(color), strict=True))
    return ColorTriplet(*mixed).hex


def _triplet(color: str) -> ColorTriplet:
    return Color.parse(color).get_truecolor()
