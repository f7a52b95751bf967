"""Clients from npm, unmodified: each follows a board through cuts and restarts, and shows what a fresh query shows."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.clients.player import SCRIPTS, Player, needs_node, playing
from tests.clients.proxy import Proxy
from tests.clients.serving import WatchedShop, hired, open_watched_shop, web
from tests.support.api import Json
from tests.support.redis import free_port

pytestmark = needs_node

REPEATING = {"urql"}
"""Whose retries ask for everything since their first cursor again. Those of the others start at the last event's."""


async def everything_happens(shop: WatchedShop, jobs: list[Json]) -> set[str]:
    """Something of every kind that a board shows; the ids of the jobs that it shows anew."""
    owner = shop.owner
    tag = await owner.do("createTag", "tag { id }", name=f"VIP {shop.pipeline}", color="#112233")
    statuses = (await owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
    archived = next(status["id"] for status in statuses if status["state"] == "ARCHIVED")
    await shop.move(jobs[1], 2)
    await owner.do("setJobStatus", jobId=jobs[2]["id"], statusId=archived)
    both = [shop.watcher.member_id, owner.member_id]
    late = await shop.job("Late", dueDate="2131-05-01", assigneeIds=both)
    later = await shop.job("Not so late", dueDate="2131-04-01")
    await owner.do("updateAccount", accountId=shop.account, name="Acme & Sons", addTagIds=[tag["id"]])
    await owner.do("updateMember", memberId=shop.watcher.member_id, name=f"Zoë {shop.pipeline}")
    await owner.do("updateStage", stageId=shop.stages[1], name="In the middle")
    await owner.do("createStage", pipelineId=shop.pipeline, name="Last")
    await owner.do("updatePipeline", pipelineId=shop.pipeline, jobSort="DUE_DATE")
    return {jobs[1]["id"], late["id"], later["id"]}


def shown(event: Json) -> set[str]:
    """The ids of the jobs that an event draws."""
    return {change["job"]["id"] for change in event["changes"] if change["__typename"] == "JobUpserted"}


async def assert_in_step(client: Player, shop: WatchedShop) -> None:
    """Assert that the client comes to show just what a fresh query shows."""
    fresh = await shop.board()
    assert await client.shows(fresh) == fresh


@pytest.mark.parametrize("script", SCRIPTS)
async def test_a_client_that_was_cut_goes_on_and_shows_what_a_fresh_query_shows(
    script: str, network: Proxy, shop: WatchedShop
) -> None:
    """LV1, LV6: from the board's cursor on, live, through a lost connection and one refused, and live again."""
    jobs = [await shop.job(name) for name in ("One", "Two", "Three")]
    async with playing(script, network.url, shop) as client:
        assert (await client.tells("board"))["board"] == await shop.board()
        assert (await client.tells("event"))["event"]["changes"] == []
        await shop.move(jobs[0], 1)
        assert shown((await client.tells("event", shown))["event"]) == {jobs[0]["id"]}
        await assert_in_step(client, shop)
        async with network.away():
            missed = await everything_happens(shop, jobs)
        again = {jobs[0]["id"]} if script in REPEATING else set()
        assert shown((await client.tells("event", shown))["event"]) == missed | again
        await assert_in_step(client, shop)
        await shop.move(jobs[0], 2)
        assert shown((await client.tells("event", shown))["event"]) == {jobs[0]["id"]}
        await shop.owner.do("updateMember", memberId=shop.watcher.member_id, name=f"Ada {shop.pipeline}")
        await assert_in_step(client, shop)


@pytest.mark.parametrize("script", SCRIPTS)
async def test_a_client_draws_anew_after_a_reset_and_goes_on(script: str, network: Proxy, shop: WatchedShop) -> None:
    """LV3: whatever cannot be told by changes is a reset; the same stream goes on after it."""
    job = await shop.job()
    async with playing(script, network.url, shop) as client:
        await client.tells("event")
        async with network.away():
            await shop.available(False)
            await shop.available(True)
            await shop.move(job, 1)
        [change] = (await client.tells("event", lambda event: event["changes"]))["event"]["changes"]
        assert change["__typename"] == "StreamReset"
        await assert_in_step(client, shop)
        await shop.move(job, 2)
        await assert_in_step(client, shop)


@pytest.mark.parametrize("script", SCRIPTS)
async def test_a_client_knows_its_own_move_in_the_stream(script: str, network: Proxy, shop: WatchedShop) -> None:
    """LV1: the cause of an event carries the clientMutationId that the client sent."""
    job = await shop.job()
    async with playing(script, network.url, shop) as client:
        await client.tells("event")
        await shop.move(job, 1)
        assert (await client.tells("event", shown))["own"] is False
        given = {"jobId": job["id"], "stageId": shop.stages[2], "expect": {"stageId": shop.stages[1]}}
        answer = await client.do("MoveJob", **given, clientMutationId="drag-17")
        assert (answer["moveJob"]["errors"], answer["moveJob"]["clientMutationId"]) == ([], "drag-17")
        told = await client.tells("event", shown)
        assert told["own"] is True
        assert told["event"]["cause"]["clientMutationId"] == "drag-17"
        assert told["board"] == await shop.board()


async def test_a_restart_of_the_server_is_a_lost_connection_like_any_other(database_url: str, tmp_path: Path) -> None:
    """LV1, LV6: all clients at once go on with the next process; sockets were closed with 1012."""
    port = free_port()
    async with AsyncExitStack() as playground:
        async with web(database_url, tmp_path / "first", port):
            shop = await open_watched_shop(await playground.enter_async_context(hired(database_url, port)))
            job = await shop.job()
            all_of_them = {script: playing(script, f"http://127.0.0.1:{port}", shop) for script in SCRIPTS}
            clients = {name: await playground.enter_async_context(one) for name, one in all_of_them.items()}
            for client in clients.values():
                await client.tells("event")
        await clients["graphql-ws"].tells("closed", lambda code: code == 1012)
        async with web(database_url, tmp_path / "second", port):
            await shop.move(job, 1)
            for client in clients.values():
                await assert_in_step(client, shop)
            await playground.aclose()
