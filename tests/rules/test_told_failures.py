"""Who is told that an automation has failed, and for how long (AU2)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from engine.automating.execution import BACK_OFF, TRIES
from tests.rules.kit import hidden_job
from tests.rules.test_assigned import SOURCE
from tests.rules.test_comments import colleague
from tests.rules.test_failed_automations import NO_TASKS, REVERSED, refused_job, refusing
from tests.rules.test_notifications import inbox
from tests.support.api import Api, Client, Json, Shop
from tests.support.statements import counting
from tests.support.works import Works, asked


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


async def failures(client: Client) -> list[Json]:
    """What a member is told of failed automations, newest first."""
    return [one for one in await inbox(client) if one["kind"] == "AUTOMATION_FAILED"]


async def test_the_assignees_and_the_pipelines_owner_are_told_why(api: Api, works: Works) -> None:
    """AU2: the turn, its job, and the reason; whoever else sees the job is not told."""
    assignee, other = [await colleague(api, works.shop) for _ in range(2)]
    automation = await refusing(works, works.stages[1])
    given = {"name": "Tax return", "startDate": "2030-07-01", "assigneeIds": [assignee.member_id]}
    job = await works.moved(works.stages[1], **given)
    run = await works.run(job)
    for one in (assignee, works.owner):
        [found] = await failures(one)
        found.pop("id")
        assert found == {
            "kind": "AUTOMATION_FAILED",
            "text": f"An automation has failed for Tax return. {REVERSED}",
            "readAt": None,
            "job": {"id": job},
            "subject": {"__typename": "AutomationRun", "id": run["id"]},
            "cause": {"kind": "AUTOMATION", "actor": {"id": works.owner.member_id}},
        }
    assert await inbox(other) == []
    cause = "{ viewer { notifications { nodes { cause { automation { id } } } } } }"
    [found] = (await works.owner.query(cause))["viewer"]["notifications"]["nodes"]
    assert found == {"cause": {"automation": {"id": automation}}}


async def test_only_the_end_of_all_tries_is_told_and_once(works: Works) -> None:
    """AU2: what is tried again has not failed yet."""
    await works.automate(works.stages[1], asked("Fault"))
    job = await works.job(assigneeIds=[works.owner.member_id])  # for both reasons
    async with works.trouble(*NO_TASKS):
        await works.move(job, works.stages[1])
        for tries in range(1, TRIES):
            assert await inbox(works.owner) == []
            works.now += BACK_OFF * 2 ** (tries - 1)
            await works.work()
    assert await works.states(job) == ["FAILED"]
    assert len(await failures(works.owner)) == 1
    works.now += timedelta(days=30)
    await works.work()
    assert len(await failures(works.owner)) == 1


async def test_a_dismissed_failure_is_taken_back(works: Works) -> None:
    """AU2: nobody has to look at it any more."""
    run = await works.run(await refused_job(works))
    assert len(await failures(works.owner)) == 1
    await works.owner.do("dismissRun", runId=run["id"])
    assert await inbox(works.owner) == []


async def test_a_retry_takes_it_back_and_another_failure_is_told_anew(works: Works) -> None:
    """AU2: it is told as long as it stands as failed, and is news each time that it comes to."""
    job = await refused_job(works)
    run = await works.run(job)
    await works.owner.do("markNotificationsRead", all=True)
    await works.owner.do("retryRun", runId=run["id"])
    assert await inbox(works.owner) == []
    await works.work()
    assert [one["readAt"] for one in await failures(works.owner)] == [None]
    await works.owner.do("updateJob", jobId=job, startDate=None)
    await works.owner.do("retryRun", runId=run["id"])
    await works.work()
    assert (await works.states(job), await inbox(works.owner)) == (["DONE"], [])


async def test_each_failed_automation_of_a_move_is_told(works: Works) -> None:
    """AU2: one for each turn, none for those that were done."""
    for _ in range(2):
        await refusing(works, works.stages[1])
    await works.automate(works.stages[1], asked("Fine"))
    job = await works.moved(works.stages[1], startDate="2030-07-01")
    failed = [run["id"] for run in await works.runs(job) if run["state"] == "FAILED"]
    assert sorted(one["subject"]["id"] for one in await failures(works.owner)) == sorted(failed)
    assert len(failed) == 2


async def test_what_fails_for_many_jobs_is_told_in_a_constant_number_of_statements(api: Api, works: Works) -> None:
    """AU2, MV10: each job's assignees, and the pipeline's owner for each job."""
    people = [await colleague(api, works.shop) for _ in range(2)]
    await works.owner.do("updateStage", stageId=works.stages[0], automove="WHEN_ITEMS_DONE_OR_NONE")
    counts = []
    for number in (1, 5):
        await works.owner.do("updateStage", stageId=works.stages[0], automove="OFF")
        for _ in range(number):
            ids = [one.member_id for one in people[:number]]
            await works.job(startDate="2030-07-01", assigneeIds=ids)
        failing = await refusing(works, works.stages[1])
        await works.owner.do("updateStage", stageId=works.stages[0], automove="WHEN_ITEMS_DONE_OR_NONE")
        with counting(works.database) as statements:
            await works.work()
        counts.append(len([sql for sql in statements if "notifications" in sql or "pipelines" in sql]))
        await works.owner.do("deleteAutomation", automationId=failing)
    assert [len(await failures(one)) for one in (*people, works.owner)] == [6, 5, 6]
    assert counts[0] == counts[1]


async def test_nobody_is_told_of_a_job_that_they_do_not_see(api: Api, works: Works) -> None:
    """AC4: neither an assignee outside of the list, nor the pipeline's maker who has lost the account."""
    stranger = await api.member(works.owner)
    maker = await api.member(works.owner, rights=["MANAGE_PIPELINES"])
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, addAvailableToIds=[maker.member_id])
    await works.database.rows("UPDATE pipelines SET created_by = $1", maker.member_id)
    await refusing(works, works.stages[1])
    job = (await hidden_job(works.shop, startDate="2030-07-01", assigneeIds=[stranger.member_id]))["id"]
    await works.move(job, works.stages[1])
    assert await works.states(job) == ["FAILED"]
    assert [await inbox(one) for one in (stranger, maker, works.owner)] == [[], [], []]


async def test_an_undone_move_leaves_no_failures_behind(works: Works) -> None:
    """MV7: those of the visit that is over; others stay."""
    await refusing(works, works.stages[1])
    await refusing(works, works.stages[2])
    job = await works.moved(works.stages[1], startDate="2030-07-01")
    await works.move(job, works.stages[2])
    assert len(await failures(works.owner)) == 2
    await works.owner.do("undoMove", jobId=job, expect={"version": (await works.look(job))["version"]})
    [first, second] = await works.runs(job)
    assert [one["subject"]["id"] for one in await failures(works.owner)] == [first["id"]]
    assert (first["state"], second["state"]) == ("FAILED", "FAILED")


def test_one_place_alone_writes_the_log_of_turns() -> None:
    """AU2: nothing comes to stand as failed without that it is told."""
    calls = re.compile(r"\bruns\.(?:add|tell)\(work\.")
    found = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if calls.search(path.read_text())}
    assert found == {"engine/automating/run_log.py"}
