"""Conditions in the API: what is refused, shown and loaded, and what they keep from deletion (CN1, PL4)."""

from __future__ import annotations

from typing import Any

import pytest

from engine.automating import conditions
from engine.automating.conditions import AssigneesTest, Condition, FieldTest
from engine.enums import Priority
from store.database import Database
from tests.rules.kit import codes, digest, pipeline, together
from tests.support.api import Api, Client, Json, Shop
from tests.support.statements import counting

TESTS = """tags { id name } priority assignees { members { id } nobody }
    customField { field { id } isSet isOneOf contains atLeast atMost }"""
STAGE = f"stage {{ condition {{ {TESTS} not {{ {TESTS} }} all {{ {TESTS} any {{ {TESTS} }} }} }} }}"


async def made(client: Client, mutation: str, thing: str, **given: Any) -> str:
    """The id of a new thing."""
    return str((await client.do(mutation, f"{thing} {{ id }}", **given))["id"])


async def field(client: Client, kind: str, **given: Any) -> str:
    """A new custom field, named as its kind."""
    return await made(client, "createCustomField", "customField", name=kind.title(), kind=kind, **given)


def given_parts(node: Any) -> Any:
    """What of an answer has a value."""
    if isinstance(node, dict):
        return {name: given_parts(part) for name, part in node.items() if part is not None}
    return [given_parts(part) for part in node] if isinstance(node, list) else node


async def test_a_condition_is_shown_as_it_was_written_with_what_it_names(shop: Shop, api: Api) -> None:
    """CN1: values in the form that they are stored in, each id once; a deactivated member is still there."""
    tag = await made(shop.owner, "createTag", "tag", name="VIP")
    size, city = await field(shop.owner, "NUMBER"), await field(shop.owner, "TEXT")
    clerk = (await api.member(shop.owner)).member_id
    condition: Json = {
        "all": [
            {"tags": [tag, tag]},
            {"any": [{"assignees": {"memberIds": [clerk]}}, {"assignees": {"nobody": False}}]},
            {"priority": ["HIGH", "LOW", "HIGH"]},
            {"customField": {"fieldId": size, "atLeast": " 5 ", "atMost": "10.50"}},
            {"customField": {"fieldId": city, "isOneOf": ["Rome", "Rome "], "contains": "o", "isSet": True}},
        ]
    }
    await shop.owner.do("updateStage", STAGE, stageId=shop.stages[1], condition=condition)
    await shop.owner.do("deactivateMember", memberId=clerk)
    stage = await shop.owner.do("updateStage", STAGE, stageId=shop.stages[1])
    assert given_parts(stage["condition"]) == {
        "all": [
            {"tags": [{"id": tag, "name": "VIP"}]},
            {"any": [{"assignees": {"members": [{"id": clerk}]}}, {"assignees": {"nobody": False}}]},
            {"priority": ["HIGH", "LOW"]},
            {"customField": {"field": {"id": size}, "atLeast": "5", "atMost": "10.50"}},
            {"customField": {"field": {"id": city}, "isOneOf": ["Rome"], "contains": "o", "isSet": True}},
        ]
    }


def nested(levels: int) -> Json:
    """A condition of so many levels."""
    return {"priority": ["LOW"]} if levels == 1 else {"not": nested(levels - 1)}


NOTHING = "0192a0b1c2d37e4f8a5b000000000000"
LOW: Json = {"priority": ["LOW"]}


@pytest.mark.parametrize(
    ("condition", "code", "path"),
    [
        (nested(11), "TOO_MANY", []),
        ({"any": [{"priority": ["LOW"] * 51}] * 2}, "TOO_MANY", []),
        ({"all": [LOW] * 101}, "TOO_MANY", []),
        ({"tags": ["tag"] * 101}, "TOO_MANY", []),
        ({"all": []}, "TOO_FEW", ["all"]),
        ({"not": {"any": []}}, "TOO_FEW", ["not", "any"]),
        ({"all": [LOW, {"tags": []}]}, "TOO_FEW", ["all", "1", "tags"]),
        ({"priority": []}, "TOO_FEW", ["priority"]),
        ({"assignees": {"memberIds": []}}, "TOO_FEW", ["assignees", "memberIds"]),
        ({"any": [LOW, {"tags": [f"tag_{NOTHING}"]}]}, "NOT_FOUND", ["any", "1", "tags"]),
        ({"assignees": {"memberIds": [f"tag_{NOTHING}"]}}, "NOT_FOUND", ["assignees", "memberIds"]),
        ({"customField": {"fieldId": f"field_{NOTHING}", "isSet": True}}, "NOT_FOUND", ["customField", "fieldId"]),
        ({"customField": {"fieldId": "TEXT"}}, "REQUIRED", ["customField"]),
        ({"customField": {"fieldId": "TEXT", "contains": " "}}, "REQUIRED", ["customField", "contains"]),
        ({"customField": {"fieldId": "TEXT", "atLeast": "a"}}, "INVALID", ["customField", "atLeast"]),
        ({"customField": {"fieldId": "TEXT", "isOneOf": []}}, "TOO_FEW", ["customField", "isOneOf"]),
        ({"customField": {"fieldId": "NUMBER", "contains": "1"}}, "INVALID", ["customField", "contains"]),
        ({"customField": {"fieldId": "NUMBER", "atMost": "much"}}, "INVALID", ["customField", "atMost"]),
        ({"customField": {"fieldId": "CHOICE", "isOneOf": ["DE", "US"]}}, "INVALID", ["customField", "isOneOf"]),
    ],
)
async def test_a_condition_that_makes_no_sense_is_refused_at_its_place(
    shop: Shop, database: Database, condition: Json, code: str, path: list[str]
) -> None:
    """CN1: too large, empty, of things that are not there, or of values that the field cannot have."""
    test = condition.get("customField", {})
    if test.get("fieldId", "").isupper():
        choices = ["DE", "FR"] if test["fieldId"] == "CHOICE" else []
        test["fieldId"] = await field(shop.owner, test["fieldId"], choices=choices)
    before = await digest(database)
    answer = await shop.owner.code("updateStage", stageId=shop.stages[1], name="Late", condition=condition)
    assert answer == (code, ["input", "condition", *path])
    assert await digest(database) == before


async def test_a_condition_may_be_as_large_as_it_may_be(shop: Shop) -> None:
    """CN1: ten levels, a hundred tests."""
    for condition in (nested(10), {"all": [LOW] * 100}):
        await shop.owner.do("updateStage", stageId=shop.stages[1], condition=condition)


async def test_an_unknown_part_or_two_parts_in_one_node_are_refused_by_the_schema(shop: Shop) -> None:
    """CN1: exactly one."""
    document = """mutation ($input: UpdateStageInput!) { updateStage(input: $input) { errors { code } } }"""
    tries: list[Json] = [{}, {"tags": ["x"], **LOW}, {"tags": None}, {"assignees": {}}, {"color": "red"}]
    for condition in tries:
        answer = await shop.owner.answer(document, input={"stageId": shop.stages[1], "condition": condition})
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_REQUEST"], condition


async def facts_of(shop: Shop, database: Database, jobs: list[str], *wanted: Condition) -> dict[str, conditions.Facts]:
    """The facts of jobs, in the shop's firm."""
    firm = (await shop.owner.query("{ firm { id } }"))["firm"]["id"]
    return await conditions.facts(database, firm, jobs, wanted)


async def test_facts_are_loaded_for_all_jobs_at_once_as_far_as_asked(shop: Shop, api: Api, database: Database) -> None:
    """CN3: two statements for any number of jobs, none without a condition; of each account and job its own."""
    vip, new = [await made(shop.owner, "createTag", "tag", name=name) for name in ("VIP", "New")]
    city, size = await field(shop.owner, "TEXT"), await field(shop.owner, "NUMBER")
    values = [{"fieldId": city, "value": "Rome"}, {"fieldId": size, "value": "7"}]
    await shop.owner.do("updateAccount", accountId=shop.account, addTagIds=[vip, new], setCustomFields=values)
    bolt = await made(shop.owner, "createAccount", "account", name="Bolt", tagIds=[vip])
    clerk = (await api.member(shop.owner)).member_id
    first = (await shop.job(priority="HIGH", assigneeIds=[clerk]))["id"]
    others = [(await shop.job(accountId=bolt))["id"] for _ in range(5)]
    wanted = (
        Condition(any_of=(Condition(tags=(new,)), Condition(custom_field=FieldTest(size, is_set=True)))),
        Condition(none_of=Condition(assignees=AssigneesTest(nobody=True))),
    )
    for jobs in ([first], [first, *others]):
        with counting(database) as statements:
            found = await facts_of(shop, database, jobs, *wanted)
        assert len([sql for sql in statements if "FROM jobs j" in sql or "custom_fields" in sql]) == 2
    assert (found[first].tags, found[first].values) == ({new}, {size: "7"})
    assert (found[first].priority, found[first].assignees) == (Priority.HIGH, {clerk})
    assert found[first].names == {new: "New", size: "Number"}
    reasons = [[conditions.failing(condition, found[job]) for condition in wanted] for job in (first, others[0])]
    assert reasons == [
        [None, None],
        ["The account lacks the tag New; the account's Number is not filled in.", "Nobody is assigned."],
    ]
    assert (await facts_of(shop, database, [first]))[first] == conditions.Facts()


async def test_what_conditions_name_is_in_use_by_those_that_one_sees(shop: Shop, api: Api, database: Database) -> None:
    """PL4: the true number; stages of pipelines that one does not see are not named."""
    tag = await made(shop.owner, "createTag", "tag", name="VIP")
    _, hidden = await pipeline(shop.owner)
    for stage in (shop.stages[1], hidden[1]):
        await shop.owner.do("updateStage", stageId=stage, condition={"not": {"tags": [tag]}})
    clerk = await api.member(shop.owner, rights=["MANAGE_TAGS"])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[clerk.member_id])
    before = await digest(database)
    [error] = await clerk.refused("deleteTag", tagId=tag)
    assert (error["code"], error["path"], error["total"]) == ("IN_USE", ["input", "tagId"], 2)
    assert error["usedBy"] == [{"id": shop.stages[1]}]
    assert await digest(database) == before


async def test_choices_that_conditions_name_stay(shop: Shop, database: Database) -> None:
    """PL4: however deep in the condition; the field itself, too. It may be renamed."""
    region = await field(shop.owner, "CHOICE", choices=["DE", "FR", "US"])
    test = {"customField": {"fieldId": region, "isOneOf": ["US", "FR"]}}
    await shop.owner.do("updateStage", stageId=shop.stages[1], condition={"any": [LOW, {"not": test}]})
    before = await digest(database)
    for mutation, given in (
        ("updateCustomField", {"fieldId": region, "choices": ["DE", "US"]}),
        ("deleteCustomField", {"fieldId": region}),
    ):
        [error] = await shop.owner.refused(mutation, **given)
        assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 1, [{"id": shop.stages[1]}])
    assert await digest(database) == before
    await shop.owner.do("updateCustomField", fieldId=region, name="Region", choices=["US", "FR"])


async def test_a_tag_is_not_deleted_while_a_condition_comes_to_name_it(shop: Shop, database: Database) -> None:
    """PL4: of the two at the same time one comes first, and the other is refused."""
    for n in range(10):
        tag = await made(shop.owner, "createTag", "tag", name=f"Tag {n}")
        payloads = await together(
            shop.owner.payload("updateStage", stageId=shop.stages[1], condition={"tags": [tag]}),
            shop.owner.payload("deleteTag", tagId=tag),
        )
        assert sorted(map(codes, payloads)) in ([[], ["IN_USE"]], [[], ["NOT_FOUND"]])
    dangling = await database.value("SELECT count(*) FROM uses WHERE used_id NOT IN (SELECT id FROM tags)")
    assert dangling == 0
