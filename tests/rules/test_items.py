"""Tasks, the first action items: completed, cancelled, reopened, linked and unlinked."""

from __future__ import annotations

import pytest

from store.database import Database
from tests.rules.kit import (
    codes,
    digest,
    hidden_job,
    look,
    look_at_task,
    move,
    set_state,
    task,
    together,
)
from tests.support.api import Api, Json, Shop


async def visits(shop: Shop, job_id: str) -> list[str]:
    """The ids of a job's visits from the first to the last."""
    return [visit["id"] for visit in reversed((await look(shop.owner, job_id))["visits"]["nodes"])]


async def held(shop: Shop, job_id: str) -> bool:
    """Whether open items hold the job in its stage."""
    version = (await look(shop.owner, job_id))["version"]
    given = {"jobId": job_id, "stageId": shop.stages[2], "expect": {"version": version}, "afterJobId": job_id}
    [code] = codes(await shop.owner.payload("moveJob", **given))  # the place is impossible: nothing ever moves
    assert code in ("PENDING_ITEMS", "NOT_IN_STAGE")
    return code == "PENDING_ITEMS"


async def test_a_task_is_made_open_and_blocking_in_the_current_visit(shop: Shop) -> None:
    """AI2: a link knows its job, the visit it was made in, and whether it blocks there."""
    job = await shop.job()
    await move(shop.owner, job["id"], shop.stages[1])
    _, second = await visits(shop, job["id"])
    task_id = await task(shop.owner, "File it", jobId=job["id"])
    assert await look_at_task(shop.owner, task_id) == {
        "id": task_id,
        "title": "File it",
        "open": True,
        "status": "TO_DO",
        "version": 1,
        "job": {"id": job["id"]},
        "links": [{"job": {"id": job["id"]}, "visit": {"id": second, "number": 2}, "blocking": True}],
    }


@pytest.mark.parametrize(("mutation", "expected"), [("completeItem", "COMPLETED"), ("cancelItem", "CANCELLED")])
async def test_a_completed_or_cancelled_task_blocks_no_more_and_can_be_reopened(
    shop: Shop, mutation: str, expected: str
) -> None:
    """AI1, AI3: task Completed or Cancelled; reopened it holds the job again and moves it nowhere."""
    job = await shop.job()
    task_id = await task(shop.owner, jobId=job["id"])
    assert await held(shop, job["id"])
    closed = await shop.owner.do(mutation, "item { open ... on Task { status } }", itemId=task_id)
    assert closed == {"open": False, "status": expected}
    assert not await held(shop, job["id"])
    reopened = await shop.owner.do("reopenItem", "item { open ... on Task { status } }", itemId=task_id)
    assert reopened == {"open": True, "status": "TO_DO"}
    assert await held(shop, job["id"])
    assert (await look(shop.owner, job["id"]))["stage"]["id"] == shop.stages[0]


async def test_a_task_reopened_after_the_job_has_left_holds_nothing_and_moves_nothing(shop: Shop) -> None:
    """AI3: it never moves a job back; items of earlier visits do not block."""
    job = await shop.job()
    task_id = await task(shop.owner, jobId=job["id"])
    moved = await move(shop.owner, job["id"], shop.stages[1], pendingItems="COMPLETE")
    await shop.owner.do("reopenItem", itemId=task_id)
    now = await look(shop.owner, job["id"])
    assert (now["stage"], now["visits"]) == (moved["stage"], moved["visits"])
    assert not await held(shop, job["id"])


async def test_saying_what_is_so_already_changes_nothing(shop: Shop, database: Database) -> None:
    """AI1, AI3: completing twice, reopening what is open, cancelling what is cancelled: no event."""
    done, off, still = [await task(shop.owner, f"Task {n}") for n in range(3)]
    await shop.owner.do("completeItem", itemId=done)
    await shop.owner.do("cancelItem", itemId=off)
    before = await digest(database)
    await shop.owner.do("completeItem", itemId=done)
    await shop.owner.do("cancelItem", itemId=off)
    await shop.owner.do("reopenItem", itemId=still)
    await shop.owner.do("updateTask", taskId=done, status="COMPLETED", title="Task 0")
    assert await digest(database) == before


async def test_a_task_in_progress_is_open_and_stays_so_when_reopened(shop: Shop) -> None:
    """AI1, AI3: only Completed and Cancelled close a task; reopening one that was never closed changes nothing."""
    job = await shop.job()
    task_id = await task(shop.owner, jobId=job["id"])
    found = await shop.owner.do("updateTask", "task { open status }", taskId=task_id, status="IN_PROGRESS")
    assert found == {"open": True, "status": "IN_PROGRESS"}
    assert await held(shop, job["id"])
    found = await shop.owner.do("reopenItem", "item { ... on Task { status } }", itemId=task_id)
    assert found == {"status": "IN_PROGRESS"}


async def test_updating_the_status_is_completing(shop: Shop) -> None:
    """AI1: whichever mutation closes a task, it blocks no more."""
    job = await shop.job()
    task_id = await task(shop.owner, jobId=job["id"])
    found = await shop.owner.do(
        "updateTask", "task { open status title }", taskId=task_id, status="COMPLETED", title="T"
    )
    assert found == {"open": False, "status": "COMPLETED", "title": "T"}
    assert not await held(shop, job["id"])


async def test_a_task_changes_field_by_field(shop: Shop) -> None:
    """AI1: what an edit leaves out stays; null clears what may be cleared."""
    given: Json = {
        "description": "Why",
        "dueDate": "2026-05-01",
        "priority": "HIGH",
        "assigneeIds": [shop.owner.member_id],
    }
    task_id = await task(shop.owner, **given)
    shown = "task { title description dueDate priority status assignees { id } }"
    expected: Json = {
        "title": "Other",
        "description": "Why",
        "dueDate": "2026-05-01",
        "priority": "HIGH",
        "status": "TO_DO",
        "assignees": [{"id": shop.owner.member_id}],
    }
    assert await shop.owner.do("updateTask", shown, taskId=task_id, title="Other") == expected
    edit: Json = {"description": None, "dueDate": None, "removeAssigneeIds": [shop.owner.member_id]}
    expected |= {"description": None, "dueDate": None, "assignees": []}
    assert await shop.owner.do("updateTask", shown, taskId=task_id, **edit) == expected


async def test_subtasks_are_a_list_in_order_and_never_block(shop: Shop) -> None:
    """AI1: subtasks never block, and completing the task completes none of them."""
    job = await shop.job()
    task_id = await task(shop.owner, jobId=job["id"], subtasks=["A", "B"])
    shown = "task { open subtasks { id title done } }"
    lines = (await shop.owner.do("createSubtask", shown, taskId=task_id, title="C"))["subtasks"]
    assert [(line["title"], line["done"]) for line in lines] == [("A", False), ("B", False), ("C", False)]
    await shop.owner.do("updateSubtask", subtaskId=lines[1]["id"], done=True)
    await shop.owner.do("updateSubtask", subtaskId=lines[0]["id"], title="First")
    left = await shop.owner.do("deleteSubtask", shown, subtaskId=lines[2]["id"])
    assert [(line["title"], line["done"]) for line in left["subtasks"]] == [("First", False), ("B", True)]
    await shop.owner.do("completeItem", itemId=task_id)
    assert not await held(shop, job["id"])


async def test_many_subtasks_keep_their_order(shop: Shop) -> None:
    """AI1: the order in which lines were given and added."""
    titles = [f"Line {n}" for n in range(120)]
    task_id = await task(shop.owner, subtasks=titles)
    for n in range(5):
        await shop.owner.do("createSubtask", taskId=task_id, title=f"More {n}")
    found = await shop.owner.query(
        "query ($id: ID!) { node(id: $id) { ... on Task { subtasks { title } } } }", id=task_id
    )
    assert [line["title"] for line in found["node"]["subtasks"]] == [*titles, *(f"More {n}" for n in range(5))]


async def test_a_manual_link_blocks_like_an_automatic_one(shop: Shop) -> None:
    """AI2: manual links block unless told not to, in the visit in which they were made."""
    job = await shop.job()
    await move(shop.owner, job["id"], shop.stages[1])
    free, blocking = await task(shop.owner, "Free"), await task(shop.owner, "Blocking")
    await shop.owner.do("linkItem", itemId=free, jobId=job["id"], blocking=False)
    assert not await held(shop, job["id"])
    await shop.owner.do("linkItem", itemId=blocking, jobId=job["id"])
    assert await held(shop, job["id"])
    _, second = await visits(shop, job["id"])
    [link] = (await look_at_task(shop.owner, blocking))["links"]
    assert link == {"job": {"id": job["id"]}, "visit": {"id": second, "number": 2}, "blocking": True}
    assert {item["id"] for item in (await look(shop.owner, job["id"]))["items"]["nodes"]} == {free, blocking}


async def test_a_task_belongs_to_at_most_one_job(shop: Shop, database: Database) -> None:
    """AI2: a task to at most one job; linking it twice is refused, to the same job as to another."""
    job, other = await shop.job(), await shop.job("Other")
    task_id = await task(shop.owner, jobId=job["id"])
    before = await digest(database)
    for target in (job, other):
        refused = await shop.owner.code("linkItem", itemId=task_id, jobId=target["id"])
        assert refused == ("ALREADY_LINKED", ["input", "itemId"])
    assert await digest(database) == before


async def test_of_two_links_of_one_task_at_the_same_time_one_wins(shop: Shop, database: Database) -> None:
    """AI2: also where both callers find the task unlinked."""
    for turn in range(10):
        jobs = [await shop.job(f"Job {turn} {n}") for n in range(2)]
        task_id = await task(shop.owner)
        calls = (shop.owner.payload("linkItem", itemId=task_id, jobId=job["id"]) for job in jobs)
        answers = [codes(answer) for answer in await together(*calls)]
        assert answers.count([]) == 1
        assert sorted(answers)[1] in (["ALREADY_LINKED"], ["CONFLICT"])
        assert await database.value("SELECT count(*) FROM item_links WHERE item_id = $1", task_id) == 1


async def test_unlinking_deletes_nothing_and_lets_the_job_go(shop: Shop) -> None:
    """AI2: unlinking never deletes; the task stays open on its own, and may be linked elsewhere."""
    job, other = await shop.job(), await shop.job("Other")
    task_id = await task(shop.owner, jobId=job["id"], subtasks=["Line"])
    await shop.owner.do("unlinkItem", itemId=task_id, jobId=job["id"])
    found = await look_at_task(shop.owner, task_id)
    assert (found["open"], found["status"], found["job"], found["links"]) == (True, "TO_DO", None, [])
    assert not await held(shop, job["id"])
    await shop.owner.do("linkItem", itemId=task_id, jobId=other["id"])
    assert (await look_at_task(shop.owner, task_id))["job"] == {"id": other["id"]}


async def test_a_kept_task_that_is_linked_anew_blocks_the_new_visit(shop: Shop) -> None:
    """AI2, MV5: the link tells the visit; unlinked and linked again it belongs to the current one."""
    job = await shop.job()
    task_id = await task(shop.owner, jobId=job["id"])
    await move(shop.owner, job["id"], shop.stages[1], pendingItems="KEEP")
    assert not await held(shop, job["id"])
    await shop.owner.do("unlinkItem", itemId=task_id, jobId=job["id"])
    await shop.owner.do("linkItem", itemId=task_id, jobId=job["id"])
    assert await held(shop, job["id"])


async def test_unlinking_what_is_not_linked_is_refused(shop: Shop, database: Database) -> None:
    """AI2: the link must be there, to that very job."""
    job, other = await shop.job(), await shop.job("Other")
    linked, loose = await task(shop.owner, jobId=job["id"]), await task(shop.owner)
    before = await digest(database)
    for task_id, target in ((linked, other), (loose, job)):
        refused = await shop.owner.code("unlinkItem", itemId=task_id, jobId=target["id"])
        assert refused == ("NOT_FOUND", ["input", "jobId"])
    assert await digest(database) == before


async def test_what_one_does_not_see_is_neither_linked_nor_linked_to(api: Api, shop: Shop, database: Database) -> None:
    """AI2, AC4: a hidden job, a hidden task."""
    employee = await api.member(shop.owner, accounts=[shop.account])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    hidden, job = await hidden_job(shop), await shop.job()
    secret = await task(shop.owner)
    own = await task(employee)
    before = await digest(database)
    assert await employee.code("linkItem", itemId=own, jobId=hidden["id"]) == ("NOT_FOUND", ["input", "jobId"])
    assert await employee.code("linkItem", itemId=secret, jobId=job["id"]) == ("NOT_FOUND", ["input", "itemId"])
    assert await employee.code("createTask", title="T", jobId=hidden["id"]) == ("NOT_FOUND", ["input", "jobId"])
    assert await employee.code("completeItem", itemId=secret) == ("NOT_FOUND", ["input", "itemId"])
    assert await digest(database) == before


async def test_a_task_of_an_unarchived_job_can_be_worked_on_again(shop: Shop) -> None:
    """ST1: read-only only while archived."""
    job = await shop.job()
    task_id = await task(shop.owner, jobId=job["id"])
    await set_state(shop.owner, job["id"], "ARCHIVED")
    assert await shop.owner.code("completeItem", itemId=task_id) == ("ARCHIVED", ["input", "itemId"])
    await set_state(shop.owner, job["id"], "ACTIVE")
    await shop.owner.do("completeItem", itemId=task_id)
    assert (await look_at_task(shop.owner, task_id))["open"] is False


async def test_a_task_made_while_its_job_moves_is_in_the_visit_that_it_blocks(shop: Shop, database: Database) -> None:
    """AI2, MV5: a move sees the new task and is held, or the task is made in the stage that the job has entered."""
    for turn in range(10):
        job = await shop.job()
        given = {"jobId": job["id"], "stageId": shop.stages[1], "expect": {"version": 1}}
        calls = [shop.owner.payload("moveJob", **given), shop.owner.payload("createTask", title="T", jobId=job["id"])]
        answers = await together(*(calls if turn % 2 else calls[::-1]))
        moved, made = answers if turn % 2 else answers[::-1]
        assert codes(made) == []
        assert codes(moved) in ([], ["PENDING_ITEMS"])
        stage = await database.value(
            """SELECT v.stage_id FROM item_links l JOIN stage_visits v ON v.id = l.visit_id
                WHERE l.job_id = $1 AND v.left_at IS NULL""",
            job["id"],
        )
        assert stage == (shop.stages[0] if codes(moved) else shop.stages[1])
