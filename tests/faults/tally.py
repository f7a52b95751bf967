"""What a run has seen, in numbers: above all, how long clients were behind after each fault."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from tests.properties.live_sight import Past, on_board
from tests.support.board import Board
from tests.support.subscriber import Received, Subscriber

AFTERMATH_SECONDS: Final = 1.0
"""How long after its end a fault is still blamed for what is late then."""

NO_FAULT: Final = "(no fault)"


@dataclass
class Happening:
    """One fault."""

    kind: str
    began: float
    """In seconds since the epoch."""
    ended: float = 0.0
    """0: not yet."""

    def to_blame(self, since: float, until: float) -> bool:
        """Whether it may be its fault that somebody was behind from one moment to another."""
        return self.began <= until and (not self.ended or since <= self.ended + AFTERMATH_SECONDS)


@dataclass
class Tally:
    """The numbers."""

    happenings: list[Happening] = field(default_factory=list)
    events: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    resets: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    resumes: int = 0
    """Connections that went on from a cursor."""
    played: Counter[str] = field(default_factory=Counter)
    """Those of JavaScript clients, by their library."""
    longest: dict[str, float] = field(default_factory=dict)
    """By the kind of fault, the longest time from a change of a job until somebody was told, in seconds."""
    worst: tuple[float, str] = (0.0, "nobody")
    """The longest of all, and who was behind."""
    written: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    unanswered: int = 0
    in_step: float = 0.0
    """Seconds from the last write until every board was right."""

    @contextmanager
    def during(self, kind: str) -> Iterator[None]:
        """A fault that lasts while the context is entered."""
        happening = Happening(kind, time.time())
        self.happenings.append(happening)
        try:
            yield
        finally:
            happening.ended = time.time()

    def count(self, one: Subscriber, got: Received, past: Past) -> None:
        """Take an event in."""
        self.events += 1
        self.changes.update(change["__typename"] for change in got.changes)
        self.resets.update(change["why"] for change in got.of("StreamReset"))
        since = _behind_since(one.board, got, past)
        self.worst = max(self.worst, (got.at - since, f"{one.name}, from {got.since} to {got.upto}"))
        blamed = {one.kind for one in self.happenings if one.to_blame(since, got.at)} or {NO_FAULT}
        for kind in blamed:
            self.longest[kind] = max(self.longest.get(kind, 0.0), got.at - since)

    def __str__(self) -> str:
        kinds = Counter(one.kind for one in self.happenings)
        lines = [self._line(kind, str(kinds[kind])) for kind in sorted(kinds)]
        return "\n".join([self._written(), self._received(), *lines, self._line(NO_FAULT, ""), self._right()])

    def _written(self) -> str:
        done = f"{sum(self.written.values())} done ({self.written['moveJob']} moves)"
        return f"written: {done}, {self.refused} refused, {self.unanswered} times no answer"

    def _received(self) -> str:
        lines = f"{self.connections} connections ({self.resumes} resumes; of JavaScript clients {dict(self.played)})"
        resets = f"{sum(self.resets.values())} resets {dict(self.resets)}"
        return f"received: {self.events} events over {lines}, {resets}, {dict(self.changes)}"

    def _right(self) -> str:
        late, who = self.worst
        return f"longest of all {late:.2f} s: {who}\nall boards right {self.in_step:.2f} s after the last write"

    def _line(self, kind: str, number: str) -> str:
        return f"  {kind:<28} {number:>4}   longest staleness {self.longest.get(kind, 0.0):6.2f} s"


def _behind_since(board: Board, got: Received, past: Past) -> float:
    """When the first of the changes happened that an event tells of: those of jobs on the board, before or after."""
    shown = {change["job"]["id"] for change in got.of("JobUpserted")}
    shown |= {change["jobId"] for change in got.of("JobRemoved")}
    for seq in range(got.since, got.upto):
        changes = past.changes[seq]
        if any(on_board(changes[job][when], board) for job in changes.keys() & shown for when in ("before", "after")):
            return past.times[seq]
    return got.at
