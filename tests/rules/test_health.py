"""Pipelines tell what of them does not work any more (PL5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from store.database import Database
from tests.rules.kit import pipeline, status
from tests.rules.test_previews import automation, employee
from tests.support.api import Api, Client, Json, Shop
from tests.support.statements import counting

HEALTH = """query ($id: ID!) { pipeline(id: $id) { health {
    automation { id } stage { id } what { __typename id } code message } } }"""


async def health(client: Client, pipeline_id: str) -> list[Json]:
    """What a pipeline says of itself."""
    found: list[Json] = (await client.query(HEALTH, id=pipeline_id))["pipeline"]["health"]
    return found


def problem(automation_id: str | None, stage_id: str | None, kind: str, what: str, code: str, message: str) -> Json:
    """One line of it."""
    return {
        "automation": automation_id and {"id": automation_id},
        "stage": stage_id and {"id": stage_id},
        "what": {"__typename": kind, "id": what},
        "code": code,
        "message": message,
    }


async def test_a_pipeline_in_which_all_is_well_says_nothing(shop: Shop) -> None:
    """PL5: whatever its automations refer to is there."""
    tag = (await shop.owner.do("createTag", "tag { id }", name="VIP"))["id"]
    await automation(shop, shop.stages[1], {"updateTags": {"addTagIds": [tag]}}, condition={"tags": [tag]})
    await automation(shop, shop.stages[1], {"notifyMembers": {"memberIds": [shop.owner.member_id], "text": "Hi"}})
    await shop.owner.do("updateStage", stageId=shop.stages[1], condition={"tags": [tag]})
    assert await health(shop.owner, shop.pipeline) == []


async def test_a_deactivated_member_is_a_problem_wherever_they_are_named(shop: Shop, api: Api) -> None:
    """PL5: in what an automation does, in its condition, in that of a stage, and of a status; until they come back."""
    gone, stage = (await api.member(shop.owner)).member_id, shop.stages[1]
    on_hold = await status(shop.owner, "On hold", shop.pipeline)
    assigned = {"assignees": {"memberIds": [gone]}}
    fine = {"addComment": {"text": "Hello"}}
    first = await automation(shop, stage, {"updateAssignees": {"addMemberIds": [gone, shop.owner.member_id]}})
    await automation(shop, stage, fine)
    third = await automation(shop, stage, fine, condition={"not": assigned})
    await shop.owner.do("updateStage", stageId=stage, condition={"any": [assigned, {"priority": ["LOW"]}]})
    place = {"pipelineId": shop.pipeline, "statusId": on_hold}
    config = {"addComment": {"text": "Hello", "mentionIds": [gone]}}
    of_status = (await shop.owner.do("createAutomation", "automation { id }", **place, config=config))["id"]
    await shop.owner.do("deactivateMember", memberId=gone)
    said = (gone, "DEACTIVATED", "It names a member that has been deactivated: name another one.")
    assert await health(shop.owner, shop.pipeline) == [
        problem(None, stage, "Member", *said),
        problem(first, stage, "Member", *said),
        problem(third, stage, "Member", *said),
        problem(of_status, None, "Member", *said),
    ]
    await shop.owner.do("reactivateMember", memberId=gone)
    assert await health(shop.owner, shop.pipeline) == []


async def test_an_archived_pipeline_is_a_problem_for_what_makes_jobs_in_it(shop: Shop, api: Api) -> None:
    """PL5: to whom does not see it, it is not named."""
    other, _ = await pipeline(shop.owner)
    made = await automation(shop, shop.stages[1], {"createJob": {"pipelineId": other, "name": "Another"}})
    assert await health(shop.owner, shop.pipeline) == []
    await shop.owner.do("archivePipeline", pipelineId=other)
    text = "It names a pipeline that has been archived: name another one."
    expected = problem(made, shop.stages[1], "Pipeline", other, "ARCHIVED", text)
    assert await health(shop.owner, shop.pipeline) == [expected]
    assert await health(await employee(api, shop), shop.pipeline) == [{**expected, "what": None}]
    await shop.owner.do("restorePipeline", pipelineId=other)
    assert await health(shop.owner, shop.pipeline) == []


async def test_a_status_that_is_not_enabled_is_a_problem(shop: Shop, database: Database) -> None:
    """PL5: for what sets it, and for what happens in it; built-in ones always are."""
    on_hold = await status(shop.owner, "On hold", shop.pipeline)
    completed = (await shop.owner.query("{ jobStatuses { id state } }"))["jobStatuses"][1]["id"]
    sets = await automation(shop, shop.stages[1], {"setJobStatus": {"statusId": on_hold}})
    await automation(shop, shop.stages[1], {"setJobStatus": {"statusId": completed}})
    given = {"pipelineId": shop.pipeline, "statusId": on_hold, "config": {"addComment": {"text": "Held"}}}
    of_status = (await shop.owner.do("createAutomation", "automation { id }", **given))["id"]
    assert await health(shop.owner, shop.pipeline) == []
    await database.rows("DELETE FROM pipeline_statuses")
    said = (on_hold, "NOT_ENABLED", "It names a job status that is not enabled in this pipeline: name another one.")
    assert await health(shop.owner, shop.pipeline) == [
        problem(sets, shop.stages[1], "JobStatus", *said),
        problem(of_status, None, "JobStatus", *said),
    ]


GONE: dict[str, tuple[str, str, Json, Callable[[str], Json]]] = {
    "tags": ("createTag", "tag { id }", {"name": "VIP"}, lambda one: {"updateTags": {"addTagIds": [one]}}),
    "account_roles": (
        "createAccountRole",
        "accountRole { id }",
        {"name": "Preparer"},
        lambda one: {"notifyMembers": {"roleIds": [one], "text": "Hello"}},
    ),
    "client_statuses": (
        "createClientStatus",
        "clientStatus { id }",
        {"name": "In review"},
        lambda one: {"setClientStatus": {"clientStatusId": one}},
    ),
    "email_templates": (
        "createEmailTemplate",
        "template { id }",
        {"name": "Hello", "subject": "Hello", "text": "Hello"},
        lambda one: {"sendEmail": {"templateId": one}},
    ),
    "custom_fields": (
        "createCustomField",
        "customField { id }",
        {"name": "City", "kind": "TEXT"},
        lambda one: {"addComment": {"text": "[ACCOUNT_CUSTOM_FIELD:City]"}},
    ),
}
"""What can be gone, by its table: how it is made, and what names it."""


@pytest.mark.parametrize("table", GONE)
async def test_what_is_gone_is_a_problem(shop: Shop, database: Database, table: str) -> None:
    """PL5: deleting it is refused while it is named (PL4), so it is taken away behind the back of the rules."""
    mutation, selection, given, config = GONE[table]
    one = (await shop.owner.do(mutation, selection, **given))["id"]
    made = await automation(shop, shop.stages[1], config(one))
    assert await health(shop.owner, shop.pipeline) == []
    await database.rows(f"DELETE FROM {table} WHERE id = $1", one)
    [found] = await health(shop.owner, shop.pipeline)
    assert (found["automation"], found["what"], found["code"]) == ({"id": made}, None, "NOT_FOUND")
    assert found["message"].endswith("that is gone: name another one.")


async def test_what_was_deleted_or_edited_is_no_problem_any_more(shop: Shop, api: Api) -> None:
    """PL4, PL5: it is the edition in use that counts."""
    gone = (await api.member(shop.owner)).member_id
    config = {"notifyMembers": {"memberIds": [gone], "text": "Hello"}}
    edited, deleted = [await automation(shop, shop.stages[1], config) for _ in range(2)]
    await shop.owner.do("deactivateMember", memberId=gone)
    assert len(await health(shop.owner, shop.pipeline)) == 2
    config = {"notifyMembers": {"memberIds": [shop.owner.member_id], "text": "Hello"}}
    await shop.owner.do("updateAutomation", automationId=edited, config=config)
    await shop.owner.do("deleteAutomation", automationId=deleted)
    assert await health(shop.owner, shop.pipeline) == []


async def test_the_health_of_all_pipelines_is_one_statement(shop: Shop, api: Api, database: Database) -> None:
    """However many there are, and whatever is wrong with them."""
    gone = (await api.member(shop.owner)).member_id
    document = """{ pipelines(first: 50) { nodes { health {
        automation { id config { __typename } } stage { id name } what { id } message } } } }"""
    counts, lengths = [], []
    for n in range(3):
        _, stages = await pipeline(shop.owner, *(f"Stage {m}" for m in range(n + 2)))
        for stage in stages:
            await automation(shop, stage, {"updateAssignees": {"addMemberIds": [gone]}})
        if n == 0:
            await shop.owner.do("deactivateMember", memberId=gone)
            await shop.owner.do("reactivateMember", memberId=gone)
    await shop.owner.do("deactivateMember", memberId=gone)
    for first in (1, 50):
        with counting(database) as statements:
            found: Any = await shop.owner.query(document.replace("50", str(first)))
        counts.append(len(statements))
        lengths.append(sum(len(one["health"]) for one in found["pipelines"]["nodes"]))
    assert lengths == [2, 9]
    assert counts[0] == counts[1]
