"""Time limits of stages: when a visit is late, who hears of it, and what stops the clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from store.database import Database
from tests.rules.kit import built_in, digest, set_state
from tests.support.api import Api, Client, Json, Shop
from tests.support.works import MONDAY, Works

DAY = timedelta(days=1)
HOLIDAY = "2030-06-10"
"""The Monday after."""


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


async def limit(works: Works, stage_id: str, amount: int = 24, unit: str = "HOURS") -> None:
    """Jobs are not to stay in a stage for longer than this."""
    await works.owner.do("updateStage", stageId=stage_id, timeLimit={"amount": amount, "unit": unit})


async def told(client: Client) -> list[Json]:
    """What somebody has been told, newest first."""
    document = "{ viewer { notifications { nodes { kind text job { id } } } } }"
    found: list[Json] = (await client.query(document))["viewer"]["notifications"]["nodes"]
    return found


async def overdue(works: Works, job_id: str) -> bool:
    """Whether a job has been in its stage for too long, once the worker has done all that is due."""
    await works.work()
    job = await works.look(job_id)
    assert job["visits"][0]["overdue"] == job["stageOverdue"]
    return bool(job["stageOverdue"])


async def passes_at(works: Works, job_id: str, moment: datetime) -> None:
    """The limit of a job passes at a moment, and not before it."""
    assert (await works.look(job_id))["stageDueAt"] == moment.isoformat()
    works.now = moment - timedelta(seconds=1)
    assert not await overdue(works, job_id)
    works.now = moment
    assert await overdue(works, job_id)


async def test_a_job_that_stays_too_long_is_marked_once(works: Works) -> None:
    """PL6, LV7: with one event, one line of history, another version; its due date stays."""
    await limit(works, works.stages[1])
    job = await works.moved(works.stages[1], dueDate="2030-12-24")
    version, seq = (await works.look(job))["version"], await works.database.value("SELECT seq FROM event_heads")
    await passes_at(works, job, MONDAY + DAY)
    now = await works.look(job)
    assert (now["version"], now["dueDate"]) == (version + 1, "2030-12-24")
    assert await works.database.value("SELECT seq FROM event_heads") == seq + 1
    document = "query ($id: ID!) { job(id: $id) { history { nodes { action cause { kind } } } } }"
    entries = (await works.owner.query(document, id=job))["job"]["history"]["nodes"]
    assert [entry["action"] for entry in entries] == ["STAGE_OVERDUE", "MOVED", "CREATED"]
    works.wait(days=30)
    assert await works.work() == 0


async def test_its_assignees_are_told_once(works: Works) -> None:
    """PL6: those who are assigned when it passes; nobody else."""
    assignee, other = [await works.api.member(works.owner) for _ in range(2)]
    members = [assignee.member_id, other.member_id]
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, addAvailableToIds=members)
    await limit(works, works.stages[1])
    job = await works.moved(works.stages[1], assigneeIds=[other.member_id], name="Tax return")
    swap = {"addAssigneeIds": [assignee.member_id], "removeAssigneeIds": [other.member_id]}
    await works.owner.do("updateJob", jobId=job, **swap)
    works.wait(days=2)
    assert await overdue(works, job)
    text = "Tax return has been in its stage for too long."
    assigned = {"kind": "ASSIGNED", "text": "You are assigned to Tax return.", "job": {"id": job}}
    assert await told(assignee) == [{"kind": "STAGE_OVERDUE", "text": text, "job": {"id": job}}, assigned]
    assert (await told(other), await told(works.owner)) == ([], [])
    works.wait(days=2)
    await works.work()
    assert [one["kind"] for one in await told(assignee)] == ["STAGE_OVERDUE", "ASSIGNED"]


async def test_working_days_leave_out_weekends_and_holidays(works: Works) -> None:
    """PL6: two working days from Thursday on, with a holiday on Monday."""
    await works.owner.do("updateFirm", addHolidays=[{"day": HOLIDAY, "name": "Whit Monday"}])
    await limit(works, works.stages[1], 2, "WORKING_DAYS")
    works.now = MONDAY + 3 * DAY
    job = await works.moved(works.stages[1])
    await passes_at(works, job, MONDAY + 8 * DAY)


async def test_the_clock_starts_with_each_entry(works: Works) -> None:
    """PL6: another stage has none, coming back begins anew; a late visit stays late in the log of visits."""
    await limit(works, works.stages[1])
    job = await works.moved(works.stages[1])
    works.wait(hours=20)
    await works.move(job, works.stages[2])
    assert (await works.look(job))["stageDueAt"] is None
    works.wait(hours=20)
    assert (await overdue(works, job), await works.due()) == (False, 0)
    await works.move(job, works.stages[1])
    await passes_at(works, job, works.now + DAY)
    await works.move(job, works.stages[2])
    now = await works.look(job)
    assert (now["stageOverdue"], [visit["overdue"] for visit in now["visits"]]) == (
        False,
        [False, True, False, False, False],
    )


async def test_another_place_in_the_column_does_not_start_it_anew(works: Works) -> None:
    """MV3, PL6: the visit goes on."""
    await limit(works, works.stages[1])
    job, other = await works.moved(works.stages[1]), await works.moved(works.stages[1])
    works.wait(hours=5)
    await works.move(job, works.stages[1], afterJobId=other)
    await passes_at(works, job, MONDAY + DAY)


async def test_a_limit_that_is_set_later_counts_from_the_next_entry_on(works: Works) -> None:
    """PL4: jobs in the stage keep the limit with which they entered, or none."""
    bare = await works.moved(works.stages[1])
    await limit(works, works.stages[1])
    job = await works.moved(works.stages[1])
    await limit(works, works.stages[1], 1)
    works.wait(hours=2)
    assert [await overdue(works, one) for one in (bare, job)] == [False, False]
    await passes_at(works, job, MONDAY + DAY)


@pytest.mark.parametrize("state", ["CUSTOM", "ARCHIVED"])
async def test_it_stands_still_while_the_status_pauses(works: Works, state: str) -> None:
    """PL6, ST1: what was left of it is left when the job goes on."""
    await limit(works, works.stages[1])
    job = await works.moved(works.stages[1])
    status = await works.status() if state == "CUSTOM" else await built_in(works.owner, state)
    works.wait(hours=20)
    await works.put(job, status)
    works.wait(days=10)
    assert not await overdue(works, job)
    await set_state(works.owner, job, "ACTIVE")
    await passes_at(works, job, works.now + timedelta(hours=4))


async def test_it_stands_still_through_the_archive_and_a_status_that_pauses(works: Works) -> None:
    """PL6, ST1: the time in the one counts as little as that in the other, whatever comes first."""
    await limit(works, works.stages[1], 10)
    hold, archived = await works.status(), await built_in(works.owner, "ARCHIVED")
    for statuses in ((archived, hold), (hold, archived)):
        job = await works.moved(works.stages[1])
        works.wait(hours=1)
        for status in statuses:
            await works.put(job, status)
            works.wait(days=30)
            assert not await overdue(works, job)
        await set_state(works.owner, job, "ACTIVE")
        await passes_at(works, job, works.now + timedelta(hours=9))


async def test_a_status_that_does_not_pause_lets_it_run(works: Works) -> None:
    """PL6, ST1: it passes in that status."""
    await limit(works, works.stages[1])
    job, going = await works.moved(works.stages[1]), await works.status(pauses=False)
    await works.put(job, going)
    await passes_at(works, job, MONDAY + DAY)


async def test_only_the_part_of_a_pause_in_the_visit_counts(works: Works) -> None:
    """PL6: a job that enters on hold has its whole time from its return to Active on, and not more."""
    await limit(works, works.stages[1])
    job, hold = await works.job(), await works.status()
    await works.put(job, hold)
    works.wait(days=10)
    await works.move(job, works.stages[1])
    works.wait(days=3)
    await set_state(works.owner, job, "ACTIVE")
    await passes_at(works, job, works.now + DAY)


@pytest.mark.parametrize("between", [[], ["ARCHIVED"], ["CUSTOM"], ["ARCHIVED", "CUSTOM"]], ids=" ".join)
async def test_completed_jobs_are_never_late_until_they_are_taken_up_again(works: Works, between: list[str]) -> None:
    """PL6, ST1: whatever statuses come between; then the limit that has passed meanwhile is noticed at once."""
    await limit(works, works.stages[1])
    going = await works.status(pauses=False)
    job = await works.moved(works.stages[1])
    await set_state(works.owner, job, "COMPLETED")
    works.wait(days=2)
    assert not await overdue(works, job)
    for state in between:
        await works.put(job, going if state == "CUSTOM" else await built_in(works.owner, state))
        assert await overdue(works, job) == (state == "CUSTOM")
    await set_state(works.owner, job, "ACTIVE")
    assert await overdue(works, job)


async def test_a_job_that_leaves_as_the_limit_passes_is_late_or_not(works: Works, database: Database) -> None:
    """PL6: exactly one of the two comes first; the visit says which, and nothing is due any more."""
    await limit(works, works.stages[1], 1)
    for _ in range(5):
        job = await works.moved(works.stages[1])
        works.wait(hours=1)
        version = (await works.look(job))["version"]
        given = {"jobId": job, "stageId": works.stages[2], "expect": {"stageId": works.stages[1]}}
        doing: list[Any] = [works.owner.do("moveJob", **given), works.work()]
        await asyncio.gather(*doing)
        now = await works.look(job)
        assert now["version"] == version + 1 + now["visits"][1]["overdue"]
        assert (now["stageOverdue"], await works.due()) == (False, 0)
    before = await digest(database)
    assert await works.work() == 0
    assert await digest(database) == before


async def test_hours_are_hours_whatever_the_clocks_do(works: Works) -> None:
    """PL6: 24 hours over a change of the clock are 24 hours; a working day keeps the hour of the day."""
    await works.owner.do("updateFirm", timeZone="Europe/Berlin")
    works.now = datetime(2030, 3, 29, 9, tzinfo=UTC)  # the Friday before
    await limit(works, works.stages[1], 72)
    await limit(works, works.stages[2], 1, "WORKING_DAYS")
    hours, days = await works.moved(works.stages[1]), await works.moved(works.stages[2])
    assert (await works.look(hours))["stageDueAt"] == "2030-04-01T09:00:00+00:00"
    assert (await works.look(days))["stageDueAt"] == "2030-04-01T08:00:00+00:00"
