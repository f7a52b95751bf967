"""What is written through one process is seen by whoever looks through another (LV1)."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from live.tail import POLL_SECONDS
from tests.support.api import Client, Json, Shop, open_shop
from tests.support.board import EVENTS
from tests.support.cluster import Cluster, running_cluster
from tests.support.lines import Feed, SocketLine, StreamLine
from tests.support.redis import RedisServer, free_port
from tests.support.served import http_client

MOVES = 8
"""Moves one after the other. If only polling showed them, all but the first would take POLL_SECONDS each."""
AT_ONCE = 2 * POLL_SECONDS
"""How long so many moves may take where wake-ups show them, in seconds: generous, and yet impossible by polling."""
SLACK = 2.0
"""What a slow machine may add to the time that is promised, in seconds."""


@dataclass
class Pair:
    """Two processes, a firm, and everybody who looks at its board: by each transport, through each process."""

    cluster: Cluster
    shop: Shop
    job: str
    clients: list[Client]
    feeds: dict[str, Feed] = field(default_factory=dict)
    where: itertools.cycle[str] = field(default_factory=lambda: itertools.cycle(()))

    async def move(self, by: Client) -> Json:
        """Move the job to the next stage, as one client; the job then."""
        expect = {
            "version": (await by.query("query ($id: ID!) { job(id: $id) { version } }", id=self.job))["job"]["version"]
        }
        given = {"jobId": self.job, "stageId": next(self.where), "expect": expect}
        moved: Json = await by.do("moveJob", "job { id version stage { id } }", **given)
        return moved

    async def seen(self, moved: Json, *, within: float) -> None:
        """Everybody is told of a move, once, within so many seconds."""
        async with asyncio.timeout(within):
            for name, feed in self.feeds.items():
                event = (await happened(feed))["changes"]
                shown = [change["job"] for change in event if change["__typename"] == "JobUpserted"]
                assert [(job["id"], job["version"], job["stage"]) for job in shown] == [tuple(moved.values())], name


async def happened(feed: Feed) -> Json:
    """The next event."""
    answer = await feed.next()
    assert answer is not None
    assert "errors" not in answer, answer
    event: Json = answer["data"]["boardEvents"]
    return event


@asynccontextmanager
async def pair(database_url: str, folder: Path, **settings: str) -> AsyncIterator[Pair]:
    """Two processes, and everybody looks."""
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(running_cluster(database_url, folder, **settings))
        shop = await open_shop(cluster.api)
        https = [await stack.enter_async_context(http_client(web.http)) for web in cluster.webs]
        found = Pair(cluster, shop, (await shop.job())["id"], [replace(shop.owner, http=http) for http in https])
        found.where = itertools.cycle([*shop.stages[1:], shop.stages[0]])
        for web in cluster.webs:
            only = cluster.only(web)
            for line in (SocketLine(only, shop.owner), StreamLine(only, shop.owner, method="POST")):
                stack.push_async_callback(line.close)
                name = f"{type(line).__name__} to {web.host}"
                found.feeds[name] = await line.subscribe(EVENTS, {"pipeline": shop.pipeline, "after": None}, None)
                assert (await happened(found.feeds[name]))["changes"] == []
        yield found


@pytest.mark.slow
async def test_a_move_through_either_process_is_seen_through_both_at_once(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    """LV1: Redis wakes the other process."""
    async with pair(database_url, tmp_path, REDIS_URL=redis_url) as two:
        await at_once(two)


@pytest.mark.slow
async def test_without_redis_the_other_process_sees_a_move_within_the_polling_interval(
    database_url: str, tmp_path: Path
) -> None:
    """LV1: wake-ups save time; without them nothing is lost."""
    async with pair(database_url, tmp_path) as two:
        for client in two.clients:
            await two.seen(await two.move(client), within=POLL_SECONDS + SLACK)


@pytest.mark.slow
async def test_a_redis_that_comes_after_both_processes_is_taken_up(database_url: str, tmp_path: Path) -> None:
    """LV1: the processes start without it, show moves by polling, and at once when it is there."""
    redis = RedisServer(tmp_path, free_port())
    async with pair(database_url, tmp_path, REDIS_URL=redis.url) as two:
        for client in two.clients:
            await two.seen(await two.move(client), within=POLL_SECONDS + SLACK)
        try:
            await redis.start()
            for web in two.cluster.webs:
                assert web.process is not None
                await web.process.says("broker_back")
            await at_once(two)
        finally:
            await redis.stop()


async def at_once(two: Pair) -> None:
    """Moves through either process are seen sooner than polling could show them."""
    async with asyncio.timeout(AT_ONCE):
        for _, client in zip(range(MOVES), itertools.cycle(two.clients), strict=False):
            await two.seen(await two.move(client), within=AT_ONCE)
