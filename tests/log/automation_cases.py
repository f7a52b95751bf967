"""What automations do to boards: those that are told of it see what a fresh board shows, whoever did it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from tests.log.cases import Round, Step, case
from tests.log.world import World
from tests.support.api import Client, Json

DONE = "WHEN_ITEMS_DONE"
HOUR: Json = {"span": {"amount": 1, "unit": "HOURS"}}


async def automate(w: World, stage: int, config: Json, **given: Any) -> str:
    """A new automation of a stage of the first pipeline; answers its id."""
    made = {"stageId": w.stages[stage], "config": config, **given}
    return await w.make("createAutomation", "automation { id }", **made)


async def run_of(w: World, job_id: str) -> Json:
    """What names the one run in a job."""
    document = "query ($id: ID!) { job(id: $id) { runs { nodes { id } } } }"
    [run] = (await w.owner.query(document, id=job_id))["job"]["runs"]["nodes"]
    return {"runId": run["id"]}


async def state_of(w: World, job_id: str) -> str:
    """The state of a job's status."""
    document = "query ($id: ID!) { job(id: $id) { status { state } } }"
    return str((await w.owner.query(document, id=job_id))["job"]["status"]["state"])


def move(by: Client, job_id: str, stage_id: str, **claims: Any) -> Step:
    """A job that has been moved by nobody yet is moved."""
    given = {"jobId": job_id, "stageId": stage_id, "expect": {"version": 1}}
    return Step(by, "moveJob", given, **claims)


@case("createAutomation", "updateAutomation", "deleteAutomation")
async def automations_are_made_changed_and_deleted(w: World) -> AsyncIterator[Step | Round]:
    """PL4, LV7: the board's pipeline shows them; its jobs stay as they are."""
    others, job = ("overseer, elsewhere",), await w.job(stageId=w.stages[1])
    given = {"stageId": w.stages[1], "config": {"addComment": {"text": "Hello"}}}
    made = Step(w.owner, "createAutomation", given, "automation { id }", quiet=others)
    yield made
    with_id = {**given, "id": "automation_0192a0b1c2d37e4f8a5b" + f"{next(w.numbers):012x}", "position": 0}
    yield Step(w.owner, "createAutomation", with_id, quiet=others)
    yield Step(w.owner, "createAutomation", with_id, events=0)
    automation = {"automationId": made.payload["automation"]["id"]}
    for changed in (
        {"config": {"addComment": {"text": "Hi"}}},
        {"delay": HOUR, "condition": {"tags": [w.tag]}},
        {"delay": None, "condition": None},
        {"position": 0},
    ):
        yield Step(w.owner, "updateAutomation", {**automation, **changed}, quiet=others)
        yield Step(w.owner, "updateAutomation", {**automation, **changed}, events=0)
    yield Step(w.owner, "deleteAutomation", automation, quiet=others)
    assert (await w.look(job))["version"] == 1


@case("createAutomation", "deleteAutomation")
async def automations_of_a_status_are_made_and_deleted(w: World) -> AsyncIterator[Step | Round]:
    """AM4."""
    given = {"pipelineId": w.pipeline, "statusId": await w.status(), "config": {"addComment": {"text": "Waiting"}}}
    made = Step(w.owner, "createAutomation", given, "automation { id }", quiet=("overseer, elsewhere",))
    yield made
    yield Step(w.owner, "deleteAutomation", {"automationId": made.payload["automation"]["id"]})


@case("runNow", "cancelRun")
async def what_is_scheduled_is_run_now_or_cancelled(w: World) -> AsyncIterator[Step | Round]:
    """AU4: who sees the job is told that something of it changed."""
    unseen = ("assignee", "overseer, elsewhere")
    await automate(w, 1, {"setPriority": {"priority": "URGENT"}}, delay=HOUR)
    jobs = [await w.job() for _ in range(3)]
    for job in jobs:
        yield move(w.insider, job, w.stages[1])
    now = Step(w.insider, "runNow", await run_of(w, jobs[0]), quiet=unseen)
    yield now
    yield Round(after=now, kind="AUTOMATION", gains={"overseer, pressing": jobs[0]}, quiet=unseen)
    cancelled = Step(w.owner, "cancelRun", await run_of(w, jobs[1]), quiet=unseen)
    yield cancelled
    yield Round(after=cancelled, ahead=timedelta(minutes=59), events=0)


@case("moveJob")
async def a_delayed_automation_comes_when_its_time_has_come(w: World) -> AsyncIterator[Step | Round]:
    """AU4, AC4: by the worker, in the name of who moved the job."""
    job = await w.job(accountId=w.second)
    await automate(w, 1, {"updateAssignees": {"addMemberIds": [w.assignee.member_id]}}, delay=HOUR)
    moved = move(w.overseer, job, w.stages[1], quiet=("assignee", "insider"))
    yield moved
    yield Round(after=moved, ahead=timedelta(minutes=59), events=0)
    yield Round(
        after=moved, ahead=timedelta(minutes=61), kind="AUTOMATION", gains={"assignee": job}, quiet=("insider",)
    )


@case("retryRun", "dismissRun")
async def what_failed_is_retried_or_dismissed(w: World) -> AsyncIterator[Step | Round]:
    """AU2: the retry shows what it does, on all boards."""
    await automate(w, 1, {"setDates": {"dueAfter": {"amount": 1, "unit": "DAYS"}}})
    jobs = [await w.job(startDate="9000-01-01") for _ in range(2)]
    for job in jobs:
        yield move(w.owner, job, w.stages[1])
    yield Step(w.insider, "dismissRun", await run_of(w, jobs[0]))
    yield Step(w.owner, "updateJob", {"jobId": jobs[1], "startDate": None})
    retried = Step(w.overseer, "retryRun", await run_of(w, jobs[1]))
    yield retried
    yield Round(after=retried, kind="AUTOMATION")
    yield Step(w.owner, "updateJob", {"jobId": jobs[1], "dueDate": None})


@case("moveJob")
async def a_move_makes_tasks_whose_assignees_see_the_job(w: World) -> AsyncIterator[Step | Round]:
    """AC3, AC4: with the move, in one event."""
    await automate(w, 1, {"createTask": {"title": "Call", "assigneeIds": [w.assignee.member_id]}})
    await automate(w, 1, {"createTask": {"title": "Check", "checkList": "One\nTwo"}}, condition={"tags": [w.tag]})
    hidden, job = await w.job(accountId=w.second), await w.job()
    yield move(w.owner, hidden, w.stages[1], gains={"assignee": hidden}, quiet=("insider",))
    yield move(w.insider, job, w.stages[1], gains={"assignee": job})
    yield Step(w.owner, "createJob", {"name": "New", "accountId": w.second, "pipelineId": w.pipeline})
    given = {"name": "New", "accountId": w.second, "pipelineId": w.pipeline, "stageId": w.stages[1]}
    yield Step(w.owner, "createJob", given, quiet=("insider",))


@case("moveJob")
async def a_move_sets_priority_and_dates(w: World) -> AsyncIterator[Step | Round]:
    """LV7, LV5: a filtered board gains and loses the job with it."""
    await automate(w, 1, {"setPriority": {"priority": "URGENT"}})
    await automate(w, 1, {"setDates": {"startAfter": {"amount": 1, "unit": "DAYS"}, "clearDue": True}})
    await automate(w, 2, {"setPriority": {"priority": "LOW"}})
    job = await w.job(dueDate="2020-01-01")
    yield move(w.owner, job, w.stages[1], gains={"overseer, pressing": job})
    given = {"jobId": job, "stageId": w.stages[2], "expect": {"stageId": w.stages[1]}}
    yield Step(w.owner, "moveJob", given, loses={"overseer, pressing": job})


@case("moveJob")
async def a_move_gives_sight_and_takes_it_by_assignees(w: World) -> AsyncIterator[Step | Round]:
    """AC3, AC4: of the member who moves the job, too."""
    me, other = w.insider.member_id, w.assignee.member_id
    await automate(w, 1, {"updateAssignees": {"addMemberIds": [other], "replace": True}})
    await automate(w, 2, {"updateAssignees": {"removeMemberIds": [other]}})
    job = await w.job(accountId=w.second, assigneeIds=[me])
    yield move(w.insider, job, w.stages[1], gains={"assignee": job}, loses={"insider": job})
    given = {"jobId": job, "stageId": w.stages[2], "expect": {"stageId": w.stages[1]}}
    yield Step(w.assignee, "moveJob", given, loses={"assignee": job}, quiet=("insider",))


@case("moveJob")
async def a_move_gives_and_takes_access_to_the_account(w: World) -> AsyncIterator[Step | Round]:
    """AC3, AC4: all jobs of the account appear and go with it."""
    account, me = await w.account(), w.insider.member_id
    await automate(w, 1, {"updateAccountAccess": {"addMemberIds": [me]}})
    await automate(w, 2, {"updateAccountAccess": {"removeMemberIds": [me]}})
    job, sister = await w.job(accountId=account), await w.job(accountId=account)
    yield move(w.owner, job, w.stages[1], gains={"insider": sister}, quiet=("assignee",))
    yield move(w.insider, sister, w.stages[2], loses={"insider": job}, quiet=("assignee",))


@case("moveJob")
async def a_move_tags_the_account(w: World) -> AsyncIterator[Step | Round]:
    """LV7, LV5: all cards of the account show it, and filtered boards follow."""
    account = await w.account()
    spare = await w.make("createTag", "tag { id }", name=w.name("Tag"))
    await automate(w, 1, {"updateTags": {"addTagIds": [w.tag]}})
    await automate(w, 2, {"updateTags": {"addTagIds": [spare], "clear": True}})
    job = await w.job(accountId=account)
    sister = await w.job(accountId=account, assigneeIds=[w.assignee.member_id])
    both = {"owner, tagged": sister, "assignee, tagged": sister}
    yield move(w.owner, job, w.stages[1], gains=both, quiet=("insider",))
    given = {"jobId": job, "stageId": w.stages[2], "expect": {"stageId": w.stages[1]}}
    yield Step(w.owner, "moveJob", given, loses=both, quiet=("insider",))


@case("moveJob", "setJobStatus")
async def a_move_takes_jobs_off_the_board_and_on_it(w: World) -> AsyncIterator[Step | Round]:
    """ST1: completed ones stay, archived ones and those in a status off the board go."""
    hidden = await w.status(on_board=False)
    await automate(w, 1, {"setJobStatus": {"statusId": w.statuses["ARCHIVED"]}})
    await automate(w, 2, {"setJobStatus": {"statusId": hidden}})
    jobs = [await w.job() for _ in range(3)]
    for job, stage in zip(jobs, (1, 2), strict=False):
        everybody = {"owner": job, "insider": job, "overseer": job}
        yield move(w.insider, job, w.stages[stage], loses=everybody)
        active = {"jobId": job, "statusId": w.statuses["ACTIVE"]}
        yield Step(w.owner, "setJobStatus", active, gains=everybody)


@case("moveJob", "setJobStatus")
async def a_status_with_automations_of_its_own_comes_after_the_move(w: World) -> AsyncIterator[Step | Round]:
    """AU1, AM4: by the worker, in an event of its own; the status makes a task, and whoever it is for sees the job."""
    status = await w.status()
    task = {"createTask": {"title": "Ask", "assigneeIds": [w.assignee.member_id]}}
    await w.make("createAutomation", "automation { id }", pipelineId=w.pipeline, statusId=status, config=task)
    await automate(w, 1, {"setJobStatus": {"statusId": status}})
    job, other = await w.job(accountId=w.second), await w.job(accountId=w.second)
    moved = move(w.overseer, job, w.stages[1], quiet=("assignee", "insider"))
    yield moved
    yield Round(after=moved, kind="AUTOMATION", gains={"assignee": job}, quiet=("insider",))
    yield Step(w.owner, "setJobStatus", {"jobId": other, "statusId": status}, gains={"assignee": other})


@case("completeItem", "updatePipeline")
async def a_job_comes_back_to_active_by_itself(w: World) -> AsyncIterator[Step | Round]:
    """AM4: when what was to be done in the status is done."""
    status, job = await w.status(), await w.job(dueDate="2020-02-02")
    modes = [{"statusId": status, "automove": DONE}]
    yield Step(w.owner, "updatePipeline", {"pipelineId": w.pipeline, "setStatusAutomove": modes})
    await w.owner.do("setJobStatus", jobId=job, statusId=status)
    done = Step(w.insider, "completeItem", {"itemId": await w.task(jobId=job)})
    yield done
    yield Round(after=done, kind="AUTOMOVE")
    assert await state_of(w, job) == "ACTIVE"


@case("moveJob")
async def a_move_shows_a_client_status(w: World) -> AsyncIterator[Step | Round]:
    """ST2: cards show it, and show that it is gone."""
    status = await w.make("createClientStatus", "clientStatus { id }", name=w.name("Status"))
    await automate(w, 1, {"setClientStatus": {"clientStatusId": status}})
    await automate(w, 2, {"setClientStatus": {}})
    job = await w.job()
    yield move(w.owner, job, w.stages[1], quiet=("assignee",))
    yield Step(w.owner, "moveJob", {"jobId": job, "stageId": w.stages[2], "expect": {"stageId": w.stages[1]}})


@case("moveJob")
async def a_move_tells_members_and_boards_hear_only_of_the_move(w: World) -> AsyncIterator[Step | Round]:
    """JB3: comments and notifications are on no board."""
    me = w.insider.member_id
    await automate(w, 1, {"addComment": {"text": "Here", "mentionIds": [me]}})
    await automate(w, 1, {"notifyMembers": {"text": "Here", "memberIds": [me]}})
    job, hidden = await w.job(), await w.job(accountId=w.second)
    yield move(w.owner, job, w.stages[1], quiet=("assignee", "overseer, elsewhere"))
    yield move(w.owner, hidden, w.stages[1], quiet=("assignee", "insider"))


@case("moveJob")
async def a_move_makes_a_job_elsewhere(w: World) -> AsyncIterator[Step | Round]:
    """AU7: by the worker, on the board of the other pipeline; this one hears nothing of it."""
    await automate(w, 1, {"createJob": {"pipelineId": w.elsewhere, "name": "[JOB_NAME] again"}})
    moved = move(w.insider, await w.job(), w.stages[1], quiet=("overseer, elsewhere",))
    yield moved
    here = tuple(name for name in w.boards() if name != "overseer, elsewhere")
    before = await jobs_elsewhere(w)
    yield Round(after=moved, kind="AUTOMATION", quiet=here)
    assert len(await jobs_elsewhere(w)) == len(before) + 1


async def jobs_elsewhere(w: World) -> list[str]:
    """The jobs of the second pipeline."""
    document = "query ($ids: [ID!]) { jobs(filter: { pipelineIds: $ids }, first: 200) { nodes { id } } }"
    return [job["id"] for job in (await w.owner.query(document, ids=[w.elsewhere]))["jobs"]["nodes"]]


async def between(w: World, **settings: Any) -> str:
    """A new stage of the first pipeline, the second; only jobs of the test's own are in it."""
    return await w.make(
        "createStage", "stage { id }", pipelineId=w.pipeline, name=w.name("Stage"), position=1, **settings
    )


@case("completeItem")
async def a_job_goes_on_by_itself(w: World) -> AsyncIterator[Step | Round]:
    """AM2, AM3: with what the next stage does, in one event; and only once."""
    await automate(w, 1, {"createTask": {"title": "Next", "assigneeIds": [w.assignee.member_id]}})
    await w.owner.do("updateStage", stageId=w.stages[0], automove=DONE)
    job = await w.job(accountId=w.second)
    done = Step(w.overseer, "completeItem", {"itemId": await w.task(jobId=job)}, quiet=("assignee", "insider"))
    yield done
    yield Round(after=done, kind="AUTOMOVE", gains={"assignee": job}, quiet=("insider", "overseer, elsewhere"))
    yield Round(after=done, events=0)


@case("updateStage", "deleteStage")
async def jobs_go_on_when_their_stage_is_told_to_let_them(w: World) -> AsyncIterator[Step | Round]:
    """AM3, LV2: all of them in one event."""
    stage = await between(w)
    jobs = [await w.job(stageId=stage), await w.job(stageId=stage, accountId=w.second)]
    held = await w.job(stageId=stage)
    await w.task(jobId=held)
    changed = Step(w.owner, "updateStage", {"stageId": stage, "automove": "WHEN_ITEMS_DONE_OR_NONE"})
    yield changed
    yield Round(after=changed, kind="AUTOMOVE", quiet=("overseer, elsewhere",))
    assert [(await w.look(job))["stage"]["id"] for job in (*jobs, held)] == [w.stages[1]] * 2 + [stage]
    yield Step(w.owner, "deleteStage", {"stageId": stage, "moveJobsTo": w.stages[1]})


@case("moveJob", "deleteStage")
async def a_job_runs_through_a_stage(w: World) -> AsyncIterator[Step | Round]:
    """AM1: it is seen there, and then where it has come to."""
    stage = await between(w, automove="WHEN_ITEMS_DONE_OR_NONE")
    await automate(w, 1, {"setPriority": {"priority": "HIGH"}})
    job = await w.job()
    moved = move(w.insider, job, stage)
    yield moved
    yield Round(after=moved, kind="AUTOMOVE", gains={"overseer, pressing": job})
    yield Step(w.owner, "deleteStage", {"stageId": stage})


@case("completeItem", "updateJob")
async def an_automatic_move_passes_over_a_stage(w: World) -> AsyncIterator[Step | Round]:
    """CN2."""
    await w.owner.do("updateStage", stageId=w.stages[1], condition={"tags": [w.tag]})
    await w.owner.do("updateStage", stageId=w.stages[0], automove=DONE)
    job = await w.job(accountId=w.second)
    done = Step(w.owner, "completeItem", {"itemId": await w.task(jobId=job)})
    yield done
    yield Step(w.owner, "updateJob", {"jobId": job, "addAssigneeIds": [w.assignee.member_id]}, gains={"assignee": job})
    yield Round(after=done, kind="AUTOMOVE")
    assert (await w.look(job))["stage"]["id"] == w.stages[2]
    await w.owner.do("updateStage", stageId=w.stages[1], condition=None)


@case("moveJob", "setJobStatus")
async def a_time_limit_passes(w: World) -> AsyncIterator[Step | Round]:
    """PL6, LV7: cards show by when and whether; pausing puts it off, and a new stage begins anew."""
    limit = {"timeLimit": {"amount": 1, "unit": "HOURS"}}
    await w.owner.do("updateStage", stageId=w.stages[1], **limit)
    late, hold = await w.job(assigneeIds=[w.assignee.member_id]), await w.status()
    unseen = ("overseer, elsewhere",)
    moved = move(w.owner, late, w.stages[1], quiet=unseen)
    yield moved
    for status in (hold, w.statuses["ACTIVE"]):
        yield Step(w.insider, "setJobStatus", {"jobId": late, "statusId": status}, quiet=unseen)
    yield Round(after=moved, ahead=timedelta(minutes=59), events=0)
    yield Round(after=moved, ahead=timedelta(minutes=61), kind="SYSTEM", quiet=unseen)
    yield Step(w.owner, "moveJob", {"jobId": late, "stageId": w.stages[2], "expect": {"stageId": w.stages[1]}})


@case("moveJob", "completeItem")
async def the_last_stage_completes_jobs(w: World) -> AsyncIterator[Step | Round]:
    """PL7: on entry with the move; when the items are done by the worker."""
    last = w.stages[2]
    await w.owner.do("updateStage", stageId=last, completion="ON_ENTRY")
    job = await w.job(dueDate="2020-02-02")
    yield move(w.insider, job, last)
    assert await state_of(w, job) == "COMPLETED"
    await w.owner.do("updateStage", stageId=last, completion=DONE)
    job = await w.job(dueDate="2020-02-02", stageId=last)
    done = Step(w.insider, "completeItem", {"itemId": await w.task(jobId=job)})
    yield done
    yield Round(after=done, kind="AUTOMOVE")
    assert await state_of(w, job) == "COMPLETED"
