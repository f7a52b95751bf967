"""A little schema behind the real door, and a client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import strawberry
from graphql import GraphQLError
from starlette.applications import Starlette
from tortoise.context import TortoiseContext

from gql.limits import limit_extensions
from gql.masking import MaskedSchema, Masking
from resolvers.context import Context
from server.app import create_app
from server.settings import Settings
from store.database import Database, config

HOST = "http://127.0.0.1:8000"
Info = strawberry.Info[Context, None]

touched: list[str] = []
"""What the mutations of the little schema did. A refused request leaves it empty."""


@strawberry.type
class Query:
    @strawberry.field
    def who(self, info: Info) -> str | None:
        """The member who calls."""
        identity = info.context.identity
        return identity.viewer.member_id if identity else None

    @strawberry.field
    def address(self, info: Info) -> str:
        """Where the call comes from."""
        return info.context.address

    @strawberry.field
    def echo(self, text: str = "", number: int = 0) -> str:
        """What was said."""
        return text or str(number)

    @strawberry.field
    def fails(self) -> int | None:
        """A bug."""
        raise RuntimeError("SELECT secret")

    @strawberry.field
    def refuses(self) -> int | None:
        """An error for the client."""
        raise GraphQLError("No.", extensions={"code": "NO"})

    @strawberry.field
    async def firms(self, info: Info) -> int | None:
        """Something from the database."""
        return int(await info.context.database.value("SELECT count(*) FROM firms"))

    @strawberry.field
    def odd(self) -> strawberry.scalars.JSON:
        """A value that JSON cannot say."""
        return object()  # type: ignore[return-value]


@strawberry.type
class Mutation:
    @strawberry.mutation
    def touch(self, text: str = "touched") -> int:
        """Changes something."""
        touched.append(text)
        return len(touched)

    @strawberry.mutation
    def enter(self, info: Info) -> bool:
        """Logs in by cookie."""
        info.context.set_cookie = "sl_new-token"
        return True

    @strawberry.mutation
    def leave(self, info: Info) -> bool:
        """Logs out."""
        info.context.clear_cookie = True
        return True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> AsyncIterator[datetime]:
        """A stream."""
        touched.append("ticks")
        yield datetime.now(UTC)


def little_schema() -> MaskedSchema:
    """The schema above, under the limits and the masking of the real one."""
    extensions: list[Any] = [Masking, *limit_extensions(introspection=True)]
    return MaskedSchema(Query, Mutation, Subscription, extensions=extensions)


@dataclass
class Door:
    """A client of a running application."""

    app: Starlette
    client: httpx.AsyncClient

    async def post(self, body: Any, /, **headers: str) -> httpx.Response:
        """Posts a body: bytes as they are, anything else as JSON. A header's `_` is a `-`."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        typed = {"content-type": "application/json", **given}
        return await self.client.post("/graphql", headers=typed, **content)

    async def ask(self, query: str, variables: dict[str, Any] | None = None, /, **headers: str) -> httpx.Response:
        """Posts an operation."""
        return await self.post({"query": query, "variables": variables}, **headers)


@asynccontextmanager
async def opened(database: Database | None, *, peer: str = "127.0.0.1", **settings: Any) -> AsyncIterator[Door]:
    """The application with these settings, started, and a client whose address is ``peer``."""
    app = create_app(Settings(**settings), database=database, schema=little_schema())
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=(peer, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
            yield Door(app, client)


@asynccontextmanager
async def apart(url: str) -> AsyncIterator[Database]:
    """A pool that leaves alone the one global context of Tortoise, which the session's pool holds."""
    context = TortoiseContext()
    with context:
        await context.init(config=config(url))
    try:
        yield Database(context.db(), context)
    finally:
        await context.close_connections()


def code_of(response: httpx.Response) -> str:
    """The code of the one error in an answer."""
    [error] = response.json()["errors"]
    return str(error["extensions"]["code"])
