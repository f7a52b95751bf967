"""Whatever makes a job ready to go on has it looked at, once, also while a worker looks at it (AM3)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from engine import due
from engine.automating import cascades
from engine.enums import DueKind
from engine.work import Work
from tests.rules.kit import task
from tests.support.api import Api, Shop
from tests.support.wait import eventually
from tests.support.works import Works

DONE = "WHEN_ITEMS_DONE"


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


async def mode(works: Works, automove: str) -> None:
    """Sets when jobs go on from the first stage."""
    await works.owner.do("updateStage", stageId=works.stages[0], automove=automove)


async def looked_at(works: Works) -> tuple[str, str]:
    """A job with a task that is open, and a look at it that is due though it is not ready: the mode has changed."""
    job = await works.job()
    made = await task(works.owner, jobId=job)
    await mode(works, DONE)
    assert await works.due() == 1
    return job, made


async def where(works: Works, job_id: str) -> int:
    """The number of the stage in which a job is."""
    return works.stages.index((await works.look(job_id))["stage"]["id"])


def held(
    doing: Callable[..., Awaitable[Any]], before: bool, when: Callable[..., bool]
) -> tuple[asyncio.Event, asyncio.Event, Callable[..., Coroutine[Any, Any, Any]]]:
    """Something that waits, before it is done or after it: that it has come there, that it may go on, and itself."""
    there, on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        there.set()
        await on.wait()

    async def do(*given: Any) -> Any:
        if before and when(*given):
            await wait()
        answer = await doing(*given)
        if not before and when(*given):
            await wait()
        return answer

    return there, on, do


async def waiting(works: Works) -> bool:
    """Whether somebody waits for a lock."""
    sql = "SELECT TRUE FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return bool(await works.database.rows(sql))


async def test_a_closed_item_that_is_linked_lets_the_job_go_on(works: Works) -> None:
    """AM2, AM3, AI2: it blocks like any other, and it is done."""
    await mode(works, DONE)
    job, closed, free = await works.job(), await task(works.owner), await task(works.owner)
    for one in (closed, free):
        await works.owner.do("completeItem", itemId=one)
    await works.owner.do("linkItem", itemId=free, jobId=job, blocking=False)
    assert await works.work() == 0
    await works.owner.do("linkItem", itemId=closed, jobId=job)
    assert await works.work() == 1
    assert await where(works, job) == 1


async def test_what_is_finished_while_a_worker_looks_is_looked_at_after_it(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AM3: the worker has seen an open task, and is about to forget the look: whoever closes the task wants another."""
    job, made = await looked_at(works)
    there, on, look = held(due.HANDLERS[DueKind.ADVANCE], before=False, when=lambda *_: True)
    monkeypatch.setitem(due.HANDLERS, DueKind.ADVANCE, look)
    worker = asyncio.create_task(works.work())
    await there.wait()
    closing = asyncio.create_task(works.owner.do("completeItem", itemId=made))
    await eventually(lambda: waiting(works), "who closes the task waits for the worker")
    on.set()
    await asyncio.gather(worker, closing)
    await works.work()
    assert (await where(works, job), await works.due()) == (1, 0)


async def test_what_is_finished_before_a_worker_looks_is_seen_by_it(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AM3: the worker has taken the look, and waits for the job; the one wanted meanwhile is the same."""
    job, made = await looked_at(works)
    there, on, finish = held(Work.finish, before=True, when=lambda work: not work.viewer.is_system)
    monkeypatch.setattr(Work, "finish", finish)
    closing = asyncio.create_task(works.owner.do("completeItem", itemId=made))
    await there.wait()
    worker = asyncio.create_task(works.work())
    await eventually(lambda: waiting(works), "the worker waits for the job")
    on.set()
    await asyncio.gather(worker, closing)
    assert (await where(works, job), await works.due()) == (1, 0)
    visits = (await works.look(job))["visits"]
    assert len(visits) == 2, "once"


@pytest.mark.parametrize("in_hand", [False, True], ids=["before", "while a worker has it in hand"])
async def test_a_chain_that_is_too_long_stops_nobody_else(
    works: Works, monkeypatch: pytest.MonkeyPatch, in_hand: bool
) -> None:
    """AM3, AU6: the look that is due came of a chain; who finishes the last thing wants it, too, and gets it."""
    job, made = await looked_at(works)
    await works.database.rows("UPDATE due SET hops = $1", cascades.HOPS + 1)
    if in_hand:
        there, on, finish = held(Work.finish, before=True, when=lambda work: not work.viewer.is_system)
        monkeypatch.setattr(Work, "finish", finish)
        closing = asyncio.create_task(works.owner.do("completeItem", itemId=made))
        await there.wait()
        worker = asyncio.create_task(works.work())
        await eventually(lambda: waiting(works), "the worker waits for the job")
        on.set()
        await asyncio.gather(worker, closing)
    else:
        await works.owner.do("completeItem", itemId=made)
    await works.work()
    assert (await where(works, job), await works.due()) == (1, 0)
