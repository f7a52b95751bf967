"""Boards stay right by their live events alone, whatever is written, cut, killed or restarted meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random, SystemRandom

import pytest

from tests.log.world import build
from tests.properties.live_crowd import Crowd
from tests.properties.live_sight import Past
from tests.properties.live_writer import Writer
from tests.support.cluster import Cluster, Web, running_cluster
from tests.support.redis import RedisServer, running_redis

SEED = os.environ.get("LIVE_SEED")
"""A run that failed comes again with this seed, as far as several writers at once allow (LIVE_WRITERS=1: further)."""
STEPS = int(os.environ.get("LIVE_STEPS", "30"))
"""Writes between two pauses."""
SECONDS = float(os.environ.get("LIVE_SECONDS", "0"))
"""How long to go on, beyond the rounds that are always run."""
WRITERS = int(os.environ.get("LIVE_WRITERS", "4"))
JOBS = int(os.environ.get("LIVE_JOBS", "40"))

RIGHT_WITHIN = 5.0
"""Seconds from Redis's return, or from the last write, until every board is right (LV1)."""
CUTS = 0.15
"""The chance that a step is followed by a cut."""

Happenings = Mapping[int, Callable[[], Awaitable[None]]]
"""What happens before a step."""


@dataclass
class Run:
    """One run: rounds of writing at once, each followed by a pause in which everybody must be right."""

    seed: int
    cluster: Cluster
    redis: RedisServer
    writer: Writer
    crowd: Crowd
    random: Random
    steps: int = 0
    restarting: asyncio.Task[None] | None = None

    async def go_on(self) -> None:
        """The rounds that are always run, then any of them until the time is over."""
        rounds = (self.calm, self.outage, self.flicker, self.restart)
        end = time.monotonic() + SECONDS
        for one in rounds:
            await one()
        while time.monotonic() < end:
            await self.random.choice((*rounds, self.crash, self.freeze))()

    async def calm(self) -> None:
        """Nothing but writes, one after the other, and cuts."""
        await self.write("calm", writers=1)
        await self.crowd.in_step(RIGHT_WITHIN)

    async def outage(self) -> None:
        """Redis is gone while half is written; it returns in the pause."""
        await self.redis.stop()
        await self.write("without Redis")
        await self.crowd.in_step(RIGHT_WITHIN)
        await self.write("without Redis")
        await self.redis.start()
        self.crowd.figures.weather = "Redis is back"
        await self.crowd.in_step(RIGHT_WITHIN)

    async def flicker(self) -> None:
        """Redis is gone for a while, amid the writes."""
        await self.write("flickering", {STEPS // 3: self.redis.stop, 2 * STEPS // 3: self.redis.start})
        await self.crowd.in_step(RIGHT_WITHIN)

    async def freeze(self) -> None:
        """Redis answers nothing for a while, and its connections stay open."""
        assert self.redis.process is not None
        self.redis.process.send_signal(signal.SIGSTOP)
        await self.write("freezing")
        await self.crowd.in_step(RIGHT_WITHIN)
        self.redis.process.send_signal(signal.SIGCONT)
        await self.crowd.in_step(RIGHT_WITHIN)

    async def restart(self) -> None:
        """A process is restarted amid the writes, as in a deploy: it finishes what it has begun."""
        await self.write("restarting", {STEPS // 3: self._begin_restart})
        await self.crowd.in_step(RIGHT_WITHIN)
        assert self.restarting is not None
        await self.restarting

    async def crash(self) -> None:
        """A process is killed while nobody writes through it."""
        web = self.cluster.any()
        self.note(f"{web.host} is killed")
        await web.kill()
        await web.start()
        await self.calm()

    async def _begin_restart(self) -> None:
        self.restarting = asyncio.create_task(self._restart())

    async def _restart(self) -> None:
        web = self.cluster.any()
        self.note(f"{web.host} is stopped")
        assert await web.stop() == 0
        await web.start()
        self.note(f"{web.host} is back")

    async def write(self, weather: str, happenings: Happenings | None = None, writers: int = WRITERS) -> None:
        """Let several write at once, and lines be cut; what else happens goes by the number of the step."""
        self.note(weather)
        self.crowd.figures.weather = weather
        todo = iter(range(STEPS))
        await asyncio.gather(*(self._write(todo, happenings or {}) for _ in range(writers)))
        self.steps += STEPS

    async def _write(self, todo: Iterator[int], happenings: Happenings) -> None:
        for step in todo:
            if step in happenings:
                self.note(happenings[step].__qualname__)
                await happenings[step]()
            random = Random(f"{self.seed} {self.steps + step}")  # noqa: S311  # a life, not a secret
            await replace(self.writer, random=random).something()
            if random.random() < CUTS:
                await self.crowd.cut(random)
            self.crowd.healthy()

    def note(self, what: str) -> None:
        """Put into the story what happens to the servers."""
        self.writer.story.append(f"*** {what}")


@asynccontextmanager
async def started(seed: int, url: str, folder: Path) -> AsyncIterator[Run]:
    """Two processes, a Redis, and a firm with people who look at its boards."""
    async with running_redis(folder) as redis, running_cluster(url, folder, REDIS_URL=redis.url) as cluster:
        random = Random(seed)  # noqa: S311  # a life, not a secret
        world = await build(cluster.api)
        writer = Writer(world, random)
        await writer.furnish(JOBS)
        past = await Past.begin(cluster.api.database, url, world.firm)
        crowd = Crowd(writer, cluster, past, random)
        async with crowd.looking():
            yield Run(seed, cluster, redis, writer, crowd, random)


def troubles(web: Web) -> str:
    """What a process has logged that nobody should have to read: errors, and whatever is no log line at all."""
    lines = [line for line in web.log().splitlines() if line]
    return "\n".join(line for line in lines if line[0] != "{" or '"level":"error"' in line)


@pytest.mark.slow
async def test_every_board_stays_right_by_its_events_alone(database_url: str, tmp_path: Path) -> None:
    """LV1, LV2, LV3, LV6, AC4: over both transports and both processes, through cuts, restarts, and outages of Redis.

    After each round of writes, and within 5 s of Redis's return, every board is what a fresh one shows; no mutation
    fails; cursors only grow; nobody is told of what they could not see since the cursor before.
    """
    seed = int(SEED) if SEED else SystemRandom().randrange(10**6)
    story: list[str] = []
    try:
        async with started(seed, database_url, tmp_path) as run:
            story = run.writer.story
            await run.go_on()
    except Exception as error:
        told = "\n".join(story[-500:])
        raise AssertionError(f"LIVE_SEED={seed} LIVE_STEPS={STEPS} LIVE_WRITERS={WRITERS}: {error}\n{told}") from error
    print(f"LIVE_SEED={seed}: {run.steps} steps; {run.crowd.figures}")  # noqa: T201  # seen with -s
    assert run.crowd.figures.changes["JobRemoved"], "a run without a single removal proves little"
    for web in run.cluster.webs:
        assert troubles(web) == "", f"LIVE_SEED={seed}: {web.host} has logged:\n{troubles(web)}"
