"""The worker: what Stageline does without being asked. Any number of processes may run it at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Final

import structlog

from engine.files.sweeping import sweep as sweep_files
from engine.housekeeping import Retention, sweep, trim
from engine.job.archiving import archive_old
from engine.time.clock import strike
from engine.trash.purging import purge
from engine.work import Clock, system_clock
from store.database import Database
from store.objects import Objects

SWEEP_SECONDS: Final = 60.0
"""How long the worker rests between two rounds of housekeeping."""

log = structlog.stdlib.get_logger("worker")


async def run(
    database: Database,
    objects: Objects,
    notify: Callable[[str], None],
    stop: asyncio.Event,
    *,
    every: float = SWEEP_SECONDS,
    kept: Retention = Retention(),  # noqa: B008  (frozen)
    clock: Clock = system_clock,
) -> None:
    """Do all of it until ``stop`` is set: announce midnights, and all else every ``every`` seconds.

    That is to keep house, to archive, to delete for good what is over in the trash, and to trim. ``objects`` is where
    files are kept, ``notify`` is told which firm's log has grown, ``kept`` says how much of the logs is. A round that
    fails is logged, and the next one tries again.
    """

    async def midnights() -> int:
        return await strike(database, notify, clock=clock)

    await asyncio.gather(
        _again_and_again("clock", midnights, lambda: to_next_minute(clock()), stop),
        _again_and_again("archiving", lambda: archive_old(database, notify, clock=clock), lambda: every, stop),
        _again_and_again("housekeeping", lambda: sweep(database), lambda: every, stop),
        _again_and_again("trash", lambda: purge(database, clock=clock, stopped=stop.is_set), lambda: every, stop),
        _again_and_again("files", lambda: sweep_files(database, objects, clock=clock), lambda: every, stop),
        _again_and_again(
            "trimming", lambda: trim(database, kept, clock=clock, stopped=stop.is_set), lambda: every, stop
        ),
    )


def to_next_minute(now: datetime) -> float:
    """The seconds from ``now`` to the next full minute, more than 0. Every zone's midnight is a full minute."""
    return 60.0 - now.second - now.microsecond / 1_000_000


async def _again_and_again(
    name: str, work: Callable[[], Awaitable[int]], rest: Callable[[], float], stop: asyncio.Event
) -> None:
    while not stop.is_set():
        await _round(name, work)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), rest())


async def _round(name: str, work: Callable[[], Awaitable[int]]) -> None:
    try:
        done = await work()
    except Exception:
        log.exception("failed", part=name)
    else:
        if done:
            log.info(name, done=done)
