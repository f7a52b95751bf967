"""Following the logs of firms: one tail per process and firm, however many clients look at its boards (LV1).

A tail is woken by the broker, and looks by itself every few seconds all the same: a lost wake-up, or a broker that is
away, costs latency and nothing else. Where somebody reads the log in any case (the firm's desk), a wake-up is theirs,
and the tail hears from them what has happened.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final, Self

import structlog

from live.cursor import Position, at
from live.recent import Recent
from live.tasks import end
from live.wakeups import Wakeups
from store.database import Database
from store.reads import log
from store.reads.log import LoggedEvent

POLL_SECONDS: Final = 3.0
"""How often the logs are looked at without having been woken: the longest that a lost wake-up can delay anything."""

Thing = tuple[str, str]  # a change's type and id
_log = structlog.get_logger("stageline.tail")


class Tail:
    """One firm's log as this process has seen it."""

    def __init__(self, database: Database, firm_id: str) -> None:
        self.firm_id = firm_id
        self.position: Position | None = None
        self.followers = 0
        self._database = database
        self._news: asyncio.Event | None = None
        self._watched: dict[Thing, set[Callable[[], None]]] = {}

    @contextmanager
    def read_by(self, news: asyncio.Event) -> Iterator[None]:
        """Somebody reads the log anyway: the event says that there may be news, now and from now on.

        They say by ``saw`` what they have found; there is one at a time.
        """
        self._news = news
        news.set()
        try:
            yield
        finally:
            self._news = None

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

    async def wake(self) -> None:
        """There may be news: has its reader look, or looks. Raises what the database raises."""
        if self._news is not None:
            self._news.set()
        else:
            await self.look()

    async def look(self) -> None:
        """Looks for news, and tells its reader of them, too. Raises what the database raises."""
        if self.saw(await Recent.read(self._database, self.firm_id, self.since)) and self._news is not None:
            self._news.set()

    @property
    def since(self) -> int | None:
        """After which sequence those who watch for something want to know of events; None if nobody does."""
        return self.position.seq if self._watched and self.position is not None else None

    def saw(self, recent: Recent) -> bool:
        """Takes note of where the log stands, and tells those who watch for what has changed; answers whether it moved.

        A snapshot may be older than what is known already.
        """
        before, now = self.position, recent.here
        if before is not None and before.origin == now.origin and now.seq <= before.seq:
            return False
        events = None if before is None else recent.after(before)
        self._tell(None if events is None else _touched(events))
        self.position = now
        return True

    def _tell(self, touched: set[Thing] | None) -> None:
        """Calls those who watch for the things back; if nobody knows what was touched, all."""
        for thing in self._watched.keys() if touched is None else touched & self._watched.keys():
            for back in list(self._watched[thing]):
                back()


def _touched(events: Sequence[LoggedEvent]) -> set[Thing]:
    return {(change["type"], change["id"]) for one in events for change in one.changes if "id" in change}


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
            await self._safely(tail.wake)

    async def _safely(self, look: Callable[[], Awaitable[None]]) -> None:
        try:
            await look()
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
                    await self._safely(tail.look)

    def _failed(self, error: Exception) -> None:
        if not self._trouble:
            _log.warning("log_unreadable", error=repr(error))
        self._trouble = True
