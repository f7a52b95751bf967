"""The plant, which all crashes of a module share: starting it takes seconds, and each crash has a job of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.crash.plant import Plant, running_plant
from tests.support.databases import Databases


@pytest.fixture(scope="module")
async def plant(databases: Databases, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plant]:
    """A server, a worker, and all that they talk to."""
    async with databases.fresh() as url, running_plant(url, redis_url, tmp_path_factory.mktemp("plant")) as found:
        yield found
