"""JB3, AC5: what goes into the trash with a job of what clients see, what waits there, and what stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.items.invoicing import content
from tests.items.kit import Front, codes, done, to_dos
from tests.portal.kit import Guest, Screen
from tests.rules.kit import status
from tests.support.api import Api
from tests.trash.kit import QUESTION, delete_job, node, unsound

DAY = timedelta(days=1)


async def titles(client: Guest) -> list[str]:
    """What a client sees."""
    return sorted(item["title"] for item in await to_dos(client))


async def test_open_items_of_a_job_go_with_it_and_come_back_with_it(desk: Front, ann: Guest) -> None:
    """LV1, AC5: at once, on what clients have drawn, too; nothing that they were never shown is named."""
    job = (await desk.shop.job())["id"]
    shown = await desk.item(jobId=job, title="Shown")
    draft = await desk.item(jobId=job, title="Draft", send=False)
    await desk.item(title="Alone")
    screen = await Screen(ann).draw()
    await delete_job(desk.owner, job)
    assert await screen.follow() == ["PortalItemRemoved"]
    assert screen.drawn == (await Screen(ann).draw()).drawn
    assert await titles(ann) == ["Alone"]
    assert await codes(ann, "markPortalItemSeen", itemId=shown["id"]) == [("NOT_FOUND", ["input", "itemId"])]
    for item in (shown, draft):
        assert await node(desk.owner, item["id"]) is None
        assert await desk.owner.code("completeItem", itemId=item["id"]) == ("NOT_FOUND", ["input", "itemId"])
    await desk.owner.do("restoreJob", jobId=job)
    assert await screen.follow() == ["PortalItemChanged"]
    assert screen.drawn == (await Screen(ann).draw()).drawn
    assert await titles(ann) == ["Alone", "Shown"]
    assert await desk.look_at(draft["id"]) == draft
    await done(ann, "markPortalItemSeen", itemId=shown["id"])


async def test_what_is_closed_and_what_is_to_be_paid_stays_with_the_account(desk: Front, ann: Guest) -> None:
    """JB3: what a client has answered is a record of theirs, and an invoice that was sent a claim of the firm's."""
    job = (await desk.shop.job())["id"]
    answered = await desk.item(QUESTION, jobId=job, title="Answered")
    await done(ann, "postPortalMessage", itemId=answered["id"], text="Two.")
    await desk.item(content(), jobId=job, title="Invoice")
    draft = await desk.item(content(), jobId=job, title="Bill", send=False)
    await delete_job(desk.owner, job)
    assert await titles(ann) == ["Answered", "Invoice"]
    found = await desk.owner.query("{ items { nodes { title links { job { id } } } } }")
    assert found["items"]["nodes"] == [{"title": "Invoice", "links": []}, {"title": "Answered", "links": []}]
    assert await node(desk.owner, draft["id"]) is None
    await desk.owner.do("restoreJob", jobId=job)
    assert [link["job"] for link in (await desk.look_at(answered["id"]))["links"]] == [{"id": job}]
    assert await node(desk.owner, draft["id"]) is not None


async def test_an_item_of_several_jobs_goes_with_the_last_and_comes_back_with_the_first(
    desk: Front, ann: Guest
) -> None:
    """AI2: whichever comes back first."""
    jobs = [(await desk.shop.job())["id"] for _ in range(3)]
    item = await desk.item(jobId=jobs[0], title="Shared")
    for job in jobs[1:]:
        await desk.owner.do("linkItem", itemId=item["id"], jobId=job)
    for number, job in enumerate(jobs):
        assert await titles(ann) == ["Shared"], number
        await delete_job(desk.owner, job)
    assert await titles(ann) == []
    await desk.owner.do("restoreJob", jobId=jobs[1])
    assert await titles(ann) == ["Shared"]
    assert [link["job"]["id"] for link in (await desk.look_at(item["id"]))["links"]] == [jobs[1]]
    await desk.owner.do("completeItem", itemId=item["id"])
    for job in (jobs[0], jobs[2]):
        await desk.owner.do("restoreJob", jobId=job)
    assert len((await desk.look_at(item["id"]))["links"]) == 3


async def test_reminders_wait_in_the_trash_and_go_on(desk: Front, ann: Guest) -> None:
    """RM1: nobody is reminded of what is not there."""
    job = (await desk.shop.job())["id"]
    await desk.item(QUESTION, jobId=job)
    await desk.work()
    sent = len(desk.office.received)
    await delete_job(desk.owner, job)
    desk.ahead += 5 * DAY
    await desk.work()
    assert len(desk.office.received) == sent
    await desk.owner.do("restoreJob", jobId=job)
    await desk.work()
    assert [letter.part("plain").count("this is a reminder") for letter in desk.office.received[sent:]] == [1]


async def test_reminders_of_what_stays_go_on_without_the_job(desk: Front, ann: Guest) -> None:
    """RM1: an invoice is still to be paid, and an item still belongs to another job."""
    jobs = [(await desk.shop.job())["id"] for _ in range(2)]
    await desk.item(content(), jobId=jobs[0], title="Invoice")
    shared = await desk.item(QUESTION, jobId=jobs[0], title="Shared")
    await desk.owner.do("linkItem", itemId=shared["id"], jobId=jobs[1])
    await desk.work()
    sent = len(desk.office.received)
    await delete_job(desk.owner, jobs[0])
    desk.ahead += 4 * DAY
    await desk.work()
    subjects = sorted(letter.message["subject"] for letter in desk.office.received[sent:])
    assert subjects == ["Kontor: Invoice", "Kontor: Shared"]


async def test_a_reminder_waits_with_a_job_that_is_there(desk: Front, ann: Guest) -> None:
    """RM1, ST1: the jobs of an item went one after the other, and the first is back: when that is paused, it waits."""
    jobs = [(await desk.shop.job())["id"] for _ in range(2)]
    shared = await desk.item(QUESTION, jobId=jobs[0])
    await desk.owner.do("linkItem", itemId=shared["id"], jobId=jobs[1])
    await desk.work()
    for job in jobs:
        await delete_job(desk.owner, job)
    await desk.owner.do("restoreJob", jobId=jobs[0])
    assert await unsound(desk.database) == {}
    hold = await status(desk.owner, "On hold", desk.shop.pipeline, pauses=True)
    sent = len(desk.office.received)
    await desk.owner.do("setJobStatus", jobId=jobs[0], statusId=hold)
    desk.ahead += 5 * DAY
    await desk.work()
    assert len(desk.office.received) == sent


async def test_letters_that_have_not_left_wait_in_the_trash(api: Api, desk: Front, ann: Guest) -> None:
    """AU1: what is about the job, about what goes with it, and what tells a member of it; each leaves once, later."""
    await desk.owner.do("updateNotificationPreferences", addEmail=["MENTIONED"])
    template = await desk.owner.do(
        "createEmailTemplate", "template { id }", name="T", subject="By the stage", text="Hi"
    )
    await desk.automate("sendEmail", templateId=template["id"])
    admin = await api.member(desk.owner, role="ADMIN")
    job = (await desk.shop.job())["id"]
    await desk.owner.do("moveJob", jobId=job, stageId=desk.shop.stages[1], expect={"version": 1})
    await desk.item(QUESTION, jobId=job, title="Talk")
    await admin.do("createComment", jobId=job, text="Look.", mentionIds=[desk.owner.member_id])
    await desk.item(content(), jobId=job, title="Invoice")
    sent = len(desk.office.received)
    assert len(await desk.emails(states=["QUEUED"])) == 4
    await delete_job(desk.owner, job)
    assert [letter["subject"] for letter in await desk.emails(states=["QUEUED", "HELD", "FAILED"])] == [
        "Kontor: Invoice"
    ]
    await desk.work()
    assert [letter.message["subject"] for letter in desk.office.received[sent:]] == ["Kontor: Invoice"]
    await desk.owner.do("restoreJob", jobId=job)
    await desk.work()
    later = sorted(letter.message["subject"] for letter in desk.office.received[sent + 1 :])
    assert later == ["By the stage", "Kontor: Talk", "You are mentioned: Job"]
    assert (await desk.run(job))["state"] == "DONE"


async def test_held_letters_of_what_is_in_the_trash_are_neither_released_nor_discarded(desk: Front, ann: Guest) -> None:
    """AU9: nor do they count."""
    await desk.owner.do("updateFirm", holdsClientMail=True)
    job = (await desk.shop.job())["id"]
    item = await desk.item(QUESTION, jobId=job)
    [held] = await desk.emails(states=["HELD"])
    await delete_job(desk.owner, job)
    for mutation in ("releaseEmails", "discardEmails"):
        assert await desk.owner.do(mutation, "remaining", all=True) == 0
        assert await desk.owner.code(mutation, emailIds=[held["id"]]) == ("NOT_FOUND", ["input", "emailIds"])
    await desk.owner.do("restoreJob", jobId=job)
    assert await desk.owner.do("releaseEmails", "emails { id }", all=True) == [{"id": held["id"]}]
    assert (await desk.look_at(item["id"]))["state"] == "SENT"


@pytest.mark.parametrize("archived", [False, True])
async def test_what_a_client_sees_of_where_work_stands_goes_and_comes_with_it(
    desk: Front, ann: Guest, archived: bool
) -> None:
    """ST2."""
    job = (await desk.shop.job())["id"]
    status = (await desk.owner.do("createClientStatus", "clientStatus { id }", name="Waiting"))["id"]
    await desk.owner.do("setClientStatus", jobId=job, clientStatusId=status)
    if archived:
        states = (await desk.owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
        [away] = [one["id"] for one in states if one["state"] == "ARCHIVED"]
        await desk.owner.do("setJobStatus", jobId=job, statusId=away)
    screen = await Screen(ann).draw()
    assert len(screen.works) == (not archived)
    await delete_job(desk.owner, job)
    assert await screen.follow() == ([] if archived else ["PortalWorkRemoved"])
    await desk.owner.do("restoreJob", jobId=job)
    assert await screen.follow() == ([] if archived else ["PortalWorkChanged"])
    assert screen.drawn == (await Screen(ann).draw()).drawn
