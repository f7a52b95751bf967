"""Automations that wait: how long, for what, and what becomes of them meanwhile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from store.database import Database
from tests.rules.kit import built_in, digest
from tests.support.api import Api, Json, Shop
from tests.support.works import MONDAY, Works, asked, said

FRIDAY = MONDAY + timedelta(days=4)
HOLIDAY = "2030-06-10"
"""The Monday after."""


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


def span(amount: int, unit: str = "HOURS") -> Json:
    """A delay for a span of time."""
    return {"delay": {"span": {"amount": amount, "unit": unit}}}


def until(days: int = 0, day: str = "DUE_DATE") -> Json:
    """A delay until a date of the job."""
    return {"delay": {"until": {"date": day, "days": days}}}


def at(day: str, hour: int = 9) -> str:
    """A moment, as the API says it."""
    return f"{day}T{hour:02}:00:00+00:00"


async def waiting(works: Works, delay: Json, **given: Any) -> str:
    """A job in the second stage, where an automation waits to say something about it."""
    await works.automate(works.stages[1], said("Now"), **delay)
    return await works.moved(works.stages[1], **given)


async def is_done_at(works: Works, job_id: str, moment: datetime) -> None:
    """The automation of a job is done at a moment, and not before it."""
    works.now = moment - timedelta(seconds=1)
    await works.work()
    assert (await works.states(job_id), await works.comments(job_id)) == (["SCHEDULED"], [])
    works.now = moment
    await works.work()
    assert (await works.states(job_id), await works.comments(job_id)) == (["DONE"], ["Now"])


@pytest.mark.parametrize(
    ("amount", "unit", "moment"),
    [
        (90, "MINUTES", MONDAY + timedelta(minutes=90)),
        (36, "HOURS", MONDAY + timedelta(hours=36)),
        (2, "DAYS", MONDAY + timedelta(days=2)),
        (1, "WEEKS", MONDAY + timedelta(weeks=1)),
        (1, "MONTHS", datetime(2030, 7, 3, 9, tzinfo=UTC)),
    ],
)
async def test_a_span_is_waited_for(works: Works, amount: int, unit: str, moment: datetime) -> None:
    """AU4: from the entry on; the log says until when."""
    job = await waiting(works, span(amount, unit))
    assert (await works.run(job))["dueAt"] == moment.isoformat()
    await is_done_at(works, job, moment)
    assert (await works.run(job))["dueAt"] is None


async def test_working_days_leave_out_weekends_and_holidays(works: Works) -> None:
    """AU4: from Friday, one working day later is Tuesday where Monday is a holiday."""
    await works.owner.do("updateFirm", addHolidays=[{"day": HOLIDAY, "name": "Whit Monday"}])
    works.now = FRIDAY
    job = await waiting(works, span(1, "WORKING_DAYS"))
    await is_done_at(works, job, FRIDAY + timedelta(days=4))


async def test_the_next_one_does_not_wait(works: Works) -> None:
    """AU4: a delay holds up only what it delays."""
    second = works.stages[1]
    await works.automate(second, said("Later"), **span(1))
    await works.automate(second, said("At once"))
    job = await works.moved(second)
    assert (await works.states(job), await works.comments(job)) == (["SCHEDULED", "DONE"], ["At once"])
    works.wait(hours=1)
    await works.work()
    assert await works.comments(job) == ["At once", "Later"]


async def test_those_that_are_due_together_run_in_their_order(works: Works) -> None:
    """AU1, AU4: also where the one that stands first was made last."""
    second = works.stages[1]
    for text in ("Two", "One"):
        await works.automate(second, said(text), position=0, **span(1))
    await works.automate(second, said("Zero"), **span(30, "MINUTES"))
    job = await works.moved(second)
    works.wait(hours=2)
    await works.work()
    assert await works.comments(job) == ["Zero", "One", "Two"]


async def test_a_date_of_the_job_is_waited_for(works: Works) -> None:
    """AU4: at nine in the morning of that day, or so many days before or after it, in the firm's time zone."""
    await works.owner.do("updateFirm", timeZone="America/New_York")
    job = await waiting(works, until(-2), dueDate="2030-06-14")
    await is_done_at(works, job, datetime(2030, 6, 12, 13, tzinfo=UTC))
    start = await works.automate(works.stages[2], said("Now"), **until(1, "START_DATE"))
    late = await works.moved(works.stages[2], startDate="2030-06-14")
    assert (await works.run(late))["automation"]["id"] == start
    assert (await works.run(late))["dueAt"] == at("2030-06-15", 13)


async def test_a_date_that_has_passed_is_now(works: Works) -> None:
    """AU4: the worker does it at once."""
    job = await waiting(works, until(-30), dueDate="2030-06-14")
    assert (await works.run(job))["dueAt"] == works.now.isoformat()
    await works.work()
    assert await works.comments(job) == ["Now"]


async def test_a_job_without_the_date_waits_until_it_has_it(works: Works) -> None:
    """AU4: the log says for what it waits."""
    job = await waiting(works, until(-1))
    run = await works.run(job)
    assert (run["state"], run["dueAt"], run["reason"]) == (
        "SCHEDULED",
        None,
        "It waits until the job has the date.",
    )
    works.wait(days=30)
    await works.work()
    assert await works.states(job) == ["SCHEDULED"]
    await works.owner.do("updateJob", jobId=job, dueDate="2030-08-02")
    run = await works.run(job)
    assert (run["dueAt"], run["reason"]) == (at("2030-08-01"), None)
    await is_done_at(works, job, datetime(2030, 8, 1, 9, tzinfo=UTC))


async def test_it_moves_with_the_date(works: Works) -> None:
    """AU4: edited by hand or by an automation, taken away, given again; a date that has passed is now."""
    job = await waiting(works, until(), dueDate="2030-06-14")
    await works.owner.do("updateJob", jobId=job, dueDate="2030-06-20")
    assert (await works.run(job))["dueAt"] == at("2030-06-20")
    await works.owner.do("updateJob", jobId=job, dueDate=None)
    assert (await works.run(job))["dueAt"] is None
    works.now = MONDAY + timedelta(days=20)
    await works.work()
    assert await works.states(job) == ["SCHEDULED"]
    await works.owner.do("updateJob", jobId=job, dueDate="2030-06-14")
    assert (await works.run(job))["dueAt"] == works.now.isoformat()
    await works.work()
    assert await works.states(job) == ["DONE"]


async def test_an_automation_that_sets_the_date_sets_the_time(works: Works) -> None:
    """AU4, AU7: what waits for the due date waits for the one that SET_DATES has given."""
    second = works.stages[1]
    await works.automate(second, said("Now"), **until())
    await works.automate(second, {"setDates": {"dueAfter": {"amount": 3, "unit": "DAYS"}}})
    job = await works.moved(second)
    [run, _] = await works.runs(job)
    assert (run["state"], run["dueAt"]) == ("SCHEDULED", at("2030-06-06"))


async def test_its_condition_is_read_when_the_time_has_come(works: Works) -> None:
    """CN3, AU3: not when the job entered."""
    vip = (await works.owner.do("createTag", "tag { id }", name="VIP"))["id"]
    given = span(1) | {"condition": {"tags": [vip]}}
    job, account = await waiting(works, given), works.shop.account
    await works.owner.do("updateAccount", accountId=account, addTagIds=[vip])
    works.wait(hours=1)
    await works.work()
    assert await works.states(job) == ["DONE"]
    late = await works.moved(works.stages[1])
    await works.owner.do("updateAccount", accountId=account, removeTagIds=[vip])
    works.wait(hours=1)
    await works.work()
    run = await works.run(late)
    assert (run["state"], run["reason"]) == ("SKIPPED", "The account lacks the tag VIP.")


async def test_leaving_the_stage_cancels_it(works: Works) -> None:
    """AU4: however the job leaves; coming back is another visit with another wait."""
    job = await waiting(works, span(1))
    await works.move(job, works.stages[2])
    run = await works.run(job)
    assert (run["state"], run["reason"]) == ("CANCELLED", "The job has left the stage.")
    assert (run["finishedAt"], run["dueAt"], await works.due()) == (works.now.isoformat(), None, 0)
    works.wait(minutes=30)
    await works.move(job, works.stages[1])
    works.wait(minutes=59)
    await works.work()
    assert await works.states(job) == ["CANCELLED", "SCHEDULED"]
    works.wait(minutes=1)
    await works.work()
    assert (await works.states(job), await works.comments(job)) == (["CANCELLED", "DONE"], ["Now"])


async def test_a_move_within_the_column_cancels_nothing(works: Works) -> None:
    """MV3, AU4: the visit goes on."""
    job = await waiting(works, span(1))
    other = await works.moved(works.stages[1])
    await works.move(job, works.stages[1], afterJobId=other)
    await is_done_at(works, job, MONDAY + timedelta(hours=1))


async def test_a_status_that_pauses_puts_it_off_by_the_pause(works: Works) -> None:
    """AU4, ST1: an hour of waiting is left when the job goes on; statuses that do not pause change nothing."""
    job = await waiting(works, span(2))
    hold, going = await works.status("On hold"), await works.status("In progress", pauses=False)
    active = await built_in(works.owner, "ACTIVE")
    works.wait(hours=1)
    await works.put(job, hold)
    works.wait(days=3)
    await works.work()
    assert await works.states(job) == ["SCHEDULED"]
    await works.put(job, active)
    assert (await works.run(job))["dueAt"] == (works.now + timedelta(hours=1)).isoformat()
    await works.put(job, going)
    await is_done_at(works, job, works.now + timedelta(hours=1))


async def test_an_archived_job_is_waited_for(works: Works) -> None:
    """AU4, ST1: unarchived, its delays go on, in the same stage and visit."""
    job = await waiting(works, span(2))
    works.wait(hours=1)
    await works.put(job, await built_in(works.owner, "ARCHIVED"))
    works.wait(days=365)
    assert await works.work() == 0
    await works.put(job, await built_in(works.owner, "ACTIVE"))
    assert await works.states(job) == ["SCHEDULED"]
    await is_done_at(works, job, works.now + timedelta(hours=1))


async def test_pauses_that_follow_one_another_add_up(works: Works) -> None:
    """AU4: on hold, then archived, then on hold again is one pause; a second one later comes on top."""
    job, hold = await waiting(works, span(2)), await works.status()
    active, archived = [await built_in(works.owner, state) for state in ("ACTIVE", "ARCHIVED")]
    works.wait(hours=1)
    for status in (hold, archived, hold, active):
        await works.put(job, status)
        works.wait(hours=10)
    assert (await works.run(job))["dueAt"] == (MONDAY + timedelta(hours=32)).isoformat()
    works.now = MONDAY + timedelta(hours=31, minutes=30)
    await works.put(job, hold)
    works.wait(hours=5)
    await works.put(job, active)
    await is_done_at(works, job, MONDAY + timedelta(hours=37))


async def test_a_date_is_not_put_off_by_a_pause(works: Works) -> None:
    """AU4: it waits while the job pauses; then it is done, on its day or at once."""
    job, hold = await waiting(works, until(), dueDate="2030-06-06"), await works.status()
    active = await built_in(works.owner, "ACTIVE")
    for day, shown in ((1, at("2030-06-06")), (2, at("2030-06-06"))):
        await works.put(job, hold)
        works.wait(days=day)
        await works.put(job, active)
        assert (await works.run(job))["dueAt"] == shown
    await works.put(job, hold)
    works.wait(days=5)
    await works.work()
    assert await works.states(job) == ["SCHEDULED"]
    await works.put(job, active)
    await works.work()
    assert await works.states(job) == ["DONE"]


async def test_only_the_part_of_a_pause_in_the_visit_counts(works: Works) -> None:
    """AU4: a job that is moved while it is on hold waits its time from its return to Active on, and not longer."""
    await works.automate(works.stages[1], said("Now"), **span(2))
    job, hold = await works.job(), await works.status()
    await works.put(job, hold)
    works.wait(days=10)
    await works.move(job, works.stages[1])
    works.wait(days=1)
    await works.work()
    await works.put(job, await built_in(works.owner, "ACTIVE"))
    await is_done_at(works, job, works.now + timedelta(hours=2))


async def test_it_can_be_run_now(works: Works) -> None:
    """AU4: by whoever sees the job, also while the job pauses; once."""
    job, hold = await waiting(works, until()), await works.status()
    other = await works.moved(works.stages[1], dueDate="2030-06-14")
    await works.put(other, hold)
    for one in (job, other):
        run = await works.owner.do("runNow", "run { state dueAt reason }", runId=(await works.run(one))["id"])
        assert run == {"state": "QUEUED", "dueAt": None, "reason": None}
        await works.work()
        assert (await works.states(one), await works.comments(one)) == (["DONE"], ["Now"])
    works.wait(days=30)
    await works.put(other, await built_in(works.owner, "ACTIVE"))
    assert await works.work() == 0


async def test_it_can_be_cancelled(works: Works) -> None:
    """AU4: and then never runs."""
    job = await waiting(works, span(1))
    run = await works.owner.do("cancelRun", "run { state reason finishedAt }", runId=(await works.run(job))["id"])
    assert run == {"state": "CANCELLED", "reason": "Cancelled by hand.", "finishedAt": works.now.isoformat()}
    works.wait(days=1)
    assert (await works.work(), await works.comments(job), await works.due()) == (0, [], 0)


async def test_run_and_cancelled_at_the_same_time_it_is_one_of_both(works: Works) -> None:
    """AU4: whoever comes second is refused, or finds it done."""
    await works.automate(works.stages[1], said("Now"), **span(1))
    for _ in range(5):
        job = await works.moved(works.stages[1])
        works.wait(hours=1)
        run = (await works.run(job))["id"]
        payload, _ = await asyncio.gather(works.owner.payload("cancelRun", runId=run), works.work())
        done = [["Now"], ["DONE"]] if payload["errors"] else [[], ["CANCELLED"]]
        assert [await works.comments(job), await works.states(job)] == done


async def test_a_scheduled_task_holds_its_job_and_a_scheduled_word_does_not(works: Works) -> None:
    """AM2: a delayed automation that makes no item may still be waiting; one that makes one is waited for."""
    second, third = works.stages[1:]
    await works.owner.do("updateStage", stageId=second, automove="WHEN_ITEMS_DONE_OR_NONE")
    job = await waiting(works, span(1))
    await works.work()
    assert (await works.look(job))["stage"] == {"id": third}
    assert await works.states(job) == ["CANCELLED"]
    await works.automate(second, asked("Call them"), **span(2))
    job = await works.moved(second)
    works.wait(hours=1)
    await works.work()
    assert (await works.look(job))["stage"] == {"id": second}
    works.wait(hours=1)
    await works.work()
    now = await works.look(job)
    assert ([task["open"] for task in now["tasks"]], now["stage"]) == ([True], {"id": second})


async def test_what_a_client_may_not_configure_is_refused(works: Works, database: Database) -> None:
    """API1: exactly one of a span and a date; spans of a sensible length."""
    before = await digest(database)
    document = "mutation ($i: CreateAutomationInput!) { it: createAutomation(input: $i) { errors { code path } } }"
    for delay in ({}, {"span": {"amount": 1, "unit": "HOURS"}, "until": {"date": "DUE_DATE"}}, {"span": None}):
        given = {"stageId": works.stages[1], "config": said("Now"), "delay": delay}
        assert (await works.owner.answer(document, i=given))["data"] is None
    for amount, unit in ((0, "HOURS"), (-1, "DAYS"), (10_000_000, "MONTHS")):
        given = {"stageId": works.stages[1], "config": said("Now"), **span(amount, unit)}
        found = (await works.owner.answer(document, i=given))["data"]["it"]["errors"]
        assert [(error["code"], error["path"]) for error in found] == [
            ("INVALID", ["input", "delay", "span", "amount"])
        ]
    assert await digest(database) == before
