"""How items reach their clients: with their e-mails, once, or held back with them (AU1, AU9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.errands import Undelivered
from engine.mail.letters import Letter
from tests.access.digest import Unchanged
from tests.items.kit import Front, to_dos
from tests.portal.kit import Guest, guest
from tests.support.api import Json

HELD = {"state": "HELD", "sentAt": None}


async def refuse(letter: Letter) -> str:
    """A mail server that takes nothing, for good."""
    raise Undelivered("no such mailbox", permanent=True)


async def state(desk: Front, item_id: str) -> Json:
    """Where an item stands."""
    found = await desk.look_at(item_id)
    return {"state": found["state"], "sentAt": found["sending"]["sentAt"]}


async def letters(desk: Front, **wanted: Any) -> list[Json]:
    """The e-mails about items."""
    return [email for email in await desk.emails(**wanted) if "Talk" in email["subject"]]


async def test_an_item_of_a_firm_that_holds_its_mail_waits_with_its_e_mails(desk: Front, ann: Guest) -> None:
    """AU9: made, held back, listed, not in the portal; released, it is sent."""
    await guest(desk, "Bob")
    await desk.owner.do("updateFirm", holdsClientMail=True)
    item = await desk.item()
    assert await state(desk, item["id"]) == HELD
    held = await letters(desk, states=["HELD"])
    assert len(held) == 2
    assert await to_dos(ann) == []
    await desk.owner.do("discardEmails", emailIds=[held[0]["id"]])
    assert await state(desk, item["id"]) == HELD
    await desk.owner.do("releaseEmails", emailIds=[held[1]["id"]])
    assert (await state(desk, item["id"]))["state"] == "SENT"
    assert [shown["id"] for shown in await to_dos(ann)] == [item["id"]]
    before = len(desk.office.received)
    await desk.work()
    assert len(desk.office.received) == before + 1


async def test_a_jobs_screen_is_told_when_an_item_that_waited_is_sent(desk: Front, ann: Guest) -> None:
    """LV5: though nothing of the job itself has changed."""
    await desk.owner.do("updateFirm", holdsClientMail=True)
    job = (await desk.shop.job())["id"]
    item = await desk.item(jobId=job)
    cursor = (await desk.owner.query("{ cursor }"))["cursor"]
    await desk.owner.do("releaseEmails", all=True)
    query = """query ($stream: StreamInput!, $after: String!) { changes(stream: $stream, after: $after) {
        events { ... on JobEvent { changes { ... on ItemChanged { item { id state } } } } } } }"""
    found = await desk.owner.query(query, stream={"job": {"jobId": job}}, after=cursor)
    shown = [change for event in found["changes"]["events"] for change in event["changes"] if change]
    assert shown == [{"item": {"id": item["id"], "state": "SENT"}}]


async def test_an_item_all_of_whose_e_mails_are_discarded_is_cancelled(desk: Front, ann: Guest) -> None:
    """AU9: its client never hears of it, and its job goes on."""
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    await desk.owner.do("updateFirm", holdsClientMail=True)
    job = (await desk.shop.job())["id"]
    item = await desk.item(jobId=job)
    await desk.owner.do("discardEmails", all=True)
    assert await state(desk, item["id"]) == {"state": "CANCELLED", "sentAt": None}
    assert await to_dos(ann) == []
    await desk.work()
    assert await desk.stage_of(job) == 1


async def test_a_draft_is_nobodys_until_it_is_sent(desk: Front, ann: Guest) -> None:
    """AI1: it can be changed, and is sent once."""
    item = await desk.item(send=False)
    assert await letters(desk) == []
    assert await to_dos(ann) == []
    await desk.owner.do("updateItem", itemId=item["id"], title="Talk more", message="Hello", dueDate="2026-12-01")
    await desk.owner.do("sendItem", itemId=item["id"])
    [letter] = await letters(desk)
    assert letter["subject"] == "Kontor: Talk more"
    asked = "Kontor asks you to answer its message:\n\nTalk more\nPlease by 1 December 2026.\n"
    assert f"Hello\n\n{asked}" in letter["text"]
    async with Unchanged(desk.database):
        await desk.owner.do("sendItem", itemId=item["id"])
    assert [shown["title"] for shown in await to_dos(ann)] == ["Talk more"]


async def test_nobody_to_send_to_is_a_refusal_and_a_failed_turn(desk: Front) -> None:
    """AU9: contacts who do not come into the portal, or do not want to be written to, do not count."""
    await desk.contact("Lone", "lone@client.test")
    template = await desk.item_template(title="Talk")
    await desk.automate("sendMessage", templateId=template)
    job = await desk.move()
    run = await desk.run(job)
    assert (run["state"], run["made"]) == ("FAILED", [])
    assert "invite one" in run["reason"]
    given = {"accountId": desk.shop.account, "templateId": template}
    async with Unchanged(desk.database):
        assert await desk.owner.code("createItem", **given) == ("UNREACHABLE", ["input", "accountId"])
    draft = await desk.item(send=False)
    assert await desk.owner.code("sendItem", itemId=draft["id"]) == ("UNREACHABLE", ["input", "itemId"])
    ann = await guest(desk, "Ann")
    await ann.payload("updatePortalContact", notifications=False)
    assert await desk.owner.code("createItem", **given) == ("UNREACHABLE", ["input", "accountId"])
    await ann.payload("updatePortalContact", notifications=True)
    await desk.owner.do("retryRun", runId=run["id"])
    await desk.work()
    assert (await desk.run(job))["state"] == "DONE"
    assert [shown["title"] for shown in await to_dos(ann)] == ["Talk"]


async def test_a_turn_whose_e_mail_fails_makes_its_item_once(desk: Front, ann: Guest) -> None:
    """AU1, AU2: the turn has failed with its e-mail; tried again, it writes again and makes nothing new."""
    await desk.automate("sendMessage", templateId=await desk.item_template(title="Talk"))
    job = await desk.move()
    assert (await desk.run(job))["state"] == "QUEUED"
    await desk.work(refuse)
    run = await desk.run(job)
    assert run["state"] == "FAILED"
    await desk.owner.do("retryRun", runId=run["id"])
    await desk.work()
    assert (await desk.run(job))["state"] == "DONE"
    assert len(await letters(desk)) == 1
    assert desk.office.received[-1].envelope_to == ["ann@client.test"]
    assert len(await to_dos(ann)) == 1


async def test_what_the_client_has_answered_is_not_written_about_any_more(desk: Front, ann: Guest) -> None:
    """An e-mail that has not gone out, or failed, is discarded; the turn that wanted it holds nothing up."""
    await desk.owner.do("updateStage", stageId=desk.shop.stages[1], automove="WHEN_ITEMS_DONE")
    question: Json = {"messageThread": {"text": "How many?"}}
    await desk.automate("sendMessage", templateId=await desk.item_template(question, title="Talk"))
    job = await desk.move()
    await desk.work(refuse)
    [shown] = await to_dos(ann)
    assert (await ann.payload("postPortalMessage", itemId=shown["id"], text="Two"))["errors"] == []
    assert [email["state"] for email in await letters(desk)] == ["DISCARDED"]
    assert (await desk.run(job))["state"] == "CANCELLED"
    await desk.work()
    assert await desk.stage_of(job) == 2


async def test_what_templates_say_is_filled_in_once(desk: Front, ann: Guest) -> None:
    """AU8, PL4: a template that is changed later changes nothing that it made, and is kept while it is named."""
    content: Json = {"messageThread": {"text": "About [JOB_NAME] of [ACCOUNT_NAME]", "tasks": ["Read [[JOB_NAME]]"]}}
    given = {"message": "Dear [CONTACT_FIRST_NAME]", "reminders": {"everyDays": 5, "times": None}}
    template = await desk.item_template(content, title="[JOB_NAME]", **given)
    automation = await desk.automate("sendMessage", templateId=template, dueAfter={"amount": 3, "unit": "DAYS"})
    await desk.move(name="Taxes")
    await desk.owner.do("updateItemTemplate", itemTemplateId=template, title="Other")
    [shown] = await to_dos(ann)
    assert (shown["title"], shown["message"]) == ("Taxes", "Dear Ann")
    assert [task["title"] for task in shown["clientTasks"]] == ["Read [JOB_NAME]"]
    assert shown["messages"]["nodes"][0]["text"] == "About Taxes of Acme"
    assert shown["messages"]["nodes"][0]["authorName"] == "Kontor"
    found = await desk.look_at(shown["id"])
    assert found["sending"]["reminders"] == {"everyDays": 5, "times": None}
    assert found["dueDate"] is not None
    assert (await desk.owner.code("deleteItemTemplate", itemTemplateId=template))[0] == "IN_USE"
    await desk.owner.do("deleteAutomation", automationId=automation)
    await desk.owner.do("deleteItemTemplate", itemTemplateId=template)


async def test_the_template_of_another_kind_is_refused(desk: Front) -> None:
    """AU5: an automation sends items of its own kind; a template keeps its kind."""
    given = {"stageId": desk.shop.stages[1], "config": {"sendMessage": {"templateId": f"itemtemplate_{'0' * 32}"}}}
    async with Unchanged(desk.database):
        assert (await desk.owner.code("createAutomation", **given))[0] == "NOT_FOUND"


async def test_a_firm_that_stops_its_mail_holds_back_what_has_not_gone(desk: Front, ann: Guest) -> None:
    """AU9: what the client sees already stays there."""
    item = await desk.item()
    await desk.owner.do("updateFirm", holdsClientMail=True)
    assert [email["state"] for email in await letters(desk)] == ["HELD"]
    assert (await state(desk, item["id"]))["state"] == "SENT"
    assert len(await to_dos(ann)) == 1
    await desk.owner.do("discardEmails", all=True)
    assert (await state(desk, item["id"]))["state"] == "SENT"
    desk.ahead += timedelta(days=1)
