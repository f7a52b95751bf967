"""A PostgreSQL that is stopped and started again under everybody who uses it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from server.embedded import EmbeddedPostgres
from server.embedded.account import account_for
from server.embedded.binaries import binaries_for
from server.embedded.child import Surroundings
from store.database import is_outage

T = TypeVar("T")
FAST: Final = signal.SIGINT
"""Ends all sessions and rolls them back, and writes everything down."""
IMMEDIATE: Final = signal.SIGQUIT
"""Ends at once, as a crash would; the next start recovers from the log."""
PAUSE_SECONDS: Final = 0.1


class RestartedPostgres(EmbeddedPostgres):
    """A private PostgreSQL that comes back on the same port."""

    async def stop(self, how: signal.Signals) -> None:
        """Stop it; return when it is gone."""
        assert self._child is not None
        self._child.process.send_signal(how)
        await self._child.ended()
        await self._child.stop()  # lets go of what is left of it

    async def start(self) -> None:
        """Start it again; return when it takes connections."""
        assert self._lock is not None
        account = account_for(self._cluster.folder)
        binaries = binaries_for(account)
        children = await self._wait_for_children(self._lock)
        try:
            surroundings = Surroundings(account, children, self._cluster.beside(".log"))
            self._cluster.remove_stale_pid()
            self._child = surroundings.start(self._command(binaries, surroundings), self._cluster.folder)
            assert await self._becomes_ready(self._child), self._last_words(0)
        finally:
            children.close()


async def insist(work: Callable[[], Awaitable[T]]) -> T:
    """Do it again as long as the database is away."""
    while True:
        try:
            return await work()
        except Exception as error:
            if not is_outage(error):
                raise
        await asyncio.sleep(PAUSE_SECONDS)
