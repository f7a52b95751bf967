"""uvicorn's WebSocket protocol, with bounds on what a client may do below the messages.

uvicorn bounds the size of messages. What it leaves open is for anybody, even before they say who they are: answers to
pings pile up for a client that does not read them, tiny frames are parsed a quarter of a megabyte at a time while all
others wait, and a closed connection waits for its last bytes to be read, for ever.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request
from websockets.protocol import State

SLICE: Final = 4096
"""Bytes that are parsed at a time. A flood is noticed after the first of them."""

SMALL_FRAMES: Final = 200
"""Pings, pongs and continuations in a second. Clients send some in a minute."""

LINGER_SECONDS: Final = 10.0
"""How long a connection that has ended may wait for its last bytes to be read."""


SPREAD_SECONDS: Final = 0.001
"""Over how long a time connections are closed when the server stops, for each of them."""

LONGEST_SPREAD_SECONDS: Final = 2.0
"""The same for all of them together."""

EXTENSION: Final = "stageline"
"""The key of the ASGI extension under which the application finds the protocol."""

_TEXT: Final = 0x81  # a final frame of text


class SocketProtocol(WebSocketsSansIOProtocol):
    """One connection."""

    _since = 0.0
    _small = 0
    blocked = False
    """Whether the client has yet to read what was written."""
    on_blocked: Callable[[], None] | None = None
    on_relieved: Callable[[], None] | None = None
    """Called when that begins, and when it ends."""

    def handle_connect(self, event: Request) -> None:
        """Lets the application have the protocol itself: what is sent to many at once is written past the layers."""
        super().handle_connect(event)
        if self.handshake_initiated and not self.handshake_complete:
            self.scope["extensions"][EXTENSION] = {"protocol": self}

    def push(self, *parts: bytes) -> None:
        """Writes a whole text message at once, unless the connection is ending.

        While it is ``blocked`` more should not be written.
        """
        if self.conn.state is State.OPEN and not self.close_sent and not self.transport.is_closing():
            self.transport.write(b"".join((_header(sum(map(len, parts))), *parts)))

    def pause_writing(self) -> None:
        """Takes note of it, and passes it on."""
        super().pause_writing()
        self.blocked = True
        if self.on_blocked is not None:
            self.on_blocked()

    def resume_writing(self) -> None:
        """Takes note of it, and passes it on."""
        super().resume_writing()
        self.blocked = False
        if self.on_relieved is not None:
            self.on_relieved()

    def data_received(self, data: bytes) -> None:
        """Parses what has arrived, as far as the connection is good."""
        for start in range(0, len(data), SLICE):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + SLICE])

    def handle_ping(self) -> None:
        """Answers, unless it is one ping too many."""
        if self._is_well():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        """Takes note of it, likewise."""
        if self._is_well():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        """Takes a part of a message, likewise."""
        if self._is_well():
            super().handle_cont(event)

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Sees to it that the connection ends soon after the application is done with it."""
        super().on_task_complete(task)
        if not self.disconnected:
            self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def shutdown(self) -> None:
        """Ends the connection because the server stops: not all at the same moment, for all come back at once."""
        spread = min(LONGEST_SPREAD_SECONDS, len(self.connections) * SPREAD_SECONDS)
        self.loop.call_later(random.uniform(0.0, spread), self._shut_down)  # noqa: S311  (it protects nothing)

    def _shut_down(self) -> None:
        if not self.disconnected:
            super().shutdown()

    def _is_well(self) -> bool:
        """Counts a small frame; ends the connection of whoever sends too many."""
        if self.transport.is_closing():
            return False
        now = self.loop.time()
        if now - self._since >= 1.0:
            self._since, self._small = now, 0
        self._small += 1
        if self._small <= SMALL_FRAMES:
            return True
        self.conn.fail(CloseCode.POLICY_VIOLATION, "Too many small frames")
        self.handle_parser_exception()
        return False


@lru_cache
def _header(length: int) -> bytes:
    """The header of a text frame in one piece, as servers send it: unmasked (RFC 6455, 5.2)."""
    if length < 126:
        return bytes((_TEXT, length))
    if length < 65_536:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big")
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big")
