"""LV1, LV2, LV7: what one subscriber of a board is told, over either transport."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.api import Json
from tests.support.board import Board, assert_in_step
from tests.transports.house import House, Subscription, Transport, event


def of(found: Json, kind: str) -> list[Json]:
    """The changes of one type in an event."""
    return [change for change in found["changes"] if change["__typename"] == kind]


async def told(house: House, transport: Transport, mutation: str, **given: Any) -> Json:
    """The event by which the owner's board is told of a mutation that is done while it watches."""
    async with house.watching(transport) as subscription:
        assert (await event(subscription))["changes"] == []
        await house.owner.do(mutation, clientMutationId="mine", **given)
        found = await event(subscription)
        actor = {"id": house.owner.member_id}
        assert found["cause"] == {"kind": "MEMBER", "clientMutationId": "mine", "actor": actor}
        return found


async def test_a_move_arrives_as_one_event(house: House, transport: Transport) -> None:
    """LV2: the job where it stands now, where it stood, the counts of all columns, who did it and when."""
    job = await house.shop.job()
    given = {"jobId": job["id"], "stageId": house.shop.stages[1], "expect": {"version": job["version"]}}
    before = datetime.now(UTC)
    found = await told(house, transport, "moveJob", **given)
    [drawn] = of(found, "JobUpserted")
    assert drawn["previousStageId"] == house.shop.stages[0]
    shown = (drawn["job"]["id"], drawn["job"]["version"], drawn["job"]["stage"]["id"])
    assert shown == (job["id"], job["version"] + 1, house.shop.stages[1])
    assert {change["stageId"] for change in of(found, "ColumnCountsChanged")} == set(house.shop.stages)
    assert len(found["changes"]) == 1 + len(house.shop.stages)
    assert before <= datetime.fromisoformat(found["at"]) <= datetime.now(UTC)


async def test_a_renamed_account_arrives(house: House, transport: Transport) -> None:
    """LV7: once, whatever the number of its cards."""
    await house.shop.job()
    await house.shop.job()
    found = await told(house, transport, "updateAccount", accountId=house.shop.account, name=f"Renamed {transport}")
    [change] = found["changes"]
    assert change["account"] == {"id": house.shop.account, "name": f"Renamed {transport}", "tags": []}


async def test_a_renamed_member_arrives(house: House, transport: Transport) -> None:
    """LV7: assignees' names are on the cards."""
    member = await house.served.member(house.owner)
    await house.shop.job(assigneeIds=[member.member_id])
    found = await told(house, transport, "updateMember", memberId=member.member_id, name="Renamed")
    assert found["changes"] == [{"__typename": "MemberChanged", "member": {"id": member.member_id, "name": "Renamed"}}]


async def test_a_new_stage_arrives(house: House, transport: Transport) -> None:
    """LV7: the pipeline with all its stages, in order."""
    shop = await house.pipeline("Growing")
    async with house.watching(transport, pipeline=shop.pipeline) as subscription:
        assert (await event(subscription))["changes"] == []
        await house.owner.do("createStage", pipelineId=shop.pipeline, name="Added", position=1)
        [changed] = of(await event(subscription), "PipelineChanged")
        assert [stage["name"] for stage in changed["pipeline"]["stages"]] == ["First", "Added", "Second", "Third"]
        await house.owner.do("updatePipeline", pipelineId=shop.pipeline, name="Renamed")
        [changed] = of(await event(subscription), "PipelineChanged")
        assert changed["pipeline"]["name"] == "Renamed"


async def test_jobs_leave_a_filter_and_come_back(house: House, transport: Transport) -> None:
    """LV5: as removed and as drawn, whatever changed; the counts are those under the filter."""
    job = await house.shop.job(priority="HIGH", name="Filtered")
    await house.shop.job(priority="LOW")
    given = {"priorities": ["HIGH"], "ids": [job["id"]]}
    async with house.watching(transport, filter=given) as subscription:
        assert (await event(subscription))["changes"] == []
        await house.owner.do("updateJob", jobId=job["id"], priority="LOW")
        found = await event(subscription)
        left = {"__typename": "JobRemoved", "jobId": job["id"], "reason": "LEFT_FILTER"}
        assert found["changes"][0] == left
        assert _count(found, house.shop.stages[0]) == 0
        await house.owner.do("updateJob", jobId=job["id"], priority="HIGH")
        found = await event(subscription)
        assert [change["job"]["id"] for change in of(found, "JobUpserted")] == [job["id"]]
        assert _count(found, house.shop.stages[0]) == 1


def _count(found: Json, stage: str) -> int:
    [column] = [change for change in of(found, "ColumnCountsChanged") if change["stageId"] == stage]
    count: int = column["jobCount"]
    return count


async def test_what_does_not_concern_the_board_says_nothing_of_it(house: House, transport: Transport) -> None:
    """LV1: other boards' jobs, accounts without a card here; a later event's cursor lies behind them."""
    elsewhere = await house.pipeline("Elsewhere")
    async with house.watching(transport) as subscription:
        assert (await event(subscription))["changes"] == []
        await elsewhere.job("Elsewhere")
        await house.owner.do("createAccount", name="No card")
        await house.owner.do("createTag", name=f"Unused {transport}")
        job = await house.shop.job()
        changes: list[Json] = []
        while not changes:
            changes = (await event(subscription))["changes"]
        assert [change["job"]["id"] for change in changes if "job" in change] == [job["id"]]


async def follow(subscription: Subscription, board: Board, until: str) -> None:
    """Apply events to a board until its cursor is that of a fresh one."""
    while board.cursor != until:
        found = await event(subscription)
        board.apply({"events": [found], "cursor": found["cursor"]})


@pytest.mark.parametrize("given", [None, {"priorities": ["HIGH"]}], ids=["all", "filtered"])
async def test_a_board_that_is_kept_by_events_alone_is_right(
    house: House, transport: Transport, given: Json | None
) -> None:
    """LV1: after each step, and after all of them at once."""
    board = await Board.open(house.owner, house.shop.pipeline, given)
    async with house.watching(transport, filter=given, after=board.cursor) as subscription:
        jobs = [await house.shop.job(f"Job {n}", priority="HIGH" if n % 2 else "LOW") for n in range(4)]
        jobs = [await house.move(job, 1 + n % 2) for n, job in enumerate(jobs)]
        await house.owner.do("updateJob", jobId=jobs[0]["id"], priority="HIGH", name="Edited")
        await house.owner.do("updateJob", jobId=jobs[1]["id"], priority="LOW")
        await house.owner.do("updateAccount", accountId=house.shop.account, name="Renamed again")
        await house.owner.do("updatePipeline", pipelineId=house.shop.pipeline, description=f"Described {transport}")
        fresh = await Board.open(house.owner, house.shop.pipeline, given)
        await follow(subscription, board, fresh.cursor)
        await assert_in_step(board)
        assert board.resets == []
