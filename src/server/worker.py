"""The worker: what Stageline does without being asked. Any number of processes may run it at the same time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

import structlog

from engine.housekeeping import sweep
from store.database import Database

SWEEP_SECONDS: Final = 60.0
"""How long the worker rests between two rounds of housekeeping."""

log = structlog.stdlib.get_logger("worker")


async def run(database: Database, stop: asyncio.Event, *, every: float = SWEEP_SECONDS) -> None:
    """Keep house every ``every`` seconds until ``stop`` is set. A round that fails is logged."""
    while not stop.is_set():
        await _round(database)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every)


async def _round(database: Database) -> None:
    try:
        removed = await sweep(database)
    except Exception:
        log.exception("housekeeping failed")
    else:
        if removed:
            log.info("housekeeping", removed=removed)
