"""Workers trim the log beside each other and beside everybody else, and may die at any moment (LV3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import asyncpg
import pytest

from engine.housekeeping import trim
from store.database import Database
from store.writes import log_trim
from tests.log.forgetting import Log, newest, soon
from tests.support.api import Shop
from tests.support.wait import eventually


def in_chunks(database: Database) -> list[str]:
    """The statements that trim, from now on."""
    found: list[str] = []
    database.on_statement = lambda sql: found.append(sql) if "DELETE FROM events" in sql else None
    return found


@pytest.fixture
def heard(database: Database) -> Iterator[None]:
    """Lets a test hear every statement, and ends that."""
    yield
    database.on_statement = None


@pytest.mark.usefixtures("heard")
async def test_it_goes_in_chunks_of_a_transaction_each(firm_log: Log, database: Database) -> None:
    """LV3: no transaction is large, however much has to go."""
    head = await firm_log.write(100)
    statements = in_chunks(database)
    assert await trim(database, newest(10), chunk=25) == head - 10
    await firm_log.holds(head - 10, head)
    assert len(statements) == -(-(head - 10) // 25)


@pytest.mark.usefixtures("heard")
async def test_a_worker_that_dies_at_any_statement_leaves_a_log_without_a_hole(
    firm_log: Log, database: Database
) -> None:
    """LV3: each statement is a transaction, which raises the floor and deletes; the next worker does the rest."""
    head = await firm_log.write(40)
    fatal = 0

    def dying(limit: int) -> Callable[[str], None]:
        left = iter(range(limit))

        def die(sql: str) -> None:
            if next(left, None) is None:
                raise ConnectionResetError(sql)

        return die

    while True:
        database.on_statement = dying(fatal)
        try:
            await trim(database, newest(10), chunk=3)
        except ConnectionResetError:
            fatal += 1
        else:
            break
        finally:
            database.on_statement = None
        floor, _, _ = await firm_log.state()
        await firm_log.holds(floor, head)
    assert fatal > 3
    await firm_log.holds(head - 10, head)


async def test_a_worker_that_is_killed_within_a_statement_has_done_nothing(firm_log: Log, database: Database) -> None:
    """LV3: with the floor raised or not at all."""
    head = await firm_log.write(20)
    async with firm_log.holder("SELECT FROM events WHERE seq = 15 FOR UPDATE") as holder:
        dying = asyncio.create_task(trim(database, newest(1)))
        await eventually(firm_log.waits, "it waits in the middle of what it deletes")
        await holder.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"  # that one alone: idle ones have asked about it
            " WHERE datname = current_database() AND query LIKE '%DELETE FROM events%' AND wait_event_type = 'Lock'"
        )
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await soon(dying)
    await firm_log.holds(0, head)
    assert await trim(database, newest(1)) == head - 1
    await firm_log.holds(head - 1, head)


async def test_several_workers_trim_each_event_once(firm_log: Log, database: Database) -> None:
    """LV3: they may meet at the same firm; who comes second leaves it to the first."""
    head = await firm_log.write(300)
    gone = await asyncio.gather(*(trim(database, newest(10), chunk=7) for _ in range(5)))
    gone.append(await trim(database, newest(10)))
    assert sum(gone) == head - 10
    await firm_log.holds(head - 10, head)


async def test_nobody_waits_while_it_deletes(shop: Shop, firm_log: Log, database: Database) -> None:
    """The head, where commits are numbered, is locked last, when all is deleted."""
    head = await firm_log.write(20)
    async with firm_log.holder("SELECT FROM events WHERE seq = 15 FOR UPDATE"):
        trimming = asyncio.create_task(trim(database, newest(1)))
        await eventually(firm_log.waits, "it waits in the middle of what it deletes")
        for _ in range(3):
            await soon(shop.job())
        assert await soon(trim(database, newest(1))) == 0, "another worker does not wait for it, either"
        assert not trimming.done()
    assert await soon(trimming) == head + 2
    await firm_log.holds(head + 2, head + 3)


async def test_it_waits_for_a_commit_and_goes_on_from_what_that_has_made_of_the_head(
    firm_log: Log, database: Database
) -> None:
    """LV1: it must not put the head back to where it has seen it."""
    head = await firm_log.write(20)
    written = "INSERT INTO events (id, firm_id, cause, changes) VALUES ('event_x', $1, '{}', '[]')"
    async with firm_log.holder(written, firm_log.firm) as holder:
        await holder.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as a COMMIT does: it has its number, and holds the head
        trimming = asyncio.create_task(trim(database, newest(5)))
        await eventually(firm_log.waits, "it waits for the head")
    assert await soon(trimming) == head - 4
    await firm_log.holds(head - 4, head + 1)


async def test_asked_to_stop_it_leaves_the_rest(firm_log: Log, database: Database) -> None:
    """A log that was never trimmed may take minutes; a worker stops within seconds."""
    head = await firm_log.write(50)
    asked = iter([False, False, True])
    assert await trim(database, newest(1), chunk=5, stopped=lambda: next(asked)) == 10
    await firm_log.holds(10, head)


async def test_it_finds_what_goes_by_the_index(firm_log: Log, database: Database) -> None:
    """A chunk costs the same however much is kept."""
    await firm_log.write(3_000)
    await database.rows("ANALYZE events")
    now = await database.value("SELECT clock_timestamp()")
    plan = await database.rows(f"EXPLAIN {log_trim._TRIM}", firm_log.firm, now, 1_000, 100)
    await database.rows("DELETE FROM events")
    await database.rows("ANALYZE events")
    text = "\n".join(row[0] for row in plan)
    assert "Seq Scan on events" not in text, text
    assert text.count("Index Scan using events_seq") == 2, text
