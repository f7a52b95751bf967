"""One job as a card: with room for everything, or in two lines where there are many."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import Final

from server.watch.board import Card
from server.watch.look import (
    AMBER,
    BLUE,
    CARD,
    FAINT,
    GREEN,
    OTHER_CARD,
    PEOPLE,
    PURPLE,
    QUIET,
    RED,
    TEXT,
    Ink,
    Line,
    blend,
    row,
    width_of,
)
from server.watch.news import Kind, day
from server.watch.texts import initials
from server.watch.view import Mark

PRIORITY_COLORS: Final = {"URGENT": RED, "HIGH": AMBER, "MEDIUM": BLUE, "LOW": FAINT}
SIGNS: Final = {Kind.MOVED: Ink("»", BLUE, bold=True), Kind.NEW: Ink("+", GREEN, bold=True)}
EDITED: Final = Ink("*", PURPLE, bold=True)
SPACE: Final = Ink(" ")
SHOWN_PEOPLE: Final = 3
GLOW: Final = 0.4
"""How much of its sign's colour a card takes on that has just changed."""


class Density(Enum):
    """How much room a card takes."""

    ROOMY = "roomy"
    DENSE = "dense"


def card_lines(card: Card, mark: Mark | None, width: int, density: Density, now: datetime, *, even: bool) -> list[Line]:
    """The lines of a card, each of ``width`` cells. ``now`` is in the firm's time zone.

    A card with a ``mark`` shows what became of it, in a colour that fades. ``even`` tells neighbours apart.
    """
    strength = mark.strength(now) if mark else 0.0
    sign = SIGNS.get(mark.kind, EDITED) if mark and strength else None
    ground = OTHER_CARD if density is Density.DENSE and even else CARD
    if sign:
        ground = blend(ground, sign.color, round(GLOW * strength, 2))
    facts = _roomy(card, sign, width, now.date()) if density is Density.ROOMY else _dense(card, sign, width, now.date())
    edge = Ink("▎", PRIORITY_COLORS.get(card.priority, FAINT))
    return [row(width, ground, [edge, *left], [*right, SPACE]) for left, right in facts]


def card_height(card: Card, density: Density) -> int:
    """How many lines ``card_lines`` gives."""
    return 2 if density is Density.DENSE else 4 if card.account.tags or _state(card) else 3


Facts = tuple[list[Ink], list[Ink]]  # what stands left and right in a line


def _roomy(card: Card, sign: Ink | None, width: int, today: date) -> Iterator[Facts]:
    yield [_name(card)], [sign] if sign else []
    yield [Ink(card.account.name, QUIET)], _people(card)
    priority = _priority(card)
    due = _due(card, today)
    if 3 + width_of([due, *priority]) > width:
        due = _due(card, today, short=True)
    yield [due], priority
    if labels := [*_state(card), *_tags(card)]:
        yield labels[1:] if labels[0] == SPACE else labels, []


def _dense(card: Card, sign: Ink | None, width: int, today: date) -> Iterator[Facts]:
    yield [_name(card)], [*_people(card), *([SPACE, sign] if sign else [])]
    facts = _state(card) or [_due(card, today, short=True)]
    room = width_of(facts) + 8 < width
    yield ([Ink(card.account.name, QUIET)], facts) if room else (facts, [])


def _name(card: Card) -> Ink:
    done = card.status.state == "COMPLETED"
    return Ink(card.name, QUIET if done else TEXT, bold=not done)


def _state(card: Card) -> list[Ink]:
    """The status, where it is not the usual one."""
    if card.status.state == "ACTIVE":
        return []
    sign = "✓" if card.status.state == "COMPLETED" else "‖"
    color = GREEN if card.status.state == "COMPLETED" else card.status.color or QUIET
    return [Ink(f"{sign} {card.status.name}", color, bold=True)]


def _tags(card: Card) -> list[Ink]:
    """The tags of the account, each after a space."""
    return [ink for tag in card.account.tags for ink in (SPACE, Ink("● ", tag.color or QUIET), Ink(tag.name, QUIET))]


def _priority(card: Card) -> list[Ink]:
    if card.priority == "MEDIUM":
        return []
    return [Ink(card.priority.lower(), QUIET if card.priority == "LOW" else PRIORITY_COLORS.get(card.priority, TEXT))]


def _people(card: Card) -> list[Ink]:
    """The initials of those who work on it, each in a colour of their own."""
    found: list[Ink] = []
    for person in card.assignees[:SHOWN_PEOPLE]:
        color = PEOPLE[zlib.crc32(person.id.encode()) % len(PEOPLE)]
        found += [SPACE] if found else []
        found.append(Ink(initials(person.name), color, bold=True))
    more = len(card.assignees) - SHOWN_PEOPLE
    return [*found, Ink(f" +{more}", QUIET)] if more > 0 else found


def _due(card: Card, today: date, *, short: bool = False) -> Ink:
    if card.due is None:
        return Ink("" if short else "no due date", FAINT)
    days = (card.due - today).days
    if card.overdue:
        return Ink(_late(-days, short=short), RED, bold=True)
    if card.status.state != "ACTIVE" or days > 1 or days < 0:
        when = f"{card.due.day} {card.due:%b}" if card.due.year == today.year else day(card.due)
        return Ink(when if short else f"due {when}", QUIET)
    when = "tomorrow" if days else "today"
    return Ink(when if short else f"due {when}", AMBER)


def _late(days: int, *, short: bool) -> str:
    if days < 1:  # by the server's clock, not yet by ours
        return "overdue"
    return f"{days}d late" if short else f"{days} day{'' if days == 1 else 's'} late"
