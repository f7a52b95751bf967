"""A firm that is live, with a real mail server, a worker, and a client who has come into the portal."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from store.database import Database
from tests.items.kit import Front
from tests.portal.kit import Guest, guest
from tests.support.api import Shop
from tests.support.mail import post_office


@pytest.fixture
async def desk(shop: Shop, database: Database) -> AsyncIterator[Front]:
    """The firm, its mail server and its worker."""
    async with post_office() as office:
        desk = Front(shop, office, database)
        await desk.owner.do("updateFirm", holdsClientMail=False, quietFrom="00:00", quietUntil="00:00")
        yield desk


@pytest.fixture
async def ann(desk: Front) -> Guest:
    """The client of the shop's account."""
    return await guest(desk, "Ann")
