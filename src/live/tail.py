"""Following the logs of firms: one tail per process and firm, however many clients look at its boards (LV1).

A tail is woken by the broker, and looks by itself every few seconds all the same: a lost wake-up, or a broker that is
away, costs latency and nothing else. It says that there is news; what the news is, its followers read for themselves.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final, Self

import structlog

from live.cursor import Position, at
from live.tasks import end
from live.wakeups import Wakeups
from store.database import Database
from store.reads import log
from store.reads.log import Head

POLL_SECONDS: Final = 3.0
"""How often the logs are looked at without having been woken: the longest that a lost wake-up can delay anything."""

MOST_READ: Final = 500
"""Events that a tail reads on. Beyond them it tells all who watch for something that it may have happened."""

Thing = tuple[str, str]  # a change's type and id
_log = structlog.get_logger("stageline.tail")


class Tail:
    """One firm's log as this process has seen it."""

    def __init__(self, database: Database, firm_id: str) -> None:
        self.firm_id = firm_id
        self.position: Position | None = None
        self.followers = 0
        self._database = database
        self._listeners: set[asyncio.Event] = set()
        self._watched: dict[Thing, set[Callable[[], None]]] = {}
        self._looking = asyncio.Lock()

    @contextmanager
    def listening(self, news: asyncio.Event) -> Iterator[None]:
        """Sets an event, now and whenever the log has grown."""
        self._listeners.add(news)
        news.set()
        try:
            yield
        finally:
            self._listeners.discard(news)

    @contextmanager
    def watching(self, *things: Thing) -> Iterator[asyncio.Event]:
        """An event that is set whenever one of the things may have changed."""
        news = asyncio.Event()
        with self.calling(news.set, *things):
            yield news

    @contextmanager
    def calling(self, back: Callable[[], None], *things: Thing) -> Iterator[None]:
        """Calls back whenever one of the things may have changed."""
        for thing in things:
            self._watched.setdefault(thing, set()).add(back)
        try:
            yield
        finally:
            for thing in things:
                self._watched[thing].discard(back)
                if not self._watched[thing]:
                    del self._watched[thing]

    async def look(self) -> None:
        """Looks for news. Raises what the database raises."""
        async with self._looking:
            await self.saw(await log.head(self._database, self.firm_id))

    async def saw(self, head: Head) -> None:
        """Takes note of where the log stands."""
        before, now = self.position, at(head, self.firm_id)
        if before == now:
            return
        if self._watched:
            await self._tell(before, now)
        self.position = now
        for news in self._listeners:
            news.set()

    async def _tell(self, before: Position | None, now: Position) -> None:
        """Tells those who watch for things that changed between two positions."""
        touched = set(self._watched)
        if before is not None and before.origin == now.origin and 0 < now.seq - before.seq <= MOST_READ:
            events = await log.events(self._database, self.firm_id, before.seq, now.seq - before.seq)
            if len(events) == now.seq - before.seq:  # none of them was trimmed since
                touched = {(change["type"], change["id"]) for one in events for change in one.changes if "id" in change}
        for thing in touched & self._watched.keys():
            for back in list(self._watched[thing]):
                back()


class Tails:
    """The tails of this process."""

    def __init__(self, database: Database, wakeups: Wakeups) -> None:
        self._database = database
        self._wakeups = wakeups
        self._tails: dict[str, Tail] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._trouble = False

    @classmethod
    @asynccontextmanager
    async def open(
        cls, database: Database, wakeups: Wakeups, *, poll_seconds: float = POLL_SECONDS
    ) -> AsyncIterator[Self]:
        """Follows whatever is asked for until the context is left."""
        tails = cls(database, wakeups)
        poller = asyncio.create_task(tails._poll(poll_seconds))
        try:
            yield tails
        finally:
            await end(poller, *tails._tasks.values())

    @asynccontextmanager
    async def follow(self, firm_id: str) -> AsyncIterator[Tail]:
        """The firm's tail, which lives as long as somebody follows it."""
        tail = self._tails.get(firm_id)
        if tail is None:
            tail = self._tails[firm_id] = Tail(self._database, firm_id)
            self._tasks[firm_id] = asyncio.create_task(self._run(tail))
        tail.followers += 1
        try:
            yield tail
        finally:
            tail.followers -= 1
            if not tail.followers:
                del self._tails[firm_id]
                await end(self._tasks.pop(firm_id))

    async def _run(self, tail: Tail) -> None:
        async for _ in self._wakeups.listen(tail.firm_id):
            await self._look(tail)

    async def _look(self, tail: Tail) -> None:
        try:
            await tail.look()
        except Exception as error:  # noqa: BLE001  (whatever it was: the next look may succeed, and must come)
            self._failed(error)

    async def _poll(self, every: float) -> None:
        """Looks at all logs at once, in one statement."""
        while True:
            await asyncio.sleep(every)
            if not self._tails:
                continue
            try:
                heads = await log.heads(self._database, self._tails)
            except Exception as error:  # noqa: BLE001  (as above)
                self._failed(error)
                continue
            if self._trouble:
                self._trouble = False
                _log.info("log_readable_again")
            for firm_id, head in heads.items():
                tail = self._tails.get(firm_id)
                if tail is not None and tail.position != at(head, firm_id):
                    await self._look(tail)

    def _failed(self, error: Exception) -> None:
        if not self._trouble:
            _log.warning("log_unreadable", error=repr(error))
        self._trouble = True
