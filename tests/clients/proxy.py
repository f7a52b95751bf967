"""The network between a client and the server, which a test can break."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

RESET = struct.pack("ii", 1, 0)
"""The option SO_LINGER by which closing a socket resets the connection."""


@dataclass
class Proxy:
    """Passes the bytes of TCP connections on to a server."""

    target: int
    """The server's port."""
    port: int = 0
    """The port that clients connect to."""
    _listener: asyncio.Server | None = None
    _open: set[_Link] = field(default_factory=set)
    _coming: set[asyncio.StreamWriter] = field(default_factory=set)
    """Clients for whom the server has not been reached yet."""

    @property
    def url(self) -> str:
        """The address that clients are given."""
        return f"http://127.0.0.1:{self.port}"

    async def admit(self) -> None:
        """Take connections."""
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Take no connections any more; those that are open stay."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def cut(self) -> None:
        """Reset all connections, on both sides."""
        for client in self._coming:
            _reset(client)
        for link in self._open:
            link.reset()

    def tear(self, after: int) -> None:
        """End each open connection when so many more bytes of answers have passed, be it amid a frame."""
        for link in self._open:
            link.left = after

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Everything is cut, and nobody gets through."""
        self.refuse()
        self.cut()
        yield
        await self.admit()

    async def _serve(self, questions: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        self._coming.add(client)
        try:
            answers, server = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:  # nobody listens there
            _reset(client)
            return
        finally:
            self._coming.remove(client)
        link = _Link(client, server)
        self._open.add(link)
        try:
            if not client.is_closing():  # it was cut meanwhile
                await asyncio.gather(_pass_on(questions, server), link.pass_answers(answers))
        finally:
            self._open.remove(link)
            link.reset()  # whatever is left of it


@dataclass(eq=False)
class _Link:
    """One connection, on both sides."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    left: int | None = None
    """How many bytes of answers it is to pass yet; None: all."""

    async def pass_answers(self, answers: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            while some := await answers.read(65536):
                self.client.write(some[: self.left])
                if self.left is not None:
                    self.left -= len(some)
                    if self.left <= 0:
                        _reset(self.server)
                        break
        self.client.close()

    def reset(self) -> None:
        _reset(self.client)
        _reset(self.server)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while some := await reader.read(65536):
            writer.write(some)
    writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    if not writer.is_closing():
        raw: socket.socket = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()


@asynccontextmanager
async def running_proxy(target: int) -> AsyncIterator[Proxy]:
    """A proxy in front of the server on a port, gone with all connections at the end."""
    proxy = Proxy(target)
    await proxy.admit()
    try:
        yield proxy
    finally:
        proxy.refuse()
        proxy.cut()
