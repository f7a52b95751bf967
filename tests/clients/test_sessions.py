"""Clients from npm, unmodified: how they come in, stay, and are shown out."""

from __future__ import annotations

import pytest

from tests.clients.player import SCRIPTS, needs_node, playing
from tests.clients.proxy import Proxy
from tests.clients.serving import WatchedShop

pytestmark = needs_node

OVER_A_SOCKET = {"graphql-ws", "urql", "apollo"}


@pytest.mark.parametrize("script", SCRIPTS)
async def test_a_client_learns_that_its_session_was_ended(script: str, network: Proxy, shop: WatchedShop) -> None:
    """LV6: a socket is closed with 4411, an event stream ends with SESSION_ENDED; nobody tries again."""
    async with playing(script, network.url, shop) as client:
        await client.tells("event")
        assert (await client.do("Logout"))["logout"]["errors"] == []
        told = await client.tells("ended")
        assert told["ended"] == [4411 if script in OVER_A_SOCKET else "SESSION_ENDED"]


@pytest.mark.parametrize("script", SCRIPTS)
async def test_a_client_learns_that_it_lost_the_board(script: str, network: Proxy, shop: WatchedShop) -> None:
    """LV6, AC2: whose pipeline is no longer available is told NOT_FOUND, and the stream is over."""
    async with playing(script, network.url, shop) as client:
        await client.tells("event")
        await shop.available(False)
        assert (await client.tells("ended"))["ended"] == ["NOT_FOUND"]


async def test_graphql_ws_opens_its_socket_when_needed_and_keeps_it_alive(network: Proxy, shop: WatchedShop) -> None:
    """LV6: the log-in's socket is closed with 1000 when nobody needs it; pings of the client are answered."""
    async with playing("graphql-ws", network.url, shop) as client:
        await client.tells("event")
        for _ in range(3):
            await client.tells("pong")
        told = [report["closed"] for report in client.told if "closed" in report]
        assert set(told) == {1000}
