"""AC4, LV6: over sockets and event streams everybody gets what they may see, from the moment on to the moment off."""

from __future__ import annotations

from typing import Any

import pytest

from store.ids import new_id
from tests.access.digest import Unchanged
from tests.support.api import Client, Json
from tests.support.board import EVENTS
from tests.transports.house import (
    House,
    OnSocket,
    Subscription,
    Transport,
    answers,
    changes_until,
    event,
    names,
    shows,
)

MOVE = """mutation ($input: MoveJobInput!) { moveJob(input: $input) {
    job { id version } errors { __typename code path ... on ForbiddenError { right } } } }"""


async def employee(house: House, **given: Any) -> Client:
    """A member who is on the list of the shop's pipeline."""
    member = await house.served.member(house.owner, **given)
    await house.list(member)
    return member


async def ready(subscription: Subscription) -> Subscription:
    """The subscription, once it is live."""
    assert (await event(subscription))["changes"] == []
    return subscription


async def until_next(house: House, subscription: Subscription, job: Json) -> list[Json]:
    """All changes up to that of a move which is made now of a job that the subscriber sees."""
    moved = await house.move(job, stage=job["version"] % 3)
    job.update(moved)
    return await changes_until(
        subscription, lambda change: shows(job["id"])(change) and change["job"]["version"] == job["version"]
    )


# --- pipelines that are not there -----------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [None, "garbage", "A" * 22, "now"])
async def test_a_pipeline_that_one_may_not_see_is_not_there(
    house: House, transport: Transport, after: str | None
) -> None:
    """AC4: hidden, foreign, deleted, made up, of another kind: one answer, whatever cursor comes with it."""
    member = await employee(house)
    hidden, deleted = await house.pipeline("Hidden"), await house.pipeline("Deleted")
    await house.owner.do("deletePipeline", pipelineId=deleted.pipeline)
    if after == "now":
        async with house.watching(transport, member) as subscription:
            after = (await event(subscription))["cursor"]
    tries = [hidden.pipeline, deleted.pipeline, house.other.pipeline, new_id("pipeline"), house.shop.account,
             house.shop.stages[0], "pipeline_", "", " ", "x" * 10_000, "\u2028", "0"]  # fmt: skip
    found = []
    for pipeline in tries:
        async with house.watching(transport, member, pipeline=pipeline, after=after) as subscription:
            found += await subscription.errors()
    assert len(found) == len(tries)
    wrong = (
        ("INVALID", "after") if after == "garbage" else ("NOT_FOUND", "pipelineId")
    )  # as where the pipeline is there
    assert found[0]["extensions"] == dict(zip(("code", "argument"), wrong, strict=True))
    assert found == [found[0]] * len(tries)


async def test_losing_the_pipeline_ends_its_operation_and_no_other(house: House, transport: Transport) -> None:
    """AC4: NOT_FOUND ends it, and nothing of it comes after; the member's other board and others' go on."""
    member = await employee(house, rights=["VIEW_ALL_ACCOUNTS"])
    second = await house.pipeline("Second", availableToIds=[member.member_id])
    async with (
        house.watching(transport, member) as lost,
        house.watching(transport, member, pipeline=second.pipeline) as kept,
        house.watching(transport) as owners,
    ):
        for one in (lost, kept, owners):
            await ready(one)
        await house.list(member, on=False)
        job = await house.shop.job("After the loss")
        [error] = await lost.errors()
        assert error["extensions"] == {"code": "NOT_FOUND", "argument": "pipelineId"}
        await changes_until(owners, shows(job["id"]))
        other = await second.job()
        changes = await changes_until(kept, shows(other["id"]))
        assert [change for change in changes if names(change, job["id"])] == []


async def test_a_deleted_pipeline_ends_its_operations_on_one_socket(house: House) -> None:
    """AC4: each operation of it by an error of its own; the socket and its other operations go on."""
    doomed = await house.pipeline("Doomed")
    async with house.wire() as wire:
        lost = [OnSocket(wire, await wire.subscribe(EVENTS, pipeline=doomed.pipeline)) for _ in range(3)]
        kept = OnSocket(wire, await wire.subscribe(EVENTS, pipeline=house.shop.pipeline))
        for one in (*lost, kept):
            await ready(one)
        await house.owner.do("deletePipeline", pipelineId=doomed.pipeline)
        for one in lost:
            assert [error["extensions"]["code"] for error in await wire.errors(one.id)] == ["NOT_FOUND"]
        await answers(wire)
        job = await house.shop.job()
        await changes_until(kept, shows(job["id"]))


async def test_an_archived_pipeline_stays(house: House, transport: Transport) -> None:
    """PL1: it is still there to look at."""
    shop = await house.pipeline("Archived")
    async with house.watching(transport, pipeline=shop.pipeline) as subscription:
        await ready(subscription)
        await house.owner.do("archivePipeline", pipelineId=shop.pipeline)
        await changes_until(subscription, lambda change: change["__typename"] == "PipelineChanged")
        await house.owner.do("restorePipeline", pipelineId=shop.pipeline)
        await changes_until(subscription, lambda change: change["__typename"] == "PipelineChanged")


async def test_nobody_gets_no_events(house: House, transport: Transport) -> None:
    """API5, AC4: UNAUTHENTICATED, whether the pipeline exists or not."""
    for pipeline in (house.shop.pipeline, "pipeline_of_nobody"):
        async with house.watching(transport, house.served.nobody, pipeline=pipeline) as subscription:
            assert [error["extensions"]["code"] for error in await subscription.errors()] == ["UNAUTHENTICATED"]


# --- jobs that come into sight and leave it --------------------------------------------------------------------------


async def test_jobs_come_and_leave_with_assignment(house: House, transport: Transport) -> None:
    """AC4: at once, as a job that appears and one that is removed; what is never seen is never named."""
    member = await employee(house)
    mine, hidden = await house.shop.job("Mine"), await house.shop.job("Hidden")
    async with house.watching(transport, member) as subscription:
        await ready(subscription)
        await house.move(hidden)
        given = {"jobId": mine["id"], "addAssigneeIds": [member.member_id]}
        await house.owner.do("updateJob", **given)
        came = await changes_until(subscription, shows(mine["id"]))
        await house.owner.do("updateJob", jobId=mine["id"], removeAssigneeIds=[member.member_id])
        left = await changes_until(subscription, lambda change: change.get("jobId") == mine["id"])
        assert _removal(left)["reason"] == "NOT_VISIBLE"
        assert [change for change in came + left if names(change, hidden["id"])] == []


def _removal(changes: list[Json]) -> Json:
    [removal] = [change for change in changes if change["__typename"] == "JobRemoved"]
    return removal


async def test_rights_that_change_while_one_watches_act_at_once(house: House, transport: Transport) -> None:
    """AC1, AC4: a reset says to query anew, and from then on the stream shows what the new rights show."""
    member = await employee(house)
    seen, hidden = await house.shop.job("Seen", assigneeIds=[member.member_id]), await house.shop.job("Hidden")
    me = {"memberId": member.member_id}

    async with house.watching(transport, member) as subscription:
        await ready(subscription)
        await house.owner.do("updateMemberAccess", **me, addRights=["VIEW_ALL_ACCOUNTS"])
        await changes_until(subscription, _is_reset)
        hidden = await house.move(hidden)
        await changes_until(subscription, shows(hidden["id"]))
        await house.owner.do("updateMemberAccess", **me, removeRights=["VIEW_ALL_ACCOUNTS"])
        hidden = await house.move(hidden, stage=2)
        await changes_until(subscription, _is_reset)
        hidden = await house.move(hidden, stage=0)
        later = await until_next(house, subscription, seen)
        assert [change for change in later if names(change, hidden["id"])] == []


async def test_an_account_that_is_given_and_taken_shows_at_once(house: House, transport: Transport) -> None:
    """AC3, AC4: its jobs come and leave."""
    member = await employee(house)
    job = await house.shop.job()
    me = {"memberId": member.member_id}
    async with house.watching(transport, member) as subscription:
        await ready(subscription)
        await house.owner.do("updateMemberAccess", **me, addAccountIds=[house.shop.account])
        found = await changes_until(subscription, lambda change: names(change, job["id"]) or _is_reset(change))
        assert found
        job = await house.move(job)
        await changes_until(subscription, shows(job["id"]))
        await house.owner.do("updateMemberAccess", **me, removeAccountIds=[house.shop.account])
        await changes_until(subscription, lambda change: change.get("jobId") == job["id"] or _is_reset(change))


def _is_reset(change: Json) -> bool:
    name: str = change["__typename"]
    return name == "StreamReset"


async def test_another_firms_changes_never_arrive(house: House, transport: Transport) -> None:
    """AC4: nothing crosses, however busy the other firm is."""
    job = await house.shop.job()
    async with house.watching(transport) as subscription:
        await ready(subscription)
        theirs = [await house.other.job(f"Theirs {n}") for n in range(5)]
        await house.other.owner.do("updateAccount", accountId=house.other.account, name="Their account")
        found = await until_next(house, subscription, job)
        assert {change["job"]["id"] for change in found if "job" in change} == {job["id"]}
        assert [change for change in found if any(names(change, one["id"]) for one in theirs)] == []
        assert "Their" not in str(found)


# --- programs -------------------------------------------------------------------------------------------------------


async def test_a_program_without_the_scope_read_gets_no_events(house: House, transport: Transport) -> None:
    """API5: FORBIDDEN, for pipelines that are there and for those that are not."""
    program, _ = await house.program("WRITE", "MANAGE")
    for pipeline in (house.shop.pipeline, "pipeline_of_nobody"):
        async with house.watching(transport, program, pipeline=pipeline) as subscription:
            assert [error["extensions"]["code"] for error in await subscription.errors()] == ["FORBIDDEN"]


async def test_a_program_with_the_scope_read_watches_and_changes_nothing(house: House, transport: Transport) -> None:
    """API5: events come; a move over the same socket is refused, and nothing is changed."""
    program, _ = await house.program("READ")
    job = await house.shop.job()
    given = {"jobId": job["id"], "stageId": house.shop.stages[1], "expect": {"version": job["version"]}}
    refused = [{"__typename": "ForbiddenError", "code": "FORBIDDEN", "path": None}]
    async with house.watching(transport, program) as subscription:
        await ready(subscription)
        async with house.wire(program) as wire, Unchanged(house.served.database):
            payload = (await wire.answer(MOVE, input=given))["data"]["moveJob"]
            assert payload["job"] is None
            assert [{key: error[key] for key in refused[0]} for error in payload["errors"]] == refused
        await until_next(house, subscription, job)


async def test_a_move_over_the_socket_is_a_move(house: House) -> None:
    """LV6: by a program that may write; a stale one is a conflict, one of an unseen job is not found, as over HTTP."""
    program, _ = await house.program("READ", "WRITE")
    job, theirs = await house.shop.job(), await house.other.job()
    given = {"jobId": job["id"], "stageId": house.shop.stages[1], "expect": {"version": job["version"]}}
    async with house.wire(program) as wire:
        payload = (await wire.answer(MOVE, input=given))["data"]["moveJob"]
        assert payload == {"job": {"id": job["id"], "version": job["version"] + 1}, "errors": []}
        async with Unchanged(house.served.database):
            stale = (await wire.answer(MOVE, input=given))["data"]["moveJob"]
            assert [error["code"] for error in stale["errors"]] == ["CONFLICT"]
            unseen = (await wire.answer(MOVE, input={**given, "jobId": theirs["id"]}))["data"]["moveJob"]
            assert [(error["code"], error["path"]) for error in unseen["errors"]] == [("NOT_FOUND", ["input", "jobId"])]
