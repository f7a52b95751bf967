"""One client's connection by graphql-transport-ws, from its first frame to its close code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any, Final

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from engine.enums import ErrorCode
from engine.errors import Refused
from engine.firm.sessions import Identity
from gql.masking import incident
from server.auth import Credentials, bearer
from server.refusals import Refusal
from server.transports.operation import read_message
from server.transports.results import Result, failed, refused, results
from server.transports.service import Service
from server.transports.session_end import REASONS, session_end
from server.transports.socket import codes, messages
from server.transports.socket.codes import Closed
from server.transports.socket.messages import Complete, Init, Malformed, Message, Ping, Pong, Subscribe

INIT_SECONDS: Final = 5.0
"""How long a client may take to send connection_init."""

PING_SECONDS: Final = 15.0
"""How often the server gives a sign of life that scripts in browsers can see."""

SEND_SECONDS: Final = 30.0
"""How long a frame may wait for a client that does not read; then it is too slow."""

CLOSE_SECONDS: Final = 5.0
"""The same of the close frame."""

MAX_REASON: Final = 123
"""Bytes of a close frame's reason (RFC 6455)."""

MAX_OPERATIONS: Final = 100
"""Operations of one connection at a time."""

MAX_TASKS: Final = 2 * MAX_OPERATIONS
"""The same with those that are ending. While there are more, nothing is read from the client."""


class Connection:
    """The state of one connection. ``credentials`` came with the handshake; those of connection_init win over them."""

    def __init__(self, service: Service, socket: WebSocket, address: str, credentials: Credentials | None) -> None:
        self._service = service
        self._socket = socket
        self._address = address
        self._token = credentials.token if credentials else None
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    async def run(self) -> None:
        """Talks to the client until one of both ends it."""
        try:
            identity = await self._begin()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._ping())
                if identity:
                    group.create_task(self._session(identity))
                try:
                    await self._talk(group)
                except Closed as closed:
                    await self._close(closed)  # before the operations have ended: nothing is sent after it
                    raise
        except* WebSocketDisconnect:
            pass
        except* Closed as closed:
            await self._close(_first(closed))
        except* Exception as failures:  # noqa: BLE001  (the last gate: nothing of it may reach the client)
            await self._close(Closed(codes.INTERNAL, incident(failures).message))

    async def _talk(self, group: asyncio.TaskGroup) -> None:
        while True:
            await self._handle(await self._read(), group)
            await asyncio.sleep(0)  # a client with much to say is no reason for the others to wait

    async def _begin(self) -> Identity | None:
        """Waits for connection_init, finds out who it is, and acknowledges."""
        try:
            async with asyncio.timeout(INIT_SECONDS):
                init = await self._init()
        except TimeoutError:
            raise Closed(codes.INIT_TIMEOUT, "Connection initialisation timeout") from None
        identity = await self._identity(init)
        await self._send({"type": "connection_ack"})
        return identity

    async def _init(self) -> Init:
        while True:
            match await self._read():
                case Init() as init:
                    return init
                case Ping() as ping:
                    await self._pong(ping)
                case Subscribe():
                    raise Closed(codes.UNAUTHORIZED, "Unauthorized: send connection_init first")
                case Pong() | Complete():
                    pass

    async def _identity(self, init: Init) -> Identity | None:
        said = next((value for name, value in init.payload.items() if name.lower() == "authorization"), None)
        try:
            if said is not None:
                self._token = bearer(said)
            return await self._who()
        except (Refusal, Refused):
            raise Closed(codes.FORBIDDEN, "Forbidden: the token is malformed, unknown, expired or revoked") from None

    async def _who(self) -> Identity | None:
        return None if self._token is None else await self._service.known(self._token)

    async def _session(self, identity: Identity) -> None:
        over = await session_end(self._service, identity)
        closed = Closed(codes.SESSION_OVER[over], REASONS[over])
        await self._close(closed)
        raise closed

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_SECONDS)
            await self._send({"type": "ping"})

    async def _handle(self, message: Message, group: asyncio.TaskGroup) -> None:
        """What is answered at once is answered before the next message is read, so that nobody can pile up answers."""
        match message:
            case Init():
                raise Closed(codes.SECOND_INIT, "Too many initialisation requests")
            case Ping():
                await self._pong(message)
            case Pong():
                pass
            case Subscribe():
                await self._subscribe(message, group)
            case Complete():
                running = self._operations.pop(message.id, None)
                if running:
                    running.cancel()

    async def _subscribe(self, message: Subscribe, group: asyncio.TaskGroup) -> None:
        if message.id in self._operations:
            raise Closed(codes.ID_IN_USE, f"Subscriber for {message.id} already exists")
        if len(self._operations) >= MAX_OPERATIONS:
            text = f"At most {MAX_OPERATIONS} operations may be open on a connection."
            await self._send(_error(message.id, refused("TOO_MANY_SUBSCRIPTIONS", text)))
            return
        while len(self._tasks) >= MAX_TASKS:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        task = self._operations[message.id] = group.create_task(self._run(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pong(self, ping: Ping) -> None:
        payload = {} if ping.payload is None else {"payload": ping.payload}
        await self._send({"type": "pong", **payload})

    async def _run(self, message: Subscribe) -> None:
        """Runs an operation to its end, and says so unless the client has ended it."""
        async with aclosing(self._results(message)) as found:
            async for result in found:
                if result.session_over:
                    raise Closed(codes.SESSION_OVER[result.session_over], REASONS[result.session_over])
                if result.ends:
                    self._forget(message.id)
                    await self._send(_error(message.id, result))
                    return
                await self._send({"id": message.id, "type": "next", "payload": result.payload()})
        self._forget(message.id)
        await self._send({"id": message.id, "type": "complete"})

    async def _results(self, message: Subscribe) -> AsyncGenerator[Result, None]:
        try:
            operation = read_message(message.said)
            # Asked anew for every operation: what was true of the token at the beginning may not be now.
            context = self._service.context(await self._who(), self._address)
        except Refusal as refusal:
            yield refused(refusal.code, refusal.message)
            return
        except Refused as refusal:
            yield refused(ErrorCode.UNAUTHENTICATED.value, refusal.problems[0].message)
            return
        except Exception as error:  # noqa: BLE001  (a database that is away ends the operation, not the connection)
            yield failed([incident(error)])
            return
        context.sets_cookies = False
        async with aclosing(results(self._service.schema, operation, context)) as found:
            async for result in found:
                yield result

    def _forget(self, operation_id: str) -> None:
        """Before the last message is sent, so that the client may use the id again at once."""
        if self._operations.get(operation_id) is asyncio.current_task():
            del self._operations[operation_id]

    async def _read(self) -> Message:
        frame = await self._socket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame["code"])
        try:
            return messages.read(frame.get("text"))
        except Malformed as malformed:
            raise Closed(codes.MALFORMED, str(malformed)) from None

    async def _send(self, message: dict[str, Any]) -> None:
        if self._closing:
            raise asyncio.CancelledError  # a task that outlived its cancellation
        text = orjson.dumps(message).decode()  # text: clients of the protocol refuse binary frames
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._socket.send_text(text)
        except TimeoutError:
            raise Closed(codes.TOO_SLOW, "Too slow: subscribe again after the last cursor") from None
        except RuntimeError as error:  # starlette's and uvicorn's way to say that the connection has ended
            raise WebSocketDisconnect(codes.GONE) from error

    async def _close(self, closed: Closed) -> None:
        """Says why, as the last word. Saying it again changes nothing."""
        if self._closing:
            return
        self._closing = True
        with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):  # the client may have gone meanwhile
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._socket.close(closed.code, closed.reason.encode()[:MAX_REASON].decode(errors="ignore"))


def _error(operation_id: str, result: Result) -> dict[str, Any]:
    return {"id": operation_id, "type": "error", "payload": result.formatted_errors()}


def _first(group: BaseExceptionGroup[Closed]) -> Closed:
    found = group.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
