"""Databases for tests: copies of one that was migrated once, and one that is emptied between tests."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg

from store.migrate import migrate

LOCK_TIMEOUT = "10s"
"""How long emptying a table waits for what a test has left running, before it fails and says so."""


def on_database(url: str, name: str) -> str:
    """Return the address of the database ``name`` on the server of ``url``."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


async def execute(url: str, *statements: str) -> None:
    """Run statements on a connection of their own."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def value(url: str, query: str) -> object:
    """Ask for one value on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@dataclass(frozen=True)
class Databases:
    """The databases of one test session on one server."""

    server: str
    prefix: str

    @property
    def template(self) -> str:
        """The name of the migrated database that the others are copies of."""
        return f"{self.prefix}_template"

    async def prepare(self) -> None:
        """Make and migrate the template; nothing stays connected to it."""
        await self._execute(f'CREATE DATABASE "{self.template}"')
        await migrate(on_database(self.server, self.template))

    @asynccontextmanager
    async def fresh(self, *, migrated: bool = True) -> AsyncIterator[str]:
        """A database of its own (0.1 s), dropped at the end, whoever is still connected. Gives its URL."""
        name = f"{self.prefix}_{secrets.token_hex(4)}"
        template = f' TEMPLATE "{self.template}"' if migrated else ""
        await self._execute(f'CREATE DATABASE "{name}"{template}')
        try:
            yield on_database(self.server, name)
        finally:
            await self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def drop(self) -> None:
        """Drop the template."""
        await self._execute(f'DROP DATABASE IF EXISTS "{self.template}" WITH (FORCE)')

    async def _execute(self, statement: str) -> None:
        await execute(self.server, statement)


@dataclass(frozen=True)
class Wiper:
    """Empties, in milliseconds, the tables that a migration leaves empty."""

    connection: asyncpg.Connection[asyncpg.Record]
    tables: tuple[str, ...]

    @classmethod
    async def of(cls, url: str) -> Wiper:
        """Look at a freshly migrated database; what has rows now is kept for good."""
        connection = await asyncpg.connect(url, server_settings={"lock_timeout": LOCK_TIMEOUT})
        names = await connection.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'public'"
        )
        empty = [name for (name,) in names if not await connection.fetchval(f"SELECT EXISTS (SELECT FROM {name})")]
        return cls(connection, tuple(empty))

    async def wipe(self) -> None:
        """Empty them all. Foreign keys and triggers have no say in it (that takes a superuser)."""
        async with self.connection.transaction():
            await self.connection.execute("SET LOCAL session_replication_role = replica")
            await self.connection.execute("; ".join(f"DELETE FROM {table}" for table in self.tables))

    async def close(self) -> None:
        """Close the connection."""
        await self.connection.close()
