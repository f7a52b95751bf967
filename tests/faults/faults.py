"""All that can go wrong, drawn at random: one kind after the other, several of them at a time."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Final

import redis.asyncio

from engine.housekeeping import CHUNK, Retention, trim
from tests.faults.audience import Audience
from tests.faults.network import Node
from tests.faults.postgres import FAST, IMMEDIATE, insist
from tests.faults.site import Site
from tests.faults.tally import Tally
from tests.support.lines import Cut

Act = Callable[[], Awaitable[None]]
GAP_SECONDS: Final = (0.5, 1.5)
"""How long after the beginning of a fault the next one begins: the shortest and the longest."""
WORKER: Final = "worker"


@dataclass
class Faults:
    """Makes them happen. All choices come from ``random``, in the order in which they are made."""

    site: Site
    audience: Audience
    tally: Tally
    random: Random
    story: list[str]
    locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """What is broken is broken once at a time."""
    deck: list[str] = field(default_factory=list)
    rounds: int = 0
    """How often each kind has been drawn."""

    async def go_on(self, enough: Callable[[], bool]) -> None:
        """Let faults happen until it is enough, each kind at least once; return when all of them are over."""
        async with asyncio.TaskGroup() as group:
            while not (enough() and self.rounds and not self.deck):
                kind, what, act = self._draw()
                group.create_task(self._happen(kind, what, act))
                await asyncio.sleep(self.random.uniform(*GAP_SECONDS))

    def _draw(self) -> tuple[str, str, Act]:
        if not self.deck:
            self.deck = sorted(self.kinds())
            self.random.shuffle(self.deck)
            self.rounds += 1
        kind = self.deck.pop()
        what, act = self.kinds()[kind]()
        return kind, what, act

    async def _happen(self, kind: str, what: str, act: Act) -> None:
        async with self.locks[what]:
            self.story.append(f"*** {kind} begins ({what})")
            with self.tally.during(kind):
                await act()
            self.story.append(f"*** {kind} is over ({what})")

    def kinds(self) -> dict[str, Callable[[], tuple[str, Act]]]:
        """What can happen: by its name, what draws its details and answers what it breaks, and how."""
        return {
            "frames torn": self._tear,
            "connections reset": self._cut,
            "a client away": self._lose,
            "web killed": self._kill_web,
            "web deployed": self._deploy,
            "web frozen": self._freeze_web,
            "worker killed": self._kill_worker,
            "Redis restarted": self._restart_redis,
            "Redis frozen": self._freeze_redis,
            "wake-ups paused": self._pause_wakeups,
            "wake-ups refused": self._refuse_wakeups,
            "listeners killed": self._kill_listeners,
            "PostgreSQL restarted, fast": partial(self._restart_postgres, FAST),
            "PostgreSQL crashed": partial(self._restart_postgres, IMMEDIATE),
            "log trimmed": self._trim,
        }

    # --- the network ---

    def _tear(self) -> tuple[str, Act]:
        node, after = self._any_node(), self.random.randrange(1, 2000)

        async def act() -> None:
            node.proxy.tear(after)

        return f"network of {node.folder.name}", act

    def _cut(self) -> tuple[str, Act]:
        node, away = self._any_node(), self.random.uniform(0, 0.5)

        async def act() -> None:
            async with node.proxy.away():
                await asyncio.sleep(away)

        return f"network of {node.folder.name}", act

    def _lose(self) -> tuple[str, Act]:
        number, how = self.random.randrange(len(self.audience.lines)), self.random.choice(list(Cut))
        away = self.random.uniform(0, 2)
        return f"line {number}", lambda: self.audience.lose(self.audience.lines[number], how, away)

    # --- processes ---

    def _any_node(self) -> Node:
        return self.random.choice(self.site.nodes)

    def _kill_web(self) -> tuple[str, Act]:
        node, away = self._any_node(), self.random.uniform(0, 1)

        async def act() -> None:
            await node.kill()
            await asyncio.sleep(away)
            await node.back()

        return "web", act

    def _deploy(self) -> tuple[str, Act]:
        node = self._any_node()

        async def act() -> None:
            code = await node.stop()
            assert code == 0, f"{node.folder.name} has ended with {code}: {node.log()[-2000:]}"
            await node.back()

        return "web", act

    def _freeze_web(self) -> tuple[str, Act]:
        node, seconds = self._any_node(), self.random.uniform(0.1, 1.5)

        async def act() -> None:
            assert node.process is not None
            await _frozen(node.process.process.pid, seconds)

        return "web", act

    def _kill_worker(self) -> tuple[str, Act]:
        away = self.random.uniform(0, 1)

        async def act() -> None:
            self.site.worker.kill()
            await asyncio.sleep(away)
            await self.site.worker_back()

        return WORKER, act

    # --- Redis ---

    def _restart_redis(self) -> tuple[str, Act]:
        away = self.random.uniform(0, 2)

        async def act() -> None:
            await self.site.redis.stop()
            await asyncio.sleep(away)
            await self.site.redis.start()

        return "Redis", act

    def _freeze_redis(self) -> tuple[str, Act]:
        seconds = self.random.uniform(0.5, 4)

        async def act() -> None:
            assert self.site.redis.process is not None
            await _frozen(self.site.redis.process.pid, seconds)

        return "Redis", act

    def _pause_wakeups(self) -> tuple[str, Act]:
        seconds = self.random.uniform(0.5, 4)

        async def act() -> None:
            await self._tell_redis("CLIENT", "PAUSE", str(int(seconds * 1000)), "WRITE")
            await asyncio.sleep(seconds)

        return "Redis", act

    def _refuse_wakeups(self) -> tuple[str, Act]:
        seconds = self.random.uniform(0.5, 2)

        async def act() -> None:
            await self._tell_redis("ACL", "SETUSER", "default", "-publish")
            await asyncio.sleep(seconds)
            await self._tell_redis("ACL", "SETUSER", "default", "+publish")

        return "Redis", act

    def _kill_listeners(self) -> tuple[str, Act]:
        pauses = [self.random.uniform(0, 0.5) for _ in range(3)]

        async def act() -> None:
            for pause in pauses:
                await self._tell_redis("CLIENT", "KILL", "TYPE", "pubsub")
                await asyncio.sleep(pause)

        return "Redis", act

    async def _tell_redis(self, *command: str) -> None:
        async with redis.asyncio.Redis(host="127.0.0.1", port=self.site.redis.port) as client:
            await client.execute_command(*command)  # type: ignore[no-untyped-call]

    # --- PostgreSQL ---

    def _restart_postgres(self, how: signal.Signals) -> tuple[str, Act]:
        away = self.random.uniform(0, 1)

        async def act() -> None:
            await self.site.postgres.stop(how)
            await asyncio.sleep(away)
            await self.site.postgres.start()

        return "PostgreSQL", act

    def _trim(self) -> tuple[str, Act]:
        number, kept = self.random.randrange(len(self.audience.lines)), self.random.randrange(1, 30)
        how = self.random.choice(list(Cut))

        async def act() -> None:
            line = self.audience.lines[number]
            line.network.clear()
            await line.cut(how)
            await insist(lambda: trim(self.site.database, Retention(events=kept), chunk=CHUNK))
            line.network.set()

        return f"line {number}", act


async def _frozen(pid: int, seconds: float) -> None:
    """Stop a process in its tracks, and let it go on."""
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        os.kill(pid, signal.SIGCONT)
