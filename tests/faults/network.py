"""The web processes as clients reach them: each behind a network that breaks, and nobody knows which of them runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx

from tests.clients.proxy import Proxy
from tests.support.cluster import InTurn, Web
from tests.support.processes import PATIENCE

AVOIDED_SECONDS: Final = 1.0
"""For how long nobody is sent to a process that has just failed."""


@dataclass
class Node(Web):
    """A web process behind a proxy."""

    proxy: Proxy = field(default_factory=lambda: Proxy(0))

    def __post_init__(self) -> None:
        """The proxy leads to this process, whichever of its lives."""
        self.proxy.target = self.port

    @property
    def host(self) -> str:
        """Where clients find it."""
        return f"127.0.0.1:{self.proxy.port}"

    def gone(self, start: int) -> bool:
        """Whatever breaks here may be the network's doing."""
        return True

    async def back(self) -> None:
        """Start it, as often as it takes: without a database it gives up."""
        await started(self.start)

    def has_died(self) -> bool:
        """Whether it has ended by itself."""
        return self.process is not None and self.process.process.returncode is not None


class AnyOfThem(InTurn):
    """Sends every request to the next process. It learns only by failing which of them is away, then tries again."""

    def __init__(self, webs: Sequence[Web]) -> None:
        super().__init__(webs)
        self.failed: dict[str, float] = {}

    def next(self) -> Web:
        """Whose turn it is."""
        self.turn += 1
        turns = [self.webs[(self.turn + n) % len(self.webs)] for n in range(len(self.webs))]
        long_ago = time.monotonic() - AVOIDED_SECONDS
        return next((web for web in turns if self.failed.get(web.host, 0.0) < long_ago), turns[0])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask it."""
        web = self.next()
        host, _, port = web.host.partition(":")
        request.url = request.url.copy_with(host=host, port=int(port))
        request.headers["host"] = web.host
        try:
            return await self.transport.handle_async_request(request)
        except httpx.TransportError:
            self.failed[web.host] = time.monotonic()
            raise


async def started(start: Callable[[], Awaitable[None]]) -> None:
    """Start a process again and again until it runs, as a supervisor does."""
    began = time.monotonic()
    while True:
        try:
            return await start()
        except AssertionError:  # it has ended, and says why in its log
            if time.monotonic() - began > PATIENCE:
                raise
        await asyncio.sleep(0.2)
