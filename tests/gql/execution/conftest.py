"""Two firms, one with one of everything and one with much of some, and who looks at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from engine.firm.sessions import Identity, authenticate
from gql.schema import build_schema
from resolvers.context import Context
from store.database import Database, Db
from tests.api.crowd import Crowd, gather_crowd
from tests.api.world import World, open_world
from tests.gql.execution.writing import Writer
from tests.rules.kit import Saved
from tests.support.api import Api, open_shop

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@dataclass
class Full:
    """Both firms, as several people see them. Nothing is written to them."""

    database: Database
    world: World
    crowd: Crowd
    viewers: Sequence[Identity | None]
    ids: Sequence[str]
    """Of all kinds of things."""

    def contexts(self, who: int = 0, db: Db | None = None) -> Callable[[], Context]:
        """Makes contexts for the same viewer at the same time, perhaps inside a snapshot."""

        def made() -> Context:
            viewer = self.viewers[who % len(self.viewers)]
            context = Context(self.database, viewer, "127.0.0.1", lambda topic: None, clock=lambda: NOW)
            context.db = db or context.db
            return context

        return made

    def writer(self, seed: int, size: int) -> Writer:
        """Writes documents that ask for things that are there."""
        return Writer(build_schema()._schema, seed, size, self.ids)


_saved: Saved[tuple[World, Crowd]] = Saved()


@pytest.fixture
async def full(api: Api, database: Database) -> Full:
    """The firms."""

    async def make(api: Api) -> tuple[World, Crowd]:
        return await open_world(api), await gather_crowd(api, await open_shop(api), database)

    world, crowd = await _saved.get(api, database, make, lambda made: [])
    people = [world.owner, crowd.owner, world.employee, crowd.employee]
    viewers = [await authenticate(database, one.token or "") for one in people]
    return Full(database, world, crowd, [*viewers, None], await _ids(database))


async def _ids(database: Database) -> list[str]:
    tables = await database.rows(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'id'"
        " AND data_type <> 'bigint' ORDER BY 1"
    )
    found = [await database.rows(f"SELECT id::text FROM {name} ORDER BY 1 LIMIT 4") for (name,) in tables]
    return [id_ for some in found for (id_,) in some]
