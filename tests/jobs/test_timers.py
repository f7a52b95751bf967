"""Timers (JB3): one at a time for each member, of the right length, whatever the clocks do meanwhile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from store.database import Database
from store.ids import new_id
from tests.jobs.kit import CHANGES, colleague, entry, history, spent
from tests.rules.kit import digest, hidden_job, set_state, task, together
from tests.rules.test_waiting import waiting
from tests.support.api import Api, Client, Json, Shop
from tests.support.wait import eventually
from tests.support.works import Works

ENTRY = "timeEntry { id day minutes running tooLong startedAt endedAt billable note job { id } task { id } }"
RUNNING = "{ viewer { runningTimer { id note job { id } } } }"


async def start(client: Client, job_id: str, **given: object) -> Json:
    """A timer that is started."""
    found: Json = await client.do("startTimer", ENTRY, jobId=job_id, **given)
    return found


async def stop(client: Client, **given: object) -> Json:
    """A timer that is stopped."""
    found: Json = await client.do("stopTimer", ENTRY, **given)
    return found


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(0, 1), (29, 1), (89, 1), (90, 2), (150, 3), (3_600, 60), (5_399, 90), (86_400, 1_440)]
)
async def test_a_timer_counts_whole_minutes_rounded_and_at_least_one(
    api: Api, shop: Shop, seconds: int, minutes: int
) -> None:
    """JB3."""
    works = Works.open(api, shop)
    job = await works.job()
    begun = await start(shop.owner, job, note="Call")
    assert (begun["running"], begun["minutes"], begun["day"]) == (True, None, "2030-06-03")
    assert (await spent(shop.owner, job))["timeSpentMinutes"] == 0
    works.now += timedelta(seconds=seconds)
    done = await stop(shop.owner)
    assert (done["id"], done["running"], done["minutes"], done["note"]) == (begun["id"], False, minutes, "Call")
    assert datetime.fromisoformat(done["endedAt"]) == works.now
    assert (await spent(shop.owner, job))["timeSpentMinutes"] == minutes


@pytest.mark.parametrize(
    ("begun", "hours", "day"),
    [
        ("2030-03-30T22:30", 4, "2030-03-30"),  # at 23:30; the clocks go forward in that night
        ("2030-10-26T22:30", 4, "2030-10-27"),  # at 0:30; the clocks go back after that
        ("2030-12-31T22:59", 2, "2030-12-31"),
        ("2030-12-31T23:00", 2, "2031-01-01"),
    ],
)
async def test_a_timer_over_midnight_and_changes_of_the_clocks_is_as_long_as_it_was(
    api: Api, shop: Shop, begun: str, hours: int, day: str
) -> None:
    """JB3: it counts for the firm's day on which it was started."""
    works = Works.open(api, shop)
    await shop.owner.do("updateFirm", timeZone="Europe/Berlin")
    works.now = datetime.fromisoformat(begun).replace(tzinfo=UTC)
    await start(shop.owner, await works.job())
    works.now += timedelta(hours=hours)
    done = await stop(shop.owner)
    assert (done["minutes"], done["day"]) == (hours * 60, day)


async def test_a_clock_that_is_behind_makes_no_time_that_is_negative(api: Api, shop: Shop) -> None:
    """JB3: as where another machine stops it."""
    works = Works.open(api, shop)
    await start(shop.owner, await works.job())
    works.now -= timedelta(minutes=5)
    done = await stop(shop.owner)
    assert (done["minutes"], done["startedAt"] == done["endedAt"]) == (1, True)


async def test_starting_another_timer_stops_the_one_that_runs(api: Api, shop: Shop) -> None:
    """JB3: as whoever turns to other work expects; the answer says which it was."""
    works = Works.open(api, shop)
    first, second = await works.job(), await works.job()
    begun = await start(shop.owner, first)
    works.now += timedelta(minutes=7)
    payload = await shop.owner.payload("startTimer", "timeEntry { id } stopped { id minutes }", jobId=second)
    assert payload["stopped"] == {"id": begun["id"], "minutes": 7}
    running = (await shop.owner.query(RUNNING))["viewer"]["runningTimer"]
    assert running == {"id": payload["timeEntry"]["id"], "note": None, "job": {"id": second}}
    assert (await spent(shop.owner, first))["timeSpentMinutes"] == 7


async def test_a_timer_for_the_same_goes_on(api: Api, shop: Shop) -> None:
    """JB3: pressed twice it is not two; for another task, note or charge it is another one."""
    works = Works.open(api, shop)
    job = await works.job()
    begun = await start(shop.owner, job, note="Call")
    assert (await start(shop.owner, job))["id"] == begun["id"]
    assert (await start(shop.owner, job, note=" Call "))["id"] == begun["id"]
    step = await task(shop.owner, jobId=job)
    others = ({"note": "Mail"}, {"taskId": step}, {"taskId": step, "billable": False}, {"id": new_id("time")})
    ids = [(await start(shop.owner, job, **given))["id"] for given in others]
    found = (await spent(shop.owner, job))["timeEntries"]["nodes"]
    assert {one["id"]: one["running"] for one in found} == dict.fromkeys([begun["id"], *ids], False) | {ids[-1]: True}


async def test_of_timers_started_at_once_one_runs_and_none_is_lost(shop: Shop, database: Database) -> None:
    """JB3: on two devices, say; the database itself knows of one."""
    jobs = [(await shop.job())["id"] for _ in range(3)]
    payloads = await together(*(shop.owner.payload("startTimer", ENTRY, jobId=job) for job in jobs * 2))
    assert [payload["errors"] for payload in payloads] == [[]] * 6
    rows = await database.rows("SELECT id, minutes FROM time_entries")
    assert sum(row["minutes"] is None for row in rows) == 1
    assert {row["minutes"] for row in rows} == {None, 1}
    assert {payload["timeEntry"]["id"] for payload in payloads} == {row["id"] for row in rows}
    with pytest.raises(asyncpg.UniqueViolationError, match="time_entries_one_timer"):
        await database.rows(
            "INSERT INTO time_entries (id, firm_id, job_id, member_id, day, started_at, billable)"
            " SELECT $1, firm_id, job_id, member_id, day, started_at, TRUE FROM time_entries LIMIT 1",
            new_id("time"),
        )


async def test_a_timer_that_is_stopped_twice_at_once_is_stopped_once(api: Api, shop: Shop, database: Database) -> None:
    """JB3: by its id both are answered with it; without one there is none any more for the second."""
    job = (await shop.job())["id"]
    begun = await start(shop.owner, job)
    answers = await together(*(shop.owner.payload("stopTimer", ENTRY, timeEntryId=begun["id"]) for _ in range(4)))
    assert [(answer["errors"], answer["timeEntry"]["minutes"]) for answer in answers] == [([], 1)] * 4
    assert [one["action"] for one in await history(shop.owner, job)] == ["TIME_ADDED", "CREATED"]
    before = await digest(database)
    assert await shop.owner.code("stopTimer") == ("NOT_RUNNING", ["input", "timeEntryId"])
    assert await digest(database) == before


async def test_a_timer_that_was_forgotten_is_marked_until_it_is_corrected(api: Api, shop: Shop) -> None:
    """JB3: what is measured is kept; nobody writes down more than a day."""
    works = Works.open(api, shop)
    job = await works.job()
    begun = await start(shop.owner, job)
    works.now += timedelta(hours=12)
    listed = "query ($id: ID!) { node(id: $id) { ... on TimeEntry { tooLong running } } }"
    assert (await shop.owner.query(listed, id=begun["id"]))["node"] == {"tooLong": False, "running": True}
    works.now += timedelta(hours=18, seconds=1)
    assert (await shop.owner.query(listed, id=begun["id"]))["node"] == {"tooLong": True, "running": True}
    done = await stop(shop.owner)
    assert (done["minutes"], done["tooLong"]) == (1_800, True)
    entry_id = {"timeEntryId": done["id"]}
    assert await shop.owner.code("updateTimeEntry", **entry_id, minutes=1_441) == ("INVALID", ["input", "minutes"])
    fixed = await shop.owner.do("updateTimeEntry", ENTRY, **entry_id, minutes=480)
    assert (fixed["minutes"], fixed["tooLong"], fixed["startedAt"]) == (480, False, done["startedAt"])


async def test_a_running_timer_is_corrected_but_for_what_it_measures(shop: Shop, database: Database) -> None:
    """JB3: its job's history says nothing before it is stopped."""
    job = (await shop.job())["id"]
    begun = {"timeEntryId": (await start(shop.owner, job))["id"]}
    step = await task(shop.owner, jobId=job)
    await shop.owner.do("updateTimeEntry", **begun, note="Mail", billable=False, taskId=step)
    before = await digest(database)
    for given in ({"minutes": 5}, {"day": "2026-01-01"}):
        assert await shop.owner.code("updateTimeEntry", **begun, **given) == ("INVALID", ["input", "timeEntryId"])
    assert await digest(database) == before
    done = await stop(shop.owner, note="Mails")
    assert (done["note"], done["billable"], done["task"]) == ("Mails", False, {"id": step})
    await start(shop.owner, job)
    running = (await shop.owner.query(RUNNING))["viewer"]["runningTimer"]["id"]
    await shop.owner.do("deleteTimeEntry", timeEntryId=running)
    assert (await shop.owner.query(RUNNING))["viewer"]["runningTimer"] is None
    assert [one["action"] for one in await history(shop.owner, job)] == ["TIME_ADDED", "TASK_ADDED", "CREATED"]


async def test_a_timer_is_stopped_wherever_its_job_has_gone(api: Api, shop: Shop) -> None:
    """JB3, ST1, AC4: archived, or out of sight: it is one's own time. There is none to be started there."""
    ann = await colleague(api, shop)
    job, other = (await shop.job())["id"], (await shop.job())["id"]
    await start(ann, job)
    await set_state(shop.owner, job, "ARCHIVED")
    assert (await stop(ann))["minutes"] == 1
    assert await ann.code("startTimer", jobId=job) == ("ARCHIVED", ["input", "jobId"])
    begun = await start(ann, other)
    await shop.owner.do("updateMemberAccess", memberId=ann.member_id, removeAccountIds=[shop.account])
    shown = (await ann.query(RUNNING))["viewer"]["runningTimer"]
    assert shown == {"id": begun["id"], "note": None, "job": None}
    assert await ann.code("updateTimeEntry", timeEntryId=begun["id"], note="x") == (
        "FORBIDDEN",
        ["input", "timeEntryId"],
    )
    done = await stop(ann)
    assert (done["minutes"], done["job"]) == (1, None)
    assert await ann.code("startTimer", jobId=other) == ("NOT_FOUND", ["input", "jobId"])


async def test_another_members_timer_is_stopped_by_who_manages_time(api: Api, shop: Shop, database: Database) -> None:
    """AC1: MANAGE_TIME_BUDGETS, of jobs that one sees."""
    ann, bob = await colleague(api, shop), await colleague(api, shop)
    manager = await colleague(api, shop, rights=["MANAGE_TIME_BUDGETS"])
    hidden = (await hidden_job(shop))["id"]
    begun, theirs = await start(ann, (await shop.job())["id"]), await start(shop.owner, hidden)
    before = await digest(database)
    assert await bob.code("stopTimer", timeEntryId=begun["id"]) == ("FORBIDDEN", ["input", "timeEntryId"])
    assert await manager.code("stopTimer", timeEntryId=theirs["id"]) == ("NOT_FOUND", ["input", "timeEntryId"])
    assert await digest(database) == before
    assert (await stop(manager, timeEntryId=begun["id"]))["running"] is False


async def test_the_timer_of_who_leaves_is_stopped_and_what_it_measured_stays(api: Api, shop: Shop) -> None:
    """JB3: so do all other entries."""
    works, ann = Works.open(api, shop), await colleague(api, shop)
    job = await works.job()
    await entry(ann, job, 15)
    await start(works.timed(ann), job)
    works.now += timedelta(minutes=25)
    await shop.owner.do("deactivateMember", memberId=ann.member_id)
    found = await spent(shop.owner, job)
    assert (found["timeSpentMinutes"], found["timeEntries"]["totalCount"]) == (40, 2)
    [newest, *_] = await history(shop.owner, job)
    assert (newest["action"], newest["cause"]["actor"]) == ("TIME_ADDED", {"id": shop.owner.member_id})
    assert {one["field"]: one["toNodes"] for one in newest["changes"]}["member"] == [{"id": ann.member_id}]


async def test_a_timer_that_is_just_being_started_by_who_is_deactivated_is_stopped_too(api: Api, shop: Shop) -> None:
    """JB3, AC1: the start has been found in order, and is about to be committed."""
    ann, job = await colleague(api, shop), (await shop.job())["id"]
    async with api.database.client.acquire_connection() as connection, connection.transaction():
        await connection.execute("SELECT FROM event_heads FOR NO KEY UPDATE")
        starting = asyncio.create_task(start(ann, job))
        await eventually(lambda: waiting(api, 1))
        leaving = asyncio.create_task(shop.owner.do("deactivateMember", memberId=ann.member_id))
        await eventually(lambda: waiting(api, 2))
    begun, _ = await asyncio.gather(starting, leaving)
    found = await spent(shop.owner, job)
    [one] = found["timeEntries"]["nodes"]
    assert (one["id"], one["minutes"], found["timeSpentMinutes"]) == (begun["id"], 1, 1)


async def test_ones_timer_shows_on_all_of_ones_screens_and_on_nobody_elses(api: Api, shop: Shop) -> None:
    """LV5: whoever starts, changes or stops it."""
    ann, bob, job = await colleague(api, shop), await colleague(api, shop), (await shop.job())["id"]
    cursor = (await ann.query("{ cursor }"))["cursor"]
    stream = {"myWork": {"parts": ["TIMER"]}}
    begun = await start(ann, job)
    found = (await ann.query(CHANGES, stream=stream, after=cursor))["changes"]
    shown = [change["runningTimer"] for event in found["events"] for change in event["changes"]]
    assert shown == [{"id": begun["id"]}]
    await stop(ann)
    [event] = (await ann.query(CHANGES, stream=stream, after=found["cursor"]))["changes"]["events"]
    assert [change["runningTimer"] for change in event["changes"]] == [None]
    assert (await bob.query(CHANGES, stream=stream, after=cursor))["changes"]["events"] == []
    others = {"myWork": {"parts": ["TASKS", "JOBS", "NOTIFICATIONS"]}}
    assert (await ann.query(CHANGES, stream=others, after=cursor))["changes"]["events"] == []
