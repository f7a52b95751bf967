"""A board without gaps: taken by a query, followed by a subscription, resumed after whatever breaks it (LV1, LV3)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any, Final

from server.trouble import Trouble
from server.watch import feed
from server.watch.board import Board, Card, Count, Json, Pipeline, put
from server.watch.client import Away, Refused, Session, SessionOver
from server.watch.documents import document

PAGE: Final = 200
"""Jobs of a column in one answer: as many as the API gives at once."""
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
"""Seconds before the next try to connect."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The board as it is, queried; what was drawn before is to be forgotten."""

    board: Board


@dataclass(frozen=True, slots=True)
class Happened:
    """An event: what it changes, why, and that everything up to it has been said."""

    event: Json


@dataclass(frozen=True, slots=True)
class Connected:
    """The server is there and about to say what was missed."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection is gone; the next try is in ``pause`` seconds."""

    reason: str
    pause: float


Update = Taken | Happened | Connected | Lost


class _Reset(Exception):
    """What is known is worthless: query again."""


def backoff(tries: int, jitter: float) -> float:
    """Seconds to wait before trying again after so many failures; ``jitter`` (0 to 1) takes off up to half."""
    return float(min(FIRST_PAUSE * 2 ** min(tries - 1, 10), LONGEST_PAUSE)) * (1 - jitter / 2)


class Stream:
    """One pipeline's board, from one session."""

    def __init__(
        self,
        session: Session,
        pipeline_id: str,
        wanted: Json | None = None,
        *,
        silence: float = feed.SILENCE,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self.session = session
        self._asked: Json = {"pipelineId": pipeline_id, "filter": wanted}
        self._silence = silence
        self._sleep = sleep
        self._cursor: str | None = None
        self._logged_out = False
        self._failures = 0

    async def take(self) -> Board:
        """The board with all its jobs; the stream goes on from it. Raises Away, SessionOver, Trouble."""
        found = (await self.session.ask("Board", **self._asked, first=PAGE))["board"]
        if found is None:
            raise _unavailable()
        cards: dict[str, Card] = {}
        for column in found["columns"]:
            # Later pages are of later instants: what happened in between is said after the first answer's cursor.
            async for node in self._jobs(column):
                put(cards, Card.of(node))
        counts = {column["stage"]["id"]: Count.of(column) for column in found["columns"]}
        self._cursor = found["cursor"]
        return Board(Pipeline.of(found["pipeline"]), counts, cards)

    async def _jobs(self, column: Json) -> AsyncIterator[Json]:
        stage_id = column["stage"]["id"]
        while column is not None:
            for node in column["jobs"]["nodes"]:
                yield node
            page = column["jobs"]["pageInfo"]
            if not page["hasNextPage"]:
                return
            asked = {**self._asked, "stageId": stage_id, "first": PAGE, "after": page["endCursor"]}
            board = (await self.session.ask("BoardColumn", **asked))["board"]
            column = board and board["column"]

    async def updates(self) -> AsyncGenerator[Update, None]:
        """What happens, for ever. Raises Trouble when there is nothing to wait for any more."""
        while True:
            try:
                async with aclosing(self._go_on()) as some:
                    async for update in some:
                        yield update
            except _Reset:
                self._cursor, why = None, "the board is taken anew"
            except SessionOver:
                self._logged_out, why = True, "the log-in has ended"
            except Away as away:
                why = str(away)
            self._failures += 1
            pause = backoff(self._failures, random.random())  # noqa: S311  (it spreads load and keeps no secret)
            yield Lost(why, pause)
            await self._sleep(pause)

    async def _go_on(self) -> AsyncGenerator[Update, None]:
        """What happens until something breaks."""
        if self._logged_out:
            await self.session.log_in()
            self._logged_out = False
        if self._cursor is None:
            yield Taken(await self.take())
        variables = {**self._asked, "after": self._cursor}
        payload = {"query": document("BoardEvents"), "operationName": "BoardEvents", "variables": variables}
        address, token = self.session.address, self.session.token
        async with feed.subscribed(address, token, payload, silence=self._silence) as answers:
            yield Connected()
            with _refusals():
                async for data in answers:
                    yield self._event(data["boardEvents"])

    def _event(self, event: Json) -> Happened:
        if any(change["__typename"] == "StreamReset" for change in event["changes"]):
            raise _Reset
        self._cursor, self._failures = event["cursor"], 0
        return Happened(event)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        if refused.code == "NOT_FOUND":
            raise _unavailable() from refused
        if refused.code == "INVALID":  # the cursor: the pipeline's id was good for the query
            raise _Reset from refused
        raise


def _unavailable() -> Trouble:
    return Trouble("This pipeline is not available: it does not exist any more, or you may not see it.")
