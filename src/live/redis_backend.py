"""Our Redis backend for broadcaster, because the one it has dies with the first lost connection (TRAPS).

Messages carry no content but who sent them, and are not for their sender. Whatever else arrives on a channel, and
every (re)subscription to it, is one "look". So nothing is lost by an outage, nothing needs order, and what is unread
takes one entry per channel.
"""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from broadcaster import BroadcastBackend, Event
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from live.outage import Backoff, Outage
from live.tasks import end

LOOK: Final = "look"
"""The one message there is."""

ANSWER_SECONDS: Final = 2.0
"""How long Redis may take to accept a connection, a command, a subscription."""

PING_SECONDS: Final = 10.0
"""How long the connection may be silent before it is asked for a sign of life, and then before it counts as lost."""

_HELLO: Final = "stageline"
"""A channel on which nothing is said. Its subscription keeps the connection in use, and its confirmation says ready."""


class RedisBackend(BroadcastBackend):
    """Publishes through a small pool, listens on one connection, and gets that back for as long as it lives."""

    def __init__(self, url: str, outage: Outage, *, ping_seconds: float = PING_SECONDS) -> None:
        self._publisher = client(url, Retry(NoBackoff(), 1))  # one retry: a pooled connection may have died unseen
        self._listener = client(url, Retry(NoBackoff(), 0, supported_errors=()))  # reconnecting is ours alone
        self._outage = outage
        self._ping_seconds = ping_seconds
        self._pubsub: PubSub | None = None
        self._wanted: dict[str, asyncio.Event] = {}  # set: confirmed by Redis on this connection
        self._telling = asyncio.Lock()
        self._tried = asyncio.Event()
        self._me = secrets.token_bytes(8)
        self._unread: dict[str, None] = {}  # an ordered set
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Starts listening. Returns when Redis is there, or when it is known not to be; it is then tried on."""
        self._task = asyncio.create_task(self._listen())
        await self._tried.wait()

    async def disconnect(self) -> None:
        """Stops listening and closes every connection."""
        if self._task:
            await end(self._task)
        await self._publisher.aclose()
        await self._listener.aclose()

    async def subscribe(self, group: str) -> None:
        """Returns when Redis has confirmed the channel; in an outage at once, and a look follows after it."""
        confirmed = self._wanted.setdefault(group, asyncio.Event())
        if self._pubsub is None or confirmed.is_set():
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._tell(group)
                await confirmed.wait()

    async def unsubscribe(self, group: str) -> None:
        """Wants nothing more of the channel."""
        self._wanted.pop(group, None)
        self._unread.pop(group, None)
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._tell(group)

    async def publish(self, channel: str, message: Any) -> None:
        """Tells all others. Raises RedisError or OSError in an outage."""
        await self._publisher.publish(channel, self._me)

    async def next_published(self) -> Event:
        """The next channel to look at."""
        while not self._unread:
            self._arrived.clear()
            await self._arrived.wait()
        channel = next(iter(self._unread))
        del self._unread[channel]
        return Event(channel, LOOK)

    async def _tell(self, channel: str) -> None:
        """Tells Redis what we want of the channel now."""
        async with self._telling:
            if self._pubsub is None:
                return
            command = self._pubsub.subscribe if channel in self._wanted else self._pubsub.unsubscribe
            with suppress(RedisError, OSError):  # the listening task meets the same trouble, and starts anew
                await command(channel)

    async def _listen(self) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._listen_once(backoff)
            except Exception as error:  # noqa: BLE001  (whatever it was: without this task nobody is woken again)
                self._outage.began("listening", error)
            self._tried.set()
            await asyncio.sleep(backoff.next())

    async def _listen_once(self, backoff: Backoff) -> None:
        """Listens until the connection is lost."""
        pubsub = self._listener.pubsub()
        try:
            async with self._telling, asyncio.timeout(ANSWER_SECONDS):
                await pubsub.subscribe(_HELLO, *self._wanted)
                self._pubsub = pubsub
            while True:
                self._hear(await self._next_message(pubsub), backoff)
        finally:
            self._pubsub = None
            for confirmed in self._wanted.values():
                confirmed.clear()
            await pubsub.aclose()  # type: ignore[no-untyped-call]

    async def _next_message(self, pubsub: PubSub) -> Mapping[str, Any]:
        message = await pubsub.get_message(timeout=self._ping_seconds)
        if message is None:
            await pubsub.ping()
            message = await pubsub.get_message(timeout=self._ping_seconds)
        if message is None:
            raise RedisConnectionError(f"Redis was silent for {2 * self._ping_seconds:g} seconds.")
        found: Mapping[str, Any] = message
        return found

    def _hear(self, message: Mapping[str, Any], backoff: Backoff) -> None:
        if message["type"] not in {"subscribe", "message"} or message["data"] == self._me:
            return
        channel = message["channel"].decode()
        if channel == _HELLO:
            backoff.reset()
            self._outage.ended("listening")
            self._tried.set()
        elif channel in self._wanted:
            self._wanted[channel].set()
            self._unread[channel] = None
            self._arrived.set()


def client(url: str, retry: Retry) -> Redis:
    """A client that gives up soon."""
    return Redis.from_url(
        url, protocol=2, retry=retry, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
    )
