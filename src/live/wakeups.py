"""Wake-ups: "look, this firm's log has grown". They say nothing else; a lost one costs latency, never data (LV1)."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

from broadcaster import Event

from live.broadcast import CoalescingBroadcast
from live.outage import Backoff, Outage
from live.redis_backend import LOOK, RedisBackend
from live.tasks import end

MAX_WAITING_FIRMS: Final = 10_000
"""Firms that wait to be announced while the broker is away. Beyond them the oldest is left to the readers' polling."""

PUBLISH_SECONDS: Final = 3.0
"""How long one announcement may take."""


class Wakeups:
    """Wakes whoever reads a firm's log, in this process and, with Redis, in all others."""

    def __init__(self, broadcast: CoalescingBroadcast, outage: Outage, *, alone: bool = False) -> None:
        self._broadcast = broadcast
        self._alone = alone
        self._outage = outage
        self._waiting: dict[str, None] = {}  # an ordered set
        self._called = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls, redis_url: str | None) -> AsyncIterator[Self]:
        """Opens the broker: Redis, or memory for one process alone. A Redis that is away is waited for meanwhile."""
        outage = Outage()
        broadcast = (
            CoalescingBroadcast(backend=RedisBackend(redis_url, outage))
            if redis_url
            else CoalescingBroadcast("memory://")
        )
        async with broadcast:
            wakeups = cls(broadcast, outage, alone=not redis_url)
            publisher = asyncio.create_task(wakeups._publish())
            try:
                yield wakeups
            finally:
                await end(publisher)

    @property
    def outage(self) -> Outage:
        """What is known of the broker's being away, for other parts that need it."""
        return self._outage

    def notify(self, firm_id: str) -> None:
        """Announces that the firm's log has grown. Call it after the commit, in the event loop's thread.

        It returns at once and never raises. This process's listeners are woken directly, whatever the broker does.
        Several calls for one firm, before the broker has taken the first, are one.
        """
        self._broadcast.deliver(Event(channel_of(firm_id), LOOK))
        if not self._alone:
            self._announce(firm_id)

    def _announce(self, firm_id: str) -> None:
        self._waiting[firm_id] = None
        if len(self._waiting) > MAX_WAITING_FIRMS:
            del self._waiting[next(iter(self._waiting))]
        self._called.set()

    async def listen(self, firm_id: str) -> AsyncGenerator[None, None]:
        """Yields whenever it is time to look at the firm's log.

        The first time at once, when nothing that happens from then on can be missed; then after every wake-up, and
        after every outage of the broker. What comes while the last one is being worked on is yielded once.
        """
        async with self._broadcast.listening(channel_of(firm_id)) as queue:
            yield
            while True:
                await queue.get()
                yield

    async def _publish(self) -> None:
        backoff = Backoff()
        while True:
            await self._called.wait()
            if not self._waiting:
                self._called.clear()
                continue
            firm_id = next(iter(self._waiting))
            del self._waiting[firm_id]
            try:
                async with asyncio.timeout(PUBLISH_SECONDS):
                    await self._broadcast.publish(channel_of(firm_id), LOOK)
            except Exception as error:  # noqa: BLE001  (whatever it was: the next announcement must still go out)
                self._announce(firm_id)
                self._outage.began("publishing", error)
                await asyncio.sleep(backoff.next())
            else:
                self._outage.ended("publishing")
                backoff.reset()


def channel_of(firm_id: str) -> str:
    """The broker's channel for a firm."""
    return f"stageline:{firm_id}"
