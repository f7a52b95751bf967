"""A firm with many jobs."""

from __future__ import annotations

import pytest

from tests.bulk.kit import Bulk
from tests.support.api import Api, Shop
from tests.support.works import Works


@pytest.fixture
async def bulk(api: Api, shop: Shop) -> Bulk:
    """A firm, its time and its worker."""
    return Bulk(Works.open(api, shop))
