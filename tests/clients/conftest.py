"""A real web process for the tests of this package, and a network to it that can be broken."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.clients.proxy import Proxy, running_proxy
from tests.clients.serving import Staff, WatchedShop, hired, open_watched_shop, web
from tests.support.databases import Databases
from tests.support.redis import free_port


@pytest.fixture(scope="session")
async def staff(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Staff]:
    """A firm on a web process with a database of its own. All tests share it, and have a pipeline each."""
    port = free_port()
    async with databases.fresh() as url, web(url, tmp_path_factory.mktemp("web"), port), hired(url, port) as staff:
        yield staff


@pytest.fixture
async def shop(staff: Staff) -> WatchedShop:
    """A pipeline that an employee watches."""
    return await open_watched_shop(staff)


@pytest.fixture
async def network(staff: Staff) -> AsyncIterator[Proxy]:
    """What stands between the employee's client and the web process."""
    async with running_proxy(staff.port) as proxy:
        yield proxy
