"""The line of a program: a network of its own, behind which it connects by itself."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from tests.clients.player import Player, started
from tests.clients.proxy import Proxy, running_proxy
from tests.support.api import Client, Json
from tests.support.cluster import Cluster
from tests.support.lines import Cut, Feed, Line


class ProgramLine(Line):
    """What is cut is put to sleep as well, as a phone is, until there is a network again."""

    def __init__(self, cluster: Cluster, client: Client, ports: Sequence[int]) -> None:
        super().__init__(cluster, client)
        self.ports = ports
        self.proxies: list[Proxy] = []
        self.pid = 0
        self.waking: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(self, script: str, given: Json) -> AsyncIterator[Player]:
        """Let a program run while the context is entered."""
        async with AsyncExitStack() as stack:
            self.proxies = [await stack.enter_async_context(running_proxy(port)) for port in self.ports]
            urls = [proxy.url for proxy in self.proxies]
            player = await stack.enter_async_context(started(script, {**given, "urls": urls, "token": self.token}))
            self.pid = player.process.pid
            yield player

    async def cut(self, how: Cut) -> None:
        """Break its connections, or none if it vanishes, and send it to sleep."""
        if not self.pid or (self.waking and not self.waking.done()):
            return
        os.kill(self.pid, signal.SIGSTOP)
        if how is not Cut.VANISH:
            for proxy in self.proxies:
                proxy.cut()
        self.waking = asyncio.create_task(self._wake())

    async def _wake(self) -> None:
        await self.network.wait()
        os.kill(self.pid, signal.SIGCONT)

    async def _subscribe(self, document: str, variables: Json, after: str | None) -> Feed:
        raise NotImplementedError("the program subscribes by itself")

    async def leave(self, feed: Feed) -> None:
        """The program does so by itself."""

    async def close(self) -> None:
        """It has ended with its context."""
        if self.waking:
            self.waking.cancel()
