"""Everybody who looks while things break, and how what they were sent is held against what was true."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from random import Random

import orjson

from tests.clients.player import MISSING
from tests.faults.players import Played
from tests.faults.postgres import insist
from tests.faults.programs import ProgramLine
from tests.faults.site import Site
from tests.faults.tally import Tally
from tests.faults.watchers import Watcher
from tests.log import sight
from tests.properties.live_crowd import Crowd
from tests.support.api import Client, Json
from tests.support.board import Board
from tests.support.lines import Cut, Line, SocketLine, StreamLine
from tests.support.subscriber import Received, Subscriber


@dataclass
class Audience(Crowd):
    """Everybody who looks: the crowd, JavaScript clients where Node is, and an outsider.

    Of the outsider it is known at all times what they never see.
    """

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
        if not MISSING:
            self._play("graphql-ws", self.site.world.insider)
            self._play("graphql-sse", self.site.outsider)

    def _play(self, script: str, viewer: Client) -> None:
        name = f"#{len(self.subscribers)} {self._who(viewer)} by {script}"
        board = Board(viewer, self.site.world.pipeline)
        line = ProgramLine(self.cluster, viewer, [node.proxy.port for node in self.site.nodes])
        self.lines.append(line)
        self.subscribers.append(Played(name, board, line, self.random, self.writer.story, script=script))

    def _sit(self, viewer: Client, pipeline: str, wanted: Json | None, line: Line) -> None:
        name = f"#{len(self.subscribers)} {self._who(viewer)} {wanted or ''} over {type(line).__name__}"
        board = Board(viewer, pipeline, wanted)
        random = Random(self.random.random())  # noqa: S311  # a life, not a secret
        self.subscribers.append(Watcher(name, board, line, random, self.writer.story))

    def _who(self, viewer: Client) -> str:
        return "outsider" if viewer is self.site.outsider else self.writer.who(viewer)

    async def lose(self, line: Line, how: Cut, away: float) -> None:
        """Break all that one client has open on one line, and keep the client away for some seconds."""
        line.network.clear()
        await line.cut(how)
        await asyncio.sleep(away)
        line.network.set()

    async def _same(self, one: Subscriber, fresh: Board | None) -> None:
        if isinstance(one, Played) and fresh is not None:
            await one.is_right()
        else:
            await super()._same(one, fresh)

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
        query = "SELECT id FROM all_jobs WHERE account_id = $1 OR pipeline_id = $2"
        rows = await self.past.database.rows(query, site.secret, site.vault)
        return [site.secret, site.vault, *(row["id"] for row in rows)]
