"""What a load balancer asks: does the process live, and can it answer."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from store.database import Database

ANSWER_SECONDS: Final = 3.0
"""How long the database may take before it counts as gone."""

_HEADERS: Final = {"cache-control": "no-store"}
_log = structlog.get_logger("stageline.health")


async def healthz(_: Request) -> Response:
    """The process lives. It says nothing of what it needs, so that an outage elsewhere restarts nobody."""
    return PlainTextResponse("ok", headers=_HEADERS)


class Readiness:
    """Whether the process can answer: the database does, and no migration is missing.

    What was migrated stays so: it is looked up until it is true once. Only one caller at a time looks.
    """

    def __init__(self, database: Database, pending: Callable[[], Awaitable[list[str]]]) -> None:
        self._database = database
        self._pending = pending
        self._looking = asyncio.Lock()
        self._migrated = False

    async def __call__(self, _: Request) -> Response:
        """200 `ok`, or 503 with the one word that is the matter: `database` or `migrations`."""
        reason = await self.reason()
        status = HTTPStatus.SERVICE_UNAVAILABLE if reason else HTTPStatus.OK
        return PlainTextResponse(reason or "ok", status, headers=_HEADERS)

    async def reason(self) -> str | None:
        """What is the matter, in one word; None if nothing is."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                async with self._looking:
                    self._migrated = self._migrated or not await self._pending()
                    await self._database.value("SELECT 1")
        except Exception as error:  # noqa: BLE001  (whatever it is, we are not ready)
            _log.warning("not_ready", error=repr(error))
            return "database"
        return None if self._migrated else "migrations"
