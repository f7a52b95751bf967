"""LV5: presence as clients of two real processes see it, with Redis and without, also where one of them is killed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from live.presence import BEAT_SECONDS, EXPIRY_SECONDS
from tests.support.api import Client, Shop, open_shop
from tests.support.cluster import Cluster, Web, running_cluster
from tests.support.frames import Wire, acknowledged

WHO = "subscription ($node: ID!) { presence(nodeId: $node) { viewerCount viewers { member { id } } } }"
AT_ONCE = BEAT_SECONDS / 2
"""How long it may take where a wake-up shows it, in seconds: generous, and yet impossible by the next beat alone."""
SLACK = 5.0
"""What a slow machine may add to the time that is promised, in seconds."""


@dataclass
class Looker:
    """Somebody's look at a board through one process."""

    wire: Wire
    operation: str

    async def sees(self, *others: Client, within: float) -> None:
        """Reads events until exactly these others look."""
        wanted = sorted(other.member_id for other in others)
        async with asyncio.timeout(within):
            while True:
                found = (await self.wire.result(self.operation, within=within))["data"]["presence"]
                assert found["viewerCount"] == len(found["viewers"])
                if sorted(viewer["member"]["id"] for viewer in found["viewers"]) == wanted:
                    return


@dataclass
class Pair:
    """Two processes, and a firm with two more who see its board."""

    cluster: Cluster
    shop: Shop
    colleagues: list[Client]

    @asynccontextmanager
    async def looking(self, client: Client, web: Web) -> AsyncIterator[Looker]:
        """A look at the board."""
        async with acknowledged(web.socket_url, client.token) as wire:
            yield Looker(wire, await wire.subscribe(WHO, node=self.shop.pipeline))


@asynccontextmanager
async def pair(database_url: str, folder: Path, **settings: str) -> AsyncIterator[Pair]:
    """Two processes."""
    async with running_cluster(database_url, folder, **settings) as cluster:
        shop = await open_shop(cluster.api)
        yield Pair(cluster, shop, [await cluster.api.member(shop.owner, role="ADMIN") for _ in range(2)])


@pytest.mark.slow
async def test_viewers_of_two_processes_see_each_other_come_and_go_at_once(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    """LV5, AC4: whichever a balancer has chosen; who may not look any more is gone, and who goes with a process."""
    async with pair(database_url, tmp_path, REDIS_URL=redis_url) as two:
        [here, there], [ben, cleo] = two.cluster.webs, two.colleagues
        async with two.looking(two.shop.owner, here) as ada, AsyncExitStack() as stack:
            await ada.sees(within=AT_ONCE)
            async with two.looking(ben, there) as other:
                await other.sees(two.shop.owner, within=AT_ONCE)
                await ada.sees(ben, within=AT_ONCE)
            await ada.sees(within=AT_ONCE)
            await stack.enter_async_context(two.looking(cleo, there))
            await ada.sees(cleo, within=AT_ONCE)
            await two.shop.owner.do("updateMemberAccess", memberId=cleo.member_id, role="EMPLOYEE")
            await ada.sees(within=AT_ONCE)
            await stack.enter_async_context(two.looking(ben, there))
            await ada.sees(ben, within=AT_ONCE)
            await there.stop()
            await ada.sees(within=AT_ONCE)


@pytest.mark.slow
async def test_viewers_of_a_process_that_is_killed_are_gone_within_half_a_minute(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    """LV5: it could say nothing; whoever came to the other process instead stays."""
    async with pair(database_url, tmp_path, REDIS_URL=redis_url) as two:
        [here, there], [ben, cleo] = two.cluster.webs, two.colleagues
        async with two.looking(two.shop.owner, here) as ada, two.looking(ben, there), two.looking(cleo, there):
            await ada.sees(ben, cleo, within=AT_ONCE)
            killed = time.monotonic()
            await there.kill()
            async with two.looking(cleo, here) as again:
                await again.sees(two.shop.owner, ben, within=AT_ONCE)
                await ada.sees(cleo, within=EXPIRY_SECONDS + BEAT_SECONDS + SLACK)
                assert time.monotonic() - killed > EXPIRY_SECONDS - BEAT_SECONDS - SLACK


@pytest.mark.slow
async def test_without_redis_each_process_shows_its_own(database_url: str, tmp_path: Path) -> None:
    """LV5: nothing fails; two processes without a Redis are two."""
    async with pair(database_url, tmp_path) as two:
        [here, there], [ben, cleo] = two.cluster.webs, two.colleagues
        async with (
            two.looking(two.shop.owner, here) as ada,
            two.looking(ben, there) as other,
            two.looking(cleo, here) as third,
        ):
            await ada.sees(cleo, within=AT_ONCE)
            await third.sees(two.shop.owner, within=AT_ONCE)
            await other.sees(within=AT_ONCE)
