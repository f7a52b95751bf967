"""Pipelines that come with the automations of their stages."""

from __future__ import annotations

from tests.access.digest import digest
from tests.support.api import Api, Json, Shop

MADE = """pipeline { id stages { name automations {
    kind position delay { span { amount unit } } condition { priority } } } }"""


def pipeline(*automations: Json) -> Json:
    """What a pipeline of two stages is made from; the automations are those of the second."""
    return {"name": "Tax", "stages": [{"name": "First"}, {"name": "Second", "automations": list(automations)}]}


async def test_a_pipeline_is_made_with_the_automations_of_its_stages(shop: Shop) -> None:
    """AU1: in the order given, each with its condition and delay; they run on the next entry."""
    comment = {"config": {"addComment": {"text": "Hello"}}, "delay": {"span": {"amount": 2, "unit": "DAYS"}}}
    urgent = {"config": {"setPriority": {"priority": "URGENT"}}, "condition": {"priority": ["LOW"]}}
    made = await shop.owner.do("createPipeline", MADE, **pipeline(comment, urgent))
    assert [stage["automations"] for stage in made["stages"]] == [
        [],
        [
            {"kind": "ADD_COMMENT", "position": 0, "delay": {"span": {"amount": 2, "unit": "DAYS"}}, "condition": None},
            {"kind": "SET_PRIORITY", "position": 1, "delay": None, "condition": {"priority": ["LOW"]}},
        ],
    ]
    given = {"accountId": shop.account, "pipelineId": made["id"], "name": "Return", "priority": "LOW"}
    given["stageId"] = (
        await shop.owner.query("query ($id: ID!) { pipeline(id: $id) { stages { id } } }", id=made["id"])
    )["pipeline"]["stages"][1]["id"]
    job = await shop.owner.do("createJob", "job { priority runs { nodes { state } } }", **given)
    assert job == {"priority": "URGENT", "runs": {"nodes": [{"state": "SCHEDULED"}, {"state": "DONE"}]}}


async def test_what_is_wrong_with_one_of_them_is_named_and_nothing_is_made(shop: Shop, api: Api) -> None:
    """API1: the path leads to the field, through stage and automation."""
    before = await digest(api.database)
    first: Json = {"config": {"addComment": {"text": "Hello"}}}
    where = ["input", "stages", "1", "automations", "1"]
    for wrong, code, path in (
        (
            {"config": {"addComment": {"text": "[ACCOUNT_NAMES]"}}},
            "UNKNOWN_SHORTCODE",
            ["config", "addComment", "text"],
        ),
        ({"config": {"updateTags": {}}}, "REQUIRED", ["config", "updateTags"]),
        ({**first, "delay": {"span": {"amount": 0, "unit": "DAYS"}}}, "INVALID", ["delay", "span", "amount"]),
    ):
        assert await shop.owner.code("createPipeline", **pipeline(first, wrong)) == (code, [*where, *path])
    most = pipeline(*[first] * 101)
    assert await shop.owner.code("createPipeline", **most) == ("TOO_MANY", ["input", "stages", "1", "automations"])
    assert await digest(api.database) == before


async def test_each_kind_takes_its_right_there_as_well(shop: Shop, api: Api) -> None:
    """AU5: who may make pipelines may not, by that alone, have webhooks called or access changed."""
    maker = await api.member(shop.owner, rights=["MANAGE_PIPELINES"])
    before = await digest(api.database)
    hook = {"config": {"callWebhook": {"url": "https://hooks.example.com/"}}}
    access = {"config": {"updateAccountAccess": {"addMemberIds": [maker.member_id]}}}
    for automation in (hook, access):
        [error] = await maker.refused("createPipeline", **pipeline(automation))
        assert (error["code"], error["path"]) == (
            "FORBIDDEN",
            ["input", "stages", "1", "automations", "0", "config"],
        )
    assert await digest(api.database) == before
