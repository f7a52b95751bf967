"""A server that does what a test tells it: answers a board, and plays a scene on each connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from websockets.asyncio.server import ServerConnection, serve

from server.watch.board import Json
from server.watch.client import Address, Credentials, Session
from server.watch.feed import PROTOCOL
from tests.watch.kit import job, pipeline

Scene = Callable[["Fake", ServerConnection], Awaitable[None]]


@dataclass
class Fake:
    """What it was asked, and how it is reached."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    """The documents that came over HTTP."""
    tokens: list[str] = field(default_factory=list)
    """By what the sockets were opened."""
    after: list[str | None] = field(default_factory=list)
    """The cursors after which was subscribed."""
    refusal: Json | None = None
    """The error of a log-in."""

    @property
    def address(self) -> Address:
        """Where it is."""
        return Address("http://fake.test/graphql", f"ws://127.0.0.1:{self.port}/graphql")

    @asynccontextmanager
    async def session(self, credentials: Credentials) -> AsyncIterator[Session]:
        """Somebody who watches."""
        async with httpx.AsyncClient(transport=httpx.MockTransport(self.answer)) as http:
            yield Session(self.address, credentials, http)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What comes over HTTP: a board with one job, or a log-in."""
        name = json.loads(request.content)["operationName"]
        self.asked.append(name)
        if name == "Login":
            errors = [self.refusal] if self.refusal else []
            return httpx.Response(200, json={"data": {"login": {"token": f"t{len(self.asked)}", "errors": errors}}})
        return httpx.Response(200, json={"data": {"board": self.board(f"b{self.asked.count('Board')}")}})

    def board(self, cursor: str) -> Json:
        """A board at a cursor."""
        page = {"hasNextPage": False, "endCursor": None}
        columns = [
            {"stage": stage, "jobCount": 1, "overdueCount": 0, "jobs": {"nodes": [], "pageInfo": page}}
            for stage in pipeline()["stages"]
        ]
        columns[0]["jobs"] = {"nodes": [job(1)], "pageInfo": page}
        return {"cursor": cursor, "pipeline": pipeline(), "columns": columns}


@asynccontextmanager
async def playing(*scenes: Scene) -> AsyncIterator[Fake]:
    """A server whose first connection plays the first scene, and so on; the last is played for ever."""
    fake = Fake()

    async def play(socket: ServerConnection) -> None:
        opening = json.loads(await socket.recv())
        fake.tokens.append(opening["payload"].get("authorization", ""))
        await scenes[min(len(fake.tokens), len(scenes)) - 1](fake, socket)

    async with serve(play, "127.0.0.1", 0, subprotocols=[PROTOCOL]) as server:
        fake.port = next(iter(server.sockets)).getsockname()[1]
        yield fake


def telling(*messages: Json, end: int | None = None) -> Scene:
    """Let in, take the subscription, send these answers, and close with a code, or stay silent."""

    async def scene(fake: Fake, socket: ServerConnection) -> None:
        await say(socket, {"type": "connection_ack"})
        fake.after.append(json.loads(await socket.recv())["payload"]["variables"]["after"])
        await say(socket, *messages)
        await leave(socket, end)

    return scene


def refusing(code: int, reason: str = "") -> Scene:
    """Close at once."""

    async def scene(_: Fake, socket: ServerConnection) -> None:
        await socket.close(code, reason)

    return scene


async def say(socket: ServerConnection, *messages: Json) -> None:
    """Send messages."""
    for message in messages:
        await socket.send(json.dumps(message))


async def leave(socket: ServerConnection, end: int | None) -> None:
    """Close with a code; 1006 without a word; None: wait until the client leaves."""
    match end:
        case None:
            await socket.wait_closed()
        case 1006:
            socket.transport.abort()
        case code:
            await socket.close(code)


def next_(event: Json) -> Json:
    """An event as an answer."""
    return {"type": "next", "id": "board", "payload": {"data": {"boardEvents": event}}}


def errors(code: str, message: str = "No.") -> list[Json]:
    """Errors of GraphQL."""
    return [{"message": message, "extensions": {"code": code}}]


@dataclass
class Pauses:
    """Time that passes at once, and is written down."""

    taken: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        """Note it."""
        self.taken.append(seconds)
        await asyncio.sleep(0)
