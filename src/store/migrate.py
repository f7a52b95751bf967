"""Applies the migrations, once, whoever else tries at the same time."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from typing import Final

import asyncpg
from tortoise.context import TortoiseContext
from tortoise.migrations import executor as tortoise_executor
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_generator.state_apps import StateApps

from store.database import config

TORTOISE: Final = config("postgres://localhost/none")
"""For ``tortoise makemigrations``, which compares models with migrations and reaches no database."""

TABLE: Final = "tortoise_migrations"
"""Where Tortoise notes what has been applied."""

Work = Callable[[MigrationExecutor, "asyncpg.Connection[asyncpg.Record]"], Awaitable[list[str]]]

_LOCK: Final = 7_310_584_102  # an arbitrary advisory lock of ours

# Each view of what is not in the trash that lacks a column of its table, because a migration has added one.
_STALE: Final = """
    SELECT show_live(v.relname) FROM pg_class v
    JOIN pg_class t ON t.relnamespace = v.relnamespace AND t.relname = 'all_' || v.relname
    WHERE v.relkind = 'v' AND v.relnamespace = current_schema()::regnamespace AND EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
            AND a.attname NOT IN ('trash_id', 'live', 'of_live') AND NOT EXISTS (
                SELECT FROM pg_attribute b WHERE b.attrelid = v.oid AND b.attname = a.attname
            )
    )
"""


class _Tables(StateApps):
    """The models as they were before each step: to make tables of, not to query, which halves the time it all takes."""

    def _build_initial_querysets(self) -> None:
        """Tortoise would prepare every model's queries anew at each step; our migrations write their SQL out."""


tortoise_executor.StateApps = _Tables  # type: ignore[attr-defined]  # the executor can be given no other


async def migrate(url: str) -> list[str]:
    """Applies what is pending under an advisory lock; answers the names applied. Raises what connecting raises."""

    async def apply(executor: MigrationExecutor, lock: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
        names = await _names(executor, lock)
        if names:
            await executor.migrate()
        await lock.execute(_STALE)  # always: who migrated before may have died in between
        return names

    return await _apart(url, apply)


async def pending(url: str) -> list[str]:
    """The names of the migrations that are not applied yet. Raises what connecting raises."""
    return await _apart(url, _names)


async def _names(executor: MigrationExecutor, lock: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    names = [step.migration.name for step in await executor.plan()]
    if names and await lock.fetchval("SELECT to_regclass($1) IS NOT NULL", TABLE):
        # Tortoise takes a table that it cannot read, because the database is going away, for an empty one.
        applied = {row["name"] for row in await lock.fetch(f"SELECT name FROM {TABLE}")}
        if not applied.isdisjoint(names):
            raise ConnectionError("the list of migrations could not be read")
    return names


async def _apart(url: str, work: Work) -> list[str]:
    """Runs ``work`` in a context of its own, so that Tortoise's current context stays what it was."""
    return await asyncio.create_task(_locked(url, work), context=contextvars.Context())


async def _locked(url: str, work: Work) -> list[str]:
    settings = config(url)
    lock = await asyncpg.connect(url)
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", _LOCK)
        async with TortoiseContext() as context:
            await context.init(config=settings)
            return await work(MigrationExecutor(context.db(), settings["apps"]), lock)
    finally:
        await lock.close()
