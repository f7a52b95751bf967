"""LV6: frames that are no messages of the protocol close the socket with 4400 and a reason, and do nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.access.digest import Unchanged
from tests.transports.house import House

DEEP = 100_000
"""Far more levels than any parser may follow by recursion."""


def without(message: Any) -> Any:
    """A message without the fields whose value is an ellipsis."""
    return {name: value for name, value in message.items() if value is not ...}


def subscribe(**fields: Any) -> Any:
    """A subscribe message with other fields."""
    payload = {"query": "{ viewer { member { id } } }"}
    return without({"type": "subscribe", "id": "a", "payload": payload, **fields})


def running(**fields: Any) -> Any:
    """A subscribe message with other fields in its payload."""
    query = 'mutation { createAccount(input: {name: "Bad"}) { errors { code } } }'
    return subscribe(payload=without({"query": query, **fields}))


NO_JSON = ["", " ", "nonsense", "{", '{"type": "ping"', "{'type': 'ping'}", '{"type": "ping"} {"type": "ping"}', "\0",
           '{"type": "ping", "payload": {"n": NaN}}', '{"type": "ping", "payload": {"n": 1e999}}', "\ufeff{}",
           "[" * DEEP, '{"type":"ping","payload":' + '{"a":' * DEEP, '{"type": "\\ud800"}',
           '{"type": "ping", "payload": {"\\udfff": 1}}', '{"id": "\\ud83d", "type": "complete"}',
           '{"type":"ping","payload":' + '{"a":' * 2_000 + "1" + "}" * 2_001]  # fmt: skip
NO_OBJECT = ["null", "true", "7", '"ping"', "[]", '[{"type": "ping"}]']
NO_TYPE: list[Any] = [
    {},
    {"id": "a"},
    *({"type": kind} for kind in (None, 7, True, [], ["ping"], {"type": "ping"}, "")),
]
UNKNOWN_TYPE = ["start", "stop", "connection_terminate", "ka", "Ping", "SUBSCRIBE", " ping", "ping\0", "x" * 5_000,
                "\u00fc" * 200, "\U0001f388" * 100]  # fmt: skip
OF_SERVERS: list[Any] = [
    {"type": "connection_ack"},
    {"type": "next", "id": "a", "payload": {"data": None}},
    {"type": "error", "id": "a", "payload": []},
]
WRONG: dict[str, tuple[Callable[[Any], Any], list[Any]]] = {
    "id": (lambda value: subscribe(id=value), [..., None, 7, 1.5, True, [], {}, ""]),
    "payload": (lambda value: subscribe(payload=value), [..., None, 7, "{ viewer }", [], True]),
    "query": (lambda value: running(query=value), [..., None, 7, True, [], {}, ["{ viewer }"]]),
    "variables": (lambda value: running(variables=value), ["{}", "", 7, True, [], [{}]]),
    "operationName": (lambda value: running(operationName=value), [7, 0, True, False, [], {}]),
    "extensions": (lambda value: running(extensions=value), ["{}", 7, True, []]),
    "id of complete": (lambda value: without({"type": "complete", "id": value}), [..., None, 7, [], {}, ""]),
    "payload of ping": (lambda value: {"type": "ping", "payload": value}, [7, "x", [], True]),
    "payload of pong": (lambda value: {"type": "pong", "payload": value}, [7, "x", [], True]),
}
WRONG_FIELDS = [(what.split()[0], make(value)) for what, (make, values) in WRONG.items() for value in values]


async def refused(house: House, frame: Any) -> str:
    """Hold that a frame closes the socket with 4400 and changes nothing; the reason."""
    async with house.wire() as wire, Unchanged(house.served.database):
        await wire.send(frame)
        code, reason = await wire.ended()
        assert code == 4400
        assert reason != ""
    return reason


@pytest.mark.parametrize("frame", NO_JSON, ids=range(len(NO_JSON)))
async def test_a_text_that_is_not_json_is_malformed(house: House, frame: str) -> None:
    """LV6: also where it is nested too deeply to be read, or holds half of a surrogate pair."""
    assert "JSON" in await refused(house, frame)


@pytest.mark.parametrize("frame", NO_OBJECT)
async def test_json_that_is_no_object_is_malformed(house: House, frame: str) -> None:
    """LV6: one message is one object; there are no batches."""
    assert "object" in await refused(house, frame)


@pytest.mark.parametrize("frame", NO_TYPE, ids=range(len(NO_TYPE)))
async def test_a_message_without_a_type_is_malformed(house: House, frame: Any) -> None:
    """LV6: its type is a text."""
    assert "type" in await refused(house, frame)


@pytest.mark.parametrize("kind", UNKNOWN_TYPE, ids=range(len(UNKNOWN_TYPE)))
async def test_an_unknown_type_is_malformed(house: House, kind: str) -> None:
    """LV6: those of the older protocol too; however long it is, the reason fits into a close frame."""
    await refused(house, {"type": kind, "id": "a"})


@pytest.mark.parametrize("frame", OF_SERVERS, ids=[frame["type"] for frame in OF_SERVERS])
async def test_a_message_that_only_servers_send_is_malformed(house: House, frame: Any) -> None:
    """LV6: the protocol gives clients other words."""
    await refused(house, frame)


@pytest.mark.parametrize(("field", "frame"), WRONG_FIELDS, ids=range(len(WRONG_FIELDS)))
async def test_a_field_that_is_missing_or_of_the_wrong_type_is_malformed(house: House, field: str, frame: Any) -> None:
    """LV6: the reason names the field, and nothing is run."""
    assert field in await refused(house, frame)


@pytest.mark.parametrize("frame", [b"", b'{"type": "ping"}', b"\0\xff\xfe"], ids=["empty", "a message", "garbage"])
async def test_a_binary_frame_is_malformed(house: House, frame: bytes) -> None:
    """LV6: messages are texts, whatever the bytes would spell."""
    await refused(house, frame)


async def test_a_malformed_message_ends_the_operations_of_its_own_socket_only(house: House) -> None:
    """LV6: what was open on it is over; nothing follows the close."""
    async with house.wire() as wire:
        await wire.subscribe("subscription ($p: ID!) { boardEvents(pipelineId: $p) { cursor } }", p=house.shop.pipeline)
        assert (await wire.next())["type"] == "next"
        await wire.send("{")
        await wire.send({"id": "late", "type": "subscribe", "payload": {"query": "{ viewer { member { id } } }"}})
        assert (await wire.ended())[0] == 4400


async def test_fields_that_are_not_the_protocols_are_ignored(house: House) -> None:
    """LV6: newer clients may say more than we know; null is as good as nothing where a field may be missing."""
    async with house.wire() as wire:
        payload = {
            "query": "{ viewer { member { id } } }",
            "variables": None,
            "operationName": None,
            "extensions": None,
            "doc_id": 7,
        }
        await wire.send({"id": "a", "type": "subscribe", "payload": payload, "trace": [1], "\u00fc": {}})
        assert await wire.result("a") == {"data": {"viewer": {"member": {"id": house.owner.member_id}}}}
        assert await wire.next() == {"id": "a", "type": "complete"}
        await wire.send({"type": "ping", "id": 7, "payload": None})
        assert (await wire.next())["type"] == "pong"
