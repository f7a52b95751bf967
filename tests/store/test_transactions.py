"""Transactions that are cancelled, which sockets do all the time, cost nobody a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, ExitStack
from typing import Any

import asyncpg
import pytest

from store.database import Database, Db, is_outage
from tests.support.databases import execute
from tests.support.wait import eventually

FINISHED = 5
"""So many transactions in a row must have ended before they could be cancelled: then all moments were tried."""


@pytest.mark.parametrize("kind", ["transaction", "snapshot"])
async def test_a_transaction_that_is_cancelled_anywhere_gives_its_connection_back(
    database: Database, kind: str
) -> None:
    """It is cancelled at every moment of its life, also while it begins and while it ends."""
    pool: Any = database.client._pool
    opened: Callable[[], AbstractAsyncContextManager[Db]] = getattr(database, kind)
    turns, finished, cancelled = 0, 0, 0
    while finished < FINISHED:
        task = asyncio.create_task(_work(opened))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await eventually(lambda: pool.get_idle_size() == pool.get_size(), f"all is given back after {turns} turns")
        finished = 0 if task.cancelled() else finished + 1
        cancelled += task.cancelled()
        turns += 1
    assert cancelled >= FINISHED


@pytest.mark.parametrize("kind", ["transaction", "snapshot"])
async def test_a_connection_that_is_lost_before_the_transaction_begins_is_an_outage(
    database: Database, postgres_url: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """API1: it is told as what it is, and the next transaction is as good as any."""
    opened: Callable[[], AbstractAsyncContextManager[Db]] = getattr(database, kind)
    acquire = asyncpg.pool.Pool.acquire

    async def lose(pool: Any) -> Any:
        connection = await acquire(pool)
        await execute(postgres_url, f"SELECT pg_terminate_backend({connection.get_server_pid()})")
        await eventually(connection.is_closed)
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(asyncpg.pool.Pool, "acquire", lose)
        with pytest.raises(asyncpg.InterfaceError) as lost:
            await _work(opened)
    assert is_outage(lost.value)
    await _work(opened)


async def test_a_statement_costs_no_other(database: Database) -> None:
    """A connection is given back without a word; opening a snapshot is one statement, and so is its end."""
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
    assert await heard(database, lambda: database.value("SELECT 1")) == ["SELECT 1"]
    assert await heard(database, lambda: _work(database.snapshot)) == [begin, "SELECT 1", "COMMIT;"]
    assert await heard(database, lambda: _work(database.transaction)) == ["BEGIN;", "SELECT 1", "COMMIT;"]


async def heard(database: Database, work: Callable[[], Awaitable[object]]) -> list[str]:
    """What PostgreSQL is told meanwhile, by whichever connection."""
    pool: Any = database.client._pool
    said: list[str] = []
    connections = [holder._con for holder in pool._holders if holder._con is not None]
    with ExitStack() as stack:
        for connection in connections:
            stack.enter_context(connection.query_logger(lambda one: said.append(one.query)))
        await work()
    return said


async def _work(opened: Callable[[], AbstractAsyncContextManager[Db]]) -> None:
    async with opened() as db:
        await db.value("SELECT 1")


async def test_a_statement_that_is_given_up_before_it_runs_leaves_nothing_behind(database: Database) -> None:
    """PostgreSQL has begun a transaction for it, which asyncpg does not know; the next snapshot would be refused."""
    for _ in range(3):
        with pytest.raises(asyncpg.DataError):
            await database.rows("SELECT name FROM firms WHERE version = $1::int", "not a number")
        async with database.snapshot() as db:
            assert await db.value("SELECT 1") == 1
