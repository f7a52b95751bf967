"""Ending background tasks for certain."""

import asyncio
from typing import Any, Final

_AGAIN_SECONDS: Final = 0.2


async def end(task: asyncio.Task[Any]) -> None:
    """Cancels the task and returns when it has ended, however it did.

    Once is not always enough: on Python 3.11 ``asyncio.wait_for``, which redis-py calls, loses a cancellation that
    arrives together with its result, and the task goes on.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_AGAIN_SECONDS)
