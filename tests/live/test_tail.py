"""LV1: one tail per process and firm, which misses nothing, however it learns of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from live.cursor import Position, at
from live.recent import Recent
from live.tail import Tail, Tails
from live.wakeups import Wakeups
from store.database import Database
from store.reads import log
from store.reads.log import Head
from tests.support.api import Api, Shop
from tests.support.wait import eventually

NEVER = 3_600.0  # seconds between two looks that nobody asked for
SOON = 0.02


async def beyond(tail: Tail, position: Position) -> None:
    """Returns when a tail knows of something after a position, or is that of another log."""

    def is_beyond() -> bool:
        here = tail.position
        return here is not None and (here.origin != position.origin or here.seq > position.seq)

    await eventually(is_beyond, "it has seen more")


@pytest.fixture
async def wakeups() -> AsyncIterator[Wakeups]:
    """A broker in memory, which nobody tells of what the API does."""
    async with Wakeups.open(None) as opened:
        yield opened


@pytest.fixture
async def firm(shop: Shop) -> str:
    """The shop's firm."""
    return str((await shop.owner.query("{ firm { id } }"))["firm"]["id"])


@asynccontextmanager
async def following(database: Database, wakeups: Wakeups, firm: str, poll: float) -> AsyncIterator[tuple[Tails, Tail]]:
    """A tail that has looked once."""
    async with Tails.open(database, wakeups, poll_seconds=poll) as tails, tails.follow(firm) as tail:
        await eventually(lambda: tail.position is not None, "it has looked")
        yield tails, tail


@contextmanager
def statements(database: Database, heard: Callable[[str], None]) -> Iterator[None]:
    """Every statement goes to ``heard`` first."""
    database.on_statement = heard
    try:
        yield
    finally:
        database.on_statement = None


async def here(database: Database, firm: str) -> Position:
    """Where the firm's log stands."""
    return at(await log.head(database, firm), firm)


async def test_a_wake_up_makes_it_look(database: Database, wakeups: Wakeups, shop: Shop, firm: str) -> None:
    """LV1: what was committed before the wake-up is seen after it."""
    async with following(database, wakeups, firm, NEVER) as (_, tail):
        before = await here(database, firm)
        waiting = asyncio.create_task(beyond(tail, before))
        await shop.job()
        assert not waiting.done()
        wakeups.notify(firm)
        await waiting
        assert tail.position == await here(database, firm) != before


async def test_a_lost_wake_up_costs_no_more_than_the_time_between_two_looks(
    database: Database, wakeups: Wakeups, shop: Shop, firm: str
) -> None:
    """LV1: nobody says anything, and it is noticed all the same."""
    async with following(database, wakeups, firm, SOON) as (_, tail):
        before = await here(database, firm)
        await shop.job()
        await beyond(tail, before)


async def test_a_restored_database_is_news(database: Database, wakeups: Wakeups, firm: str) -> None:
    """LV3: a log that is shorter than it was is another one; who reads it looks, and is told to query again."""
    news = asyncio.Event()
    async with following(database, wakeups, firm, NEVER) as (_, tail):
        recent = await Recent.read(database, firm)
        recent.head = Head("another epoch", 1, 0)
        with tail.watching(("session", "s")) as watched, tail.read_by(news):
            assert tail.saw(recent)
            assert tail.position == recent.here
            assert watched.is_set()
            news.clear()
            await tail.look()
            assert news.is_set()


async def test_who_reads_the_log_is_woken_in_its_place(
    database: Database, wakeups: Wakeups, shop: Shop, firm: str
) -> None:
    """LV1: the firm's desk reads the log in any case; once it is gone, the tail looks for itself again."""
    heard: list[str] = []
    news = asyncio.Event()
    async with following(database, wakeups, firm, NEVER) as (_, tail):
        before = await here(database, firm)
        await shop.job()
        with tail.read_by(news):
            assert news.is_set()
            news.clear()
            with statements(database, heard.append):
                wakeups.notify(firm)
                await news.wait()
            assert heard == []
            assert tail.position == before
        wakeups.notify(firm)
        await beyond(tail, before)


async def test_a_lost_wake_up_is_made_up_for_whoever_reads(
    database: Database, wakeups: Wakeups, shop: Shop, firm: str
) -> None:
    """LV1, LV6: the poller wakes the reader, and those who watch for something do not depend on it."""
    news = asyncio.Event()
    made = await shop.owner.payload("createApiToken", "apiToken { id }", name="Script", scopes=["READ"])
    token = made["apiToken"]["id"]
    async with following(database, wakeups, firm, SOON) as (_, tail):
        with tail.read_by(news), tail.watching(("session", token)) as ended:
            news.clear()
            await shop.owner.do("revokeApiToken", tokenId=token)
            await news.wait()
            await ended.wait()


async def test_what_its_reader_has_seen_is_told_to_who_watches(
    database: Database, wakeups: Wakeups, shop: Shop, firm: str
) -> None:
    """LV6: without a statement of the tail's own, or a wake-up of the reader; a snapshot of before says nothing."""
    news, heard = asyncio.Event(), list[str]()
    async with following(database, wakeups, firm, NEVER) as (_, tail):
        before = await Recent.read(database, firm)
        job = (await shop.job())["id"]
        with tail.read_by(news), tail.watching(("job", job)) as mine, tail.watching(("member", "m")) as other:
            after = await Recent.read(database, firm, tail.since)
            news.clear()
            with statements(database, heard.append):
                assert tail.saw(after)
                assert not tail.saw(before)
                assert not tail.saw(after)
            assert (tail.position, heard) == (after.here, [])
            assert mine.is_set()
            assert not news.is_set() | other.is_set()


async def test_all_who_follow_a_firm_share_one_tail(database: Database, wakeups: Wakeups, firm: str) -> None:
    """One tail per process and firm; the last one to leave puts out the light."""
    async with Tails.open(database, wakeups) as tails:
        async with tails.follow(firm) as first:
            async with tails.follow(firm) as second:
                assert first is second
            async with tails.follow(firm) as third:
                assert third is first
        async with tails.follow(firm) as fourth:
            assert fourth is not first


async def test_the_logs_of_all_firms_are_looked_at_in_one_statement(
    database: Database, wakeups: Wakeups, api: Api
) -> None:
    """The cost of polling does not grow with the firms that are followed."""
    heard: list[str] = []
    firms = [(await (await api.firm()).query("{ firm { id } }"))["firm"]["id"] for _ in range(3)]
    async with (
        Tails.open(database, wakeups, poll_seconds=SOON) as tails,
        tails.follow(firms[0]) as a,
        tails.follow(firms[1]) as b,
        tails.follow(firms[2]) as c,
    ):
        await eventually(lambda: a.position and b.position and c.position, "all have looked")
        with statements(database, heard.append):
            await eventually(lambda: len(heard) == 5, "five more looks")
    assert len(set(heard)) == 1
    assert "ANY($1)" in heard[0]


async def test_it_tells_who_watches_for_a_thing_and_nobody_else(
    database: Database, wakeups: Wakeups, shop: Shop, firm: str
) -> None:
    """LV6: the end of a session is noticed by what is open under it."""
    made = await shop.owner.payload("createApiToken", "apiToken { id }", name="Script", scopes=["READ"])
    token = made["apiToken"]["id"]
    async with following(database, wakeups, firm, NEVER) as (_, tail):
        with tail.watching(("session", token), ("member", "nobody")) as mine, tail.watching(("session", "s")) as other:
            before = await here(database, firm)
            await shop.job()
            wakeups.notify(firm)
            await beyond(tail, before)
            assert not mine.is_set()
            await shop.owner.do("revokeApiToken", tokenId=token)
            wakeups.notify(firm)
            await mine.wait()
            assert not other.is_set()


async def test_where_too_much_happened_everybody_is_told(database: Database, wakeups: Wakeups, firm: str) -> None:
    """It reads a bounded part of the log: behind it, anything may have happened."""
    async with following(database, wakeups, firm, NEVER) as (_, tail):
        recent = await Recent.read(database, firm)
        recent.since = recent.head.seq + 1
        recent.head = replace(recent.head, seq=recent.head.seq + log.MOST + 1)
        with tail.watching(("session", "s")) as one, tail.watching(("member", "m")) as two:
            assert tail.saw(recent)
            assert one.is_set()
            assert two.is_set()


async def test_a_database_that_is_away_is_said_once_and_looked_at_again(
    database: Database, wakeups: Wakeups, shop: Shop, firm: str
) -> None:
    """LV1: an outage costs time only."""
    failed: list[str] = []

    def away(sql: str) -> None:
        failed.append(sql)
        raise ConnectionRefusedError

    async with following(database, wakeups, firm, SOON) as (_, tail):
        before = await here(database, firm)
        await shop.job()
        with capture_logs() as lines:
            with statements(database, away):
                await eventually(lambda: len(failed) >= 3, "three looks failed")
            await beyond(tail, before)
            await eventually(lambda: len(lines) == 2, "it says that it is well again")
    assert [line["event"] for line in lines] == ["log_unreadable", "log_readable_again"]
