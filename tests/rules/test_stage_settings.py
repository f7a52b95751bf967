"""Settings of stages: how many jobs, for how long, and when they go on by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from store.database import Database
from tests.rules.kit import codes, digest, pipeline, set_state, together
from tests.support.api import Api, Client, Json, Shop

SETTINGS = """automove completion timeLimit { amount unit } jobLimit
    condition { tags { id } priority not { priority } all { tags { id } not { priority } } }"""
PLAIN = {"automove": "OFF", "completion": "NEVER", "timeLimit": None, "jobLimit": None, "condition": None}
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
    assert stage == PLAIN | given
    assert await look(shop.owner, made["id"]) == [PLAIN | hours, stage, PLAIN, PLAIN | last]


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
        ({"timeLimit": {"amount": 1_001, "unit": "WORKING_DAYS"}}, "INVALID", ["timeLimit", "amount"]),
        ({"timeLimit": {"amount": 10_001, "unit": "HOURS"}}, "INVALID", ["timeLimit", "amount"]),
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


URGENT: Json = {"priority": ["URGENT"]}
ENDS = "The first and the last stage have no condition: take it off the one that would be there."


async def tag(shop: Shop, name: str = "VIP") -> str:
    """A new tag."""
    return str((await shop.owner.do("createTag", "tag { id }", name=name))["id"])


def tree(**node: Any) -> Json:
    """A node of a condition as the tests select it."""
    return {"tags": None, "priority": None, "not": None, "all": None} | node


async def used(database: Database) -> set[tuple[str, str]]:
    """Who refers to what."""
    return {(row["user_id"], row["used_id"]) for row in await database.rows("SELECT user_id, used_id FROM uses")}


async def test_a_stage_has_a_condition_and_keeps_what_it_names(shop: Shop, database: Database) -> None:
    """CN1, CN2, PL4: changed as a whole, taken off by null; what it names is not deleted meanwhile."""
    stage, one, other = shop.stages[1], await tag(shop), await tag(shop, "Payroll")
    given = {"all": [{"tags": [one]}, {"not": URGENT}]}
    changed = await update(shop, stage, condition=given)
    parts = [{"tags": [{"id": one}], "not": None}, {"tags": None, "not": URGENT}]
    assert changed["condition"] == tree(all=parts)
    assert (await look(shop.owner, shop.pipeline))[1] == changed
    assert await used(database) == {(stage, one)}
    [error] = await shop.owner.refused("deleteTag", tagId=one)
    assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 1, [{"id": stage}])
    assert (await update(shop, stage, name="Renamed"))["condition"] is not None
    changed = await update(shop, stage, condition={"tags": [other]})
    assert changed["condition"] == tree(tags=[{"id": other}])
    assert await used(database) == {(stage, other)}
    await shop.owner.do("deleteTag", tagId=one)
    assert (await update(shop, stage, condition=None))["condition"] is None
    assert await used(database) == set()
    await shop.owner.do("deleteTag", tagId=other)


async def test_conditions_are_given_when_a_pipeline_or_stage_is_made(shop: Shop, database: Database) -> None:
    """CN2: to stages in the middle."""
    one = await tag(shop)
    stages = [{"name": "A"}, {"name": "B", "condition": {"tags": [one]}}, {"name": "C"}]
    made = await shop.owner.do("createPipeline", "pipeline { id stages { id } }", name="Payroll", stages=stages)
    given = {"pipelineId": made["id"], "name": "D", "position": 2, "condition": URGENT}
    await shop.owner.do("createStage", **given)
    found = [stage["condition"] for stage in await look(shop.owner, made["id"])]
    assert found == [None, tree(tags=[{"id": one}]), tree(**URGENT), None]
    assert await used(database) == {(made["stages"][1]["id"], one)}


async def test_a_deleted_stage_or_pipeline_keeps_nothing(shop: Shop) -> None:
    """PL4: only what is live refers to something."""
    one, other = await tag(shop), await tag(shop, "Payroll")
    await update(shop, shop.stages[1], condition={"tags": [one]})
    stages = [{"name": "A"}, {"name": "B", "condition": {"tags": [other]}}, {"name": "C"}]
    made = await shop.owner.do("createPipeline", "pipeline { id }", name="Payroll", stages=stages)
    await shop.owner.do("deleteStage", stageId=shop.stages[1])
    await shop.owner.do("deletePipeline", pipelineId=made["id"])
    for tag_id in (one, other):
        await shop.owner.do("deleteTag", tagId=tag_id)


async def test_the_first_and_the_last_stage_never_have_a_condition(shop: Shop, database: Database) -> None:
    """CN2: whether it is set there, or a stage with one would come there."""
    first, second, third = shop.stages
    await update(shop, second, condition=URGENT)
    before = await digest(database)
    new: Json = {"pipelineId": shop.pipeline, "name": "New", "condition": URGENT}
    tries: list[tuple[str, Json, list[str]]] = [
        ("updateStage", {"stageId": first, "condition": URGENT}, ["condition"]),
        ("updateStage", {"stageId": third, "condition": URGENT}, ["condition"]),
        ("updateStage", {"stageId": second, "position": 0}, ["position"]),
        ("updateStage", {"stageId": second, "position": 2}, ["position"]),
        ("updateStage", {"stageId": second, "position": 2, "condition": {"priority": ["LOW"]}}, ["condition"]),
        ("updateStage", {"stageId": first, "position": 2}, ["position"]),
        ("updateStage", {"stageId": third, "position": 0}, ["position"]),
        ("createStage", new, ["condition"]),
        ("createStage", new | {"position": 0}, ["condition"]),
        ("deleteStage", {"stageId": first}, ["stageId"]),
        ("deleteStage", {"stageId": third}, ["stageId"]),
        ("createPipeline", {"name": "P", "stages": [{"name": "A", "condition": URGENT}, {"name": "B"}]},
         ["stages", "0", "condition"]),
        ("createPipeline", {"name": "P", "stages": [{"name": "A"}, {"name": "B", "condition": URGENT}]},
         ["stages", "1", "condition"]),
    ]  # fmt: skip
    for mutation, given, path in tries:
        [error] = await shop.owner.refused(mutation, **given)
        assert (error["code"], error["path"], error["message"]) == ("INVALID", ["input", *path], ENDS), given
    assert await digest(database) == before


async def test_stages_change_places_where_no_condition_comes_to_an_end(shop: Shop) -> None:
    """CN2: in one step with taking it off, or giving it to what goes to the middle."""
    first, second, third = shop.stages
    await update(shop, second, condition=URGENT)
    assert (await update(shop, second, position=0, condition=None))["condition"] is None
    assert (await update(shop, second, position=1, condition=URGENT))["condition"] == tree(**URGENT)
    made = await shop.owner.do("createStage", "stage { id }", pipelineId=shop.pipeline, name="Before", position=0)
    await update(shop, second, position=1)
    await update(shop, first, position=1, condition=URGENT)
    await shop.owner.do("deleteStage", stageId=second)
    assert [stage["condition"] is not None for stage in await look(shop.owner, shop.pipeline)] == [False, True, False]
    assert await shop.owner.code("deleteStage", stageId=made["id"]) == ("INVALID", ["input", "stageId"])
    await shop.owner.do("deleteStage", stageId=first)
    assert await look(shop.owner, shop.pipeline) == [PLAIN, PLAIN]
    assert third


async def test_a_condition_that_names_nothing_is_refused(shop: Shop, database: Database) -> None:
    """CN1, AC4, API1: the path leads to the very test."""
    one = await tag(shop)
    before = await digest(database)
    given = {"any": [URGENT, {"tags": [one, shop.account]}]}
    path = ["condition", "any", "1", "tags"]
    assert await shop.owner.code("updateStage", stageId=shop.stages[1], condition=given) == (
        "NOT_FOUND",
        ["input", *path],
    )
    stages = [{"name": "A"}, {"name": "B", "condition": given}, {"name": "C"}]
    refused = await shop.owner.code("createPipeline", name="P", stages=stages)
    assert refused == ("NOT_FOUND", ["input", "stages", "1", *path])
    assert await digest(database) == before


async def test_no_condition_names_a_tag_that_goes_at_the_same_moment(shop: Shop, database: Database) -> None:
    """PL4: either the tag stays, or the condition is refused."""
    for n in range(12):
        one = await tag(shop, f"Tag {n}")
        calls = [
            shop.owner.payload("updateStage", stageId=shop.stages[1], condition={"tags": [one]}),
            shop.owner.payload("deleteTag", tagId=one),
        ]
        set_, deleted = await together(*calls[:: 1 if n % 2 else -1])
        if n % 2 == 0:
            set_, deleted = deleted, set_
        assert (codes(set_), codes(deleted)) in (([], ["IN_USE"]), (["NOT_FOUND"], []))
        left = await used(database)
        assert left == (set() if codes(set_) else {(shop.stages[1], one)})
        await update(shop, shop.stages[1], condition=None)


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
