"""What a job's history tells people (JB3): who, what, from, to, when, why, and what things were called.

That it explains every change of every mutation is held in tests/log.
"""

from __future__ import annotations

from store.database import Database
from tests.jobs.kit import colleague, entry, history
from tests.log.explained import NOTHING, Histories, State, replay, state_of
from tests.rules.kit import move, pipeline, set_state, status, task
from tests.support.api import Api, Client, Json, Shop
from tests.support.documents import stored_document
from tests.support.works import Works


def said(found: Json) -> dict[str, tuple[str | None, str | None]]:
    """What an entry says, by field."""
    return {one["field"]: (one["fromValue"], one["toValue"]) for one in found["changes"]}


async def newest(client: Client, job_id: str) -> Json:
    """The last thing that happened to a job."""
    return (await history(client, job_id))[0]


async def test_a_history_begins_with_all_that_a_job_was_made_of(api: Api, shop: Shop) -> None:
    """JB1, JB3: also what its template has given it."""
    works, ann = Works.open(api, shop), await colleague(api, shop)
    template: Json = {"name": "Books", "jobName": "Books for [ACCOUNT_NAME]", "description": "All", "priority": "HIGH"}
    template |= {"assigneeIds": [ann.member_id], "dueAfter": {"amount": 1, "unit": "DAYS"}, "timeBudgetMinutes": 60}
    made = await shop.owner.do("createJobTemplate", "jobTemplate { id }", **template)
    job = await works.job(name="Return", templateId=made["id"], period="2030")
    [begun] = await history(shop.owner, job)
    assert begun["action"] == "CREATED"
    told = said(begun)
    assert told.pop("rank")[1]
    assert told == {
        "name": (None, "Return"),
        "description": (None, "All"),
        "priority": (None, "HIGH"),
        "dueDate": (None, "2030-06-04"),
        "timeBudgetMinutes": (None, "60"),
        "period": (None, "2030"),
        "account": (None, "Acme"),
        "pipeline": (None, "Tax"),
        "stage": (None, "First"),
        "status": (None, "Active"),
        "assignees": (None, None),
    }
    nodes = {one["field"]: one["toNodes"] for one in begun["changes"]}
    assert (nodes["account"], nodes["assignees"]) == ([{"id": shop.account}], [{"id": ann.member_id}])


async def test_what_is_gone_is_called_what_it_was_called(shop: Shop, database: Database) -> None:
    """JB3: and what is there as it was called then."""
    owner, job = shop.owner, (await shop.job())["id"]
    held = await task(owner, "Check", jobId=job)
    await owner.do("updateTask", taskId=held, title="Check twice")
    line = await owner.do("createSubtask", "subtask { id }", taskId=held, title="Sum")
    await owner.do("deleteSubtask", subtaskId=line["id"])
    await owner.do("unlinkItem", itemId=held, jobId=job)
    document = await stored_document(database, shop.account, job, name="old.pdf")
    await owner.do("updateDocument", documentId=document, name="new.pdf")
    await owner.do("deleteDocument", documentId=document)
    shown = await owner.do("createClientStatus", "clientStatus { id }", name="In review")
    await owner.do("setClientStatus", jobId=job, clientStatusId=shown["id"])
    await owner.do("setClientStatus", jobId=job, clientStatusId=None)
    await owner.do("deleteClientStatus", clientStatusId=shown["id"])
    made = await entry(owner, job, 5)
    await owner.do("deleteTimeEntry", timeEntryId=made)
    told = [(one["action"], said(one)) for one in reversed(await history(owner, job))][1:]
    assert told[:5] == [
        ("TASK_ADDED", {"task": (None, "Check")}),
        ("TASK_CHANGED", {"task": ("Check", "Check"), "title": ("Check", "Check twice")}),
        ("TASK_CHANGED", {"task": ("Check twice", "Check twice"), "subtask": (None, "Sum")}),
        ("TASK_CHANGED", {"task": ("Check twice", "Check twice"), "subtask": ("Sum", None)}),
        ("TASK_REMOVED", {"task": ("Check twice", None)}),
    ]
    assert told[5:9] == [
        ("DOCUMENT_CHANGED", {"document": ("old.pdf", "old.pdf"), "name": ("old.pdf", "new.pdf")}),
        ("DOCUMENT_REMOVED", {"document": ("new.pdf", None)}),
        ("CLIENT_STATUS_CHANGED", {"clientStatus": (None, "In review")}),
        ("CLIENT_STATUS_CHANGED", {"clientStatus": ("In review", None)}),
    ]
    added, removed = told[9:]
    day = added[1]["day"][1]
    lines = {"member": "Owner 1", "day": day, "minutes": "5", "billable": "true"}
    assert added == ("TIME_ADDED", {"timeEntry": (None, None), **{name: (None, one) for name, one in lines.items()}})
    gone = {name: (one, None) for name, one in lines.items()}
    assert removed == ("TIME_REMOVED", {"timeEntry": (None, None), **gone})


async def test_stages_and_pipelines_are_named_for_who_sees_them_also_when_they_are_gone(api: Api, shop: Shop) -> None:
    """AC4, MV8: and stages as they were called then."""
    ann, job = await colleague(api, shop), (await shop.job())["id"]
    elsewhere, away = await pipeline(shop.owner)
    await move(shop.owner, job, shop.stages[1])
    await shop.owner.do("updateStage", stageId=shop.stages[1], name="Renamed")
    await move(shop.owner, job, away[0])
    await move(shop.owner, job, shop.stages[2])
    await shop.owner.do("deletePipeline", pipelineId=elsewhere)
    await shop.owner.do("deleteStage", stageId=shop.stages[1])
    back, gone, moved, _ = [said(one) for one in await history(shop.owner, job)]
    assert (moved["stage"], gone["stage"]) == (("First", "Second"), ("Renamed", "One"))
    assert (gone["pipeline"], back["pipeline"]) == (("Tax", "Payroll"), ("Payroll", "Tax"))
    back, gone, moved, _ = [said(one) for one in await history(ann, job)]
    assert (moved["stage"], gone["stage"], back["stage"]) == (("First", "Second"), ("Renamed", None), (None, "Third"))
    assert (gone["pipeline"], back["pipeline"]) == (("Tax", None), (None, "Tax"))


async def test_a_history_says_why_clocks_and_words_for_clients_have_changed(shop: Shop) -> None:
    """JB3, ST1, ST2: nothing of what the words tell of the account (AC3)."""
    job, waiting = (await shop.job())["id"], await status(shop.owner, "Waiting", shop.pipeline)
    await shop.owner.do("setJobStatus", jobId=job, statusId=waiting)
    await shop.owner.do("updateJobStatus", statusId=waiting, pauses=False)
    found = await newest(shop.owner, job)
    assert (found["action"], said(found)) == ("CLOCKS_CHANGED", {"paused": ("true", "false")})
    shown = await shop.owner.do("createClientStatus", "clientStatus { id }", name="In review", description="Soon")
    await shop.owner.do("setClientStatus", jobId=job, clientStatusId=shown["id"])
    await shop.owner.do("updateClientStatus", clientStatusId=shown["id"], description="For [ACCOUNT_NAME]")
    found = await newest(shop.owner, job)
    words = {"clientStatus": ("In review", "In review"), "clientStatusText": (None, None)}
    assert (found["action"], said(found)) == ("CLIENT_STATUS_CHANGED", words)


async def test_what_was_done_about_an_automation_names_it(api: Api, shop: Shop) -> None:
    """AU2, JB3."""
    works = Works.open(api, shop)
    config = {"setDates": {"dueAfter": {"amount": 1, "unit": "DAYS"}}}
    await works.automate(shop.stages[1], config)
    job = await works.moved(shop.stages[1], startDate="2099-01-01")
    [run] = await works.runs(job)
    await shop.owner.do("dismissRun", runId=run["id"])
    found = await newest(shop.owner, job)
    assert found["action"] == "AUTOMATION_SET"
    assert said(found) == {"run": ("SET_DATES", "SET_DATES"), "state": ("FAILED", "DISMISSED")}
    assert found["changes"][0]["toNodes"] == [{"id": run["id"]}]


async def test_a_history_replayed_from_its_beginning_gives_the_job(api: Api, shop: Shop, database: Database) -> None:
    """JB3: whatever has happened in between, by hand, by automations and by the worker."""
    works, ann = Works.open(api, shop), await colleague(api, shop)
    target, _ = await pipeline(shop.owner)
    done = next(
        one["id"]
        for one in (await shop.owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
        if one["state"] == "COMPLETED"
    )
    for config in (
        {"setPriority": {"priority": "URGENT"}},
        {"setDates": {"startAfter": {"amount": 1, "unit": "DAYS"}}},
        {"updateAssignees": {"addMemberIds": [ann.member_id]}},
        {"createJob": {"pipelineId": target, "name": "Next", "assigneeIds": [ann.member_id]}},
    ):
        await works.automate(shop.stages[1], config)
    await works.automate(shop.stages[2], {"setJobStatus": {"statusId": done}})
    job = await works.moved(shop.stages[1], dueDate="2030-12-31", timeBudgetMinutes=60)
    await works.work()
    await shop.owner.do("updateJob", jobId=job, name="Renamed", description="x", removeAssigneeIds=[ann.member_id])
    await move(shop.owner, job, shop.stages[2])
    await shop.owner.do("undoMove", jobId=job, expect={"stageId": shop.stages[2]})
    await move(shop.owner, job, shop.stages[2])
    await set_state(shop.owner, job, "ARCHIVED")
    await shop.owner.do("deleteStage", stageId=shop.stages[2], moveJobsTo=shop.stages[0])
    firm = await database.value("SELECT id FROM firms")
    now = await Histories(database, firm).picture()
    assert len(now.jobs) == 2
    for job_id, row in now.jobs.items():
        state: State = {**NOTHING, "assignees": set()}
        replay(state, await database.rows("SELECT * FROM history WHERE job_id = $1 ORDER BY n", job_id))
        assert state == state_of(row)
