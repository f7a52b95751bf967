"""The shop of recurrences."""

from __future__ import annotations

import pytest

from tests.recurrence.kit import Recurring
from tests.support.api import Api, Shop


@pytest.fixture
def works(api: Api, shop: Shop) -> Recurring:
    """A firm on a Monday in June 2030, at nine in the morning."""
    return Recurring.of(api, shop)
