"""A move by hand that runs no automations (MV7): it takes a right, and the run log says so."""

from __future__ import annotations

import pytest

from engine.due import Runner
from store.database import Database
from tests.rules.kit import digest, look, move
from tests.support.api import Api, Json, Shop

RUNS = """query ($id: ID!) { job(id: $id) { runs { nodes {
    state reason attempts finishedAt automation { id } visit { number }
    cause { kind actor { ... on Member { id } } } } } } }"""


async def runs(shop: Shop, job_id: str) -> list[Json]:
    """The turns of automations in a job."""
    found: list[Json] = (await shop.owner.query(RUNS, id=job_id))["job"]["runs"]["nodes"]
    return found


@pytest.fixture
async def automations(shop: Shop) -> list[str]:
    """What the second stage does: a task that blocks, at once, and a comment tomorrow."""
    blocking = {"createTask": {"title": "Check"}}
    tomorrow = {"span": {"amount": 1, "unit": "DAYS"}}
    return [
        (await shop.owner.do("createAutomation", "automation { id }", stageId=shop.stages[1], **given))["id"]
        for given in ({"config": blocking}, {"config": {"addComment": {"text": "Hello"}}, "delay": tomorrow})
    ]


async def test_the_run_log_says_that_automations_were_skipped(shop: Shop, automations: list[str]) -> None:
    """MV7, AU3: each has its turn, which ended at once; nothing was made, and nothing is to come."""
    job = (await shop.job())["id"]
    moved = await move(shop.owner, job, shop.stages[1], skipAutomations=True)
    assert moved["items"]["nodes"] == []
    found = await runs(shop, job)
    assert [run["automation"]["id"] for run in found] == automations
    assert {(run["state"], run["reason"], run["attempts"], run["visit"]["number"]) for run in found} == {
        ("SKIPPED", "Skipped by who moved the job.", 0, 2)
    }
    assert all(run["finishedAt"] for run in found)
    assert {(run["cause"]["kind"], run["cause"]["actor"]["id"]) for run in found} == {("MEMBER", shop.owner.member_id)}


async def test_the_next_entry_runs_them_again(shop: Shop, automations: list[str]) -> None:
    """MV7: it is this move that skips them; null is no."""
    job = (await shop.job())["id"]
    await move(shop.owner, job, shop.stages[1], skipAutomations=True)
    await move(shop.owner, job, shop.stages[0])
    moved = await move(shop.owner, job, shop.stages[1], skipAutomations=None)
    assert len(moved["items"]["nodes"]) == 1
    assert [run["state"] for run in await runs(shop, job)] == ["SKIPPED", "SKIPPED", "DONE", "SCHEDULED"]


async def test_a_stage_that_waits_for_nothing_goes_on_all_the_same(
    shop: Shop, automations: list[str], database: Database
) -> None:
    """AM2: what was skipped is not waited for."""
    await shop.owner.do("updateStage", stageId=shop.stages[1], automove="WHEN_ITEMS_DONE_OR_NONE")
    job = (await shop.job())["id"]
    await move(shop.owner, job, shop.stages[1], skipAutomations=True)
    runner = Runner(database, lambda topic: None)
    while await runner.round():
        pass
    assert (await look(shop.owner, job))["stage"]["id"] == shop.stages[2]


async def test_skipping_automations_takes_the_right_to(
    shop: Shop, api: Api, automations: list[str], database: Database
) -> None:
    """MV7: an employee without SKIP_AUTOMATIONS is refused, and may move the job as usual; one who has it may skip."""
    plain = await api.member(shop.owner, accounts=[shop.account])
    trusted = await api.member(shop.owner, accounts=[shop.account], rights=["SKIP_AUTOMATIONS"])
    people = [plain.member_id, trusted.member_id]
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=people)
    job = (await shop.job())["id"]
    given = {"jobId": job, "stageId": shop.stages[1], "expect": {"version": 1}}
    await plain.query("{ viewer { rights } }")
    before = await digest(database)
    [error] = await plain.refused("moveJob", **given, skipAutomations=True)
    assert (error["__typename"], error["code"], error["right"], error["path"]) == (
        "ForbiddenError",
        "FORBIDDEN",
        "SKIP_AUTOMATIONS",
        ["input", "skipAutomations"],
    )
    assert await digest(database) == before
    assert [run["state"] for run in await runs(shop, job)] == []
    await trusted.do("moveJob", **given, skipAutomations=True)
    assert [run["state"] for run in await runs(shop, job)] == ["SKIPPED", "SKIPPED"]
    await plain.do("moveJob", **{**given, "stageId": shop.stages[0], "expect": {"version": 2}}, skipAutomations=False)
