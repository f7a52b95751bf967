"""One subscription over one WebSocket (LV6), by the protocol graphql-transport-ws."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from server.trouble import Trouble
from server.watch.board import Json
from server.watch.client import Address, Away, SessionOver, reason, refuse
from server.watch.texts import clean

PROTOCOL: Final = Subprotocol("graphql-transport-ws")
SILENCE: Final = 45.0
"""Seconds without a frame after which a connection counts as lost. The server pings every 15."""
MAX_FRAME: Final = 32 * 2**20
"""The largest event, in bytes."""
ENDINGS: Final = {1001: "the server stops", 1012: "the server restarts"}
OVER: Final = frozenset({4403, 4410, 4411})


@asynccontextmanager
async def subscribed(
    address: Address, token: str | None, payload: Json, *, silence: float = SILENCE
) -> AsyncIterator[AsyncIterator[Json]]:
    """The answers to a subscription, once the server has acknowledged the connection.

    Raises Away when the connection cannot be had, breaks, or is silent for ``silence`` seconds, SessionOver when the
    token is no longer good, and Trouble for what trying again would not mend.
    """
    with _endings():
        async with connect(
            address.socket,
            subprotocols=[PROTOCOL],
            ssl=address.tls,
            ping_interval=None,  # the protocol's own pings tell more: that the application is alive
            close_timeout=1,
            max_size=MAX_FRAME,
        ) as socket:
            await _send(socket, type="connection_init", payload={"authorization": f"Bearer {token}"} if token else {})
            while (await _next(socket, silence))["type"] != "connection_ack":
                pass
            await _send(socket, type="subscribe", id="board", payload=payload)
            async with aclosing(_answers(socket, silence)) as answers:
                yield answers


async def _answers(socket: ClientConnection, silence: float) -> AsyncGenerator[Json, None]:
    while True:
        message = await _next(socket, silence)
        match message["type"]:
            case "next":
                refuse(message["payload"].get("errors"))
                yield message["payload"]["data"]
            case "error":
                refuse(message["payload"])
            case "complete":
                raise Away("the server ended the stream")


async def _next(socket: ClientConnection, silence: float) -> Json:
    """The next message; pings are answered on the way."""
    while True:
        async with asyncio.timeout(silence):
            message: Json = json.loads(await socket.recv())
        if message["type"] != "ping":
            return message
        await _send(socket, type="pong")


async def _send(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


@contextmanager
def _endings() -> Iterator[None]:
    """Say what the end of a connection means for whoever reads it."""
    try:
        yield
    except ConnectionClosed as closed:
        raise _ending(closed) from closed
    except InvalidStatus as refused:
        raise Away(f"no WebSocket, but HTTP {refused.response.status_code}") from refused
    except TimeoutError as silent:
        raise Away("no sign of life") from silent
    except (OSError, EOFError, WebSocketException) as lost:
        raise Away(reason(lost)) from lost


def _ending(closed: ConnectionClosed) -> Exception:
    if closed.rcvd is None:
        return Away("connection lost")
    code, why = closed.rcvd.code, clean(closed.rcvd.reason)
    if code in OVER:
        return SessionOver(why)
    if 4400 <= code < 4500 and code != 4408:
        return Trouble(f"The server does not understand this client ({code} {why}). Are both of the same version?")
    return Away(ENDINGS.get(code, f"connection closed ({code})"))
