"""What the database itself guarantees, whatever the code does."""

from __future__ import annotations

import asyncio
import contextvars
from pathlib import Path

import asyncpg
import pytest
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from store import migrations
from store.database import Database, config
from store.ids import is_id, new_id, prefix_of
from store.migrate import migrate, pending
from tests.support.api import Api, open_shop

FOREIGN_KEYS = """
SELECT c.conname, c.conrelid::regclass::text AS source, c.confrelid::regclass::text AS target,
    ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.conrelid AND attnum = ANY(c.conkey)) AS columns,
    ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.confrelid AND attnum = ANY(c.confkey)) AS keys
FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
"""
SHARED = {"users", "firms"}
"""Tables that belong to no single firm."""


async def test_no_reference_can_cross_firms(database: Database) -> None:
    """Nothing crosses firms: every key between a firm's tables holds the firm on both sides."""
    keys = await database.rows(FOREIGN_KEYS)
    assert len(keys) > 30
    loose = [row["conname"] for row in keys if row["target"] not in SHARED and "firm_id" not in row["columns"]]
    loose += [row["conname"] for row in keys if row["target"] not in SHARED and "firm_id" not in row["keys"]]
    assert loose == []


async def test_the_database_refuses_a_job_of_another_firms_account(api: Api) -> None:
    """AC4: even a faulty statement cannot join two firms."""
    one, other = await open_shop(api), await open_shop(api)
    job = await one.job()
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await api.database.rows("UPDATE jobs SET account_id = $2 WHERE id = $1", job["id"], other.account)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await api.database.rows("UPDATE jobs SET stage_id = $2 WHERE id = $1", job["id"], other.stages[0])


async def test_a_job_has_one_open_visit_and_a_column_no_two_equal_keys(api: Api) -> None:
    """MV2, MV9: constraints hold what the engine promises."""
    shop = await open_shop(api)
    first, second = await shop.job(), await shop.job()
    with pytest.raises(asyncpg.UniqueViolationError):
        await api.database.rows(
            "INSERT INTO stage_visits (id, firm_id, job_id, number, pipeline_id, stage_id, entered_at)"
            " SELECT $2, firm_id, id, 2, pipeline_id, stage_id, now() FROM jobs WHERE id = $1",
            first["id"],
            new_id("visit"),
        )
    with pytest.raises(asyncpg.UniqueViolationError):
        await api.database.rows("UPDATE jobs SET rank = $2 WHERE id = $1", second["id"], first["rank"])


async def test_ids_are_compared_bytewise(database: Database) -> None:
    """Ids are texts without a language: every id column has the collation C."""
    wrong = await database.rows(
        """
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND (column_name = 'id' OR column_name LIKE '%\\_id')
            AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
        """
    )
    assert [tuple(row) for row in wrong] == []


async def test_the_migrations_say_what_the_models_say(database_url: str) -> None:
    """A changed model without a migration fails here: `tortoise makemigrations` would find nothing to do."""

    async def found() -> list[str]:
        settings = config(database_url)
        async with TortoiseContext() as context:
            await context.init(config=settings)
            assert context.apps is not None
            detector = MigrationAutodetector(context.apps, settings["apps"])
            return [operation.describe() for writer in await detector.changes() for operation in writer.operations]

    assert await asyncio.create_task(found(), context=contextvars.Context()) == []


async def test_migrations_that_start_together_apply_once(empty_database_url: str) -> None:
    """Every process may migrate as it starts: one does, the others wait and find nothing to do."""
    applied = await asyncio.gather(*(migrate(empty_database_url) for _ in range(3)))
    folder = Path(migrations.__file__).parent
    assert sorted(applied, key=len) == [[], [], sorted(path.stem for path in folder.glob("0*.py"))]
    assert await pending(empty_database_url) == []


def test_an_id_names_its_type_and_is_never_made_twice() -> None:
    """JB2: the form that clients use for their own ids, too."""
    ids = {new_id("job") for _ in range(10_000)}
    assert len(ids) == 10_000
    assert all(is_id("job", one) and prefix_of(one) == "job" for one in ids)
    assert not is_id("task", next(iter(ids)))
    assert [prefix_of(text) for text in ("", "job", "job_", "job_01", "JOB_" + "0" * 32)] == [""] * 5
