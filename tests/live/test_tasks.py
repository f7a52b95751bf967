"""Tasks are ended for certain, and all of them."""

import asyncio

import pytest

from live.tasks import end


async def stubborn(release: asyncio.Event) -> None:
    """End only once released, whoever cancels."""
    while not release.is_set():
        try:
            await release.wait()
        except asyncio.CancelledError:
            continue


async def test_the_caller_is_cancelled_meanwhile_and_still_every_task_has_ended() -> None:
    """A second cancellation leaves no task behind, and is not lost."""
    release = asyncio.Event()
    first = asyncio.create_task(stubborn(release))
    second = asyncio.create_task(asyncio.sleep(3600))
    await asyncio.sleep(0)
    ending = asyncio.create_task(end(first, second))
    await asyncio.sleep(0)
    ending.cancel()
    await asyncio.wait([second])
    assert not ending.done(), "it waits for the first"
    release.set()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert first.done()
    assert second.cancelled()
