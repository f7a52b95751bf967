"""Settings of stages: how many jobs, for how long, and when they go on by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from store.database import Database
from tests.rules.kit import digest, pipeline, set_state, together
from tests.support.api import Api, Client, Json, Shop

SETTINGS = "automove completion timeLimit { amount unit } jobLimit"
PLAIN = {"automove": "OFF", "completion": "NEVER", "timeLimit": None, "jobLimit": None}
TWO_DAYS = {"amount": 2, "unit": "WORKING_DAYS"}


async def look(client: Client, pipeline_id: str) -> list[Json]:
    """The settings of a pipeline's stages."""
    data = await client.query(f"query ($id: ID!) {{ pipeline(id: $id) {{ stages {{ {SETTINGS} }} }} }}", id=pipeline_id)
    found: list[Json] = data["pipeline"]["stages"]
    return found


async def update(shop: Shop, stage_id: str, **given: Any) -> Json:
    """The settings after a change that must succeed."""
    found: Json = await shop.owner.do("updateStage", f"stage {{ {SETTINGS} }}", stageId=stage_id, **given)
    return found


async def looked_at(database: Database) -> set[str]:
    """The jobs that are to be looked at, whether they go on by themselves; they are forgotten then."""
    return {row["job_id"] for row in await database.rows("DELETE FROM due WHERE kind = 'ADVANCE' RETURNING job_id")}


async def test_a_stage_does_nothing_by_itself_unless_said(shop: Shop) -> None:
    """AM1, PL2, PL6, PL7: no limit, no automatic move, no completion."""
    assert await look(shop.owner, shop.pipeline) == [PLAIN] * 3


async def test_settings_are_given_when_a_pipeline_or_stage_is_made(shop: Shop) -> None:
    """AM1, PL2, PL6, PL7: each stage its own."""
    hours = {"automove": "WHEN_ITEMS_DONE", "timeLimit": {"amount": 36, "unit": "HOURS"}, "jobLimit": 5}
    last = {"completion": "WHEN_ITEMS_DONE"}
    stages = [{"name": "A", **hours}, {"name": "B"}, {"name": "C", **last}]
    made = await shop.owner.do("createPipeline", "pipeline { id }", name="Payroll", stages=stages)
    assert await look(shop.owner, made["id"]) == [PLAIN | hours, PLAIN, PLAIN | last]
    given = {"automove": "WHEN_ITEMS_DONE_OR_NONE", "completion": "ON_ENTRY", "timeLimit": TWO_DAYS, "jobLimit": 1}
    selection = f"stage {{ {SETTINGS} }}"
    stage = await shop.owner.do("createStage", selection, pipelineId=made["id"], name="D", position=1, **given)
    assert stage == given
    assert await look(shop.owner, made["id"]) == [PLAIN | hours, given, PLAIN, PLAIN | last]


async def test_settings_are_changed_one_by_one_and_cleared(shop: Shop) -> None:
    """PL4: what is left out stays."""
    stage = shop.stages[1]
    assert await update(shop, stage, timeLimit=TWO_DAYS, jobLimit=7) == PLAIN | {"timeLimit": TWO_DAYS, "jobLimit": 7}
    changed = await update(shop, stage, automove="WHEN_ITEMS_DONE")
    assert changed == {**PLAIN, "timeLimit": TWO_DAYS, "jobLimit": 7, "automove": "WHEN_ITEMS_DONE"}
    assert (await update(shop, stage, timeLimit=None))["timeLimit"] is None
    assert await update(shop, stage, jobLimit=None, automove="OFF") == PLAIN


async def test_saying_what_is_so_already_changes_nothing(shop: Shop, database: Database) -> None:
    """LV2: no event, no new version, nothing to look at."""
    given = {"automove": "WHEN_ITEMS_DONE", "completion": "ON_ENTRY", "timeLimit": TWO_DAYS, "jobLimit": 3}
    await update(shop, shop.stages[1], **given)
    await shop.job(stageId=shop.stages[1])
    before = await digest(database)
    await update(shop, shop.stages[1], **given)
    await update(shop, shop.stages[0], timeLimit=None, jobLimit=None)
    assert await digest(database) == before


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"timeLimit": {"amount": 1, "unit": "DAYS"}}, "INVALID", ["timeLimit", "unit"]),
        ({"timeLimit": {"amount": 1, "unit": "MINUTES"}}, "INVALID", ["timeLimit", "unit"]),
        ({"timeLimit": {"amount": 0, "unit": "HOURS"}}, "INVALID", ["timeLimit", "amount"]),
        ({"timeLimit": {"amount": 10_001, "unit": "WORKING_DAYS"}}, "INVALID", ["timeLimit", "amount"]),
        ({"jobLimit": 0}, "INVALID", ["jobLimit"]),
        ({"jobLimit": -1}, "INVALID", ["jobLimit"]),
        ({"jobLimit": 10_001}, "INVALID", ["jobLimit"]),
    ],
)
async def test_settings_that_make_no_sense_are_refused(
    shop: Shop, database: Database, given: Json, code: str, path: list[str]
) -> None:
    """PL6, API1: a time limit is counted in hours or working days; the path leads to the field."""
    before = await digest(database)
    new = {"name": "New", **given}
    assert await shop.owner.code("updateStage", stageId=shop.stages[0], **new) == (code, ["input", *path])
    assert await shop.owner.code("createStage", pipelineId=shop.pipeline, **new) == (code, ["input", *path])
    stages = [{"name": "A"}, {"name": "B"}, new]
    refused = await shop.owner.code("createPipeline", name="P", stages=stages)
    assert refused == (code, ["input", "stages", "2", *path])
    assert await digest(database) == before


async def test_a_mode_that_changes_has_all_live_jobs_of_the_stage_looked_at(shop: Shop, database: Database) -> None:
    """AM3: and those of no other; nothing else that is edited acts on jobs in the stage (PL4)."""
    first, second, _ = shop.stages
    jobs = {(await shop.job(stageId=second))["id"] for _ in range(3)}
    archived = (await shop.job(stageId=second))["id"]
    await set_state(shop.owner, archived, "ARCHIVED")
    await shop.job(stageId=first)
    await looked_at(database)
    await update(shop, second, name="Renamed", jobLimit=1, timeLimit=TWO_DAYS)
    assert await looked_at(database) == set()
    await update(shop, second, automove="WHEN_ITEMS_DONE_OR_NONE")
    assert await looked_at(database) == jobs
    await update(shop, second, automove="WHEN_ITEMS_DONE", completion="ON_ENTRY")
    assert await looked_at(database) == jobs
    await update(shop, second, automove="OFF", completion="NEVER")
    assert await looked_at(database) == set()


async def test_what_becomes_the_last_stage_or_ceases_to_be_is_looked_at(shop: Shop, database: Database) -> None:
    """AM1, PL7: the last stage never moves jobs on, and only it completes them."""
    first, second, third = shop.stages
    jobs = {stage: (await shop.job(stageId=stage))["id"] for stage in shop.stages}
    for stage in (first, second, third):
        await update(shop, stage, automove="WHEN_ITEMS_DONE", completion="WHEN_ITEMS_DONE")
    await looked_at(database)
    await update(shop, first, position=1)
    assert await looked_at(database) == set()
    await update(shop, third, position=0)
    assert await looked_at(database) == {jobs[third], jobs[first]}
    made = await shop.owner.do("createStage", "stage { id }", pipelineId=shop.pipeline, name="Fourth")
    assert await looked_at(database) == {jobs[first]}
    await shop.owner.do("deleteStage", stageId=made["id"])
    assert await looked_at(database) == {jobs[first]}


async def test_two_members_set_different_things_at_the_same_time(api: Api, shop: Shop) -> None:
    """MV4's kin: none is lost."""
    admin = await api.member(shop.owner, role="ADMIN")
    stage = shop.stages[1]
    await together(
        shop.owner.do("updateStage", stageId=stage, jobLimit=4),
        admin.do("updateStage", stageId=stage, automove="WHEN_ITEMS_DONE"),
        admin.do("updateStage", stageId=stage, timeLimit=TWO_DAYS),
    )
    changed = {"jobLimit": 4, "automove": "WHEN_ITEMS_DONE", "timeLimit": TWO_DAYS}
    assert (await look(shop.owner, shop.pipeline))[1] == PLAIN | changed


async def test_who_may_not_edit_the_pipeline_sets_nothing(api: Api, shop: Shop, database: Database) -> None:
    """AC2."""
    employee = await api.member(shop.owner)
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    before = await digest(database)
    [error] = await employee.refused("updateStage", stageId=shop.stages[0], jobLimit=1)
    assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_PIPELINES")
    assert await digest(database) == before
    assert await look(employee, shop.pipeline) == [PLAIN] * 3


async def test_a_create_that_is_sent_twice_makes_one_stage_with_its_settings(shop: Shop) -> None:
    """JB2: the settings are part of the content."""
    given = {"id": "stage_0192a0b1c2d37e4f8a5b0000000000aa", "pipelineId": shop.pipeline, "name": "New"}
    selection = f"stage {{ {SETTINGS} }}"
    for _ in range(2):
        made = await shop.owner.do("createStage", selection, **given, timeLimit=TWO_DAYS)
        assert made == PLAIN | {"timeLimit": TWO_DAYS}
    other = {"timeLimit": {"amount": 3, "unit": "WORKING_DAYS"}}
    assert await shop.owner.code("createStage", **given, **other) == ("ID_TAKEN", ["input", "id"])
    assert len(await look(shop.owner, shop.pipeline)) == 4


async def test_settings_of_other_pipelines_stay(shop: Shop) -> None:
    """PL4."""
    other, _ = await pipeline(shop.owner)
    await update(shop, shop.stages[0], jobLimit=1, automove="WHEN_ITEMS_DONE")
    assert await look(shop.owner, other) == [PLAIN] * 3
