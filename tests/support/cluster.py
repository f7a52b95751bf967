"""Several web processes on one database, as an operator runs them behind a load balancer."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.support.api import Api, remote_api
from tests.support.processes import Running, running
from tests.support.redis import free_port
from tests.support.wait import eventually

READY = "Stageline runs on"
SIZE = 2
"""How many processes there are."""
PATIENCE = httpx.Timeout(30.0)
"""How long a request may take, in seconds."""


@dataclass
class Web:
    """One web process, which may be stopped and started again on the same port."""

    folder: Path
    settings: dict[str, str]
    port: int = field(default_factory=free_port)
    process: Running | None = None
    """None while it is down, and as soon as it is asked to stop."""
    starts: int = 0
    asked: int = 0
    """Requests that wait for its answer."""
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def host(self) -> str:
        """Where it listens, as ``address:port``."""
        return f"127.0.0.1:{self.port}"

    @property
    def http(self) -> str:
        """The address for requests."""
        return f"http://{self.host}"

    @property
    def socket_url(self) -> str:
        """The address of its WebSocket."""
        return f"ws://{self.host}/graphql"

    async def start(self) -> None:
        """Start it, and return when it answers."""
        self.starts += 1
        folder = self.folder / f"start-{self.starts}"
        folder.mkdir(parents=True)
        settings = {"PORT": str(self.port), "LOG_FORMAT": "json", **self.settings}
        process = await self._stack.enter_async_context(running("web", folder=folder, **settings))
        await process.says(READY)
        self.process = process

    async def stop(self) -> int:
        """Take it out of the turn, as a load balancer does in a deploy, and stop it; return its exit code."""
        assert self.process is not None
        process, self.process = self.process, None
        # What is sent over a connection in the moment in which it is closed for being idle is lost in HTTP/1.1.
        await eventually(lambda: not self.asked, f"{self.host} has answered everything")
        return await process.send(signal.SIGTERM)

    async def kill(self) -> None:
        """Kill it, as a crash would."""
        assert self.process is not None
        process, self.process = self.process, None
        await process.send(signal.SIGKILL)

    def gone(self, start: int) -> bool:
        """Whether it was stopped or killed since its ``start``."""
        return self.process is None or self.starts != start

    async def close(self) -> None:
        """Stop it for good, if it runs."""
        self.process = None
        await self._stack.aclose()

    def log(self) -> str:
        """What it has written to its log, in all its lives."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("start-*/err.txt")))


class Died(httpx.TransportError):
    """The process that was asked has been killed."""


class InTurn(httpx.AsyncBaseTransport):
    """Sends every request to the next process that runs, as a load balancer does."""

    def __init__(self, webs: Sequence[Web]) -> None:
        self.webs = webs
        self.turn = 0
        self.transport = httpx.AsyncHTTPTransport()

    def next(self) -> Web:
        """Whose turn it is."""
        up = [web for web in self.webs if web.process is not None]
        assert up, "no web process runs"
        self.turn += 1
        return up[self.turn % len(up)]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask whoever's turn it is. Raises Died where that process is killed meanwhile."""
        web = self.next()
        start = web.starts
        request.url = request.url.copy_with(host="127.0.0.1", port=web.port)
        request.headers["host"] = web.host
        web.asked += 1
        try:
            return await self.transport.handle_async_request(request)
        except httpx.TransportError as error:
            if web.gone(start):
                raise Died(repr(error)) from error
            raise
        finally:
            web.asked -= 1

    async def aclose(self) -> None:
        """Close all connections."""
        await self.transport.aclose()


@dataclass
class Cluster:
    """Web processes on one database."""

    webs: Sequence[Web]
    api: Api
    """Makes firms and people, whose clients call the processes in turn."""
    balancer: InTurn

    def any(self) -> Web:
        """A process that runs."""
        return self.balancer.next()

    def only(self, web: Web) -> Cluster:
        """The same as if there were one process."""
        return Cluster([web], self.api, InTurn([web]))


@asynccontextmanager
async def running_cluster(database_url: str, folder: Path, **settings: str) -> AsyncIterator[Cluster]:
    """Run two web processes while the context is entered. ``settings`` are environment variables."""
    webs = [Web(folder / f"web-{n}", {"DATABASE_URL": database_url, **settings}) for n in range(SIZE)]
    balancer = InTurn(webs)
    async with AsyncExitStack() as stack:
        client = httpx.AsyncClient(transport=balancer, base_url="http://stageline.test", timeout=PATIENCE)
        http = await stack.enter_async_context(client)
        api = await stack.enter_async_context(remote_api(database_url, http))
        for web in webs:
            stack.push_async_callback(web.close)
        await asyncio.gather(*(web.start() for web in webs))
        yield Cluster(webs, api, balancer)
