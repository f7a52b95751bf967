import asyncio
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, MutableMapping, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio
from structlog.testing import capture_logs

from live.broadcast import CoalescingBroadcast
from live.outage import FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, Backoff, Outage
from live.redis_backend import RedisBackend
from live.tasks import end
from live.wakeups import MAX_WAITING_FIRMS, Wakeups, channel_of
from tests.support.redis import RedisServer, free_port, running_redis
from tests.support.wait import eventually

WITHIN = 20.0  # seconds; every wait ends much sooner unless something is broken


class Reader:
    """Counts how often it was told to look at a firm's log."""

    def __init__(self, looks: AsyncGenerator[None, None]) -> None:
        self._looks = looks
        self.seen = 0
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async with aclosing(self._looks) as looks:
            async for _ in looks:
                self.seen += 1

    async def looked(self, more_than: int) -> None:
        """Waits until it looked more often than that."""
        await eventually(lambda: self.seen > more_than, f"more than {more_than} looks", within=WITHIN)

    async def close(self) -> None:
        """Stops reading."""
        self._task.cancel()
        await asyncio.wait([self._task])


@asynccontextmanager
async def reading(wakeups: Wakeups, firm_id: str) -> AsyncIterator[Reader]:
    """A reader of the firm that has looked once, so that it misses nothing from here on."""
    reader = Reader(wakeups.listen(firm_id))
    try:
        await reader.looked(0)
        yield reader
    finally:
        await reader.close()


@pytest.fixture
async def own_redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    """A Redis to break."""
    async with running_redis(tmp_path) as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
def broker_url(request: pytest.FixtureRequest) -> str | None:
    """Both brokers."""
    return None if request.param == "memory" else str(request.getfixturevalue("redis_url"))


async def test_a_listener_hears_of_its_firm_alone(broker_url: str | None) -> None:
    """LV1: a wake-up reaches the readers of the firm, all of them, and nobody else."""
    async with (
        Wakeups.open(broker_url) as wakeups,
        reading(wakeups, "firm_a") as first,
        reading(wakeups, "firm_a") as second,
        reading(wakeups, "firm_b") as other,
    ):
        await settled(wakeups)
        before = (first.seen, second.seen, other.seen)
        wakeups.notify("firm_a")
        await first.looked(before[0])
        await second.looked(before[1])
        assert other.seen == before[2]


async def settled(wakeups: Wakeups) -> None:
    """Waits until what subscribing itself says has arrived."""
    await eventually(lambda: is_quiet(wakeups._broadcast), "nothing is on its way", within=WITHIN)


def is_quiet(broadcast: CoalescingBroadcast) -> bool:
    """Whether every subscription is confirmed and nothing is unread."""
    backend = broadcast._backend
    queues = [queue for of_channel in broadcast._subscribers.values() for queue in of_channel]
    if not isinstance(backend, RedisBackend):
        return all(queue.empty() for queue in queues)
    confirmed = all(event.is_set() for event in backend._wanted.values())
    return confirmed and not backend._unread and all(queue.empty() for queue in queues)


async def test_a_process_hears_of_another_at_once(redis_url: str) -> None:
    """LV1: the second process is told, from the first subscription on (encode/broadcaster lost the first one)."""
    async with Wakeups.open(redis_url) as here, Wakeups.open(redis_url) as there, reading(there, "firm_x") as reader:
        await settled(there)
        before = reader.seen
        here.notify("firm_x")
        await reader.looked(before)


async def test_a_burst_is_one_look_or_few(broker_url: str | None) -> None:
    """LV3: what is unread takes one place, however much is announced."""
    async with Wakeups.open(broker_url) as wakeups:
        looks = wakeups.listen("firm_a")
        async with aclosing(looks):
            await anext(looks)
            for _ in range(1_000):
                wakeups.notify("firm_a")
                await asyncio.sleep(0)
            await asyncio.wait_for(anext(looks), WITHIN)
            queues = wakeups._broadcast._subscribers[channel_of("firm_a")]
            assert [queue.maxsize for queue in queues] == [1]


async def test_a_listener_that_leaves_is_forgotten(broker_url: str | None) -> None:
    """LV3: subscriptions end with their reader; the last one of a firm ends the channel."""
    async with Wakeups.open(broker_url) as wakeups:
        async with reading(wakeups, "firm_a"):
            async with reading(wakeups, "firm_a"):
                pass
            assert len(wakeups._broadcast._subscribers[channel_of("firm_a")]) == 1
        assert wakeups._broadcast._subscribers == {}


async def test_a_reader_that_returns_at_once_hears_again(redis_url: str) -> None:
    """LV1: leaving and coming back in any order leaves the channel subscribed."""
    async with Wakeups.open(redis_url) as wakeups:
        for _ in range(20):
            async with reading(wakeups, "firm_a"):
                pass
        async with reading(wakeups, "firm_a") as reader:
            await settled(wakeups)
            before = reader.seen
            wakeups.notify("firm_a")
            await reader.looked(before)


async def test_many_first_listeners_of_one_firm_may_come_at_once(redis_url: str) -> None:
    """LV1: concurrent first subscribers do not race (encode/broadcaster raised KeyError)."""
    async with Wakeups.open(redis_url) as wakeups:
        readers = [Reader(wakeups.listen("firm_a")) for _ in range(50)]
        for reader in readers:
            await reader.looked(0)
        await settled(wakeups)
        before = [reader.seen for reader in readers]
        wakeups.notify("firm_a")
        for reader, seen in zip(readers, before, strict=True):
            await reader.looked(seen)
            await reader.close()


async def test_listeners_hear_again_after_a_restart_of_redis(own_redis: RedisServer) -> None:
    """LV1: after an outage every reader is told to look, and then hears again; the outage is logged once."""
    with capture_logs() as logs:
        async with Wakeups.open(own_redis.url) as wakeups, reading(wakeups, "firm_a") as reader:
            await settled(wakeups)
            await own_redis.stop()
            await eventually(lambda: events(logs) == ["broker_lost"], "the loss is noticed", within=WITHIN)
            for _ in range(100):
                wakeups.notify("firm_a")
                wakeups.notify("firm_b")
            before = reader.seen
            await own_redis.start()
            await reader.looked(before)
            await eventually(lambda: events(logs)[-1] == "broker_back", "it is back", within=WITHIN)
            await settled(wakeups)
            before = reader.seen
            wakeups.notify("firm_a")
            await reader.looked(before)
    assert events(logs) == ["broker_lost", "broker_back"]


def events(logs: Sequence[MutableMapping[str, Any]]) -> list[object]:
    """What was logged."""
    return [entry["event"] for entry in logs]


async def test_a_redis_that_is_away_at_the_start_costs_one_log_line(tmp_path: Path) -> None:
    """LV1: without the broker everything starts, and nothing waits; readers hear when it comes."""
    server = RedisServer(tmp_path, free_port())
    try:
        with capture_logs() as logs:
            async with Wakeups.open(server.url) as wakeups, reading(wakeups, "firm_a") as reader:
                wakeups.notify("firm_a")
                assert reader.seen == 1
                await server.start()
                await reader.looked(1)
                await settled(wakeups)
                before = reader.seen
                wakeups.notify("firm_a")
                await reader.looked(before)
                await eventually(lambda: events(logs)[-1] == "broker_back", "it is back", within=WITHIN)
        assert events(logs) == ["broker_lost", "broker_back"]
    finally:
        await server.stop()


async def test_what_was_announced_in_an_outage_is_announced_after_it(own_redis: RedisServer) -> None:
    """LV1: a process that stayed connected all the time hears, too, of what another could not say."""
    async with Wakeups.open(own_redis.url) as wakeups:
        await own_redis.stop()
        wakeups.notify("firm_a")
        await eventually(lambda: wakeups._outage._parts, "the outage is noticed", within=WITHIN)
        await own_redis.start()
        await eventually(lambda: not wakeups._waiting and not wakeups._outage._parts, "it is said", within=WITHIN)


async def test_a_listener_hears_again_after_its_connection_was_cut(redis_url: str) -> None:
    """LV1: a dropped connection alone, Redis being well, is healed too, and the reader is told to look."""
    async with (
        redis.asyncio.Redis.from_url(redis_url) as admin,
        Wakeups.open(redis_url) as wakeups,
        reading(wakeups, "firm_a") as reader,
    ):
        await settled(wakeups)
        before = reader.seen
        await admin.client_kill_filter(_type="pubsub")
        await reader.looked(before)
        await settled(wakeups)
        before = reader.seen
        wakeups.notify("firm_a")
        await reader.looked(before)


async def test_a_redis_that_stops_answering_counts_as_gone(own_redis: RedisServer) -> None:
    """LV1: a connection that is open but silent (a cut cable, a frozen machine) is noticed."""
    outage = Outage()
    backend = RedisBackend(own_redis.url, outage, ping_seconds=0.1)
    async with CoalescingBroadcast(backend=backend) as broadcast, broadcast.listening("stageline:firm_a") as queue:
        assert own_redis.process is not None
        await asyncio.wait_for(queue.get(), WITHIN)  # the confirmation
        own_redis.process.send_signal(signal.SIGSTOP)
        try:
            await eventually(lambda: outage._parts == {"listening"}, "the silence is noticed", within=WITHIN)
        finally:
            own_redis.process.send_signal(signal.SIGCONT)
        await asyncio.wait_for(queue.get(), WITHIN)
        await eventually(lambda: outage._parts == set(), "it is back", within=WITHIN)


async def test_a_quiet_connection_is_not_taken_for_a_lost_one(own_redis: RedisServer) -> None:
    """LV1: nothing to say is no outage: the ping is answered."""
    with capture_logs() as logs:
        backend = RedisBackend(own_redis.url, Outage(), ping_seconds=0.02)
        async with redis.asyncio.Redis.from_url(own_redis.url) as admin, CoalescingBroadcast(backend=backend):

            async def pings() -> int:
                return int((await admin.info("commandstats"))["cmdstat_ping"]["calls"])

            before = await pings()
            await eventually(lambda: more_than(pings, before + 5), "five pings", within=WITHIN)
    assert logs == []


async def more_than(count: Callable[[], Awaitable[int]], least: int) -> bool:
    """Whether the count has passed ``least``."""
    return await count() > least


async def test_notify_is_bounded_while_the_broker_is_away() -> None:
    """LV3: memory stays bounded in an outage; the newest are kept."""
    async with Wakeups.open(f"redis://127.0.0.1:{free_port()}/0") as wakeups:
        for number in range(MAX_WAITING_FIRMS + 10):
            wakeups.notify(f"firm_{number}")
        assert len(wakeups._waiting) == MAX_WAITING_FIRMS
        assert f"firm_{MAX_WAITING_FIRMS + 9}" in wakeups._waiting
        assert "firm_0" not in wakeups._waiting


async def test_nothing_is_left_open(broker_url: str | None) -> None:
    """Closing ends every task and connection (warnings of what is left are errors)."""
    before = asyncio.all_tasks()
    async with Wakeups.open(broker_url) as wakeups, reading(wakeups, "firm_a"):
        wakeups.notify("firm_a")
    assert asyncio.all_tasks() == before


def test_waits_double_up_to_the_longest() -> None:
    """LV1: reconnecting is patient, and starts afresh after a success."""
    backoff = Backoff()
    waits = [backoff.next() for _ in range(12)]
    for number, wait in enumerate(waits):
        full = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**number)
        assert full / 2 <= wait <= full
    backoff.reset()
    assert backoff.next() <= FIRST_WAIT_SECONDS


async def test_a_task_that_loses_a_cancellation_is_ended_all_the_same() -> None:
    """Closing never hangs (asyncio.wait_for of Python 3.11 swallows a cancellation that meets its result)."""
    lost = 0

    async def stubborn() -> None:
        nonlocal lost
        while lost < 3:
            try:
                await asyncio.sleep(WITHIN)
            except asyncio.CancelledError:
                lost += 1

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await asyncio.wait_for(end(task), WITHIN)
    assert (task.done(), lost) == (True, 3)
