"""Ending background tasks for certain, and waiting for those that must not be cut."""

import asyncio
from typing import Any, Final

_AGAIN_SECONDS: Final = 2.0


async def end(*tasks: asyncio.Future[Any]) -> None:
    """Cancels the tasks and returns when all have ended, however they did, even if the caller is cancelled meanwhile.

    Once is not always enough: on Python 3.11 ``asyncio.wait_for``, which redis-py calls, loses a cancellation that
    arrives together with its result, and the task goes on.
    """
    cancelled = False
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        try:
            await asyncio.wait(running, timeout=_AGAIN_SECONDS)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError


async def ended(task: asyncio.Future[Any]) -> None:
    """Returns when the task has ended by itself; also where the caller is cancelled meanwhile."""
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
