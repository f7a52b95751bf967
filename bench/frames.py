"""WebSocket frames as a client sends and receives them, with as little work as possible."""

from __future__ import annotations

from collections.abc import Iterator

_MASK = b"\0\0\0\0"  # masking with zeros changes nothing, and is allowed


def masked(message: bytes) -> bytes:
    """A text message in one frame."""
    size = len(message)
    if size < 126:
        return bytes((0x81, 0x80 | size)) + _MASK + message
    if size < 65_536:
        return bytes((0x81, 0xFE)) + size.to_bytes(2, "big") + _MASK + message
    return bytes((0x81, 0xFF)) + size.to_bytes(8, "big") + _MASK + message


def pong(content: bytes) -> bytes:
    """The answer to a ping."""
    return bytes((0x8A, 0x80 | len(content))) + _MASK + content


class Frames:
    """Cuts what a server sends into messages. Servers here send each in one frame."""

    def __init__(self) -> None:
        self._left = b""
        self.pings: list[bytes] = []
        """Pings that want an answer."""

    def read(self, data: bytes, *, whole: bool) -> Iterator[bytes]:
        """The text messages that are complete now; their content only if it is wanted."""
        data = self._left + data if self._left else data
        at, size = 0, len(data)
        while size - at >= 2:
            length, body = data[at + 1] & 0x7F, at + 2
            if length == 126:
                length, body = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif length == 127:
                length, body = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if body + length > size:
                break
            if data[at] == 0x89:
                self.pings.append(data[body : body + length])
            elif data[at] == 0x81:
                yield data[body : body + length] if whole else b""
            at = body + length
        self._left = data[at:]
