"""What was made by a template stays so, and says by which version; what is still to be made is by the newest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.templates.sorts import EMAIL, ITEM, JOB, TASK
from store.database import Database
from tests.items.kit import Front, done, to_dos
from tests.portal.kit import Guest
from tests.rules.kit import digest
from tests.support.api import Api, Json, Shop
from tests.support.contents import THREAD
from tests.support.works import Works
from tests.templates.kit import known, restore

BY = "fromTemplate { version name template { id } }"
THINGS = {
    "job": "jobs",
    "task": "tasks t JOIN items i USING (firm_id, id)",
    "item": "client_items t JOIN items i USING (firm_id, id)",
    "email": "emails",
}
LATER: Json = {"span": {"amount": 2, "unit": "DAYS"}}


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker; it begins on a Monday."""
    return Works.open(api, shop)


async def rows(database: Database, table: str) -> list[Json]:
    """All that a table holds of what was made, byte by byte."""
    return [dict(row) for row in await database.rows(f"SELECT * FROM {table} ORDER BY id")]


async def by(desk: Front, thing_id: str, typed: str, within: str = "") -> Any:
    """By which version of which template something was made."""
    inner = f"{within} {{ {BY} }}" if within else BY
    found = (
        await desk.owner.query(f"query ($id: ID!) {{ node(id: $id) {{ ... on {typed} {{ {inner} }} }} }}", id=thing_id)
    )["node"]
    return (found[within] if within else found)["fromTemplate"]


async def test_nothing_that_was_made_changes_with_its_template(desk: Front, ann: Guest, database: Database) -> None:
    """JB1, AU8: jobs, tasks, items and e-mails; not by edits, nor by old versions, nor by the template's end."""
    owner, stage = desk.owner, desk.shop.stages[1]
    made = {sort: await known(sort).make(owner) for sort in (JOB, TASK, EMAIL, ITEM)}
    for config in ({"createTask": {"templateId": made[TASK]}}, {"sendEmail": {"templateId": made[EMAIL]}}):
        await owner.do("createAutomation", stageId=stage, config=config)
    job = await desk.move(name=None, templateId=made[JOB])
    item = (await desk.item(jobId=job, templateId=made[ITEM]))["id"]
    task = (await owner.query("query ($id: ID!) { job(id: $id) { tasks { nodes { id } } } }", id=job))["job"]
    await desk.work()
    [email] = [one["id"] for one in await desk.emails() if one["run"] is not None]
    things = (
        (job, "Job", "", JOB),
        (task["tasks"]["nodes"][0]["id"], "Task", "", TASK),
        (email, "Email", "", EMAIL),
        (item, "ClientItem", "sending", ITEM),
    )
    before = {name: await rows(database, table) for name, table in THINGS.items()}
    for sort, template in made.items():
        for change in known(sort).edits:
            await known(sort).edit(owner, template, **change)
        await restore(owner, template, 2)
    for automation in await database.rows("SELECT id FROM automations"):
        await owner.do("deleteAutomation", automationId=automation["id"])
    for thing, typed, within, sort in things:
        name = known(sort).new["name"]
        assert await by(desk, thing, typed, within) == {"version": 1, "name": name, "template": {"id": made[sort]}}
        await known(sort).delete(owner, made[sort])
        assert await by(desk, thing, typed, within) == {"version": 1, "name": name, "template": None}
    assert {name: await rows(database, table) for name, table in THINGS.items()} == before


async def test_what_was_made_without_a_template_names_none(desk: Front, ann: Guest) -> None:
    """API1: null is none."""
    job, item = (await desk.shop.job())["id"], (await desk.item())["id"]
    task = (await desk.owner.do("createTask", "task { id }", title="Own"))["id"]
    assert [await by(desk, job, "Job"), await by(desk, task, "Task")] == [None, None]
    assert await by(desk, item, "ClientItem", "sending") is None
    assert {(await by(desk, email["id"], "Email")) for email in await desk.emails()} == {None}


async def test_a_delayed_automation_makes_what_the_template_says_when_it_runs(works: Works) -> None:
    """AU4, PL4: an edition keeps which template the automation names, and the template is read as the thing is made."""
    owner, stage = works.owner, works.stages[1]
    task, job = known(TASK), known(JOB)
    call, books = await task.make(owner), await job.make(owner)
    await works.automate(stage, {"createTask": {"templateId": call}}, delay=LATER)
    await works.automate(stage, {"createJob": {"pipelineId": works.shop.pipeline, "templateId": books}}, delay=LATER)
    first = await works.moved(stage)
    await task.edit(owner, call, title="Ring [JOB_NAME]")
    await job.edit(owner, books, jobName="Newest")
    assert await works.states(first) == ["SCHEDULED", "SCHEDULED"]
    works.wait(days=2, minutes=1)
    await works.work()
    query = f"""query ($id: ID!) {{ job(id: $id) {{ runs {{ nodes {{ state made {{ ... on Task {{ title {BY} }}
        ... on Job {{ name {BY} }} }} }} }} }} }}"""
    runs = (await owner.query(query, id=first))["job"]["runs"]["nodes"]
    assert [run["state"] for run in runs] == ["DONE", "DONE"]
    [made], [next_job] = (run["made"] for run in runs)
    assert (made["title"], made["fromTemplate"]["version"]) == ("Ring Job", 2)
    assert (next_job["name"], next_job["fromTemplate"]["version"]) == ("Newest", 2)


async def test_a_delayed_e_mail_and_item_say_what_their_templates_say_when_they_are_made(
    desk: Front, ann: Guest
) -> None:
    """AU4, AU8: and an e-mail that waits to be sent says what it was made to say."""
    letter, talk = await known(EMAIL).make(desk.owner), await known(ITEM).make(desk.owner)
    for config in ({"sendEmail": {"templateId": letter}}, {"sendMessage": {"templateId": talk}}):
        await desk.owner.do("createAutomation", stageId=desk.shop.stages[1], config=config, delay=LATER)
    await desk.move()
    await known(EMAIL).edit(desk.owner, letter, subject="Newer", text="Newer: [JOB_NAME]")
    await known(ITEM).edit(desk.owner, talk, title="Newer [JOB_NAME]")
    await desk.owner.do("updateFirm", holdsClientMail=True)
    desk.ahead += timedelta(days=2, minutes=1)
    await desk.work()
    held = await desk.emails(states=["HELD"])
    assert {one["subject"] for one in held if one["run"]} >= {"Newer"}
    await known(EMAIL).edit(desk.owner, letter, subject="Newest", text="Newest")
    await desk.owner.do("releaseEmails", all=True)
    await desk.work()
    received = {one.message["Subject"]: one.part("plain") for one in desk.office.received}
    assert received["Newer"].strip() == "Newer: Job"
    assert "Newest" not in received
    [shown] = await to_dos(ann)
    assert shown["title"] == "Newer Job"


async def test_reminders_say_what_the_item_was_made_to_say(desk: Front, ann: Guest) -> None:
    """RM1, AU8: they are the item's, not the template's."""
    template = await known(ITEM).make(desk.owner, title="Questions", message="Dear [CONTACT_FIRST_NAME], please.")
    await desk.item(accountId=desk.shop.account, templateId=template)
    await desk.work()
    await known(ITEM).edit(desk.owner, template, title="Other", message="Other", reminders=None)
    desk.ahead += timedelta(days=3, hours=1)
    await desk.work()
    _, first, reminder = (f"{one.message['Subject']} {one.part('plain')}" for one in desk.office.received)
    for said in (first, reminder):
        assert "Questions" in said
        assert "Dear Ann, please." in said
        assert "Other" not in said
    assert "this is a reminder" in reminder


async def test_what_is_signed_is_what_was_sent_whatever_the_template_says_by_then(desk: Front, ann: Guest) -> None:
    """AI1: a client signs the text that they were shown, before and after an edit of the template."""
    proposal: Json = {"proposal": {"introduction": "We keep your books.", "terms": "For a year."}}
    template = await known(ITEM).make(desk.owner, title="Letter", content=proposal)
    item = (await desk.item(accountId=desk.shop.account, templateId=template))["id"]
    before = await shown(ann, item)
    await known(ITEM).edit(desk.owner, template, content={"proposal": {"introduction": "Nothing", "terms": "At all."}})
    assert await shown(ann, item) == before
    signature = {"itemId": item, "name": "Ann", "contentSha256": before["contentSha256"]}
    signed = await ann.payload("signProposal", "item { state }", **signature)
    assert signed == {"item": {"state": "DONE"}, "errors": []}
    await known(ITEM).delete(desk.owner, template)
    after = await shown(ann, item)
    assert (after["signedContent"], after["contentSha256"]) == (before["signedContent"], before["contentSha256"])
    assert "We keep your books." in after["signedContent"]


async def shown(client: Guest, item: str) -> Any:
    """What a client is to sign."""
    query = """query ($id: ID!) { portal { item(id: $id) { ... on PortalProposal {
        signedContent contentSha256 content { introduction terms } } } } }"""
    return (await client.query(query, id=item))["portal"]["item"]


async def test_items_are_due_after_the_days_that_their_template_says(desk: Front, ann: Guest) -> None:
    """AI1: invoices, proposals and all else; a date that is given wins, null too; so does an automation's."""
    template = await known(ITEM).make(desk.owner, title="Talk", dueAfter={"amount": 10, "unit": "DAYS"})
    today = datetime.now(UTC).date()
    place: Json = {"accountId": desk.shop.account, "templateId": template}
    due = [(await desk.item(**place, **given))["dueDate"] for given in ({}, {"dueDate": None})]
    due.append((await desk.item(**place, dueDate="2099-01-01"))["dueDate"])
    assert due == [str(today + timedelta(days=10)), None, "2099-01-01"]
    await desk.automate("sendMessage", templateId=template)
    await desk.automate("sendMessage", templateId=template, dueAfter={"amount": 3, "unit": "DAYS"})
    job = await desk.move()
    query = "query ($id: ID!) { job(id: $id) { items { nodes { dueDate } } } }"
    found = (await desk.owner.query(query, id=job))["job"]["items"]["nodes"]
    assert [one["dueDate"] for one in found] == [str(today + timedelta(days=days)) for days in (10, 3)]


async def test_a_due_date_that_makes_no_sense_is_refused(shop: Shop, database: Database) -> None:
    """API1: as in templates of jobs and tasks."""
    template = await known(ITEM).make(shop.owner)
    before = await digest(database)
    for span, step in (({"amount": 1, "unit": "MINUTES"}, "unit"), ({"amount": -1, "unit": "DAYS"}, "amount")):
        new = {"name": "New", "title": "New", "content": THREAD, "dueAfter": span}
        refused = ("INVALID", ["input", "dueAfter", step])
        assert await shop.owner.code("createItemTemplate", **new) == refused
        assert await shop.owner.code("updateItemTemplate", itemTemplateId=template, dueAfter=span) == refused
    assert await digest(database) == before


async def test_who_lacks_the_right_of_a_kind_is_not_told_by_which_template_it_was_made(
    desk: Front, ann: Guest, api: Api
) -> None:
    """AC3: they see title, kind and state."""
    clerk = await api.member(desk.owner, accounts=[desk.shop.account])
    proposal: Json = {"proposal": {"introduction": "We keep your books."}}
    template = await known(ITEM).make(desk.owner, title="Letter", content=proposal)
    item = (await desk.item(accountId=desk.shop.account, templateId=template))["id"]
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on ClientItem {{ title sending {{ {BY} }} }} }} }}"
    assert (await clerk.query(query, id=item))["node"] == {"title": "Letter", "sending": None}
    await done(ann, "markPortalItemSeen", itemId=item)


async def test_a_job_says_by_which_template_of_its_pipeline_it_was_made(works: Works) -> None:
    """PL2, JB1: also where nobody has named one."""
    template = await known(JOB).make(works.owner, jobName="Books")
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, jobTemplateId=template)
    query = f"query ($id: ID!) {{ job(id: $id) {{ name {BY} }} }}"
    place = {"accountId": works.shop.account, "pipelineId": works.shop.pipeline}
    made = await works.owner.do("createJob", "job { id }", **place)
    found = (await works.owner.query(query, id=made["id"]))["job"]
    assert found == {"name": "Books", "fromTemplate": {"version": 1, "name": "Books", "template": {"id": template}}}
    plain = await works.shop.job(templateId=None)
    assert (await works.owner.query(query, id=plain["id"]))["job"]["fromTemplate"] is None
