"""One client's connection by graphql-transport-ws, from its first frame to its close code."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, nullcontext, suppress
from typing import Any, Final

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from engine.enums import ErrorCode
from engine.errors import Refused
from engine.firm.sessions import Identity
from gql.masking import incident
from live.seats import Seat
from server.auth import Credentials, bearer
from server.refusals import Refusal
from server.transports.operation import read_message
from server.transports.results import Result, TooManyStreams, failed, last_word, refused, results
from server.transports.service import Service
from server.transports.session_end import REASONS, SessionWatch
from server.transports.socket import codes, messages
from server.transports.socket.codes import Closed
from server.transports.socket.messages import Complete, Init, Malformed, Message, Ping, Pong, Subscribe
from server.transports.socket.protocol import EXTENSION, SocketProtocol
from store.database import is_outage

INIT_SECONDS: Final = 5.0
"""How long a client may take to send connection_init."""

PING_SECONDS: Final = 15.0
"""How often the server gives a sign of life that scripts in browsers can see."""

SEND_SECONDS: Final = 30.0
"""How long a frame may wait for a client that does not read; then it is too slow."""

CLOSE_SECONDS: Final = 5.0
"""The same of the close frame."""

_PING: Final = b'{"type":"ping"}'

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
        self.protocol: SocketProtocol = socket.scope["extensions"][EXTENSION]["protocol"]
        self._operations: dict[str, asyncio.Task[None] | Seat] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._full: list[Seat] = []
        """Seats that are told when the client has read enough for more."""
        self._patience: asyncio.TimerHandle | None = None
        self._heart: asyncio.TimerHandle | None = None
        self._closing = False

    async def run(self) -> None:
        """Talks to the client until one of both ends it."""
        self.protocol.on_blocked, self.protocol.on_relieved = self._blocked, self._relieved
        try:
            identity = await self._begin()
            watch = SessionWatch(self._service, identity, self._session_over).watching() if identity else nullcontext()
            self._beat()
            async with watch, asyncio.TaskGroup() as group:
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
            code = codes.TRY_LATER if is_outage(failures) else codes.INTERNAL
            await self._close(Closed(code, incident(failures).message))
        finally:
            self._leave()

    def _leave(self) -> None:
        self.protocol.on_blocked = self.protocol.on_relieved = None
        for timer in (self._patience, self._heart):
            if timer is not None:
                timer.cancel()
        for running in self._operations.values():
            if isinstance(running, Seat):
                self._service.hub.leave(running)

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

    def _session_over(self, over: ErrorCode) -> None:
        self._end_with(Closed(codes.SESSION_OVER[over], REASONS[over]))

    def _beat(self) -> None:
        """Gives a sign of life, now and then; a timer, for a task for each of many connections takes memory."""
        if self._heart is not None:
            self.protocol.push(_PING)
        self._heart = asyncio.get_running_loop().call_later(PING_SECONDS, self._beat)

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
                match self._operations.pop(message.id, None):
                    case Seat() as seat:
                        self._service.hub.leave(seat)
                    case asyncio.Task() as running:
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
        """Runs an operation to its end, or as far as the hub takes over, and says so unless the client has ended it."""
        try:
            operation = read_message(message.said)
            # Asked anew for every operation: what was true of the token at the beginning may not be now.
            context = self._service.context(await self._who(), self._address)
        except Exception as error:  # noqa: BLE001  (it ends the operation, not the connection)
            await self._last(message.id, _unread(error))
            return
        context.sets_cookies = False
        async with aclosing(results(self._service.schema, operation, context)) as found:
            async for result in found:
                if result.ends:
                    await self._last(message.id, result)
                    return
                await self._send({"id": message.id, "type": "next", "payload": result.payload()})
        if context.wanted is None:
            self._forget(message.id)
            await self._send({"id": message.id, "type": "complete"})
        elif self._operations.get(message.id) is asyncio.current_task():
            sink = _Sink(self, message.id, operation.name)
            try:
                sink.seat = self._operations[message.id] = self._service.join(operation, context, sink)
            except TooManyStreams as refusal:
                await self._last(message.id, last_word(refusal, operation.name))

    async def _last(self, operation_id: str, result: Result) -> None:
        """The end of an operation that has failed as a whole."""
        if result.session_over:
            raise Closed(codes.SESSION_OVER[result.session_over], REASONS[result.session_over])
        self._forget(operation_id)
        await self._send(_error(operation_id, result))

    def wait(self, seat: Seat) -> bool:
        """Tells the hub of a seat when the client has read enough; a connection that is ending takes whatever comes."""
        if not self._closing:
            self._full.append(seat)
        return self._closing

    def _blocked(self) -> None:
        """The client has much to read: it is waited for, but not for ever."""
        self._patience = asyncio.get_running_loop().call_later(SEND_SECONDS, self._too_slow)

    def _relieved(self) -> None:
        """It has read it."""
        if self._patience is not None:
            self._patience.cancel()
        full, self._full = self._full, []
        for seat in full:
            self._service.hub.ready(seat)

    def _too_slow(self) -> None:
        self._service.hub.tally.slow += 1
        self._end_with(Closed(codes.TOO_SLOW, "Too slow: subscribe again after the last cursor"))

    def ended(self, operation_id: str, seat: Seat, result: Result) -> None:
        """The hub has ended an operation."""
        if result.session_over:
            self._end_with(Closed(codes.SESSION_OVER[result.session_over], REASONS[result.session_over]))
        elif self._operations.get(operation_id) is seat:
            del self._operations[operation_id]
            self.protocol.push(orjson.dumps(_error(operation_id, result)))

    def _end_with(self, closed: Closed) -> None:
        """Ends the connection from outside of its own tasks."""
        closing = asyncio.create_task(self._close(closed))
        self._tasks.add(closing)
        closing.add_done_callback(self._tasks.discard)

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
                return
        self.protocol.transport.abort()  # it does not even take the close frame


class _Sink:
    """Where the hub's events for one operation go; a ``live.seats.Sink``."""

    __slots__ = ("_connection", "_id", "_name", "_prefix", "_protocol", "seat")

    def __init__(self, connection: Connection, operation_id: str, name: str | None) -> None:
        self._connection = connection
        self._protocol = connection.protocol
        self._id = operation_id
        self._name = name
        self._prefix = b'{"id":%b,"type":"next","payload":' % orjson.dumps(operation_id)
        self.seat: Seat

    def offer(self, payload: bytes, cursor: str) -> bool:
        """Writes an event in its own frame around the shared bytes, if the client has read enough."""
        if self._protocol.blocked:
            return self._connection.wait(self.seat)
        self._protocol.push(self._prefix, payload, b"}")
        return True

    def end(self, last: Exception) -> None:
        """Says why nothing more will come."""
        self._connection.ended(self._id, self.seat, last_word(last, self._name))


def _unread(error: Exception) -> Result:
    """Why an operation could not even be begun."""
    match error:
        case Refusal():
            return refused(error.code, error.message)
        case Refused():
            return refused(ErrorCode.UNAUTHENTICATED.value, error.problems[0].message)
        case _:
            return failed([incident(error)])


def _error(operation_id: str, result: Result) -> dict[str, Any]:
    return {"id": operation_id, "type": "error", "payload": result.formatted_errors()}


def _first(group: BaseExceptionGroup[Closed]) -> Closed:
    found = group.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
