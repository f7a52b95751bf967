"""Everybody who looks at boards while others write: by any transport, with any rights, through any filter."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from statistics import median, quantiles

from tests.log import sight
from tests.properties.live_sight import Past
from tests.properties.live_writer import Writer
from tests.support.api import Client, Json
from tests.support.board import Board
from tests.support.cluster import Cluster
from tests.support.lines import Cut, Line, SocketLine, StreamLine
from tests.support.subscriber import Received, Subscriber
from tests.support.wait import eventually

BACK_WITHIN = 2.0
"""How soon a client that has got its pipeline back notices: it asks now and then."""
COUNTS_WITHIN = 1.0
"""How late the counts of columns may be, in seconds (LV7)."""
AWAY = 0.2
"""The chance that whoever is cut stays away, and so about the part of the crowd that is away at a time."""


@dataclass
class Figures:
    """What a run has seen, in numbers."""

    events: int = 0
    joined: int = 0
    quiet: int = 0
    losses: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    resets: Counter[str] = field(default_factory=Counter)
    cuts: Counter[str] = field(default_factory=Counter)
    late: dict[str, list[float]] = field(default_factory=dict)
    """Seconds from an event's number to its receipt, by what happened to the servers."""
    right: dict[str, float] = field(default_factory=dict)
    """The longest that it took in a pause until everybody was right, in seconds, likewise."""
    weather: str = ""
    """What happens to the servers."""

    def count(self, got: Received, past: Past) -> None:
        """Take an event in."""
        if got.event is None:
            self.losses += 1
            return
        self.events += 1
        self.joined += got.event["cause"]["kind"] == "COALESCED"
        self.quiet += not got.changes
        self.changes.update(change["__typename"] for change in got.changes)
        self.resets.update(change["why"] for change in got.of("StreamReset"))
        if not got.first:
            self.late.setdefault(self.weather, []).append(got.at - past.times[got.upto - 1])

    def was_right(self, seconds: float) -> None:
        """Somebody was right so long after the last write."""
        self.right[self.weather] = max(self.right.get(self.weather, 0.0), seconds)

    def __str__(self) -> str:
        late = ", ".join(
            f"{weather} {median(some):.3f} s (median) and {quantiles(some, n=100)[-1]:.3f} s (99%)"
            for weather, some in self.late.items()
        )
        right = ", ".join(f"{weather} {seconds:.1f} s" for weather, seconds in self.right.items())
        return (
            f"{self.events} events ({self.joined} joined, {self.quiet} quiet), {self.losses} losses of the pipeline;"
            f" {dict(self.changes)}; resets {dict(self.resets)}; cuts {dict(self.cuts)}; late: {late};"
            f" all right within: {right}"
        )


@dataclass
class Crowd:
    """The subscribers of a firm."""

    writer: Writer
    cluster: Cluster
    past: Past
    random: Random
    subscribers: list[Subscriber] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Everybody looks while the context is entered."""
        self._come()
        self.tasks = [asyncio.create_task(one.live()) for one in self.subscribers]
        try:
            yield
        finally:
            for task in self.tasks:
                task.cancel()
            await asyncio.wait(self.tasks)
            for line in self.lines:
                await line.close()

    def _come(self) -> None:
        world = self.writer.world
        for viewer in (world.owner, *self.writer.people):
            # Everybody has one socket, and event streams beside it.
            lines: list[Line] = [SocketLine(self.cluster, viewer)]
            lines += [StreamLine(self.cluster, viewer, method=method) for method in ("GET", "POST")]
            self.lines += lines
            for n, wanted in enumerate((None, self.writer.any_filter(), self.writer.any_filter())):
                self._sit(viewer, world.pipeline, wanted, lines[0] if n == 0 else self.random.choice(lines))
            self._sit(viewer, world.elsewhere, None, self.random.choice(lines))

    def _sit(self, viewer: Client, pipeline: str, wanted: Json | None, line: Line) -> None:
        number = len(self.subscribers)
        name = f"#{number} {self.writer.who(viewer)} {wanted or ''} over {type(line).__name__}"
        random = Random(self.random.random())  # noqa: S311  # a life, not a secret
        board = Board(viewer, pipeline, wanted)
        self.subscribers.append(Subscriber(name, board, line, random, self.writer.story))

    def healthy(self) -> None:
        """Raise what a subscriber has met."""
        for task in self.tasks:
            if task.done():
                task.result()

    async def cut(self, random: Random) -> None:
        """Break all that one client has open on one line. Some stay away for a while, at most until the next pause."""
        line, how = random.choice(self.lines), random.choice(list(Cut))
        self.figures.cuts[how.value] += 1
        if random.random() < AWAY:
            line.network.clear()
        else:
            random.choice(self.lines).network.set()
        await line.cut(how)

    async def in_step(self, within: float) -> None:
        """While nobody writes: everybody's board is what a fresh one shows (LV1), and everything they were told true.

        ``within`` so many seconds from the last write on.
        """
        for line in self.lines:
            line.network.set()
        heads = await self._last_words()
        began = time.monotonic()
        waiting = [self._is_told(one, heads[one.board.pipeline_id], within) for one in self.subscribers]
        await asyncio.gather(*waiting)
        self.figures.was_right(time.monotonic() - began)
        fresh = [Board(one.board.client, one.board.pipeline_id, one.board.filter) for one in self.subscribers]
        seen = await asyncio.gather(*(board.load() for board in fresh))
        for one, board, there in zip(self.subscribers, fresh, seen, strict=True):
            await self._same(one, board if there else None)
        await self._true()
        await eventually(self._at_rest, "no transaction is left open")

    async def _last_words(self) -> dict[str, int]:
        """By pipeline, the number of an event of which everybody is told who looks at its board."""
        world, heads = self.writer.world, {}
        for pipeline in (world.pipeline, world.elsewhere):
            await world.owner.do("updatePipeline", pipelineId=pipeline, description=world.name("Pause"))
            heads[pipeline] = await sight.head(world.database, world.firm)
        return heads

    async def _is_told(self, one: Subscriber, head: int, within: float) -> None:
        def told() -> bool:
            self.healthy()
            return one.lost or (one.seq >= head and not one.drawing)

        await eventually(told, f"{one.name} is right after {head}, or knows that it is not there", within=within)

    async def _at_rest(self) -> bool:
        sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in trans%'"
        return bool(await self.past.database.value(sql) == 0)

    async def _same(self, one: Subscriber, fresh: Board | None) -> None:
        """A board is like a fresh one; None: its client knows that it is not there, and who is there comes back."""
        claim = f"{one.name} {'is not there' if fresh is None else 'is there'}"
        await eventually(lambda: one.lost == (fresh is None) and one.drawing == one.lost, claim, within=BACK_WITHIN)
        if fresh is None:
            return
        drawn, right = one.board.drawn(), fresh.drawn()
        assert right["order"] == fresh.listed(), f"{one.name}: the client sorts otherwise than the board"
        for part in ("pipeline", "jobs", "order"):
            assert drawn[part] == right[part], f"{one.name}: {part} at {one.seq}"
        claim = f"{one.name} has the counts {right['columns']}"
        await eventually(lambda: one.board.drawn()["columns"] == right["columns"], claim, within=COUNTS_WITHIN)

    async def _true(self) -> None:
        """AC4, LV1: nobody was told of what they could not see."""
        await self.past.read()
        for one in self.subscribers:
            for got in one.received:
                try:
                    self.past.check(one.board, got)
                except AssertionError as error:
                    raise AssertionError(f"{one.name}, from {got.since} to {got.upto}: {error}") from error
                self.figures.count(got, self.past)
            one.received.clear()
