"""All subscribers of a process, by firm (LV1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Final

from live.desk import Desk
from live.gate import Gate
from live.seats import Reader, Seat, Tally
from live.tail import Tails
from store.database import Database

TURNS_AT_ONCE: Final = 3
"""Firms that have their turn at the same time: others want the database too."""


class Hub:
    """All subscribers of this process."""

    def __init__(self, database: Database, tails: Tails, reader: Reader) -> None:
        self._database = database
        self._reader = reader
        self._gate = Gate(TURNS_AT_ONCE)
        self.tally = Tally()
        self._tails = tails
        self._desks: dict[str, Desk] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, database: Database, tails: Tails, reader: Reader) -> AsyncIterator[Hub]:
        """Serves whoever joins, until the context is left."""
        hub = cls(database, tails, reader)
        try:
            yield hub
        finally:
            for desk in hub._desks.values():
                desk.close()
            await asyncio.gather(*hub._tasks, return_exceptions=True)

    def join(self, seat: Seat) -> None:
        """Takes a subscriber on; its first event comes at once."""
        firm_id = seat.stream.firm_id
        desk = self._desks.get(firm_id)
        if desk is None:
            desk = self._desks[firm_id] = Desk(firm_id, self._database, self._reader, self._gate, self.tally)
            task = asyncio.create_task(self._run(desk))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        desk.join(seat)

    def leave(self, seat: Seat) -> None:
        """Lets a subscriber go; nothing is offered to it any more."""
        desk = self._desks.get(seat.stream.firm_id)
        if desk is not None:
            desk.leave(seat)

    def ready(self, seat: Seat) -> None:
        """A subscriber whose sink was full can take more."""
        desk = self._desks.get(seat.stream.firm_id)
        if desk is not None:
            desk.ready(seat)

    def streams_of(self, firm_id: str, person_id: str) -> int:
        """How many streams a member has open here."""
        desk = self._desks.get(firm_id)
        return 0 if desk is None else desk.streams_of(person_id)

    @property
    def desks(self) -> Collection[Desk]:
        """The firms that have subscribers here."""
        return self._desks.values()

    async def _run(self, desk: Desk) -> None:
        async with self._tails.follow(desk.firm_id) as tail:
            await desk.run(tail)
            del self._desks[desk.firm_id]  # at once: who comes from here on finds a new desk
