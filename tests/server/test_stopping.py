"""Being asked to stop, before and after the start is over."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from server.stopping import stop_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_during_the_start_cancels_it_and_lets_it_clean_up(number: signal.Signals) -> None:
    """Whatever was opened is closed, in order; the context ends quietly."""
    done: list[str] = []

    async def start() -> None:
        with stop_signals():
            try:
                os.kill(os.getpid(), number)
                await asyncio.Event().wait()
            finally:
                done.append("cleaned up")
        done.append("ended")

    await asyncio.wait_for(asyncio.create_task(start()), 20)
    assert done == ["cleaned up", "ended"]


async def test_a_signal_after_the_start_only_sets_the_event() -> None:
    """What runs looks at it and ends by itself; a second signal hurries nothing into a half-done stop."""
    seen: list[str] = []

    async def run() -> None:
        with stop_signals() as stop:
            stop.started()
            os.kill(os.getpid(), signal.SIGTERM)
            await stop.wait()
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0)
            seen.append("stopped in order")

    await asyncio.wait_for(asyncio.create_task(run()), 20)
    assert seen == ["stopped in order"]


async def test_a_cancellation_by_somebody_else_is_not_swallowed() -> None:
    """Only our own signal ends quietly."""

    async def start() -> None:
        with stop_signals():
            await asyncio.Event().wait()

    task = asyncio.create_task(start())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
