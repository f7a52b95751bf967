"""Clients of the live transports that hide nothing: single frames of a WebSocket, single events of an event stream."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.support.api import Json

PROTOCOL = "graphql-transport-ws"
STREAM = "/graphql/stream"
WITHIN = 10.0
"""How long the next frame or event may take, in seconds."""


class Ended(Exception):
    """The server has closed the socket."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


@dataclass
class Wire:
    """One WebSocket that speaks graphql-transport-ws, or whatever the test makes it say."""

    socket: ClientConnection
    pings: int = 0
    """How many of the server's pings were answered so far."""
    _waiting: deque[Json] = field(default_factory=deque)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    # --- frames ---

    async def send(self, frame: Any) -> None:
        """Send one frame: a text or bytes as they are, anything else as JSON."""
        with suppress(ConnectionClosed):  # how it was closed is for the next reading to say
            await self.socket.send(frame if isinstance(frame, str | bytes) else orjson.dumps(frame).decode())

    async def next(self, id: str | None = None, *, within: float = WITHIN) -> Json:  # noqa: A002  (the protocol's name)
        """The next message, of the operation ``id`` if given; those of others are kept. Raises :class:`Ended`.

        The server's pings are answered and passed over.
        """
        for message in self._waiting:
            if id is None or message.get("id") == id:
                self._waiting.remove(message)
                return message
        async with asyncio.timeout(within):
            while True:
                message = await self._read()
                if id is None or message.get("id") == id:
                    return message
                self._waiting.append(message)

    async def _read(self) -> Json:
        while True:
            try:
                frame = await self.socket.recv()
            except ConnectionClosed as closed:
                end = closed.rcvd
                raise Ended(end.code if end else 1006, end.reason if end else "") from None
            assert isinstance(frame, str), "a binary frame"
            message: Json = orjson.loads(frame)
            if message != {"type": "ping"}:
                return message
            self.pings += 1
            await self.send({"type": "pong"})

    async def ended(self, *, within: float = WITHIN) -> tuple[int, str]:
        """Code and reason with which the server closes. Nothing else may come before."""
        [*before, end] = await self.rest(within=within)
        assert before == []
        return end["code"], end["reason"]

    async def rest(self, *, within: float = WITHIN) -> list[Json]:
        """All that comes until the server closes; the last of it is code and reason."""
        found = []
        try:
            while True:
                found.append(await self.next(within=within))
        except Ended as end:
            return [*found, {"code": end.code, "reason": end.reason}]

    async def close(self) -> None:
        """Close it as a client does."""
        await self.socket.close()

    def lose(self) -> None:
        """Break the connection without a word."""
        self.socket.transport.abort()

    # --- the protocol ---

    async def init(self, token: str | None = None) -> None:
        """Shake hands, as nobody without a token. Raises :class:`Ended` where the server refuses."""
        await self.send({"type": "connection_init", "payload": bearer(token)})
        assert await self.next() == {"type": "connection_ack"}

    async def subscribe(self, document: str, /, *, id: str | None = None, name: str | None = None, **given: Any) -> str:  # noqa: A002
        """Start an operation of any kind with the variables ``given``; its id."""
        chosen = f"op{next(self._numbers)}" if id is None else id
        payload = {"query": document, "variables": given} | ({"operationName": name} if name else {})
        await self.send({"id": chosen, "type": "subscribe", "payload": payload})
        return chosen

    async def complete(self, id: str) -> None:  # noqa: A002
        """End an operation."""
        await self.send({"id": id, "type": "complete"})

    async def result(self, id: str, *, within: float = WITHIN) -> Json:  # noqa: A002
        """The next result of an operation, data and errors. It must be one."""
        message = await self.next(id, within=within)
        assert message["type"] == "next", message
        payload: Json = message["payload"]
        return payload

    async def answer(self, document: str, /, *, name: str | None = None, **given: Any) -> Json:
        """The result of a query or a mutation; errors alone where nothing was run, as over HTTP."""
        chosen = await self.subscribe(document, name=name, **given)
        message = await self.next(chosen)
        if message["type"] == "error":
            return {"errors": message["payload"]}
        assert message["type"] == "next", message
        assert await self.next(chosen) == {"id": chosen, "type": "complete"}
        payload: Json = message["payload"]
        return payload

    async def errors(self, id: str, *, within: float = WITHIN) -> list[Json]:  # noqa: A002
        """The errors with which an operation ends."""
        message = await self.next(id, within=within)
        assert message["type"] == "error", message
        errors: list[Json] = message["payload"]
        return errors


def bearer(token: str | None) -> dict[str, str]:
    """The payload, or the headers, that carry a token; nothing for nobody."""
    return {} if token is None else {"authorization": f"Bearer {token}"}


@asynccontextmanager
async def connected(
    url: str, *, subprotocols: Sequence[str] | None = (PROTOCOL,), headers: Mapping[str, str] | None = None, **more: Any
) -> AsyncIterator[Wire]:
    """A socket to ``url``, closed at the end. ``more`` goes to ``websockets``.

    Raises ``websockets.exceptions.InvalidStatus`` where the handshake is refused.
    """
    names = None if subprotocols is None else [Subprotocol(name) for name in subprotocols]
    options = {"compression": None, "ping_interval": None, "max_size": None, "max_queue": None, "proxy": None, **more}
    async with connect(url, subprotocols=names, additional_headers=headers, **options) as socket:
        yield Wire(socket)


@asynccontextmanager
async def acknowledged(url: str, token: str | None, **more: Any) -> AsyncIterator[Wire]:
    """A socket that has shaken hands with a token, or as nobody."""
    async with connected(url, **more) as wire:
        await wire.init(token)
        yield wire


@dataclass(frozen=True)
class Event:
    """One event of an event stream, as it came and as it is read."""

    text: str
    id: str | None
    event: str
    data: str

    @classmethod
    def read(cls, text: str) -> Event:
        """Interpret a block of lines, without the blank one that ends it."""
        fields: dict[str, list[str]] = {"id": [], "event": [], "data": []}
        for line in text.split("\n"):
            name, _, value = line.partition(":")
            fields[name].append(value.removeprefix(" "))
        last = fields["id"][-1] if fields["id"] else None
        return cls(text, last, fields["event"][-1], "\n".join(fields["data"]))

    @property
    def result(self) -> Json:
        """The result that it carries, data and errors. It must be one."""
        assert self.event == "next", self.text
        result: Json = orjson.loads(self.data)
        return result


@dataclass
class Events:
    """An event stream that is being read."""

    response: httpx.Response
    comments: int = 0
    """How many comments were passed over so far."""
    _unread: bytes = b""
    _chunks: AsyncIterator[bytes] | None = None

    async def next(self, *, within: float = WITHIN) -> Event | None:
        """The next event; None where the server has ended the stream."""
        async with asyncio.timeout(within):
            while True:
                block, separator, rest = self._unread.partition(b"\n\n")
                if separator:
                    self._unread = rest
                    if not block.startswith(b":"):
                        return Event.read(block.decode())
                    self.comments += 1
                elif not await self._more():
                    assert self._unread == b"", "the stream ends in the middle of an event"
                    return None

    async def _more(self) -> bool:
        self._chunks = self._chunks or self.response.aiter_raw()
        chunk = await anext(self._chunks, b"")
        self._unread += chunk
        return bool(chunk)

    async def result(self, *, within: float = WITHIN) -> Json:
        """The next result. It must be one."""
        event = await self.next(within=within)
        assert event is not None, "the stream has ended"
        return event.result

    async def completed(self, *, within: float = WITHIN) -> None:
        """The stream must end now: with a last event that says so."""
        event = await self.next(within=within)
        assert event is not None, "the stream has ended without a word"
        assert (event.event, event.data) == ("complete", ""), event.text
        assert await self.next(within=within) is None


@asynccontextmanager
async def streaming(
    http: httpx.AsyncClient,
    document: str,
    /,
    *,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    name: str | None = None,
    **given: Any,
) -> AsyncIterator[Events]:
    """An operation by POST with the variables ``given``; the connection is dropped at the end."""
    body = {"query": document, "variables": given} | ({"operationName": name} if name else {})
    sent = {"accept": "text/event-stream", **bearer(token), **(headers or {})}
    async with opened(http, "POST", json=body, headers=sent) as events:
        yield events


@asynccontextmanager
async def opened(http: httpx.AsyncClient, method: str, **request: Any) -> AsyncIterator[Events]:
    """Any request to the address of the event streams, whatever its answer is."""
    async with http.stream(method, STREAM, **request, timeout=None) as response:
        yield Events(response)
