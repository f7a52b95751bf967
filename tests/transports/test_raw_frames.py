"""Bad input below the protocol: bytes that are no frames, no texts, no handshake."""

from __future__ import annotations

import asyncio
import os
import struct

import orjson
import pytest

from tests.support.frames import PROTOCOL, WITHIN
from tests.transports.house import House, answers

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
UPGRADE = {
    "host": "127.0.0.1",
    "upgrade": "websocket",
    "connection": "Upgrade",
    "sec-websocket-key": KEY,
    "sec-websocket-version": "13",
    "sec-websocket-protocol": PROTOCOL,
}
INIT = b'{"type": "connection_init"}'


def request(line: str = "GET /graphql HTTP/1.1", **changed: str | None) -> bytes:
    """The request of a handshake, with other headers; None leaves one out, and `_` is a `-`."""
    headers = UPGRADE | {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([line, *lines, "", ""]).encode("latin-1")


def frame(first: int, payload: bytes = b"", *, masked: bool = True) -> bytes:
    """One frame: the byte of flags and opcode, the length, the mask, the payload."""
    size, flag = len(payload), 0x80 if masked else 0
    if size < 126:
        head = struct.pack("!BB", first, flag | size)
    elif size < 65_536:
        head = struct.pack("!BBH", first, flag | 126, size)
    else:
        head = struct.pack("!BBQ", first, flag | 127, size)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


class Raw:
    """A connection of which the test writes every byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, house: House) -> Raw:
        """Connect, and no more."""
        return cls(*await asyncio.open_connection("127.0.0.1", house.served.port))

    async def status(self, head: bytes) -> int:
        """Send a request; the status of its answer."""
        self.writer.write(head)
        async with asyncio.timeout(WITHIN):
            line = await self.reader.readline()
            while (await self.reader.readline()).strip():
                pass
        return int(line.split()[1])

    async def end(self) -> int | None:
        """Read frames to the end of the connection; the code of the close frame, or None where there was none."""
        code = None
        async with asyncio.timeout(WITHIN):
            try:
                while head := await self.reader.readexactly(2):
                    payload = await self.reader.readexactly(await self._size(head[1]))
                    if head[0] == 0x88:
                        code = int.from_bytes(payload[:2], "big")
                        self.writer.write(frame(0x88, payload[:2]))
            except (asyncio.IncompleteReadError, ConnectionError):
                self.writer.transport.abort()
        return code

    async def _size(self, said: int) -> int:
        if said == 126:
            return int.from_bytes(await self.reader.readexactly(2), "big")
        if said == 127:
            return int.from_bytes(await self.reader.readexactly(8), "big")
        return said


TEXT, BINARY, CLOSE, PING, CONTINUED = 0x81, 0x82, 0x88, 0x89, 0x80
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
