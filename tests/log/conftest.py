"""What tests of the log share: a firm, while they leave its people as they found them; and the log of a firm."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from store.database import Database
from tests.log.forgetting import Log, log_of
from tests.log.once import validated_once
from tests.log.world import World, build
from tests.support.api import Api, Shop, running_api
from tests.support.databases import Wiper


@pytest.fixture(autouse=True, scope="package")
def quick() -> Iterator[None]:
    """These tests send the same documents thousands of times."""
    with validated_once():
        yield


@pytest.fixture(scope="module")
async def shared_api(shared_database: tuple[Database, Wiper]) -> AsyncIterator[Api]:
    """The application, for all tests of a module."""
    async with running_api(shared_database[0]) as api:
        yield api


@pytest.fixture(scope="module")
def kept() -> list[World]:
    """Where a module's world is kept."""
    return []


@pytest.fixture
async def world(shared_api: Api, shared_database: tuple[Database, Wiper], kept: list[World]) -> World:
    """A firm of people and boards: built once for a module, and anew where a test failed or emptied the database."""
    database, wiper = shared_database
    if kept and await database.value("SELECT TRUE FROM firms WHERE id = $1", kept[0].firm):
        await kept[0].put_away()
        return kept[0]
    await wiper.wipe()
    kept[:] = [await build(shared_api)]
    return kept[0]


@pytest.fixture
async def own_world(api: Api) -> World:
    """A firm of people and boards that no other test sees, for tests that change its people."""
    return await build(api)


@pytest.fixture
async def firm_log(shop: Shop, database: Database, postgres_url: str) -> Log:
    """The log of the shop's firm."""
    return await log_of(shop, database, postgres_url)
