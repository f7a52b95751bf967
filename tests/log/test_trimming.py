"""The log is trimmed by age and by size: whoever is too late for it is told so, and everybody else notices nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from engine.housekeeping import Retention, trim
from live.tail import Tail
from store.database import Database
from store.reads import log
from tests.log.forgetting import EVERYTHING, Log, log_of, newest, soon
from tests.support.api import Api, Json, Shop, open_shop
from tests.support.board import Board, assert_in_step

# --- what goes and what stays ---------------------------------------------------------------------------------------


async def test_events_that_are_too_old_go_and_younger_ones_stay(firm_log: Log, database: Database) -> None:
    """LV3: the floor is the last event that is gone."""
    head = await firm_log.write(10)
    await firm_log.age(head - 4, days=30)
    assert await trim(database, Retention(age=timedelta(days=31))) == 0
    assert (await firm_log.state())[0] == 0
    assert await trim(database, Retention(age=timedelta(days=30))) == head - 4
    await firm_log.holds(head - 4, head)
    assert await trim(database, Retention(age=timedelta(days=30))) == 0
    await firm_log.holds(head - 4, head)


async def test_events_beyond_the_most_go_however_young(firm_log: Log, database: Database) -> None:
    """LV3: a busy firm's log is bounded, too."""
    head = await firm_log.write(20)
    assert await trim(database, newest(head)) == 0
    assert await trim(database, newest(7)) == head - 7
    await firm_log.holds(head - 7, head)
    head = await firm_log.write(3)
    assert await trim(database, newest(7)) == 3
    await firm_log.holds(head - 7, head)


async def test_a_log_may_be_trimmed_to_its_end_and_goes_on_from_there(
    shop: Shop, firm_log: Log, database: Database
) -> None:
    """LV1: a cursor of now covers what comes, even where nothing is left of what was."""
    board = await Board.open(shop.owner, shop.pipeline)
    now = await database.value("SELECT clock_timestamp()")
    assert await trim(database, EVERYTHING, clock=lambda: now + timedelta(days=1)) > 0
    _, head, _ = await firm_log.state()
    await firm_log.holds(head, head)
    job = await shop.job()
    await firm_log.holds(head, head + 1)
    taken = await board.catch_up()
    assert [change["job"]["id"] for change in taken if change["__typename"] == "JobUpserted"] == [job["id"]]
    assert board.resets == []
    await assert_in_step(board)


async def test_every_firm_has_a_floor_of_its_own(
    api: Api, shop: Shop, firm_log: Log, database: Database, postgres_url: str
) -> None:
    """LV3: what is much in one firm's log is no matter of another's."""
    small = await log_of(await open_shop(api), database, postgres_url)
    head, (_, other, _) = await firm_log.write(30), await small.state()
    assert await trim(database, newest(other)) == head - other
    await firm_log.holds(head - other, head)
    await small.holds(0, other)


async def test_a_clock_that_was_wrong_for_a_while_keeps_nothing_between_what_is_gone(
    firm_log: Log, database: Database
) -> None:
    """LV3: times should follow the numbers; where they do not, what is left is still without a hole."""
    head = await firm_log.write(10)
    await firm_log.age(head - 1, days=40)
    await database.rows("UPDATE events SET at = at + interval '1 year' WHERE seq = $1", head - 5)
    assert await trim(database, Retention()) == head - 1
    await firm_log.holds(head - 1, head)


async def test_a_hole_does_not_keep_the_worker_busy(firm_log: Log, database: Database) -> None:
    """LV3: what is missing cannot be trimmed; readers are told of the hole all the same."""
    head = await firm_log.write(50)
    await database.rows("DELETE FROM events WHERE seq <= $1", head - 5)
    assert await soon(trim(database, newest(10))) == 0
    assert await soon(trim(database, newest(3))) == 2
    await firm_log.holds(head - 3, head)


# --- who reads ------------------------------------------------------------------------------------------------------


async def test_a_cursor_below_the_floor_is_too_old_and_one_at_it_is_covered(
    shop: Shop, firm_log: Log, database: Database
) -> None:
    """LV3: an explicit reset for the one, every event for the other."""
    late = await Board.open(shop.owner, shop.pipeline)
    first = await shop.job()
    just = await Board.open(shop.owner, shop.pipeline)
    second = await shop.job()
    _, head, _ = await firm_log.state()
    assert await trim(database, newest(1)) == head - 1
    await firm_log.holds(head - 1, head)
    await late.catch_up()
    assert late.resets == ["CURSOR_TOO_OLD"]
    await just.catch_up()
    assert just.resets == []
    assert {first["id"], second["id"]} <= set(just.jobs)
    await assert_in_step(just)


async def test_a_snapshot_taken_before_a_trimming_holds_all_that_it_held(firm_log: Log, database: Database) -> None:
    """LV3: head, floor and events of one page are of one instant."""
    head = await firm_log.write(20)
    async with database.snapshot() as db:
        before = await log.head(db, firm_log.firm)
        assert await trim(database, newest(1)) == head - 1
        assert await log.head(db, firm_log.firm) == before
        found = await log.events(db, firm_log.firm, before.floor, head)
        assert [event.seq for event in found] == list(range(1, head + 1))
    after = await log.head(database, firm_log.firm)
    assert (after.epoch, after.seq, after.floor) == (before.epoch, before.seq, head - 1)


async def test_whoever_reads_while_the_log_is_trimmed_misses_nothing_without_being_told(
    shop: Shop, firm_log: Log, database: Database
) -> None:
    """LV3: readers of all page sizes beside writers and three workers; each page goes on without a gap, or resets."""
    jobs = [await shop.job(f"Job {n}") for n in range(3)]
    boards = [await Board.open(shop.owner, shop.pipeline) for _ in range(4)]
    done = asyncio.Event()

    async def write(job: Json) -> None:
        for n in range(60):
            there = {"stageId": shop.stages[(n + 1) % 3], "expect": {"version": n + 1}}
            await shop.owner.do("moveJob", jobId=job["id"], **there)

    async def forget() -> int:
        gone = 0
        while not done.is_set():
            gone += await trim(database, newest(5), chunk=4)
            await asyncio.sleep(0)
        return gone

    async def read(board: Board, size: int) -> None:
        """Apply page by page; a page that is no reset must hold every event after the cursor, up to its own."""
        while not done.is_set():
            taken = await board.catch_up(size)
            if any(change["__typename"] == "StreamReset" for change in taken):
                await board.load()
                await assert_holds_the_jobs(board, jobs)

    workers = [asyncio.create_task(forget()) for _ in range(3)]
    readers = [asyncio.create_task(read(board, size)) for board, size in zip(boards, (1, 2, 7, 200), strict=True)]
    try:
        await asyncio.gather(*map(write, jobs))
    finally:
        done.set()
        gone = sum(await asyncio.gather(*workers))
        await asyncio.gather(*readers)
    floor, _, _ = await firm_log.state()
    assert gone == floor > 100
    for board in boards:
        board.resets.clear()
        await board.catch_up()
        if board.resets:
            await board.load()
        await assert_in_step(board)


async def assert_holds_the_jobs(board: Board, jobs: list[Json]) -> None:
    """Every job is there once, wherever it stands."""
    assert sorted(board.jobs) == sorted(job["id"] for job in jobs)


async def test_a_tail_that_finds_events_gone_tells_all_who_watch(firm_log: Log, database: Database) -> None:
    """LV3, LV6: what is trimmed before it has looked may have been anything."""
    tail = Tail(database, firm_log.firm)
    await tail.look()
    head = await firm_log.write(3)
    assert await trim(database, newest(1)) > 0
    with tail.watching(("session", "s")) as news:
        await tail.look()
        assert tail.position is not None
        assert tail.position.seq == head
        assert news.is_set()


async def test_what_happened_to_jobs_and_who_did_what_outlive_the_log(
    shop: Shop, firm_log: Log, database: Database
) -> None:
    """JB3, AC7, MV7: history, audit and undo are no part of it."""
    asked = "query ($id: ID!) { job(id: $id) { stage { id } history(first: 50) { nodes { id action at } } } }"
    job = (await shop.job())["id"]
    expect = {"stageId": shop.stages[0]}
    await shop.owner.do("moveJob", jobId=job, stageId=shop.stages[1], expect=expect)
    before = (await shop.owner.query(asked, id=job))["job"]
    audit = await database.value("SELECT count(*) FROM audit")
    now = await database.value("SELECT clock_timestamp()")
    assert await trim(database, EVERYTHING, clock=lambda: now + timedelta(days=1)) > 0
    assert (await shop.owner.query(asked, id=job))["job"] == before
    assert await database.value("SELECT count(*) FROM audit") == audit
    await shop.owner.do("undoMove", jobId=job, expect={"stageId": shop.stages[1]})
    after = (await shop.owner.query(asked, id=job))["job"]
    assert after["stage"]["id"] == shop.stages[0]
    assert len(after["history"]["nodes"]) > len(before["history"]["nodes"])


def test_what_is_kept_unless_said() -> None:
    """Thirty days, and a million events."""
    assert Retention() == Retention(age=timedelta(days=30), events=1_000_000)
