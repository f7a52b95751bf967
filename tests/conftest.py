"""Fixtures of the whole suite: a real PostgreSQL, a real Redis, and databases on them.

Both servers are started by the suite itself, or are those that TEST_DATABASE_URL (a superuser) and TEST_REDIS_URL name.
Everything runs in one event loop, so that a pool of connections may live as long as the session.
"""

from __future__ import annotations

import gc
import os
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Generator
from random import Random

import pytest

from server.embedded import EmbeddedPostgres
from store.database import Database
from tests.support.api import Api, Shop, open_shop, running_api
from tests.support.databases import Databases, Wiper
from tests.support.redis import running_redis

gc.set_threshold(100_000, 20, 20)  # looking for garbage took a third of the tests' time


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """One more than processors: some tests wait, for a process to start or a silence to last, while others compute."""
    return (yield) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files of slow tests come first, then the long ones, so that no processor waits for the last one at the end."""
    _sample(config, items)
    lengths = Counter(item.path for item in items)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path not in slow, -lengths[item.path]))


def _sample(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out a part of the long sweeps (``sampled``), another one in each run of several processes.

    With ALL=1 nothing is left out, nor where pytest is called by itself.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")  # the same in all processes, which have to agree
    if run is None or os.environ.get("ALL"):
        return
    parts = {item: marker.args[0] for item in items if (marker := item.get_closest_marker("sampled"))}
    chance = {item: Random(f"{run} {item.nodeid}").random() for item in parts}  # noqa: S311  # no secret
    left_out = {item for item, part in parts.items() if chance[item] > part}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays for good, as the server does."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
async def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of a PostgreSQL server, as its superuser. Use a database of your own on it."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    async with EmbeddedPostgres(tmp_path_factory.mktemp("postgres") / "postgres-18", fast=True) as postgres:
        yield postgres.url


@pytest.fixture(scope="session")
async def redis_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of a Redis server that every test shares. To kill one, use ``running_redis``."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    async with running_redis(tmp_path_factory.mktemp("redis")) as redis:
        yield redis.url


@pytest.fixture(scope="session")
async def databases(postgres_url: str) -> AsyncIterator[Databases]:
    """Makes databases (see :meth:`Databases.fresh`) as copies of one that is migrated once per session."""
    made = Databases(postgres_url, f"test_{secrets.token_hex(4)}")
    try:
        await made.prepare()
        yield made
    finally:
        await made.drop()


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    """The address of a migrated database that only this test has (0.1 s): for tests that start processes."""
    async with databases.fresh() as url:
        yield url


@pytest.fixture
async def empty_database_url(databases: Databases) -> AsyncIterator[str]:
    """The address of a database without a table: for tests of migrations."""
    async with databases.fresh(migrated=False) as url:
        yield url


@pytest.fixture(scope="session")
async def shared_database(databases: Databases) -> AsyncIterator[tuple[Database, Wiper]]:
    """The session's pool and what empties its database; tests use ``database``."""
    async with databases.fresh() as url:
        wiper = await Wiper.of(url)
        database = await Database.connect(url)
        try:
            yield database, wiper
        finally:
            await database.close()
            await wiper.close()


@pytest.fixture
async def database(shared_database: tuple[Database, Wiper]) -> Database:
    """A migrated database without a row: the session's pool, emptied before each test (3 ms)."""
    found, wiper = shared_database
    await wiper.wipe()
    return found


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    """The real application on an empty database; make firms and people with it."""
    async with running_api(database) as running:
        yield running


@pytest.fixture
async def shop(api: Api) -> Shop:
    """A firm with a pipeline of three stages and an account, and its owner."""
    return await open_shop(api)
