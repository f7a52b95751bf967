"""The network between a client and the server, which a test can break."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

RESET = struct.pack("ii", 1, 0)
"""The option SO_LINGER by which closing a socket resets the connection."""

BACKLOG: Final = 128


@dataclass
class Proxy:
    """Passes the bytes of TCP connections on to a server."""

    target: int
    """The server's port."""
    port: int = 0
    """The port that clients connect to."""
    _listener: socket.socket | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _open: set[_Link] = field(default_factory=set)
    _coming: set[asyncio.StreamWriter] = field(default_factory=set)
    """Clients for whom the server has not been reached yet."""

    @property
    def url(self) -> str:
        """The address that clients are given."""
        return f"http://127.0.0.1:{self.port}"

    async def admit(self) -> None:
        """Take connections."""
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=BACKLOG)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        asyncio.get_running_loop().add_reader(self._listener, self._accept, self._listener)

    def refuse(self) -> None:
        """Take no connections any more; those that are open stay."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    async def close(self) -> None:
        """Refuse and end everything."""
        self.refuse()
        await asyncio.sleep(0)  # a task that is cancelled before it has begun would clear nothing up
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, listener: socket.socket) -> None:
        """Takes a connection itself: asyncio's server, closed at that moment, would leave it open and forget it."""
        with suppress(BlockingIOError, ConnectionError):
            accepted, _ = listener.accept()
            accepted.setblocking(False)
            task = asyncio.get_running_loop().create_task(self._serve(accepted))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

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

    async def _serve(self, accepted: socket.socket) -> None:
        try:
            questions, client = await asyncio.open_connection(sock=accepted)
        except BaseException:
            accepted.close()
            raise
        try:
            await self._connect(questions, client)
        finally:
            _reset(client)  # whatever is left of it

    async def _connect(self, questions: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        self._coming.add(client)
        try:
            answers, server = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:  # nobody listens there
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
            link.reset()


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
        await proxy.close()
