"""Message threads: said by both sides, done with the client's tasks, or with the client's answer (AI1)."""

from __future__ import annotations

import asyncio

import pytest

from tests.access.digest import Unchanged
from tests.items.kit import Front, codes, done, to_dos
from tests.portal.kit import Guest, guest
from tests.support.api import Api, Json

QUESTION: Json = {"messageThread": {"text": "How many children, [CONTACT_FIRST_NAME]?"}}
TASKS: Json = {"messageThread": {"text": "Please:", "tasks": ["Sign at the bank", "Call back"]}}


async def test_a_question_is_done_with_its_answer(desk: Front, ann: Guest) -> None:
    """AI1: sent, seen, answered; the firm is told, and both sides read what was said."""
    me = (await desk.owner.query("{ viewer { member { name } } }"))["viewer"]["member"]["name"]
    job = (await desk.shop.job("Taxes", assigneeIds=[desk.owner.member_id]))["id"]
    item = await desk.item(QUESTION, jobId=job, title="Children", dueDate="2026-12-24")
    assert (item["state"], item["open"], item["links"]) == ("SENT", True, [{"job": {"id": job}, "blocking": True}])
    await desk.work()
    letter = desk.office.received[-1]
    assert letter.envelope_to == ["ann@client.test"]
    assert "asks you to answer its message" in letter.part("plain")
    assert "Please by 24 December 2026." in letter.part("plain")
    [shown] = await to_dos(ann, open=True)
    assert shown["messages"]["nodes"] == [{"text": "How many children, Ann?", "fromFirm": True, "authorName": me}]
    assert (shown["account"]["name"], shown["senderName"], shown["dueDate"]) == ("Acme", me, "2026-12-24")
    assert (await done(ann, "markPortalItemSeen", itemId=item["id"]))["state"] == "SEEN"
    shown = await done(ann, "postPortalMessage", itemId=item["id"], text="Two.")
    assert (shown["state"], shown["open"]) == ("DONE", False)
    found = await desk.look_at(item["id"])
    assert (found["state"], found["messages"]["nodes"][1]) == (
        "DONE",
        {"text": "Two.", "author": None, "contact": {"name": "Ann"}},
    )
    assert await desk.told() == ["Ann has answered Children."]
    assert await to_dos(ann, open=True) == []
    await done(ann, "postPortalMessage", itemId=item["id"], text="No, three.")
    assert len((await desk.look_at(item["id"]))["messages"]["nodes"]) == 3


async def test_a_thread_with_tasks_is_done_with_the_last_of_them(desk: Front, ann: Guest) -> None:
    """AI1: an answer alone does not do; a task may be taken back before the last, and the firm may add some."""
    item = await desk.item(TASKS)
    first, second = [task["id"] for task in item["clientTasks"]]
    assert (await done(ann, "postPortalMessage", itemId=item["id"], text="Soon."))["state"] == "STARTED"
    await done(ann, "setClientTaskDone", clientTaskId=first)
    await done(ann, "setClientTaskDone", clientTaskId=first, done=False)
    more = {"itemId": item["id"], "title": "Write"}
    third = (await desk.owner.do("addClientTask", "clientTask { id }", **more))["id"]
    for task in (first, second):
        assert (await done(ann, "setClientTaskDone", clientTaskId=task))["open"] is True
    shown = await done(ann, "setClientTaskDone", clientTaskId=third)
    assert (shown["state"], [task["done"] for task in shown["clientTasks"]]) == ("DONE", [True] * 3)


async def test_taking_the_last_open_task_away_finishes_a_thread_as_well(desk: Front, ann: Guest) -> None:
    """AI1: what is left is done."""
    item = await desk.item(TASKS)
    first, second = [task["id"] for task in item["clientTasks"]]
    await done(ann, "setClientTaskDone", clientTaskId=first)
    left = await desk.owner.do("removeClientTask", "item { state }", clientTaskId=second)
    assert left == {"state": "DONE"}


async def test_members_finish_reopen_and_cancel_a_thread(desk: Front, ann: Guest) -> None:
    """AI3; what is cancelled takes no answer, and is shown as that."""
    item = await desk.item(QUESTION)
    for mutation, state in (("completeItem", "DONE"), ("reopenItem", "SENT"), ("cancelItem", "CANCELLED")):
        assert (await desk.owner.do(mutation, "item { state }", itemId=item["id"]))["state"] == state
    [shown] = await to_dos(ann)
    assert (shown["state"], shown["open"]) == ("CANCELLED", False)
    async with Unchanged(desk.database):
        wrong = await codes(ann, "postPortalMessage", itemId=item["id"], text="Two.")
        assert wrong == [("CLOSED", ["input", "itemId"])]
        assert await desk.owner.code("postMessage", itemId=item["id"], text="Well?") == ("CLOSED", ["input", "itemId"])
        assert await desk.owner.code("updateItem", itemId=item["id"], title="X") == ("CLOSED", ["input", "itemId"])


async def test_what_is_not_the_clients_own_is_not_there(desk: Front, ann: Guest) -> None:
    """AC5: another account's thread and its tasks, a draft, a task of members; nothing changes."""
    other = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    bob = await guest(desk, "Bob", other)
    item = await desk.item(TASKS)
    draft = await desk.item(TASKS, send=False)
    task = (await desk.owner.do("createTask", "task { id }", title="Check"))["id"]
    async with Unchanged(desk.database):
        for client, wrong in ((bob, item["id"]), (ann, draft["id"]), (ann, task), (ann, "thread_x"), (ann, "")):
            for mutation, more in (("postPortalMessage", {"text": "Hi"}), ("markPortalItemSeen", {})):
                assert await codes(client, mutation, itemId=wrong, **more) == [("NOT_FOUND", ["input", "itemId"])]
        for client, of in ((bob, item), (ann, draft)):
            given = {"clientTaskId": of["clientTasks"][0]["id"]}
            assert await codes(client, "setClientTaskDone", **given) == [("NOT_FOUND", ["input", "clientTaskId"])]
        assert await to_dos(bob) == []
        assert [shown["id"] for shown in await to_dos(ann)] == [item["id"]]
        one = "query ($id: ID!) { portal { item(id: $id) { id } } }"
        assert (await bob.query(one, id=item["id"]))["portal"] == {"item": None}


async def test_two_contacts_who_finish_at_the_same_instant_finish_once(desk: Front, ann: Guest) -> None:
    """AM3: the job moves once, one is told once."""
    bob = await guest(desk, "Bob")
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    job = (await desk.shop.job("Taxes", assigneeIds=[desk.owner.member_id]))["id"]
    item = await desk.item(TASKS, jobId=job)
    tasks = [task["id"] for task in item["clientTasks"]]
    await asyncio.gather(
        *(done(who, "setClientTaskDone", clientTaskId=one) for who, one in zip((ann, bob), tasks, strict=True))
    )
    await desk.work()
    assert (await desk.look_at(item["id"]))["state"] == "DONE"
    assert await desk.stage_of(job) == 1
    assert len(await desk.told()) == 1


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"content": {"messageThread": {"text": " "}}}, "REQUIRED", ["content", "messageThread", "text"]),
        (
            {"content": {"messageThread": {"text": "Hi", "tasks": ["a", ""]}}},
            "REQUIRED",
            ["content", "messageThread", "tasks", "1"],
        ),
        (
            {"content": {"messageThread": {"text": "Hi", "tasks": ["a"] * 51}}},
            "TOO_MANY",
            ["content", "messageThread", "tasks"],
        ),
        ({"content": {"messageThread": {"text": "[NOW]"}}}, "UNKNOWN_SHORTCODE", ["content", "messageThread"]),
        ({"content": {"messageThread": {"text": "[JOB_NAME]"}}}, "REQUIRED", ["jobId"]),
        ({"content": QUESTION, "title": ""}, "REQUIRED", ["title"]),
        ({"content": QUESTION, "message": "x" * 10_001}, "TOO_LONG", ["message"]),
        ({"content": QUESTION, "reminders": {"everyDays": 0}}, "INVALID", ["reminders", "everyDays"]),
        ({"content": QUESTION, "reminders": {"times": 0}}, "INVALID", ["reminders", "times"]),
    ],
)
async def test_what_makes_no_thread_is_refused_and_named(
    desk: Front, ann: Guest, given: Json, code: str, path: list[str]
) -> None:
    """API1."""
    given = {"accountId": desk.shop.account, "title": "Talk", **given}
    async with Unchanged(desk.database):
        assert await desk.owner.code("createItem", **given) == (code, ["input", *path])


async def test_who_sees_the_account_or_a_job_sees_the_thread(api: Api, desk: Front, ann: Guest) -> None:
    """AC3, AC4: and nobody else; the words of its e-mails are for those with access to the account."""
    job = (await desk.shop.job())["id"]
    item = await desk.item(QUESTION, jobId=job, message="Dear all")
    inside = await api.member(desk.owner, accounts=[desk.shop.account])
    beside, outside = await api.member(desk.owner), await api.member(desk.owner)
    ids = [one.member_id for one in (inside, beside, outside)]
    await desk.owner.do("updatePipeline", pipelineId=desk.shop.pipeline, addAvailableToIds=ids)
    await desk.owner.do("updateJob", jobId=job, addAssigneeIds=[beside.member_id])
    seen = [await desk.look_at(item["id"], one) for one in (inside, beside, outside)]
    assert [one and one["sending"]["message"] for one in seen] == ["Dear all", None, None]
    assert seen[2] is None
    async with Unchanged(desk.database):
        assert (await outside.code("postMessage", itemId=item["id"], text="Hi"))[0] == "NOT_FOUND"
        assert (await outside.code("cancelItem", itemId=item["id"]))[0] == "NOT_FOUND"
