"""The columns of a board, side by side, and in several bands below each other where the screen is narrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.watch.board import Card, Column
from server.watch.cards import GLOW, Density, card_height, card_lines
from server.watch.look import BLUE, FAINT, GROUND, QUIET, RED, TEXT, Ink, Line, blank, blend, joined, row, width_of
from server.watch.texts import counted
from server.watch.view import Mark

NARROWEST: Final = 18
"""Cells of a column below which it is put into another band."""
GAP: Final = "  "
HEAD: Final = 2
"""Lines above the cards of a column."""
LOWEST: Final = 5
"""Lines of a band in which a card can be seen."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """What is drawn for whom: the cells across, the time, and the cards that stand out."""

    width: int
    now: datetime
    marks: Mapping[str, Mark]


def columns_lines(columns: Sequence[Column], canvas: Canvas, height: int | None) -> list[Line]:
    """All columns in at most ``height`` lines; without a height, in as many as it takes."""
    bands = _bands(columns, canvas.width)
    if height is None:
        return _below_each_other(bands, canvas, Density.ROOMY, [_height(band, Density.ROOMY) for band in bands])
    shown = max(1, (height + 1) // (LOWEST + 1))
    left_out = [column for band in bands[shown:] for column in band]
    bands = bands[:shown]
    room = max(0, height - (len(bands) - 1) - bool(left_out))
    needs = {density: [_height(band, density) for band in bands] for density in Density}
    density = next((density for density in Density if sum(needs[density]) <= room), Density.DENSE)
    lines = _below_each_other(bands, canvas, density, shares(needs[density], room))
    return [*lines, _left_out(left_out, canvas.width)] if left_out else lines


def _below_each_other(
    bands: Sequence[Sequence[Column]], canvas: Canvas, density: Density, heights: Sequence[int]
) -> list[Line]:
    lines: list[Line] = []
    for band, height in zip(bands, heights, strict=True):
        lines += [blank(canvas.width)] if lines else []
        lines += _band(band, canvas, density, height)
    return lines


def _bands(columns: Sequence[Column], width: int) -> list[Sequence[Column]]:
    most = max(1, (width + len(GAP)) // (NARROWEST + len(GAP)))
    count = -(-len(columns) // most)
    size = -(-len(columns) // max(1, count))
    return [columns[start : start + size] for start in range(0, len(columns), max(1, size))]


def _height(band: Sequence[Column], density: Density) -> int:
    gap = 1 if density is Density.ROOMY else 0
    return max(HEAD + max(1, sum(card_height(card, density) + gap for card in column.cards) - gap) for column in band)


def shares(needs: Sequence[int], room: int) -> list[int]:
    """How the room is shared: who needs less than an equal part leaves the rest to the others."""
    heights = [0] * len(needs)
    for done, number in enumerate(sorted(range(len(needs)), key=needs.__getitem__)):
        heights[number] = min(needs[number], room // (len(needs) - done))
        room -= heights[number]
    return heights


def _band(band: Sequence[Column], canvas: Canvas, density: Density, height: int) -> Iterator[Line]:
    free = canvas.width - len(GAP) * (len(band) - 1)
    widths = [free // len(band) + (number < free % len(band)) for number in range(len(band))]
    drawn = [
        _column(column, Canvas(width, canvas.now, canvas.marks), density, height)
        for column, width in zip(band, widths, strict=True)
    ]
    return (joined(lines, GAP) for lines in zip(*drawn, strict=True))


def _column(column: Column, canvas: Canvas, density: Density, height: int) -> list[Line]:
    lines = [*_head(column, canvas.width), *_cards(column, canvas, density, height - HEAD)][:height]
    return lines + [blank(canvas.width)] * (height - len(lines))


def _head(column: Column, width: int) -> Iterator[Line]:
    """The stage's name over a rule, of which as much is red as jobs are overdue."""
    count, name = column.count, [Ink(column.stage.name, TEXT, bold=True)]
    for word in (" late", "!"):
        late = [Ink(f" {count.overdue:,}{word}", RED, bold=True)] if count.overdue else []
        counts = [Ink(f"{count.jobs:,}", BLUE), *late]
        if width_of([*name, *counts]) < width:
            break
    yield row(width, GROUND, name, counts)
    red = -(-width * min(count.overdue, count.jobs) // max(1, count.jobs))
    yield row(width, GROUND, [Ink("━" * red, RED), Ink("━" * (width - red), FAINT)])


def _cards(column: Column, canvas: Canvas, density: Density, room: int) -> list[Line]:
    if not column.cards:
        return [row(canvas.width, GROUND, [Ink("no jobs", FAINT)])]
    gap = [blank(canvas.width)] if density is Density.ROOMY else []
    shown = _fitting(column.cards, density, room)
    lines: list[Line] = []
    for number, card in enumerate(column.cards[:shown]):
        lines += gap if lines else []
        mark = canvas.marks.get(card.id)
        lines += card_lines(card, mark, canvas.width, density, canvas.now, even=number % 2 == 0)
    if hidden := column.cards[shown:]:
        lines.append(_more(hidden, canvas))
    return lines


def _fitting(cards: Sequence[Card], density: Density, room: int) -> int:
    """How many cards fit, with a line to spare where not all do."""
    gap = 1 if density is Density.ROOMY else 0
    used, fitting = -gap, 0
    for number, card in enumerate(cards):
        used += card_height(card, density) + gap
        if used <= room - (number + 1 < len(cards)):
            fitting = number + 1
    return fitting


def _more(hidden: Sequence[Card], canvas: Canvas) -> Line:
    overdue = sum(card.overdue for card in hidden)
    late = [Ink(f", {overdue} late", RED)] if overdue else []
    marked = max((mark.strength(canvas.now) for card in hidden if (mark := canvas.marks.get(card.id))), default=0.0)
    ground = blend(GROUND, BLUE, round(GLOW * marked, 2))
    return row(canvas.width, ground, [Ink(f"+{len(hidden):,} more", QUIET), *late])


def _left_out(columns: Sequence[Column], width: int) -> Line:
    names = ", ".join(f"{column.stage.name} {column.count.jobs:,}" for column in columns)
    return row(width, GROUND, [Ink(f"+{counted(len(columns), 'stage')}: {names}", QUIET)])
