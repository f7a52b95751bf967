"""Settings of pipelines: allowed moves, full stages, archiving, and what statuses do by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from store.database import Database
from tests.rules.kit import built_in, codes, digest, pipeline, status, together
from tests.support.api import Api, Client, Json, Shop

SETTINGS = """blocksOverLimit listedMovesOnly archiveAfterDays allowedMoves { fromStageId toStageId }
    statusSettings { status { name } automove }"""
PLAIN: Json = {
    "blocksOverLimit": False,
    "listedMovesOnly": False,
    "archiveAfterDays": None,
    "allowedMoves": [],
    "statusSettings": [],
}


async def look(client: Client, pipeline_id: str) -> Json:
    """A pipeline's settings."""
    data = await client.query(f"query ($id: ID!) {{ pipeline(id: $id) {{ {SETTINGS} }} }}", id=pipeline_id)
    found: Json = data["pipeline"]
    return found


async def update(shop: Shop, **given: Any) -> Json:
    """The settings after a change that must succeed."""
    found: Json = await shop.owner.do("updatePipeline", f"pipeline {{ {SETTINGS} }}", pipelineId=shop.pipeline, **given)
    return found


def step(one: str, other: str) -> Json:
    """A move from stage to stage."""
    return {"fromStageId": one, "toStageId": other}


async def looked_at(database: Database) -> set[str]:
    """The jobs that are to be looked at, whether they go on by themselves; they are forgotten then."""
    return {row["job_id"] for row in await database.rows("DELETE FROM due WHERE kind = 'ADVANCE' RETURNING job_id")}


async def test_a_pipeline_allows_every_move_and_archives_nothing_unless_said(shop: Shop) -> None:
    """PL2."""
    assert await look(shop.owner, shop.pipeline) == PLAIN


async def test_settings_are_given_when_a_pipeline_is_made_and_changed_one_by_one(shop: Shop) -> None:
    """PL2: what is left out stays."""
    given = {"blocksOverLimit": True, "listedMovesOnly": True, "archiveAfterDays": 3_650}
    made, _ = await pipeline(shop.owner, **given)
    assert await look(shop.owner, made) == PLAIN | given
    assert await update(shop, archiveAfterDays=1) == PLAIN | {"archiveAfterDays": 1}
    assert await update(shop, blocksOverLimit=True) == PLAIN | {"archiveAfterDays": 1, "blocksOverLimit": True}
    assert await update(shop, archiveAfterDays=None, blocksOverLimit=False) == PLAIN


async def test_who_made_a_pipeline_is_known(api: Api, shop: Shop, database: Database) -> None:
    """AU6: it is they who are told of trouble."""
    maker = await api.member(shop.owner, rights=["MANAGE_PIPELINES"])
    made, _ = await pipeline(maker)
    assert await database.value("SELECT created_by FROM pipelines WHERE id = $1", made) == maker.member_id


async def test_moves_are_listed_and_struck_off(shop: Shop) -> None:
    """PL2: in the order of the stages; each is one way, and on the list once."""
    first, second, third = shop.stages
    moves = [step(second, third), step(first, second), step(third, first), step(first, second)]
    listed = [step(first, second), step(second, third), step(third, first)]
    assert (await update(shop, addAllowedMoves=moves))["allowedMoves"] == listed
    changed = await update(
        shop, addAllowedMoves=[step(first, third)], removeAllowedMoves=[step(second, third), step(second, first)]
    )
    assert changed["allowedMoves"] == [step(first, second), step(first, third), step(third, first)]
    changed = await update(shop, addAllowedMoves=[step(third, second)], removeAllowedMoves=[step(third, second)])
    assert len(changed["allowedMoves"]) == 3


async def test_a_stage_that_goes_takes_its_moves_along(shop: Shop) -> None:
    """PL1, PL2: those into it and those out of it."""
    first, second, third = shop.stages
    await update(shop, addAllowedMoves=[step(first, second), step(second, third), step(first, third)])
    await shop.owner.do("deleteStage", stageId=second)
    assert (await look(shop.owner, shop.pipeline))["allowedMoves"] == [step(first, third)]


async def test_moves_that_lead_nowhere_are_refused(shop: Shop, database: Database) -> None:
    """PL2, API1: both ends are stages of this very pipeline, and not the same."""
    first, second, third = shop.stages
    _, (foreign, *_) = await pipeline(shop.owner)
    await shop.owner.do("deleteStage", stageId=third)
    before = await digest(database)
    for move, code in (
        (step(first, first), "INVALID"),
        (step(first, foreign), "NOT_FOUND"),
        (step(foreign, first), "NOT_FOUND"),
        (step(third, first), "NOT_FOUND"),
        (step(shop.pipeline, first), "NOT_FOUND"),
    ):
        refused = await shop.owner.code(
            "updatePipeline", pipelineId=shop.pipeline, name="Other", addAllowedMoves=[step(first, second), move]
        )
        assert refused == (code, ["input", "addAllowedMoves"])
    assert await digest(database) == before


async def test_a_status_of_the_firms_own_returns_jobs_by_itself_where_a_pipeline_says_so(shop: Shop) -> None:
    """AM4: per pipeline; a status that is enabled anew begins without."""
    other, _ = await pipeline(shop.owner)
    waiting = await status(shop.owner, "Waiting", shop.pipeline, other)
    await status(shop.owner, "On hold", shop.pipeline)
    mode = {"statusId": waiting, "automove": "WHEN_ITEMS_DONE"}
    off = {"status": {"name": "On hold"}, "automove": "OFF"}
    on = {"status": {"name": "Waiting"}, "automove": "WHEN_ITEMS_DONE"}
    assert (await update(shop, setStatusAutomove=[mode]))["statusSettings"] == [off, on]
    assert (await look(shop.owner, other))["statusSettings"] == [on | {"automove": "OFF"}]
    assert (await update(shop, removeStatusIds=[waiting]))["statusSettings"] == [off]
    assert (await update(shop, addStatusIds=[waiting]))["statusSettings"] == [off, on | {"automove": "OFF"}]
    again = await update(shop, removeStatusIds=[waiting], setStatusAutomove=[mode])
    assert again["statusSettings"] == [off]
    again = await update(shop, addStatusIds=[waiting], setStatusAutomove=[mode])
    assert again["statusSettings"] == [off, on]


async def test_only_enabled_custom_statuses_do_anything_by_themselves(shop: Shop, database: Database) -> None:
    """AM4, API1."""
    known = await status(shop.owner, "Waiting")
    active = await built_in(shop.owner, "ACTIVE")
    before = await digest(database)
    for status_id, code in ((known, "NOT_ENABLED"), (active, "BUILT_IN"), (shop.account, "NOT_FOUND")):
        mode = {"statusId": status_id, "automove": "WHEN_ITEMS_DONE"}
        refused = await shop.owner.code(
            "updatePipeline", pipelineId=shop.pipeline, name="Other", setStatusAutomove=[mode]
        )
        assert refused == (code, ["input", "setStatusAutomove"])
    assert await digest(database) == before


async def test_jobs_that_are_ready_are_looked_at_when_their_status_begins_to_return_them(
    shop: Shop, database: Database
) -> None:
    """AM3, AM4: those whose items of that status are done already; not those of another pipeline."""
    other, _ = await pipeline(shop.owner)
    waiting = await status(shop.owner, "Waiting", shop.pipeline, other)
    ready, idle = [(await shop.job(name))["id"] for name in ("Ready", "Idle")]
    elsewhere = (await shop.job("Elsewhere", pipelineId=other))["id"]
    for job in (ready, idle, elsewhere):
        await shop.owner.do("setJobStatus", jobId=job, statusId=waiting)
    for job in (ready, elsewhere):
        made = await shop.owner.do("createTask", "task { id }", title="Task", jobId=job)
        await shop.owner.do("completeItem", itemId=made["id"])
    await looked_at(database)
    mode = {"statusId": waiting, "automove": "WHEN_ITEMS_DONE"}
    await update(shop, setStatusAutomove=[mode])
    assert await looked_at(database) == {ready}
    await update(shop, setStatusAutomove=[mode])
    await update(shop, setStatusAutomove=[mode | {"automove": "OFF"}])
    assert await looked_at(database) == set()


async def test_new_jobs_start_with_the_template_of_their_pipeline(shop: Shop, database: Database) -> None:
    """PL2, JB1: which is not deleted meanwhile (PL4); null takes it off."""
    shown = "pipeline { id jobTemplate { name } }"
    given: Json = {"name": "Books", "jobName": "Bookkeeping", "priority": "HIGH"}
    made = (await shop.owner.do("createJobTemplate", "jobTemplate { id }", **given))["id"]
    changed = await shop.owner.do("updatePipeline", shown, pipelineId=shop.pipeline, jobTemplateId=made)
    assert changed["jobTemplate"] == {"name": "Books"}
    stages = [{"name": "A"}, {"name": "B"}]
    other = await shop.owner.do("createPipeline", shown, name="Other", stages=stages, jobTemplateId=made)
    assert other["jobTemplate"] == {"name": "Books"}
    for pipeline_id in (shop.pipeline, other["id"]):
        job = await shop.owner.do("createJob", "job { name }", accountId=shop.account, pipelineId=pipeline_id)
        assert job == {"name": "Bookkeeping"}
    [error] = await shop.owner.refused("deleteJobTemplate", jobTemplateId=made)
    assert (error["code"], error["total"]) == ("IN_USE", 2)
    for pipeline_id in (shop.pipeline, other["id"]):
        changed = await shop.owner.do("updatePipeline", shown, pipelineId=pipeline_id, jobTemplateId=None)
        assert changed["jobTemplate"] is None
    await shop.owner.do("deleteJobTemplate", jobTemplateId=made)
    before = await digest(database)
    for gone in (made, "", shop.account):
        refused = await shop.owner.code("updatePipeline", pipelineId=shop.pipeline, name="Other", jobTemplateId=gone)
        assert refused == ("NOT_FOUND", ["input", "jobTemplateId"])
        refused = await shop.owner.code("createPipeline", name="Other", stages=stages, jobTemplateId=gone)
        assert refused == ("NOT_FOUND", ["input", "jobTemplateId"])
    assert await digest(database) == before


async def test_no_pipeline_is_left_with_a_template_that_goes_at_the_same_moment(shop: Shop) -> None:
    """PL4: either the template stays, or the setting is refused."""
    for n in range(8):
        given = {"name": f"Template {n}", "jobName": "Job"}
        made = (await shop.owner.do("createJobTemplate", "jobTemplate { id }", **given))["id"]
        calls = [
            shop.owner.payload("updatePipeline", pipelineId=shop.pipeline, jobTemplateId=made),
            shop.owner.payload("deleteJobTemplate", jobTemplateId=made),
        ]
        found = await together(*(calls if n % 2 else reversed(calls)))
        chosen, deleted = found if n % 2 else reversed(found)
        assert (codes(chosen), codes(deleted)) in (([], ["IN_USE"]), (["NOT_FOUND"], []))
        await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, jobTemplateId=None)


@pytest.mark.parametrize("days", [0, -1, 3_651])
async def test_completed_jobs_are_archived_after_1_to_3650_days(shop: Shop, database: Database, days: int) -> None:
    """PL2, API1."""
    before = await digest(database)
    refusal = ("INVALID", ["input", "archiveAfterDays"])
    given: Json = {"name": "New", "archiveAfterDays": days}
    assert await shop.owner.code("updatePipeline", pipelineId=shop.pipeline, **given) == refusal
    stages = [{"name": "A"}, {"name": "B"}]
    assert await shop.owner.code("createPipeline", stages=stages, **given) == refusal
    assert await digest(database) == before


async def test_saying_what_is_so_already_changes_nothing(shop: Shop, database: Database) -> None:
    """LV2: no event, no new version."""
    first, second, _ = shop.stages
    waiting = await status(shop.owner, "Waiting", shop.pipeline)
    given: Json = {
        "blocksOverLimit": True,
        "listedMovesOnly": True,
        "archiveAfterDays": 30,
        "addAllowedMoves": [step(first, second)],
        "removeAllowedMoves": [step(second, first)],
        "setStatusAutomove": [{"statusId": waiting, "automove": "WHEN_ITEMS_DONE"}],
    }
    await update(shop, **given)
    before = await digest(database)
    await update(shop, **given)
    assert await digest(database) == before
