"""What is left of an operation that is cancelled, or that breaks: nothing that runs, waits or holds a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from gql.answers import Batch
from gql.execution.plans import Bound, planned
from gql.execution.run import Run, run
from gql.execution.shapes import Leaves
from gql.schema import build_schema
from tests.gql.execution.compare import Asked
from tests.gql.execution.conftest import Full
from tests.gql.execution.little import little_context, little_schema, little_world
from tests.support.wait import eventually

FINISHED = 5
"""So many operations in a row must have ended before they could be cancelled: then all moments were tried."""

MUCH = """{ jobs(first: 5) { nodes { name account { name tags { name } } stage { name } assignees { name }
    tasks(first: 2) { nodes { title assignees { name } } } visits(first: 2) { nodes { stage { name } } } } }
    pipelines(first: 2) { nodes { stages { name automations { kind } } } } }"""


def bound(schema: Any, text: str) -> Bound:
    """The plan of a document."""
    found = planned(schema, Asked(text, {}).document, None, None).bind({})
    assert isinstance(found, Bound)
    return found


@pytest.mark.parametrize("document", ["{ jobs(first: 1) { nodes { id } } cursor }", MUCH], ids=["snapshot", "pool"])
async def test_a_query_may_be_cancelled_at_any_moment(full: Full, document: str) -> None:
    """Its connections are given back, and its tasks are over."""
    pool: Any = full.database.client._pool
    plan, before = bound(build_schema(), document), asyncio.all_tasks()
    turns, finished, cancelled = 0, 0, 0
    while finished < FINISHED:
        task = asyncio.create_task(run(plan, full.contexts(1)()))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert not [one for one in asyncio.all_tasks() if "Run." in str(one.get_coro())]
        await eventually(lambda: pool.get_idle_size() == pool.get_size(), f"all is given back after {turns} turns")
        await eventually(lambda: asyncio.all_tasks() == before)
        finished = 0 if task.cancelled() else finished + 1
        cancelled += task.cancelled()
        turns += 3
    assert cancelled > 1


async def test_siblings_wait_together_and_end_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolvers of one level run at the same time; where the operation is cancelled, each of them is."""
    waiting: list[str] = []
    ended: list[str] = []

    async def wait(self: Batch, context: Any, parents: Sequence[Any], values: Any, what: Any) -> Sequence[Any]:
        name = self.resolver.__qualname__
        waiting.append(name)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)
        return []

    monkeypatch.setattr(Batch, "__call__", wait)
    plan = bound(little_schema(), "{ must { askedText askedLevel askedMust { number } askedMany { number } } }")
    task = asyncio.create_task(run(plan, little_context(little_world(3))))
    await eventually(lambda: len(waiting) == 4, "all are asked at once")
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert len(ended) == 4


async def test_a_sibling_of_what_breaks_does_not_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of ours ends the whole operation: nothing of it reads on when it has been answered."""
    ended = asyncio.Event()

    async def wait(self: Batch, context: Any, parents: Sequence[Any], values: Any, what: Any) -> Sequence[Any]:
        if values:
            return [None] * len(parents)
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return []

    def broken(self: Leaves, values: Sequence[Any], run: Run) -> Sequence[Any]:
        raise ZeroDivisionError

    monkeypatch.setattr(Batch, "__call__", wait)
    monkeypatch.setattr(Leaves, "column", broken)
    before = asyncio.all_tasks()
    with pytest.raises(ZeroDivisionError):
        await run(
            bound(little_schema(), "{ must { askedText askedMany { leaf { id } } } }"), little_context(little_world(3))
        )
    assert ended.is_set()
    assert asyncio.all_tasks() == before


async def test_one_that_raises_leaves_its_siblings_alone() -> None:
    """What a resolver raises is its field's: the others answer."""
    seen = 0
    for seed in range(60):
        plan = bound(little_schema(), "{ must { number askedText a: askedText(shout: true) askedMany { number } } }")
        result = await run(plan, little_context(little_world(seed, 0.3)))
        assert asyncio.all_tasks() == {asyncio.current_task()}
        seen += bool(result.errors and result.data)
    assert seen > 5
