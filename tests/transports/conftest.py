"""A server for each file of tests, and what is held after every single test of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from structlog.testing import capture_logs

from store.database import Database
from tests.support.api import open_shop
from tests.support.board import EVENTS
from tests.support.databases import Wiper
from tests.support.frames import acknowledged
from tests.support.served import served_api
from tests.support.wait import eventually
from tests.transports.house import House, OnSocket, Transport, event, idle_tasks


@pytest.fixture(scope="module")
async def open_house(shared_database: tuple[Database, Wiper]) -> AsyncIterator[House]:
    """The server, with an admin who watches the board all the while."""
    database, wiper = shared_database
    await wiper.wipe()
    async with served_api(database) as served:
        shop, other = await open_shop(served), await open_shop(served)
        admin = await served.member(shop.owner, role="ADMIN")
        async with acknowledged(served.socket_url, admin.token) as wire:
            watcher = OnSocket(wire, await wire.subscribe(EVENTS, pipeline=shop.pipeline))
            assert (await event(watcher))["changes"] == []
            yield House(served, shop, other, watcher, await idle_tasks())


@pytest.fixture
async def house(open_house: House, caplog: pytest.LogCaptureFixture) -> AsyncIterator[House]:
    """The server; whatever a test does to it, others are served, nothing is left behind, and no error is logged."""
    with capture_logs() as logs:
        yield open_house
        await open_house.still_served()
        with suppress(AssertionError):
            await eventually(open_house.is_idle, "every task of the test ends", within=5)
        assert open_house.is_idle(), "\n".join(sorted(map(str, asyncio.all_tasks())))
        await eventually(
            lambda: not _busy(open_house.served.database), "no connection to the database is held", within=5
        )
    assert [line for line in logs if line["log_level"] in {"error", "critical"}] == []
    records = [*caplog.get_records("call"), *caplog.get_records("teardown")]
    assert [record.getMessage() for record in records if record.levelno >= logging.ERROR] == []


def _busy(database: Database) -> int:
    pool: Any = database.client
    return int(pool._pool.get_size() - pool._pool.get_idle_size())


@pytest.fixture(params=["socket", "stream"])
def transport(request: pytest.FixtureRequest) -> Transport:
    """Both ways to subscribe."""
    chosen: Transport = request.param
    return chosen
