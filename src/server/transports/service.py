"""What every transport works with while the application runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import strawberry

from engine.firm.sessions import Identity, authenticate
from live.tail import Tails
from resolvers.context import Context
from server.settings import Settings
from store.database import Database


@dataclass(slots=True)
class Service:
    """The schema and what its operations run on. ``stop`` is set when streams are to end, because the server does."""

    schema: strawberry.Schema
    settings: Settings
    database: Database
    notify: Callable[[str], None]
    tails: Tails
    stop: asyncio.Event

    async def known(self, token: str) -> Identity:
        """Whose token it is. Raises Refused."""
        return await authenticate(self.database, token)

    def context(self, identity: Identity | None, address: str) -> Context:
        """The context of one operation."""
        return Context(
            database=self.database,
            identity=identity,
            address=address,
            notify=self.notify,
            tails=self.tails,
            session_lifetime=timedelta(hours=self.settings.session_hours),
        )
