"""LV6: how a socket begins: subprotocol, connection_init, the acknowledgement."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from structlog.testing import capture_logs

from server.transports.socket.connection import INIT_SECONDS
from tests.support.api import Json
from tests.support.board import EVENTS
from tests.support.frames import PROTOCOL, bearer, connected
from tests.transports.house import House, answers

WHO = "{ viewer { member { id } } }"
INIT = {"type": "connection_init"}


@pytest.mark.parametrize(
    "offered", [None, ["graphql-ws"], ["mqtt"], ["Graphql-Transport-WS"], ["graphql-ws", "graphql-transport-ws2"]]
)
async def test_other_subprotocols_are_closed_with_4406(house: House, offered: list[str] | None) -> None:
    """LV6: only graphql-transport-ws; after the handshake, so that a page can read the code. Nothing is served."""
    async with connected(house.served.socket_url, subprotocols=offered) as wire:
        assert wire.socket.subprotocol is None
        await wire.send({**INIT, "payload": bearer(house.owner.token)})
        code, reason = await wire.ended()
        assert code == 4406
        assert reason != ""


@pytest.mark.parametrize(
    "offered", [[PROTOCOL], ["graphql-ws", PROTOCOL], [PROTOCOL, "graphql-ws"], ["mqtt", "graphql-ws", PROTOCOL]]
)
async def test_graphql_transport_ws_is_chosen_among_others(house: House, offered: list[str]) -> None:
    """LV6: clients that know several protocols get ours."""
    async with connected(house.served.socket_url, subprotocols=offered) as wire:
        assert wire.socket.subprotocol == PROTOCOL
        await wire.init(house.owner.token)
        assert await wire.answer(WHO) == {"data": {"viewer": {"member": {"id": house.owner.member_id}}}}


async def test_an_operation_before_the_acknowledgement_is_closed_with_4401(house: House) -> None:
    """LV6: nothing is run for whoever has not said who they are, whatever header they brought."""
    create = 'mutation { createAccount(input: {name: "Early"}) { errors { code } } }'
    accounts = await house.owner.query("{ accounts { totalCount } }")
    for document in (WHO, create, EVENTS):
        async with connected(house.served.socket_url, headers=bearer(house.owner.token)) as wire:
            await wire.subscribe(document)
            code, reason = await wire.ended()
            assert code == 4401
            assert reason != ""
    assert await house.owner.query("{ accounts { totalCount } }") == accounts


async def test_pings_and_pongs_may_come_before_the_acknowledgement(house: House) -> None:
    """LV6: they are signs of life of the socket, not operations."""
    async with connected(house.served.socket_url) as wire:
        await wire.send({"type": "pong"})
        await answers(wire)
        await wire.init(house.owner.token)
        await answers(wire)


@pytest.mark.parametrize("acknowledged", [True, False], ids=["after the ack", "before the ack"])
async def test_a_second_connection_init_is_closed_with_4429(house: House, acknowledged: bool) -> None:
    """LV6: one connection is one identity; also when the second comes while the first is still looked at."""
    async with connected(house.served.socket_url) as wire:
        await wire.send({**INIT, "payload": bearer(house.owner.token)})
        if acknowledged:
            assert await wire.next() == {"type": "connection_ack"}
        await wire.send({**INIT, "payload": bearer(house.owner.token)})
        *before, end = await wire.rest()
        assert [message for message in before if message != {"type": "connection_ack"}] == []
        assert end["code"] == 4429


@pytest.mark.parametrize("payload", [{}, {"payload": {}}, {"payload": None}, {"payload": {"client": "x", "n": [1]}}])
async def test_a_connection_init_without_a_token_is_nobody(house: House, payload: Json) -> None:
    """LV6: the payload may be missing, and what else is in it is not ours."""
    async with connected(house.served.socket_url) as wire:
        await wire.send({**INIT, **payload})
        assert await wire.next() == {"type": "connection_ack"}
        assert await wire.answer(WHO) == {"data": {"viewer": None}}


@pytest.mark.parametrize("payload", ["", "token", 7, True, [], [{"authorization": "Bearer x"}]])
async def test_a_connection_init_whose_payload_is_no_object_is_malformed(house: House, payload: Any) -> None:
    """LV6: 4400, and the reason names what is wrong."""
    async with connected(house.served.socket_url) as wire:
        await wire.send({**INIT, "payload": payload})
        code, reason = await wire.ended()
        assert code == 4400
        assert "payload" in reason


def test_clients_have_five_seconds() -> None:
    """LV6: enough for a slow phone."""
    assert INIT_SECONDS == 5


async def test_sockets_that_never_shake_hands_are_closed_with_4408_and_others_are_not(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LV6: at their time; a ping is no handshake, and a socket that has shaken hands stays."""
    monkeypatch.setattr("server.transports.socket.connection.INIT_SECONDS", 0.5)
    async with AsyncExitStack() as stack:
        silent, pinging, good = [await stack.enter_async_context(connected(house.served.socket_url)) for _ in range(3)]
        await good.init(house.owner.token)
        await answers(pinging)
        ends = await asyncio.gather(silent.ended(), pinging.ended())
        assert [code for code, _ in ends] == [4408, 4408]
        await answers(good)


async def test_a_database_that_is_away_is_said_by_1013(open_house: House) -> None:
    """LV1, LV6: graphql-ws tries again after it; after 1011 it gives up for good."""
    database = open_house.served.database

    def away(sql: str) -> None:
        raise ConnectionRefusedError

    with capture_logs() as logs:
        async with connected(open_house.served.socket_url) as wire:
            database.on_statement = away
            try:
                await wire.send({**INIT, "payload": bearer(open_house.owner.token)})
                code, reason = await wire.ended()
            finally:
                database.on_statement = None
    [line] = [line for line in logs if line["event"] == "incident"]
    assert (code, reason) == (1013, f"The service is unavailable, id {line['id']}")
