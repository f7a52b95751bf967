"""The firms of these tests: made through the API once, then put back row by row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.database import Database
from tests.api.crowd import Crowd, gather_crowd
from tests.api.world import World, open_world
from tests.rules.kit import Saved
from tests.support.api import Api, Shop, open_shop

_shops: Saved[Shop] = Saved()
_worlds: Saved[World] = Saved()
_crowds: Saved[Crowd] = Saved()


@pytest.fixture
async def shop(api: Api, database: Database) -> Shop:
    """A firm with a pipeline of three stages and an account, and its owner."""
    return replace(await _shops.get(api, database, open_shop, lambda shop: [shop.owner]))


@pytest.fixture
async def world(api: Api, database: Database) -> World:
    """A firm with one of everything."""
    found = await _worlds.get(api, database, open_world, lambda world: [world.owner, world.employee])
    found.api = api
    return found


@pytest.fixture
async def crowd(api: Api, database: Database) -> Crowd:
    """A firm with enough of everything."""

    async def make(api: Api) -> Crowd:
        return await gather_crowd(api, await open_shop(api), database)

    return await _crowds.get(api, database, make, lambda crowd: [crowd.owner, crowd.employee])
