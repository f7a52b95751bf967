"""What an automation says and does for those who may not see the account it is about (AC3, AC4, AU5)."""

from __future__ import annotations

from typing import Any

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


async def private(shop: Shop) -> Json:
    """An account of which only the owner sees the whole: its id as an input, with a custom field and a contact."""
    field = await shop.owner.do("createCustomField", "customField { id }", name="TaxID", kind="TEXT")
    values = [{"fieldId": field["id"], "value": "DE123"}]
    made = await shop.owner.do("createAccount", "account { id }", name="Private", setCustomFields=values)
    await shop.owner.do("createContact", name="Ann Secret", email="ann@client.test", accountIds=[made["id"]])
    return {"accountId": made["id"]}


async def forbidden(member: Client, mutation: str, path: list[str], **given: Any) -> None:
    """The mutation takes the right to see every account, and does nothing."""
    [error] = await member.refused(mutation, **given)
    assert (error["code"], error["right"], error["path"]) == ("FORBIDDEN", "VIEW_ALL_ACCOUNTS", ["input", *path])


async def test_job_templates_that_tell_of_contacts_and_fields_take_the_right_to_see_them(shop: Shop, api: Api) -> None:
    """AC3: to write them, to have jobs begin with them, and to have automations make jobs by them."""
    await private(shop)
    member = await editor(shop, api)
    told = {"description": "c=[CONTACT_NAME]"}
    given = {"name": "Private", "jobName": "Books", **told}
    theirs = await shop.owner.do("createJobTemplate", "jobTemplate { id }", **given)
    plain = await member.do("createJobTemplate", "jobTemplate { id }", name="Plain", jobName="For [ACCOUNT_NAME]")
    makes = {"createJob": {"pipelineId": shop.pipeline, "templateId": theirs["id"]}}
    before = await digest(api.database)
    named = {"name": "Mine", "jobName": "[ACCOUNT_CUSTOM_FIELD:TaxID]"}
    await forbidden(member, "createJobTemplate", ["jobName"], **named)
    await forbidden(member, "updateJobTemplate", ["description"], jobTemplateId=plain["id"], **told)
    more = {"description": "v=[ACCOUNT_CUSTOM_FIELD:TaxID]"}
    await forbidden(member, "updateJobTemplate", ["description"], jobTemplateId=theirs["id"], **more)
    await forbidden(member, "updatePipeline", ["jobTemplateId"], pipelineId=shop.pipeline, jobTemplateId=theirs["id"])
    stages = [{"name": "One"}, {"name": "Two"}]
    await forbidden(member, "createPipeline", ["jobTemplateId"], name="Mine", stages=stages, jobTemplateId=theirs["id"])
    path = ["config", "createJob", "templateId"]
    await forbidden(member, "createAutomation", path, stageId=shop.stages[1], config=makes)
    assert await digest(api.database) == before
    await member.do("updateJobTemplate", jobTemplateId=theirs["id"], name="Renamed", priority="HIGH")
    seeing = await editor(shop, api, "VIEW_ALL_ACCOUNTS")
    await seeing.do("updateJobTemplate", jobTemplateId=plain["id"], **told)
    await seeing.do("updatePipeline", pipelineId=shop.pipeline, jobTemplateId=theirs["id"])
    await seeing.do("createAutomation", stageId=shop.stages[1], config=makes)


async def test_who_edits_whom_a_text_goes_to_needs_the_right_that_it_takes(shop: Shop, api: Api) -> None:
    """AC3: the same words told to others tell more; what another has configured stays when the rest is edited."""
    await private(shop)
    member = await editor(shop, api)
    config: Json = {"text": "v=[ACCOUNT_CUSTOM_FIELD:TaxID]", "memberIds": [shop.owner.member_id]}
    given = {"stageId": shop.stages[1], "config": {"notifyMembers": config}}
    made = await shop.owner.do("createAutomation", "automation { id }", **given)
    before = await digest(api.database)
    for more in ({"memberIds": [shop.owner.member_id, member.member_id]}, {"assignees": True}):
        edit = {"automationId": made["id"], "config": {"notifyMembers": {**config, **more}}}
        await forbidden(member, "updateAutomation", ["config", "notifyMembers", "text"], **edit)
    assert await digest(api.database) == before
    delay = {"span": {"amount": 1, "unit": "DAYS"}}
    await member.do("updateAutomation", automationId=made["id"], delay=delay, config={"notifyMembers": config})
    less = {"notifyMembers": {**config, "text": "Look", "assignees": True}}
    await member.do("updateAutomation", automationId=made["id"], config=less)


async def test_an_email_to_members_tells_of_the_account_what_each_may_see(shop: Shop, api: Api) -> None:
    """AC3: contacts and custom fields stand for nothing where the member has no access to the whole account."""
    account = await private(shop)
    outsider = await editor(shop, api)
    insider = await api.member(shop.owner, accounts=[account["accountId"]])
    seeing = await api.member(shop.owner, rights=["VIEW_ALL_ACCOUNTS"])
    role = await shop.owner.do("createAccountRole", "accountRole { id }", name="Preparer")
    holder = {"accountRoleId": role["id"], "memberId": outsider.member_id}
    await shop.owner.do("updateAccount", **account, addRoles=[holder])
    given = {"name": "Begun", "subject": "[JOB_NAME]", "text": "Begun"}
    template = await shop.owner.do("createEmailTemplate", "template { id }", **given)
    people = [member.member_id for member in (shop.owner, insider, seeing)]
    config = {"templateId": template["id"], "toContacts": False, "memberIds": people, "roleIds": [role["id"]]}
    await shop.owner.do("createAutomation", stageId=shop.stages[1], config={"sendEmail": config})
    text = "v=[ACCOUNT_CUSTOM_FIELD:TaxID] c=[CONTACT_NAME] a=[ACCOUNT_NAME]"
    await outsider.do("updateEmailTemplate", templateId=template["id"], text=text)
    job = await shop.job(**account)
    await shop.owner.do("moveJob", jobId=job["id"], stageId=shop.stages[1], expect={"version": 1})
    document = "{ emails { nodes { text member { id } } } }"
    told = {one["member"]["id"]: one["text"] for one in (await shop.owner.query(document))["emails"]["nodes"]}
    assert told == {
        **dict.fromkeys(people, "v=DE123 c=Ann Secret a=Private"),
        outsider.member_id: "v= c= a=Private",
    }
    assert [one["text"] for one in (await outsider.query(document))["emails"]["nodes"]] == ["v= c= a=Private"]


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
