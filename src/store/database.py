"""Connections to one PostgreSQL: the pool, transactions, snapshots. Everything above runs its SQL through a ``Db``."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Final, Self, cast

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext
from tortoise.exceptions import TransactionManagementError
from tortoise.transactions import in_transaction

Row = asyncpg.Record
MODELS: Final = "store.models"
LOCK_TIMEOUT_MS: Final = 5_000
IDLE_IN_TRANSACTION_TIMEOUT_MS: Final = 15_000
STATEMENT_TIMEOUT_MS: Final = 30_000

_OUTAGES: Final = (
    OSError,  # refused, reset, timed out, no such host, no such socket
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InternalClientError,  # of a connection that has just been told that the server shuts down
)


class Db:
    """Whatever can run SQL: the pool (each statement on its own) or one transaction."""

    def __init__(self, client: BaseDBAsyncClient, on_statement: Callable[[str], None] | None = None) -> None:
        self.client = client
        self.on_statement = on_statement

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a statement, ``RETURNING`` included."""
        if self.on_statement:
            self.on_statement(sql)
        async with self.client.acquire_connection() as connection:
            found: list[Row] = await connection.fetch(sql, *values)
            return found

    async def row(self, sql: str, *values: Any) -> Row | None:
        """The first row of a statement, or None."""
        found = await self.rows(sql, *values)
        return found[0] if found else None

    async def value(self, sql: str, *values: Any) -> Any:
        """The first column of the first row, or None."""
        found = await self.row(sql, *values)
        return found[0] if found else None


class Share(Db):
    """A share of the pool: no more than so many statements at once, so that one operation does not starve others."""

    def __init__(self, pool: Db, most: int) -> None:
        super().__init__(pool.client, pool.on_statement)
        self._free = asyncio.Semaphore(most)

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a statement, when it is its turn."""
        async with self._free:
            return await super().rows(sql, *values)


class Database(Db):
    """A pool of connections. One is open per process at a time (Tortoise keeps one global context)."""

    def __init__(self, client: BaseDBAsyncClient, context: TortoiseContext) -> None:
        super().__init__(client)
        self._context = context

    @classmethod
    async def connect(cls, url: str, *, pool_size: int = 10) -> Self:
        """Opens the pool. Raises OSError or an asyncpg error where the server cannot be reached."""
        context = TortoiseContext()
        try:
            with context:
                settings = config(url, pool_size, statement_timeout=str(STATEMENT_TIMEOUT_MS))
                await context.init(config=settings, _enable_global_fallback=True)
                client = context.db()
            await client.execute_query("SELECT 1")
        except BaseException:
            await context.close_connections()
            raise
        return cls(client, context)

    async def close(self) -> None:
        """Closes every connection."""
        await self._context.close_connections()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Db]:
        """One READ COMMITTED transaction; an exception rolls it back."""
        async with _transaction() as client:
            yield Db(client, self.on_statement)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Db]:
        """One REPEATABLE READ, READ ONLY transaction: all its reads see one instant."""
        pool = cast("Any", self.client)._pool  # noqa: SLF001  # past Tortoise, which needs two statements to begin one
        connection = await pool.acquire()
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                yield Db(cast("BaseDBAsyncClient", _InTurn(connection)), self.on_statement)
        finally:
            await pool.release(connection)


class _InTurn:
    """A connection for statements that take turns; all of a client that a ``Db`` needs."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._lock = asyncio.Lock()

    def acquire_connection(self) -> Self:
        """The connection, when it is free: a context."""
        return self

    async def __aenter__(self) -> asyncpg.Connection:
        await self._lock.acquire()
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()


class Connection(asyncpg.Connection):
    """One that nothing is left behind on: we hold locks, settings and cursors no longer than a transaction.

    asyncpg's reset, which costs a round trip, is spared after statements that went well. One that is given up between
    its preparation and its execution leaves an implicit transaction open, of which asyncpg knows nothing.
    """

    _given_up = False

    async def _do_execute(self, *args: Any, **options: Any) -> Any:
        try:
            return await super()._do_execute(*args, **options)  # type: ignore[misc]  # private, so without types
        except BaseException:
            self._given_up = True
            raise

    async def reset(self, **options: Any) -> None:
        """What is done before somebody else is given the connection: what is open is rolled back, if anything is."""
        if self._given_up or cast("Any", self)._top_xact is not None or self.is_in_transaction():  # noqa: SLF001
            self._given_up = False
            await super().reset(**options)


@asynccontextmanager
async def _transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """Tortoise's transaction. One that is cancelled as it begins gives its connection back, which Tortoise forgets."""
    context: Any = in_transaction()
    context.client.begin = partial(_to_its_end, context.client.begin)
    try:
        client = await context.__aenter__()
    except BaseException as error:
        if hasattr(context, "token"):  # it has got a connection
            with suppress(asyncpg.InterfaceError, TransactionManagementError):  # there is nothing to roll back
                await context.__aexit__(type(error), error, error.__traceback__)
        raise
    try:
        yield client
    except BaseException as error:
        await context.__aexit__(type(error), error, error.__traceback__)
        raise
    await context.__aexit__(None, None, None)


async def _to_its_end(work: Callable[[], Awaitable[None]]) -> None:
    """Does something that must not be cut in the middle. Who is cancelled meanwhile ends with it."""
    task = asyncio.ensure_future(work())
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def config(url: str, pool_size: int = 2, **server_settings: str) -> dict[str, Any]:
    """Tortoise's configuration for a database URL (``postgres://`` or ``postgresql://``)."""
    connection = expand_db_url(url)
    credentials = connection["credentials"]
    if "sslmode" in credentials:  # libpq's name for what asyncpg calls ssl
        credentials["ssl"] = credentials.pop("sslmode")
    credentials |= {
        "connection_class": Connection,
        "minsize": 1,
        "maxsize": pool_size,
        "server_settings": {
            "application_name": "stageline",
            "lock_timeout": str(LOCK_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_TIMEOUT_MS),
            **server_settings,
        },
    }
    return {
        "connections": {"default": connection},
        "apps": {
            "store": {"models": [MODELS], "default_connection": "default", "migrations": "store.migrations"},
        },
    }


def is_outage(error: BaseException) -> bool:
    """Whether the error says that the database cannot be reached now, so that trying again later makes sense.

    A group of errors does if all of them do.
    """
    if isinstance(error, BaseExceptionGroup):
        return all(map(is_outage, error.exceptions))
    lost = isinstance(error, asyncpg.InterfaceError) and any(word in str(error) for word in ("clos", "released"))
    return lost or isinstance(error, _OUTAGES)
