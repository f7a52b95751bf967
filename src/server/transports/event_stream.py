"""GraphQL over Server-Sent Events, each operation on a request of its own ("distinct connections", LV6).

Events carry their cursor as their id, so that a browser's EventSource goes on by itself after a lost connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from engine.firm.sessions import Identity
from gql.masking import incident
from live.seats import Tally
from live.tasks import end
from resolvers.context import Context
from server.auth import check_origin, client_address, identify
from server.refusals import HEADERS, Refusal, incident_answer
from server.timely import Timely
from server.transports.operation import Operation, read_operation
from server.transports.results import Result, TooManyStreams, last_word, refused, results
from server.transports.service import Service
from server.transports.session_end import REASONS, session_end

PING_SECONDS: Final = 15.0
"""How often a silent stream gives a sign of life."""

SEND_SECONDS: Final = 30.0
"""How long an event may wait for a client that does not read; then the stream is cut."""

PING: Final = b":\n\n"
COMPLETE: Final = b"event: complete\ndata:\n\n"
_HEADERS: Final = HEADERS | {"content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no"}


@dataclass(slots=True)
class EventStreamView:
    """Answers /graphql/stream."""

    service: Service

    async def __call__(self, request: Request) -> Response:
        """Answers one request; refusals before the stream has begun are JSON."""
        try:
            return await self._answer(request)
        except Refusal as refusal:
            return refusal.answer()
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it
        except Exception as error:  # noqa: BLE001  (the last gate: nothing of it may reach the client)
            return incident_answer(incident(error))

    async def _answer(self, request: Request) -> Response:
        settings = self.service.settings
        if request.method == "HEAD":  # which the route of GET lets in; there is nothing to tell, and no end to wait for
            message = "Streams are for GET and POST."
            raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message, {"allow": "GET, POST"})
        check_origin(request, settings)
        operation = await read_operation(request, self.service.bodies)
        identity = await identify(request, self.service.known, own_pages=True)
        context = self.service.context(identity, client_address(request, settings.trusted_proxies))
        context.resume = request.headers.get("last-event-id") or None
        context.sets_cookies = False
        found = results(self.service.schema, operation, context)
        first = await anext(found, None)
        if first is not None and first.wrong_method:
            await found.aclose()
            raise Refusal(
                HTTPStatus.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "Mutations need POST.", {"allow": "POST"}
            )
        if context.wanted is None:
            frames = _frames(first, found)
            return _Stream(_events(self.service, identity, frames), found, self.service.hub.tally)
        await found.aclose()
        frames = _followed(self.service, operation, context)
        return _Stream(_events(self.service, identity, frames), frames, self.service.hub.tally)


class _Stream(Timely):
    """A stream of events. What it is made of is closed with it."""

    def __init__(self, events: AsyncGenerator[bytes, None], source: AsyncGenerator[Any, None], tally: Tally) -> None:
        super().__init__(events, headers=_HEADERS)
        self.seconds = SEND_SECONDS
        self._tally = tally
        self._events = events
        self._source = source  # which has begun, while the events may never begin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the events until they end or the client goes."""
        async with aclosing(self._source), aclosing(self._events):
            await super().__call__(scope, receive, send)

    def gave_up(self) -> None:
        """Counts it."""
        self._tally.slow += 1


async def _events(
    service: Service, identity: Identity | None, frames: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    """The bytes of the stream, pings included, until the operation, the session or the server ends."""
    async with _ending(service, identity) as ending:
        while not ending.done():
            coming = asyncio.ensure_future(anext(frames, None))
            try:
                async for ping in _pings_until(coming, ending):
                    yield ping
                frame = coming.result() if coming.done() else None
            finally:
                await end(coming)
            if frame is None:
                break
            yield frame
            if isinstance(frame, _LastFrame):
                return
        if not ending.done():
            yield COMPLETE
        elif last := ending.result():
            yield _last(last)


async def _frames(first: Result | None, found: AsyncGenerator[Result, None]) -> AsyncGenerator[bytes, None]:
    """The results of an operation as they come."""
    result = first
    while result is not None:
        yield _last(result) if result.ends else _next(result.payload())
        result = None if result.ends else await anext(found, None)


async def _followed(service: Service, operation: Operation, context: Context) -> AsyncGenerator[bytes, None]:
    """What the hub has for a subscription. Meanwhile it waits: nothing is kept for who does not read."""
    sink = _Slot()
    try:
        seat = service.join(operation, context, sink)
    except TooManyStreams as refusal:
        yield _last(last_word(refusal, operation.name))
        return
    try:
        while True:
            await sink.filled.wait()
            sink.filled.clear()
            frame, sink.frame = sink.frame, b""
            if frame:
                yield frame
                service.hub.ready(seat)
            if sink.last is not None:
                yield _last(last_word(sink.last, operation.name))
                return
    finally:
        service.hub.leave(seat)


class _LastFrame(bytes):
    """What ends a stream, its completion included: nothing may follow it, whatever else has ended meanwhile."""


def _last(result: Result) -> _LastFrame:
    return _LastFrame(_next(result.payload()) + COMPLETE)


class _Slot:
    """Room for one event; a ``live.seats.Sink``."""

    def __init__(self) -> None:
        self.filled = asyncio.Event()
        self.frame = b""
        self.last: Exception | None = None

    def offer(self, payload: bytes, cursor: str) -> bool:
        """Takes an event, if the last one has been sent."""
        if self.frame:
            return False
        self.frame = b"id: %b\nevent: next\ndata: %b\n\n" % (cursor.encode(), payload)
        self.filled.set()
        return True

    def end(self, last: Exception) -> None:
        """Takes the last word, which comes after what is in the slot."""
        self.last = last
        self.filled.set()


async def _pings_until(*awaited: asyncio.Future[Any]) -> AsyncIterator[bytes]:
    """Signs of life until one of the futures is done."""
    while not any(future.done() for future in awaited):
        done, _ = await asyncio.wait(awaited, timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            yield PING


@asynccontextmanager
async def _ending(service: Service, identity: Identity | None) -> AsyncIterator[asyncio.Task[Result | None]]:
    """A task that is done when the stream must end before its operation does.

    It has a last result, or none where the server stops: the stream then breaks off, so that clients come back.
    """
    waiting = asyncio.create_task(_over(service, identity))
    try:
        yield waiting
    finally:
        await end(waiting)


async def _over(service: Service, identity: Identity | None) -> Result | None:
    stopped = asyncio.ensure_future(service.stop.wait())
    ended = asyncio.ensure_future(session_end(service, identity)) if identity else None
    awaited = [stopped, ended] if ended else [stopped]
    try:
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        return refused(ended.result().value, REASONS[ended.result()]) if ended and ended.done() else None
    finally:
        await end(*awaited)


def _next(payload: dict[str, Any]) -> bytes:
    return b"event: next\ndata: %b\n\n" % orjson.dumps(payload)
