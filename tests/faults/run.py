"""One run: writers, watchers and faults at the same time, and then the verdict."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from tests.faults.audience import Audience
from tests.faults.faults import WORKER, Faults
from tests.faults.players import Played
from tests.faults.site import Site, running_site
from tests.faults.tally import Tally
from tests.faults.verdict import assert_everything_happened_once
from tests.faults.watchers import Watcher
from tests.properties.live_sight import Past
from tests.support.wait import eventually

WRITERS: Final = 4
REST_SECONDS: Final = 0.05
"""How long a writer rests at most between two writes."""
JUDGED_EVERY: Final = 2.0
"""Seconds between two looks at what was received."""
SETTLED_WITHIN: Final = 60.0
"""How long what is due may take when the faults are over, in seconds."""
RIGHT_WITHIN: Final = 10.0
"""How soon after the last write every board is right, in seconds."""
LAST: Final = 200
"""Lines of the story that a failure shows."""
WIDTH: Final = 2000
"""How much of each."""
DUE: Final = "SELECT count(*) FROM due WHERE NOT (waits AND paused)"
"""What the worker has yet to do; what stands still with its job is left."""


@dataclass
class Run:
    """One run by a seed."""

    seed: int
    site: Site
    audience: Audience
    tally: Tally
    faults: Faults
    over: bool = False

    async def go_on(self, seconds: float) -> None:
        """Write and break things for so long, then wait until all is well, and hold it against what must be."""
        end = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            for number in range(WRITERS):
                group.create_task(self._write(number))
            group.create_task(self._judge())
            await self.faults.go_on(lambda: time.monotonic() > end)
            self.over = True
        await self.site.writer.restore_everything()
        await eventually(self._settled, "nothing is due any more", within=SETTLED_WITHIN)
        began = time.monotonic()
        await self.audience.in_step(RIGHT_WITHIN)
        self.tally.in_step = time.monotonic() - began
        self._alive()
        await assert_everything_happened_once(self.site, self.site.writer.ledger)
        self._sum_up()

    async def _write(self, number: int) -> None:
        step = 0
        while not self.over:
            random = Random(f"{self.seed} {number} {step}")  # noqa: S311  # a life, not a secret
            await replace(self.site.writer, random=random).something()
            await asyncio.sleep(random.uniform(0, REST_SECONDS))
            step += 1

    async def _judge(self) -> None:
        while not self.over:
            await asyncio.sleep(JUDGED_EVERY)
            self.audience.healthy()
            self._alive()
            await self.audience.judge()

    def _alive(self) -> None:
        for node in self.site.nodes:
            assert not node.has_died(), f"{node.folder.name} has ended by itself: {node.log()[-WIDTH:]}"
        starting = self.faults.locks[WORKER].locked()
        assert starting or self.site.worker.runs(), f"the worker has ended by itself: {self.site.worker.log()[-WIDTH:]}"

    async def _settled(self) -> bool:
        return bool(await self.site.database.value(DUE) == 0)

    def told(self, what: str) -> str:
        """The end of the story, what the processes have logged, and the last events of whom a failure names."""
        lines = self.site.writer.story[-LAST:] + self.site.troubles()
        for one in self.audience.subscribers:
            if isinstance(one, Watcher) and one.name in what:
                lines += [f"{one.name} was sent: {event}" for event in one.last]
        return "\n".join(line[:WIDTH] for line in lines)

    def _sum_up(self) -> None:
        for deed in self.site.writer.ledger.deeds:
            self.tally.written[deed.mutation] += deed.codes == []
            self.tally.refused += bool(deed.codes)
            self.tally.unanswered += deed.unanswered
        for one in self.audience.subscribers:
            self.tally.connections += one.connections
            self.tally.resumes += one.resumes if isinstance(one, Watcher) else 0
            if isinstance(one, Played):
                self.tally.played[one.script] += one.connections


@asynccontextmanager
async def started(seed: int, folder: Path) -> AsyncIterator[Run]:
    """Everything that a run takes."""
    random = Random(seed)  # noqa: S311  # a life, not a secret
    async with running_site(folder, random) as site:
        past = await Past.begin(site.database, site.postgres.url, site.world.firm)
        tally = Tally()
        audience = Audience(site.writer, site.cluster, past, random, site=site, tally=tally)
        async with audience.looking():
            chance = Random(f"{seed} faults")  # noqa: S311  # a life, not a secret
            faults = Faults(site, audience, tally, chance, site.writer.story)
            yield Run(seed, site, audience, tally, faults)


async def run(seed: int, seconds: float, folder: Path) -> Tally:
    """Run by a seed for so many seconds of faults. Raises AssertionError, which tells the seed."""
    async with started(seed, folder) as one:
        try:
            await one.go_on(seconds)
        except Exception as error:
            what = "; ".join(str(cause) for cause in _causes(error))
            raise AssertionError(f"{one.told(what)}\nSEED={seed} SECONDS={seconds:g}: {what}") from error
        finally:
            (folder / "story.txt").write_text("\n".join(one.site.writer.story))
        return one.tally


def _causes(error: Exception) -> list[Exception]:
    """What has gone wrong in each of the tasks that went on at the same time."""
    if not isinstance(error, ExceptionGroup):
        return [error]
    return [cause for one in error.exceptions for cause in _causes(one)]
