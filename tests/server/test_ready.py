"""A database that goes away in the moment in which a process starts."""

from __future__ import annotations

import asyncpg
import pytest

from server import ready
from server.settings import Settings
from server.trouble import Trouble
from store.database import Database


@pytest.mark.parametrize(
    "lost",
    [
        ConnectionResetError(104, ""),
        asyncpg.ConnectionDoesNotExistError("closed"),
        asyncpg.CannotConnectNowError("not yet accepting connections\nDETAIL:  Not consistent yet."),
    ],
)
async def test_a_database_that_goes_away_while_it_is_looked_at_is_told_in_a_sentence(
    database_url: str, lost: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors for people: a supervisor's log holds a sentence, not a traceback."""

    async def goes_away(*_: object, **__: object) -> None:
        raise lost

    for owner, step in ((ready, "pending"), (Database, "connect")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, step, goes_away)
            with pytest.raises(Trouble, match=r"^The database test_\w+ at [\d.:]+ [^\n]*$"):
                async with ready.connected(Settings(), database_url):
                    pass
