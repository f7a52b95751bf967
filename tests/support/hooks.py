"""A web server that webhooks are sent to: it keeps what it was sent, and answers well or badly, over HTTP or TLS."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import trustme

from store.database import Database
from store.ids import new_id

DRIP_SECONDS = 0.02
"""How long a server that answers bit by bit rests between two bits."""


@dataclass(frozen=True)
class Seen:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[[asyncio.StreamWriter, asyncio.StreamReader], Awaitable[None]]


@dataclass
class Hooks:
    """A running server. ``behaviour`` is what it does once it has read a request."""

    port: int
    behaviour: Behaviour
    seen: list[Seen] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    """By which names TLS clients asked for it."""
    connections: int = 0
    left: int = 0
    """Of those, how many have ended."""

    @property
    def url(self) -> str:
        """Its address, by plain HTTP."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection."""
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            self.seen.append(await _request(reader))
            await self.behaviour(writer, reader)
        self.left += 1
        writer.close()


async def _request(reader: asyncio.StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    return Seen(head[0], headers, await reader.readexactly(int(headers.get("content-length", "0"))))


def says(status: int, text: str = "", **headers: str) -> Behaviour:
    """Answers properly."""

    async def behave(writer: asyncio.StreamWriter, _: asyncio.StreamReader) -> None:
        body = text.encode()
        lines = [f"HTTP/1.1 {status} Said", f"content-length: {len(body)}", *(f"{k}: {v}" for k, v in headers.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()

    return behave


async def stall(writer: asyncio.StreamWriter, reader: asyncio.StreamReader) -> None:
    """Says nothing, for as long as the client is there."""
    await reader.read()


async def cut(writer: asyncio.StreamWriter, reader: asyncio.StreamReader) -> None:
    """Hangs up without a word."""


async def gibberish(writer: asyncio.StreamWriter, reader: asyncio.StreamReader) -> None:
    """Speaks another protocol."""
    writer.write(b"220 mail.example ESMTP\r\n" * 3)
    await writer.drain()


def drips(status: int | None) -> Behaviour:
    """Answers a byte at a time, without an end: the body after a whole head, or, without a status, the head."""

    async def behave(writer: asyncio.StreamWriter, _: asyncio.StreamReader) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nx: " if status is None else f"HTTP/1.1 {status} OK\r\n\r\n".encode())
        while True:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(DRIP_SECONDS)

    return behave


def floods(status: int | None) -> Behaviour:
    """The same, as fast as can be."""

    async def behave(writer: asyncio.StreamWriter, _: asyncio.StreamReader) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nx: " if status is None else f"HTTP/1.1 {status} OK\r\n\r\n".encode())
        while True:
            writer.write(b"a" * 65536)
            await writer.drain()

    return behave


@asynccontextmanager
async def hooks(behaviour: Behaviour | None = None, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Hooks]:
    """A server on a free port of the loopback address; without a behaviour it answers 200."""
    server_of: list[Hooks] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server_of[0].answer(reader, writer)

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    async with server:
        made = Hooks(server.sockets[0].getsockname()[1], behaviour or says(200, "thank you"))
        server_of.append(made)
        if tls is not None:
            tls.sni_callback = lambda _, name, __: made.names.append(name)
        yield made


@dataclass(frozen=True)
class Authority:
    """A certificate authority that only the test trusts."""

    ca: trustme.CA = field(default_factory=trustme.CA)

    def server(self, *names: str) -> ssl.SSLContext:
        """What a server with a certificate for these names or addresses shows."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*names).configure_cert(context)
        return context

    def client(self) -> ssl.SSLContext:
        """A client that trusts the authority, and checks names as all do."""
        context = ssl.create_default_context()
        self.ca.configure_trust(context)
        return context


async def failed_call(database: Database, job_id: str) -> str:
    """A call for a job that was not accepted, behind everybody's back; answers its id."""
    call_id = new_id("call")
    await database.rows(
        """
        INSERT INTO webhook_calls (id, firm_id, job_id, state, url, body, attempts, error, created_at, updated_at)
        SELECT $1, firm_id, id, 'FAILED', 'https://hooks.example.com/', '{}', 1, 'No answer came.', now(), now()
        FROM jobs WHERE id = $2
        """,
        call_id,
        job_id,
    )
    return call_id
