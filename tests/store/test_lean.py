"""Single statements, which give their connections back in whatever way they end."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from store.database import Database
from store.lean import Lean
from tests.support.wait import eventually


def busy(database: Database) -> int:
    """How many connections of the pool are taken."""
    pool: Any = database.client._pool
    return pool.get_size() - pool.get_idle_size()  # type: ignore[no-any-return]


async def test_every_connection_comes_back(database: Database) -> None:
    """After statements that went well, failed, or were given up in the middle."""
    lean = Lean(database, 3)
    assert [row["n"] for row in await lean.rows("SELECT generate_series($1::int, 3) AS n", 2)] == [2, 3]
    with pytest.raises(asyncpg.DivisionByZeroError):
        await lean.value("SELECT 1 / $1::int", 0)
    with pytest.raises(asyncpg.DataError):
        await lean.value("SELECT $1::int", "not a number")
    waiting = asyncio.create_task(lean.rows("SELECT pg_sleep(60)"))
    await eventually(lambda: busy(database) == 1, "it is under way")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert busy(database) == 0
    assert await lean.value("SELECT 1") == 1


async def test_one_operation_takes_a_share_of_the_pool(database: Database) -> None:
    """However many statements it has at once; each gets its own answer."""
    lean, most = Lean(database, 3), 0

    async def ask(n: int) -> int:
        nonlocal most
        found: int = await lean.value("SELECT $1::int FROM pg_sleep(0.001)", n)
        most = max(most, busy(database))
        return found

    assert await asyncio.gather(*map(ask, range(40))) == list(range(40))
    assert 2 <= most <= 3
    assert busy(database) == 0


async def test_what_was_left_behind_is_rolled_back(database: Database) -> None:
    """A connection that comes back in the middle of a transaction is as good as any."""
    pool: Any = database.client._pool
    held = await pool.acquire()
    connection = held._con
    await held.execute("BEGIN")
    assert connection.is_in_transaction()
    await pool.release(held)
    assert not connection.is_in_transaction()
    assert busy(database) == 0
