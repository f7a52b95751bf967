"""The two firms on which the tests of isolation look; made once for a module, whose tests change nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from store.database import Database
from tests.access.digest import digest
from tests.access.world import Firm, open_firm
from tests.support.api import running_api
from tests.support.databases import Wiper


@dataclass
class World:
    """The viewer's own firm and another one."""

    own: Firm
    other: Firm
    database: Database
    digest: dict[str, str]

    @asynccontextmanager
    async def unchanged(self) -> AsyncIterator[None]:
        """Fails, naming the tables, where the block changed the database; like `Unchanged`, at half the price."""
        yield
        before, self.digest = self.digest, await digest(self.database)
        assert [table for table in before if before[table] != self.digest[table]] == []


@pytest.fixture(scope="module")
async def world(shared_database: tuple[Database, Wiper]) -> AsyncIterator[World]:
    """Two furnished firms (0.5 s). A test that asks for them must leave them as they are, and not ask for `api`."""
    database, wiper = shared_database
    await wiper.wipe()
    async with running_api(database) as api:
        own, other = await open_firm(api), await open_firm(api, employees_see=False)
        yield World(own, other, database, await digest(database))
