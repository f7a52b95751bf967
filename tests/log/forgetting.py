"""A firm's log as the database holds it, and how much of it is to be kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import asyncpg

from engine.housekeeping import Retention
from store.database import Database
from tests.log import sight
from tests.support.api import Shop
from tests.support.databases import on_database

PATIENCE = 10.0
"""How long something may take that nothing holds up, in seconds."""
ALL: Final = timedelta(days=36_500)
EVERYTHING: Final = Retention(age=timedelta(0), events=10**9)
"""Nothing is young enough."""


def newest(events: int) -> Retention:
    """Only so many events, of any age."""
    return Retention(age=ALL, events=events)


async def soon(work: Any) -> Any:
    """What the work answers; it must not wait for anything that is still held."""
    return await asyncio.wait_for(work, PATIENCE)


@dataclass
class Log:
    """A firm's log as the database holds it."""

    database: Database
    firm: str
    url: str

    async def state(self) -> tuple[int, int, list[int]]:
        """Floor, head, and what lies between."""
        row = await self.database.row("SELECT seq, floor FROM event_heads WHERE firm_id = $1", self.firm)
        assert row is not None
        return row["floor"], row["seq"], [event.seq for event in await sight.events(self.database, self.firm)]

    async def holds(self, floor: int, seq: int) -> None:
        """It holds exactly the events after the floor, up to the head."""
        assert await self.state() == (floor, seq, list(range(floor + 1, seq + 1)))

    async def write(self, count: int) -> int:
        """Events that concern no board, numbered one by one; the last sequence."""
        await self.database.rows(
            f"""
            DO $do$ BEGIN FOR n IN 1..{count} LOOP
                INSERT INTO events (id, firm_id, cause, changes)
                VALUES ('event_' || n || md5(random()::text), '{self.firm}', '{{}}', '[]');
                SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
            END LOOP; END $do$
            """
        )
        return await sight.head(self.database, self.firm)

    async def age(self, through: int, days: int) -> None:
        """Make the events up to a sequence so many days old."""
        await self.database.rows(
            "UPDATE events SET at = at - make_interval(days => $3) WHERE firm_id = $1 AND seq <= $2",
            self.firm,
            through,
            days,
        )

    @asynccontextmanager
    async def holder(self, sql: str, *values: Any) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
        """A transaction beside the pool that has run a statement, and holds what it has locked."""
        connection = await asyncpg.connect(self.url)
        try:
            async with connection.transaction():
                await connection.execute(sql, *values)
                yield connection
        finally:
            await connection.close()

    async def waits(self) -> bool:
        """Whether a trimming waits for a lock."""
        sql = """SELECT TRUE FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
            AND query LIKE '%DELETE FROM events%'"""
        return bool(await self.database.value(sql))


async def log_of(shop: Shop, database: Database, postgres_url: str) -> Log:
    """The log of the shop's firm."""
    firm = (await shop.owner.query("{ firm { id } }"))["firm"]["id"]
    return Log(database, firm, on_database(postgres_url, str(await database.value("SELECT current_database()"))))
