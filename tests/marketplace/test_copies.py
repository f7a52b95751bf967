"""Pipelines that are written down, or copied in their firm: nothing of what somebody does not see goes with them."""

from __future__ import annotations

import json
from typing import Any

from engine.enums import AccessRight
from store.database import Database
from tests.access.digest import Unchanged
from tests.marketplace.kit import automations, export, tried
from tests.rules.kit import hidden_job, pipeline
from tests.support.api import Api, Client, Json, Shop

LOOK = {"config": {"addComment": {"text": "Look"}}}
CALL = {"config": {"callWebhook": {"url": "https://hooks.example.com/secret"}}}
CONFIGS = """query ($id: ID!) { pipeline(id: $id) { stages { condition { assignees { members { id } } } automations {
    kind config { ... on CreateJobConfig { pipeline { id } stage { id } } ... on CreateTaskConfig { assignees { id } }
        ... on NotifyMembersConfig { members { id } } } } } } }"""


async def automate(shop: Shop, *some: Json, stage: int = 0) -> None:
    """Gives a stage of the shop's pipeline automations."""
    for one in some:
        await shop.owner.do("createAutomation", stageId=shop.stages[stage], **one)


async def editor(api: Api, shop: Shop, *but: str) -> Client:
    """An employee who edits the shop's pipeline, with all rights but some."""
    rights = [right.value for right in AccessRight if right.value not in but]
    employee = await api.member(shop.owner, rights=rights)
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    return employee


async def hidden(shop: Shop) -> tuple[str, list[str]]:
    """A pipeline that no employee sees."""
    return await pipeline(shop.owner, "Secret one", "Secret two")


async def test_what_names_a_pipeline_that_one_does_not_see_is_left_out(api: Api, shop: Shop) -> None:
    """AC4: neither its name nor its stages' names are in the document, the words or the copy."""
    secret, stages = await hidden(shop)
    job = {"config": {"createJob": {"pipelineId": secret, "stageId": stages[1], "name": "Next"}}}
    await automate(shop, LOOK, job)
    employee = await editor(api, shop)
    written, left_out = await export(employee, shop.pipeline)
    reason = "It names a pipeline that you do not see."
    told = [{"place": "stages[0].automations[1]", "words": "Makes another job for the account", "reason": reason}]
    assert left_out == told
    assert "Payroll" not in json.dumps([written, left_out])
    assert "Secret" not in json.dumps([written, left_out])
    copy = await tried(employee, "duplicatePipeline", pipelineId=shop.pipeline)
    assert (copy["errors"], copy["report"]["leftOut"]) == ([], told)
    assert await automations(employee, copy["pipeline"]["id"]) == [["ADD_COMMENT"], [], []]
    whole, nothing = await export(shop.owner, shop.pipeline)
    assert nothing == []
    assert whole["brings"]["pipelines"] == {"payroll": {"name": "Payroll", "stages": {"secret-two": "Secret two"}}}


async def test_an_address_that_may_be_a_secret_is_for_those_who_may_configure_it(api: Api, shop: Shop) -> None:
    """AC4: the automation is left out for others, and said so."""
    await automate(shop, LOOK, CALL)
    employee = await editor(api, shop, "MANAGE_INTEGRATIONS")
    written, [left] = await export(employee, shop.pipeline)
    assert (left["place"], left["reason"]) == ("stages[0].automations[1]", "It has a setting that you do not see.")
    assert "hooks.example.com" not in json.dumps([written, left])
    copy = await tried(employee, "duplicatePipeline", pipelineId=shop.pipeline)
    assert copy["report"]["leftOut"] == [left]
    assert "hooks.example.com" in json.dumps(await export(shop.owner, shop.pipeline))


async def test_writing_down_and_copying_take_what_editing_takes(api: Api, shop: Shop, database: Database) -> None:
    """AC2, AC4: to see the pipeline, and the right; who does not see it is told that it is not there."""
    blind = await api.member(shop.owner, rights=["MANAGE_PIPELINES"])
    idle = await editor(api, shop, "MANAGE_PIPELINES")
    for mutation in ("exportPipeline", "duplicatePipeline"):
        async with Unchanged(database):
            assert await blind.code(mutation, pipelineId=shop.pipeline) == ("NOT_FOUND", ["input", "pipelineId"])
            [error] = await idle.refused(mutation, pipelineId=shop.pipeline)
            assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_PIPELINES")


async def test_a_copy_takes_the_right_of_every_kind_in_it(api: Api, shop: Shop, database: Database) -> None:
    """AU5: the copy's automations are configured by whoever makes it."""
    given = {"removeMemberIds": [shop.owner.member_id]}
    await automate(shop, {"config": {"updateAccountAccess": given}}, stage=1)
    tag = (await shop.owner.do("createTag", "tag { id }", name="VIP"))["id"]
    await automate(shop, {"config": {"updateTags": {"addTagIds": [tag]}}}, stage=2)
    employee = await editor(api, shop, "MANAGE_ACCOUNTS")
    async with Unchanged(database):
        errors = await employee.refused("duplicatePipeline", pipelineId=shop.pipeline)
    assert [(error["code"], error["path"]) for error in errors] == [("FORBIDDEN", ["input", "pipelineId"])] * 2
    assert errors[0]["message"].startswith("stages[1].automations[0].kind: ")
    assert errors[1]["right"] == "MANAGE_ACCOUNTS"


async def test_who_has_left_is_left_out_of_a_copy_and_conditions_go_on_to_name_them(api: Api, shop: Shop) -> None:
    """PL1, PL5: what would be of no use from the start is not copied, and said so."""
    gone, there = await api.member(shop.owner), await api.member(shop.owner)
    both = [gone.member_id, there.member_id]
    await automate(
        shop,
        {"config": {"createTask": {"title": "Call", "assigneeIds": both}}},
        {"config": {"notifyMembers": {"text": "Look", "memberIds": [gone.member_id]}}},
        {**LOOK, "condition": {"assignees": {"memberIds": [gone.member_id]}}},
    )
    condition = {"assignees": {"memberIds": [gone.member_id]}}
    await shop.owner.do("updateStage", stageId=shop.stages[1], condition=condition)
    await shop.owner.do("deactivateMember", memberId=gone.member_id)
    copy = await tried(shop.owner, "duplicatePipeline", pipelineId=shop.pipeline)
    report = copy["report"]
    assert [(one["part"], one["name"], one["places"]) for one in report["missing"]] == [
        ("MEMBER", "Member 1", ["stages[0].automations[0]", "stages[0].automations[1]"])
    ]
    assert report["leftOut"] == [
        {"place": "stages[0].automations[1]", "words": "Notifies members", "reason": "Say who is to be told."}
    ]
    found = (await shop.owner.query(CONFIGS, id=copy["pipeline"]["id"]))["pipeline"]["stages"]
    task, comment = found[0]["automations"]
    assert task["config"] == {"assignees": [{"id": there.member_id}]}
    assert comment["kind"] == "ADD_COMMENT"
    assert found[1]["condition"] == {"assignees": {"members": [{"id": gone.member_id}]}}


async def test_a_copy_makes_jobs_in_itself_where_the_other_does(shop: Shop) -> None:
    """PL1: what names the pipeline or its stages names the copy's."""
    delay = {"span": {"amount": 1, "unit": "DAYS"}}
    config = {"createJob": {"pipelineId": shop.pipeline, "stageId": shop.stages[1], "name": "Next"}}
    await automate(shop, {"config": config, "delay": delay})
    made = await shop.owner.do(
        "duplicatePipeline", "pipeline { id stages { id } }", pipelineId=shop.pipeline, name="Mine"
    )
    [one] = (await shop.owner.query(CONFIGS, id=made["id"]))["pipeline"]["stages"][0]["automations"]
    assert one["config"] == {"pipeline": {"id": made["id"]}, "stage": {"id": made["stages"][1]["id"]}}


async def test_a_copy_has_no_jobs_and_its_maker_on_the_list(api: Api, shop: Shop) -> None:
    """PL1, AC2: nothing of the other changes."""
    await hidden_job(shop)
    employee, guest = await editor(api, shop), await api.member(shop.owner)
    given: dict[str, Any] = {"pipelineId": shop.pipeline, "availableToIds": [guest.member_id]}
    payload = await tried(employee, "duplicatePipeline", **given)
    query = "query ($id: ID!) { pipeline(id: $id) { name jobCount availableTo { nodes { id } } } }"
    found = (await shop.owner.query(query, id=payload["pipeline"]["id"]))["pipeline"]
    assert (found["name"], found["jobCount"]) == ("Tax (2)", 0)
    assert {one["id"] for one in found["availableTo"]["nodes"]} == {employee.member_id, guest.member_id}
    assert (await shop.owner.query(query, id=shop.pipeline))["pipeline"]["jobCount"] == 1


async def test_a_pipeline_that_is_more_than_a_document_holds_is_not_written_down(
    shop: Shop, database: Database
) -> None:
    """API4: what could not be read again; a copy is made all the same."""
    text = {"config": {"addComment": {"text": "x" * 9_900}}}
    stages = [{"name": f"{n}", "automations": [text] * 20} for n in range(3)]
    made = await shop.owner.do("createPipeline", "pipeline { id }", name="Large", stages=stages)
    async with Unchanged(database):
        refused = await shop.owner.code("exportPipeline", pipelineId=made["id"])
    assert refused == ("TOO_LARGE", ["input", "pipelineId"])
    copy = await tried(shop.owner, "duplicatePipeline", pipelineId=made["id"])
    assert copy["errors"] == []


async def test_what_cannot_be_read_any_more_is_told(shop: Shop, database: Database) -> None:
    """PL1: what an earlier release has written is neither taken along nor left out in silence."""
    await automate(shop, CALL, LOOK)
    await database.rows("UPDATE automation_editions SET config = '{\"links\": 1}' WHERE config ? 'url'")
    told = {"place": "stages[0].automations[0]", "words": "An automation"}
    told["reason"] = "Its configuration cannot be read any more: save it anew."
    written, left_out = await export(shop.owner, shop.pipeline)
    assert (left_out, len(written["stages"][0]["automations"])) == ([told], 1)
    copy = await tried(shop.owner, "duplicatePipeline", pipelineId=shop.pipeline)
    assert (copy["errors"], copy["report"]["leftOut"]) == ([], [told])
    assert await automations(shop.owner, copy["pipeline"]["id"]) == [["ADD_COMMENT"], [], []]
