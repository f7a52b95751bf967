"""Noticing that a session is over while something is open under it (LV6)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Final

from engine.enums import ErrorCode
from engine.firm.sessions import Identity, session_over
from engine.work import Clock, system_clock
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


async def session_end(service: Service, identity: Identity, *, clock: Clock = system_clock) -> ErrorCode:
    """Returns when the session is over: SESSION_EXPIRED at its time, SESSION_ENDED when it was ended.

    An end by log-out, revocation or deactivation is an event of the firm's log, and is noticed as any other.
    """
    things = ("session", identity.session_id), ("member", identity.viewer.member_id)
    async with service.tails.follow(identity.viewer.firm_id) as tail:
        with tail.watching(*things) as news:
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
