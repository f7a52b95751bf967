"""Taking up due work as it comes: woken by whoever left it, when it is due, and now and then in any case."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

import structlog

from engine.due import Runner
from engine.work import DUE
from live.tasks import end
from live.wakeups import Wakeups
from store.writes import due

HANDS: Final = 3
"""How many rounds of one worker are under way at the same time."""

POLL_SECONDS: Final = 1.0
"""How long due work may lie there that nobody was woken for."""

LEAST_SECONDS: Final = 0.02
"""How long a hand that found nothing rests at least."""

log = structlog.stdlib.get_logger("worker")


async def take_up(runner: Runner, wakeups: Wakeups, stop: asyncio.Event) -> None:
    """Do due work until ``stop`` is set; what has been begun is finished."""
    news = asyncio.Event()
    listening = asyncio.create_task(_listen(wakeups, news))
    stopping = asyncio.create_task(_wake_at(stop, news))
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(HANDS):
                group.create_task(_work(runner, news, stop))
    finally:
        await end(listening, stopping)


async def _listen(wakeups: Wakeups, news: asyncio.Event) -> None:
    async for _ in wakeups.listen(DUE):
        news.set()


async def _wake_at(stop: asyncio.Event, news: asyncio.Event) -> None:
    await stop.wait()
    news.set()


async def _work(runner: Runner, news: asyncio.Event, stop: asyncio.Event) -> None:
    while not stop.is_set():
        news.clear()
        if await _round(runner) == 0 and not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), await _rest(runner))


async def _round(runner: Runner) -> int:
    try:
        return await runner.round()
    except Exception:
        log.exception("failed", part="due work")
        return 0


async def _rest(runner: Runner) -> float:
    """Until the next row is due, but no longer than a moment."""
    try:
        at = await due.next_at(runner.database)
    except Exception:  # noqa: BLE001  (the round will say it)
        return POLL_SECONDS
    return POLL_SECONDS if at is None else min(POLL_SECONDS, max(LEAST_SECONDS, (at - runner.clock()).total_seconds()))
