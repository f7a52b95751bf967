"""Jobs that go on by themselves: to the next stage, to Completed, back to Active."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.rules.kit import built_in, set_state, task
from tests.support.api import Api, Json, Shop
from tests.support.works import Works, asked, said

DONE, DONE_OR_NONE = "WHEN_ITEMS_DONE", "WHEN_ITEMS_DONE_OR_NONE"


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


async def mode(works: Works, stage_id: str, automove: str, **given: Any) -> None:
    """Sets when jobs go on from a stage."""
    await works.owner.do("updateStage", stageId=stage_id, automove=automove, **given)


async def where(works: Works, job_id: str) -> int:
    """The number of the stage in which a job is, once the worker has done all that is due."""
    await works.work()
    return works.stages.index((await works.look(job_id))["stage"]["id"])


async def close(works: Works, *task_ids: str, by: str = "completeItem") -> None:
    """Completes tasks, or cancels them."""
    for task_id in task_ids:
        await works.owner.do(by, itemId=task_id)


async def test_off_moves_nothing(works: Works) -> None:
    """AM1: a stage does nothing by itself unless it is told to."""
    job = await works.job()
    await close(works, await task(works.owner, jobId=job))
    assert (await where(works, job), await works.due()) == (0, 0)


async def test_a_job_goes_on_once_its_last_item_is_done(works: Works) -> None:
    """AM1, AM2: completed or cancelled; each of them counts; it comes to stand on top of the next stage."""
    await mode(works, works.stages[0], DONE)
    job, there = await works.job(), await works.job(stageId=works.stages[1])
    first, second = [await task(works.owner, jobId=job) for _ in range(2)]
    await close(works, first)
    assert await where(works, job) == 0
    await close(works, second, by="cancelItem")
    assert await where(works, job) == 1
    document = "query ($id: ID!) { board(pipelineId: $id) { columns { jobs { nodes { id } } } } }"
    columns = (await works.owner.query(document, id=works.shop.pipeline))["board"]["columns"]
    assert [one["id"] for one in columns[1]["jobs"]["nodes"]] == [job, there]


async def test_without_items_only_the_mode_that_says_so_moves_it(works: Works) -> None:
    """AM1: WHEN_ITEMS_DONE wants at least one item that blocked; the other goes on without any."""
    await mode(works, works.stages[0], DONE)
    job = await works.job()
    await task(works.owner, jobId=job, blocking=False)
    assert await where(works, job) == 0
    await mode(works, works.stages[1], DONE_OR_NONE)
    assert await where(works, await works.job(stageId=works.stages[1])) == 2


async def test_items_that_do_not_block_hold_nothing(works: Works) -> None:
    """AM2: an open item with a link that does not block stays open behind the job."""
    await mode(works, works.stages[0], DONE)
    job = await works.job()
    loose, blocking = await task(works.owner, jobId=job, blocking=False), await task(works.owner, jobId=job)
    await close(works, blocking)
    assert await where(works, job) == 1
    assert {one["id"]: one["open"] for one in (await works.look(job))["tasks"]} == {loose: True, blocking: False}


async def test_items_of_earlier_visits_do_not_block(works: Works) -> None:
    """AM2: what was kept open when a person moved the job holds it no more, nor does it count as an item there."""
    await mode(works, works.stages[1], DONE)
    job = await works.job()
    kept = await task(works.owner, jobId=job)
    await works.move(job, works.stages[1], pendingItems="KEEP")
    await close(works, kept)
    assert await where(works, job) == 1
    reopened = await task(works.owner, jobId=job)
    await works.owner.do("reopenItem", itemId=kept)
    await close(works, reopened)
    assert await where(works, job) == 2


async def test_tasks_that_automations_make_are_waited_for(works: Works) -> None:
    """AM2, AU7: by those of the stage that the job enters, and again in its next visit."""
    await works.automate(works.stages[1], asked("Check"))
    await mode(works, works.stages[1], DONE_OR_NONE)
    job = await works.moved(works.stages[1])
    for _ in range(2):
        assert await where(works, job) == 1
        await close(works, *[one["id"] for one in (await works.look(job))["tasks"] if one["open"]])
        assert await where(works, job) == 2
        await works.move(job, works.stages[1])


async def test_a_job_runs_through_stages_that_hold_it_for_nothing(works: Works) -> None:
    """AM1, AU6: one after the other, each with its visit and its automations; the last stage never moves on."""
    for stage in works.stages:
        await works.automate(stage, said(f"In {works.stages.index(stage)}"))
        await mode(works, stage, DONE_OR_NONE)
    job = await works.job()
    assert await where(works, job) == 2
    assert await works.comments(job) == ["In 0", "In 1", "In 2"]
    assert [visit["number"] for visit in (await works.look(job))["visits"]] == [3, 2, 1]
    assert await works.due() == 0


async def test_the_log_tells_who_set_an_automatic_move_going(works: Works) -> None:
    """AU3, AU5: the cause is the automatic move, the actor who finished the last item."""
    await mode(works, works.stages[0], DONE)
    await works.automate(works.stages[1], said("Here"))
    job = await works.job()
    held, colleague = await task(works.owner, jobId=job), await works.api.member(works.owner, role="ADMIN")
    await works.timed(colleague).do("completeItem", itemId=held, clientMutationId="mine")
    await works.work()
    cause = {"kind": "AUTOMOVE", "actor": {"id": colleague.member_id}, "automation": None, "clientMutationId": "mine"}
    assert (await works.run(job))["cause"] == cause


async def test_two_items_finished_at_the_same_instant_move_the_job_once(works: Works) -> None:
    """AM3: whatever the worker does meanwhile, and however many workers there are."""
    await mode(works, works.stages[0], DONE)
    for _ in range(10):
        job = await works.job()
        tasks = [await task(works.owner, jobId=job) for _ in range(2)]
        doing: list[Any] = [works.owner.do("completeItem", itemId=one) for one in tasks]
        await asyncio.gather(*doing, works.work(), works.work())
        assert await where(works, job) == 1
        assert [visit["number"] for visit in (await works.look(job))["visits"]] == [2, 1]
    assert await works.due() == 0


async def test_what_happens_before_the_worker_looks_counts(works: Works) -> None:
    """AM3, AI3: an item that was opened again, or added, holds the job although it was ready a moment ago."""
    await mode(works, works.stages[0], DONE)
    reopened, added = await works.job(), await works.job()
    tasks = [await task(works.owner, jobId=job) for job in (reopened, added)]
    await close(works, *tasks)
    await works.owner.do("reopenItem", itemId=tasks[0])
    await task(works.owner, jobId=added)
    assert [await where(works, job) for job in (reopened, added)] == [0, 0]


async def test_unlinking_the_last_open_item_lets_the_job_go_on(works: Works) -> None:
    """AM3: there was another that blocked, and is done."""
    await mode(works, works.stages[0], DONE)
    job = await works.job()
    done, open_one = [await task(works.owner, jobId=job) for _ in range(2)]
    await close(works, done)
    await works.owner.do("unlinkItem", jobId=job, itemId=open_one)
    assert await where(works, job) == 1


async def test_a_change_of_mode_is_looked_at_at_once(works: Works) -> None:
    """AM3, PL4: jobs that are ready under the new mode go on; others stay."""
    ready, bare, held = [await works.job() for _ in range(3)]
    await close(works, await task(works.owner, jobId=ready))
    await task(works.owner, jobId=held)
    await works.work()
    await mode(works, works.stages[0], DONE)
    assert [await where(works, job) for job in (ready, bare, held)] == [1, 0, 0]
    await mode(works, works.stages[0], DONE_OR_NONE)
    assert [await where(works, job) for job in (bare, held)] == [1, 0]


async def test_statuses_suspend_it_until_the_job_is_active_again(works: Works) -> None:
    """AM3, AM4, ST1: on hold, completed or archived a job stays; back to Active it goes on."""
    await mode(works, works.stages[0], DONE)
    hold = await works.status(pauses=False)
    for status in (hold, await built_in(works.owner, "COMPLETED")):
        job = await works.job()
        held = await task(works.owner, jobId=job)
        await works.put(job, status)
        await close(works, held)
        assert await where(works, job) == 0
        await set_state(works.owner, job, "ACTIVE")
        assert await where(works, job) == 1
    job = await works.job()
    await close(works, await task(works.owner, jobId=job))
    await set_state(works.owner, job, "ARCHIVED")  # before the worker has looked
    assert await where(works, job) == 0
    await set_state(works.owner, job, "ACTIVE")
    assert await where(works, job) == 1


async def test_stages_whose_condition_fails_are_passed_over(works: Works) -> None:
    """CN2, CN3: to the next that holds, read at the moment of the move; the stage in between is not entered."""
    owner, [first, second, third] = works.owner, works.stages
    await mode(works, first, DONE)
    await owner.do("updateStage", stageId=second, condition={"priority": ["URGENT"]})
    await works.automate(second, said("Entered"))
    plain, urgent = await works.job(), await works.job(priority="URGENT")
    tasks = [await task(owner, jobId=job) for job in (plain, urgent)]
    await close(works, *tasks)
    assert [await where(works, job) for job in (plain, urgent)] == [2, 1]
    assert [await works.comments(job) for job in (plain, urgent)] == [[], ["Entered"]]
    late = await works.job()
    await close(works, await task(owner, jobId=late))
    await owner.do("updateJob", jobId=late, priority="URGENT")  # after it became ready, before it moved
    assert await where(works, late) == 1
    assert [visit["stage"]["id"] for visit in (await works.look(plain))["visits"]] == [third, first]


async def test_a_person_moves_a_job_into_any_stage(works: Works) -> None:
    """CN2: its condition is not asked."""
    await works.owner.do("updateStage", stageId=works.stages[1], condition={"priority": ["URGENT"]})
    assert await where(works, await works.moved(works.stages[1])) == 1


async def test_limits_and_allowed_moves_do_not_hold_an_automatic_move(works: Works) -> None:
    """PL2: a blocking limit warns, and edges do not apply, so that nothing stalls."""
    owner, [first, second, third] = works.owner, works.stages
    listed = [{"fromStageId": first, "toStageId": third}]
    given = {"blocksOverLimit": True, "listedMovesOnly": True, "addAllowedMoves": listed}
    await mode(works, first, DONE)
    await owner.do("updateStage", stageId=second, jobLimit=1)
    await works.job(stageId=second)
    await owner.do("updatePipeline", pipelineId=works.shop.pipeline, **given)
    job = await works.job()
    refused = await owner.refused("moveJob", jobId=job, stageId=second, expect={"version": 1})
    assert refused
    await close(works, await task(owner, jobId=job))
    assert await where(works, job) == 1


@pytest.mark.parametrize(
    ("completion", "entered", "done"), [("NEVER", False, False), ("ON_ENTRY", True, True), (DONE, False, True)]
)
async def test_the_last_stage_completes_its_jobs_as_it_is_told(
    works: Works, completion: str, entered: bool, done: bool
) -> None:
    """PL7: never, when they enter it, or when their items are done; it never moves them."""
    await mode(works, works.stages[2], DONE_OR_NONE, completion=completion)
    job = await works.moved(works.stages[2])
    assert await where(works, job) == 2
    assert ((await works.look(job))["status"]["state"] == "COMPLETED") == entered
    if not entered:
        await close(works, await task(works.owner, jobId=job))
        await works.work()
    assert ((await works.look(job))["status"]["state"] == "COMPLETED") == done


async def test_only_the_last_stage_completes_jobs(works: Works) -> None:
    """PL7: a stage that is not the last leaves its setting alone, until it is the last."""
    await mode(works, works.stages[1], "OFF", completion="ON_ENTRY")
    await mode(works, works.stages[2], "OFF", completion=DONE)
    early = await works.moved(works.stages[1])
    assert (await works.look(early))["status"]["state"] == "ACTIVE"
    await works.owner.do("deleteStage", stageId=works.stages[2])
    assert (await works.look(await works.moved(works.stages[1])))["status"]["state"] == "COMPLETED"


async def test_completing_on_entry_comes_after_the_automations(works: Works) -> None:
    """PL7, AU1: they run for the job as it enters, and it is one event."""
    await works.automate(works.stages[2], {"setPriority": {"priority": "HIGH"}})
    await mode(works, works.stages[2], "OFF", completion="ON_ENTRY")
    job = await works.moved(works.stages[2])
    now = await works.look(job)
    assert (now["priority"], now["status"]["state"], await works.states(job)) == ("HIGH", "COMPLETED", ["DONE"])


async def suspended(works: Works, **given: Any) -> tuple[str, str]:
    """A status with a task of its own that is made in it, and a job that gets it in the first stage."""
    hold = await works.status(**given)
    attached = {"pipelineId": works.shop.pipeline, "statusId": hold, "config": asked("Ask the client")}
    await works.owner.do("createAutomation", **attached)
    modes = [{"statusId": hold, "automove": DONE}]
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, setStatusAutomove=modes)
    return hold, await works.job()


async def test_a_status_leads_back_to_active_when_its_items_are_done(works: Works) -> None:
    """AM4: in the same stage and visit; no automation of the stage runs again."""
    await works.automate(works.stages[0], said("In the stage"))
    hold, job = await suspended(works)
    await works.put(job, hold)
    assert await where(works, job) == 0
    [asking] = (await works.look(job))["tasks"]
    assert asking["title"] == "Ask the client"
    await close(works, asking["id"])
    await works.work()
    now = await works.look(job)
    assert (now["status"]["state"], [visit["number"] for visit in now["visits"]]) == ("ACTIVE", [1])
    assert [run["automation"]["kind"] for run in now["runs"]] == ["ADD_COMMENT", "CREATE_TASK"]
    await works.put(job, hold)
    await works.work()
    now = await works.look(job)
    assert [one["open"] for one in now["tasks"]].count(True) == 1
    assert len(now["runs"]) == 3


async def test_items_of_the_stage_do_not_lead_out_of_the_status(works: Works) -> None:
    """AM4: only those made in the status count; without any it waits for a hand."""
    hold, job = await works.status(), await works.job()
    modes = [{"statusId": hold, "automove": DONE}]
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, setStatusAutomove=modes)
    before = await task(works.owner, jobId=job)
    await works.put(job, hold)
    await close(works, before)
    await works.work()
    assert (await works.look(job))["status"]["id"] == hold
    await close(works, await task(works.owner, jobId=job))
    await works.work()
    assert (await works.look(job))["status"]["state"] == "ACTIVE"


async def test_back_to_active_the_stage_goes_on(works: Works) -> None:
    """AM3, AM4: with the items of the status done, and none left in the visit, the job moves."""
    await mode(works, works.stages[0], DONE)
    hold, job = await suspended(works)
    await works.put(job, hold)
    await close(works, (await works.look(job))["tasks"][0]["id"])
    assert await where(works, job) == 1


async def test_a_status_without_the_mode_stays(works: Works) -> None:
    """AM4: OFF, also when all its items are done."""
    hold, job = await suspended(works)
    modes = [{"statusId": hold, "automove": "OFF"}]
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, setStatusAutomove=modes)
    await works.put(job, hold)
    await close(works, (await works.look(job))["tasks"][0]["id"])
    await works.work()
    assert (await works.look(job))["status"]["id"] == hold
    modes = [{"statusId": hold, "automove": DONE}]
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, setStatusAutomove=modes)
    await works.work()
    assert (await works.look(job))["status"]["state"] == "ACTIVE"


async def test_leaving_the_status_cancels_what_was_to_come_in_it(works: Works) -> None:
    """AU4, AM4: also by archiving; what the stage has scheduled stays."""
    hour = {"span": {"amount": 1, "unit": "HOURS"}}
    hold = await works.status(pauses=False)
    await works.automate(works.stages[0], said("The stage's"), delay=hour)
    attached = {"pipelineId": works.shop.pipeline, "statusId": hold, "config": said("The status's"), "delay": hour}
    await works.owner.do("createAutomation", **attached)
    job, other = await works.job(), await works.job()
    for one in (job, other):
        await works.put(one, hold)
    await set_state(works.owner, job, "ACTIVE")
    works.wait(hours=1)
    await works.work()
    assert (await works.states(job), await works.comments(job)) == (["DONE", "CANCELLED"], ["The stage's"])
    assert (await works.run_of(job, 1))["reason"] == "The job has left the status."
    assert await works.comments(other) == ["The stage's", "The status's"]


async def test_what_a_pausing_status_delays_waits_in_it(works: Works) -> None:
    """AM4, AU4: its own delays run in it, or "remind me after three days on hold" could never come."""
    days = {"span": {"amount": 3, "unit": "DAYS"}}
    hold = await works.status()
    attached = {"pipelineId": works.shop.pipeline, "statusId": hold, "config": said("Still on hold"), "delay": days}
    await works.owner.do("createAutomation", **attached)
    job = await works.job()
    await works.put(job, hold)
    works.wait(days=3)
    await works.work()
    assert await works.comments(job) == ["Still on hold"]


async def test_a_job_that_moves_on_hold_stays_on_hold(works: Works) -> None:
    """AM4, MV2: it enters the stage with its automations; those of the status do not run again."""
    hold, job = await suspended(works)
    await works.automate(works.stages[1], said("Entered"))
    await mode(works, works.stages[1], DONE_OR_NONE)
    await works.put(job, hold)
    await works.move(job, works.stages[1], pendingItems="KEEP")
    assert await where(works, job) == 1
    now = await works.look(job)
    assert (now["status"]["id"], await works.comments(job), len(now["tasks"])) == (hold, ["Entered"], 1)


async def test_an_automation_puts_a_job_into_a_status_with_automations_of_its_own(works: Works) -> None:
    """AU1, AM4: done by the worker, after the move, in a transaction of its own; the log shows it queued until then."""
    hold, _ = await suspended(works)
    await works.automate(works.stages[1], {"setJobStatus": {"statusId": hold}})
    await works.automate(works.stages[1], said("After"))
    job = await works.moved(works.stages[1])
    assert (await works.states(job), (await works.look(job))["status"]["state"]) == (["QUEUED", "DONE"], "ACTIVE")
    await works.work()
    now = await works.look(job)
    assert (now["status"]["id"], [one["title"] for one in now["tasks"]]) == (hold, ["Ask the client"])
    assert await works.states(job) == ["DONE", "DONE", "DONE"]


async def test_an_automation_puts_a_job_into_a_plain_status_with_the_move(works: Works) -> None:
    """AU1: nothing more begins by it, so it is done at once; archiving ends the visit's delays only for a while."""
    for stage, state in zip(works.stages[1:], ("COMPLETED", "ARCHIVED"), strict=True):
        config: Json = {"setJobStatus": {"statusId": await built_in(works.owner, state)}}
        await works.automate(stage, config)
        job = await works.moved(stage)
        assert (await works.look(job))["status"]["state"] == state
        assert await works.states(job) == ["DONE"]
