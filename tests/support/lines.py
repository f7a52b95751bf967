"""How a client's subscriptions travel: over one WebSocket for all of them, or each over an event stream of its own.

A line can be cut in the ways in which networks cut. Whoever reads learns that it has ended, and subscribes again.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from enum import Enum

import httpx
import orjson
from websockets.exceptions import InvalidHandshake

from tests.support import frames
from tests.support.api import Client, Json
from tests.support.cluster import Cluster, Web
from tests.support.frames import Events, Wire, bearer
from tests.support.served import http_client

EVER = 24 * 3600.0
"""How long the next event may take, in seconds: some boards are quiet."""
AT_ONCE = struct.pack("ii", 1, 0)
"""The option SO_LINGER by which a socket is reset instead of closed."""


class Cut(Enum):
    """How a connection breaks, without a word of the protocol."""

    RESET = "is reset"
    CLOSE = "is closed"
    VANISH = "is read no more"
    """The server is not told: as where a phone loses its network."""


class Ended(Exception):
    """The connection has ended. ``expected``: it was cut, or its process was stopped."""

    def __init__(self, why: str, *, expected: bool = False) -> None:
        super().__init__(why)
        self.expected = expected


@dataclass(eq=False)
class Feed:
    """What comes for one subscription over one connection."""

    name: str
    answers: asyncio.Queue[Json | Ended | None] = field(default_factory=asyncio.Queue)

    async def next(self) -> Json | None:
        """The next answer, or None after the last. Raises Ended."""
        found = await self.answers.get()
        if isinstance(found, Ended):
            raise found
        return found

    def cut(self, how: Cut) -> None:
        """Nothing more comes, and what has not been read is lost."""
        while not self.answers.empty():
            self.answers.get_nowait()
        self.answers.put_nowait(Ended(f"it {how.value}", expected=True))


class Line(ABC):
    """The connections of one client, to any of the processes."""

    def __init__(self, cluster: Cluster, client: Client) -> None:
        self.cluster = cluster
        self.token = client.token
        self.network = asyncio.Event()
        """Whether there is a network; without one nobody connects."""
        self.network.set()

    async def subscribe(self, document: str, variables: Json, after: str | None) -> Feed:
        """Subscribe after a cursor; ``variables`` hold the one after which the client began. Raises Ended."""
        await self.network.wait()
        return await self._subscribe(document, variables, after)

    @abstractmethod
    async def _subscribe(self, document: str, variables: Json, after: str | None) -> Feed:
        """Subscribe now."""

    @abstractmethod
    async def leave(self, feed: Feed) -> None:
        """Unsubscribe in good order."""

    @abstractmethod
    async def cut(self, how: Cut) -> None:
        """Break whatever is open."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of everything, of what a cut has left open, too."""


# --- WebSocket ------------------------------------------------------------------------------------------------------


class SocketLine(Line):
    """All subscriptions over one WebSocket, which is opened anew when it is needed."""

    def __init__(self, cluster: Cluster, client: Client) -> None:
        super().__init__(cluster, client)
        self._opening = asyncio.Lock()
        self._sockets: list[_Socket] = []

    async def _subscribe(self, document: str, variables: Json, after: str | None) -> Feed:
        """Subscribe over the socket, with the cursor as a variable."""
        async with self._opening:
            if not self._sockets or self._sockets[-1].over:
                self._sockets.append(await _Socket.open(self.cluster.any(), self.token))
            now = self._sockets[-1]
        return await now.subscribe(document, {**variables, "after": after})

    async def leave(self, feed: Feed) -> None:
        """Send ``complete``."""
        for one in self._sockets:
            await one.leave(feed)

    async def cut(self, how: Cut) -> None:
        """Break the socket, and with it all subscriptions."""
        if self._sockets:
            await self._sockets[-1].cut(how)

    async def close(self) -> None:
        """Close all sockets."""
        for one in self._sockets:
            await one.close()


class _Socket:
    """One WebSocket and who reads from it."""

    def __init__(self, web: Web, stack: AsyncExitStack, wire: Wire) -> None:
        self.over = False
        self._web, self._start = web, web.starts
        self._stack, self._wire = stack, wire
        self._feeds: dict[str, Feed] = {}
        self._numbers = itertools.count()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, web: Web, token: str | None) -> _Socket:
        with endings(web, web.starts):
            async with AsyncExitStack() as stack:
                wire = await stack.enter_async_context(frames.acknowledged(web.socket_url, token))
                return cls(web, stack.pop_all(), wire)

    async def subscribe(self, document: str, variables: Json) -> Feed:
        feed = Feed(f"op{next(self._numbers)}")
        self._feeds[feed.name] = feed  # before anything is sent: the answer may come before we are back
        if self.over:
            raise self._ended("the socket has ended")
        await self._wire.subscribe(document, id=feed.name, **variables)
        return feed

    async def leave(self, feed: Feed) -> None:
        if self._feeds.get(feed.name) is feed:
            del self._feeds[feed.name]
            await self._wire.complete(feed.name)

    async def cut(self, how: Cut) -> None:
        if self.over:
            return
        self.over = True
        self._reading.cancel()
        await asyncio.wait([self._reading])
        if how is Cut.RESET:
            reset(self._wire.socket.transport.get_extra_info("socket"))
        if how is not Cut.VANISH:
            self._wire.lose()
        for feed in self._feeds.values():
            feed.cut(how)

    async def close(self) -> None:
        self.over = True
        self._reading.cancel()
        await asyncio.wait([self._reading])
        self._wire.lose()
        await self._stack.aclose()

    async def _read(self) -> None:
        try:
            while True:
                self._hear(await self._wire.next(within=EVER))
        except (frames.Ended, AssertionError) as error:
            self.over = True
            for feed in self._feeds.values():
                feed.answers.put_nowait(self._ended(f"the socket has ended: {error}"))

    def _hear(self, message: Json) -> None:
        feed = self._feeds.get(message["id"])
        match message["type"], feed:
            case _, None:
                pass  # it was on its way when we left
            case "next", Feed():
                feed.answers.put_nowait(message["payload"])
            case "error", Feed():
                feed.answers.put_nowait({"errors": message["payload"]})
                del self._feeds[feed.name]
            case "complete", Feed():
                feed.answers.put_nowait(None)
                del self._feeds[feed.name]
            case other:
                raise AssertionError(f"no client knows {other}")

    def _ended(self, why: str) -> Ended:
        return Ended(why, expected=self._web.gone(self._start))


# --- Server-Sent Events ---------------------------------------------------------------------------------------------


class StreamLine(Line):
    """Every subscription over an event stream of its own: by GET as browsers do, or by POST.

    After a break it asks the very same question, and names the last event in ``Last-Event-ID`` (LV6).
    """

    def __init__(self, cluster: Cluster, client: Client, *, method: str) -> None:
        super().__init__(cluster, client)
        self.method = method
        self._streams: list[_Stream] = []

    async def _subscribe(self, document: str, variables: Json, after: str | None) -> Feed:
        """Open an event stream."""
        headers = {"accept": "text/event-stream", **bearer(self.token)}
        if after is not None and after != variables["after"]:
            headers["last-event-id"] = after
        request: Json = {"json": {"query": document, "variables": variables}}
        if self.method == "GET":
            request = {"params": {"query": document, "variables": orjson.dumps(variables).decode()}}
        stream = await _Stream.open(self.cluster.any(), self.method, {**request, "headers": headers})
        over = [one for one in self._streams if one.done()]
        self._streams = [one for one in self._streams if not one.done()]
        for done in over:
            await done.close()
        self._streams.append(stream)
        return stream.feed

    async def leave(self, feed: Feed) -> None:
        """Close the event stream."""
        for stream in self._streams:
            if stream.feed is feed:
                await stream.close()

    async def cut(self, how: Cut) -> None:
        """Break all event streams."""
        for stream in self._streams:
            await stream.cut(how)

    async def close(self) -> None:
        """Close all event streams."""
        for stream in self._streams:
            await stream.close()


class _Stream:
    """One event stream and who reads it."""

    def __init__(self, web: Web, stack: AsyncExitStack, events: Events) -> None:
        self.feed = Feed(f"stream of {web.host}")
        self._web, self._start = web, web.starts
        self._stack, self._events = stack, events
        self._frozen = False
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, web: Web, method: str, request: Json) -> _Stream:
        with endings(web, web.starts):
            async with AsyncExitStack() as stack:
                http = await stack.enter_async_context(http_client(web.http))
                events = await stack.enter_async_context(frames.opened(http, method, **request))
                status, kind = events.response.status_code, events.response.headers["content-type"]
                if status == 503:
                    raise Ended("the service is unavailable", expected=web.gone(web.starts))
                assert status == 200, await events.response.aread()
                assert kind.startswith("text/event-stream"), kind
                return cls(web, stack.pop_all(), events)

    def done(self) -> bool:
        return self._reading.done()

    async def cut(self, how: Cut) -> None:
        if self._frozen or self.done():
            return
        if how is Cut.VANISH:
            self._frozen = True
        else:
            if how is Cut.RESET:
                reset(self._events.response.extensions["network_stream"].get_extra_info("socket"))
            await self.close()
        self.feed.cut(how)

    async def close(self) -> None:
        self._reading.cancel()
        await asyncio.wait([self._reading])
        await self._stack.aclose()

    async def _read(self) -> None:
        try:
            while event := await self._events.next(within=EVER):
                while self._frozen:
                    await asyncio.Event().wait()
                self._hear(event)
            self._end("the server ended the event stream")
        except (httpx.TransportError, AssertionError) as error:
            self._end(f"the event stream has ended: {error!r}")

    def _hear(self, event: frames.Event) -> None:
        if event.event == "complete":
            self.feed.answers.put_nowait(None)
            return
        answer = event.result
        happened = (answer.get("data") or {}).get("boardEvents")
        assert happened is None or event.id == happened["cursor"], "the id of an event is its cursor"
        self.feed.answers.put_nowait(answer)

    def _end(self, why: str) -> None:
        self.feed.answers.put_nowait(Ended(why, expected=self._web.gone(self._start)))


# --- endings --------------------------------------------------------------------------------------------------------


def reset(raw: socket.socket) -> None:
    """Let a socket be reset when it is closed."""
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)


@contextmanager
def endings(web: Web, start: int) -> Iterator[None]:
    """Whatever an attempt to connect fails with is raised as Ended."""
    try:
        yield
    except (frames.Ended, InvalidHandshake, OSError, httpx.TransportError) as error:
        raise Ended(repr(error), expected=web.gone(start)) from error
