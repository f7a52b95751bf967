"""A WebSocket of which the test writes every byte."""

from __future__ import annotations

import asyncio
import os
import struct

from tests.support.frames import PROTOCOL, WITHIN
from tests.transports.house import House

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
UPGRADE = {
    "host": "127.0.0.1",
    "upgrade": "websocket",
    "connection": "Upgrade",
    "sec-websocket-key": KEY,
    "sec-websocket-version": "13",
    "sec-websocket-protocol": PROTOCOL,
}
TEXT, CLOSE, PING, CONTINUED = 0x81, 0x88, 0x89, 0x80
"""The first byte of whole frames of these kinds."""
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
