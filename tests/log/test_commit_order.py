"""The sequence of a firm's events is the order in which they were committed, and a reader misses none (LV1)."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, TypeAlias

import asyncpg
import orjson
import pytest

from store.database import Database
from store.ids import new_id
from tests.log import sight
from tests.support.api import Api, Client, Shop, open_shop
from tests.support.board import Board, assert_in_step
from tests.support.databases import on_database
from tests.support.wait import eventually

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
PATIENCE = 10.0
"""How long something may take that nothing holds up, in seconds."""


async def soon(work: Awaitable[Any]) -> Any:
    """What the work answers; it must not wait for anything that is still held."""
    return await asyncio.wait_for(work, PATIENCE)


@pytest.fixture
async def url(database: Database, postgres_url: str) -> str:
    """The address of the database, for connections beside the pool."""
    return on_database(postgres_url, str(await database.value("SELECT current_database()")))


@asynccontextmanager
async def writer(url: str) -> AsyncIterator[Connection]:
    """A connection of one's own."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def write(connection: Connection, firm: str, note: str = "") -> str:
    """Append an event, as the last statement of a command does; its id."""
    event = new_id("event")
    cause = '{"kind": "SYSTEM", "actor": null, "client_mutation_id": null}'
    await connection.execute(
        "INSERT INTO events (id, firm_id, cause, changes) VALUES ($1, $2, $3::jsonb, jsonb_build_array($4::jsonb))",
        event,
        firm,
        cause,
        f'{{"type": "note", "id": "{note}"}}',
    )
    return event


async def firm_of(client: Client) -> str:
    """The client's firm."""
    firm: str = (await client.query("{ firm { id } }"))["firm"]["id"]
    return firm


# --- one by one -----------------------------------------------------------------------------------------------------


async def test_an_event_is_numbered_and_dated_when_it_commits(shop: Shop, database: Database, url: str) -> None:
    """LV1: first written, last committed, last in the log; its time is that of the commit."""
    firm = await firm_of(shop.owner)
    head = await sight.head(database, firm)
    async with writer(url) as first, writer(url) as second:
        transaction = first.transaction()
        await transaction.start()
        early = await write(first, firm)
        late = await soon(write(second, firm))
        visible = await sight.events(database, firm, head)
        assert [(event.id, event.seq) for event in visible] == [(late, head + 1)]
        await transaction.commit()
    events = await sight.events(database, firm, head)
    assert [(event.id, event.seq) for event in events] == [(late, head + 1), (early, head + 2)]
    assert events[0].at < events[1].at


async def test_a_transaction_that_dawdles_before_its_commit_holds_nobody_up(shop: Shop, url: str) -> None:
    """No round trip of a client happens while the counter is held."""
    firm, job = await firm_of(shop.owner), await shop.job()
    async with writer(url) as slow, slow.transaction():
        await write(slow, firm)
        for n in range(10):
            stage = shop.stages[(n + 1) % 3]
            await soon(shop.owner.do("moveJob", jobId=job["id"], stageId=stage, expect={"version": n + 1}))


async def test_a_transaction_that_is_rolled_back_leaves_no_hole(shop: Shop, database: Database, url: str) -> None:
    """LV3: a hole means that something was lost, so nothing else may make one."""
    firm = await firm_of(shop.owner)
    head = await sight.head(database, firm)
    async with writer(url) as connection:
        for _ in range(3):
            transaction = connection.transaction()
            await transaction.start()
            await write(connection, firm)
            await transaction.rollback()
            await write(connection, firm)
    assert [event.seq for event in await sight.events(database, firm, head)] == [head + 1, head + 2, head + 3]
    assert await sight.head(database, firm) == head + 3


async def test_a_transaction_that_fails_after_its_number_was_drawn_leaves_no_hole(
    shop: Shop, database: Database, url: str
) -> None:
    """LV3: the number goes back with all else."""
    firm = await firm_of(shop.owner)
    head = await sight.head(database, firm)
    async with writer(url) as connection:
        transaction = connection.transaction()
        await transaction.start()
        await write(connection, firm)
        await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert await connection.fetchval("SELECT seq FROM event_heads WHERE firm_id = $1", firm) == head + 1
        with pytest.raises(asyncpg.DivisionByZeroError):
            await connection.execute("SELECT 1 / 0")
        await transaction.rollback()
    await shop.job()
    assert [event.seq for event in await sight.events(database, firm, head)] == [head + 1]


async def test_an_event_of_no_firm_cannot_be_written(database: Database, url: str) -> None:
    """Every event has its counter."""
    async with writer(url) as connection:
        with pytest.raises(asyncpg.PostgresError):
            await write(connection, new_id("firm"))
    assert await database.value("SELECT count(*) FROM events") == 0


async def test_firms_have_sequences_of_their_own_and_do_not_wait_for_each_other(
    api: Api, database: Database, url: str
) -> None:
    """The sequence is per firm, and so is its lock."""
    one, other = await open_shop(api), await open_shop(api)
    firm, other_firm = await firm_of(one.owner), await firm_of(other.owner)
    heads = [await sight.head(database, some) for some in (firm, other_firm)]
    async with writer(url) as holder:
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("UPDATE event_heads SET seq = seq WHERE firm_id = $1", firm)
        waiting = asyncio.create_task(one.job())
        await eventually(lambda: held_up(database), "the firm's own command waits at its commit")
        for _ in range(3):
            await soon(other.job())
        assert not waiting.done()
        await transaction.commit()
    await soon(waiting)
    assert [event.seq for event in await sight.events(database, firm)] == list(range(1, heads[0] + 2))
    assert [event.seq for event in await sight.events(database, other_firm)] == list(range(1, heads[1] + 4))


async def held_up(database: Database) -> bool:
    """Whether a transaction of the application waits in its COMMIT for a lock."""
    sql = """SELECT TRUE FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
        AND query ILIKE 'COMMIT%' AND application_name = 'stageline'"""
    return bool(await database.value(sql))


async def test_a_deadlock_at_the_commit_runs_the_command_again(shop: Shop, database: Database, url: str) -> None:
    """40P01 is no failure for a client, also when only COMMIT raises it; the pool lives on."""
    firm, job = await firm_of(shop.owner), await shop.job()
    board = await Board.open(shop.owner, shop.pipeline)
    head = await sight.head(database, firm)
    async with writer(url) as holder:
        await holder.execute("SET deadlock_timeout = '60s'")  # so that the other one is the victim
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("UPDATE event_heads SET seq = seq WHERE firm_id = $1", firm)
        given = {"jobId": job["id"], "stageId": shop.stages[1], "expect": {"version": 1}}
        moving = asyncio.create_task(shop.owner.payload("moveJob", "job { version }", **given))
        await eventually(lambda: held_up(database), "the move waits at its commit")
        await soon(holder.execute("SELECT FROM jobs WHERE id = $1 FOR UPDATE", job["id"]))
        await transaction.rollback()
    payload = await soon(moving)
    assert payload == {"job": {"version": 2}, "errors": []}
    assert [event.seq for event in await sight.events(database, firm, head)] == [head + 1]
    assert await database.value("SELECT count(*) FROM stage_visits WHERE job_id = $1", job["id"]) == 2
    await asyncio.gather(*(shop.job() for _ in range(20)))
    await board.catch_up()
    await assert_in_step(board)


# --- all at once ----------------------------------------------------------------------------------------------------


@dataclass
class Crowd:
    """Writers of every kind, and readers that follow them."""

    shop: Shop
    database: Database
    url: str
    firm: str
    start: int
    events: int
    random: Random = field(default_factory=lambda: Random(7))  # noqa: S311  # a stir, not a secret
    read: list[sight.Event] = field(default_factory=list)
    committed: dict[str, tuple[float, float]] = field(default_factory=dict)
    """When the commit of an event (its id or its mutation's) began and when it had ended."""
    rolled_back: int = 0
    looks: int = 0

    @property
    def enough(self) -> bool:
        """Whether the readers have read as many events as are wanted."""
        return len(self.read) >= self.events

    def has_read(self, count: int) -> bool:
        """Whether the readers have come so far, or to the end."""
        return self.enough or len(self.read) >= count

    def now(self) -> float:
        """The time of this process."""
        return asyncio.get_running_loop().time()

    async def move(self, job: str) -> None:
        """Move one job round and round."""
        for version in itertools.count(1):
            if self.enough:
                return
            began, mutation = self.now(), f"{job} {version}"
            given = {"jobId": job, "stageId": self.shop.stages[version % 3], "expect": {"version": version}}
            await self.shop.owner.do("moveJob", clientMutationId=mutation, **given)
            self.committed[mutation] = (began, self.now())

    async def rename(self, tag: str) -> None:
        """Rename one tag again and again; each time every account with it is told of."""
        for n in itertools.count():
            if self.enough:
                return
            began, mutation = self.now(), f"{tag} {n}"
            await self.shop.owner.do("updateTag", clientMutationId=mutation, tagId=tag, name=f"{tag[-6:]} {n}")
            self.committed[mutation] = (began, self.now())

    async def dawdle(self) -> None:
        """Write, wait until others have committed meanwhile, and then commit, or now and then give up."""
        async with writer(self.url) as connection:
            while not self.enough:
                transaction = connection.transaction()
                await transaction.start()
                event = await write(connection, self.firm)
                await eventually(partial(self.has_read, len(self.read) + self.random.randrange(6)))
                began = self.now()
                if self.random.random() < 0.25:
                    await transaction.rollback()
                    self.rolled_back += 1
                else:
                    await transaction.commit()
                    self.committed[event] = (began, self.now())

    async def follow(self) -> None:
        """Poll by sequence as the tail does: what comes must join what came."""
        async with writer(self.url) as connection:
            while not self.enough:
                self.looks += 1
                last = self.read[-1].seq if self.read else self.start
                rows = await connection.fetch(
                    "SELECT id, seq, at, cause::text FROM events WHERE firm_id = $1 AND seq > $2 ORDER BY seq LIMIT 50",
                    self.firm,
                    last,
                )
                assert [row["seq"] for row in rows] == list(range(last + 1, last + 1 + len(rows)))
                self.read += [
                    sight.Event(row["id"], row["seq"], row["at"], orjson.loads(row["cause"]), []) for row in rows
                ]

    async def compare(self) -> None:
        """At any instant the counter says what the newest visible event is, and how many there are."""
        async with writer(self.url) as connection:
            while not self.enough:
                row = await connection.fetchrow(
                    "SELECT seq, (SELECT max(seq) FROM events e WHERE e.firm_id = $1) AS newest,"
                    " (SELECT count(*) FROM events e WHERE e.firm_id = $1) AS events"
                    " FROM event_heads WHERE firm_id = $1",
                    self.firm,
                )
                assert row is not None
                assert row["seq"] == row["newest"] == row["events"]

    async def draw(self, board: Board) -> None:
        """A client that takes small pages all the while."""
        while not self.enough:
            await board.catch_up(first=3)


async def test_a_reader_never_misses_an_event_nor_sees_a_hole_however_many_write(
    shop: Shop, database: Database, url: str
) -> None:
    """LV1: sequence order is commit order, for commands, for slow transactions, and beside those that give up."""
    firm = await firm_of(shop.owner)
    tags = [(await shop.owner.do("createTag", "tag { id }", name=f"Tag {n}"))["id"] for n in range(2)]
    await shop.owner.do("updateAccount", accountId=shop.account, addTagIds=tags)
    jobs = [(await shop.job())["id"] for _ in range(3)]
    board = await Board.open(shop.owner, shop.pipeline)
    crowd = Crowd(shop, database, url, firm, await sight.head(database, firm), events=300)
    async with asyncio.TaskGroup() as group:
        for work in (
            *(crowd.move(job) for job in jobs),
            *(crowd.rename(tag) for tag in tags),
            *(crowd.dawdle() for _ in range(6)),
            crowd.follow(),
            crowd.compare(),
            crowd.draw(board),
        ):
            group.create_task(work)
    events = await sight.events(database, firm, crowd.start)
    assert [event.seq for event in events] == list(range(crowd.start + 1, crowd.start + 1 + len(events)))
    assert [event.id for event in events[: len(crowd.read)]] == [event.id for event in crowd.read]
    keys = [event.cause["client_mutation_id"] or event.id for event in events]
    assert sorted(keys) == sorted(crowd.committed), "every commit is an event, and every event was committed"
    assert all(one.at <= other.at for one, other in itertools.pairwise(events))
    latest = float("-inf")
    for key in keys:
        began, ended = crowd.committed[key]
        assert ended >= latest, "what was committed before another began to commit comes before it"
        latest = max(latest, began)
    assert crowd.rolled_back > 5
    await board.catch_up()
    await assert_in_step(board)
