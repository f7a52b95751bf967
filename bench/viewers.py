"""Many WebSocket clients in one process: as cheap as can be, so that it is the server that is measured."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.frames import Frames, masked, pong

Hear = Callable[[bytes], None]


@dataclass
class Viewer(asyncio.Protocol):
    """One client of one subscription. Counts what it is sent, without reading it unless somebody wants to hear."""

    token: str | None
    document: str
    variables: dict[str, Any]
    hear: Hear | None = None
    live: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    received: int = 0
    bytes: int = 0

    def connection_made(self, transport: Any) -> None:
        """Shakes hands."""
        self.transport = transport
        self._frames: Frames | None = None
        self._head = b""
        self._last = b""
        key = "AAAAAAAAAAAAAAAAAAAAAA=="
        transport.write(
            f"GET /graphql HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Takes bytes off the network."""
        if self._frames is None:
            self._head += data
            head, end, data = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.splitlines()[0]:
                raise RuntimeError(head.decode(errors="replace"))
            self._frames = Frames()
            self._say({"type": "connection_init", "payload": {"authorization": f"Bearer {self.token}"}})
        if not self.live.done():
            self._last = data
        for message in self._frames.read(data, whole=not self.live.done() or self.hear is not None):
            self._take(message)
        while self._frames.pings:
            self.transport.write(pong(self._frames.pings.pop()))

    def connection_lost(self, error: Exception | None) -> None:
        """Fails whoever waits for it."""
        if not self.live.done():
            self.live.set_exception(RuntimeError(f"the connection was closed: {error} {self._last!r}"))

    def _take(self, message: bytes) -> None:
        if self.live.done():
            self.received += 1
            if self.hear is not None:
                self.hear(message)
            return
        said = json.loads(message)
        if said["type"] == "connection_ack":
            payload = {"query": self.document, "variables": self.variables}
            self._say({"id": "1", "type": "subscribe", "payload": payload})
        elif said["type"] == "next" and "errors" not in said["payload"]:
            self.live.set_result(None)
        elif said["type"] != "ping":
            self.live.set_exception(RuntimeError(message.decode()))

    def _say(self, message: dict[str, Any]) -> None:
        self.transport.write(masked(json.dumps(message).encode()))


async def opened(port: int, viewers: list[Viewer], at_once: int = 50) -> float:
    """Connects all and waits until each has had its first event; answers the seconds."""
    loop, gate, began = asyncio.get_running_loop(), asyncio.Semaphore(at_once), time.perf_counter()

    async def open_one(viewer: Viewer) -> None:
        async with gate:
            await loop.create_connection(lambda: viewer, "127.0.0.1", port)
            await viewer.live

    await asyncio.gather(*map(open_one, viewers))
    return time.perf_counter() - began


async def rate(viewers: list[Viewer], seconds: float) -> float:
    """How many messages a second they receive altogether."""
    before, began = sum(viewer.received for viewer in viewers), time.perf_counter()
    await asyncio.sleep(seconds)
    return (sum(viewer.received for viewer in viewers) - before) / (time.perf_counter() - began)


def close(viewers: list[Viewer]) -> None:
    """Hangs up."""
    for viewer in viewers:
        viewer.transport.abort()


def cpu(pid: int) -> float:
    """The processor time that a process has taken, in seconds."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def rss(pid: int) -> int:
    """The resident memory of a process, in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
