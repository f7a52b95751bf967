"""A client that draws one board and keeps it right by its live events alone, over connections that break."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from live.cursor import decode
from tests.support.api import Json
from tests.support.board import EVENTS, Board
from tests.support.cluster import Died
from tests.support.lines import Ended, Feed, Line

PAUSE_SECONDS = 0.2
"""How long a client waits before it asks again for a board that it does not see."""


@dataclass(frozen=True)
class Received:
    """What one event said, and when; or that the pipeline is lost."""

    since: int
    """The sequence of the cursor before it, on the same connection."""
    upto: int
    """The sequence of its cursor."""
    at: float
    """When it was received, in seconds since the epoch."""
    event: Json | None
    """None: the stream has ended, because the pipeline is lost."""
    first: bool
    """It only brought this connection up to date."""
    asked: float | None = None
    """When, where it is the first of a stream without a cursor: that began somewhere between then and now."""

    @property
    def changes(self) -> Sequence[Json]:
        """The changes."""
        return self.event["changes"] if self.event else ()

    def of(self, name: str) -> list[Json]:
        """The changes of one type."""
        return [change for change in self.changes if change["__typename"] == name]


@dataclass
class Course:
    """What a subscriber reads over one connection."""

    feed: Feed
    seq: int | None
    """How far it is; None: it began without a cursor."""
    first: bool = True
    asked: float = field(default_factory=time.time)


@dataclass
class Subscriber:
    """One board of one client. Run ``live`` as a task: it ends only by an error.

    Drawn at random: whether it asks for the board before it subscribes or after, and whether it stays in the stream
    after a reset.
    """

    name: str
    board: Board
    line: Line
    random: Random
    story: list[str]
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    lost: bool = False
    """The pipeline is not there for this client."""
    drawing: bool = True
    """The board is being asked for: what is drawn does not count."""
    pause: float = PAUSE_SECONDS

    @property
    def seq(self) -> int:
        """How far the board is."""
        return decode(self.board.cursor).seq if self.board.cursor else -1

    async def live(self) -> None:
        """Draw the board and keep it right, for ever."""
        while True:
            early = await self._early() if self.random.random() < 0.3 else None
            if await self._draw():
                await self._follow(early)
            else:
                await asyncio.sleep(self.pause)
            if early is not None:
                await self.line.leave(early.feed)

    async def _early(self) -> Course | None:
        """Subscribe without a cursor. Whoever asks for the board once the stream is live misses nothing either."""
        try:
            course = await self._subscribe(None)
            return course if await self._next(course) else None
        except Ended as end:
            self._mind(end)
            return None

    async def _draw(self) -> bool:
        """Ask for the board. Whether it is there."""
        self.drawing = True
        self.lost = not await self._load()
        self.drawing = self.lost
        self.story.append(f"  {self.name} {'is not there' if self.lost else f'is drawn at {self.seq}'}")
        return not self.lost

    async def _load(self) -> bool:
        while True:
            try:
                return await self.board.load()
            except Died as died:
                self.story.append(f"  {self.name} asks again: {died}")

    async def _follow(self, course: Course | None) -> None:
        """Take events, over as many connections as it takes, until the board must be drawn anew."""
        start = None if course else self.board.cursor
        while True:
            try:
                course = course or await self._subscribe(start, self.board.cursor)
                while (event := await self._next(course)) and await self._apply(event):
                    pass
            except Ended as end:
                self._mind(end)
                course = None
            else:
                await self.line.leave(course.feed)
                return

    async def _subscribe(self, start: str | None, after: str | None = None) -> Course:
        variables = {"pipeline": self.board.pipeline_id, "filter": self.board.filter, "after": start}
        asked = time.time()
        feed = await self.line.subscribe(EVENTS, variables, after)
        self.connections += 1
        return Course(feed, decode(after).seq if after else None, asked=asked)

    async def _next(self, course: Course) -> Json | None:
        """The next event; None where the pipeline is lost. Raises Ended."""
        answer = await self._answer(course.feed)
        if "errors" in answer:
            [error] = answer["errors"]
            assert error["extensions"]["code"] == "NOT_FOUND", f"{self.name}: {answer}"
            self.lost = True
            if course.seq is not None:
                self.received.append(Received(course.seq, course.seq, time.time(), None, course.first))
            return None
        event: Json = answer["data"]["boardEvents"]
        seq = decode(event["cursor"]).seq
        since = seq if course.seq is None else course.seq
        # LV1: cursors only grow, so an event comes at most once. The first only says that the stream is live.
        assert seq > since or (course.first and seq == since), f"{self.name}: from {since} to {seq}"
        asked = course.asked if course.seq is None else None
        self.received.append(Received(since, seq, time.time(), event, course.first, asked))
        course.seq, course.first = seq, False
        return event

    async def _answer(self, feed: Feed) -> Json:
        answer = await feed.next()
        assert answer is not None, f"{self.name}: the stream was completed without a reason"
        return answer

    async def _apply(self, event: Json) -> bool:
        """Do what an event says. Whether to go on reading."""
        taken = self.board.apply({"events": [event], "cursor": event["cursor"]})
        if all(change["__typename"] != "StreamReset" for change in taken):
            return True
        self.drawing = True
        return self.random.random() < 0.5 and await self._draw()

    def _mind(self, end: Ended) -> None:
        assert end.expected, f"{self.name} at {self.seq}: {end}"
        self.story.append(f"  {self.name} at {self.seq}: {end}")
