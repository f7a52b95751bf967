"""The web server: uvicorn, on a socket that was opened before anything else was touched."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from server.settings import Settings
from server.transports.socket.protocol import SocketProtocol
from server.trouble import Trouble, port_trouble

BACKLOG: Final = 2048
"""How many connections may wait to be accepted."""
UNHEARD_SECONDS: Final = 40
"""How long what is sent may stay without an answer of the client's machine, where the system can count that.

Event streams get no sign of life from a client; without this, one that has lost its network would stay for hours.
"""
GRACE_SECONDS: Final = 3
"""How long requests may take to end once we are asked to stop."""
KEEP_ALIVE_SECONDS: Final = 75
"""How long a connection may be idle between two requests.

Longer than clients and load balancers keep theirs (60 s at most): whoever closes second loses a request now and then.
"""
NO_ERRORS: Final = frozenset(
    {
        "ASGI callable returned without completing response.",  # a stream whose client does not read
        "Invalid UTF-8 sequence received from client.",  # the connection is closed with 1007
    }
)
"""What uvicorn logs as an error though any client can bring it about."""


class Server(uvicorn.Server):
    """uvicorn without its hands on our signals, and with a word when it has started."""

    on_started: Callable[[], None]

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to us: they stop more than the web server."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self.on_started()


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """Hold the listening socket of HOST and PORT; raise :class:`Trouble` when it cannot be had.

    It listens at once: nobody else can take the port from here on, and early clients wait instead of being refused.
    """
    with opened(settings.host, settings.port) as listener:
        yield listener


def opened(host: str, port: int, prefix: str = "") -> socket.socket:
    """A listening socket; ``prefix`` begins the names of the settings that say where. Raises :class:`Trouble`."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        raise port_trouble(host, port, error, prefix) from error
    listener.setblocking(False)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # accepted connections inherit it
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_SECONDS * 1000)
    return listener


async def run(
    app: ASGIApp,
    settings: Settings,
    listener: socket.socket,
    stop: asyncio.Event,
    *,
    on_started: Callable[[], None] = lambda: None,
) -> None:
    """Serve ``app`` on ``listener`` until ``stop`` is set. Raises :class:`Trouble` when it does not start."""
    logging.getLogger("uvicorn.error").addFilter(_is_error)
    server = Server(_config(app, settings))
    server.on_started = on_started
    stopping = asyncio.ensure_future(_pass_on(stop, server))
    try:
        await server.serve(sockets=[listener])
    except SystemExit as error:
        raise Trouble("The web application did not start; the reason is in the log above.") from error
    finally:
        stopping.cancel()


def _is_error(record: logging.LogRecord) -> bool:
    return record.msg not in NO_ERRORS


async def _pass_on(stop: asyncio.Event, server: uvicorn.Server) -> None:
    await stop.wait()
    server.should_exit = True


def _config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws=SocketProtocol,  # on uvicorn's sans-IO implementation, by far the fastest
        ws_per_message_deflate=False,
        ws_max_size=settings.max_body_bytes,
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # who is trusted is settled in auth
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
