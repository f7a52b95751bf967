"""JB3, ST1: what is in the trash stands still; nothing is done for it, and nothing is lost of what was to be done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.job.archiving import archive_old
from engine.time.clock import strike
from tests.rules.kit import built_in
from tests.support.api import Api, Json, Shop
from tests.support.works import MONDAY, Works, said
from tests.trash.kit import delete_job

DAY = timedelta(days=1)
IN_TWO_DAYS: Json = {"delay": {"span": {"amount": 2, "unit": "DAYS"}}}


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


async def away(works: Works, job: str, days: int) -> None:
    """A job is in the trash for some days, in which the worker works."""
    await delete_job(works.owner, job)
    works.wait(days=days)
    await works.work()
    await works.owner.do("restoreJob", jobId=job)


async def test_a_delay_goes_on_where_it_stood(works: Works) -> None:
    """AU4: put off by as long as the job was in the trash."""
    await works.automate(works.stages[1], said("Now"), **IN_TWO_DAYS)
    job = await works.moved(works.stages[1])
    works.wait(days=1)
    await away(works, job, 10)
    assert (await works.run(job))["dueAt"] == (MONDAY + 12 * DAY).isoformat()
    works.now = MONDAY + 12 * DAY - timedelta(seconds=1)
    await works.work()
    assert await works.comments(job) == []
    works.wait(seconds=1)
    await works.work()
    assert await works.comments(job) == ["Now"]


async def test_a_time_limit_goes_on_where_it_stood(works: Works) -> None:
    """PL6."""
    await works.owner.do("updateStage", stageId=works.stages[1], timeLimit={"amount": 48, "unit": "HOURS"})
    job = await works.moved(works.stages[1])
    works.wait(days=1)
    await away(works, job, 10)
    await works.work()
    found = await works.look(job)
    assert (found["stageOverdue"], found["stageDueAt"]) == (False, (MONDAY + 12 * DAY).isoformat())
    works.now = MONDAY + 12 * DAY
    await works.work()
    assert (await works.look(job))["stageOverdue"]


async def test_clocks_that_a_status_has_stopped_stand_still_from_then_on(works: Works) -> None:
    """ST1: out of the trash it is still on hold, since before."""
    await works.automate(works.stages[1], said("Now"), **IN_TWO_DAYS)
    on_hold = await works.status()
    job = await works.moved(works.stages[1])
    works.wait(days=1)
    await works.put(job, on_hold)
    works.wait(days=1)
    await away(works, job, 5)
    works.wait(days=1)
    await works.work()
    assert await works.comments(job) == []
    await works.put(job, await built_in(works.owner, "ACTIVE"))
    assert (await works.run(job))["dueAt"] == (MONDAY + 9 * DAY).isoformat()


async def test_a_status_that_ceased_to_stop_clocks_meanwhile_lets_them_go_on(works: Works) -> None:
    """ST1: what its setting says as the job comes back counts."""
    await works.automate(works.stages[1], said("Now"), **IN_TWO_DAYS)
    on_hold = await works.status()
    job = await works.moved(works.stages[1])
    await works.put(job, on_hold)
    works.wait(days=1)
    await delete_job(works.owner, job)
    await works.owner.do("updateJobStatus", statusId=on_hold, pauses=False)
    works.wait(days=1)
    await works.owner.do("restoreJob", jobId=job)
    assert (await works.run(job))["dueAt"] == (MONDAY + 4 * DAY).isoformat()


async def test_what_was_about_to_be_done_is_done_once_the_job_is_back(works: Works) -> None:
    """AU1, AU2: a turn that is tried again, one that makes a job; each once."""
    given = {"pipelineId": works.shop.pipeline, "stageId": works.stages[2], "name": "Child"}
    await works.automate(works.stages[1], {"createJob": given})
    async with works.trouble("comments", "text <> 'Now'"):
        await works.automate(works.stages[1], said("Now"))
        job = await works.moved(works.stages[1])
    assert await works.states(job) == ["QUEUED", "RETRYING"]
    due = await works.due()
    await delete_job(works.owner, job)
    works.wait(days=10)
    assert (await works.work(), await works.due()) == (0, 0)
    await works.owner.do("restoreJob", jobId=job)
    assert await works.due() == due
    await works.work()
    assert (await works.states(job), await works.comments(job)) == (["DONE", "DONE"], ["Now"])
    found = await works.owner.query("{ jobs { nodes { name } } }")
    assert sorted(one["name"] for one in found["jobs"]["nodes"]) == ["Child", "Job"]


async def test_a_job_that_was_ready_to_go_on_does_so_when_it_is_back(works: Works) -> None:
    """AM3: not before, and not by what is done elsewhere."""
    await works.owner.do("updateStage", stageId=works.stages[1], automove="WHEN_ITEMS_DONE")
    job = await works.moved(works.stages[1])
    task = (await works.owner.do("createTask", "task { id }", title="Call", jobId=job))["id"]
    await works.owner.do("completeItem", itemId=task)
    await away(works, job, 1)
    assert (await works.look(job))["stage"]["id"] == works.stages[1]
    await works.work()
    assert (await works.look(job))["stage"]["id"] == works.stages[2]


async def test_a_mode_that_changes_meanwhile_counts_once_the_job_is_back(works: Works) -> None:
    """AM3: a stage's jobs are looked at again, but for those in the trash; these as they come back."""
    job = await works.moved(works.stages[1])
    await delete_job(works.owner, job)
    await works.owner.do("updateStage", stageId=works.stages[1], automove="WHEN_ITEMS_DONE_OR_NONE")
    assert await works.work() == 0
    await works.owner.do("restoreJob", jobId=job)
    await works.work()
    assert (await works.look(job))["stage"]["id"] == works.stages[2]


async def test_the_clock_and_the_archive_pass_it_by(works: Works) -> None:
    """LV7, PL2: no midnight tells anybody that it is overdue, and no day archives it."""
    owner = works.owner.member_id
    today = MONDAY.date().isoformat()
    job = await works.job(dueDate=today, assigneeIds=[owner])
    done = await works.job(name="Done")
    await works.put(done, await built_in(works.owner, "COMPLETED"))
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, archiveAfterDays=1)
    for one in (job, done):
        await delete_job(works.owner, one)
    before = await works.database.value("SELECT seq FROM event_heads")
    works.wait(days=3)
    await strike(works.database, lambda firm: None, clock=works.clock)
    assert await archive_old(works.database, lambda firm: None, clock=works.clock) == 0
    assert await works.database.value("SELECT seq FROM event_heads") == before
    await works.owner.do("restoreJob", jobId=done)
    assert await archive_old(works.database, lambda firm: None, clock=works.clock) == 1


async def test_a_limit_on_jobs_does_not_count_it(works: Works) -> None:
    """PL2: nor is it held up by one as it comes back: it goes nowhere."""
    job = await works.job()
    await delete_job(works.owner, job)
    await works.owner.do("updateStage", stageId=works.stages[0], jobLimit=1)
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, blocksOverLimit=True)
    await works.job(name="Other")
    await works.owner.do("restoreJob", jobId=job)
    assert (await works.look(job))["stage"]["id"] == works.stages[0]
