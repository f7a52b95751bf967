"""Chains of effects: how long they may be, and who hears of one that is too long."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from engine.automating.cascades import HOPS, TEXT
from tests.rules.kit import pipeline
from tests.support.api import Api, Json, Shop
from tests.support.works import Works, said

TOO_LONG = "The chain of effects is too long: look for pipelines that set each other going."


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


async def in_a_circle(works: Works) -> list[str]:
    """Two statuses of which each puts its jobs into the other."""
    circle = [await works.status(name) for name in ("Ping", "Pong")]
    for here, there in (circle, circle[::-1]):
        config: Json = {"setJobStatus": {"statusId": there}}
        await works.owner.do("createAutomation", pipelineId=works.shop.pipeline, statusId=here, config=config)
    return circle


async def test_a_chain_without_an_end_is_stopped_logged_and_told(works: Works) -> None:
    """AU6: at the cap it stops; its last run has failed and says why; the pipeline's owner is notified."""
    ping, pong = await in_a_circle(works)
    job = await works.job()
    with capture_logs() as logs:
        await works.put(job, ping)
        await works.work()
    runs = await works.runs(job)
    assert len(runs) == HOPS + 1
    assert [run["state"] for run in runs] == ["DONE"] * HOPS + ["FAILED"]
    assert (runs[-1]["reason"], await works.due()) == (TOO_LONG, 0)
    assert (await works.look(job))["status"]["id"] == (ping, pong)[HOPS % 2]
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["cascade_stopped"]
    document = "{ viewer { notifications { nodes { kind text job { id } } } } }"
    told = (await works.owner.query(document))["viewer"]["notifications"]["nodes"]
    failed = f"An automation has failed for Job. {TOO_LONG}"
    assert told == [
        {"kind": "AUTOMATION_FAILED", "text": failed, "job": {"id": job}},
        {"kind": "AUTOMATION_STOPPED", "text": TEXT, "job": {"id": job}},
    ]


async def test_all_of_a_chain_names_the_one_who_began_it(works: Works) -> None:
    """AU5, AU6: one id and a count through all its transactions."""
    circle = await in_a_circle(works)
    job, colleague = await works.job(), await works.api.member(works.owner, role="ADMIN")
    with capture_logs():
        await works.timed(colleague).do("setJobStatus", jobId=job, statusId=circle[0])
        await works.work()
    rows = await works.database.rows("SELECT cascade, hops FROM runs ORDER BY created_at, position")
    assert len({row["cascade"] for row in rows}) == 1
    assert [row["hops"] for row in rows] == list(range(HOPS + 1))
    assert {run["cause"]["actor"]["id"] for run in await works.runs(job)} == {colleague.member_id}


async def test_what_a_person_does_next_begins_a_chain_of_its_own(works: Works) -> None:
    """AU6: the count is the chain's, not the job's: a stopped job goes on by hand."""
    circle = await in_a_circle(works)
    job = await works.job()
    with capture_logs():
        await works.put(job, circle[0])
        await works.work()
    await works.automate(works.stages[1], said("Here"))
    await works.put(job, next(one for one in await built_in_and(works, circle) if one not in circle))
    await works.move(job, works.stages[1])
    assert await works.comments(job) == ["Here"]


async def built_in_and(works: Works, circle: list[str]) -> list[str]:
    """The two statuses, and Active."""
    statuses = (await works.owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
    return [*circle, *(one["id"] for one in statuses if one["state"] == "ACTIVE")]


async def test_a_long_pipeline_is_no_chain_without_an_end(works: Works) -> None:
    """AU6, AM1: as many stages as the cap has hops are gone through by themselves."""
    names = [f"Stage {n}" for n in range(HOPS + 1)]
    pipeline_id, stages = await pipeline(works.owner, *names)
    for stage in stages:
        await works.owner.do("updateStage", stageId=stage, automove="WHEN_ITEMS_DONE_OR_NONE")
    job = await works.job(pipelineId=pipeline_id)
    await works.work()
    assert (await works.look(job))["stage"] == {"id": stages[-1]}


async def test_an_automatic_move_over_the_cap_is_stopped(works: Works) -> None:
    """AU6: the job stays where it is, and the owner is told once."""
    names = [f"Stage {n}" for n in range(HOPS + 5)]
    pipeline_id, stages = await pipeline(works.owner, *names)
    for stage in stages:
        await works.owner.do("updateStage", stageId=stage, automove="WHEN_ITEMS_DONE_OR_NONE")
    job = await works.job(pipelineId=pipeline_id)
    with capture_logs() as logs:
        await works.work()
    assert (await works.look(job))["stage"] == {"id": stages[HOPS]}
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["cascade_stopped"]
    told = (await works.owner.query("{ viewer { notifications { nodes { kind } } } }"))["viewer"]["notifications"]
    assert [one["kind"] for one in told["nodes"]] == ["AUTOMATION_STOPPED"]
