"""Downloads: a file as it was uploaded, in pieces, whole or the part that is asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from engine.files import texts
from server.files.ranges import Part, Unsatisfiable, part
from server.refusals import HEADERS, Refusal
from server.timely import Timely
from store.database import Row
from store.objects import Objects, StorageError

PIECE_SECONDS: Final = 60.0
"""How long a client may take over a piece, which has a mebibyte."""

_HEADERS: Final = HEADERS | {
    "accept-ranges": "bytes",
    # Nothing that anybody uploads runs in a page of ours, whatever a browser makes of it.
    "content-security-policy": "default-src 'none'; sandbox",
    "referrer-policy": "no-referrer",
}
_log = structlog.get_logger("stageline.files")


async def download(request: Request, document: Row, objects: Objects) -> Response:
    """The answer with a document's content. Raises Refusal, and StorageError if not even its begin can be read."""
    tag = f'"{document["sha256"]}"'
    try:
        wanted = part(request.headers, document["size"], tag)
    except Unsatisfiable:
        headers = {"content-range": f"bytes */{document['size']}"}
        message = "The file has no such part."
        status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        raise Refusal(status, "RANGE_NOT_SATISFIABLE", message, headers) from None
    headers = _HEADERS | _described(document, wanted, tag)
    status = HTTPStatus.OK if wanted.whole else HTTPStatus.PARTIAL_CONTENT
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    pieces = _pieces(document, wanted, objects)
    return _Download(_from(await anext(pieces), pieces), status, headers)


def _pieces(document: Row, wanted: Part, objects: Objects) -> AsyncGenerator[bytes, None]:
    if document["text"] is None:
        return objects.read(document["object_key"], wanted.start, wanted.end)
    return _all(texts.content(document["text"])[wanted.start : wanted.end])


async def _all(content: bytes) -> AsyncGenerator[bytes, None]:
    yield content


def _described(document: Row, wanted: Part, tag: str) -> dict[str, str]:
    headers = {
        "content-type": document["media_type"],
        "content-length": str(wanted.end - wanted.start),
        "content-disposition": disposition(document["name"]),
        "etag": tag,
    }
    return headers if wanted.whole else headers | {"content-range": wanted.header}


def disposition(name: str) -> str:
    """The header that has a browser save a file under its name (RFC 6266), and never show it."""
    plain = "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\%' else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


async def _from(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece


class _Download(Timely):
    """The bytes. Where the storage fails amid them, the connection is cut: the client sees that there was more."""

    def __init__(self, pieces: AsyncGenerator[bytes, None], status: HTTPStatus, headers: dict[str, str]) -> None:
        super().__init__(pieces, status, headers)
        self.seconds = PIECE_SECONDS
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the pieces until they end or the client goes."""
        try:
            async with aclosing(self._pieces):
                await super().__call__(scope, receive, send)
        except StorageError as error:
            _log.warning("download_cut", error=repr(error))
