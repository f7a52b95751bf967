"""LV5: who looks at what, in one process and in several, whatever becomes of them and of Redis."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import redis.asyncio
from structlog.testing import capture_logs

from live.presence import BEAT_SECONDS, EXPIRY_SECONDS, Look, Presence
from live.redis_presence import Present, Roll
from live.wakeups import Wakeups
from tests.support.redis import RedisServer, free_port, running_redis
from tests.support.wait import eventually

NEVER = 3_600.0
"""Seconds until something happens by itself, in tests where it must not."""
SOON = 0.05
AT_ONCE = 1.0
"""How long it may take not to wait for a Redis that is away, in seconds: a connection may take two."""
FIRM, JOB = "firm_1", "job_1"


@pytest.fixture
async def own_redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    """A Redis to break."""
    async with running_redis(tmp_path) as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
def broker_url(request: pytest.FixtureRequest) -> str | None:
    """Both brokers."""
    return None if request.param == "memory" else str(request.getfixturevalue("redis_url"))


@pytest.fixture
def job() -> str:
    """A thing that no other test looks at: they share a Redis."""
    return f"job_{next(NUMBERS)}_{time.monotonic_ns()}"


NUMBERS = itertools.count()


@asynccontextmanager
async def process(url: str | None, expiry: float = NEVER, beat: float = NEVER) -> AsyncIterator[Presence]:
    """What a web process has."""
    async with (
        Wakeups.open(url) as wakeups,
        Presence.open(url, wakeups, expiry_seconds=expiry, beat_seconds=beat) as presence,
    ):
        yield presence


def names(look: Look) -> list[str]:
    """Who else looks."""
    return [one.member_id for one in look.others]


async def sees(look: Look, *members: str) -> None:
    """Waits until exactly these others look."""
    await eventually(lambda: sorted(names(look)) == sorted(members), f"{look.member_id} sees {members}")


# --- one process ----------------------------------------------------------------------------------------------------


async def test_others_are_seen_oneself_is_not(broker_url: str | None, job: str) -> None:
    """LV5: who else looks, from the first moment on, and those first who came first."""
    async with process(broker_url) as presence, presence.looking(FIRM, job, "ada") as ada:
        assert names(ada) == []
        async with presence.looking(FIRM, job, "ben") as ben, presence.looking(FIRM, job, "cleo") as cleo:
            assert (names(ada), names(ben), names(cleo)) == (["ben", "cleo"], ["ada", "cleo"], ["ada", "ben"])
        assert names(ada) == []


async def test_a_member_is_there_once_since_their_first_look_and_until_their_last(
    broker_url: str | None, job: str
) -> None:
    """LV5: however many windows they have open, and in whatever order they close them."""
    async with process(broker_url) as presence, presence.looking(FIRM, job, "ada") as ada:
        first, second = AsyncExitStack(), AsyncExitStack()
        await first.enter_async_context(presence.looking(FIRM, job, "ben"))
        [there] = ada.others
        assert datetime.now(UTC) - there.since < timedelta(seconds=30)
        await second.enter_async_context(presence.looking(FIRM, job, "ben"))
        assert ada.others == (there,)
        await first.aclose()
        assert ada.others == (there,)
        await second.aclose()
        assert names(ada) == []
        async with presence.looking(FIRM, job, "ben"):
            [again] = ada.others
            assert again.since > there.since


async def test_things_and_firms_are_apart(broker_url: str | None, job: str) -> None:
    """AC4: nothing crosses from one firm to another, whatever ids they use."""
    async with (
        process(broker_url) as presence,
        presence.looking(FIRM, job, "ada") as ada,
        presence.looking("firm_2", job, "ben") as ben,
        presence.looking(FIRM, f"{job}_2", "cleo") as cleo,
    ):
        assert (names(ada), names(ben), names(cleo)) == ([], [], [])


async def test_whoever_waits_is_told_of_others_and_of_nothing_else(broker_url: str | None, job: str) -> None:
    """LV5: an event per change; a second window of somebody is none."""
    news = asyncio.Event()
    async with process(broker_url) as presence, presence.looking(FIRM, job, "ada") as ada:
        with ada.telling(news):
            async with presence.looking(FIRM, job, "ben"):
                assert news.is_set()
                news.clear()
                async with presence.looking(FIRM, job, "ben"), presence.looking(FIRM, f"{job}_2", "cleo"):
                    assert not news.is_set()
                assert not news.is_set()
            assert news.is_set()
        news.clear()
        async with presence.looking(FIRM, job, "ben"):
            assert not news.is_set()


async def test_nothing_is_kept_of_what_nobody_looks_at(redis_url: str, job: str) -> None:
    """LV3: neither here nor in Redis; and nobody listens for it any more."""
    async with process(redis_url) as presence, redis.asyncio.Redis.from_url(redis_url) as client:
        async with presence.looking(FIRM, job, "ada"), presence.looking(FIRM, job, "ben"):
            assert await client.keys(f"*{job}*") == [f"stageline:presence:{FIRM}:{job}".encode()]
            assert await client.pttl(f"stageline:presence:{FIRM}:{job}") > 0
            assert [presence.looks_of(FIRM, who) for who in ("ada", "ben", "cleo")] == [1, 1, 0]
        await eventually(lambda: not presence._rooms and not presence._leaving, "the room is gone")
        assert not presence._looks
        assert await client.keys(f"*{job}*") == []


# --- several processes ----------------------------------------------------------------------------------------------


async def test_processes_see_each_other_at_once(redis_url: str, job: str) -> None:
    """LV5: no beat and no expiry helps here; who comes sees all who are there before anything else happens."""
    async with (
        process(redis_url) as here,
        process(redis_url) as there,
        here.looking(FIRM, job, "ada") as ada,
    ):
        async with there.looking(FIRM, job, "ben") as ben:
            assert names(ben) == ["ada"]
            await sees(ada, "ben")
            async with here.looking(FIRM, job, "cleo") as cleo:
                assert names(cleo) == ["ada", "ben"]
                await sees(ben, "ada", "cleo")
            await sees(ben, "ada")
        await sees(ada)


async def test_a_member_in_two_processes_is_there_once_since_the_first(redis_url: str, job: str) -> None:
    """LV5: a balancer sends the windows of one person anywhere."""
    async with process(redis_url) as here, process(redis_url) as there, here.looking(FIRM, job, "ada") as ada:
        async with there.looking(FIRM, job, "ben"):
            await sees(ada, "ben")
            [first] = ada.others
            async with here.looking(FIRM, job, "ben") as ben:
                assert ada.others == (first,)
                assert names(ben) == ["ada"]
            assert ada.others == (first,)
        await sees(ada)


async def test_a_process_that_stops_takes_its_members_with_it(redis_url: str, job: str) -> None:
    """LV5: at once, in a deploy."""
    async with process(redis_url) as here, here.looking(FIRM, job, "ada") as ada:
        async with process(redis_url) as there, there.looking(FIRM, job, "ben"):
            await sees(ada, "ben")
        await sees(ada)


async def test_a_process_that_says_nothing_any_more_is_forgotten(redis_url: str, job: str) -> None:
    """LV5: a crash is noticed by its silence; those who are well stay, however long they do nothing."""
    dead = Roll(redis_url, 0.5, time.monotonic)
    await dead.exchange(f"presence:{FIRM}:{job}", [Present(datetime.now(UTC), "ben")], [])
    await dead.close()
    async with (
        process(redis_url, 0.5, SOON) as here,
        process(redis_url, 0.5, SOON) as there,
        here.looking(FIRM, job, "ada") as ada,
        there.looking(FIRM, job, "cleo"),
    ):
        await sees(ada, "ben", "cleo")
        gone: list[bool] = []
        news = asyncio.Event()
        with ada.telling(news):
            while "ben" in names(ada):
                await asyncio.wait_for(news.wait(), 10)
                news.clear()
                gone.append("cleo" not in names(ada))
        assert gone == [False]
        begun = time.monotonic()
        await eventually(lambda: time.monotonic() - begun > 1, "twice the expiry has passed")
        assert names(ada) == ["cleo"]


def test_a_crash_is_noticed_within_half_a_minute() -> None:
    """LV5: the last sign of life, its expiry, and the next look at the roll."""
    assert EXPIRY_SECONDS + BEAT_SECONDS <= 30
    assert EXPIRY_SECONDS >= 2 * BEAT_SECONDS


async def test_whatever_happens_in_whatever_order_all_agree_in_the_end(redis_url: str, job: str) -> None:
    """LV5: three processes, five members who come and go at random in all of them, all at the same time."""
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(process(redis_url)) for _ in range(3)]
        observers = [
            await stack.enter_async_context(one.looking(FIRM, job, f"observer {n}")) for n, one in enumerate(processes)
        ]

        async def wander(member: str, random: Random) -> AsyncExitStack | None:
            for _ in range(15):
                visit = AsyncExitStack()
                await visit.enter_async_context(random.choice(processes).looking(FIRM, job, member))
                if random.random() < 0.5:
                    await asyncio.sleep(0)
                if random.random() < 0.9:
                    await visit.aclose()
                else:
                    stack.push_async_callback(visit.aclose)
                    return visit
            return None

        wandering = (wander(f"member {n % 5}", Random(n)) for n in range(20))  # noqa: S311  # a stir, not a secret
        stayed = await asyncio.gather(*wandering)
        there = {f"member {n % 5}" for n, visit in enumerate(stayed) if visit is not None}
        assert 0 < len(there) <= 5
        for n, observer in enumerate(observers):
            await sees(observer, *there, *(f"observer {other}" for other in range(3) if other != n))


# --- Redis away -----------------------------------------------------------------------------------------------------


async def test_without_its_redis_a_process_says_what_it_knows_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    """LV5: presence fails nothing. When Redis comes, all is known in all processes."""
    server = RedisServer(tmp_path, free_port())
    with capture_logs() as lines:
        async with process(server.url) as here, process(server.url) as there:
            begun = time.monotonic()
            async with (
                here.looking(FIRM, JOB, "ada") as ada,
                here.looking(FIRM, JOB, "ben") as ben,
                there.looking(FIRM, JOB, "cleo") as cleo,
            ):
                assert time.monotonic() - begun < AT_ONCE
                assert (names(ada), names(ben), names(cleo)) == (["ben"], ["ada"], [])
                try:
                    await server.start()
                    await sees(ada, "ben", "cleo")
                    await sees(cleo, "ada", "ben")
                finally:
                    await server.stop()
    assert {line["event"] for line in lines} <= {"broker_lost", "broker_back"}


async def test_those_of_other_processes_fade_while_redis_is_away_and_come_back_with_it(own_redis: RedisServer) -> None:
    """LV5: a Redis that comes back has forgotten everything; everybody says it anew."""
    async with (
        process(own_redis.url, 0.5, SOON) as here,
        process(own_redis.url, 0.5, SOON) as there,
        here.looking(FIRM, JOB, "ada") as ada,
        here.looking(FIRM, JOB, "ben"),
        there.looking(FIRM, JOB, "cleo") as cleo,
    ):
        await sees(ada, "ben", "cleo")
        await own_redis.stop()
        await sees(ada, "ben")
        await sees(cleo)
        async with here.looking(FIRM, JOB, "dora"):
            assert names(ada) == ["ben", "dora"]
            await own_redis.start()
            await sees(cleo, "ada", "ben", "dora")
            await sees(ada, "ben", "cleo", "dora")
        await sees(cleo, "ada", "ben")


async def test_who_left_while_redis_was_away_is_gone_when_it_is_back(own_redis: RedisServer) -> None:
    """LV5: also where Redis itself has forgotten nothing, because only the network was away."""
    async with (
        process(own_redis.url, 1.0, SOON) as here,
        process(own_redis.url, 1.0, SOON) as there,
        there.looking(FIRM, JOB, "cleo") as cleo,
        here.looking(FIRM, JOB, "ada"),
    ):
        async with here.looking(FIRM, JOB, "ben"):
            await sees(cleo, "ada", "ben")
            own_redis.pause()
            await eventually(here._away.is_set, "it is noticed")
        own_redis.resume()
        await sees(cleo, "ada")
