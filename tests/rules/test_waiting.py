"""What happens to a command that waited for another one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.api import Api, Shop
from tests.support.wait import eventually


async def waiting(api: Api, count: int) -> bool:
    """Whether so many transactions wait for a lock."""
    rows = await api.database.rows("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    return len(rows) >= count


@asynccontextmanager
async def held(api: Api, table: str, thing_id: str) -> AsyncIterator[None]:
    """A row locked by somebody else, on a connection that no task here inherits."""
    async with api.database.client.acquire_connection() as connection, connection.transaction():
        await connection.execute(f"SELECT 1 FROM {table} WHERE id = $1 FOR UPDATE", thing_id)
        yield


async def test_two_edits_of_a_lone_task_make_what_one_after_the_other_makes(api: Api, shop: Shop) -> None:
    """AI1: a command that waited for the task sees what the first one wrote, title and due date included."""
    task = await shop.owner.do("createTask", "task { id }", title="X")
    async with held(api, "tasks", task["id"]):
        first = asyncio.create_task(
            shop.owner.do("updateTask", "task { id }", taskId=task["id"], title="Y", dueDate="2026-01-01")
        )
        await eventually(lambda: waiting(api, 1))
        second = asyncio.create_task(
            shop.owner.do("updateTask", "task { id }", taskId=task["id"], title="X", dueDate="2026-02-02")
        )
        await eventually(lambda: waiting(api, 2))
    await asyncio.gather(first, second)
    found = await shop.owner.query(
        "query ($id: ID!) { node(id: $id) { ... on Task { title dueDate } } }", id=task["id"]
    )
    assert found["node"] in ({"title": "X", "dueDate": "2026-02-02"}, {"title": "Y", "dueDate": "2026-01-01"})


async def test_who_is_deactivated_while_waiting_changes_nothing_any_more(api: Api, shop: Shop) -> None:
    """AC1: deactivation counts for what has not been committed."""
    employee = await api.member(shop.owner, rights=["VIEW_ALL_ACCOUNTS"])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    job = await shop.job("Before")
    async with held(api, "jobs", job["id"]):
        edit = asyncio.create_task(employee.refused("updateJob", jobId=job["id"], name="After"))
        await eventually(lambda: waiting(api, 1))
        await shop.owner.do("deactivateMember", memberId=employee.member_id)
    assert [error["code"] for error in await edit] == ["UNAUTHENTICATED"]
    found = await shop.owner.query("query ($id: ID!) { job(id: $id) { name version } }", id=job["id"])
    assert found["job"] == {"name": "Before", "version": 1}


async def test_a_reorder_in_place_tells_nothing_of_hidden_jobs_between(api: Api, shop: Shop) -> None:
    """AC4, MV3: a job that is the next one seen is where it is to be, whatever stands unseen between."""
    employee = await api.member(shop.owner, accounts=[shop.account])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    hidden = await shop.owner.do("createAccount", "account { id }", name="Hidden")
    lower = await shop.job("Lower")
    await shop.owner.do("createJob", "job { id }", name="Between", accountId=hidden["id"], pipelineId=shop.pipeline)
    upper = await shop.job("Upper")
    move = {"jobId": lower["id"], "stageId": shop.stages[0], "expect": {"version": 1}, "afterJobId": upper["id"]}
    assert await employee.do("moveJob", "job { version rank }", **move) == {"version": 1, "rank": lower["rank"]}
