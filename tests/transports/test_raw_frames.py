"""Bad input below the protocol: bytes that are no frames, no texts, no handshake."""

from __future__ import annotations

import struct

import orjson
import pytest

from tests.transports.house import House, answers
from tests.transports.raw import CLOSE, CONTINUED, INIT, PING, TEXT, Raw, frame, request

BROKEN: dict[str, tuple[bytes, int]] = {
    "not masked": (frame(TEXT, INIT, masked=False), 1002),
    "a reserved opcode": (frame(0x83, INIT), 1002),
    "a reserved bit": (frame(0xC1, INIT), 1002),
    "a continuation of nothing": (frame(CONTINUED, INIT), 1002),
    "a long ping": (frame(PING, b"x" * 126), 1002),
    "a ping in pieces": (frame(0x09, b"x"), 1002),
    "two beginnings": (frame(0x01, INIT[:9]) + frame(0x01, INIT[9:]), 1002),
    "not UTF-8": (frame(TEXT, b"\xff\xfe{}"), 1007),
    "half a character": (frame(TEXT, INIT + b"\xc3"), 1007),
    "a surrogate in UTF-8": (frame(TEXT, b'{"type": "\xed\xa0\x80"}'), 1007),
    "endless": (struct.pack("!BBQ", TEXT, 0x80 | 127, 2**62), 1009),
    "HTTP": (b"GET /graphql HTTP/1.1\r\n\r\n", 1002),
    "a close code that is none": (frame(CLOSE, struct.pack("!H", 999)), 1002),
    "a close frame of one byte": (frame(CLOSE, b"\x03"), 1002),
}


@pytest.mark.parametrize("what", BROKEN)
async def test_bytes_that_are_no_frames_close_the_connection(house: House, what: str) -> None:
    """RFC 6455: by its own codes; after the handshake as well as once the connection is acknowledged."""
    sent, code = BROKEN[what]
    for before in (b"", frame(TEXT, INIT)):
        raw = await Raw.open(house)
        assert await raw.status(request()) == 101
        raw.writer.write(before + sent)
        assert await raw.end() == code


@pytest.mark.parametrize("cut", [1, 2, 5, 20, -1])
async def test_a_frame_that_breaks_off_is_forgotten(house: House, cut: int) -> None:
    """A phone loses its network in the middle of a word: nothing is run."""
    payload = {"query": 'mutation { createAccount(input: {name: "Half"}) { errors { code } } }'}
    create = orjson.dumps({"id": "a", "type": "subscribe", "payload": payload})
    accounts = await house.owner.query("{ accounts { totalCount } }")
    raw = await Raw.open(house)
    assert await raw.status(request(authorization=f"Bearer {house.owner.token}")) == 101
    raw.writer.write(frame(TEXT, INIT) + frame(TEXT, create)[:cut])
    await raw.writer.drain()
    raw.writer.transport.abort()
    assert await house.owner.query("{ accounts { totalCount } }") == accounts


HANDSHAKES: dict[str, bytes] = {
    "no key": request(sec_websocket_key=None),
    "a bad key": request(sec_websocket_key="short"),
    "an old version": request(sec_websocket_version="8"),
    "no version": request(sec_websocket_version=None),
    "a POST": request("POST /graphql HTTP/1.1", content_length="0"),
    "another upgrade": request(upgrade="h2c"),
    "a path that is not ASCII": request("GET /gr\u00e4phql HTTP/1.1"),
    "a name that is not ASCII": request("GET /graphql HTTP/1.1\r\nx\u00e4: 1"),
}


@pytest.mark.parametrize("what", HANDSHAKES)
async def test_a_broken_handshake_is_refused(house: House, what: str) -> None:
    """RFC 6455: with a status of HTTP; the server is well, and no error is logged."""
    raw = await Raw.open(house)
    assert 400 <= await raw.status(HANDSHAKES[what]) < 500
    raw.writer.transport.abort()


async def test_a_close_frame_is_answered(house: House) -> None:
    """RFC 6455: with the client's own code; operations end with it."""
    for code in (1000, 1001, 3000, 4999):
        raw = await Raw.open(house)
        assert await raw.status(request()) == 101
        raw.writer.write(frame(TEXT, INIT) + frame(CLOSE, struct.pack("!H", code) + b"bye"))
        assert await raw.end() == code


async def test_compression_is_not_spoken(house: House) -> None:
    """A small frame stays small: there is nothing to unpack."""
    raw = await Raw.open(house)
    offered = request(sec_websocket_extensions="permessage-deflate; client_max_window_bits")
    assert await raw.status(offered) == 101
    raw.writer.write(frame(0xC1, INIT))
    assert await raw.end() == 1002
    async with house.wire() as wire:
        assert wire.socket.protocol.extensions == []
        await answers(wire)
