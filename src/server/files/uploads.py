"""Uploads: the bytes of a file as they come, looked at, counted and hashed on their way to the storage."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.requests import ClientDisconnect, Request

from engine.files.media import HEAD
from engine.files.uploads import MEBIBYTE, MEBIBYTE_WITHIN, Upload
from server.refusals import Refusal, bad_request


@dataclass(slots=True)
class Incoming:
    """The body of a request as the content of a document: just as long as announced, and of its type, or refused."""

    request: Request
    upload: Upload
    stop: asyncio.Event
    """Set when the server is to end: what would take longer breaks off in order, not with the process."""
    _digest: Any = field(default_factory=hashlib.sha256)
    _count: int = 0
    _more: bool = True

    @property
    def sha256(self) -> str:
        """The hash of what has come."""
        found: str = self._digest.hexdigest()
        return found

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes. They only end where all is well: raises Refusal, and ClientDisconnect where the client goes."""
        while piece := await self._piece():
            if self._count == 0 and not self.upload.kind.fits(piece[:HEAD]):
                raise self._wrong_type()
            self._count += len(piece)
            if self._count > self.upload.size:
                raise too_large(self.upload.size)
            if self._count < self.upload.size and self.stop.is_set():
                message = "The server is stopping. Begin the upload again."
                raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "STOPPING", message)
            await asyncio.to_thread(self._digest.update, piece)
            yield piece
        if self._count < self.upload.size:
            raise too_short(self.upload.size)

    async def _piece(self) -> bytes:
        """The next mebibyte, or what there is of it; nothing at the end."""
        piece = bytearray()
        try:
            async with asyncio.timeout(MEBIBYTE_WITHIN.total_seconds()):
                while self._more and len(piece) < MEBIBYTE:
                    message = await self.request.receive()
                    if message["type"] == "http.disconnect":
                        raise ClientDisconnect
                    piece += message.get("body", b"")
                    self._more = message.get("more_body", False)
        except TimeoutError:
            text = f"The file comes slower than a mebibyte within {MEBIBYTE_WITHIN.total_seconds():g} seconds."
            raise Refusal(HTTPStatus.REQUEST_TIMEOUT, "REQUEST_TIMEOUT", text) from None
        return bytes(piece)

    def _wrong_type(self) -> Refusal:
        message = f"The content is not what the name of the file says: {self.upload.kind.media_type}."
        return Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "TYPE_NOT_ALLOWED", message)


def check_headers(headers: Mapping[str, str], size: int) -> None:
    """Raises Refusal for a body that cannot be the content, before any of it is read."""
    if "content-range" in headers:
        raise bad_request("A file comes whole, not in parts.")
    if headers.get("content-encoding", "identity") != "identity":
        message = "A file comes as it is, not compressed for the way."
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "ENCODING_NOT_ALLOWED", message)
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) != size:
        raise too_large(size) if int(declared[:20]) > size else too_short(size)


def too_large(size: int) -> Refusal:
    """More comes than was announced."""
    message = f"The file is larger than the {size:,} bytes that were announced."
    return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "FILE_TOO_LARGE", message)


def too_short(size: int) -> Refusal:
    """Less comes than was announced."""
    message = f"The file is shorter than the {size:,} bytes that were announced."
    return Refusal(HTTPStatus.BAD_REQUEST, "FILE_TOO_SHORT", message)
