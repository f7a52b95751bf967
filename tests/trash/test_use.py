"""PL1, PL3, PL4: what is in the trash still stands where it stood: nothing of that is deleted from under it."""

from __future__ import annotations

from store.database import Database
from tests.access.digest import Unchanged
from tests.rules.kit import built_in, status
from tests.support.api import Api, Client, Shop
from tests.trash.kit import actions, delete_account, delete_job


async def stands(client: Client, job_id: str) -> str:
    """In which stage a job stands."""
    query = "query ($id: ID!) { job(id: $id) { stage { id } visits(first: 1) { nodes { stage { id } leftAt } } } }"
    job = (await client.query(query, id=job_id))["job"]
    assert job["visits"]["nodes"] == [{"stage": job["stage"], "leftAt": None}]
    return str(job["stage"]["id"])


async def test_a_pipeline_is_deleted_once_its_jobs_are_gone_for_good(shop: Shop, database: Database) -> None:
    """PL1: the refusal says that they are in the trash, and names none of them."""
    jobs = [(await shop.job())["id"] for _ in range(2)]
    await delete_job(shop.owner, jobs[0])
    async with Unchanged(database):
        [error] = await shop.owner.refused("deletePipeline", pipelineId=shop.pipeline)
        said = (error["message"], error["total"], [one["id"] for one in error["usedBy"]])
        assert said == ("2 jobs are in this pipeline. In the trash: 1.", 2, jobs[1:])
    await delete_account(shop.owner, shop.account)
    [error] = await shop.owner.refused("deletePipeline", pipelineId=shop.pipeline)
    assert error["message"] == "2 jobs are in this pipeline. In the trash: 2."


async def test_jobs_go_where_the_others_of_their_stage_went(shop: Shop, database: Database) -> None:
    """PL3: however often that was deleted meanwhile; below what stands there, in their order; nothing runs."""
    stages = [await new_stage(shop, name) for name in ("A", "B", "C")]
    jobs = [(await shop.job(f"Job {n}", stageId=stages[0]))["id"] for n in range(2)]
    there = (await shop.job("There", stageId=stages[2]))["id"]
    for job in jobs:
        await delete_job(shop.owner, job)
    async with Unchanged(database):
        [error] = await shop.owner.refused("deleteStage", stageId=stages[0])
        assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 2, [])
    await shop.owner.do("createAutomation", stageId=stages[2], config={"addComment": {"text": "Entered"}})
    for stage, target in ((stages[0], stages[1]), (stages[1], stages[2])):
        await shop.owner.do("deleteStage", stageId=stage, moveJobsTo=target)
    for job in jobs:
        await shop.owner.do("restoreJob", jobId=job)
        assert await stands(shop.owner, job) == stages[2]
        assert await actions(shop.owner, job) == ["CREATED", "DELETED", "RESTORED", "MOVED"]
    query = "query ($id: ID!) { board(pipelineId: $id) { columns { stage { id } jobs { nodes { id } } } } }"
    columns = (await shop.owner.query(query, id=shop.pipeline))["board"]["columns"]
    [column] = [one for one in columns if one["stage"]["id"] == stages[2]]
    assert [job["id"] for job in column["jobs"]["nodes"]] == [there, *jobs]
    assert await database.value("SELECT count(*) FROM comments") == 0


async def new_stage(shop: Shop, name: str) -> str:
    """A stage at the end."""
    return str((await shop.owner.do("createStage", "stage { id }", pipelineId=shop.pipeline, name=name))["id"])


async def test_an_account_comes_back_into_stages_that_are_gone(shop: Shop) -> None:
    """PL3: several jobs at once, from several stages."""
    stages = [await new_stage(shop, name) for name in ("A", "B")]
    jobs = [(await shop.job(f"Job {n}", stageId=stages[n % 2]))["id"] for n in range(5)]
    await delete_account(shop.owner, shop.account)
    for stage, target in zip(stages, shop.stages, strict=False):
        await shop.owner.do("deleteStage", stageId=stage, moveJobsTo=target)
    await shop.owner.do("restoreAccount", accountId=shop.account)
    for n, job in enumerate(jobs):
        assert await stands(shop.owner, job) == shop.stages[n % 2]


async def test_a_stage_with_jobs_in_the_trash_that_one_would_not_see_takes_the_right(api: Api, shop: Shop) -> None:
    """PL3: they are moved as well, once they come back."""
    member = await api.member(shop.owner, rights=["MANAGE_PIPELINES"])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[member.member_id])
    await delete_job(shop.owner, (await shop.job())["id"])
    async with Unchanged(api.database):
        [error] = await member.refused("deleteStage", stageId=shop.stages[0], moveJobsTo=shop.stages[1])
    assert (error["code"], error["right"]) == ("FORBIDDEN", "VIEW_ALL_ACCOUNTS")


async def test_statuses_that_jobs_in_the_trash_have_are_in_use(shop: Shop, database: Database) -> None:
    """PL4: nor are they taken out of the pipeline."""
    owner, job = shop.owner, (await shop.job())["id"]
    on_hold = await status(owner, "On hold", shop.pipeline)
    waiting = (await owner.do("createClientStatus", "clientStatus { id }", name="Waiting"))["id"]
    await owner.do("setJobStatus", jobId=job, statusId=on_hold)
    await owner.do("setClientStatus", jobId=job, clientStatusId=waiting)
    await delete_job(owner, job)
    async with Unchanged(database):
        for mutation, given in (
            ("deleteJobStatus", {"statusId": on_hold}),
            ("updatePipeline", {"pipelineId": shop.pipeline, "removeStatusIds": [on_hold]}),
            ("deleteClientStatus", {"clientStatusId": waiting}),
        ):
            [error] = await owner.refused(mutation, **given)
            assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 1, [])
            assert error["message"].endswith(" In the trash: 1.")
    back = await owner.do("restoreJob", "job { status { id } clientStatus { id } }", jobId=job)
    assert back == {"status": {"id": on_hold}, "clientStatus": {"id": waiting}}


async def test_tags_and_members_go_as_they_do_otherwise(api: Api, shop: Shop) -> None:
    """PL4: what comes back lacks the tag; who was deactivated is still assigned, as to archived jobs."""
    owner, member = shop.owner, await api.member(shop.owner)
    tag = (await owner.do("createTag", "tag { id }", name="VIP"))["id"]
    await owner.do("updateAccount", accountId=shop.account, addTagIds=[tag])
    job = (await shop.job(assigneeIds=[member.member_id]))["id"]
    await delete_account(owner, shop.account)
    await owner.do("deleteTag", tagId=tag)
    await owner.do("deactivateMember", memberId=member.member_id, replacementId=owner.member_id)
    await owner.do("restoreAccount", accountId=shop.account)
    query = "query ($id: ID!) { job(id: $id) { assignees { id } account { tags { id } } } }"
    found = (await owner.query(query, id=job))["job"]
    assert found == {"assignees": [{"id": member.member_id}], "account": {"tags": []}}


async def test_a_pipeline_that_was_archived_meanwhile_takes_its_job_back(shop: Shop) -> None:
    """PL1: it enters nothing; it stands where it stood."""
    job = (await shop.job())["id"]
    await shop.owner.do("setJobStatus", jobId=job, statusId=await built_in(shop.owner, "COMPLETED"))
    await delete_job(shop.owner, job)
    await shop.owner.do("archivePipeline", pipelineId=shop.pipeline)
    back = await shop.owner.do("restoreJob", "job { status { state } stage { id } }", jobId=job)
    assert back == {"status": {"state": "COMPLETED"}, "stage": {"id": shop.stages[0]}}


async def test_a_stage_where_jobs_in_the_trash_are_to_go_is_not_deleted_from_under_them(api: Api, shop: Shop) -> None:
    """PL3: they stand in the stage that took the place of theirs, empty though it is, and so on."""
    stages = [await new_stage(shop, name) for name in ("A", "B", "C")]
    job = (await shop.job(stageId=stages[0]))["id"]
    await delete_job(shop.owner, job)
    for stage, target in ((stages[0], stages[1]), (stages[1], stages[2])):
        await shop.owner.do("deleteStage", stageId=stage, moveJobsTo=target)
    async with Unchanged(api.database):
        [error] = await shop.owner.refused("deleteStage", stageId=stages[2])
    assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 1, [])
    member = await api.member(shop.owner, rights=["MANAGE_PIPELINES"])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[member.member_id])
    async with Unchanged(api.database):
        [error] = await member.refused("deleteStage", stageId=stages[2], moveJobsTo=shop.stages[1])
    assert (error["code"], error["right"]) == ("FORBIDDEN", "VIEW_ALL_ACCOUNTS")
    await shop.owner.do("deleteStage", stageId=stages[2], moveJobsTo=shop.stages[1])
    await shop.owner.do("restoreJob", jobId=job)
    assert await stands(shop.owner, job) == shop.stages[1]
