"""The streams of a job, of one's own work, and of a dashboard as subscriptions that share what they read (LV5)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from store.database import Database
from tests.log.world import World, build
from tests.support.api import Client, Json
from tests.support.frames import Wire, acknowledged
from tests.support.served import Served, served_api

JOB = """subscription ($job: ID!, $after: String) { jobEvents(jobId: $job, after: $after) { cursor changes { __typename
    ... on JobChanged { job { id name } } ... on JobRemoved { jobId reason } } } }"""
MINE = """subscription ($after: String) { myWorkEvents(after: $after) { cursor changes { __typename
    ... on UnreadCountChanged { unreadCount } } } }"""
COUNTS = """subscription ($after: String) { dashboardEvents(after: $after) { cursor changes { __typename
    ... on PipelineCountsChanged { counts { pipeline { id } jobCount } } } } }"""


@pytest.fixture
async def served(database: Database) -> AsyncIterator[Served]:
    """The application behind real sockets."""
    async with served_api(database) as served:
        yield served


@pytest.fixture
async def world(served: Served) -> World:
    """The firm."""
    return await build(served)


async def changes(wire: Wire, operation: str) -> list[Json]:
    """The changes of the next event."""
    result = await wire.result(operation)
    assert "errors" not in result, result
    [event] = result["data"].values()
    found: list[Json] = event["changes"]
    return found


async def live(wire: Wire, document: str, **given: str) -> str:
    """A subscription that is live: its first event has come, and is empty."""
    operation = await wire.subscribe(document, **given)
    assert await changes(wire, operation) == []
    return operation


async def access(world: World, member: Client, **given: list[str]) -> None:
    """Change what a member sees."""
    await world.owner.do("updateMemberAccess", memberId=member.member_id, **given)


async def test_a_job_that_one_loses_is_taken_away_and_comes_back_by_a_reset(served: Served, world: World) -> None:
    """LV5, AC4: in between nothing is told of it, though others who follow it are."""
    w = world
    job = w.jobs[0]
    async with (
        acknowledged(served.socket_url, w.insider.token) as mine,
        acknowledged(served.socket_url, w.owner.token) as all_of_it,
    ):
        here, there = await live(mine, JOB, job=job), await live(all_of_it, JOB, job=job)
        await access(w, w.insider, removeAccountIds=[w.first])
        assert await changes(mine, here) == [{"__typename": "JobRemoved", "jobId": job, "reason": "NOT_VISIBLE"}]
        await w.owner.do("updateJob", jobId=job, name="Meanwhile")
        told = [{"__typename": "JobChanged", "job": {"id": job, "name": "Meanwhile"}}]
        assert await changes(all_of_it, there) == told
        await access(w, w.insider, addAccountIds=[w.first])
        assert await changes(mine, here) == [{"__typename": "StreamReset"}]
        await w.owner.do("updateJob", jobId=job, name="Again")
        told = [{"__typename": "JobChanged", "job": {"id": job, "name": "Again"}}]
        assert await changes(mine, here) == await changes(all_of_it, there) == told


async def test_a_job_that_one_does_not_see_is_not_found_whoever_else_follows_it(served: Served, world: World) -> None:
    """AC4: equal subscriptions share what they read, and nobody learns by that what others look at."""
    w = world
    async with acknowledged(served.socket_url, w.owner.token) as wire:
        followed = await live(wire, JOB, job=w.jobs[1])
        cursor = (await w.insider.query("{ cursor }"))["cursor"]
        async with acknowledged(served.socket_url, w.insider.token) as other:
            found = [
                await other.errors(await other.subscribe(JOB, job=job, after=after))
                for job in (w.jobs[1], "job_" + "0" * 32)
                for after in (None, cursor)
            ]
            [error] = found[0]
            assert error["message"] == "There is no such job."
            assert error["extensions"] == {"code": "NOT_FOUND", "argument": "jobId"}
            assert found == [found[0]] * 4
        await w.owner.do("updateJob", jobId=w.jobs[1], name="Followed")
        assert [change["__typename"] for change in await changes(wire, followed)] == ["JobChanged"]


async def test_equal_streams_of_ones_own_work_tell_each_their_own(served: Served, world: World) -> None:
    """AC4: the same document of two people, one of whom is mentioned; the other hears of a job of theirs."""
    w = world
    await w.insider.do("markNotificationsRead", all=True)
    async with (
        acknowledged(served.socket_url, w.insider.token) as one,
        acknowledged(served.socket_url, w.owner.token) as two,
    ):
        mine, owners = await live(one, MINE), await live(two, MINE)
        await w.owner.do("createComment", jobId=w.jobs[0], text="Look.", mentionIds=[w.insider.member_id])
        told = [{"__typename": "NotificationChanged"}, {"__typename": "UnreadCountChanged", "unreadCount": 1}]
        assert await changes(one, mine) == told
        await w.job(assigneeIds=[w.owner.member_id])
        assert await changes(two, owners) == [{"__typename": "JobChanged"}]


async def test_equal_dashboards_count_for_each_what_they_see(served: Served, world: World) -> None:
    """LV5, AC4: the same document of an employee and two who see everything."""
    w = world
    admin = await served.member(w.owner, role="ADMIN")
    async with (
        acknowledged(served.socket_url, w.insider.token) as one,
        acknowledged(served.socket_url, w.owner.token) as two,
        acknowledged(served.socket_url, admin.token) as three,
    ):
        wires = (one, two, three)
        operations = [await live(wire, COUNTS) for wire in wires]
        await w.job()
        found = [await changes(wire, operation) for wire, operation in zip(wires, operations, strict=True)]
    counts = [[(change["counts"]["pipeline"]["id"], change["counts"]["jobCount"]) for change in some] for some in found]
    assert counts == [[(w.pipeline, 3)], [(w.pipeline, 5)], [(w.pipeline, 5)]]
