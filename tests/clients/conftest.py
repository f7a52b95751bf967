"""A real web process for the tests of this package, and a network to it that can be broken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clients.proxy import Proxy, running_proxy
from tests.clients.serving import Colleague, api_of, hire, web
from tests.support.api import Api, Shop
from tests.support.databases import Databases
from tests.support.redis import free_port


@pytest.fixture(scope="session")
async def served(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Api, int]]:
    """A web process on a database of its own: what makes its firms and people, and its port."""
    port = free_port()
    folder: Path = tmp_path_factory.mktemp("web")
    async with databases.fresh() as url, web(url, folder, port), api_of(url, port) as api:
        yield api, port


@pytest.fixture
def api(served: tuple[Api, int]) -> Api:
    """The web process over HTTP; firms of other tests are on it, too."""
    return served[0]


@pytest.fixture
async def network(served: tuple[Api, int]) -> AsyncIterator[Proxy]:
    """What stands between a client and the web process."""
    async with running_proxy(served[1]) as proxy:
        yield proxy


@pytest.fixture
async def colleague(api: Api, shop: Shop) -> Colleague:
    """An employee who sees the shop's board: whose client the test plays."""
    return await hire(api, shop)
