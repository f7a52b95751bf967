"""LV3: bounds of a process: connections altogether, and streams of one member over all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from store.database import Database
from tests.support.api import Shop, open_shop
from tests.support.board import EVENTS
from tests.support.frames import Ended, acknowledged, connected, streaming
from tests.support.served import Served, served_api
from tests.support.wait import eventually
from tests.transports.house import OnSocket, OnStream, event


@pytest.fixture
async def served(database: Database) -> AsyncIterator[Served]:
    """A server for two connections, and three streams of a member."""
    async with served_api(database, max_sockets=2, max_streams=3) as served:
        yield served


@pytest.fixture
async def shop(served: Served) -> Shop:
    """A firm on it."""
    return await open_shop(served)


async def test_one_connection_too_many_is_told_to_try_again_later(served: Served, shop: Shop) -> None:
    """By the code 1013; the others live on, and whoever leaves makes room."""
    async with acknowledged(served.socket_url, shop.owner.token) as one:
        async with acknowledged(served.socket_url, shop.owner.token), connected(served.socket_url) as third:
            assert (await third.rest())[-1]["code"] == 1013
        await one.subscribe(EVENTS, id="live", pipeline=shop.pipeline)
        assert (await event(OnSocket(one, "live")))["changes"] == []

        async def there_is_room() -> bool:
            try:
                async with acknowledged(served.socket_url, shop.owner.token):
                    return True
            except Ended:
                return False

        await eventually(there_is_room, "a connection is taken again")


async def test_a_member_has_so_many_streams_and_no_more(served: Served, shop: Shop) -> None:
    """Over all connections and both transports; others are not concerned, and what ends makes room."""
    employee = await served.member(shop.owner, role="ADMIN")
    url, token, pipeline = served.socket_url, shop.owner.token, shop.pipeline
    async with (
        acknowledged(url, token) as wire,
        streaming(served.http, EVENTS, token=token, pipeline=pipeline) as first,
    ):
        assert (await event(OnStream(first)))["changes"] == []
        for name in ("a", "b"):
            await wire.subscribe(EVENTS, id=name, pipeline=pipeline)
            assert (await event(OnSocket(wire, name)))["changes"] == []
        await wire.subscribe(EVENTS, id="c", pipeline=pipeline)
        [error] = await wire.errors("c")
        assert error["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        async with streaming(served.http, EVENTS, token=token, pipeline=pipeline) as second:
            [error] = await OnStream(second).errors()
            assert error["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        async with streaming(served.http, EVENTS, token=employee.token, pipeline=pipeline) as theirs:
            assert (await event(OnStream(theirs)))["changes"] == []
        await wire.complete("a")
        await wire.subscribe(EVENTS, id="d", pipeline=pipeline)
        assert (await event(OnSocket(wire, "d")))["changes"] == []
