"""After a restore no cursor of before is gone on from: what the log says since then is another story (LV1, LV3)."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from tortoise.context import TortoiseContext

from live.cursor import decode
from server.embedded import EmbeddedPostgres
from server.embedded.binaries import binaries_for
from store.database import Database, config
from store.migrate import migrate
from tests.support.api import Api, Shop, open_shop, running_api
from tests.support.board import Board, assert_in_step
from tests.support.databases import Databases, execute, on_database, value
from tests.support.wait import eventually


@asynccontextmanager
async def running(url: str) -> AsyncIterator[Api]:
    """The application on another database than the session's; Tortoise has one global context."""
    context = TortoiseContext()
    with context:
        await context.init(config=config(url, pool_size=4))
        database = Database(context.db(), context)
        try:
            async with running_api(database) as api:
                yield api
        finally:
            await database.close()


@pytest.fixture
async def other_url(databases: Databases) -> AsyncIterator[str]:
    """Another database, without a table."""
    async with databases.fresh(migrated=False) as url:
        yield url


async def run(*command: str) -> None:
    """Runs a program."""
    found = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


async def program(name: str, *arguments: str) -> None:
    """Runs one of PostgreSQL's own programs."""
    await run(str(binaries_for(None).folder / name), *arguments)


async def dump(url: str, folder: Path) -> None:
    """As the operating guide says."""
    await program("pg_dump", "--format=custom", f"--file={folder / 'stageline.dump'}", url)


async def restored_into(url: str, folder: Path, *options: str) -> None:
    """Likewise."""
    given = ("--no-owner", "--exit-on-error", *options)
    await program("pg_restore", *given, f"--dbname={url}", str(folder / "stageline.dump"))


async def before(url: str) -> tuple[Shop, str]:
    """A shop with a job, and the cursor of its board."""
    async with running(url) as api:
        shop = await open_shop(api)
        await shop.job()
        return shop, (await Board.open(shop.owner, shop.pipeline)).cursor


async def since(url: str, shop: Shop) -> str:
    """Something that a restore forgets, and the cursor after it."""
    async with running(url) as api:
        shop = at(api, shop)
        await shop.job("Forgotten")
        return (await Board.open(shop.owner, shop.pipeline)).cursor


def at(api: Api, shop: Shop) -> Shop:
    """The shop, in the same or another application: tokens are in the database."""
    return replace(shop, owner=replace(shop.owner, http=api.http))


async def answers_to(url: str, shop: Shop, *cursors: str) -> list[list[str]]:
    """Reasons of the resets that cursors get when the log has grown past them."""
    async with running(url) as api:
        shop = at(api, shop)
        for n in range(3):
            await shop.job(f"Other {n}")
        found = []
        for cursor in cursors:
            board = await Board.open(shop.owner, shop.pipeline)
            assert decode(cursor).seq <= decode(board.cursor).seq
            board.cursor = cursor
            await board.catch_up()
            found.append(board.resets)
        fresh = await Board.open(shop.owner, shop.pipeline)
        await shop.job("Later")
        await fresh.catch_up()
        assert fresh.resets == []
        await assert_in_step(fresh)
        return found


async def test_cursors_are_good_for_the_database_that_handed_them_out(database_url: str) -> None:
    """LV1: also after a restart of everything; the other tests would prove nothing without this one."""
    shop, cursor = await before(database_url)
    later = await since(database_url, shop)
    assert await answers_to(database_url, shop, cursor, later) == [[], []]


async def test_a_restore_into_a_new_database_makes_them_unknown(
    database_url: str, other_url: str, tmp_path: Path
) -> None:
    """LV3: cursors of before the dump and of after it, which the new log has never handed out."""
    shop, cursor = await before(database_url)
    await dump(database_url, tmp_path)
    later = await since(database_url, shop)
    await restored_into(other_url, tmp_path)
    assert await answers_to(other_url, shop, cursor, later) == [["CURSOR_UNKNOWN"]] * 2


async def test_a_restore_over_the_old_database_makes_them_unknown(database_url: str, tmp_path: Path) -> None:
    """LV3: its name and number stay; its tables are new."""
    shop, cursor = await before(database_url)
    await dump(database_url, tmp_path)
    later = await since(database_url, shop)
    await restored_into(database_url, tmp_path, "--clean", "--if-exists")
    assert await answers_to(database_url, shop, cursor, later) == [["CURSOR_UNKNOWN"]] * 2


async def test_a_copy_of_a_database_is_another_one(databases: Databases, database_url: str) -> None:
    """LV3: it begins with the same log, and goes on with one of its own; the original is not disturbed."""
    shop, cursor = await before(database_url)
    copy = f"{databases.prefix}_copy"
    await execute(databases.server, f'CREATE DATABASE "{copy}" TEMPLATE "{database_url.rpartition("/")[2]}"')
    try:
        later = await since(database_url, shop)
        url = on_database(databases.server, copy)
        assert await answers_to(url, shop, cursor, later) == [["CURSOR_UNKNOWN"]] * 2
        assert await answers_to(database_url, shop, cursor, later) == [[], []]
    finally:
        await execute(databases.server, f'DROP DATABASE "{copy}" WITH (FORCE)')


# --- the whole cluster ----------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_a_recovery_that_begins_another_timeline_makes_them_unknown(tmp_path: Path) -> None:
    """LV3: to a point in time, and the failover to a standby, which ends in the same way."""
    folder = tmp_path / "postgres-18"
    shop, cursor = await on_cluster(folder, before)
    assert await on_cluster(folder, lambda url: answers_to(url, shop, cursor)) == [[]], "a restart is no restore"
    (folder / "recovery.signal").touch()
    with (folder / "postgresql.auto.conf").open("a") as settings:
        settings.write("restore_command = 'false'\n")
    assert await on_cluster(folder, lambda url: answers_to(url, shop, cursor)) == [["CURSOR_UNKNOWN"]]


@pytest.mark.slow
async def test_an_older_copy_of_the_files_is_noticed_when_the_operator_says_so(tmp_path: Path) -> None:
    """LV3: nothing in it is different from the original; so the operating guide has a statement for it."""
    folder, copy = tmp_path / "postgres-18", tmp_path / "copy"
    shop, cursor = await on_cluster(folder, before)
    await run("cp", "-a", str(folder), str(copy))  # with its owner
    later = await on_cluster(folder, lambda url: since(url, shop))
    await asyncio.to_thread(shutil.rmtree, folder)
    copy.rename(folder)

    async def said_and_asked(url: str) -> list[list[str]]:
        await execute(url, "VACUUM FULL event_heads")
        return await answers_to(url, shop, cursor, later)

    assert await on_cluster(folder, said_and_asked) == [["CURSOR_UNKNOWN"]] * 2


T = TypeVar("T")


async def on_cluster(folder: Path, work: Callable[[str], Awaitable[T]]) -> T:
    """What is done on a cluster of its own while it runs."""
    async with EmbeddedPostgres(folder, fast=True) as postgres:
        recovering = "SELECT NOT pg_is_in_recovery()"  # while it does it answers already, but takes no writes
        await eventually(lambda: value(postgres.url, recovering), "it has recovered")
        await migrate(postgres.url)
        return await work(postgres.url)
