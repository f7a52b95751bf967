"""LV6: pings, pongs and the size of frames."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import orjson
import pytest

from server.settings import Settings
from tests.access.digest import Unchanged
from tests.support.api import Json
from tests.support.frames import WITHIN
from tests.transports.house import House, OnSocket, OnStream, Subscription, Transport, answers, event

LIMIT = Settings().max_body_bytes
WHO = "{ viewer { member { id } } }"


@pytest.mark.parametrize(
    "payload",
    [{}, {"a": 1}, {"\u00fc\0": [None, True, 1.5, "\u2028", {"type": "pong"}]}, {"x": "y" * 100_000}, {"n": 2**63}],
    ids=["empty", "plain", "odd", "long", "large number"],
)
async def test_a_ping_is_answered_with_its_payload(house: House, payload: Json) -> None:
    """LV6: whatever it holds."""
    async with house.wire() as wire:
        await wire.send({"type": "ping", "payload": payload})
        assert await wire.next() == {"type": "pong", "payload": payload}


async def test_a_ping_without_a_payload_is_answered_without(house: House) -> None:
    """LV6: the payload is optional in both."""
    async with house.wire() as wire:
        await wire.send({"type": "ping"})
        assert await wire.next() in ({"type": "pong"}, {"type": "pong", "payload": None})


@pytest.mark.parametrize("pong", [{}, {"payload": {}}, {"payload": {"any": "thing"}}, {"payload": None}])
async def test_a_pong_that_nobody_asked_for_is_ignored(house: House, pong: Json) -> None:
    """LV6: clients may send them to keep the line open."""
    async with house.wire() as wire:
        for _ in range(3):
            await wire.send({"type": "pong", **pong})
        await answers(wire)


async def test_pings_are_answered_while_an_operation_is_open(house: House) -> None:
    """LV6: in the order in which they came."""
    async with house.wire() as wire:
        await wire.subscribe("subscription ($p: ID!) { boardEvents(pipelineId: $p) { cursor } }", p=house.shop.pipeline)
        assert (await wire.next())["type"] == "next"
        for n in range(100):
            await wire.send({"type": "ping", "payload": {"n": n}})
        assert [(await wire.next())["payload"]["n"] for _ in range(100)] == list(range(100))


def padded(size: int, query: str = WHO) -> str:
    """A subscribe message of exactly that many bytes."""
    message = {"id": "large", "type": "subscribe", "payload": {"query": query, "extensions": {"x": ""}}}
    missing = size - len(orjson.dumps(message))
    message["payload"]["extensions"]["x"] = "x" * missing  # type: ignore[index]
    return orjson.dumps(message).decode()


async def test_a_frame_at_the_limit_is_read(house: House) -> None:
    """LV6: MAX_BODY_BYTES is what one message may have."""
    async with house.wire() as wire:
        await wire.send(padded(LIMIT))
        assert await wire.result("large") == {"data": {"viewer": {"member": {"id": house.owner.member_id}}}}


CREATE = 'mutation { createAccount(input: {name: "Large"}) { errors { code } } }'


def pieces(text: str) -> Iterator[str]:
    """A text in ten parts."""
    size = len(text) // 10 + 1
    return (text[at : at + size] for at in range(0, len(text), size))


@pytest.mark.parametrize("form", ["one frame", "fragments", "binary", "garbage"])
async def test_a_frame_over_the_limit_is_closed_with_1009(house: House, form: str) -> None:
    """LV6: before any of it is looked at; also where it comes in parts that are small by themselves."""
    text = padded(LIMIT + 1, CREATE)
    frames: dict[str, Any] = {
        "one frame": text,
        "fragments": pieces(text),
        "binary": text.encode(),
        "garbage": "x" * (4 * LIMIT),
    }
    async with house.wire() as wire, Unchanged(house.served.database):
        if form == "fragments":
            await wire.socket.send(frames[form])
        else:
            await wire.send(frames[form])
        code, _ = await wire.ended()
        assert code == 1009


async def test_a_message_in_fragments_is_one_message(house: House) -> None:
    """LV6: how a client's library cuts it makes no difference."""

    async def parts() -> AsyncIterator[str]:
        for part in pieces(padded(LIMIT // 2)):
            yield part
            _ = await wire.socket.ping()  # control frames may come in between

    async with house.wire() as wire:
        await wire.socket.send(parts())
        assert await wire.result("large") == {"data": {"viewer": {"member": {"id": house.owner.member_id}}}}


LARGE: dict[str, tuple[Json, str]] = {
    "document": ({"query": "{ viewer { member { id } } } #" + "x" * 1_000_000}, "TOKEN_LIMIT"),
    "values": ({"query": WHO, "variables": {"ids": [0] * 400_000}}, "BAD_REQUEST"),
    "names": ({"query": WHO, "variables": {f"v{n}": n for n in range(50_000)}}, "BAD_REQUEST"),
    "text": (
        {
            "query": "query ($p: ID!) { board(pipelineId: $p) { cursor } job(id: $q) { id } }",
            "variables": {"p": "x" * 1_000_000},
        },
        "GRAPHQL_VALIDATION_FAILED",
    ),
}


@pytest.mark.parametrize("what", LARGE)
async def test_a_large_operation_within_the_limit_gets_a_typed_error(house: House, what: str) -> None:
    """LV6: the socket stays open, and the answer is not as large as the question."""
    payload, code = LARGE[what]
    async with house.wire() as wire:
        await wire.send({"id": "large", "type": "subscribe", "payload": payload})
        errors = await wire.errors("large")
        assert [error["extensions"]["code"] for error in errors] == [code]
        assert len(orjson.dumps(errors)) < 10_000
        await answers(wire)


async def test_the_server_gives_signs_of_life(
    house: House, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LV6: pings that scripts in browsers see, and comments; also while nothing happens on the board."""
    monkeypatch.setattr("server.transports.socket.connection.PING_SECONDS", 0.05)
    monkeypatch.setattr("server.transports.event_stream.PING_SECONDS", 0.05)
    async with house.watching(transport) as subscription:
        assert (await event(subscription))["changes"] == []
        with pytest.raises(TimeoutError):
            await event(subscription, within=0.5)
        line = subscription.wire.pings if isinstance(subscription, OnSocket) else _comments(subscription)
        assert line >= 3


def _comments(subscription: Subscription) -> int:
    assert isinstance(subscription, OnStream)
    return subscription.events.comments


async def test_a_socket_without_an_operation_is_pinged_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """LV6: so that both ends, and what is between them, know that it is open; the answer changes nothing."""
    monkeypatch.setattr("server.transports.socket.connection.PING_SECONDS", 0.05)
    async with house.wire() as wire:
        for _ in range(3):
            assert orjson.loads(await asyncio.wait_for(wire.socket.recv(), WITHIN)) == {"type": "ping"}
            await wire.send({"type": "pong"})
        assert "data" in await wire.answer(WHO)
