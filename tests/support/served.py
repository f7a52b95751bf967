"""The real application behind real sockets: uvicorn in the test's own event loop, on a free loopback port."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
from argon2 import PasswordHasher

from engine.firm.secrets import passwords
from gql.masking import MaskedSchema
from server import web
from server.app import create_app
from server.settings import Settings
from store.database import Database
from tests.support.api import Api

STARTS_WITHIN = 20.0
"""How long the server may take to start, or to stop, in seconds."""
PATIENCE = 30.0
"""How long an answer over HTTP may take, in seconds."""
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here is encrypted; a client that is given none reads all the certificates of the system (30 ms)."""


@dataclass(kw_only=True)
class Served(Api):
    """One running server. Firms and people of it call it over HTTP; the test looks into its database."""

    listener: socket.socket
    stop: asyncio.Event
    """Set it to stop the server as an operator would."""
    task: asyncio.Task[None]

    @property
    def port(self) -> int:
        """The TCP port of its loopback address."""
        port = self.http.base_url.port
        assert port is not None
        return port

    @property
    def origin(self) -> str:
        """The web origin of its own pages."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        """Where WebSockets connect."""
        return f"ws://127.0.0.1:{self.port}/graphql"

    async def stopped(self) -> None:
        """Stop it, and return when it has ended."""
        self.stop.set()
        async with asyncio.timeout(STARTS_WITHIN):
            await asyncio.wait([self.task])


@asynccontextmanager
async def served_api(
    database: Database, *, schema: MaskedSchema | None = None, port: int = 0, **settings: Any
) -> AsyncIterator[Served]:
    """The application on ``database``, served while the context is entered; port 0 is any free one.

    ``settings`` are those of :class:`server.settings.Settings`, and ``schema`` replaces the public one.
    """
    listener = socket.create_server(("127.0.0.1", port), backlog=web.BACKLOG)
    listener.setblocking(False)
    # Accepted sockets inherit it. uvloop, under which the server runs, sets it by itself; asyncio does not here.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    given = Settings(port=listener.getsockname()[1], **{"introspection": True, **settings})
    stop, started = asyncio.Event(), asyncio.Event()
    with listener, _cheap_passwords():
        app = create_app(given, database=database, schema=schema, stop=stop)
        task = asyncio.create_task(web.run(app, given, listener, stop, on_started=started.set))
        try:
            await _until(started, task)
            async with http_client(given.base_url) as http:
                # Several servers may share a database: each makes firms and people with e-mails of their own.
                known = [await database.value(f"SELECT count(*) FROM {table}") for table in ("firms", "users")]
                yield Served(database, http, *known, listener=listener, stop=stop, task=task)
        finally:
            stop.set()
            await asyncio.wait_for(task, STARTS_WITHIN)


def http_client(base_url: str) -> httpx.AsyncClient:
    """A client of its own, with as many connections as it takes."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    return httpx.AsyncClient(base_url=base_url, limits=limits, timeout=PATIENCE, trust_env=False, verify=NO_TLS)


async def _until(started: asyncio.Event, task: asyncio.Task[None]) -> None:
    waiting = asyncio.create_task(started.wait())
    try:
        await asyncio.wait([waiting, task], timeout=STARTS_WITHIN, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        assert started.is_set(), "the server did not start"
    finally:
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting


@contextmanager
def _cheap_passwords() -> Iterator[None]:
    thorough, passwords.hasher = passwords.hasher, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    try:
        yield
    finally:
        passwords.hasher = thorough
