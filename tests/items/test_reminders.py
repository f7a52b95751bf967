"""Clients are reminded of what they have not answered (RM1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.items.kit import Front, codes, done, to_dos
from tests.portal.kit import Guest, guest
from tests.support.api import Json

DAY = timedelta(days=1)
QUESTION: Json = {"messageThread": {"text": "How many?"}}


async def reminded(desk: Front, days: float = 0) -> list[str]:
    """Whom the worker reminds once some days more have passed, by their addresses."""
    before = len(desk.office.received)
    desk.ahead += days * DAY
    await desk.work()
    new = desk.office.received[before:]
    assert all("this is a reminder" in letter.part("plain") for letter in new)
    return sorted(letter.envelope_to[0] for letter in new)


async def sent(desk: Front, **given: Any) -> str:
    """An item whose first e-mails have gone out."""
    item: str = (await desk.item(QUESTION, **given))["id"]
    await desk.work()
    return item


async def test_a_client_is_reminded_once_after_three_days_unless_something_else_is_said(
    desk: Front, ann: Guest
) -> None:
    """RM1: to every contact who wants to be written to; the portal shows it, too."""
    bob, quiet = await guest(desk, "Bob"), await guest(desk, "Quiet")
    await quiet.payload("updatePortalContact", notifications=False)
    item = await sent(desk)
    assert await reminded(desk, 2.9) == []
    assert await reminded(desk, 0.2) == ["ann@client.test", "bob@client.test"]
    assert await reminded(desk, 30) == []
    [shown] = await to_dos(bob)
    assert shown["remindedAt"] is not None
    assert (await desk.look_at(item))["sending"]["reminded"] == 1


@pytest.mark.parametrize(("times", "rounds"), [(2, [1, 1, 0, 0]), (None, [1, 1, 1, 1])])
async def test_every_n_days_m_times_or_until_it_is_answered(
    desk: Front, ann: Guest, times: int | None, rounds: list[int]
) -> None:
    """RM1."""
    await sent(desk, reminders={"everyDays": 7, "times": times})
    assert [len(await reminded(desk, 7.01)) for _ in rounds] == rounds


async def test_whoever_has_answered_is_not_reminded(desk: Front, ann: Guest) -> None:
    """RM1: answered, completed, cancelled; nor where none is wanted."""
    answered, completed, cancelled = [await sent(desk) for _ in range(3)]
    await sent(desk, reminders=None)
    await done(ann, "postPortalMessage", itemId=answered, text="Two")
    await desk.owner.do("completeItem", itemId=completed)
    await desk.owner.do("cancelItem", itemId=cancelled)
    assert await reminded(desk, 30) == []
    await desk.owner.do("updateItem", itemId=await sent(desk), reminders=None)
    assert await reminded(desk, 30) == []


async def test_reminders_wait_while_the_job_is_archived_or_paused_and_for_nothing_else(desk: Front, ann: Guest) -> None:
    """RM1, ST1: neither another stage nor completion stops them."""
    job = (await desk.shop.job())["id"]
    await sent(desk, jobId=job, reminders={"everyDays": 2, "times": None})
    statuses = (await desk.owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
    by_state = {one["state"]: one["id"] for one in statuses}
    hold = (await desk.owner.do("createJobStatus", "status { id }", name="On hold"))["id"]
    await desk.owner.do("updatePipeline", pipelineId=desk.shop.pipeline, addStatusIds=[hold])
    for status in (hold, by_state["ARCHIVED"]):
        await desk.owner.do("setJobStatus", jobId=job, statusId=status)
        assert await reminded(desk, 2.1) == []
        await desk.owner.do("setJobStatus", jobId=job, statusId=by_state["ACTIVE"])
        assert await reminded(desk) == ["ann@client.test"]
    await desk.owner.do(
        "moveJob", jobId=job, stageId=desk.shop.stages[1], expect={"stageId": desk.shop.stages[0]}, pendingItems="KEEP"
    )
    assert await reminded(desk, 2.1) == ["ann@client.test"]
    await desk.owner.do("setJobStatus", jobId=job, statusId=by_state["COMPLETED"])
    assert await reminded(desk, 2.1) == ["ann@client.test"]


async def test_nobody_is_reminded_in_their_quiet_hours(desk: Front, ann: Guest) -> None:
    """RM1: each in their own time zone; what is answered meanwhile is not sent."""
    await guest(desk, "Bob")
    zone = "Pacific/Kiritimati"  # 14 hours ahead
    noon = datetime.now(UTC).astimezone(ZoneInfo(zone)) + 3 * DAY
    await ann.payload("updatePortalContact", timeZone=zone)
    before, after = ((noon + timedelta(hours=hours)).strftime("%H:%M") for hours in (-2, 2))
    await desk.owner.do("updateFirm", timeZone="UTC", quietFrom=before, quietUntil=after)
    first, second = await sent(desk), await sent(desk)
    told = await reminded(desk, 3.001)
    assert told == ["bob@client.test"] * 2  # whose hours are the firm's
    await done(ann, "postPortalMessage", itemId=first, text="Two")
    assert await reminded(desk, 1.9 / 24) == []
    assert await reminded(desk, 0.2 / 24) == ["ann@client.test"]
    assert [shown["id"] for shown in await to_dos(ann, open=True)] == [second]


async def test_reminders_count_anew_when_they_are_changed(desk: Front, ann: Guest) -> None:
    """RM1: from the change on; what was reminded before counts."""
    item = await sent(desk)
    await desk.owner.do("updateItem", itemId=item, reminders={"everyDays": 1, "times": 2})
    assert await reminded(desk, 1.01) == ["ann@client.test"]
    assert await reminded(desk, 1.01) == ["ann@client.test"]
    assert await reminded(desk, 10) == []
    assert await codes(ann, "markPortalItemSeen", itemId=item) == []


async def test_a_firm_that_holds_its_mail_holds_its_reminders(desk: Front, ann: Guest) -> None:
    """AU9."""
    await sent(desk)
    await desk.owner.do("updateFirm", holdsClientMail=True)
    assert await reminded(desk, 3.1) == []
    held = [email for email in await desk.emails(states=["HELD"]) if "this is a reminder" in email["text"]]
    assert len(held) == 1
    await desk.owner.do("releaseEmails", all=True)
    assert await reminded(desk) == ["ann@client.test"]
