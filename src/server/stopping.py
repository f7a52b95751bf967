"""Being asked to stop, by Ctrl-C or by a signal, at any moment of a process's life."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(asyncio.Event):
    """Set once the process is asked to stop. Until :meth:`started` that also cancels the task that is getting ready."""

    def __init__(self, starting: asyncio.Task[None]) -> None:
        super().__init__()
        self._starting: asyncio.Task[None] | None = starting

    def ask(self) -> None:
        """Ask to stop. Asking again changes nothing: what is being stopped is stopped in order."""
        self.set()
        if self._starting:
            self._starting.cancel()
            self._starting = None

    def started(self) -> None:
        """From here on the process looks at this event by itself."""
        self._starting = None


@contextmanager
def stop_signals() -> Iterator[Stop]:
    """Turn SIGINT, SIGTERM and SIGHUP into a :class:`Stop`, also where a shell ignores them for us (``make serve &``).

    What the current task was doing to get ready is cancelled, cleans up, and the context ends quietly.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None, "signals are for tasks"
    stop = Stop(task)
    for number in SIGNALS:
        loop.add_signal_handler(number, stop.ask)
    try:
        yield stop
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
        task.uncancel()
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
