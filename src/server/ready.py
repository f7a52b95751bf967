"""From settings to a database that can be used: ours or the operator's, migrated or refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import asyncpg

from server.embedded import EmbeddedPostgres, EmbeddedPostgresError
from server.settings import Settings
from server.trouble import Trouble, database_trouble, folder_trouble, say
from store.database import Database, is_outage
from store.migrate import migrate, pending

CONNECT_SECONDS: Final = 10.0
"""How long the first connection to the operator's database may take."""
FOLDER: Final = "postgres-18"
"""The private PostgreSQL's folder in DATA_DIR, named with its major version."""


def required_url(settings: Settings) -> str:
    """Return DATABASE_URL; raise :class:`Trouble` when it is not set."""
    if settings.database_url is None:
        raise Trouble(
            "DATABASE_URL is not set. Name the PostgreSQL to use, as postgresql://user:password@host:port/name. "
            "(Only `stageline serve` brings its own.)"
        )
    return settings.database_url


@asynccontextmanager
async def embedded(settings: Settings) -> AsyncIterator[EmbeddedPostgres]:
    """Run the private PostgreSQL. Raises :class:`Trouble` when it cannot run."""
    try:
        postgres = await EmbeddedPostgres(settings.data_dir / FOLDER, say=say).__aenter__()
    except EmbeddedPostgresError as error:
        raise Trouble(str(error)) from error
    except OSError as error:
        raise folder_trouble(settings.data_dir, error) from error
    try:
        yield postgres
    finally:
        await postgres.__aexit__(None, None, None)


@asynccontextmanager
async def running_or_own(settings: Settings) -> AsyncIterator[str]:
    """Give the database a person at this machine means: DATABASE_URL, else that of a running `serve`, else our own."""
    if settings.database_url is not None:
        yield settings.database_url
    elif url := EmbeddedPostgres.running_on(settings.data_dir / FOLDER):
        yield url
    else:
        async with embedded(settings) as postgres:
            yield postgres.url


@asynccontextmanager
async def connected(settings: Settings, url: str) -> AsyncIterator[Database]:
    """Open the pool on a migrated database. Raises :class:`Trouble` when it cannot, or migrations are pending."""
    await check_reachable(url)
    with _worded(url):
        missing = await pending(url)
    if missing:
        raise Trouble(
            f"The database lacks {len(missing)} migrations (the first is {missing[0]}). Run `stageline migrate` "
            "before this."
        )
    with _worded(url):
        database = await Database.connect(url, pool_size=settings.pool_size)
    try:
        yield database
    finally:
        await database.close()


async def migrated(url: str) -> list[str]:
    """Apply what is pending and return the names. Raises :class:`Trouble` when the database cannot be used."""
    await check_reachable(url)
    with _worded(url):
        return await migrate(url)


@contextmanager
def _worded(url: str) -> Iterator[None]:
    """Word what keeps us from the database, where it may also go away while we look at it."""
    try:
        yield
    except Exception as error:
        if isinstance(error, asyncpg.InsufficientPrivilegeError) or is_outage(error):
            raise database_trouble(url, error) from error
        raise


async def check_reachable(url: str) -> None:
    """Connect once, within seconds; raise :class:`Trouble` with the reason when it fails."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            connection = await asyncpg.connect(url)
            await connection.close()
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise database_trouble(url, error) from error
