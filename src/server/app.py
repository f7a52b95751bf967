"""The web application: which address answers what, and what is open while it runs."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus

import strawberry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gql.schema import build_schema
from live.wakeups import Wakeups
from server import graphiql
from server.auth import CSRF_HEADER
from server.graphql_view import GraphQLView
from server.health import Readiness, healthz
from server.refusals import refuse_route
from server.settings import Settings
from store.database import Database
from store.migrate import pending

PREFLIGHT_SECONDS = 600
"""How long browsers remember that another origin may call."""


def create_app(
    settings: Settings, *, database: Database | None = None, schema: strawberry.Schema | None = None
) -> Starlette:
    """The application for ``settings``.

    While it runs it holds the broker and a connection pool: ``database``, which stays open afterwards, or one of its
    own to ``settings.database_url``. ``schema`` replaces the public schema in tests.
    """
    door = _Door(settings, database, schema or build_schema(introspection=settings.introspection))
    routes = [
        Route("/graphql", door.graphql, methods=["GET", "POST"]),
        Route("/healthz", healthz),
        Route("/readyz", door.readyz),
    ]
    if settings.graphiql:
        routes += [Route("/", _to_graphql), Route("/ide/{name}", graphiql.file)]
    return Starlette(
        routes=routes,
        middleware=[_cors(settings)] if settings.allowed_origins else [],
        exception_handlers={HTTPException: refuse_route},
        lifespan=door.lifespan,
    )


class _Door:
    """The parts behind the routes, which exist from the start of the application to its end."""

    def __init__(self, settings: Settings, database: Database | None, schema: strawberry.Schema) -> None:
        self.settings = settings
        self.database = database
        self.schema = schema
        self.view: GraphQLView
        self.readiness: Readiness

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            database = self.database or await self._connect(stack)
            wakeups = await stack.enter_async_context(Wakeups.open(self.settings.redis_url))
            self.view = GraphQLView(self.schema, self.settings, database, wakeups.notify)
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
        return await self.view(request)

    async def readyz(self, request: Request) -> Response:
        return await self.readiness(request)


async def _to_graphql(_: Request) -> Response:
    return RedirectResponse("/graphql", HTTPStatus.SEE_OTHER)


def _cors(settings: Settings) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=list(settings.allowed_origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", CSRF_HEADER],
        allow_credentials=True,
        max_age=PREFLIGHT_SECONDS,
    )
