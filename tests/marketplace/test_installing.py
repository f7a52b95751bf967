"""Installing a pipeline: what is made, what is reused, what has another name, what is not there; or nothing at all."""

from __future__ import annotations

import json

from engine.automations import kinds
from engine.enums import AccessRight
from engine.marketplace.blueprint import Blueprint
from engine.marketplace.shelf import shelf
from store.database import Database
from tests.marketplace.kit import automations, document, does, export, install, names, tried
from tests.rules.kit import digest, together
from tests.support.api import Api, Json, Shop

LETTER = {"name": "Welcome", "subject": "Hello", "text": "Hello [CONTACT_FIRST_NAME]"}
WELCOME = document(does("SEND_EMAIL", template="welcome"), brings={"emailTemplates": {"welcome": LETTER}})


async def letters(shop: Shop) -> list[tuple[str, str]]:
    """The firm's e-mail templates by name, with what they say."""
    found = await shop.owner.query("{ emailTemplates { nodes { name text } } }")
    return [(one["name"], one["text"]) for one in found["emailTemplates"]["nodes"]]


async def test_what_is_there_and_the_same_is_reused(shop: Shop) -> None:
    """PL1: whatever the case of its name; nothing is there twice."""
    made = await shop.owner.do("createEmailTemplate", "template { id }", **{**LETTER, "name": "WELCOME"})
    report = (await install(shop.owner, WELCOME))["report"]
    assert report["made"] == []
    [reused] = report["reused"]
    assert (reused["name"], reused["wantedName"]) == ("WELCOME", None)
    assert reused["thing"] == {"id": made["id"], "__typename": "EmailTemplate"}
    assert len(await letters(shop)) == 1


async def test_what_is_there_under_the_name_and_is_something_else_stays_and_the_new_one_gets_a_number(
    shop: Shop,
) -> None:
    """PL1: and when it is installed once more, the numbered one is reused."""
    await shop.owner.do("createEmailTemplate", **{**LETTER, "text": "Something else"})
    report = (await install(shop.owner, WELCOME))["report"]
    [renamed] = report["renamed"]
    assert report["made"] == [renamed]
    assert (renamed["name"], renamed["wantedName"]) == ("Welcome (2)", "Welcome")
    again = (await install(shop.owner, WELCOME))["report"]
    assert (again["made"], names(again["reused"])) == ([], ["Welcome (2)"])
    assert await letters(shop) == [("Welcome", "Something else"), ("Welcome (2)", LETTER["text"])]


async def test_texts_name_a_custom_field_as_it_is_called_in_the_firm(shop: Shop) -> None:
    """AU8: a field of another kind has the name, so the new one has another, in shortcodes, too, HTML included."""
    await shop.owner.do("createCustomField", name="A & B", kind="NUMBER")
    await shop.owner.do("createCustomField", name="city", kind="TEXT")
    html = "<p>[ACCOUNT_CUSTOM_FIELD:A &amp; B] in [ACCOUNT_CUSTOM_FIELD:City]</p>"
    letter = {"name": "Hi", "subject": "[ACCOUNT_CUSTOM_FIELD:A & B]", "html": html}
    brings = {
        "customFields": {"a-b": {"name": "A & B", "kind": "TEXT"}, "city": {"name": "City", "kind": "TEXT"}},
        "emailTemplates": {"hi": letter},
    }
    given = document(
        does("SEND_EMAIL", template="hi"),
        does("ADD_COMMENT", text="[ACCOUNT_CUSTOM_FIELD:A & B], [[ACCOUNT_CUSTOM_FIELD:A & B]]"),
        brings=brings,
    )
    payload = await install(shop.owner, given)
    assert names(payload["report"]["renamed"]) == ["A & B (2)"]
    query = """query ($id: ID!) { emailTemplates { nodes { subject html } } pipeline(id: $id) { stages { automations {
        config { ... on AddCommentConfig { text } } } } } }"""
    found = await shop.owner.query(query, id=payload["pipeline"]["id"])
    [made] = found["emailTemplates"]["nodes"]
    assert made["subject"] == "[ACCOUNT_CUSTOM_FIELD:A & B (2)]"
    assert made["html"] == "<p>[ACCOUNT_CUSTOM_FIELD:A &amp; B (2)] in [ACCOUNT_CUSTOM_FIELD:city]</p>"
    [_, comment] = found["pipeline"]["stages"][0]["automations"]
    assert comment["config"]["text"] == "[ACCOUNT_CUSTOM_FIELD:A & B (2)], [[ACCOUNT_CUSTOM_FIELD:A & B]]"


async def test_who_is_not_in_the_firm_is_left_out_and_told(api: Api, shop: Shop) -> None:
    """PL1: members are found by e-mail address, then by name; an automation without them is left out, if it must be."""
    await shop.owner.do("inviteMember", email="ada@firm.test", name="Ada B.")
    await shop.owner.do("inviteMember", email="bob@other.test", name="Bob")
    await shop.owner.do("inviteMember", email="twin1@firm.test", name="Twin")
    await shop.owner.do("inviteMember", email="twin2@firm.test", name="Twin")
    people = {
        "ada": {"name": "Somebody", "email": "ADA@firm.test"},
        "bob": {"name": "Bob", "email": "bob@firm.test"},
        "cleo": {"name": "Cleo", "email": "cleo@firm.test"},
        "twin": {"name": "Twin"},
    }
    everybody = ["ada", "bob", "cleo", "twin"]
    given = document(
        does("CREATE_TASK", title="Call", assignees=everybody),
        does("NOTIFY_MEMBERS", text="Look", members=["cleo"]),
        {**does("ADD_COMMENT", text="Hi"), "condition": {"assignees": {"members": ["cleo", "ada"]}}},
        {**does("ADD_COMMENT", text="No"), "condition": {"not": {"assignees": {"members": ["cleo"]}}}},
        brings={"members": people},
    )
    payload = await install(shop.owner, given)
    report, first = payload["report"], "stages[0].automations"
    assert report["made"] == report["reused"] == []
    assert [(one["part"], one["name"], one["places"]) for one in report["missing"]] == [
        ("MEMBER", "Cleo", [f"{first}[0]", f"{first}[1]", f"{first}[2]", f"{first}[3]"]),
        ("MEMBER", "Twin", [f"{first}[0]"]),
    ]
    notifies, says = report["leftOut"]
    assert notifies == {
        "place": f"{first}[1]",
        "words": "Notifies members: Look; members Cleo",
        "reason": "Say who is to be told.",
    }
    assert (says["place"], says["reason"]) == (f"{first}[3]", "The firm has no member Cleo.")
    assert await automations(shop.owner, payload["pipeline"]["id"]) == [["CREATE_TASK", "ADD_COMMENT"], []]
    written, _ = await export(shop.owner, payload["pipeline"]["id"])
    assert written["brings"]["members"] == {
        "ada-b": {"name": "Ada B.", "email": "ada@firm.test"},
        "bob": {"name": "Bob", "email": "bob@other.test"},
    }
    task, comment = written["stages"][0]["automations"]
    assert task["config"]["assignees"] == ["ada-b", "bob"]
    assert comment["condition"] == {"assignees": {"members": ["ada-b"]}}


async def test_other_pipelines_and_papers_are_looked_for_by_their_names(shop: Shop) -> None:
    """PL1: a job is made in the one pipeline of that name, or not at all; a stage that is not there is left out."""
    brings = {
        "pipelines": {
            "tax": {"name": "Tax", "stages": {"second": "Second", "ninth": "Ninth"}},
            "rocket": {"name": "Rocket", "stages": {"pad": "Pad"}},
        },
        "documents": {"plan": {"name": "plan.pdf"}},
        "itemTemplates": {"ok": {"name": "Ok", "title": "Ok?", "content": {"approval": {"document": "plan"}}}},
    }
    given = document(
        does("CREATE_JOB", pipeline="tax", stage="second", name="A"),
        does("CREATE_JOB", pipeline="tax", stage="ninth", name="B"),
        does("CREATE_JOB", pipeline="rocket", stage="pad", name="C"),
        does("REQUEST_APPROVAL", template="ok"),
        brings=brings,
    )
    payload = await install(shop.owner, given)
    missing = {(one["part"], one["name"]) for one in payload["report"]["missing"]}
    assert missing == {
        ("PIPELINE", "Rocket"),
        ("STAGE", "Ninth"),
        ("STAGE", "Pad"),
        ("DOCUMENT", "plan.pdf"),
        ("ITEM_TEMPLATE", "Ok"),
    }
    reasons = [one["reason"] for one in payload["report"]["leftOut"]]
    assert reasons == ["The firm has no pipeline Rocket.", "The firm has no item template Ok."]
    query = """query ($id: ID!) { pipeline(id: $id) { stages { automations { config {
        ... on CreateJobConfig { pipeline { id } stage { id } } } } } } }"""
    found = (await shop.owner.query(query, id=payload["pipeline"]["id"]))["pipeline"]["stages"][0]["automations"]
    assert [one["config"] for one in found] == [
        {"pipeline": {"id": shop.pipeline}, "stage": {"id": shop.stages[1]}},
        {"pipeline": {"id": shop.pipeline}, "stage": None},
    ]


async def test_a_condition_of_a_stage_that_nobody_can_meet_is_left_out_and_told(shop: Shop) -> None:
    """CN2: what it says cannot be said in this firm."""
    middle = {"key": "middle", "name": "Middle", "condition": {"assignees": {"members": ["cleo"]}}}
    given = document(brings={"members": {"cleo": {"name": "Cleo"}}})
    given["stages"].insert(1, middle)
    [left] = (await install(shop.owner, given))["report"]["leftOut"]
    assert left == {
        "place": "stages[1].condition",
        "words": "Cleo is assigned",
        "reason": "The firm has no member Cleo. Whatever comes by itself enters the stage now.",
    }


def guided(text: str) -> Json:
    """A pipeline that shares a document with clients."""
    brings = {"documents": {"guide": {"name": "Guide.md", "text": text}}}
    return document(does("SHARE_DOCUMENT", documents=["guide"]), brings=brings)


async def test_a_text_is_brought_along_as_a_document_of_the_firms_own(api: Api, shop: Shop) -> None:
    """JB3: to be downloaded byte by byte, with its hash, and in parts; the same text again is the same document."""
    text = "# Guide\n\nÜber alles.\n"
    given = guided(text)
    [made] = (await install(shop.owner, given))["report"]["made"]
    query = "query ($id: ID!) { document(id: $id) { name mediaType size sha256 account { id } downloadUrl } }"
    found = (await shop.owner.query(query, id=made["thing"]["id"]))["document"]
    whole = text.encode()
    assert (found["name"], found["mediaType"], found["size"]) == ("Guide.md", "text/markdown", len(whole))
    assert found["account"] is None
    answer = await api.http.get(found["downloadUrl"])
    assert (answer.status_code, answer.content) == (200, whole)
    part = await api.http.get(found["downloadUrl"], headers={"range": "bytes=2-6"})
    assert (part.status_code, part.content) == (206, whole[2:7])
    assert names((await install(shop.owner, given))["report"]["reused"]) == ["Guide.md"]
    assert names((await install(shop.owner, guided("Something else")))["report"]["made"]) == ["Guide.md"]


async def test_a_document_that_was_made_of_a_text_is_deleted_like_any_other(shop: Shop, database: Database) -> None:
    """JB3: nothing of it stays."""
    payload = await install(shop.owner, guided("Guide"))
    [made] = payload["report"]["made"]
    refused = await shop.owner.code("deleteDocument", documentId=made["thing"]["id"])
    assert refused == ("IN_USE", ["input", "documentId"])
    await shop.owner.do("deletePipeline", pipelineId=payload["pipeline"]["id"])
    await shop.owner.do("deleteDocument", documentId=made["thing"]["id"])
    assert await database.value("SELECT count(*) FROM document_texts") == 0


async def test_two_who_install_the_same_at_once_share_what_it_brings(shop: Shop, database: Database) -> None:
    """PL1: each gets a pipeline, and no thing is there twice."""
    payloads = await together(*(install(shop.owner, key="individual-tax-return") for _ in range(3)))
    pipelines = {payload["pipeline"]["id"] for payload in payloads}
    assert len(pipelines) == 3
    called = sorted(payload["pipeline"]["name"] for payload in payloads)
    assert called == ["Individual tax return", "Individual tax return (2)", "Individual tax return (3)"]
    made = sorted(len(payload["report"]["made"]) for payload in payloads)
    assert made[:2] == [0, 0]
    brought = sum(len(section) for section in known("individual-tax-return").brings.values())
    assert made[2] == brought
    for table in ("tags", "email_templates", "item_templates", "job_templates", "documents", "client_statuses"):
        sql = f"SELECT count(*) - count(DISTINCT name) FROM {table}"
        assert await database.value(sql) == 0, table


def known(key: str) -> Blueprint:
    """A template of the marketplace."""
    found = shelf().one(key)
    assert found is not None
    return found


async def test_all_templates_of_the_marketplace_go_together(shop: Shop) -> None:
    """PL1: what two of them call alike is the same; and where one names another pipeline, it finds it."""
    for blueprint in sorted(shelf().blueprints, key=lambda one: one.key == "client-onboarding"):
        report = (await install(shop.owner, key=blueprint.key))["report"]
        assert report["renamed"] == report["missing"] == report["leftOut"] == [], blueprint.key


async def test_it_takes_the_right_of_every_kind_and_of_everything_that_has_to_be_made(
    api: Api, shop: Shop, database: Database
) -> None:
    """AU5, AC1: with all but one of what the template says that it takes, it is refused, and nothing is changed."""
    shown = "query ($key: String!) { pipelineTemplate(key: $key) { rights managersOnly } }"
    template = (await shop.owner.query(shown, key="advisory"))["pipelineTemplate"]
    assert template["managersOnly"] is False
    everything = [right.value for right in AccessRight]
    for lacking in template["rights"]:
        employee = await api.member(shop.owner, rights=[right for right in everything if right != lacking])
        before = await digest(database)
        payload = await tried(employee, "installPipelineTemplate", key="advisory")
        assert payload["pipeline"] is None
        assert payload["report"] is None
        assert {(error["code"], error["right"]) for error in payload["errors"]} == {("FORBIDDEN", lacking)}
        assert await digest(database) == before
    employee = await api.member(shop.owner, rights=template["rights"])
    await install(employee, key="advisory")
    onboarding = (await shop.owner.query(shown, key="client-onboarding"))["pipelineTemplate"]
    assert onboarding["managersOnly"] is True
    everybody = await api.member(shop.owner, rights=everything)
    [error] = (await tried(everybody, "installPipelineTemplate", key="client-onboarding"))["errors"]
    assert (error["code"], error["path"]) == ("FORBIDDEN", ["input", "key"])
    assert error["message"].startswith("stages[0].automations[1].kind: ")


async def test_a_budget_of_time_takes_the_right_to_set_one(api: Api, shop: Shop) -> None:
    """AC1: as in a job template that is made by hand; the preview says so."""
    brings = {"jobTemplates": {"books": {"name": "Books", "jobName": "Books", "timeBudgetMinutes": 90}}}
    given = json.dumps(document(jobTemplate="books", brings=brings))
    shown = "query ($text: String!) { pipelineTemplate(document: $text) { rights } }"
    rights = (await shop.owner.query(shown, text=given))["pipelineTemplate"]["rights"]
    assert set(rights) == {"MANAGE_PIPELINES", "MANAGE_TEMPLATES", "MANAGE_TIME_BUDGETS"}
    employee = await api.member(shop.owner, rights=["MANAGE_PIPELINES", "MANAGE_TEMPLATES"])
    [error] = (await tried(employee, "installPipelineTemplate", document=given))["errors"]
    place = ["input", "document", "brings", "jobTemplates", "books", "timeBudgetMinutes"]
    assert (error["right"], error["path"]) == ("MANAGE_TIME_BUDGETS", place)
    assert (await tried(await api.member(shop.owner, rights=rights), "installPipelineTemplate", document=given))[
        "pipeline"
    ]


async def test_what_is_reused_takes_no_right_to_be_made(api: Api, shop: Shop) -> None:
    """AC1: whoever may make pipelines installs one whose tag is there."""
    tag = {"name": "VIP"}
    urgent = {**does("SET_PRIORITY", priority="HIGH"), "condition": {"tags": ["vip"]}}
    given = document(urgent, brings={"tags": {"vip": tag}})
    employee = await api.member(shop.owner, rights=["MANAGE_PIPELINES"])
    [error] = (await tried(employee, "installPipelineTemplate", document=json.dumps(given)))["errors"]
    assert (error["right"], error["path"]) == ("MANAGE_TAGS", ["input", "document", "brings", "tags", "vip"])
    await shop.owner.do("createTag", **tag)
    payload = await install(employee, given)
    seen = await employee.query("query ($id: ID!) { pipeline(id: $id) { name } }", id=payload["pipeline"]["id"])
    assert seen == {"pipeline": {"name": "Small"}}


async def test_who_tells_more_than_everybody_may_know_is_refused_in_its_place(api: Api, shop: Shop) -> None:
    """AC3: texts with contacts take the right to see every account, as if they were written by hand."""
    given = document(does("ADD_COMMENT", text="Call [CONTACT_NAME]"))
    employee = await api.member(shop.owner, rights=["MANAGE_PIPELINES"])
    [error] = (await tried(employee, "installPipelineTemplate", document=json.dumps(given)))["errors"]
    assert error["right"] == "VIEW_ALL_ACCOUNTS"
    assert error["path"] == ["input", "document", "stages", "0", "automations", "0", "config", "text"]
    assert error["message"].startswith("stages[0].automations[0].config.text: ")


async def test_the_maker_is_on_the_list_and_whoever_is_named(api: Api, shop: Shop) -> None:
    """AC2: and nobody else sees it."""
    maker = await api.member(shop.owner, rights=["MANAGE_PIPELINES"])
    guest, stranger = await api.member(shop.owner), await api.member(shop.owner)
    payload = await install(maker, document(), availableToIds=[guest.member_id], name="Mine")
    query = "query ($id: ID!) { pipeline(id: $id) { name availableTo { nodes { id } } } }"
    for client, sees in ((maker, True), (guest, True), (stranger, False)):
        found = (await client.query(query, id=payload["pipeline"]["id"]))["pipeline"]
        assert (found is not None) is sees
    found = (await shop.owner.query(query, id=payload["pipeline"]["id"]))["pipeline"]
    assert {one["id"] for one in found["availableTo"]["nodes"]} == {maker.member_id, guest.member_id}
    assert found["name"] == "Mine"


async def test_a_name_that_one_does_not_see_is_free(api: Api, shop: Shop) -> None:
    """AC4: a number would tell of a pipeline that is not there for the viewer."""
    employee = await api.member(shop.owner, rights=["MANAGE_PIPELINES"])
    await install(shop.owner, document())
    assert (await install(employee, document()))["pipeline"]["name"] == "Small"
    assert (await install(employee, document()))["pipeline"]["name"] == "Small (2)"


async def test_it_is_noted_who_has_installed_and_written_down_what(shop: Shop, database: Database) -> None:
    """AC7: exports leave the firm; and each automation is noted as if it was made by hand."""
    payload = await install(shop.owner, key="payroll")
    await export(shop.owner, payload["pipeline"]["id"])
    sql = "SELECT action, actor_id FROM audit WHERE subject_id = $1 ORDER BY at, id"
    rows = [tuple(row) for row in await database.rows(sql, payload["pipeline"]["id"])]
    actions = ("pipeline.created", "pipeline.installed", "pipeline.exported")
    assert rows == [(action, shop.owner.member_id) for action in actions]
    count = "SELECT count(*) FROM audit WHERE action = 'automation.created'"
    found = await automations(shop.owner, payload["pipeline"]["id"])
    assert await database.value(count) == sum(map(len, found))
    assert set().union(*found) <= set(kinds())


async def test_an_answer_that_got_lost_is_given_again_without_a_report(shop: Shop) -> None:
    """JB2: the same id with the same document is the same pipeline."""
    first = await install(shop.owner, WELCOME, id="pipeline_0192a0b1c2d37e4f8a5b000000000001")
    second = await install(shop.owner, WELCOME, id="pipeline_0192a0b1c2d37e4f8a5b000000000001")
    assert first["pipeline"] == second["pipeline"]
    assert (first["report"] is None, second["report"]) == (False, None)


async def test_names_of_one_kind_in_one_document_may_be_alike(shop: Shop) -> None:
    """PL1: two that are the same become one; two that are not have a number."""
    same: Json = {"name": "VIP", "color": "#ff0000"}
    brings = {"tags": {"one": same, "two": dict(same), "three": {**same, "color": "#00ff00"}}}
    given = document(does("UPDATE_TAGS", addTags=["one", "two", "three"]), brings=brings)
    payload = await install(shop.owner, given)
    assert names(payload["report"]["made"]) == ["VIP", "VIP (2)"]
    assert names(payload["report"]["reused"]) == ["VIP"]
    written, _ = await export(shop.owner, payload["pipeline"]["id"])
    assert list(written["brings"]["tags"]) == ["vip", "vip-2"]


async def test_what_is_called_like_a_built_in_status_is_another_one(shop: Shop) -> None:
    """ST1: Completed stays what it is."""
    given = document(
        does("SET_JOB_STATUS", status="completed"),
        brings={"jobStatuses": {"mine": {"name": "Completed", "onBoard": True}}},
        statuses=[{"status": "mine"}],
    )
    payload = await install(shop.owner, given)
    assert names(payload["report"]["renamed"]) == ["Completed (2)"]
    query = """query ($id: ID!) { pipeline(id: $id) { stages { automations { config {
        ... on SetJobStatusConfig { status { state } } } } } statuses { name state } } }"""
    found = (await shop.owner.query(query, id=payload["pipeline"]["id"]))["pipeline"]
    assert found["stages"][0]["automations"][0]["config"]["status"]["state"] == "COMPLETED"
    assert {"name": "Completed (2)", "state": "CUSTOM"} in found["statuses"]
