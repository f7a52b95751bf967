"""Bulk operations as a whole: done at once or by the worker, refused for single jobs, cancelled (MV10)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from engine import housekeeping
from engine.work import system_clock
from store.database import Database
from store.ids import new_id
from tests.bulk.kit import Bulk, counted, moving
from tests.rules.kit import codes, digest, hidden_job, look, set_state
from tests.support.api import Api


async def test_a_hundred_jobs_are_moved_when_the_call_answers_in_one_event_and_in_their_order(bulk: Bulk) -> None:
    """MV10, LV2: they stand on top, the first uppermost; each has its visit and its automations."""
    await bulk.works.automate(bulk.works.stages[1], {"setPriority": {"priority": "URGENT"}})
    there = await bulk.jobs(3, stage=1)
    jobs = await bulk.jobs(100)
    before = await bulk.events()
    operation = await bulk.start("moveJobs", jobs=moving(jobs), stageId=bulk.works.stages[1])
    assert counted(operation) == ("COMPLETED", 100, 100, 0)
    assert operation["finishedAt"]
    assert await bulk.events() == before + 1
    assert await bulk.column(1) == jobs + there
    assert [
        (one["index"], one["state"], one["job"]["id"], one["errors"]) for one in await bulk.results(operation["id"])
    ] == [(n, "DONE", job, []) for n, job in enumerate(jobs)]
    rows = await bulk.works.database.rows(
        "SELECT priority, (SELECT count(*) FROM stage_visits v WHERE v.job_id = j.id) AS visits,"
        " (SELECT array_agg(r.state) FROM runs r WHERE r.job_id = j.id) AS runs FROM jobs j WHERE id = ANY($1)",
        jobs,
    )
    assert [(row["priority"], row["visits"], row["runs"]) for row in rows] == [(3, 2, ["DONE"])] * 100


async def test_more_than_a_hundred_are_moved_by_the_worker_in_chunks_and_in_their_order(bulk: Bulk) -> None:
    """MV10, LV2: a chunk is one event, caused by who began it; progress and results are there all the time."""
    jobs = await bulk.jobs(250)
    before = await bulk.events()
    asked = {"jobs": moving(jobs), "stageId": bulk.works.stages[1], "clientMutationId": "many"}
    operation = await bulk.start("moveJobs", None, **asked)
    assert counted(operation) == ("RUNNING", 250, 0, 0)
    assert await bulk.column(1) == []
    assert {one["state"] for one in await bulk.results(operation["id"])} == {"WAITING"}
    assert await bulk.works.work() == 3
    assert counted(await bulk.look(operation["id"])) == ("COMPLETED", 250, 250, 0)
    assert await bulk.column(1) == jobs
    rows = await bulk.works.database.rows(
        "SELECT cause->>'kind', cause->>'actor', cause->>'client_mutation_id', jsonb_array_length(changes)"
        " FROM events WHERE seq > $1 ORDER BY seq",
        before,
    )
    who = ("MEMBER", bulk.owner.member_id, "many")
    assert [tuple(row) for row in rows] == [(*who, 1), (*who, 101), (*who, 101), (*who, 51)]
    history = await bulk.works.database.rows("SELECT cause FROM history WHERE action = 'MOVED' GROUP BY 1")
    assert len(history) == 1


async def test_one_refused_job_holds_up_no_other_and_its_result_says_why(
    bulk: Bulk, api: Api, database: Database
) -> None:
    """MV10, MV4, MV5, ST1, AC4: by its place in the list; nothing of it has changed, and it has no event."""
    shop = bulk.works.shop
    jobs = await bulk.jobs(5)
    hidden = (await hidden_job(shop))["id"]
    employee = bulk.works.timed(await api.member(shop.owner, accounts=[shop.account]))
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    await set_state(shop.owner, jobs[1], "ARCHIVED")
    await shop.owner.do("createTask", title="Open", jobId=jobs[2])
    await shop.owner.do("updateJob", jobId=jobs[3], name="Renamed")
    wrong = [jobs[1], jobs[2], jobs[3], hidden]
    kept = [await look(shop.owner, job) for job in wrong]
    versions = {job: card["version"] for job, card in zip(wrong, kept, strict=True)} | {jobs[3]: 1}
    given = [jobs[0], *wrong, jobs[4], new_id("job"), "nonsense"]
    asked = [{"jobId": job, "expect": {"version": versions.get(job, 1)}} for job in given]
    operation = await bulk.start("moveJobs", employee, jobs=asked, stageId=bulk.works.stages[1])
    assert counted(operation) == ("COMPLETED", 8, 2, 6)
    results = await bulk.results(operation["id"], employee)
    assert [[(error["code"], error["path"]) for error in one["errors"]] for one in results] == [
        [],
        [("ARCHIVED", ["input", "jobs", "1"])],
        [("PENDING_ITEMS", ["input", "pendingItems"])],
        [("CONFLICT", ["input", "jobs", "3", "expect", "version"])],
        [("NOT_FOUND", ["input", "jobs", "4"])],
        [],
        [("NOT_FOUND", ["input", "jobs", "6"])],
        [("NOT_FOUND", ["input", "jobs", "7"])],
    ]
    assert results[3]["errors"][0]["current"] == {"id": jobs[3]}
    assert [one["job"] and one["job"]["id"] for one in results] == [*given[:4], None, jobs[4], None, None]
    assert [one["index"] for one in await bulk.results(operation["id"], employee, failed_only=True)] == [
        1,
        2,
        3,
        4,
        6,
        7,
    ]
    assert [await look(shop.owner, job) for job in wrong] == kept
    assert await bulk.column(1) == [jobs[0], jobs[4]]


async def test_results_are_told_by_the_place_in_the_list_where_a_job_is_named_first(bulk: Bulk) -> None:
    """MV10: one that is named twice counts once, and shifts no other."""
    one, two = await bulk.jobs(2)
    ids = [one, one, "job_x", two, "job_x"]
    for mutation, given in (
        ("updateJobs", {"jobIds": ids, "priority": "HIGH"}),
        ("moveJobs", {"jobs": moving(ids, version=2), "stageId": bulk.works.stages[1]}),
    ):
        operation = await bulk.start(mutation, **given)
        assert counted(operation) == ("COMPLETED", 3, 2, 1)
        found = await bulk.results(operation["id"])
        assert [(result["index"], result["state"]) for result in found] == [(0, "DONE"), (2, "FAILED"), (3, "DONE")]
        assert found[1]["errors"][0]["path"][2] == "2"


async def test_what_is_too_long_for_an_id_is_not_found(bulk: Bulk) -> None:
    """MV10: each of them, like any other that is not there, and it holds up no job."""
    [job] = await bulk.jobs(1)
    long = "".join(f"{n:x}" for n in range(5_000))
    operation = await bulk.start("deleteJobs", jobIds=[long, job, f"{long}x"])
    assert counted(operation) == ("COMPLETED", 3, 1, 2)
    found = await bulk.results(operation["id"])
    assert [[(error["code"], error["path"][2]) for error in one["errors"]] for one in found] == [
        [("NOT_FOUND", "0")],
        [],
        [("NOT_FOUND", "2")],
    ]


async def test_what_is_wrong_with_the_whole_changes_nothing(bulk: Bulk, api: Api, database: Database) -> None:
    """MV10: a stage that is not there, too many jobs, a right that lacks: no operation is begun."""
    jobs, stage = await bulk.jobs(2), bulk.works.stages[1]
    employee = await api.member(bulk.owner, accounts=[bulk.works.shop.account])
    shared = {"pipelineId": bulk.works.shop.pipeline, "addAvailableToIds": [employee.member_id]}
    await bulk.owner.do("updatePipeline", **shared)
    many = moving([new_id("job") for _ in range(1001)])
    before = await digest(database)
    assert await bulk.owner.code("moveJobs", jobs=moving(jobs), stageId=new_id("stage")) == (
        "NOT_FOUND",
        ["input", "stageId"],
    )
    assert await bulk.owner.code("moveJobs", jobs=many, stageId=stage) == ("TOO_MANY", ["input", "jobs"])
    skipping = {"jobs": moving(jobs), "stageId": stage, "skipAutomations": True}
    assert await employee.code("moveJobs", **skipping) == ("FORBIDDEN", ["input", "skipAutomations"])
    tags = {"jobIds": jobs, "addTagIds": [new_id("tag")]}
    assert await employee.code("updateJobTags", **tags) == ("FORBIDDEN", None)
    assert await bulk.owner.code("updateJobTags", **tags) == ("NOT_FOUND", ["input", "addTagIds"])
    assert await bulk.owner.code("updateJobTags", jobIds=jobs) == ("REQUIRED", ["input", "addTagIds"])
    assert await bulk.owner.code("updateJobs", jobIds=jobs) == ("REQUIRED", ["input", "priority"])
    dates = {"jobIds": jobs, "startDate": "2026-05-02", "dueDate": "2026-05-01"}
    assert await bulk.owner.code("updateJobs", **dates) == ("DATES_REVERSED", ["input", "dueDate"])
    assert await bulk.owner.code("setJobStatuses", jobIds=jobs, statusId=new_id("status")) == (
        "NOT_FOUND",
        ["input", "statusId"],
    )
    assert await bulk.owner.code("setClientStatuses", jobIds=jobs) == ("REQUIRED", ["input", "clientStatusId"])
    assert await bulk.owner.code("cancelBulkOperation", operationId=new_id("bulk")) == (
        "NOT_FOUND",
        ["input", "operationId"],
    )
    assert await digest(database) == before


async def test_an_operation_is_stopped_before_its_next_chunk(bulk: Bulk, database: Database) -> None:
    """MV10: what is done stays done; what waits is cancelled; stopping it again changes nothing."""
    jobs = await bulk.jobs(150)
    operation = await bulk.start("setJobStatuses", jobIds=jobs, statusId=await _completed(bulk))
    runner = bulk.works.runner()
    assert await runner.round() == 1
    stopped = await bulk.start("cancelBulkOperation", operationId=operation["id"])
    assert counted(stopped) == ("CANCELLED", 150, 100, 0)
    assert stopped["finishedAt"]
    before = await digest(database)
    assert counted(await bulk.start("cancelBulkOperation", operationId=operation["id"])) == ("CANCELLED", 150, 100, 0)
    assert await digest(database) == before
    assert await bulk.works.work() == 1
    assert [one["state"] for one in await bulk.results(operation["id"])] == ["CANCELLED"] * 50 + ["DONE"] * 100
    assert await database.value("SELECT count(*) FROM jobs WHERE state = 'COMPLETED'") == 100


async def test_the_same_operation_is_begun_once(bulk: Bulk, database: Database) -> None:
    """JB2: by its own id, also by two at once; the same id for something else is refused."""
    jobs, operation_id = await bulk.jobs(3), new_id("bulk")
    asked = {"id": operation_id, "jobIds": jobs, "priority": "HIGH"}
    both = await asyncio.gather(*(bulk.start("updateJobs", None, **asked) for _ in range(2)))
    assert [one["id"] for one in both] == [operation_id] * 2
    before = await digest(database)
    assert counted(await bulk.start("updateJobs", None, **asked)) == ("COMPLETED", 3, 3, 0)
    assert await bulk.owner.code("updateJobs", **{**asked, "priority": "LOW"}) == ("ID_TAKEN", ["input", "id"])
    assert await digest(database) == before


async def test_the_worker_goes_on_with_what_the_member_may_do_now(bulk: Bulk, api: Api, database: Database) -> None:
    """AC3, AC4: an account that is taken away is not found any more, a member who is deactivated does nothing."""
    shop = bulk.works.shop
    employee = bulk.works.timed(await api.member(shop.owner, accounts=[shop.account]))
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    jobs, runner = await bulk.jobs(150), bulk.works.runner()
    first = await bulk.start("updateJobs", employee, jobIds=jobs, priority="HIGH")
    second = await bulk.start("updateJobs", employee, jobIds=jobs, priority="LOW")
    assert await runner.round() == 2
    await shop.owner.do("updateMemberAccess", memberId=employee.member_id, removeAccountIds=[shop.account])
    assert await runner.round() == 2
    assert counted(await bulk.look(first["id"])) == ("COMPLETED", 150, 100, 50)
    failed = await bulk.results(first["id"], failed_only=True)
    assert {error["code"] for one in failed for error in one["errors"]} == {"NOT_FOUND"}
    third = await bulk.start("updateJobs", jobIds=jobs, priority="URGENT")
    await shop.owner.do("updateMemberAccess", memberId=employee.member_id, addAccountIds=[shop.account])
    fourth = await bulk.start("updateJobs", employee, jobIds=jobs, priority="LOW")
    await shop.owner.do("deactivateMember", memberId=employee.member_id)
    await bulk.works.work()
    assert counted(await bulk.look(second["id"])) == ("COMPLETED", 150, 100, 50)
    assert counted(await bulk.look(third["id"])) == ("COMPLETED", 150, 150, 0)
    assert counted(await bulk.look(fourth["id"])) == ("COMPLETED", 150, 0, 150)
    failed = await bulk.results(fourth["id"], failed_only=True)
    assert {error["code"] for one in failed for error in one["errors"]} == {"UNAUTHENTICATED"}
    assert await database.value("SELECT count(*) FROM jobs WHERE priority = 3") == 150


async def test_an_operation_is_its_makers_and_the_managers(bulk: Bulk, api: Api) -> None:
    """MV10, AC4: others do not find it, neither alone nor in lists, and do not stop it."""
    shop = bulk.works.shop
    ann, bob = [await api.member(shop.owner, accounts=[shop.account]) for _ in range(2)]
    shared = {"pipelineId": shop.pipeline, "addAvailableToIds": [ann.member_id, bob.member_id]}
    await shop.owner.do("updatePipeline", **shared)
    operation = await bulk.start("updateJobs", ann, jobIds=await bulk.jobs(101), priority="HIGH")
    document = """query ($id: ID!) {
        node(id: $id) { id } bulkOperation(id: $id) { member { id } } bulkOperations { nodes { id } } }"""
    for client, found in ((ann, True), (shop.owner, True), (bob, False)):
        data = await client.query(document, id=operation["id"])
        assert data == {
            "node": {"id": operation["id"]} if found else None,
            "bulkOperation": {"member": {"id": ann.member_id}} if found else None,
            "bulkOperations": {"nodes": [{"id": operation["id"]}] if found else []},
        }
    assert await bob.code("cancelBulkOperation", operationId=operation["id"]) == ("NOT_FOUND", ["input", "operationId"])
    stopped = await bulk.start("cancelBulkOperation", operationId=operation["id"])
    assert counted(stopped) == ("CANCELLED", 101, 0, 0)


async def test_a_full_stage_refuses_those_for_which_there_is_no_room(bulk: Bulk) -> None:
    """PL2, MV10: each job is looked at by itself."""
    shop, jobs = bulk.works.shop, await bulk.jobs(4)
    await shop.owner.do("updateStage", stageId=shop.stages[1], jobLimit=3)
    operation = await bulk.start("moveJobs", jobs=moving(jobs), stageId=shop.stages[1])
    assert [[w["code"] for w in one["warnings"]] for one in await bulk.results(operation["id"])] == [
        ["OVER_LIMIT"],
        [],
        [],
        [],
    ]
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, blocksOverLimit=True)
    more = await bulk.jobs(2)
    operation = await bulk.start("moveJobs", jobs=moving(more), stageId=shop.stages[1])
    assert counted(operation) == ("COMPLETED", 2, 0, 2)
    assert codes({"errors": (await bulk.results(operation["id"]))[0]["errors"]}) == ["OVER_LIMIT"]


async def _completed(bulk: Bulk) -> str:
    found: str = await bulk.works.database.value("SELECT id FROM job_statuses WHERE state = 'COMPLETED'")
    return found


async def test_what_is_over_for_long_is_forgotten(bulk: Bulk) -> None:
    """MV10: after 90 days, with its results; what runs stays. The same call again finds nothing, and begins nothing."""
    jobs = await bulk.jobs(101)
    over, kept, running = [new_id("bulk") for _ in range(3)]
    asked = {"jobIds": jobs[:1], "priority": "HIGH"}
    for operation in (over, kept):
        await bulk.start("updateJobs", None, id=operation, **asked)
    await bulk.start("updateJobs", id=running, jobIds=jobs, priority="LOW")
    database, long_ago = bulk.works.database, "UPDATE bulk_operations SET finished_at = $1 WHERE id = $2"
    for operation, days in ((over, 91), (kept, 89)):
        await database.rows(long_ago, system_clock() - timedelta(days=days), operation)
    await housekeeping.sweep(database)
    rows = await database.rows("SELECT operation_id, count(*) FROM bulk_results GROUP BY 1")
    assert dict(map(tuple, rows)) == {kept: 1, running: 101}
    payload = await bulk.owner.payload("updateJobs", "operation { id }", id=over, **asked)
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("NOT_FOUND", ["input", "id"])]
    assert counted(await bulk.look(running)) == ("RUNNING", 101, 0, 0)
