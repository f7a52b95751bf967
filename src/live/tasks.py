"""Ending background tasks for certain."""

import asyncio
from typing import Any, Final

_AGAIN_SECONDS: Final = 2.0


async def end(task: asyncio.Future[Any]) -> None:
    """Cancels the task and returns when it has ended, however it did; also where the caller is cancelled meanwhile.

    Once is not always enough: on Python 3.11 ``asyncio.wait_for``, which redis-py calls, loses a cancellation that
    arrives together with its result, and the task goes on.
    """
    cancelled = False
    while not task.done():
        task.cancel()
        try:
            await asyncio.wait([task], timeout=_AGAIN_SECONDS)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
