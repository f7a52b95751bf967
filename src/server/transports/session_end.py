"""Noticing that a session is over while something is open under it (LV6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import structlog

from engine.access import id_of
from engine.enums import ErrorCode
from engine.firm.sessions import Identity, session_over
from engine.work import system_clock
from live.tail import Thing
from live.tasks import end
from server.transports.service import Service
from store.database import is_outage

LONGEST_WAIT_SECONDS: Final = 86_400.0
"""A timer is set for no longer than a day: clocks are corrected."""

OUTAGE_SECONDS: Final = 1.0
"""How long to wait for a database that is away."""

_log = structlog.get_logger("stageline.sessions")

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
        self._told = False

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Calls ``ended`` once the session is over, as long as the context is entered."""
        things = _things(self._identity)
        async with self._service.tails.follow(self._identity.party.firm_id) as tail:
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
        if self._told:
            return
        over = await _over(self._service, self._identity, system_clock())
        if over is not None:
            self._told = True
            self._ended(over)
            return
        if self._timer is not None:
            self._timer.cancel()
        left = _seconds_left(self._identity, system_clock())
        self._timer = asyncio.get_running_loop().call_later(left, self._look)
        self._looking = None if self._looking is asyncio.current_task() else self._looking


def _things(identity: Identity) -> tuple[Thing, Thing]:
    """What the log tells the end of a session by."""
    person = "member" if identity.client is None else "contact"
    return ("session", identity.session_id), (person, id_of(identity.party))


async def session_end(service: Service, identity: Identity) -> ErrorCode:
    """Returns when the session is over: SESSION_EXPIRED at its time, SESSION_ENDED when it was ended.

    An end by log-out, revocation or deactivation is an event of the firm's log, and is noticed as any other.
    """
    over: asyncio.Future[ErrorCode] = asyncio.get_running_loop().create_future()

    def ended(why: ErrorCode) -> None:
        if not over.done():  # nobody may be waiting any more
            over.set_result(why)

    async with SessionWatch(service, identity, ended).watching():
        return await over


async def _over(service: Service, identity: Identity, now: datetime) -> ErrorCode | None:
    """Why the session is over; asks until the database answers."""
    while True:
        try:
            return await session_over(service.database, identity, now)
        except Exception as error:  # noqa: BLE001  (whatever it was: an end must be noticed)
            if not is_outage(error):
                _log.error("session_unreadable", exc_info=error)
        await asyncio.sleep(OUTAGE_SECONDS)


def _seconds_left(identity: Identity, now: datetime) -> float:
    """How long to wait at most before looking again."""
    if identity.expires_at is None:
        return LONGEST_WAIT_SECONDS
    return min(LONGEST_WAIT_SECONDS, max(0.0, (identity.expires_at - now).total_seconds()))
