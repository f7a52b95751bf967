"""Automations that fail: on their own, tried again, and at last somebody's to look at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.automating.execution import BACK_OFF, TRIES
from store.database import Database
from tests.rules.kit import digest, together
from tests.support.api import Api, Json, Shop
from tests.support.works import Works, asked, said

FAULT = "It failed for a reason of ours; the log has more."
REVERSED = "The due date would be before the start date."
NO_TASKS = ("items", "title <> 'Fault'")
"""A fault of the system's for tasks of this name."""


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


async def titles(works: Works, job_id: str) -> list[str]:
    """The tasks of a job."""
    return sorted(task["title"] for task in (await works.look(job_id))["tasks"])


async def refusing(works: Works, stage_id: str) -> str:
    """An automation that is refused for jobs that begin later than tomorrow; answers its id."""
    return await works.automate(stage_id, {"setDates": {"dueAfter": {"amount": 1, "unit": "DAYS"}}})


async def refused_job(works: Works) -> str:
    """A job for which that automation has failed, in the second stage."""
    await refusing(works, works.stages[1])
    return await works.moved(works.stages[1], startDate="2030-07-01")


async def test_one_that_fails_does_not_stop_the_next(works: Works) -> None:
    """AU2: what it had done is undone; what comes before and after it stands, and so does the move."""
    second = works.stages[1]
    await works.automate(second, said("Before"))
    await works.automate(second, asked("Fault"))
    await works.automate(second, asked("After"))
    job = await works.job()
    async with works.trouble(*NO_TASKS) as errors:
        await works.move(job, second)
    assert errors == ["automation_failed"]
    runs = await works.runs(job)
    assert [run["state"] for run in runs] == ["DONE", "RETRYING", "DONE"]
    assert (runs[1]["reason"], runs[1]["attempts"], runs[1]["made"]) == (FAULT, 1, [])
    assert runs[1]["finishedAt"] is None
    assert (await titles(works, job), await works.comments(job)) == (["After"], ["Before"])


async def test_it_is_tried_again_with_growing_pauses_until_it_stands_as_failed(works: Works) -> None:
    """AU2: a bounded number of times; after that it waits for somebody's hand."""
    await works.automate(works.stages[1], asked("Fault"))
    job = await works.job()
    async with works.trouble(*NO_TASKS):
        await works.move(job, works.stages[1])
        for tries in range(1, TRIES):
            assert [(run["state"], run["attempts"]) for run in await works.runs(job)] == [("RETRYING", tries)]
            works.now += BACK_OFF * 2 ** (tries - 1) - timedelta(seconds=1)
            assert await works.work() == 0
            works.wait(seconds=1)
            assert await works.work() == 1
    run = await works.run(job)
    assert (run["state"], run["attempts"], run["reason"]) == ("FAILED", TRIES, FAULT)
    assert run["finishedAt"] == works.now.isoformat()
    works.wait(days=30)
    assert (await works.work(), await works.due()) == (0, 0)


async def test_once_the_fault_is_gone_it_is_done_once(works: Works) -> None:
    """AU2: by the next try, exactly once."""
    await works.automate(works.stages[1], asked("Fault"))
    job = await works.job()
    async with works.trouble(*NO_TASKS):
        await works.move(job, works.stages[1])
    works.wait(minutes=1)
    await works.work()
    run = await works.run(job)
    assert (run["state"], run["attempts"], run["reason"]) == ("DONE", 2, None)
    assert await titles(works, job) == ["Fault"]
    works.wait(days=1)
    assert await works.work() == 0


async def test_what_is_refused_is_not_tried_again(works: Works) -> None:
    """AU2: another try would be refused as well; the log says why."""
    job = await refused_job(works)
    run = await works.run(job)
    assert (run["state"], run["attempts"], run["reason"]) == ("FAILED", 1, REVERSED)
    assert ((await works.look(job))["dueDate"], await works.due()) == (None, 0)


async def test_one_jobs_trouble_is_no_others(works: Works) -> None:
    """AU2: of jobs that enter together one fails; the others have what the automation does."""
    first, second, _ = works.stages
    await works.automate(second, asked("[JOB_NAME]"))
    jobs = [await works.job(name=name) for name in ("Good", "Fault", "Fine")]
    async with works.trouble(*NO_TASKS):
        await works.owner.do("updateStage", stageId=first, automove="WHEN_ITEMS_DONE_OR_NONE")
        await works.work()
    assert [await works.states(job) for job in jobs] == [["DONE"], ["RETRYING"], ["DONE"]]
    assert [await titles(works, job) for job in jobs] == [["Good"], [], ["Fine"]]
    assert {(await works.look(job))["stage"]["id"] for job in jobs} == {second}


async def test_a_failed_one_holds_its_job_until_it_is_dismissed(works: Works) -> None:
    """AM2, AU2: the job moves on once somebody has taken note; the failure stays in the log."""
    await works.owner.do("updateStage", stageId=works.stages[1], automove="WHEN_ITEMS_DONE_OR_NONE")
    job = await refused_job(works)
    assert await works.work() == 0
    run = await works.run(job)
    dismissed = await works.owner.do("dismissRun", "run { state reason attempts }", runId=run["id"])
    assert dismissed == {"state": "DISMISSED", "reason": REVERSED, "attempts": 1}
    assert await works.work() == 1
    assert (await works.look(job))["stage"] == {"id": works.stages[2]}
    assert [run["state"] for run in await works.runs(job)] == ["DISMISSED"]


async def test_a_retry_by_hand_is_done_by_the_worker(works: Works) -> None:
    """AU2: as often as at first; here the cause is gone, and the job goes on."""
    await works.owner.do("updateStage", stageId=works.stages[1], automove="WHEN_ITEMS_DONE_OR_NONE")
    job = await refused_job(works)
    await works.owner.do("updateJob", jobId=job, startDate=None)
    run = await works.run(job)
    queued = await works.owner.do("retryRun", "run { id state attempts reason finishedAt }", runId=run["id"])
    assert queued == {"id": run["id"], "state": "QUEUED", "attempts": 0, "reason": None, "finishedAt": None}
    await works.work()
    assert await works.states(job) == ["DONE"]
    now = await works.look(job)
    assert (now["dueDate"], now["stage"]) == ("2030-06-04", {"id": works.stages[2]})


async def test_a_retry_that_fails_again_stands_as_failed_again(works: Works) -> None:
    """AU2: with another retry, and so on."""
    job = await refused_job(works)
    for _ in range(2):
        await works.owner.do("retryRun", runId=(await works.run(job))["id"])
        await works.work()
        run = await works.run(job)
        assert (run["state"], run["attempts"], run["reason"]) == ("FAILED", 1, REVERSED)


async def test_what_waits_for_its_next_try_can_be_cancelled(works: Works) -> None:
    """AU2, AU3: it is not done any more, and does not hold the job."""
    await works.owner.do("updateStage", stageId=works.stages[1], automove="WHEN_ITEMS_DONE_OR_NONE")
    await works.automate(works.stages[1], asked("Fault"))
    job = await works.job()
    async with works.trouble(*NO_TASKS):
        await works.move(job, works.stages[1])
    run = await works.owner.do("cancelRun", "run { state reason }", runId=(await works.run(job))["id"])
    assert run == {"state": "CANCELLED", "reason": "Cancelled by hand."}
    works.wait(days=1)
    await works.work()
    assert (await works.look(job))["stage"] == {"id": works.stages[2]}
    assert (await titles(works, job), await works.due()) == ([], 0)


async def test_a_retry_in_a_stage_that_the_job_has_left_is_cancelled(works: Works) -> None:
    """AU2: what is late for its visit does not change a job that is elsewhere."""
    await works.automate(works.stages[1], asked("Fault"))
    job = await works.job()
    async with works.trouble(*NO_TASKS):
        await works.move(job, works.stages[1])
    await works.move(job, works.stages[2])
    works.wait(hours=1)
    await works.work()
    run = await works.run(job)
    assert (run["state"], run["reason"], await titles(works, job)) == ("CANCELLED", "The job has left the stage.", [])


async def test_only_what_fits_its_state_can_be_done_to_a_run(works: Works, database: Database) -> None:
    """AU2, AU4: a run that is over is not retried, dismissed, cancelled, or run now; the refusal says what can be."""
    await works.automate(works.stages[1], said("Done"))
    done = (await works.run(await works.moved(works.stages[1])))["id"]
    job = await works.moved(works.stages[1], startDate="2030-07-01")
    await refusing(works, works.stages[2])
    await works.move(job, works.stages[2])
    failed = (await works.runs(job))[1]["id"]
    tries = {"retryRun": [done], "dismissRun": [done], "cancelRun": [done, failed], "runNow": [done, failed]}
    words = {done: "It has been done.", failed: "It has failed: retry it, or dismiss it."}
    before = await digest(database)
    for mutation, some in tries.items():
        for run in some:
            [error] = await works.owner.refused(mutation, runId=run)
            assert (error["code"], error["path"], error["message"]) == ("INVALID", ["input", "runId"], words[run])
    assert await digest(database) == before


async def test_of_two_who_deal_with_the_same_failure_one_is_refused(works: Works) -> None:
    """AU2: retried and dismissed at the same instant: the second finds it dealt with."""
    job = await refused_job(works)
    run = {"runId": (await works.run(job))["id"]}
    answers = await together(works.owner.payload("retryRun", **run), works.owner.payload("dismissRun", **run))
    assert sorted(len(answer["errors"]) for answer in answers) == [0, 1]
    state = (await works.run(job))["state"]
    assert state == ("DISMISSED" if answers[0]["errors"] else "QUEUED")


async def test_runs_of_an_archived_job_wait_for_it(works: Works, database: Database) -> None:
    """ST1: an archived job is read-only; unarchived, its failures can be dealt with."""
    job = await refused_job(works)
    run = {"runId": (await works.run(job))["id"]}
    statuses = (await works.owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
    by_state = {one["state"]: one["id"] for one in statuses}
    await works.put(job, by_state["ARCHIVED"])
    before = await digest(database)
    for mutation in ("retryRun", "dismissRun"):
        assert await works.owner.code(mutation, **run) == ("ARCHIVED", ["input", "runId"])
    assert await digest(database) == before
    await works.put(job, by_state["ACTIVE"])
    await works.owner.do("dismissRun", **run)


async def test_failures_are_listed_for_those_who_see_their_jobs(works: Works) -> None:
    """AU2, AC4: visible, newest first, by state."""
    older = await refused_job(works)
    works.wait(hours=1)
    newer = await works.moved(works.stages[1], startDate="2030-07-01")
    await works.moved(works.stages[1])
    document = """query ($states: [RunState!]) { automationRuns(states: $states, first: 5) {
        totalCount nodes { job { id } state } } }"""

    async def listed(client: Any, *states: str) -> list[Json]:
        found = (await client.query(document, states=list(states) or None))["automationRuns"]
        assert found["totalCount"] == len(found["nodes"])
        nodes: list[Json] = found["nodes"]
        return nodes

    assert await listed(works.owner, "FAILED", "RETRYING") == [
        {"job": {"id": newer}, "state": "FAILED"},
        {"job": {"id": older}, "state": "FAILED"},
    ]
    assert [run["state"] for run in await listed(works.owner)] == ["DONE", "FAILED", "FAILED"]
    employee = await works.api.member(works.owner)
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, addAvailableToIds=[employee.member_id])
    assert await listed(works.timed(employee)) == []
    await works.owner.do("updateJob", jobId=older, addAssigneeIds=[employee.member_id])
    assert await listed(works.timed(employee)) == [{"job": {"id": older}, "state": "FAILED"}]


async def test_a_failure_is_dealt_with_by_whoever_sees_its_job(works: Works, database: Database) -> None:
    """AC3, AC4: for others it is not there."""
    run = {"runId": (await works.run(await refused_job(works)))["id"]}
    employee = await works.api.member(works.owner)
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, addAvailableToIds=[employee.member_id])
    before = await digest(database)
    for mutation in ("retryRun", "dismissRun", "cancelRun", "runNow"):
        assert await employee.code(mutation, **run) == ("NOT_FOUND", ["input", "runId"])
    assert await digest(database) == before
    access = {"memberId": employee.member_id, "addAccountIds": [works.shop.account]}
    await works.owner.do("updateMemberAccess", **access)
    await employee.do("dismissRun", **run)
