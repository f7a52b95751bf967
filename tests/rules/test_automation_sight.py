"""What an automation says and does for those who may not see the account it is about (AC3, AC4, AU5)."""

from __future__ import annotations

import pytest

from tests.access.digest import digest
from tests.support.api import Api, Client, Json, Shop


async def editor(shop: Shop, api: Api, *rights: str) -> Client:
    """An employee who edits the shop's pipeline, and has access to no account."""
    member = await api.member(shop.owner, rights=["MANAGE_PIPELINES", "MANAGE_TEMPLATES", *rights])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[member.member_id])
    return member


@pytest.mark.parametrize(
    ("kind", "name"), [("createTask", "assigneeIds"), ("updateAssignees", "addMemberIds"), ("createJob", "assigneeIds")]
)
async def test_nobody_lets_an_automation_show_them_what_they_may_not_see(
    shop: Shop, api: Api, kind: str, name: str
) -> None:
    """AU5, AC3: to name oneself as who works on every job takes the right to see every account."""
    member = await editor(shop, api)
    more: Json = {"createTask": {"title": "Look"}, "createJob": {"pipelineId": shop.pipeline, "name": "Look"}}
    config = {kind: {**more.get(kind, {}), name: [member.member_id]}}
    before = await digest(api.database)
    [error] = await member.refused("createAutomation", stageId=shop.stages[1], config=config)
    assert (error["code"], error["right"]) == ("FORBIDDEN", "VIEW_ALL_ACCOUNTS")
    assert error["path"] == ["input", "config", kind, name]
    assert await digest(api.database) == before
    seeing = await editor(shop, api, "VIEW_ALL_ACCOUNTS")
    config[kind][name] = [seeing.member_id]
    made = await seeing.do("createAutomation", "automation { id }", stageId=shop.stages[1], config=config)
    delay = {"span": {"amount": 1, "unit": "DAYS"}}  # and what stands there may stay, whoever edits the rest
    await member.do("updateAutomation", automationId=made["id"], delay=delay)


async def test_texts_that_tell_of_contacts_and_fields_take_the_right_to_see_them(shop: Shop, api: Api) -> None:
    """AC3: whoever sees the job reads the comment; contacts and custom fields are for those with the whole account."""
    field = await shop.owner.do("createCustomField", "customField { id }", name="TaxID", kind="TEXT")
    assert field
    member = await editor(shop, api)
    before = await digest(api.database)
    for text in ("v=[ACCOUNT_CUSTOM_FIELD:TaxID]", "c=[CONTACT_NAME]"):
        config = {"addComment": {"text": text}}
        [error] = await member.refused("createAutomation", stageId=shop.stages[1], config=config)
        assert (error["code"], error["right"]) == ("FORBIDDEN", "VIEW_ALL_ACCOUNTS")
        assert error["path"] == ["input", "config", "addComment", "text"]
    assert await digest(api.database) == before
    config = {"addComment": {"text": "For [ACCOUNT_NAME]"}}
    await member.do("createAutomation", "automation { id }", stageId=shop.stages[1], config=config)


async def test_a_test_email_tells_no_more_than_its_reader_may_see(shop: Shop, api: Api) -> None:
    """AC3: with a job of an account that one does not see the whole of, nothing of it is filled in."""
    member = await editor(shop, api)
    given = {"name": "Hello", "subject": "Hello", "text": "Dear [CONTACT_NAME]"}
    template = await shop.owner.do("createEmailTemplate", "template { id }", **given)
    job = await shop.job(assigneeIds=[member.member_id])
    before = await digest(api.database)
    asked = {"templateId": template["id"], "jobId": job["id"]}
    assert await member.code("sendTestEmail", **asked) == ("NOT_FOUND", ["input", "jobId"])
    assert await digest(api.database) == before


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("addComment", "mentionIds"),
        ("createTask", "assigneeIds"),
        ("updateAssignees", "addMemberIds"),
        ("createJob", "assigneeIds"),
        ("notifyMembers", "memberIds"),
        ("updateAccountAccess", "addMemberIds"),
    ],
)
async def test_who_is_deactivated_is_given_nothing_by_automations(shop: Shop, api: Api, kind: str, name: str) -> None:
    """PL4: nor can they be named any more, with the field that names them."""
    gone = await api.member(shop.owner)
    await shop.owner.do("deactivateMember", memberId=gone.member_id)
    more: Json = {
        "addComment": {"text": "Look"},
        "createTask": {"title": "Look"},
        "createJob": {"pipelineId": shop.pipeline, "name": "Look"},
        "notifyMembers": {"text": "Look"},
    }
    before = await digest(api.database)
    config = {kind: {**more.get(kind, {}), name: [gone.member_id]}}
    refused = await shop.owner.code("createAutomation", stageId=shop.stages[1], config=config)
    assert refused == ("DEACTIVATED", ["input", "config", kind, name])
    assert await digest(api.database) == before
