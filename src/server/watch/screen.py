"""The whole screen: a pure function of what there is to see, the time and the size."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from rich.segment import Segment
from rich.style import Style

from server.watch.columns import Canvas, columns_lines
from server.watch.look import (
    ALARM,
    AMBER,
    BAR,
    FAINT,
    GREEN,
    GROUND,
    QUIET,
    RED,
    TEXT,
    Ink,
    Line,
    blank,
    row,
    width_of,
)
from server.watch.news import News, phrase
from server.watch.texts import counted
from server.watch.view import Link, State, View

LINES_PER_NEWS: Final = 12
"""One line of news for so many lines of screen."""
MOST_NEWS: Final = 4
DIM: Final = Style(dim=True)


def frame(view: View, now: datetime, width: int, height: int | None) -> tuple[Line, ...]:
    """The lines of the screen, each of ``width`` cells; without a ``height`` as many as the board takes.

    A board that is behind is dimmed under a bar in another colour, so that nobody takes it for the truth.
    """
    now = now.astimezone(view.zone)
    foot = _foot(view.news, now, width, 0 if height is None else max(1, min(MOST_NEWS, height // LINES_PER_NEWS)))
    room = None if height is None else max(0, height - 2 - len(foot) - (1 if foot else 0))
    body = columns_lines(view.board.columns, Canvas(width, now, view.marks), room)
    if view.state.link is Link.BEHIND:
        body = [_dimmed(line) for line in body]
    if room is not None:
        body = [*[*body, *[blank(width)] * room][:room], blank(width)]
    lines = (_head(view, now, width), blank(width), *body, *foot)
    return lines if height is None else lines[:height]


def _dimmed(line: Line) -> Line:
    return tuple(Segment(part.text, (part.style or DIM) + DIM) for part in line)


def _head(view: View, now: datetime, width: int) -> Line:
    total = view.board.total
    behind = view.state.link is Link.BEHIND
    name = [Ink(" "), Ink(view.board.pipeline.name, TEXT, bold=True)]
    overdue = [Ink("  "), Ink(f"{total.overdue:,} overdue", RED, bold=True)] if total.overdue else []
    jobs = [Ink("  "), Ink(counted(total.jobs, "job"), QUIET)]
    only = [Ink("  "), Ink(f"({view.only})", AMBER)] if view.only else []
    firm = [Ink(view.firm, QUIET), Ink("   ")] if view.firm else []
    clock = [Ink(f"{now:%H:%M}", TEXT), Ink("   ")]
    state = _state(view.state, now)
    for left, right in (
        ([*name, *jobs, *overdue, *only], [*firm, *clock, *state]),
        ([*name, *jobs, *overdue, *only], [*clock, *state]),
        ([*name, *overdue, *only], state),
        (name, state[:1]),
    ):
        if width_of(left) + width_of(right) + 3 <= width:
            break
    return row(width, ALARM if behind else BAR, left, [*right, Ink(" ")])


def _state(state: State, now: datetime) -> list[Ink]:
    """How fresh the board is: one piece in short, the next with more about it."""
    if state.link is Link.LIVE:
        return [Ink("● live", GREEN, bold=True)]
    if state.link is Link.CATCHING_UP:
        return [Ink("◐ catching up", AMBER, bold=True)]
    since, retry_at = state.since or now, state.retry_at or now
    wait = max(timedelta(), retry_at - now)
    again = f"next try in {wait.seconds + 1} s" if wait else "trying now"
    return [Ink(f"○ behind for {_duration(now - since)}", AMBER, bold=True), Ink(f", {again} ({state.reason})", TEXT)]


def _duration(span: timedelta) -> str:
    """``0:12``, ``7:04``, ``1:00:00``."""
    seconds = max(0, int(span.total_seconds()))
    hours = f"{seconds // 3600}:{seconds // 60 % 60:02}" if seconds >= 3600 else f"{seconds // 60}"
    return f"{hours}:{seconds % 60:02}"


def _foot(latest: Sequence[News], now: datetime, width: int, count: int) -> list[Line]:
    lines = [_news(news, now, width) for news in latest[:count]]
    if count and not lines:
        lines = [row(width, GROUND, [Ink(" Waiting for the first change.", FAINT)])]
    return [*lines, *[blank(width)] * (count - len(lines))]  # so that the first news do not push the cards about


def _news(news: News, now: datetime, width: int) -> Line:
    at = news.at.astimezone(now.tzinfo)
    more = f" and {counted(len(news.items) - 1, 'more change')}" if len(news.items) > 1 else ""
    when = Ink(f" {at:%H:%M:%S}  ", QUIET)
    who = [Ink(f"{news.who}  ", TEXT, bold=True)] if news.who else []
    return row(width, GROUND, [when, *who, Ink(phrase(news.items[0], "→"), TEXT), Ink(more, QUIET)])
