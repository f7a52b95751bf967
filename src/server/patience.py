"""A limit on how long something may take that hardly ever takes long."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self


class Patience:
    """What one task after the other does within it ends with TimeoutError after so many seconds, or a second later.

    One timer looks after all of them. ``asyncio.timeout`` has one for each, which takes longer than what is guarded
    here: reading what has already come.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began: dict[asyncio.Task[object], float] = {}
        """Who is within, in the order in which they came."""
        self._late: set[asyncio.Task[object]] = set()
        self._watched = False

    def __enter__(self) -> Self:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        self._began[task] = loop.time()
        if not self._watched:
            self._watched = True
            loop.call_later(1, self._look, loop)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        task = asyncio.current_task()
        assert task is not None
        del self._began[task]
        if task in self._late:
            self._late.remove(task)
            if not task.uncancel() and kind is asyncio.CancelledError:
                raise TimeoutError from error

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Cancels those who have taken too long, and looks again as long as there is somebody."""
        oldest = loop.time() - self._seconds
        for task, began in self._began.items():
            if began > oldest:
                break
            if task not in self._late:
                self._late.add(task)
                task.cancel()
        self._watched = bool(self._began)
        if self._watched:
            loop.call_later(1, self._look, loop)
