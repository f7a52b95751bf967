from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from store.database import Database
from tests.server.door import Door, apart, code_of, opened

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


async def test_without_its_database_the_server_says_so() -> None:
    """API1: an outage is 503 with an id, outside of resolvers and inside; what needs no data still works."""
    async with apart(NOWHERE) as database, opened(database, database_url=NOWHERE) as door:
        with capture_logs() as logs:
            response = await door.ask("{ echo }", authorization="Bearer sl_" + "a" * 43)
            assert (response.status_code, code_of(response)) == (503, "UNAVAILABLE")
            assert response.json()["errors"][0]["extensions"]["id"] == logs[0]["id"]
            assert "data" not in response.json()
            response = await door.ask("{ firms }")
            assert (response.status_code, code_of(response)) == (503, "UNAVAILABLE")
            assert (await door.ask("{ echo }")).json() == {"data": {"echo": "0"}}
            assert await readiness(door) == (503, "database")
            assert (await door.client.get("/healthz")).status_code == 200


async def test_readiness_tells_what_is_missing(database_url: str, empty_database_url: str) -> None:
    """Delivers 7: 200 when the database answers and is migrated; otherwise 503 and one word."""
    for url, answer in ((database_url, (200, "ok")), (empty_database_url, (503, "migrations"))):
        async with apart(url) as database, opened(database, database_url=url) as door:
            for _ in range(2):
                assert await readiness(door) == answer
        async with apart(url) as database, opened(database, database_url=NOWHERE) as door:
            assert await readiness(door) == (503, "database")


async def readiness(door: Door) -> tuple[int, str]:
    """What /readyz says."""
    response = await door.client.get("/readyz")
    return response.status_code, response.text


async def test_an_application_without_a_database_opens_and_closes_its_own(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lifespan opens what is not handed in, and what is handed in it leaves open."""
    async with apart(database_url) as database:
        asked = []

        async def connect(url: str, *, pool_size: int) -> Database:
            asked.append((url, pool_size))
            return database

        monkeypatch.setattr(Database, "connect", connect)
        async with opened(database) as door:
            assert (await door.ask("{ firms }")).json() == {"data": {"firms": 0}}
        assert await database.value("SELECT 1") == 1
        async with opened(None, database_url=database_url, pool_size=7) as door:
            assert (await door.ask("{ firms }")).json() == {"data": {"firms": 0}}
        assert asked == [(database_url, 7)]
        assert database.client._pool is None


async def test_an_application_that_has_no_database_at_all_does_not_start() -> None:
    """Bad input: one sentence that says what is missing."""
    with pytest.raises(ValueError, match="needs a DATABASE_URL"):
        async with opened(None):
            pass
