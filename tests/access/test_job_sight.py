"""AC2 to AC4: who sees which pipeline and which job, each way of seeing by itself, and that it ends with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.access.digest import Unchanged
from tests.support.api import Api, Client, Json, Shop

LOOK = """query ($pipeline: ID!, $job: ID!, $account: ID!) {
    pipeline(id: $pipeline) { name jobCount }
    board(pipelineId: $pipeline) { cursor columns { jobCount jobs { nodes { name } } } }
    job(id: $job) { name }
    node(id: $job) { id }
    jobs { totalCount nodes { name } }
    account(id: $account) { name tags { name } roles { name } contacts { totalCount } }
    accounts { totalCount }
}"""
CHANGES = """query ($pipeline: ID!, $after: String!) {
    changes(stream: {board: {pipelineId: $pipeline}}, after: $after) { cursor events { ... on BoardEvent { changes {
        __typename
        ... on JobUpserted { job { id name } }
        ... on JobRemoved { jobId reason }
        ... on StreamReset { why: reason }
        ... on ColumnCountsChanged { stageId jobCount }
    } } } }
}"""


@dataclass
class Scene:
    """A shop with one job, and an employee who is on the pipeline's list and sees no account."""

    shop: Shop
    employee: Client
    job: str
    task: str

    async def look(self, client: Client | None = None) -> Json:
        """What the employee sees of the pipeline, the job and its account."""
        given = {"pipeline": self.shop.pipeline, "job": self.job, "account": self.shop.account}
        found: Json = await (client or self.employee).query(LOOK, **given)
        return found

    async def cursor(self) -> str:
        """Where the employee's board stands."""
        return str((await self.look())["board"]["cursor"])

    async def changes(self, after: str) -> list[Json]:
        """What the employee's board is told after a cursor, but for the counts of columns."""
        found = await self.employee.query(CHANGES, pipeline=self.shop.pipeline, after=after)
        changes = [change for event in found["changes"]["events"] for change in event["changes"]]
        return [change for change in changes if change["__typename"] != "ColumnCountsChanged"]

    async def list(self, *, on: bool = True) -> None:
        """Puts the employee on the pipeline's list, or takes them off."""
        field = "addAvailableToIds" if on else "removeAvailableToIds"
        given = {"pipelineId": self.shop.pipeline, field: [self.employee.member_id]}
        await self.shop.owner.do("updatePipeline", **given)


@pytest.fixture
async def scene(api: Api, shop: Shop) -> Scene:
    """The employee, with the job's account tagged and a contact on it."""
    owner = shop.owner
    tag = await owner.do("createTag", "tag { id }", name="VIP")
    await owner.do("updateAccount", accountId=shop.account, addTagIds=[tag["id"]])
    await owner.do("createContact", name="Carla", accountIds=[shop.account])
    job = await shop.job("Taxes")
    task = await owner.do("createTask", "task { id }", title="Sign", jobId=job["id"], blocking=False)
    scene = Scene(shop, await api.member(owner), job["id"], task["id"])
    await scene.list()
    return scene


async def by_account(scene: Scene, *, on: bool) -> None:
    """Access to the job's account."""
    field = "addAccountIds" if on else "removeAccountIds"
    given = {"memberId": scene.employee.member_id, field: [scene.shop.account]}
    await scene.shop.owner.do("updateMemberAccess", **given)


async def by_right(scene: Scene, *, on: bool) -> None:
    """The right to view all accounts."""
    field = "addRights" if on else "removeRights"
    given = {"memberId": scene.employee.member_id, field: ["VIEW_ALL_ACCOUNTS"]}
    await scene.shop.owner.do("updateMemberAccess", **given)


async def by_job(scene: Scene, *, on: bool) -> None:
    """Assignment to the job."""
    field = "addAssigneeIds" if on else "removeAssigneeIds"
    await scene.shop.owner.do("updateJob", jobId=scene.job, **{field: [scene.employee.member_id]})


async def by_task(scene: Scene, *, on: bool) -> None:
    """Assignment to a task of the job."""
    field = "addAssigneeIds" if on else "removeAssigneeIds"
    await scene.shop.owner.do("updateTask", taskId=scene.task, **{field: [scene.employee.member_id]})


async def by_link(scene: Scene, *, on: bool) -> None:
    """A task that one is assigned to, linked to the job."""
    if on:
        await scene.shop.owner.do("unlinkItem", itemId=scene.task, jobId=scene.job)
        await by_task(scene, on=True)
        assert (await scene.look())["job"] is None
        await scene.shop.owner.do("linkItem", itemId=scene.task, jobId=scene.job, blocking=False)
    else:
        await scene.shop.owner.do("unlinkItem", itemId=scene.task, jobId=scene.job)


WAYS = [by_account, by_right, by_job, by_task, by_link]
WHOLE = {by_account, by_right}
"""Ways that open the whole account."""

Way = Callable[..., Awaitable[None]]


def sees(look: Json) -> bool:
    """Whether all that was looked at shows the job; fails where some does and some does not."""
    names = [job["name"] for column in look["board"]["columns"] for job in column["jobs"]["nodes"]]
    signs = [
        look["job"] == {"name": "Taxes"},
        look["node"] is not None,
        look["jobs"] == {"totalCount": 1, "nodes": [{"name": "Taxes"}]},
        look["pipeline"]["jobCount"] == 1,
        sum(column["jobCount"] for column in look["board"]["columns"]) == 1,
        names == ["Taxes"],
        look["account"] is not None,
    ]
    assert all(signs) or not any(signs), signs
    return all(signs)


@pytest.mark.parametrize("way", WAYS)
async def test_a_job_is_seen_by_each_way_alone_and_no_more_when_it_ends(scene: Scene, way: Way) -> None:
    """AC3, AC4: by account access, VIEW_ALL_ACCOUNTS, or assignment to the job or to one of its tasks."""
    assert not sees(await scene.look())
    await way(scene, on=True)
    look = await scene.look()
    assert sees(look)
    assert look["account"]["name"] == "Acme"
    assert look["account"]["tags"] == [{"name": "VIP"}]
    whole = way in WHOLE
    assert look["account"]["contacts"] == ({"totalCount": 1} if whole else None)
    assert look["account"]["roles"] == ([] if whole else None)
    assert look["accounts"]["totalCount"] == int(whole)
    await way(scene, on=False)
    assert not sees(await scene.look())


@pytest.mark.parametrize("way", WAYS)
async def test_no_way_of_seeing_a_job_opens_its_pipeline(scene: Scene, way: Way) -> None:
    """AC2, AC3: off the available-to list neither pipeline nor job are there, whatever else one may see."""
    await way(scene, on=True)
    await scene.list(on=False)
    look = await scene.look()
    nothing = {"totalCount": 0, "nodes": []}
    assert (look["pipeline"], look["board"], look["job"], look["node"], look["jobs"]) == (
        None,
        None,
        None,
        None,
        nothing,
    )
    assert (look["account"] is None) == (way not in WHOLE)
    await scene.list()
    assert sees(await scene.look())


@pytest.mark.parametrize("way", WAYS)
async def test_a_live_board_shows_a_job_come_into_sight_and_leave_it(scene: Scene, way: Way) -> None:
    """AC4: as the job appearing and leaving; a change of rights as a reset, which says to query again."""
    if way is by_link:
        await way(scene, on=True)
        await way(scene, on=False)
    before = await scene.cursor()
    await (
        scene.shop.owner.do("linkItem", itemId=scene.task, jobId=scene.job, blocking=False)
        if way is by_link
        else way(scene, on=True)
    )
    appeared = await scene.changes(before)
    seen = await scene.cursor()
    await way(scene, on=False)
    left = await scene.changes(seen)
    if way is by_right:
        reset = [{"__typename": "StreamReset", "why": "TOO_MANY_CHANGES"}]
        assert (appeared, left) == (reset, reset)
    else:
        assert appeared == [{"__typename": "JobUpserted", "job": {"id": scene.job, "name": "Taxes"}}]
        assert left == [{"__typename": "JobRemoved", "jobId": scene.job, "reason": "NOT_VISIBLE"}]


async def test_a_live_board_is_told_nothing_of_hidden_jobs(scene: Scene) -> None:
    """AC4: events about what one may not see are never sent, whatever happens to it."""
    before = await scene.cursor()
    owner = scene.shop.owner
    other = await scene.shop.job("Secret")
    await owner.do("updateJob", jobId=scene.job, name="Renamed")
    expect = {"stageId": scene.shop.stages[0]}
    await owner.do("moveJob", jobId=other["id"], stageId=scene.shop.stages[1], expect=expect)
    await owner.do("updateAccount", accountId=scene.shop.account, name="Acme & Sons")
    await owner.do("completeItem", itemId=scene.task)
    given = {"pipeline": scene.shop.pipeline, "after": before}
    found = (await scene.employee.query(CHANGES, **given))["changes"]
    assert found["events"] == []
    assert found["cursor"] != before


async def test_a_job_made_after_access_was_lost_is_never_named(scene: Scene) -> None:
    """AC4: losing an account takes away the jobs that were seen, and tells nothing of those that came later."""
    await by_account(scene, on=True)
    before = await scene.cursor()
    await by_account(scene, on=False)
    later = await scene.shop.job("Secret")
    left = await scene.changes(before)
    assert left == [{"__typename": "JobRemoved", "jobId": scene.job, "reason": "NOT_VISIBLE"}]
    assert later["id"] not in str(left)


async def test_losing_the_pipeline_ends_the_stream(scene: Scene) -> None:
    """AC4: with a clear error."""
    await by_account(scene, on=True)
    before = await scene.cursor()
    await scene.list(on=False)
    answer = await scene.employee.answer(CHANGES, pipeline=scene.shop.pipeline, after=before)
    assert answer["data"] == {"changes": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"]


@pytest.mark.parametrize("way", WAYS)
async def test_who_sees_a_job_works_on_it(scene: Scene, way: Way) -> None:
    """AC3: may add tasks, edit it, put it into a status, complete its tasks and move it, without any right."""
    await way(scene, on=True)
    employee, stages = scene.employee, scene.shop.stages
    statuses = (await employee.query("{ jobStatuses { id state } }"))["jobStatuses"]
    [completed] = [status["id"] for status in statuses if status["state"] == "COMPLETED"]
    task = await employee.do("createTask", "task { id job { id } }", title="Call", jobId=scene.job, blocking=False)
    assert task["job"] == {"id": scene.job}
    assert await employee.do("updateJob", "job { name }", jobId=scene.job, name="Taxes 2031") == {"name": "Taxes 2031"}
    await employee.do("setJobStatus", jobId=scene.job, statusId=completed)
    await employee.do("completeItem", itemId=task["id"])
    given = {"jobId": scene.job, "stageId": stages[2], "expect": {"stageId": stages[0]}}
    assert await employee.do("moveJob", "job { stage { id } }", **given) == {"stage": {"id": stages[2]}}


@pytest.mark.parametrize("way", WAYS)
async def test_a_job_is_made_only_for_an_account_one_has_access_to(api: Api, scene: Scene, way: Way) -> None:
    """AC3: seeing a job of an account opens its name and tags; more of it needs access."""
    await way(scene, on=True)
    given = {"name": "More", "accountId": scene.shop.account, "pipelineId": scene.shop.pipeline}
    if way in WHOLE:
        await scene.employee.do("createJob", **given)
    else:
        async with Unchanged(api.database):
            assert await scene.employee.code("createJob", **given) == ("NOT_FOUND", ["input", "accountId"])


async def test_a_job_may_be_moved_out_of_ones_own_sight_only_into_pipelines_one_sees(api: Api, scene: Scene) -> None:
    """AC2, MV8: a stage of a hidden pipeline is not found; one's own unassignment takes the job away."""
    stages = [{"name": "One"}, {"name": "Two"}]
    hidden = await scene.shop.owner.do("createPipeline", "pipeline { stages { id } }", name="Hidden", stages=stages)
    await by_job(scene, on=True)
    given = {"jobId": scene.job, "expect": {"stageId": scene.shop.stages[0]}}
    async with Unchanged(api.database):
        code = await scene.employee.code("moveJob", **given, stageId=hidden["stages"][0]["id"])
        assert code == ("NOT_FOUND", ["input", "stageId"])
    mine = [scene.employee.member_id]
    payload = await scene.employee.payload("updateJob", "job { id }", jobId=scene.job, removeAssigneeIds=mine)
    assert payload == {"job": None, "errors": []}
    assert not sees(await scene.look())


async def test_owners_and_admins_see_every_pipeline_and_job(api: Api, scene: Scene) -> None:
    """AC1: without being on any list."""
    for client in (scene.shop.owner, await api.member(scene.shop.owner, role="ADMIN")):
        look = await scene.look(client)
        assert sees(look)
        assert look["account"]["contacts"] == {"totalCount": 1}


async def test_an_employee_manages_only_pipelines_on_whose_list_they_are(api: Api, scene: Scene) -> None:
    """AC2: MANAGE_PIPELINES lets them edit what they see, and nothing else."""
    manager = await api.member(scene.shop.owner, rights=["MANAGE_PIPELINES", "VIEW_ALL_ACCOUNTS"])
    rename = {"pipelineId": scene.shop.pipeline, "name": "Renamed"}
    calls = [
        ("updatePipeline", rename, "pipelineId"),
        ("archivePipeline", {"pipelineId": scene.shop.pipeline}, "pipelineId"),
        ("deletePipeline", {"pipelineId": scene.shop.pipeline}, "pipelineId"),
        ("createStage", {"pipelineId": scene.shop.pipeline, "name": "More"}, "pipelineId"),
        ("updateStage", {"stageId": scene.shop.stages[0], "name": "X"}, "stageId"),
        ("deleteStage", {"stageId": scene.shop.stages[1]}, "stageId"),
    ]
    async with Unchanged(api.database):
        for mutation, given, path in calls:
            assert await manager.code(mutation, **given) == ("NOT_FOUND", ["input", path])
    listed = {"pipelineId": scene.shop.pipeline, "addAvailableToIds": [manager.member_id]}
    await scene.shop.owner.do("updatePipeline", **listed)
    assert await manager.do("updatePipeline", "pipeline { name }", **rename) == {"name": "Renamed"}
    payload = await manager.payload(
        "updatePipeline", "pipeline { id }", pipelineId=scene.shop.pipeline, removeAvailableToIds=[manager.member_id]
    )
    assert payload == {"pipeline": None, "errors": []}
    async with Unchanged(api.database):
        assert await manager.code("updatePipeline", **rename) == ("NOT_FOUND", ["input", "pipelineId"])


async def test_whoever_makes_a_pipeline_is_put_on_its_list(api: Api, shop: Shop) -> None:
    """AC2: the creator sees what they made, beside those whom they name."""
    manager = await api.member(shop.owner, rights=["MANAGE_PIPELINES"])
    colleague = await api.member(shop.owner)
    selection = "pipeline { id availableTo { nodes { id } } }"
    stages = [{"name": "A"}, {"name": "B"}]
    made = await manager.do(
        "createPipeline", selection, name="Mine", stages=stages, availableToIds=[colleague.member_id]
    )
    assert {member["id"] for member in made["availableTo"]["nodes"]} == {manager.member_id, colleague.member_id}
    for client, seen in ((manager, {"id": made["id"]}), (colleague, {"id": made["id"]})):
        assert (await client.query("query ($id: ID!) { pipeline(id: $id) { id } }", id=made["id"]))["pipeline"] == seen


async def test_whoever_makes_an_account_has_access_to_it(api: Api, shop: Shop) -> None:
    """AC3: an employee with MANAGE_ACCOUNTS sees what they made, and only that."""
    manager = await api.member(shop.owner, rights=["MANAGE_ACCOUNTS"])
    made = await manager.do("createAccount", "account { id roles { name } }", name="New")
    assert made["roles"] == []
    assert (await manager.query("{ accounts { nodes { id } } }"))["accounts"]["nodes"] == [{"id": made["id"]}]
