"""A firm that is live, with a real mail server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from store.database import Database
from tests.support.api import Shop
from tests.support.desk import Desk
from tests.support.mail import post_office


@pytest.fixture
async def desk(shop: Shop, database: Database) -> AsyncIterator[Desk]:
    """The firm, its mail server and its worker."""
    async with post_office() as office:
        desk = Desk(shop, office, database)
        await desk.owner.do("updateFirm", holdsClientMail=False)
        yield desk
