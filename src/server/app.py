"""The web application: which address answers what, and what is open while it runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from engine.files.uploads import limits
from engine.hooks.reach import Reach, allowed
from gql.following import failure
from gql.masking import MaskedSchema
from gql.schema import build_schema
from live.hub import Hub
from live.presence import Presence
from live.tail import Tails
from live.wakeups import Wakeups
from resolvers.documents import FILES
from resolvers.following import LogReader
from server import graphiql
from server.auth import CSRF_HEADER
from server.compression import Compressed
from server.files.storage import storage
from server.files.view import FilesView
from server.health import Readiness, healthz
from server.metrics import Measured, Metrics
from server.refusals import refuse_route
from server.requests import QuickRequest
from server.settings import Settings
from server.transports import socket as graphql_socket
from server.transports.bodies import Bodies
from server.transports.event_stream import EventStreamView
from server.transports.http import GraphQLView
from server.transports.service import Service
from store.database import Database
from store.migrate import pending

_METHODS: Final = ("GET", "POST")
PREFLIGHT_SECONDS = 600
"""How long browsers remember that another origin may call."""


def create_app(
    settings: Settings,
    *,
    database: Database | None = None,
    wakeups: Wakeups | None = None,
    schema: MaskedSchema | None = None,
    stop: asyncio.Event | None = None,
    metrics: Metrics | None = None,
) -> Starlette:
    """The application for ``settings``.

    While it runs it holds a connection pool and the broker: ``database`` and ``wakeups``, which stay open afterwards,
    or its own. ``schema`` replaces the public schema in tests. Once ``stop`` is set, streams end. ``metrics`` counts
    the requests, and tells of the streams.
    """
    allowed.reach = Reach.of(settings.allow_private_webhooks)
    limits.most_bytes = settings.max_file_bytes
    schema = schema or build_schema(introspection=settings.introspection)
    door = _Door(settings, database, wakeups, schema, stop or asyncio.Event(), metrics)
    routes = [
        Route("/graphql", door.graphql, methods=_METHODS),
        WebSocketRoute("/graphql", door.socket),
        Route("/graphql/stream", door.event_stream, methods=["GET", "POST"]),
        Route(f"{FILES}{{pass}}", door.files, methods=["GET", "PUT"]),
        Route("/healthz", healthz),
        Route("/readyz", door.readyz),
    ]
    if settings.graphiql:
        routes += [Route("/", _to_graphql), Route("/ide/{name}", graphiql.file)]
    return Starlette(
        routes=routes,
        middleware=[
            *([Middleware(Measured, metrics=metrics)] if metrics else []),
            *([_cors(settings)] if settings.allowed_origins else []),
            Middleware(Compressed),
            Middleware(_Straight, answer=door.graphql),
        ],
        exception_handlers={HTTPException: refuse_route},
        lifespan=door.lifespan,
    )


class _Straight:
    """Leads to the GraphQL endpoint past all routes, which take as long as a small query."""

    def __init__(self, app: ASGIApp, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/graphql" and scope["method"] in _METHODS:
            response = await self._answer(QuickRequest(scope, receive))
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class _Door:
    """The parts behind the routes, which exist from the start of the application to its end."""

    def __init__(
        self,
        settings: Settings,
        database: Database | None,
        wakeups: Wakeups | None,
        schema: MaskedSchema,
        stop: asyncio.Event,
        metrics: Metrics | None,
    ) -> None:
        self.settings = settings
        self.database = database
        self.wakeups = wakeups
        self.schema = schema
        self.stop = stop
        self.metrics = metrics
        self.service: Service
        self.readiness: Readiness

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            database = self.database or await self._connect(stack)
            wakeups = self.wakeups
            if wakeups is None:
                wakeups = await stack.enter_async_context(Wakeups.open(self.settings.redis_url))
            tails = await stack.enter_async_context(Tails.open(database, wakeups))
            reader = LogReader(database, wakeups.notify, failure, base_url=self.settings.base_url)
            hub = await stack.enter_async_context(Hub.open(database, tails, reader))
            if self.metrics is not None:
                self.metrics.watch(hub, self.schema.executed)
            presence = await stack.enter_async_context(Presence.open(self.settings.redis_url, wakeups))
            self.service = Service(
                schema=self.schema,
                settings=self.settings,
                database=database,
                notify=wakeups.notify,
                tails=tails,
                hub=hub,
                presence=presence,
                stop=self.stop,
                bodies=Bodies(self.settings.max_body_bytes),
                objects=storage(self.settings),
            )
            self.readiness = Readiness(database, self._pending)
            yield

    async def _connect(self, stack: AsyncExitStack) -> Database:
        if self.settings.database_url is None:
            raise ValueError("The application needs a DATABASE_URL or an open database.")
        database = await Database.connect(self.settings.database_url, pool_size=self.settings.pool_size)
        stack.push_async_callback(database.close)
        return database

    async def _pending(self) -> list[str]:
        """The missing migrations. Whoever hands in a database without a URL has migrated it."""
        return await pending(self.settings.database_url) if self.settings.database_url else []

    async def graphql(self, request: Request) -> Response:
        return await GraphQLView(self.service)(request)

    async def socket(self, socket: WebSocket) -> None:
        await graphql_socket.answer(self.service, socket)

    async def event_stream(self, request: Request) -> Response:
        return await EventStreamView(self.service)(request)

    async def files(self, request: Request) -> Response:
        return await FilesView(self.service)(request)

    async def readyz(self, request: Request) -> Response:
        return await self.readiness(request)


async def _to_graphql(_: Request) -> Response:
    return RedirectResponse("/graphql", HTTPStatus.SEE_OTHER)


def _cors(settings: Settings) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=list(settings.allowed_origins),
        allow_methods=["GET", "POST", "PUT"],
        allow_headers=["Authorization", "Content-Type", "Last-Event-ID", CSRF_HEADER],
        allow_credentials=True,
        max_age=PREFLIGHT_SECONDS,
    )
