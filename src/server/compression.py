"""Answers in fewer bytes, for clients that accept that."""

from __future__ import annotations

from typing import Final

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from resolvers.documents import FILES

LEAST: Final = 2048
"""Bytes of the smallest answer that is compressed: what is smaller fits into two packets as it is."""

EFFORT: Final = 1
"""A board becomes a quarter of its size within a millisecond or two; more effort saves little more and takes longer."""


class Compressed(GZipMiddleware):
    """Compresses large answers; event streams and files go as they are.

    Nobody else is kept waiting: what takes longer is done in a thread. Answers are nobody's but their caller's, and no
    cache keeps them (``server.refusals.HEADERS``), so that they need not say that they vary.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, minimum_size=LEAST, compresslevel=EFFORT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Leads requests of clients that do not accept it past all that, and those for files."""
        if scope["type"] == "http" and _accepts(scope) and not scope["path"].startswith(FILES):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _accepts(scope: Scope) -> bool:
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])
