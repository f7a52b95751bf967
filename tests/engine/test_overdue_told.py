"""At the firm's midnight who is to do what becomes overdue is told of it."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from store.database import Database
from tests.engine.test_clock import DUE, MIDNIGHT, NEXT, TICK, Watch, announcement, watch_of
from tests.rules.kit import hidden_job, set_state, task
from tests.rules.test_comments import colleague
from tests.rules.test_notification_emails import prefer
from tests.rules.test_notifications import inbox
from tests.support.api import Api, Client, Json, Shop
from tests.support.foresight import accept


@pytest.fixture
async def watch(shop: Shop, database: Database) -> Watch:
    """A firm in Greenwich, on the day on which what the tests make is due."""
    return await watch_of(shop, database)


async def overdue(client: Client) -> list[Json]:
    """What a member is told of what is overdue, newest first."""
    return [one for one in await inbox(client) if one["kind"] == "OVERDUE"]


async def subjects(client: Client) -> list[str]:
    """Of what."""
    return sorted(one["subject"]["id"] for one in await overdue(client))


async def test_the_assignees_of_a_job_are_told_at_midnight_and_once(api: Api, watch: Watch) -> None:
    """ST1: not a moment earlier; whoever else sees the job is not told."""
    assignee, other = [await colleague(api, watch.shop) for _ in range(2)]
    job = (await watch.shop.job("Tax return", dueDate=DUE.isoformat(), assigneeIds=[assignee.member_id]))["id"]
    await watch.strike(MIDNIGHT - TICK)
    assert await overdue(assignee) == []
    for later in range(3):
        await watch.strike(MIDNIGHT + timedelta(days=later))
    [found] = await overdue(assignee)
    found.pop("id")
    assert found == {
        "kind": "OVERDUE",
        "text": "Tax return was due on 22 November 2026.",
        "readAt": None,
        "job": {"id": job},
        "subject": {"__typename": "Job", "id": job},
        "cause": {"kind": "SYSTEM", "actor": None},
    }
    assert [await inbox(one) for one in (other, watch.shop.owner)] == [[], []]


async def test_workers_at_the_same_midnight_tell_it_once(api: Api, watch: Watch) -> None:
    """LV7: whichever comes first."""
    assignee = await colleague(api, watch.shop)
    await watch.shop.job(dueDate=DUE.isoformat(), assigneeIds=[assignee.member_id])
    assert sum(await asyncio.gather(*(watch.strike(MIDNIGHT) for _ in range(4)))) >= 1
    assert len(await overdue(assignee)) == 1


async def test_it_is_one_event_with_the_announcement(api: Api, watch: Watch) -> None:
    """LV2, LV7: the new date, and what members are told by it."""
    assignee = await colleague(api, watch.shop)
    await watch.shop.job(dueDate=DUE.isoformat(), assigneeIds=[assignee.member_id])
    await watch.strike()
    [event] = await watch.events()
    wanted = announcement(DUE, NEXT)
    assert (event["cause"], event["changes"][0]) == (wanted["cause"], wanted["changes"][0])
    assert [(one["type"], one["member"]) for one in event["changes"][1:]] == [("notification", assignee.member_id)]


async def test_open_tasks_are_told_to_their_assignees(api: Api, watch: Watch) -> None:
    """ST1: in a job or in none; a closed one is not overdue. It is an event though no board shows it."""
    assignee, due = await colleague(api, watch.shop), DUE.isoformat()
    people = [assignee.member_id]
    job = (await watch.shop.job())["id"]
    inside = await task(watch.shop.owner, "Call", jobId=job, dueDate=due, assigneeIds=people)
    lone = await task(watch.shop.owner, "Plan", dueDate=due, assigneeIds=people)
    closed = await task(watch.shop.owner, dueDate=due, assigneeIds=people)
    await watch.shop.owner.do("completeItem", itemId=closed)
    await watch.strike()
    assert await subjects(assignee) == sorted([inside, lone])
    assert {one["text"]: one["job"] for one in await overdue(assignee)} == {
        "The task Call was due on 22 November 2026.": {"id": job},
        "The task Plan was due on 22 November 2026.": None,
    }
    assert (await watch.events(), watch.notified) == ([], [watch.firm_id])


async def test_only_what_passes_its_date_at_this_midnight_is_told(api: Api, watch: Watch) -> None:
    """ST1: not what was overdue before, what is due later or never, what is done, or what is archived."""
    assignee = await colleague(api, watch.shop)
    people = [assignee.member_id]
    days: list[date | None] = [DUE - timedelta(days=1), NEXT, None, DUE, DUE, DUE]
    jobs = [(await watch.shop.job(dueDate=day and day.isoformat(), assigneeIds=people))["id"] for day in days]
    tasks = [
        await task(watch.shop.owner, dueDate=day and day.isoformat(), assigneeIds=people, jobId=job)
        for day, job in zip(days, jobs, strict=True)
    ]
    await set_state(watch.shop.owner, jobs[4], "COMPLETED")
    await set_state(watch.shop.owner, jobs[5], "ARCHIVED")
    await watch.strike()
    assert await subjects(assignee) == sorted([jobs[3], tasks[3], tasks[4]])


async def test_after_days_without_a_worker_each_is_told_once(api: Api, watch: Watch) -> None:
    """LV7: all midnights that have passed."""
    assignee = await colleague(api, watch.shop)
    days = [DUE + timedelta(days=n) for n in range(3)]
    jobs = [(await watch.shop.job(dueDate=day.isoformat(), assigneeIds=[assignee.member_id]))["id"] for day in days]
    await watch.strike(MIDNIGHT + timedelta(days=2))
    assert await subjects(assignee) == sorted(jobs)


async def test_nobody_is_told_of_what_they_do_not_see_or_who_is_gone(api: Api, watch: Watch) -> None:
    """AC4: of a task whose job they do not see, they are told without the job."""
    stranger, gone = await api.member(watch.shop.owner), await colleague(api, watch.shop)
    due = DUE.isoformat()
    job = (await hidden_job(watch.shop, dueDate=due, assigneeIds=[stranger.member_id, gone.member_id]))["id"]
    inside = await task(watch.shop.owner, jobId=job, dueDate=due, assigneeIds=[stranger.member_id, gone.member_id])
    await watch.shop.owner.do("deactivateMember", memberId=gone.member_id)
    await watch.strike()
    assert [(one["subject"]["id"], one["job"]) for one in await overdue(stranger)] == [(inside, None)]
    sql = "SELECT count(*) FROM notifications WHERE member_id = $1 AND kind = 'OVERDUE'"
    assert await watch.database.value(sql, gone.member_id) == 0


async def test_an_e_mail_goes_to_who_wants_one(api: Api, watch: Watch) -> None:
    """LV5: made with the midnight."""
    assignee = await colleague(api, watch.shop)
    await prefer(assignee, "OVERDUE")
    await watch.shop.job("Tax return", dueDate=DUE.isoformat(), assigneeIds=[assignee.member_id])
    await watch.strike()
    [letter] = await accept(watch.database, clock=lambda: MIDNIGHT + timedelta(minutes=1))
    assert letter.subject == "Overdue: Tax return"


async def test_another_firms_midnight_is_not_ours(api: Api, watch: Watch) -> None:
    """LV7: nothing crosses firms."""
    assignee = await colleague(api, watch.shop)
    await watch.shop.job(dueDate=DUE.isoformat(), assigneeIds=[assignee.member_id])
    await api.firm("Elsewhere")
    await watch.begin(NEXT)
    await watch.strike()
    assert await overdue(assignee) == []
