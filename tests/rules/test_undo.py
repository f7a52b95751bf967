"""Undoing a move (MV7): as if the job had never left, as long as nothing has left the firm."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.work import system_clock
from store.database import Database
from tests.access.digest import Unchanged
from tests.rules.kit import (
    built_in,
    codes,
    columns,
    look,
    look_at_task,
    move,
    pipeline,
    set_state,
    status,
    task,
    together,
)
from tests.rules.test_previews import automation, employee
from tests.support.api import Api, Client, Json, Shop
from tests.support.foresight import accept

DAY = {"span": {"amount": 1, "unit": "DAYS"}}
URL = "https://hooks.example.com/jobs"
RUNS = """query ($id: ID!) { job(id: $id) { stageDueAt runs(first: 100) { nodes {
    id state reason dueAt automation { id } visit { number } } } } }"""


async def undo(client: Client, job_id: str, **given: Any) -> Json:
    """Undoes the last move of a job that nobody else moves; answers the payload."""
    if "expect" not in given:
        given["expect"] = {"version": (await look(client, job_id))["version"]}
    payload = await client.payload("undoMove", "job { id stage { id } } kept { id }", jobId=job_id, **given)
    assert payload["errors"] == [], payload["errors"]
    return payload


async def refused(client: Client, job_id: str, database: Database) -> str:
    """The code with which an undo is refused, without changing anything."""
    expect = {"version": (await look(client, job_id))["version"]}
    async with Unchanged(database):
        code, path = await client.code("undoMove", jobId=job_id, expect=expect)
    assert path == ["input", "jobId"]
    return code


async def runs(shop: Shop, job_id: str) -> list[Json]:
    """The turns of automations in a job."""
    found: list[Json] = (await shop.owner.query(RUNS, id=job_id))["job"]["runs"]["nodes"]
    return found


async def states(shop: Shop, job_id: str) -> list[str]:
    """Their states."""
    return [run["state"] for run in await runs(shop, job_id)]


async def moved(shop: Shop, **given: Any) -> str:
    """A new job that has been moved into the second stage."""
    job = (await shop.job())["id"]
    await move(shop.owner, job, shop.stages[1], **given)
    return str(job)


async def letters(shop: Shop) -> str:
    """The firm is live, its client can be written to; answers an e-mail template."""
    await shop.owner.do("updateFirm", holdsClientMail=False)
    await shop.owner.do("createContact", name="Ann", email="ann@client.test", accountIds=[shop.account])
    made = await shop.owner.do("createEmailTemplate", "template { id }", name="Begun", subject="Begun", text="Hello")
    return str(made["id"])


# --- where it stands ------------------------------------------------------------------------------------------------


async def test_the_job_stands_again_where_it_stood_in_the_same_visit(shop: Shop) -> None:
    """MV7: stage, place and entry; the visit that the move opened has ended, and the earlier one goes on."""
    low, job, high = [(await shop.job(name))["id"] for name in ("Low", "Job", "High")]
    before = await look(shop.owner, job)
    await move(shop.owner, job, shop.stages[1])
    payload = await undo(shop.owner, job)
    after = await look(shop.owner, job)
    assert payload["job"] == {"id": job, "stage": {"id": shop.stages[0]}}
    assert {**after, "version": 1, "visits": None} == {**before, "visits": None}
    assert after["version"] == 3
    second, first = after["visits"]["nodes"]
    assert first == before["visits"]["nodes"][0]
    assert (second["stage"]["id"], second["leftAt"] is None) == (shop.stages[1], False)
    assert (await columns(shop.owner, shop.pipeline))[shop.stages[0]] == [high, job, low]


async def test_the_history_says_that_the_move_was_undone(shop: Shop) -> None:
    """JB3: by whom, and from where to where."""
    job = await moved(shop)
    await undo(shop.owner, job)
    document = """query ($id: ID!) { job(id: $id) { history(first: 1) { nodes { action cause { kind actor {
        ... on Member { id } } } changes { field fromNodes { id } toNodes { id } } } } } }"""
    [entry] = (await shop.owner.query(document, id=job))["job"]["history"]["nodes"]
    assert entry["action"] == "MOVE_UNDONE"
    assert entry["cause"] == {"kind": "MEMBER", "actor": {"id": shop.owner.member_id}}
    assert entry["changes"][0] == {
        "field": "stage",
        "fromNodes": [{"id": shop.stages[1]}],
        "toNodes": [{"id": shop.stages[0]}],
    }


async def test_a_place_that_was_taken_meanwhile_is_next_below(shop: Shop, database: Database) -> None:
    """MV9: whoever stands there stays."""
    job = (await shop.job("Job"))["id"]
    rank = (await look(shop.owner, job))["rank"]
    await move(shop.owner, job, shop.stages[1])
    other = (await shop.job("Other"))["id"]
    await database.rows("UPDATE jobs SET rank = $2 WHERE id = $1", other, rank)
    await undo(shop.owner, job)
    assert (await columns(shop.owner, shop.pipeline))[shop.stages[0]] == [other, job]


async def test_a_job_comes_back_from_another_pipeline_with_its_status(shop: Shop, database: Database) -> None:
    """MV8: which was not enabled there; it goes on with what was delayed in that status, and runs nothing again."""
    on_hold = await status(shop.owner, "On hold", shop.pipeline)
    given = {"pipelineId": shop.pipeline, "statusId": on_hold}
    for config, delay in (({"addComment": {"text": "Held"}}, None), ({"setPriority": {"priority": "HIGH"}}, DAY)):
        await shop.owner.do("createAutomation", **given, config=config, delay=delay)
    job = (await shop.job())["id"]
    await shop.owner.do("setJobStatus", jobId=job, statusId=on_hold)
    before, turns = await look(shop.owner, job), await runs(shop, job)
    _, stages = await pipeline(shop.owner)
    there = await move(shop.owner, job, stages[1])
    assert (there["status"]["state"], await states(shop, job)) == ("ACTIVE", ["DONE", "CANCELLED"])
    await undo(shop.owner, job)
    after = await look(shop.owner, job)
    same = ("pipeline", "stage", "status", "rank", "enteredStageAt")
    assert [after[name] for name in same] == [before[name] for name in same]
    assert await runs(shop, job) == turns
    sql = "SELECT count(*) FROM status_stays WHERE job_id = $1 AND left_at IS NULL"
    assert await database.value(sql, job) == 1


# --- what was still to come -----------------------------------------------------------------------------------------


async def test_what_was_still_to_come_of_the_stage_is_cancelled(shop: Shop, database: Database) -> None:
    """MV7: what is scheduled, and what waits for the worker; an open task that was made is cancelled."""
    stage = shop.stages[1]
    await automation(shop, stage, {"createTask": {"title": "Check"}})
    await automation(shop, stage, {"addComment": {"text": "Later"}}, delay=DAY)
    await automation(shop, stage, {"createJob": {"pipelineId": shop.pipeline, "name": "Another"}})
    job = await moved(shop)
    assert await states(shop, job) == ["DONE", "SCHEDULED", "QUEUED"]
    payload = await undo(shop.owner, job)
    assert payload["kept"] == []
    found = await runs(shop, job)
    assert [(run["state"], run["reason"], run["dueAt"]) for run in found] == [
        ("DONE", None, None),
        ("CANCELLED", "The move was undone.", None),
        ("CANCELLED", "The move was undone.", None),
    ]
    after = await look(shop.owner, job)
    [made] = after["items"]["nodes"]
    assert ((await look_at_task(shop.owner, made["id"]))["status"], made["open"]) == ("CANCELLED", False)
    assert await database.value("SELECT count(*) FROM due") == 0
    assert await accept(database) == []
    assert await look(shop.owner, job) == after
    assert len((await columns(shop.owner, shop.pipeline))[shop.stages[0]]) == 1


async def test_what_automations_have_set_stays_and_the_answer_says_so(shop: Shop) -> None:
    """MV7: tags, priority, assignees, comments, and tasks that somebody has done."""
    stage = shop.stages[1]
    tag = (await shop.owner.do("createTag", "tag { id }", name="Begun"))["id"]
    await automation(shop, stage, {"setPriority": {"priority": "HIGH"}})
    await automation(shop, stage, {"createTask": {"title": "Open"}})
    await automation(shop, stage, {"updateTags": {"addTagIds": [tag]}}, condition={"priority": ["LOW"]})
    await automation(shop, stage, {"createTask": {"title": "Done"}})
    job = await moved(shop)
    tasks = (await look(shop.owner, job))["items"]["nodes"]
    titles = {(await look_at_task(shop.owner, one["id"]))["title"]: one["id"] for one in tasks}
    await shop.owner.do("completeItem", itemId=titles["Done"])
    payload = await undo(shop.owner, job)
    priority, _, _, done = await runs(shop, job)
    assert payload["kept"] == [{"id": priority["id"]}, {"id": done["id"]}]
    document = "query ($id: ID!) { job(id: $id) { priority } }"
    assert (await shop.owner.query(document, id=job))["job"] == {"priority": "HIGH"}
    assert (await look_at_task(shop.owner, titles["Open"]))["status"] == "CANCELLED"
    assert (await look_at_task(shop.owner, titles["Done"]))["status"] == "COMPLETED"


async def test_what_the_move_had_cancelled_is_to_come_again(shop: Shop, database: Database) -> None:
    """AU4, PL6: at the same time as before; the stage's time limit goes on as well, and passes once."""
    first = shop.stages[0]
    await shop.owner.do("updateStage", stageId=first, timeLimit={"amount": 2, "unit": "HOURS"})
    until = {"until": {"date": "DUE_DATE", "days": -1}}
    await automation(shop, first, {"addComment": {"text": "Later"}}, delay=DAY)
    await automation(shop, first, {"addComment": {"text": "Before it is due"}}, delay=until)
    await automation(shop, first, {"createJob": {"pipelineId": shop.pipeline, "stageId": shop.stages[2], "name": "B"}})
    job = (await shop.job(dueDate=(system_clock() + timedelta(days=30)).date().isoformat()))["id"]
    before = (await shop.owner.query(RUNS, id=job))["job"]
    assert [run["state"] for run in before["runs"]["nodes"]] == ["SCHEDULED", "SCHEDULED", "QUEUED"]
    await move(shop.owner, job, shop.stages[1])
    assert await states(shop, job) == ["CANCELLED", "CANCELLED", "QUEUED"]
    await undo(shop.owner, job)
    assert (await shop.owner.query(RUNS, id=job))["job"] == before
    await accept(database)
    assert await states(shop, job) == ["SCHEDULED", "SCHEDULED", "DONE"]
    await accept(database, clock=lambda: system_clock() + timedelta(days=2))
    assert await states(shop, job) == ["DONE", "SCHEDULED", "DONE"]
    [visit] = [one for one in (await look(shop.owner, job))["visits"]["nodes"] if one["number"] == 1]
    assert await database.value("SELECT overdue FROM stage_visits WHERE id = $1", visit["id"]) is True


async def test_what_waited_for_the_worker_and_was_cancelled_by_it_is_done_after_all(
    shop: Shop, database: Database
) -> None:
    """MV7: a status that the first stage was about to set."""
    on_hold = await status(shop.owner, "On hold", shop.pipeline)
    given = {"pipelineId": shop.pipeline, "statusId": on_hold, "config": {"addComment": {"text": "Held"}}}
    await shop.owner.do("createAutomation", **given)
    await automation(shop, shop.stages[0], {"setJobStatus": {"statusId": on_hold}})
    job = await moved(shop)
    await accept(database)
    assert await states(shop, job) == ["CANCELLED"]
    await undo(shop.owner, job)
    await accept(database)
    assert await states(shop, job) == ["DONE", "DONE"]
    assert (await look(shop.owner, job))["status"]["id"] == on_hold


async def test_undoing_sets_nothing_going(shop: Shop, database: Database) -> None:
    """MV1, AM3: no automation of the earlier stage runs again, and a stage that waits for nothing keeps the job."""
    await automation(shop, shop.stages[0], {"addComment": {"text": "Entered"}})
    job = await moved(shop)
    await shop.owner.do("updateStage", stageId=shop.stages[0], automove="WHEN_ITEMS_DONE_OR_NONE")
    await undo(shop.owner, job)
    await accept(database)
    assert (await look(shop.owner, job))["stage"]["id"] == shop.stages[0]
    assert await states(shop, job) == ["DONE"]


# --- items ----------------------------------------------------------------------------------------------------------


async def test_items_that_the_move_decided_are_as_they_were(shop: Shop) -> None:
    """MV5, MV7: kept ones block again; completed and cancelled ones are open again, as they had been."""
    job = (await shop.job())["id"]
    kept, completed, cancelled = [await task(shop.owner, name, jobId=job) for name in ("Kept", "Completed", "Dropped")]
    await shop.owner.do("updateTask", taskId=completed, status="IN_PROGRESS")
    choices = [{"itemId": completed, "choice": "COMPLETE"}, {"itemId": cancelled, "choice": "CANCEL"}]
    await move(shop.owner, job, shop.stages[1], pendingItems="KEEP", pendingItemChoices=choices)
    await undo(shop.owner, job)
    found = [(await look_at_task(shop.owner, one))["status"] for one in (kept, completed, cancelled)]
    assert found == ["TO_DO", "IN_PROGRESS", "TO_DO"]
    given = {"jobId": job, "stageId": shop.stages[1], "expect": {"stageId": shop.stages[0]}}
    [error] = await shop.owner.refused("moveJob", **given)
    assert error["items"] == [{"id": one} for one in (kept, completed, cancelled)]


async def test_what_people_did_with_items_since_stays(shop: Shop) -> None:
    """MV7: what somebody has begun, or taken out of the job; what was added by hand stays, and blocks no more."""
    job = (await shop.job())["id"]
    begun, unlinked = [await task(shop.owner, name, jobId=job) for name in ("Begun", "Unlinked")]
    await move(shop.owner, job, shop.stages[1], pendingItems="CANCEL")
    await shop.owner.do("updateTask", taskId=begun, status="IN_PROGRESS")
    await shop.owner.do("unlinkItem", itemId=unlinked, jobId=job)
    added = await task(shop.owner, "Added", jobId=job)
    await undo(shop.owner, job)
    found = [(await look_at_task(shop.owner, one))["status"] for one in (begun, unlinked, added)]
    assert found == ["IN_PROGRESS", "CANCELLED", "TO_DO"]
    await shop.owner.do("completeItem", itemId=begun)
    await move(shop.owner, job, shop.stages[1])


# --- statuses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["COMPLETED", "ARCHIVED"])
async def test_a_status_that_came_of_the_move_is_taken_back(shop: Shop, database: Database, state: str) -> None:
    """PL7, ST1: the last stage has completed the job, or an automation has archived it."""
    last = shop.stages[2]
    await shop.owner.do("updateStage", stageId=last, completion="ON_ENTRY")
    if state == "ARCHIVED":
        await automation(shop, last, {"setJobStatus": {"statusId": await built_in(shop.owner, state)}})
    job = (await shop.job())["id"]
    await move(shop.owner, job, last)
    await accept(database)
    assert (await look(shop.owner, job))["status"]["state"] == state
    await undo(shop.owner, job)
    after = await look(shop.owner, job)
    assert (after["stage"]["id"], after["status"]["state"]) == (shop.stages[0], "ACTIVE")


async def test_a_status_that_a_person_has_set_since_stays(shop: Shop, database: Database) -> None:
    """MV7: with a stay in it, in the earlier visit; its automations do not run again."""
    on_hold = await status(shop.owner, "On hold", shop.pipeline)
    given = {"pipelineId": shop.pipeline, "statusId": on_hold, "config": {"addComment": {"text": "Held"}}}
    await shop.owner.do("createAutomation", **given)
    job = await moved(shop)
    await shop.owner.do("setJobStatus", jobId=job, statusId=on_hold)
    await undo(shop.owner, job)
    after = await look(shop.owner, job)
    assert (after["stage"]["id"], after["status"]["id"]) == (shop.stages[0], on_hold)
    assert await states(shop, job) == ["DONE"]
    row = await database.row("SELECT visit_id FROM status_stays WHERE job_id = $1 AND left_at IS NULL", job)
    assert row is not None
    assert row["visit_id"] == after["visits"]["nodes"][-1]["id"]


async def test_a_job_that_a_person_has_archived_is_left_alone(shop: Shop, database: Database) -> None:
    """ST1: it is read-only until it is unarchived."""
    job = await moved(shop)
    await set_state(shop.owner, job, "ARCHIVED")
    assert await refused(shop.owner, job, database) == "ARCHIVED"


# --- what has left the firm -----------------------------------------------------------------------------------------


async def test_an_e_mail_that_waits_never_leaves(shop: Shop, database: Database) -> None:
    """MV7: it is discarded before the worker takes it; so is one that is held back."""
    await automation(shop, shop.stages[1], {"sendEmail": {"templateId": await letters(shop)}})
    queued = await moved(shop)
    await shop.owner.do("updateFirm", holdsClientMail=True)
    held = await moved(shop)
    for job in (queued, held):
        await undo(shop.owner, job)
        assert await states(shop, job) == ["CANCELLED"]
    assert await accept(database) == []
    found = (await shop.owner.query("{ emails { nodes { state } } }"))["emails"]["nodes"]
    assert found == [{"state": "DISCARDED"}] * 2


async def test_a_move_is_not_undone_once_an_e_mail_has_been_handed_over(shop: Shop, database: Database) -> None:
    """MV7: the reason is said."""
    await automation(shop, shop.stages[1], {"sendEmail": {"templateId": await letters(shop)}})
    job = await moved(shop)
    assert len(await accept(database)) == 1
    assert await refused(shop.owner, job, database) == "ALREADY_SENT"


async def test_a_move_is_not_undone_while_an_e_mail_is_on_its_way(shop: Shop, database: Database) -> None:
    """MV7: a worker has it in hand, or died with it: nobody knows."""
    await automation(shop, shop.stages[1], {"sendEmail": {"templateId": await letters(shop)}})
    job = await moved(shop)
    await database.rows("UPDATE due SET leased_until = clock_timestamp()")
    assert await refused(shop.owner, job, database) == "ALREADY_SENT"


async def test_a_call_of_a_webhook_counts_from_its_first_try(shop: Shop, database: Database) -> None:
    """MV7: the other server has heard of it, also where it did not accept it; before that it is never made."""
    await automation(shop, shop.stages[1], {"callWebhook": {"url": URL}})
    job, tried = await moved(shop), await moved(shop)
    await undo(shop.owner, job)
    document = "{ webhookCalls { nodes { id state error job { id } } } }"
    found = {one["job"]["id"]: one for one in (await shop.owner.query(document))["webhookCalls"]["nodes"]}
    assert (found[job]["state"], found[job]["error"]) == ("FAILED", "The move was undone.")
    async with Unchanged(database):
        [error] = await shop.owner.refused("retryWebhookCall", callId=found[job]["id"])
    assert (error["code"], error["path"]) == ("INVALID", ["input", "callId"])
    assert error["message"] == "The move that the call tells of was undone: it is not made."
    await database.rows("UPDATE webhook_calls SET attempts = 1 WHERE job_id = $1", tried)
    assert await refused(shop.owner, tried, database) == "ALREADY_SENT"


async def test_what_a_job_made_by_the_way_has_sent_counts_too(shop: Shop, database: Database) -> None:
    """MV7: it came of the move; that job itself stays, and what it is about to send is its own."""
    other, stages = await pipeline(shop.owner)
    await automation(shop, stages[0], {"sendEmail": {"templateId": await letters(shop)}}, delay=DAY)
    await automation(shop, shop.stages[1], {"createJob": {"pipelineId": other, "name": "Another"}})
    first, second = await moved(shop), await moved(shop)
    await accept(database)
    payload = await undo(shop.owner, first)
    assert [run["id"] for run in payload["kept"]] == [run["id"] for run in await runs(shop, first)]
    assert len((await columns(shop.owner, other))[stages[0]]) == 2
    assert len(await accept(database, clock=lambda: system_clock() + timedelta(days=2))) == 2
    assert await refused(shop.owner, second, database) == "ALREADY_SENT"


# --- which moves ----------------------------------------------------------------------------------------------------


async def test_a_move_can_be_undone_for_ten_minutes(shop: Shop, database: Database) -> None:
    """MV7: counted from the move."""
    job, late = await moved(shop), await moved(shop)
    for one, seconds in ((job, 590), (late, 601)):
        sql = "UPDATE stage_visits SET entered_at = entered_at - $2::interval WHERE job_id = $1 AND left_at IS NULL"
        await database.rows(sql, one, timedelta(seconds=seconds))
    assert await refused(shop.owner, late, database) == "TOO_LATE"
    await undo(shop.owner, job)


async def test_only_moves_by_hand_are_undone(shop: Shop, database: Database) -> None:
    """MV7: not the making of a job, not one that it has made by itself, nor one for a deleted stage; and each once."""
    new = (await shop.job())["id"]
    assert await refused(shop.owner, new, database) == "NOTHING_TO_UNDO"
    await shop.owner.do("updateStage", stageId=shop.stages[1], automove="WHEN_ITEMS_DONE_OR_NONE")
    gone_on = await moved(shop)
    await accept(database)
    assert await refused(shop.owner, gone_on, database) == "NOTHING_TO_UNDO"
    back = (await shop.job())["id"]
    await move(shop.owner, back, shop.stages[2])
    await undo(shop.owner, back)
    assert await refused(shop.owner, back, database) == "NOTHING_TO_UNDO"
    [error] = await shop.owner.refused("undoMove", jobId=back, expect={"version": 3})
    words = "The job's last move was not made by hand, or has been undone: move it where it belongs."
    assert error["message"] == words
    pushed = (await shop.job())["id"]
    await move(shop.owner, pushed, shop.stages[2])
    await shop.owner.do("deleteStage", stageId=shop.stages[2], moveJobsTo=shop.stages[1])
    assert await refused(shop.owner, pushed, database) == "NOTHING_TO_UNDO"


async def test_a_move_after_an_undone_one_is_undone_to_where_it_began(shop: Shop) -> None:
    """MV7: the visit that was undone is not the one to go back to."""
    job = await moved(shop)
    await undo(shop.owner, job)
    await move(shop.owner, job, shop.stages[2])
    await undo(shop.owner, job)
    after = await look(shop.owner, job)
    assert after["stage"]["id"] == shop.stages[0]
    found = [(visit["number"], visit["leftAt"] is None) for visit in after["visits"]["nodes"]]
    assert found == [(3, False), (2, False), (1, True)]


async def test_a_new_place_in_the_column_is_no_move(shop: Shop) -> None:
    """MV3: what is undone is the move before it."""
    job = await moved(shop)
    other = (await shop.job("Other", stageId=shop.stages[1]))["id"]
    await move(shop.owner, job, shop.stages[1], afterJobId=other)
    await undo(shop.owner, job)
    assert (await look(shop.owner, job))["stage"]["id"] == shop.stages[0]


async def test_a_stage_that_is_gone_is_not_gone_back_to(shop: Shop, database: Database) -> None:
    """MV7: deleted since, or in a pipeline that is archived."""
    job = await moved(shop)
    await shop.owner.do("deleteStage", stageId=shop.stages[0])
    assert await refused(shop.owner, job, database) == "NOTHING_TO_UNDO"
    other, stages = await pipeline(shop.owner)
    job = (await shop.job(pipelineId=other, stageId=stages[0]))["id"]
    await move(shop.owner, job, shop.stages[1])
    await shop.owner.do("archivePipeline", pipelineId=other)
    assert await refused(shop.owner, job, database) == "ARCHIVED"


async def test_whoever_sees_the_job_may_undo_its_move_but_not_into_a_pipeline_that_they_do_not_see(
    shop: Shop, api: Api, database: Database
) -> None:
    """AC3, AC4: also somebody else's move."""
    colleague = await employee(api, shop)
    job = await moved(shop)
    await undo(colleague, job)
    _, stages = await pipeline(shop.owner)
    hidden = (await shop.job(pipelineId=(await _pipeline(shop, stages[0])), stageId=stages[0]))["id"]
    await move(shop.owner, hidden, shop.stages[1])
    assert await refused(colleague, hidden, database) == "NOTHING_TO_UNDO"
    await undo(shop.owner, hidden)


async def _pipeline(shop: Shop, stage_id: str) -> str:
    document = "query ($id: ID!) { node(id: $id) { ... on Stage { pipeline { id } } } }"
    return str((await shop.owner.query(document, id=stage_id))["node"]["pipeline"]["id"])


async def test_another_change_came_first(shop: Shop, database: Database) -> None:
    """MV4: the answer is a conflict with the job as it is now."""
    job = await moved(shop)
    async with Unchanged(database):
        for expect in ({"version": 1}, {"stageId": shop.stages[0]}):
            [error] = await shop.owner.refused("undoMove", jobId=job, expect=expect)
            assert (error["code"], error["current"]) == ("CONFLICT", {"id": job, "version": 2})


async def test_of_two_who_undo_the_same_move_one_wins(shop: Shop) -> None:
    """MV4, MV7: the other gets a conflict."""
    job = await moved(shop)
    given = {"jobId": job, "expect": {"version": 2}}
    answers = await together(*(shop.owner.payload("undoMove", **given) for _ in range(4)))
    assert sorted(map(codes, answers)) == [[], ["CONFLICT"], ["CONFLICT"], ["CONFLICT"]]
    assert (await look(shop.owner, job))["version"] == 3


async def test_a_pause_during_the_visit_is_no_part_of_what_was_to_come(shop: Shop, database: Database) -> None:
    """ST1: a job that has been put on hold before the move, and is undone so, goes on from there when it is active."""
    await automation(shop, shop.stages[0], {"addComment": {"text": "Later"}}, delay=DAY)
    on_hold = await status(shop.owner, "On hold", shop.pipeline)
    job = (await shop.job())["id"]
    await shop.owner.do("setJobStatus", jobId=job, statusId=on_hold)
    since: datetime = await database.value("SELECT paused_at FROM jobs WHERE id = $1", job)
    [before] = await runs(shop, job)
    await move(shop.owner, job, shop.stages[1])
    await undo(shop.owner, job)
    assert await runs(shop, job) == [before]
    await set_state(shop.owner, job, "ACTIVE")
    now: datetime = await database.value("SELECT updated_at FROM jobs WHERE id = $1", job)
    [after] = await runs(shop, job)
    shifted = datetime.fromisoformat(after["dueAt"]) - datetime.fromisoformat(before["dueAt"])
    assert abs(shifted - (now - since)) < timedelta(milliseconds=50)
