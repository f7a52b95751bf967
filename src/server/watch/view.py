"""All that can be seen at an instant, and what an update makes of it. Nothing here looks at a clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum
from typing import Final

from server.watch import news
from server.watch.board import Board
from server.watch.news import Kind, News
from server.watch.stream import Connected, Happened, Lost, Taken, Update

MARKED_FOR: Final = timedelta(seconds=8)
"""How long a card that has changed stands out."""
KEPT: Final = 20
"""How many of the latest news are kept."""


class Link(Enum):
    """How the drawing stands to the truth."""

    LIVE = "live"
    CATCHING_UP = "catching up"
    BEHIND = "behind"


@dataclass(frozen=True, slots=True)
class State:
    """The link; unless it is live also since when it is not, why, and when it is tried again."""

    link: Link = Link.CATCHING_UP
    reason: str = ""
    since: datetime | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a card, and when."""

    kind: Kind
    at: datetime

    def strength(self, now: datetime) -> float:
        """How much it stands out: from 1 at first to 0."""
        return max(0.0, min(1.0, 1 - (now - self.at) / MARKED_FOR))


@dataclass(frozen=True, slots=True)
class View:
    """A board, how fresh it is, and what happened lately. ``only`` says in words which jobs are shown."""

    board: Board
    firm: str = ""
    zone: tzinfo = UTC
    only: str = ""
    state: State = field(default_factory=State)
    news: tuple[News, ...] = ()
    """The latest, newest first."""
    marks: Mapping[str, Mark] = field(default_factory=dict)

    def after(self, update: Update, now: datetime) -> View:
        """What an update that came at ``now`` makes of it."""
        match update:
            case Taken(board):
                items = news.difference(self.board, board, {})
                return self._with(News(now, "", items), now, board)
            case Happened(event):
                board = self.board.after(event["changes"])
                seen = self._with(news.of_event(event, self.board, board), now, board)
                return replace(seen, state=State(Link.LIVE))
            case Connected():
                return replace(self, state=State(Link.CATCHING_UP, since=self.state.since))
            case Lost(reason, pause):
                state = State(Link.BEHIND, reason, self.state.since or now, now + timedelta(seconds=pause))
                return replace(self, state=state)

    def _with(self, happened: News, now: datetime, board: Board) -> View:
        marks = {job_id: mark for job_id, mark in self.marks.items() if mark.strength(now) > 0}
        marks |= {item.job_id: Mark(item.kind, now) for item in happened.items if item.job_id in board.cards}
        latest = (happened, *self.news)[:KEPT] if happened.items else self.news
        return replace(self, board=board, news=latest, marks=marks)
