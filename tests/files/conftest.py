"""A running server on real sockets, with a folder for files, and a firm with something to add them to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.database import Database
from tests.files.kit import Office
from tests.support.api import open_shop
from tests.support.served import served_api


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    """The server, its folder, and a firm."""
    async with served_api(database, data_dir=tmp_path) as served:
        yield Office(served, await open_shop(served), tmp_path / "files")
