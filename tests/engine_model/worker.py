"""Workers of all sorts: one that works off all that is due, one that dies at any point, and two that race."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from engine.due import Runner
from store.database import Database, Db
from tests.engine_model.house import Clock

ROUNDS = 200
"""How many rounds it may take until nothing is due any more."""


class Dies(ConnectionResetError):
    """The worker's process ends here."""


@dataclass
class Worker:
    """What does due work of a database, at the time of a clock."""

    database: Database
    clock: Clock

    @property
    def runner(self) -> Runner:
        """A runner without a memory."""
        return Runner(self.database, lambda topic: None, clock=self.clock)

    async def drain(self) -> None:
        """Works until nothing is due."""
        runner = self.runner
        for _ in range(ROUNDS):
            if not await runner.round():
                return
        raise AssertionError(f"Work is still due after {ROUNDS} rounds.")

    async def race(self) -> None:
        """Two workers take turns at the same time."""
        await asyncio.gather(self.runner.round(), self.runner.round())

    async def dies_at(self, statement: int) -> None:
        """A worker whose process ends before a statement of its round."""
        left = count(1)

        def dying(sql: str) -> None:
            if next(left) == statement:
                raise Dies

        await self._interrupted("on_statement", dying, self.runner.round())

    async def dies_at_commit(self, transaction: int, *, after: bool) -> None:
        """A worker whose process ends right before, or right after, a transaction of its round is committed."""
        real, left = self.database.transaction, count(1)

        @asynccontextmanager
        async def dying() -> AsyncIterator[Db]:
            number = next(left)
            async with real() as db:
                yield db
                if number == transaction and not after:
                    raise Dies
            if number == transaction:
                raise Dies

        await self._interrupted("transaction", dying, self.runner.round())

    async def is_cancelled(self, statement: int) -> None:
        """A worker that is told to stop in the middle of its round."""
        left, working = count(1), asyncio.ensure_future(self.runner.round())

        def cancelling(sql: str) -> None:
            if next(left) == statement:
                working.cancel()

        await self._interrupted("on_statement", cancelling, working)

    async def _interrupted(self, name: str, by: Any, working: Awaitable[int]) -> None:
        """Waits for a worker, while the database does something else under a name. Then a dead one's lease ends."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.database, name, by)
            try:
                await working
            except* (Dies, asyncio.CancelledError):
                pass
        await self.database.rows("UPDATE due SET leased_until = NULL")
