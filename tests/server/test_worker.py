"""The worker: keeps house until it is asked to stop, whatever happens in a round."""

from __future__ import annotations

import asyncio

import pytest

from server import worker
from store.database import Database
from tests.support.wait import eventually


async def test_a_round_that_fails_is_logged_and_the_next_one_tries_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is away for a minute must not end the worker; asked to stop, it does at once."""
    rounds: list[str] = []

    async def sweep(_: Database) -> int:
        rounds.append("tried")
        if len(rounds) < 3:
            raise OSError("the database is away")
        return 1

    monkeypatch.setattr(worker, "sweep", sweep)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(database, stop, every=0.001))
    await eventually(lambda: len(rounds) >= 4, "the worker goes on")
    stop.set()
    await asyncio.wait_for(running, 20)


async def test_a_resting_worker_stops_at_once(database: Database) -> None:
    """It rests for a minute between two rounds."""
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(database, stop))
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(running, 5)
