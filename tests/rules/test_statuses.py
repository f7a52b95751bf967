"""Job statuses: what each means for boards, for edits, and for what may be changed of them."""

from __future__ import annotations

import pytest

from store.database import Database
from tests.rules.kit import (
    built_in,
    codes,
    columns,
    digest,
    hidden_job,
    look,
    move,
    pipeline,
    set_state,
    status,
    task,
    together,
)
from tests.support.api import Api, Client, Json, Shop
from tests.support.works import Works

SHOWN = "status { name state color pauses onBoard version }"


async def put(client: Client, job_id: str, status_id: str) -> Json:
    """Puts a job into a status; answers its card."""
    await client.do("setJobStatus", jobId=job_id, statusId=status_id)
    return await look(client, job_id)


async def test_every_firm_starts_with_three_built_in_statuses(shop: Shop) -> None:
    """ST1: Active and Completed show on boards, Archived does not, and lets delays and reminders wait."""
    found = await shop.owner.query("{ jobStatuses { name state color pauses onBoard version } }")
    shared = {"color": None, "version": 1}
    assert found["jobStatuses"] == [
        {"name": "Active", "state": "ACTIVE", "onBoard": True, "pauses": False, **shared},
        {"name": "Completed", "state": "COMPLETED", "onBoard": True, "pauses": False, **shared},
        {"name": "Archived", "state": "ARCHIVED", "onBoard": False, "pauses": True, **shared},
    ]


async def test_a_custom_status_pauses_and_shows_on_boards_unless_told_not_to(shop: Shop) -> None:
    """ST1: custom statuses: name, colour, pauses (on by default), shown-on-board."""
    made = await shop.owner.do("createJobStatus", SHOWN, name="On hold", color="#aabbcc")
    expected = {"name": "On hold", "state": "CUSTOM", "color": "#aabbcc", "pauses": True, "onBoard": True, "version": 1}
    assert made == expected
    made = await shop.owner.do("createJobStatus", SHOWN, name="Waiting", pauses=False, onBoard=False)
    expected |= {"name": "Waiting", "color": None, "pauses": False, "onBoard": False}
    assert made == expected


async def test_a_custom_status_is_edited_field_by_field(shop: Shop) -> None:
    """ST1: what an edit leaves out stays."""
    on_hold = await status(shop.owner, "On hold", color="#aabbcc")
    changed = await shop.owner.do("updateJobStatus", SHOWN, statusId=on_hold, name="Held", pauses=False)
    assert changed == {
        "name": "Held",
        "state": "CUSTOM",
        "color": "#aabbcc",
        "pauses": False,
        "onBoard": True,
        "version": 2,
    }
    changed = await shop.owner.do("updateJobStatus", SHOWN, statusId=on_hold, color=None)
    assert (changed["color"], changed["name"]) == (None, "Held")


async def test_completed_jobs_stay_on_the_board_and_archived_ones_leave_it(shop: Shop) -> None:
    """ST1: COMPLETED stays on the board, ARCHIVED is off it; counts follow."""
    done, gone = await shop.job("Done"), await shop.job("Gone")
    await set_state(shop.owner, done["id"], "COMPLETED")
    await set_state(shop.owner, gone["id"], "ARCHIVED")
    assert (await columns(shop.owner, shop.pipeline))[shop.stages[0]] == [done["id"]]
    document = """query ($id: ID!) { pipeline(id: $id) { jobCount stages { jobCount } }
        board(pipelineId: $id) { columns { jobCount } } jobs { nodes { id } totalCount } }"""
    found = await shop.owner.query(document, id=shop.pipeline)
    assert found["pipeline"] == {"jobCount": 1, "stages": [{"jobCount": 1}, {"jobCount": 0}, {"jobCount": 0}]}
    assert [column["jobCount"] for column in found["board"]["columns"]] == [1, 0, 0]
    assert found["jobs"] == {"nodes": [{"id": done["id"]}], "totalCount": 1}
    archived = "{ jobs(filter: { states: [ARCHIVED] }) { nodes { id } } }"
    assert (await shop.owner.query(archived))["jobs"]["nodes"] == [{"id": gone["id"]}]


async def test_a_status_that_is_not_shown_takes_its_jobs_off_the_board(shop: Shop) -> None:
    """ST1: shown-on-board; changing it shows and hides the jobs that have it."""
    hidden = await status(shop.owner, "Elsewhere", shop.pipeline, onBoard=False)
    job = await shop.job()
    await put(shop.owner, job["id"], hidden)
    assert (await columns(shop.owner, shop.pipeline))[shop.stages[0]] == []
    await shop.owner.do("updateJobStatus", statusId=hidden, onBoard=True)
    assert (await columns(shop.owner, shop.pipeline))[shop.stages[0]] == [job["id"]]


async def test_an_archived_job_is_read_only(shop: Shop, database: Database) -> None:
    """ST1: no edit, no move, no reorder, no new task, no change of its tasks or their links."""
    job, other = await shop.job(), await shop.job("Other")
    held = await task(shop.owner, jobId=job["id"], subtasks=["Line"])
    loose = await task(shop.owner, "Loose")
    found = await shop.owner.query("query ($id: ID!) { node(id: $id) { ... on Task { subtasks { id } } } }", id=held)
    line = found["node"]["subtasks"][0]["id"]
    await set_state(shop.owner, job["id"], "ARCHIVED")
    expect = {"stageId": shop.stages[0]}
    move_to = {"jobId": job["id"], "expect": expect, "pendingItems": "KEEP"}
    attempts: list[tuple[str, Json, str]] = [
        ("updateJob", {"jobId": job["id"], "name": "Other"}, "jobId"),
        ("updateJob", {"jobId": job["id"], "addAssigneeIds": [shop.owner.member_id]}, "jobId"),
        ("moveJob", {**move_to, "stageId": shop.stages[1]}, "jobId"),
        ("moveJob", {**move_to, "stageId": shop.stages[0], "afterJobId": other["id"]}, "jobId"),
        ("createTask", {"title": "New", "jobId": job["id"]}, "jobId"),
        ("linkItem", {"itemId": loose, "jobId": job["id"]}, "jobId"),
        ("unlinkItem", {"itemId": held, "jobId": job["id"]}, "jobId"),
        ("linkItem", {"itemId": held, "jobId": other["id"]}, "itemId"),
        ("updateTask", {"taskId": held, "title": "Other"}, "taskId"),
        ("completeItem", {"itemId": held}, "itemId"),
        ("cancelItem", {"itemId": held}, "itemId"),
        ("reopenItem", {"itemId": held}, "itemId"),
        ("createSubtask", {"taskId": held, "title": "New"}, "taskId"),
        ("updateSubtask", {"subtaskId": line, "done": True}, "subtaskId"),
        ("deleteSubtask", {"subtaskId": line}, "subtaskId"),
    ]
    before = await digest(database)
    for mutation, given, field in attempts:
        assert await shop.owner.code(mutation, **given) == ("ARCHIVED", ["input", field]), (mutation, given)
    assert await digest(database) == before


async def test_unarchiving_puts_a_job_back_to_where_it_was(shop: Shop) -> None:
    """ST1: the same stage, the same visit, the same place in the column; nothing fires."""
    low, job, top = await shop.job("Low"), await shop.job("Job"), await shop.job("Top")
    before = await look(shop.owner, job["id"])
    await set_state(shop.owner, job["id"], "ARCHIVED")
    await set_state(shop.owner, job["id"], "ACTIVE")
    after = await look(shop.owner, job["id"])
    assert after == before | {"version": before["version"] + 2}
    assert (await columns(shop.owner, shop.pipeline))[shop.stages[0]] == [top["id"], job["id"], low["id"]]


async def test_archive_is_reached_from_every_status_and_left_to_every_enabled_one(shop: Shop) -> None:
    """ST1: archive is reachable from any status."""
    on_hold = await status(shop.owner, "On hold", shop.pipeline)
    archived = await built_in(shop.owner, "ARCHIVED")
    job = await shop.job()
    for status_id in (await built_in(shop.owner, "COMPLETED"), on_hold, await built_in(shop.owner, "ACTIVE")):
        assert (await put(shop.owner, job["id"], status_id))["status"]["id"] == status_id
        assert (await put(shop.owner, job["id"], archived))["status"]["state"] == "ARCHIVED"


async def test_setting_the_status_a_job_has_changes_nothing(shop: Shop, database: Database) -> None:
    """ST1: no version, no history, no event."""
    job = await shop.job()
    before = await digest(database)
    await set_state(shop.owner, job["id"], "ACTIVE")
    assert await digest(database) == before


async def test_only_statuses_enabled_in_the_pipeline_can_be_set(shop: Shop, database: Database) -> None:
    """ST1, PL2: a custom status is enabled per pipeline."""
    other, _ = await pipeline(shop.owner)
    elsewhere = await status(shop.owner, "Elsewhere", other)
    job = await shop.job()
    before = await digest(database)
    for status_id, code in ((elsewhere, "NOT_ENABLED"), ("status_unknown", "NOT_FOUND")):
        refused = await shop.owner.code("setJobStatus", jobId=job["id"], statusId=status_id)
        assert refused == (code, ["input", "statusId"])
    assert await digest(database) == before


async def test_a_status_is_set_only_where_the_job_is_as_believed(shop: Shop, database: Database) -> None:
    """MV4: setJobStatus and updateJob may name version or stage, with the same conflict."""
    job = await shop.job()
    await move(shop.owner, job["id"], shop.stages[1])
    completed = await built_in(shop.owner, "COMPLETED")
    before = await digest(database)
    for expect, field in (({"version": 1}, "version"), ({"stageId": shop.stages[0]}, "stageId")):
        calls: list[tuple[str, Json]] = [("setJobStatus", {"statusId": completed}), ("updateJob", {"name": "Other"})]
        for mutation, given in calls:
            [error] = await shop.owner.refused(mutation, jobId=job["id"], expect=expect, **given)
            assert (error["code"], error["path"]) == ("CONFLICT", ["input", "expect", field])
            assert error["current"] == {"id": job["id"], "version": 2}
    assert await digest(database) == before


async def test_built_in_statuses_change_only_their_colour(shop: Shop, database: Database) -> None:
    """ST1: names and meanings of the built-in ones stay, and none is deleted."""
    for state in ("ACTIVE", "COMPLETED", "ARCHIVED"):
        status_id = await built_in(shop.owner, state)
        changed = await shop.owner.do("updateJobStatus", "status { color state }", statusId=status_id, color="#112233")
        assert changed == {"color": "#112233", "state": state}
        before = await digest(database)
        for edit in ({"name": "Other"}, {"pauses": state != "ARCHIVED"}, {"onBoard": state == "ARCHIVED"}):
            refused = await shop.owner.code("updateJobStatus", statusId=status_id, **edit)
            assert refused == ("BUILT_IN", ["input", "statusId"])
        assert await shop.owner.code("deleteJobStatus", statusId=status_id) == ("BUILT_IN", ["input", "statusId"])
        assert await digest(database) == before


async def test_a_status_that_jobs_have_is_not_deleted(api: Api, shop: Shop, database: Database) -> None:
    """PL4: refused with the true total, and those of the jobs that the viewer sees."""
    on_hold = await status(shop.owner, "On hold", shop.pipeline)
    employee = await api.member(shop.owner, rights=["MANAGE_PIPELINES"], accounts=[shop.account])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    job, hidden = await shop.job(), await hidden_job(shop)
    for one in (job, hidden):
        await put(shop.owner, one["id"], on_hold)
    before = await digest(database)
    [error] = await employee.refused("deleteJobStatus", statusId=on_hold)
    assert error["message"] == "2 jobs have this status."
    assert (error["__typename"], error["code"], error["path"]) == ("InUseError", "IN_USE", ["input", "statusId"])
    assert (error["total"], error["usedBy"]) == (2, [{"id": job["id"]}])
    assert await digest(database) == before
    await set_state(shop.owner, hidden["id"], "ACTIVE")
    [error] = await employee.refused("deleteJobStatus", statusId=on_hold)
    assert error["message"] == "1 job has this status."


async def test_a_status_that_no_job_has_is_deleted_everywhere(shop: Shop) -> None:
    """PL4: pipelines that enabled it lose it."""
    on_hold = await status(shop.owner, "On hold", shop.pipeline)
    assert await shop.owner.do("deleteJobStatus", "deletedId", statusId=on_hold) == on_hold
    found = await shop.owner.query(
        "query ($id: ID!) { pipeline(id: $id) { statuses { name } } jobStatuses { name } }", id=shop.pipeline
    )
    built_ins = [{"name": "Active"}, {"name": "Completed"}, {"name": "Archived"}]
    assert found == {"pipeline": {"statuses": built_ins}, "jobStatuses": built_ins}


@pytest.mark.parametrize("removal", ["deleteJobStatus", "updatePipeline"])
async def test_no_job_gets_a_status_that_is_being_taken_away(shop: Shop, database: Database, removal: str) -> None:
    """PL4, ST1: setting and removing a status at the same time: one of them is refused."""
    for turn in range(10):
        on_hold = await status(shop.owner, f"On hold {turn}", shop.pipeline)
        job = await shop.job()
        given = (
            {"statusId": on_hold}
            if removal == "deleteJobStatus"
            else {"pipelineId": shop.pipeline, "removeStatusIds": [on_hold]}
        )
        calls = [
            shop.owner.payload("setJobStatus", jobId=job["id"], statusId=on_hold),
            shop.owner.payload(removal, **given),
        ]
        answers = await together(*(calls if turn % 2 else calls[::-1]))
        put_in, removed = answers if turn % 2 else answers[::-1]
        assert (codes(put_in), codes(removed)) in (([], ["IN_USE"]), (["NOT_FOUND"], []), (["NOT_ENABLED"], []))
        lost = """SELECT count(*) FROM jobs j JOIN job_statuses s ON s.id = j.status_id WHERE s.state = 'CUSTOM' AND
            NOT EXISTS (SELECT FROM pipeline_statuses p WHERE p.status_id = s.id AND p.pipeline_id = j.pipeline_id)"""
        assert await database.value(lost) == 0


async def test_a_job_that_loses_its_status_on_its_way_takes_no_stay_in_it_along(api: Api, shop: Shop) -> None:
    """MV8, AM4: where it is Active it gets the statuses that are enabled there, by hand and by automations."""
    works = Works.open(api, shop)
    hold = await status(shop.owner, "On hold", shop.pipeline)
    other, there = await pipeline(shop.owner)
    waiting = await status(shop.owner, "Waiting", other)
    await works.automate(there[1], {"setJobStatus": {"statusId": waiting}})
    for stage_id, expected in ((there[0], "ACTIVE"), (there[1], "CUSTOM")):
        job = await works.job()
        await works.put(job, hold)
        await works.move(job, stage_id)
        assert (await works.look(job))["status"]["state"] == expected
        sql = "SELECT status_id FROM status_stays WHERE job_id = $1 AND left_at IS NULL"
        stays = [row["status_id"] for row in await works.database.rows(sql, job)]
        assert stays == ([waiting] if expected == "CUSTOM" else [])
        assert await works.states(job) == ["DONE"] * (expected == "CUSTOM")
        assert (await put(shop.owner, job, waiting))["status"]["id"] == waiting
