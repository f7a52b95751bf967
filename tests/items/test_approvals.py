"""Approvals: a client approves a document, or says why not; the last word counts until it is approved."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tests.access.digest import Unchanged
from tests.items.views import item, made, refusal, shown, stage, told
from tests.portal.kit import Guest, guest
from tests.support.api import Api, Json
from tests.support.desk import Desk
from tests.support.documents import firms_document


async def approval(desk: Desk, **given: Any) -> str:
    """A document of the firm's own to be approved."""
    form = await firms_document(desk.database, desk.shop.account)
    return await made(desk, {"approval": {"documentId": form, "text": "Look"}}, **given)


async def answers(client: Guest, item_id: str, *, approved: bool, **given: Any) -> Json:
    """A client answers; what the portal does."""
    said = {"itemId": item_id, "approved": approved, **given}
    return await client.payload("answerApproval", "item { state open }", **said)


async def document_of(desk: Desk, item_id: str) -> str:
    """The document that an item is about."""
    return str((await item(desk.owner, item_id))["details"]["content"]["document"]["id"])


async def test_a_client_who_does_not_approve_may_still_do_so(desk: Desk) -> None:
    """AI1, AM2: the refusal is told and shown, and holds the job; the approval lets it go on."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    job = (await desk.shop.job())["id"]
    one = await approval(desk, jobId=job, title="The accounts")
    found = await shown(ann, one)
    assert (found["state"], found["text"], found["document"]["name"], found["answer"]) == (
        "SENT",
        "Look",
        "form.pdf",
        None,
    )
    payload = await answers(ann, one, approved=False, comment="Page 2 is wrong")
    assert payload == {"item": {"state": "STARTED", "open": True}, "errors": []}
    answer = (await shown(bob, one))["answer"]
    assert (answer["approved"], answer["comment"], answer["name"]) == (False, "Page 2 is wrong", "Ann")
    assert (await item(desk.owner, one))["details"]["answer"]["contact"] == {"id": ann.member_id}
    assert (await told(desk), await stage(desk, job)) == (["Ann has not approved The accounts."], 0)
    assert await answers(bob, one, approved=True) == {"item": {"state": "DONE", "open": False}, "errors": []}
    assert await stage(desk, job) == 1
    assert await told(desk) == ["Bob has approved The accounts.", "Ann has not approved The accounts."]
    last = (await item(desk.owner, one))["details"]["answer"]
    assert (last["approved"], last["comment"], last["name"]) == (True, None, "Bob")


async def test_an_answer_ends_the_reminders(desk: Desk) -> None:
    """RM1: also one that says no."""
    ann = await guest(desk, "Ann")
    one = await approval(desk)
    due = "SELECT count(*) FROM due WHERE subject_id = $1"
    assert await desk.database.value(due, one) == 1
    await answers(ann, one, approved=False)
    assert await desk.database.value(due, one) == 0


async def test_members_complete_it_and_open_it_again(desk: Desk) -> None:
    """MV5, AI3: what was answered is asked anew; once its document is gone there is nothing more to ask."""
    ann = await guest(desk, "Ann")
    one = await approval(desk)
    form = await document_of(desk, one)
    await desk.owner.do("completeItem", itemId=one)
    async with Unchanged(desk.database):
        said = {"itemId": one, "approved": True}
        assert await refusal(ann, "answerApproval", **said) == ("CLOSED", ["input", "itemId"])
    await desk.owner.do("unshareDocument", documentId=form)
    await desk.owner.do("reopenItem", itemId=one)
    assert (await shown(ann, one))["document"] == {"id": form, "name": "form.pdf"}  # shared again
    await answers(ann, one, approved=False)
    await desk.owner.do("completeItem", itemId=one)
    await desk.owner.do("reopenItem", itemId=one)
    assert (await shown(ann, one))["answer"]["approved"] is False  # nobody has said anything else
    await answers(ann, one, approved=True)
    await desk.owner.do("reopenItem", itemId=one)
    assert (await shown(ann, one))["answer"] is None
    await desk.owner.do("cancelItem", itemId=one)
    await desk.owner.do("deleteDocument", documentId=form)
    async with Unchanged(desk.database):
        assert await desk.owner.code("reopenItem", itemId=one) == ("CLOSED", None)


async def test_two_approvals_at_the_same_instant_finish_it_once(desk: Desk) -> None:
    """AM3: the second is told that it is over; the job moves once."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    for _ in range(5):
        job = (await desk.shop.job())["id"]
        one = await approval(desk, jobId=job)
        found = await asyncio.gather(*(answers(who, one, approved=True) for who in (ann, bob)))
        assert sorted([error["code"] for error in answer["errors"]] for answer in found) == [[], ["CLOSED"]]
        assert await stage(desk, job) == 1
    assert len(await told(desk)) == 5


async def test_an_automation_asks_for_it(desk: Desk) -> None:
    """AU7: made in the job, with its template's document; the approval lets the job go on."""
    ann = await guest(desk, "Ann")
    form = await firms_document(desk.database, desk.shop.account)
    content = {"approval": {"documentId": form, "text": "For [JOB_NAME]"}}
    given = {"name": "Look", "title": "Please look", "content": content}
    template = (await desk.owner.do("createItemTemplate", "template { id }", **given))["id"]
    config = {"requestApproval": {"templateId": template}}
    await desk.owner.do("createAutomation", stageId=desk.shop.stages[1], config=config)
    await desk.owner.do("updateStage", stageId=desk.shop.stages[1], automove="WHEN_ITEMS_DONE")
    job = await desk.move(name="Books")
    [one] = [thing["id"] for thing in (await desk.run(job))["made"] if thing["id"].startswith("approval_")]
    found = await shown(ann, one)
    assert (found["text"], found["document"]["id"]) == ("For Books", form)
    await answers(ann, one, approved=True)
    assert await stage(desk, job) == 2


WRONG: Mapping[str, tuple[Json, tuple[str, list[str]]]] = {
    "too much": ({"comment": "x" * 10_001}, ("TOO_LONG", ["input", "comment"])),
    "nothing": ({"itemId": "approval_0"}, ("NOT_FOUND", ["input", "itemId"])),
}


@pytest.mark.parametrize("what", WRONG)
async def test_an_answer_that_will_not_do_is_refused(desk: Desk, what: str) -> None:
    """Nothing is kept of it."""
    ann, (wrong, expected) = await guest(desk, "Ann"), WRONG[what]
    one = await approval(desk)
    async with Unchanged(desk.database):
        assert await refusal(ann, "answerApproval", **{"itemId": one, "approved": False, **wrong}) == expected


async def test_another_clients_approval_is_none(desk: Desk) -> None:
    """AC5: nor is one that was cancelled to be answered, nor another kind of item."""
    ann = await guest(desk, "Ann")
    other = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    eve = await guest(desk, "Eve", other)
    one, cancelled = await approval(desk), await approval(desk)
    await desk.owner.do("cancelItem", itemId=cancelled)
    thread = await made(desk, {"messageThread": {"text": "Hello"}})
    async with Unchanged(desk.database):
        cases = ((eve, one, "NOT_FOUND"), (ann, cancelled, "CLOSED"), (ann, thread, "NOT_FOUND"))
        for who, item_id, code in cases:
            said = {"itemId": item_id, "approved": True}
            assert await refusal(who, "answerApproval", **said) == (code, ["input", "itemId"])
        document = "mutation ($input: AnswerApprovalInput!) { answerApproval(input: $input) { errors { code } } }"
        found = await desk.owner.query(document, input={"itemId": one, "approved": True})
        assert found["answerApproval"]["errors"] == [{"code": "FORBIDDEN"}]


async def test_only_who_manages_documents_sees_what_was_answered(desk: Desk, api: Api) -> None:
    """AC3: the comment is in no notification either, which go to who may see less."""
    ann = await guest(desk, "Ann")
    clerk = await api.member(desk.owner, accounts=[desk.shop.account])
    await desk.owner.do("updatePipeline", pipelineId=desk.shop.pipeline, addAvailableToIds=[clerk.member_id])
    job = (await desk.shop.job(assigneeIds=[clerk.member_id]))["id"]
    one = await approval(desk, jobId=job)
    await answers(ann, one, approved=False, comment="My secret")
    assert (await item(clerk, one))["details"] is None
    assert await told(desk, clerk) == ["Ann has not approved Please."]
    async with Unchanged(desk.database):
        assert await clerk.code("completeItem", itemId=one) == ("FORBIDDEN", ["input", "itemId"])
