"""Pipelines and their stages: made, edited, reordered, archived, deleted; what is in use stays."""

from __future__ import annotations

import random

import pytest

from store.database import Database
from tests.rules.kit import (
    codes,
    columns,
    digest,
    hidden_job,
    look,
    move,
    pipeline,
    set_state,
    stages,
    status,
    task,
    together,
)
from tests.support.api import Api, Client, Shop


async def names(client: Client, pipeline_id: str) -> list[str]:
    """The names of a pipeline's stages, whose positions must be 0, 1, 2 and so on."""
    found = await stages(client, pipeline_id)
    assert [stage["position"] for stage in found] == list(range(len(found)))
    return [stage["name"] for stage in found]


async def manager(api: Api, shop: Shop, *rights: str) -> Client:
    """An employee who may edit the shop's pipeline and has access to the shop's account only."""
    employee = await api.member(shop.owner, rights=["MANAGE_PIPELINES", *rights], accounts=[shop.account])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    return employee


async def test_a_pipeline_is_made_from_scratch_with_its_stages_in_order(shop: Shop) -> None:
    """PL1: name, stages and settings are those given; whoever makes it is on its list (AC2)."""
    made = await shop.owner.do(
        "createPipeline",
        """pipeline { name description jobSort archivedAt jobCount version stages { name position jobCount }
            statuses { state } availableTo { nodes { id } totalCount } }""",
        name="  Year end ",
        description="Closing",
        jobSort="DUE_DATE",
        stages=[{"name": "B"}, {"name": "A"}, {"name": "B"}],
    )
    assert made == {
        "name": "Year end",
        "description": "Closing",
        "jobSort": "DUE_DATE",
        "archivedAt": None,
        "jobCount": 0,
        "version": 1,
        "stages": [{"name": name, "position": n, "jobCount": 0} for n, name in enumerate("BAB")],
        "statuses": [{"state": "ACTIVE"}, {"state": "COMPLETED"}, {"state": "ARCHIVED"}],
        "availableTo": {"nodes": [{"id": shop.owner.member_id}], "totalCount": 1},
    }


@pytest.mark.parametrize(("count", "code"), [(0, "TOO_FEW"), (1, "TOO_FEW"), (101, "TOO_MANY")])
async def test_a_pipeline_has_at_least_two_stages_and_at_most_a_hundred(
    shop: Shop, database: Database, count: int, code: str
) -> None:
    """PL1: it has at least 2 stages."""
    before = await digest(database)
    given = [{"name": f"Stage {n}"} for n in range(count)]
    assert await shop.owner.code("createPipeline", name="New", stages=given) == (code, ["input", "stages"])
    assert await digest(database) == before


async def test_a_hundred_stages_are_allowed_and_not_one_more(shop: Shop, database: Database) -> None:
    """PL1: the limit also holds for stages that are added."""
    full, _ = await pipeline(shop.owner, *(f"Stage {n}" for n in range(100)))
    before = await digest(database)
    assert await shop.owner.code("createStage", pipelineId=full, name="More") == ("TOO_MANY", ["input", "pipelineId"])
    assert await digest(database) == before


async def test_settings_are_edited_one_by_one_and_jobs_stay_as_they_are(shop: Shop) -> None:
    """PL1, PL4: what an edit leaves out stays; jobs in the pipeline are not touched."""
    job = await shop.job()
    before = await look(shop.owner, job["id"])
    shown = "pipeline { name description jobSort version }"
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, description="Why")
    found = await shop.owner.do("updatePipeline", shown, pipelineId=shop.pipeline, name="Taxes")
    assert found == {"name": "Taxes", "description": "Why", "jobSort": "MANUAL", "version": 3}
    found = await shop.owner.do("updatePipeline", shown, pipelineId=shop.pipeline, description=None, jobSort="NAME")
    assert found == {"name": "Taxes", "description": None, "jobSort": "NAME", "version": 4}
    await shop.owner.do("updateStage", stageId=shop.stages[0], name="Start", position=2)
    assert await names(shop.owner, shop.pipeline) == ["Second", "Third", "Start"]
    assert await look(shop.owner, job["id"]) == before


async def test_an_edit_that_changes_nothing_leaves_no_trace(shop: Shop, database: Database) -> None:
    """PL1: saying what is so already is no change and no event."""
    before = await digest(database)
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, name="Tax", jobSort="MANUAL", description=None)
    await shop.owner.do("updateStage", stageId=shop.stages[1], name="Second", position=1)
    await shop.owner.do("restorePipeline", pipelineId=shop.pipeline)
    assert await digest(database) == before


async def test_stages_are_added_and_reordered_like_a_list(shop: Shop) -> None:
    """PL1: positions are always 0 to n-1, in the order that insertions and moves of a plain list give."""
    dice = random.Random(7)  # noqa: S311  # a repeatable sequence
    model = ["First", "Second", "Third"]
    ids = dict(zip(model, shop.stages, strict=True))
    for turn in range(25):
        if dice.random() < 0.3:
            name, place = f"Stage {turn}", dice.choice([None, *range(len(model) + 1)])
            made = await shop.owner.do(
                "createStage", "stage { id }", pipelineId=shop.pipeline, name=name, position=place
            )
            ids[name] = made["id"]
            model.insert(len(model) if place is None else place, name)
        else:
            name, place = dice.choice(model), dice.randrange(len(model))
            await shop.owner.do("updateStage", stageId=ids[name], position=place)
            model.remove(name)
            model.insert(place, name)
        assert await names(shop.owner, shop.pipeline) == model


async def test_positions_outside_the_pipeline_are_refused(shop: Shop, database: Database) -> None:
    """PL1: a new stage goes to 0..n, one that is there to 0..n-1."""
    before = await digest(database)
    for position in (-1, 4, 2_147_483_647):
        given = {"pipelineId": shop.pipeline, "name": "New", "position": position}
        assert await shop.owner.code("createStage", **given) == ("INVALID", ["input", "position"])
    for position in (-1, 3):
        moved = await shop.owner.code("updateStage", stageId=shop.stages[0], position=position)
        assert moved == ("INVALID", ["input", "position"])
    assert await digest(database) == before


async def test_concurrent_reorders_additions_and_deletions_keep_positions_whole(shop: Shop) -> None:
    """PL1: whoever comes first, positions end as 0 to n-1 and no stage is lost."""
    for turn in range(5):
        extra = await shop.owner.do("createStage", "stage { id }", pipelineId=shop.pipeline, name=f"Extra {turn}")
        before = await names(shop.owner, shop.pipeline)
        answers = await together(
            *(shop.owner.payload("updateStage", stageId=stage, position=2 - n) for n, stage in enumerate(shop.stages)),
            shop.owner.payload("createStage", pipelineId=shop.pipeline, name=f"New {turn}", position=1),
            shop.owner.payload("createStage", pipelineId=shop.pipeline, name=f"Last {turn}"),
            shop.owner.payload("deleteStage", stageId=extra["id"]),
        )
        assert [codes(answer) for answer in answers] == [[]] * 6
        expected = {*before, f"New {turn}", f"Last {turn}"} - {f"Extra {turn}"}
        after = await names(shop.owner, shop.pipeline)
        assert sorted(after) == sorted(expected)


async def test_no_job_enters_an_archived_pipeline(shop: Shop, database: Database) -> None:
    """PL1: neither a new job nor one of another pipeline."""
    other, there = await pipeline(shop.owner)
    elsewhere = await shop.job(pipelineId=other)
    await shop.owner.do("archivePipeline", pipelineId=shop.pipeline)
    before = await digest(database)
    given = {"name": "New", "accountId": shop.account, "pipelineId": shop.pipeline}
    assert await shop.owner.code("createJob", **given) == ("ARCHIVED", ["input", "pipelineId"])
    moved = {"jobId": elsewhere["id"], "stageId": shop.stages[0], "expect": {"stageId": there[0]}}
    assert await shop.owner.code("moveJob", **moved) == ("ARCHIVED", ["input", "stageId"])
    assert await digest(database) == before


async def test_jobs_in_an_archived_pipeline_can_still_be_worked_on(shop: Shop) -> None:
    """PL1: they are moved, edited, given tasks, and leave for other pipelines."""
    _, there = await pipeline(shop.owner)
    job = await shop.job()
    await shop.owner.do("archivePipeline", pipelineId=shop.pipeline)
    assert (await move(shop.owner, job["id"], shop.stages[1]))["stage"]["id"] == shop.stages[1]
    await shop.owner.do("updateJob", jobId=job["id"], name="Still here")
    held = await task(shop.owner, jobId=job["id"])
    await shop.owner.do("completeItem", itemId=held)
    await set_state(shop.owner, job["id"], "ARCHIVED")
    await set_state(shop.owner, job["id"], "ACTIVE")
    assert (await columns(shop.owner, shop.pipeline))[shop.stages[1]] == [job["id"]]
    assert (await move(shop.owner, job["id"], there[0]))["stage"]["id"] == there[0]


async def test_an_archived_pipeline_is_listed_only_where_asked_for_and_can_be_restored(shop: Shop) -> None:
    """PL1: archived and restored; doing it twice changes nothing more."""
    document = (
        """{ live: pipelines { nodes { id } } archived: pipelines(filter: { archived: true }) { nodes { id } } }"""
    )
    shown = "pipeline { archivedAt version }"
    archived = await shop.owner.do("archivePipeline", shown, pipelineId=shop.pipeline)
    assert archived["archivedAt"] is not None
    assert await shop.owner.do("archivePipeline", shown, pipelineId=shop.pipeline) == archived
    one = [{"id": shop.pipeline}]
    assert await shop.owner.query(document) == {"live": {"nodes": []}, "archived": {"nodes": one}}
    restored = await shop.owner.do("restorePipeline", shown, pipelineId=shop.pipeline)
    assert restored == {"archivedAt": None, "version": archived["version"] + 1}
    assert await shop.owner.query(document) == {"live": {"nodes": one}, "archived": {"nodes": []}}
    assert (await shop.job())["stage"]["id"] == shop.stages[0]


async def test_a_pipeline_that_holds_jobs_is_not_deleted(api: Api, shop: Shop, database: Database) -> None:
    """PL1, PL4: refused with the true total, archived jobs included, and those of them that the viewer sees."""
    employee = await manager(api, shop)
    seen, archived = await shop.job("Seen"), await shop.job("Archived")
    await set_state(shop.owner, archived["id"], "ARCHIVED")
    await hidden_job(shop)
    before = await digest(database)
    [error] = await employee.refused("deletePipeline", pipelineId=shop.pipeline)
    assert error["__typename"] == "InUseError"
    assert (error["code"], error["path"], error["total"]) == ("IN_USE", ["input", "pipelineId"], 3)
    assert sorted(one["id"] for one in error["usedBy"]) == sorted([seen["id"], archived["id"]])
    assert await digest(database) == before


async def test_one_archived_job_is_enough_to_keep_a_pipeline(shop: Shop, database: Database) -> None:
    """PL1: deleted when they hold no jobs, archived ones included."""
    job = await shop.job()
    await set_state(shop.owner, job["id"], "ARCHIVED")
    before = await digest(database)
    [error] = await shop.owner.refused("deletePipeline", pipelineId=shop.pipeline)
    assert (error["total"], error["usedBy"]) == (1, [{"id": job["id"]}])
    assert await digest(database) == before


async def test_a_deleted_pipeline_is_gone_and_its_past_visits_stay(shop: Shop) -> None:
    """PL1: it and its stages are not found; jobs that were in it keep their past."""
    other, there = await pipeline(shop.owner)
    job = await shop.job()
    await move(shop.owner, job["id"], there[0])
    deleted = await shop.owner.do("deletePipeline", "deletedId", pipelineId=shop.pipeline)
    assert deleted == shop.pipeline
    document = """query ($id: ID!, $ids: [ID!]!) { pipeline(id: $id) { id } board(pipelineId: $id) { cursor }
        nodes(ids: $ids) { id } pipelines(filter: {}) { nodes { id } } }"""
    found = await shop.owner.query(document, id=shop.pipeline, ids=[shop.pipeline, *shop.stages])
    assert found == {"pipeline": None, "board": None, "nodes": [None] * 4, "pipelines": {"nodes": [{"id": other}]}}
    visits = (await look(shop.owner, job["id"]))["visits"]["nodes"]
    assert [visit["stage"]["id"] for visit in visits] == [there[0], shop.stages[0]]
    again = await shop.owner.code("deletePipeline", pipelineId=shop.pipeline)
    assert again == ("NOT_FOUND", ["input", "pipelineId"])
    given = {"jobId": job["id"], "stageId": shop.stages[0], "expect": {"version": 2}}
    assert await shop.owner.code("moveJob", **given) == ("NOT_FOUND", ["input", "stageId"])


async def test_a_job_made_while_its_pipeline_is_deleted_is_never_lost_in_it(shop: Shop, database: Database) -> None:
    """PL1: either the job is there and the deletion refused, or the pipeline is gone and the job refused."""
    outcomes = set()
    for turn in range(12):
        doomed, [first, *_] = await pipeline(shop.owner)
        given = {"name": f"Job {turn}", "accountId": shop.account, "pipelineId": doomed}
        calls = [shop.owner.payload("createJob", **given), shop.owner.payload("deletePipeline", pipelineId=doomed)]
        answers = await together(*(calls if turn % 2 else calls[::-1]))
        made, deleted = answers if turn % 2 else answers[::-1]
        outcomes.add((*codes(made), *codes(deleted)))
        held = await database.value("SELECT count(*) FROM jobs WHERE stage_id = $1", first)
        assert held == (0 if codes(made) else 1)
    assert outcomes <= {("IN_USE",), ("NOT_FOUND",)}


async def test_the_last_two_stages_stay(shop: Shop, database: Database) -> None:
    """PL1: a pipeline has at least 2 stages."""
    await shop.owner.do("deleteStage", stageId=shop.stages[0])
    before = await digest(database)
    for stage in shop.stages[1:]:
        assert await shop.owner.code("deleteStage", stageId=stage) == ("TOO_FEW", ["input", "stageId"])
    assert await digest(database) == before


async def test_an_empty_stage_is_deleted_and_the_rest_close_up(shop: Shop) -> None:
    """PL3: no target is needed where there are no jobs."""
    shown = "pipeline { stages { id name position } }"
    left = await shop.owner.do("deleteStage", shown, stageId=shop.stages[1])
    assert [(stage["name"], stage["position"]) for stage in left["stages"]] == [("First", 0), ("Third", 1)]
    again = await shop.owner.code("deleteStage", stageId=shop.stages[1])
    assert again == ("NOT_FOUND", ["input", "stageId"])


async def test_a_stage_with_jobs_is_not_deleted_without_a_target(api: Api, shop: Shop, database: Database) -> None:
    """PL3: refused with the count, archived and hidden jobs included; only those that one sees are named (AC4)."""
    employee = await manager(api, shop)
    job, archived = await shop.job(), await shop.job("Archived")
    await set_state(shop.owner, archived["id"], "ARCHIVED")
    await hidden_job(shop)
    before = await digest(database)
    [error] = await employee.refused("deleteStage", stageId=shop.stages[0])
    assert error["__typename"] == "InUseError"
    assert (error["code"], error["path"], error["total"]) == ("IN_USE", ["input", "stageId"], 3)
    assert sorted(one["id"] for one in error["usedBy"]) == sorted([job["id"], archived["id"]])
    assert await digest(database) == before


async def test_jobs_of_a_deleted_stage_go_below_those_of_the_target_in_their_order(shop: Shop) -> None:
    """PL3: each opens a new visit there (MV2); open items neither hold it nor are settled."""
    first, second, third = shop.stages
    there = [await shop.job(f"There {n}", stageId=second) for n in range(2)]
    moving = [await shop.job(f"Moving {n}") for n in range(5)]
    held = await task(shop.owner, jobId=moving[0]["id"])
    order = (await columns(shop.owner, shop.pipeline))[first]
    await shop.owner.do("deleteStage", stageId=first, moveJobsTo=second)
    found = await columns(shop.owner, shop.pipeline)
    assert found == {second: [there[1]["id"], there[0]["id"], *order], third: []}
    for job in moving:
        now = await look(shop.owner, job["id"])
        assert [(visit["stage"]["id"], visit["leftAt"] is None) for visit in now["visits"]["nodes"]] == [
            (second, True),
            (first, False),
        ]
        assert now["version"] == 2
    assert (await look(shop.owner, moving[0]["id"]))["items"]["nodes"] == [{"id": held, "open": True}]
    assert (await look(shop.owner, there[0]["id"]))["version"] == 1


async def test_many_jobs_move_out_of_a_deleted_stage_in_their_order(shop: Shop, database: Database) -> None:
    """PL3, MV9: ranks of a whole column fit below the target's last."""
    first, second, _ = shop.stages
    below = await shop.job("There", stageId=second)
    await together(*(shop.job(f"Job {n}") for n in range(60)))
    order = (await columns(shop.owner, shop.pipeline))[first]
    await shop.owner.do("deleteStage", stageId=first, moveJobsTo=second)
    assert (await columns(shop.owner, shop.pipeline))[second] == [below["id"], *order]
    assert await database.value("SELECT count(*) FROM stage_visits WHERE left_at IS NULL") == 61


async def test_archived_jobs_move_along_with_their_stage(shop: Shop) -> None:
    """PL3: silently, and they stay archived; unarchived they are in the target."""
    first, second, _ = shop.stages
    job = await shop.job()
    await set_state(shop.owner, job["id"], "ARCHIVED")
    await shop.owner.do("deleteStage", stageId=first, moveJobsTo=second)
    now = await look(shop.owner, job["id"])
    assert (now["stage"]["id"], now["status"]["state"]) == (second, "ARCHIVED")
    assert (await columns(shop.owner, shop.pipeline))[second] == []
    await set_state(shop.owner, job["id"], "ACTIVE")
    assert (await columns(shop.owner, shop.pipeline))[second] == [job["id"]]


async def test_the_target_is_another_stage_of_the_same_pipeline(shop: Shop, database: Database) -> None:
    """PL3: not the stage itself, not one of another pipeline, not an unknown one."""
    _, there = await pipeline(shop.owner)
    await shop.job()
    before = await digest(database)
    for target, code in ((shop.stages[0], "INVALID"), (there[0], "INVALID"), ("stage_unknown", "NOT_FOUND")):
        refused = await shop.owner.code("deleteStage", stageId=shop.stages[0], moveJobsTo=target)
        assert refused == (code, ["input", "moveJobsTo"])
    assert await digest(database) == before


async def test_a_stage_with_hidden_jobs_is_deleted_only_by_who_sees_all_accounts(
    api: Api, shop: Shop, database: Database
) -> None:
    """PL3: with jobs in it that one cannot see, it needs VIEW_ALL_ACCOUNTS."""
    employee = await manager(api, shop)
    hidden = await hidden_job(shop)
    before = await digest(database)
    [error] = await employee.refused("deleteStage", stageId=shop.stages[0], moveJobsTo=shop.stages[1])
    assert (error["__typename"], error["right"]) == ("ForbiddenError", "VIEW_ALL_ACCOUNTS")
    assert (error["code"], error["path"]) == ("FORBIDDEN", ["input", "stageId"])
    assert await digest(database) == before
    overseer = await manager(api, shop, "VIEW_ALL_ACCOUNTS")
    await overseer.do("deleteStage", stageId=shop.stages[0], moveJobsTo=shop.stages[1])
    assert (await columns(shop.owner, shop.pipeline))[shop.stages[1]] == [hidden["id"]]


async def test_a_stage_whose_jobs_one_sees_is_deleted_without_further_rights(api: Api, shop: Shop) -> None:
    """PL3, AC2: MANAGE_PIPELINES and a place on the list are enough."""
    employee = await manager(api, shop)
    job = await shop.job()
    await employee.do("deleteStage", stageId=shop.stages[0], moveJobsTo=shop.stages[1])
    assert (await columns(employee, shop.pipeline))[shop.stages[1]] == [job["id"]]


async def test_no_job_is_ever_left_in_a_deleted_stage(shop: Shop, database: Database) -> None:
    """PL3: moves into a stage and creations in it, at the very moment of its deletion, with and without a target."""
    for turn in range(14):
        doomed = await shop.owner.do("createStage", "stage { id }", pipelineId=shop.pipeline, name=f"Doomed {turn}")
        job = await shop.job()
        calls = [
            shop.owner.payload("moveJob", jobId=job["id"], stageId=doomed["id"], expect={"version": 1}),
            shop.owner.payload(
                "createJob", name="New", accountId=shop.account, pipelineId=shop.pipeline, stageId=doomed["id"]
            ),
            shop.owner.payload("deleteStage", stageId=doomed["id"], moveJobsTo=shop.stages[2] if turn % 2 else None),
        ]
        dice = turn % 3
        found = await together(*calls[dice:], *calls[:dice])
        moved, made, deleted = *found[3 - dice :], *found[: 3 - dice]
        assert codes(moved) in ([], ["NOT_FOUND"])
        assert codes(made) in ([], ["NOT_FOUND"])
        assert codes(deleted) in ([], ["IN_USE"])
        lost = "SELECT count(*) FROM jobs j JOIN stages s ON s.id = j.stage_id WHERE s.deleted_at IS NOT NULL"
        assert await database.value(lost) == 0
        if codes(deleted):
            await shop.owner.do("deleteStage", stageId=doomed["id"], moveJobsTo=shop.stages[2])
    assert await names(shop.owner, shop.pipeline) == ["First", "Second", "Third"]


async def test_a_status_is_not_taken_from_a_pipeline_whose_jobs_have_it(shop: Shop, database: Database) -> None:
    """PL4: refused with the number of its jobs in this pipeline; elsewhere it may be taken away."""
    other, _ = await pipeline(shop.owner)
    on_hold = await status(shop.owner, "On hold", shop.pipeline, other)
    job = await shop.job()
    await shop.owner.do("setJobStatus", jobId=job["id"], statusId=on_hold)
    before = await digest(database)
    [error] = await shop.owner.refused("updatePipeline", pipelineId=shop.pipeline, removeStatusIds=[on_hold])
    assert (error["code"], error["path"]) == ("IN_USE", ["input", "removeStatusIds"])
    assert (error["total"], error["usedBy"]) == (1, [{"id": job["id"]}])
    assert await digest(database) == before
    shown = "pipeline { statuses { name } }"
    left = await shop.owner.do("updatePipeline", shown, pipelineId=other, removeStatusIds=[on_hold])
    assert [one["name"] for one in left["statuses"]] == ["Active", "Completed", "Archived"]


async def test_a_pipeline_always_has_the_built_in_statuses(shop: Shop, database: Database) -> None:
    """ST1: they are neither enabled nor disabled."""
    found = (await shop.owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
    before = await digest(database)
    for one in found:
        refused = await shop.owner.code("updatePipeline", pipelineId=shop.pipeline, addStatusIds=[one["id"]])
        assert refused == ("BUILT_IN", ["input", "addStatusIds"])
    assert await digest(database) == before
