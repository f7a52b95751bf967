"""The marketplace as people look through it, and what a template would make, in words."""

from __future__ import annotations

import json

from engine.automations import kinds
from engine.marketplace.shelf import shelf
from store.database import Database
from tests.marketplace.kit import document, does, export
from tests.marketplace.pipelines import DELAYS, furnished
from tests.support.api import Api, Json, Shop
from tests.support.configs import configs

PAGE = """query ($first: Int, $after: String, $last: Int, $before: String, $category: String, $search: String) {
    marketplace(first: $first, after: $after, last: $last, before: $before, category: $category, search: $search) {
        totalCount nodes { key } edges { cursor node { key category name } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
PREVIEW = """query ($key: String, $text: String) { pipelineTemplate(key: $key, document: $text) {
    key name description category tags rights managersOnly things { part name detail brought }
    statuses { name automove automations { words } }
    stages { name automove completion timeLimit { amount unit } jobLimit condition
        automations { kind words condition delay } } } }"""


async def page(shop: Shop, **given: object) -> Json:
    """One page of it."""
    found: Json = (await shop.owner.query(PAGE, **given))["marketplace"]
    assert [edge["node"]["key"] for edge in found["edges"]] == [node["key"] for node in found["nodes"]]
    return found


def keys(found: Json) -> list[str]:
    """The templates on a page."""
    return [node["key"] for node in found["nodes"]]


async def test_every_template_is_there_once_by_category_and_name_forward_and_backward(shop: Shop) -> None:
    """API2: whatever the page size."""
    whole = keys(await page(shop, first=200))
    assert sorted(whole) == sorted(blueprint.key for blueprint in shelf().blueprints)
    placed = [(edge["node"]["category"], edge["node"]["name"]) for edge in (await page(shop))["edges"]]
    assert placed == sorted(placed)
    for size in (1, 3, 7):
        for count, since, more, end in (
            ("first", "after", "hasNextPage", "endCursor"),
            ("last", "before", "hasPreviousPage", "startCursor"),
        ):
            found: list[str] = []
            given: Json = {count: size}
            while True:
                part = await page(shop, **given)
                assert part["totalCount"] == len(whole)
                found = found + keys(part) if count == "first" else keys(part) + found
                if not part["pageInfo"][more]:
                    break
                given = {count: size, since: part["pageInfo"][end]}
            assert found == whole
    assert (await page(shop, first=0))["pageInfo"]["hasNextPage"] is True


async def test_a_page_that_makes_no_sense_is_refused(shop: Shop) -> None:
    """API2: as of every list."""
    for given, argument in (({"first": 201}, "first"), ({"first": 1, "last": 1}, "last"), ({"after": "x"}, "after")):
        answer = await shop.owner.answer(PAGE, **given)
        assert [error["extensions"]["argument"] for error in answer["errors"]] == [argument]


async def test_templates_are_found_by_category_and_by_words(shop: Shop) -> None:
    """PL1: in names, descriptions, tags and stages, whatever their case, all of the words."""
    categories = (await shop.owner.query("{ marketplaceCategories }"))["marketplaceCategories"]
    assert categories == sorted(set(categories))
    assert {"Tax", "Payroll", "Bookkeeping"} <= set(categories)
    for category in categories:
        found = await page(shop, category=category.upper())
        assert {edge["node"]["category"] for edge in found["edges"]} == {category}
        assert found["totalCount"] == len(found["nodes"]) > 0
    assert keys(await page(shop, search="IRS letter")) == ["tax-notice"]
    assert keys(await page(shop, search="1040")) == ["individual-tax-return"]
    assert keys(await page(shop, search="prove BALANCES")) == ["year-end-close"]
    assert keys(await page(shop, search="rocket")) == keys(await page(shop, category="Rockets")) == []
    assert len(keys(await page(shop, category="Tax", search="return"))) >= 3


async def test_a_preview_says_all_that_a_pipeline_would_do(shop: Shop) -> None:
    """PL1: stages, automations, conditions and delays in words, and what is brought along or looked for."""
    vip = {
        "all": [{"tags": ["vip"]}, {"not": {"any": [{"priority": ["LOW", "MEDIUM"]}, {"assignees": {"nobody": True}}]}}]
    }
    given = document(
        {**does("SEND_EMAIL", template="hi", toContacts=False, roles=["boss"]), "delay": DELAYS[0]},
        {**does("SET_PRIORITY", priority="HIGH"), "condition": vip, "delay": DELAYS[1]},
        does("CREATE_TASK", title="Call", checkList="One\nTwo", dueAfter={"amount": 1, "unit": "DAYS"}, blocking=False),
        does("CREATE_JOB", pipeline="other", stage="there", name="Next"),
        does("CALL_WEBHOOK", url="https://hooks.example.com/secret"),
        does("ADD_COMMENT", text="long " * 50, mentions=["ada"]),
        {**does("SET_JOB_STATUS", status="completed"), "condition": {"customField": {"field": "size", "atLeast": "5"}}},
        statuses=[{"status": "hold", "automations": [does("SET_JOB_STATUS", status="active")]}],
        category="Tests",
        tags=["one"],
        description="What for.",
        brings={
            "pipelines": {"other": {"name": "Other", "stages": {"there": "There"}}},
            "members": {"ada": {"name": "Ada", "email": "ada@firm.test"}},
            "accountRoles": {"boss": {"name": "Boss"}},
            "tags": {"vip": {"name": "VIP"}},
            "customFields": {"size": {"name": "Size", "kind": "NUMBER"}},
            "jobStatuses": {"hold": {"name": "On hold"}},
            "documents": {"a": {"name": "a.pdf"}, "b": {"name": "b.txt", "text": "B"}},
            "emailTemplates": {"hi": {"name": "Hi", "subject": "Hi there", "text": "Hi"}},
        },
    )
    given["stages"][1] |= {"completion": "ON_ENTRY", "timeLimit": {"amount": 3, "unit": "HOURS"}, "jobLimit": 4}
    found = (await shop.owner.query(PREVIEW, text=json.dumps(given)))["pipelineTemplate"]
    first, last = found["stages"]
    assert [(one["words"], one["condition"], one["delay"]) for one in first["automations"]] == [
        ("Writes to the client by a template: Hi; not to contacts; roles Boss", None, "after 3 working days"),
        (
            "Gives the job a priority: HIGH",
            "the account has the tag VIP and (not (the priority is LOW or MEDIUM or nobody is assigned))",
            "7 days before the due date",
        ),
        ("Makes a task in the job: Call; check list One Two; due after 1 day; not blocking", None, None),
        ("Makes another job for the account: Other; stage There; name Next", None, None),
        ("Calls a web address, with what it is about: an address of the firm's own", None, None),
        (f"Adds a comment to the job: {('long ' * 50)[:79]}…; mentions Ada", None, None),
        ("Puts the job into a status: Completed", "the account's Size is at least 5", None),
    ]
    assert (last["completion"], last["timeLimit"], last["jobLimit"]) == ("ON_ENTRY", {"amount": 3, "unit": "HOURS"}, 4)
    assert found["statuses"] == [
        {"name": "On hold", "automove": "OFF", "automations": [{"words": "Puts the job into a status: Active"}]}
    ]
    assert [(one["part"], one["name"], one["detail"], one["brought"]) for one in found["things"]] == [
        ("MEMBER", "Ada", "ada@firm.test", False),
        ("PIPELINE", "Other", None, False),
        ("ACCOUNT_ROLE", "Boss", None, True),
        ("TAG", "VIP", None, True),
        ("CUSTOM_FIELD", "Size", "NUMBER", True),
        ("JOB_STATUS", "On hold", None, True),
        ("DOCUMENT", "a.pdf", None, False),
        ("DOCUMENT", "b.txt", None, True),
        ("EMAIL_TEMPLATE", "Hi", "Hi there", True),
    ]
    assert (found["category"], found["tags"], found["description"]) == ("Tests", ["one"], "What for.")


async def test_every_kind_of_automation_can_be_said_in_words(api: Api, shop: Shop, database: Database) -> None:
    """AU7: of all that it can name; a new kind needs no words of its own."""
    firm = await furnished(database, shop)
    some = [{"config": {kind: config}} for kind, config in configs(firm.one).items()]
    stages = [{"name": "All", "automations": some}, {"name": "None"}]
    made = await firm.owner.do("createPipeline", "pipeline { id }", name="All", stages=stages)
    written, _ = await export(firm.owner, made["id"])
    found = (await firm.owner.query(PREVIEW, text=json.dumps(written)))["pipelineTemplate"]
    said = {one["kind"]: one["words"] for one in found["stages"][0]["automations"]}
    assert set(said) == set(kinds())
    for kind, words in said.items():
        assert words.startswith(kinds()[kind].description.removesuffix(".")), words
        assert "_" not in words, words


async def test_a_template_that_is_not_there_or_not_good_is_an_error_with_its_place(shop: Shop) -> None:
    """API1: as of every query."""
    for given, code, argument in (
        ({"key": "rocket"}, "NOT_FOUND", "key"),
        ({}, "REQUIRED", "key"),
        ({"text": "{}"}, "INVALID", "document.format"),
    ):
        answer = await shop.owner.answer(PREVIEW, **given)
        assert answer["data"] == {"pipelineTemplate": None}
        assert [error["extensions"] for error in answer["errors"]] == [{"code": code, "argument": argument}]


async def test_what_is_shown_can_be_changed_and_installed(shop: Shop) -> None:
    """PL1: the document of a template is the template."""
    query = '{ pipelineTemplate(key: "payroll") { document } }'
    given = json.loads((await shop.owner.query(query))["pipelineTemplate"]["document"])
    given["stages"][0]["name"] = "Hours, please"
    payload = await shop.owner.payload(
        "installPipelineTemplate", "pipeline { name stages { name } }", document=json.dumps(given)
    )
    assert payload["errors"] == []
    assert payload["pipeline"]["stages"][0] == {"name": "Hours, please"}
