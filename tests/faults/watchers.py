"""Subscribers who draw their boards from events alone, over whatever breaks."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Final

import orjson

from tests.faults.postgres import insist
from tests.faults.site import Site
from tests.faults.tally import Tally
from tests.log import sight
from tests.properties.live_crowd import Crowd
from tests.support.api import Client, Json
from tests.support.board import Board
from tests.support.lines import Cut, Ended, Feed, Line, SocketLine, StreamLine
from tests.support.subscriber import Course, Received, Subscriber

PAUSE_SECONDS: Final = 0.3
"""How long clients wait at most before they connect again."""
LOST_SECONDS: Final = 0.7
"""How often they look for a pipeline that is not there."""
LAST: Final = 5
"""How many events of a subscriber a failure shows."""


@dataclass
class Watcher(Subscriber):
    """A subscriber who takes an outage for what it is: the line has ended."""

    resumes: int = 0
    """How often it has gone on from a cursor."""
    pause: float = LOST_SECONDS
    last: deque[Json] = field(default_factory=lambda: deque(maxlen=LAST))
    """The last events that it was sent."""

    async def _next(self, course: Course) -> Json | None:
        event = await super()._next(course)
        self.last.append(event or {"lost": self.board.pipeline_id})
        return event

    async def _subscribe(self, start: str | None, after: str | None = None) -> Course:
        await asyncio.sleep(self.random.uniform(0, PAUSE_SECONDS))
        course = await super()._subscribe(start, after)
        self.resumes += after is not None
        return course

    async def _answer(self, feed: Feed) -> Json:
        answer = await feed.next()
        if answer is None:
            raise Ended("the stream was completed", expected=True)
        if any(error["extensions"]["code"] == "UNAVAILABLE" for error in answer.get("errors", ())):
            raise Ended("the service is unavailable", expected=True)
        return answer


@dataclass
class Audience(Crowd):
    """Everybody who looks: the crowd, and an outsider of whom it is known at all times what they never see."""

    site: Site = field(kw_only=True)
    tally: Tally = field(kw_only=True)

    def _come(self) -> None:
        super()._come()
        pipelines = (self.site.world.pipeline, self.site.world.pipeline, self.site.vault)
        lines: list[Line] = [SocketLine(self.cluster, self.site.outsider)]
        lines.append(StreamLine(self.cluster, self.site.outsider, method="POST"))
        self.lines += lines
        for n, pipeline in enumerate(pipelines):
            self._sit(self.site.outsider, pipeline, self.writer.any_filter() if n == 1 else None, lines[n % 2])

    def _sit(self, viewer: Client, pipeline: str, wanted: Json | None, line: Line) -> None:
        who = "outsider" if viewer is self.site.outsider else self.writer.who(viewer)
        name = f"#{len(self.subscribers)} {who} {wanted or ''} over {type(line).__name__}"
        board = Board(viewer, pipeline, wanted)
        random = Random(self.random.random())  # noqa: S311  # a life, not a secret
        self.subscribers.append(Watcher(name, board, line, random, self.writer.story))

    async def lose(self, line: Line, how: Cut, away: float) -> None:
        """Break all that one client has open on one line, and keep the client away for some seconds."""
        line.network.clear()
        await line.cut(how)
        await asyncio.sleep(away)
        line.network.set()

    async def _last_words(self) -> dict[str, int]:
        heads = await super()._last_words()
        await self.site.world.owner.do("updatePipeline", pipelineId=self.site.vault, description="The end")
        heads[self.site.vault] = await sight.head(self.past.database, self.past.firm)
        return heads

    async def judge(self) -> None:
        """Hold what has been received so far against what was true: AC4, LV1."""
        received = [(one, one.received[:]) for one in self.subscribers]
        await insist(self.past.read)
        hidden = await insist(self._hidden)
        for one, some in received:
            del one.received[: len(some)]
            for got in some:
                self._judge(one, got, hidden)
                if got.event is not None:
                    self.tally.count(one, got, self.past)

    async def _true(self) -> None:
        await self.judge()

    def _judge(self, one: Subscriber, got: Received, hidden: list[str]) -> None:
        try:
            self.past.check(one.board, got)
            if one.board.client is self.site.outsider:
                sent = orjson.dumps(got.event).decode()
                assert not [thing for thing in hidden if thing in sent], "it names what was never visible"
        except AssertionError as error:
            raise AssertionError(f"{one.name}, from {got.since} to {got.upto}: {error}: {got.event}") from error

    async def _hidden(self) -> list[str]:
        site = self.site
        query = "SELECT id FROM jobs WHERE account_id = $1 OR pipeline_id = $2"
        rows = await self.past.database.rows(query, site.secret, site.vault)
        return [site.secret, site.vault, *(row["id"] for row in rows)]
