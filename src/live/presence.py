"""Who looks at what at this moment (LV5), in this process and, with Redis, in all others.

It is no part of the log, and kept nowhere: nobody needs to know who looked a minute ago. Each process knows its own for
certain. With Redis they tell each other through a roll (``live.redis_presence``) whose entries expire, and wake each
other when it changes. While Redis is away each says what it knows by itself.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Self

from live.gate import Gate
from live.outage import Backoff
from live.redis_backend import ANSWER_SECONDS
from live.redis_presence import Elsewhere, Present, Roll
from live.tasks import end
from live.wakeups import Wakeups

EXPIRY_SECONDS: Final = 20.0
"""How long a process that says nothing any more is believed."""

BEAT_SECONDS: Final = 10.0
"""How often it says that all is as it was, and looks who has expired."""

LOOKS_AT_ONCE: Final = 2
"""Streams of a process that read the database for their viewers at the same time."""

Key = tuple[str, str]  # a firm, and a thing or a member of it


@dataclass(slots=True)
class _Stay:
    """A member's stay in this process: as long as any of their looks lasts."""

    present: Present
    looks: int = 0


@dataclass(eq=False, slots=True)
class Room:
    """All who look at one thing, as far as this process knows."""

    firm_id: str
    node_id: str
    here: dict[str, _Stay] = field(default_factory=dict)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    told: frozenset[Present] = frozenset()
    """Those of this process that the roll holds."""
    news: set[asyncio.Event] = field(default_factory=set)
    shown: tuple[Present, ...] = ()
    exchanging: asyncio.Lock = field(default_factory=asyncio.Lock)
    listener: asyncio.Task[None] | None = None

    @property
    def topic(self) -> str:
        """Under which processes wake each other, and the roll's key."""
        return f"presence:{self.firm_id}:{self.node_id}"

    def present(self) -> frozenset[Present]:
        """Who looks through this process."""
        return frozenset(stay.present for stay in self.here.values())

    def refresh(self, now: float) -> None:
        """Works out who is there, and tells those who wait for news, if it is others than before."""
        self.elsewhere = [one for one in self.elsewhere if one.until > now]
        first: dict[str, Present] = {}
        for present in sorted([*self.present(), *(one.present for one in self.elsewhere)]):
            first.setdefault(present.member_id, present)
        before, self.shown = self.shown, tuple(first.values())
        if self.shown != before:
            for news in self.news:
                news.set()


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a thing; a member may have several."""

    room: Room
    member_id: str

    @property
    def others(self) -> tuple[Present, ...]:
        """Who else looks, each member once, those first who have looked for longest."""
        return tuple(one for one in self.room.shown if one.member_id != self.member_id)

    @contextmanager
    def telling(self, news: asyncio.Event) -> Iterator[None]:
        """Sets an event whenever others come or go."""
        self.room.news.add(news)
        try:
            yield
        finally:
            self.room.news.discard(news)


class Presence:
    """Who looks at what. ``roll`` is None where this process is the only one."""

    def __init__(
        self, wakeups: Wakeups, roll: Roll | None, clock: Callable[[], datetime], timer: Callable[[], float]
    ) -> None:
        self._wakeups = wakeups
        self._roll = roll
        self._clock = clock
        self._timer = timer
        self._rooms: dict[Key, Room] = {}
        self._looks: Counter[Key] = Counter()
        self._leaving: set[asyncio.Task[None]] = set()
        self._away = asyncio.Event()
        self.reads = Gate(LOOKS_AT_ONCE)
        """To be passed by a stream that reads the database, in its member's name."""

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        redis_url: str | None,
        wakeups: Wakeups,
        *,
        expiry_seconds: float = EXPIRY_SECONDS,
        beat_seconds: float = BEAT_SECONDS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        timer: Callable[[], float] = time.monotonic,
    ) -> AsyncIterator[Self]:
        """Keeps itself up to date until the context is left. A Redis that is away is waited for meanwhile."""
        roll = Roll(redis_url, expiry_seconds, timer) if redis_url else None
        presence = cls(wakeups, roll, clock, timer)
        beating = asyncio.create_task(presence._beat(beat_seconds))
        try:
            yield presence
        finally:
            if presence._leaving:
                await asyncio.wait(presence._leaving, timeout=ANSWER_SECONDS)
            listeners = (room.listener for room in presence._rooms.values() if room.listener)
            await end(beating, *presence._leaving, *listeners)
            if roll:
                await roll.close()

    @asynccontextmanager
    async def looking(self, firm_id: str, node_id: str, member_id: str) -> AsyncIterator[Look]:
        """The member looks until the context is left. Who may look is for the caller to know."""
        room = self._room(firm_id, node_id)
        stay = room.here.setdefault(member_id, _Stay(Present(self._clock(), member_id)))
        stay.looks += 1
        self._count(firm_id, member_id, 1)
        room.refresh(self._timer())
        try:
            await self._tell(room)
            yield Look(room, member_id)
        finally:
            stay.looks -= 1
            self._count(firm_id, member_id, -1)
            if not stay.looks:
                del room.here[member_id]
                room.refresh(self._timer())
                self._later(self._leave(room))

    def looks_of(self, firm_id: str, member_id: str) -> int:
        """How many looks a member has through this process, at whatever."""
        return self._looks[firm_id, member_id]

    def _count(self, firm_id: str, member_id: str, more: int) -> None:
        self._looks[firm_id, member_id] += more
        if not self._looks[firm_id, member_id]:
            del self._looks[firm_id, member_id]

    def _room(self, firm_id: str, node_id: str) -> Room:
        room = self._rooms.get((firm_id, node_id))
        if room is None:
            room = self._rooms[firm_id, node_id] = Room(firm_id, node_id)
            if self._roll:
                room.listener = asyncio.create_task(self._listen(room))
        return room

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        """What must be done although whoever began it is gone."""
        task = asyncio.create_task(work)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _leave(self, room: Room) -> None:
        await self._tell(room)
        if not room.here and self._rooms.get((room.firm_id, room.node_id)) is room:
            del self._rooms[room.firm_id, room.node_id]
            if room.listener:
                await end(room.listener)

    async def _listen(self, room: Room) -> None:
        """Looks at the roll whenever another process has changed it, and after every outage of the broker."""
        async with aclosing(self._wakeups.listen(room.topic)) as looks:
            async for _ in looks:
                async with room.exchanging:
                    await self._exchange(room)

    async def _beat(self, every: float) -> None:
        """Renews what the roll holds; where that has failed, sooner."""
        backoff = Backoff()
        while True:
            if self._away.is_set():
                await asyncio.sleep(min(every, backoff.next()))
            else:
                backoff.reset()
                with suppress(TimeoutError):
                    async with asyncio.timeout(every):
                        await self._away.wait()
                    continue
            for room in list(self._rooms.values()):
                async with room.exchanging:
                    if not await self._exchange(room):
                        break
            for room in self._rooms.values():
                room.refresh(self._timer())

    async def _tell(self, room: Room) -> None:
        """Tells the others who is here, unless somebody has done so meanwhile. In an outage nobody waits for it."""
        async with room.exchanging:
            if not self._away.is_set() and room.told != room.present():
                await self._exchange(room)

    async def _exchange(self, room: Room) -> bool:
        """Says who is here, and hears who is elsewhere; answers whether that was possible."""
        if self._roll is None:
            return True
        here, before = room.present(), room.told
        try:
            room.elsewhere = await self._roll.exchange(room.topic, here, before - here)
        except Exception as error:  # noqa: BLE001  (whatever it was: presence must not end a stream)
            self._away.set()
            self._wakeups.outage.began("presence", error)
            return False
        self._away.clear()
        self._wakeups.outage.ended("presence")
        room.told = here
        if here != before:
            self._wakeups.notify(room.topic)
        room.refresh(self._timer())
        return True
