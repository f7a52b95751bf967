"""Reads the bodies of requests: never more of one than is allowed, never longer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.requests import ClientDisconnect, Request

from server.patience import Patience
from server.refusals import Refusal

BODY_SECONDS: Final = 30.0
"""How long a client may take to send its body."""


class Bodies:
    """The bodies that a process reads, of at most ``limit`` bytes."""

    def __init__(self, limit: int, seconds: float = BODY_SECONDS) -> None:
        self._limit = limit
        self._seconds = seconds
        self._patience = Patience(seconds)

    async def read(self, request: Request) -> bytes:
        """The body. Raises :class:`Refusal`, and ClientDisconnect where the client goes away."""
        declared = request.headers.get("content-length", "0")
        if declared.isdecimal() and int(declared[:20]) > self._limit:
            raise self._too_large()
        try:
            with self._patience:
                return await self._all(request)
        except TimeoutError:
            message = f"The body did not arrive within {self._seconds:g} seconds."
            raise Refusal(HTTPStatus.REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message) from None

    async def _all(self, request: Request) -> bytes:
        body = bytearray()
        while True:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            if len(body) > self._limit:
                raise self._too_large()
            if not message.get("more_body"):
                return bytes(body)

    def _too_large(self) -> Refusal:
        message = f"The body is larger than {self._limit:,} bytes."
        return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "BODY_TOO_LARGE", message)
