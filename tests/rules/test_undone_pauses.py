"""What stood still before a move has stood still after its undoing, too (MV7, PL6, AU4)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.rules.kit import built_in
from tests.support.api import Api, Shop
from tests.support.works import Works, said

HOURS = {"amount": 10, "unit": "HOURS"}


@pytest.fixture
async def works(api: Api, shop: Shop) -> Works:
    """A shop whose second stage has a time limit of ten hours, and says something after as many."""
    works = Works.open(api, shop)
    await works.owner.do("updateStage", stageId=works.stages[1], timeLimit=HOURS)
    await works.automate(works.stages[1], said("Ten hours"), delay={"span": HOURS})
    return works


async def undo(works: Works, job_id: str) -> None:
    """Undoes the last move of a job."""
    version = (await works.look(job_id))["version"]
    await works.owner.do("undoMove", jobId=job_id, expect={"version": version})


async def passes_at(works: Works, job_id: str, moment: datetime) -> None:
    """The limit passes at a moment, and not before it; and what is delayed comes then, too."""
    job = await works.look(job_id)
    run = job["runs"][0]
    assert (job["stageDueAt"], run["dueAt"]) == (moment.isoformat(), moment.isoformat())
    for now, late in ((moment - timedelta(seconds=1), False), (moment, True)):
        works.now = now
        await works.work()
        job = await works.look(job_id)
        assert (job["stageOverdue"], job["runs"][0]["state"]) == (late, "DONE" if late else "SCHEDULED")


async def test_a_pause_before_the_move_counts_though_the_job_is_active_again(works: Works) -> None:
    """MV7, PL6: one hour of ten is over, five stood still."""
    hold = await works.status()
    job = await works.moved(works.stages[1])
    works.wait(hours=1)
    await works.put(job, hold)
    works.wait(hours=5)
    await works.move(job, works.stages[2])
    works.wait(minutes=1)
    await works.put(job, await built_in(works.owner, "ACTIVE"))
    start = works.now - timedelta(minutes=1)
    works.wait(minutes=1)
    await undo(works, job)
    await passes_at(works, job, start + timedelta(hours=9))


async def test_a_pause_before_the_move_counts_beside_the_one_that_comes_back(works: Works) -> None:
    """MV7, ST1: an automation has made the job Active; undone, it is on hold again, and goes on from there."""
    hold, active = await works.status(), await built_in(works.owner, "ACTIVE")
    await works.automate(works.stages[2], {"setJobStatus": {"statusId": active}})
    job = await works.moved(works.stages[1])
    works.wait(hours=1)
    await works.put(job, hold)
    works.wait(hours=5)
    await works.move(job, works.stages[2])
    await undo(works, job)
    assert (await works.look(job))["status"]["id"] == hold
    works.wait(days=3)
    await works.work()
    await works.put(job, active)
    await passes_at(works, job, works.now + timedelta(hours=9))
