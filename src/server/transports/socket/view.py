"""The handshake: which page, which protocol, with which credentials."""

from __future__ import annotations

from typing import Final

from starlette.websockets import WebSocket

from server.auth import check_origin, client_address, socket_credentials
from server.refusals import Refusal
from server.transports.service import Service
from server.transports.socket import codes
from server.transports.socket.connection import Connection

PROTOCOL: Final = "graphql-transport-ws"


async def answer(service: Service, socket: WebSocket) -> None:
    """Answers one WebSocket from its handshake to its end."""
    try:
        check_origin(socket, service.settings)
    except Refusal:
        await socket.close()  # before it is accepted: HTTP 403, the one refusal for which uvicorn logs no error
        return
    if PROTOCOL not in socket.scope["subprotocols"]:
        await socket.accept()
        await socket.close(codes.NO_SUBPROTOCOL, "Subprotocol not acceptable")
        return
    await socket.accept(PROTOCOL)
    if service.sockets >= service.settings.max_sockets:
        await socket.close(codes.TRY_LATER, "Try again later: this server has as many connections as it takes")
        return
    service.sockets += 1
    try:
        await _talk(service, socket)
    finally:
        service.sockets -= 1


async def _talk(service: Service, socket: WebSocket) -> None:
    try:
        credentials = socket_credentials(socket)
    except Refusal as refusal:
        await socket.close(codes.FORBIDDEN, refusal.message)
        return
    address = client_address(socket, service.settings.trusted_proxies)
    await Connection(service, socket, address, credentials).run()
