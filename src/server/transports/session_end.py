"""Noticing that a session is over while something is open under it (LV6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final

from engine.enums import ErrorCode
from engine.firm.sessions import Identity, session_over
from engine.work import Clock, system_clock
from live.tail import Thing
from live.tasks import end
from server.transports.service import Service
from store.database import is_outage

LONGEST_WAIT_SECONDS: Final = 86_400.0
"""A timer is set for no longer than a day: clocks are corrected."""

OUTAGE_SECONDS: Final = 1.0
"""How long to wait for a database that is away."""

REASONS: Final = {
    ErrorCode.SESSION_EXPIRED: "The session has expired: log in again.",
    ErrorCode.SESSION_ENDED: "The session has ended: log in again.",
}


class SessionWatch:
    """Notices the end of a session without a task of its own: there is one for every open connection."""

    def __init__(self, service: Service, identity: Identity, ended: Callable[[ErrorCode], None]) -> None:
        self._service = service
        self._identity = identity
        self._ended = ended
        self._looking: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Calls ``ended`` once the session is over, as long as the context is entered."""
        things = _things(self._identity)
        async with self._service.tails.follow(self._identity.viewer.firm_id) as tail:
            with tail.calling(self._look, *things):
                self._look()
                try:
                    yield
                finally:
                    if self._timer is not None:
                        self._timer.cancel()
                    if self._looking is not None:
                        await end(self._looking)

    def _look(self) -> None:
        """Looks at the session; what comes while it does is looked at after it."""
        before = self._looking
        self._looking = asyncio.create_task(self._check(before))

    async def _check(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        over = await _over(self._service, self._identity, system_clock())
        if over is not None:
            self._ended(over)
            return
        if self._timer is not None:
            self._timer.cancel()
        left = _seconds_left(self._identity, system_clock())
        self._timer = asyncio.get_running_loop().call_later(left, self._look)
        self._looking = None if self._looking is asyncio.current_task() else self._looking


def _things(identity: Identity) -> tuple[Thing, Thing]:
    """What the log tells the end of a session by."""
    return ("session", identity.session_id), ("member", identity.viewer.member_id)


async def session_end(service: Service, identity: Identity, *, clock: Clock = system_clock) -> ErrorCode:
    """Returns when the session is over: SESSION_EXPIRED at its time, SESSION_ENDED when it was ended.

    An end by log-out, revocation or deactivation is an event of the firm's log, and is noticed as any other.
    """
    async with service.tails.follow(identity.viewer.firm_id) as tail:
        with tail.watching(*_things(identity)) as news:
            while True:
                news.clear()
                over = await _over(service, identity, clock())
                if over is not None:
                    return over
                with suppress(TimeoutError):
                    async with asyncio.timeout(_seconds_left(identity, clock())):
                        await news.wait()


async def _over(service: Service, identity: Identity, now: datetime) -> ErrorCode | None:
    while True:
        try:
            return await session_over(service.database, identity, now)
        except Exception as error:
            if not is_outage(error):
                raise
        await asyncio.sleep(OUTAGE_SECONDS)


def _seconds_left(identity: Identity, now: datetime) -> float:
    """How long to wait at most before looking again."""
    if identity.expires_at is None:
        return LONGEST_WAIT_SECONDS
    return min(LONGEST_WAIT_SECONDS, max(0.0, (identity.expires_at - now).total_seconds()))
