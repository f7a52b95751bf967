"""uvicorn's WebSocket protocol, with bounds on what a client may do below the messages.

uvicorn bounds the size of messages. What it leaves open is for anybody, even before they say who they are: answers to
pings pile up for a client that does not read them, tiny frames are parsed a quarter of a megabyte at a time while all
others wait, and a closed connection waits for its last bytes to be read, for ever.
"""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

SLICE: Final = 4096
"""Bytes that are parsed at a time. A flood is noticed after the first of them."""

SMALL_FRAMES: Final = 200
"""Pings, pongs and continuations in a second. Clients send some in a minute."""

LINGER_SECONDS: Final = 10.0
"""How long a connection that has ended may wait for its last bytes to be read."""


class SocketProtocol(WebSocketsSansIOProtocol):
    """One connection."""

    _since = 0.0
    _small = 0

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
