"""A job template lists task templates: a job that is made by it begins with their tasks (JB1)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.templates.sorts import JOB, TASK
from store.database import Database
from tests.recurrence.kit import Recurring
from tests.rules.kit import digest
from tests.support.api import Api, Json, Shop
from tests.support.statements import counting
from tests.support.works import Works
from tests.templates.kit import WITH_TASKS, known, restore

CALL, BOOKS = known(TASK), known(JOB)


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker; it begins on a Monday."""
    return Works.open(api, shop)


async def books(works: Works, *titles: str) -> tuple[str, list[str]]:
    """A job template with a task template for each title; the ids of both."""
    tasks = [
        await CALL.make(works.owner, name=title, title=title, dueAfter={"amount": n, "unit": "DAYS"}, subtasks=[])
        for n, title in enumerate(titles)
    ]
    return await BOOKS.make(works.owner, jobName="Books", taskTemplateIds=tasks), tasks


async def made(works: Works, template: str) -> Json:
    """A job by a template."""
    place = {"accountId": works.shop.account, "pipelineId": works.shop.pipeline}
    found: Json = await works.owner.do("createJob", f"job {{ {WITH_TASKS} }}", templateId=template, **place)
    return found


async def test_a_job_begins_with_the_tasks_of_its_template(works: Works) -> None:
    """JB1, AU8, AI2: filled in for it, in order, due after its day, and they hold it in its first stage."""
    await works.owner.do("updateStage", stageId=works.stages[0], automove="WHEN_ITEMS_DONE")
    template, tasks = await books(works, "Look at [JOB_NAME]", "File [ACCOUNT_NAME] in [STAGE_NAME]")
    job = await made(works, template)
    assert job["fromTemplate"]["version"] == 1
    first, second = job["tasks"]["nodes"]
    assert (first["title"], first["dueDate"]) == ("Look at Books", "2030-06-03")
    assert (second["title"], second["dueDate"]) == ("File Acme in First", "2030-06-04")
    assert [one["fromTemplate"]["template"]["id"] for one in (first, second)] == tasks
    for n, one in enumerate((first, second)):
        assert (await works.look(job["id"]))["stage"]["id"] == works.stages[0], n
        await works.owner.do("completeItem", itemId=one["id"])
        await works.work()
    assert (await works.look(job["id"]))["stage"]["id"] == works.stages[1]


async def test_jobs_that_automations_make_begin_with_them_too(works: Works) -> None:
    """AU7, JB1: however a job is made by the template; one that is archived at once gets none."""
    template, _ = await books(works, "Call")
    config = {"createJob": {"pipelineId": works.shop.pipeline, "templateId": template}}
    await works.automate(works.stages[1], config)
    job = await works.moved(works.stages[1])
    await works.work()
    [other] = (await works.run(job))["made"]
    assert [one["title"] for one in (await works.look(other["id"]))["tasks"]] == ["Call"]
    statuses = (await works.owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
    archived = next(one["id"] for one in statuses if one["state"] == "ARCHIVED")
    await works.automate(works.stages[0], {"setJobStatus": {"statusId": archived}})
    gone = await made(works, template)
    assert gone["tasks"]["nodes"] == []


async def test_what_a_template_lists_stays_and_is_checked(works: Works, api: Api, database: Database) -> None:
    """PL4, AC3: a task template is kept while a job template lists it; what tells of accounts takes the right."""
    template, [task] = await books(works, "Call")
    clerk = await api.member(works.owner, rights=["MANAGE_TEMPLATES", "MANAGE_PIPELINES"])
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, addAvailableToIds=[clerk.member_id])
    secret = await CALL.make(works.owner, name="Secret", title="Ask", subtasks=["One", "[CONTACT_NAME]"])
    telling = await BOOKS.make(works.owner, name="Telling", jobName="Books", taskTemplateIds=[secret])
    before = await digest(database)
    [error] = await works.owner.refused("deleteTaskTemplate", taskTemplateId=task)
    assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 1, [{"id": template}])
    many = [f"tasktemplate_{n}" for n in range(21)]
    for ids, code in (([template], "NOT_FOUND"), (many, "TOO_MANY")):
        refused, new = (code, ["input", "taskTemplateIds"]), {"name": "New", "jobName": "New", "taskTemplateIds": ids}
        assert await works.owner.code("createJobTemplate", **new) == refused
        assert await works.owner.code("updateJobTemplate", jobTemplateId=template, taskTemplateIds=ids) == refused
    config = {"createJob": {"pipelineId": works.shop.pipeline, "templateId": telling}}
    calls: list[tuple[str, Json]] = [
        ("updateJobTemplate", {"jobTemplateId": template, "taskTemplateIds": [task, secret]}),
        ("createAutomation", {"stageId": works.stages[1], "config": config}),
        ("updatePipeline", {"pipelineId": works.shop.pipeline, "jobTemplateId": telling}),
    ]
    for mutation, given in calls:
        [error] = await clerk.refused(mutation, **given)
        assert (error["code"], error["right"]) == ("FORBIDDEN", "VIEW_ALL_ACCOUNTS")
    assert await digest(database) == before
    await BOOKS.edit(works.owner, template, taskTemplateIds=[])
    await CALL.delete(works.owner, task)
    assert await works.owner.code("restoreTemplateVersion", templateId=template, version=1) == (
        "NOT_FOUND",
        ["input", "version"],
    )
    shown = await BOOKS.versions(works.owner, template)
    assert [one["taskTemplates"] for one in shown] == [[], []]  # what is gone is not shown
    assert (await restore(works.owner, telling, 1))["version"] == 1


async def test_tasks_of_many_jobs_take_the_statements_of_one(works: Works) -> None:
    """MV10: a hundred jobs that are made at once are made in a constant number of statements."""
    template, _ = await books(works, "One", "Two")
    counts = []
    for n in (1, 4):
        accounts = [(await works.owner.do("createAccount", "account { id }", name="More"))["id"] for _ in range(n)]
        given = {"accountIds": accounts, "pipelineId": works.shop.pipeline, "templateId": template}
        with counting(works.database) as statements:
            operation = await works.owner.do("createJobs", "operation { state done }", **given)
            counts.append(len(statements))
        assert operation == {"state": "COMPLETED", "done": n}
    query = "{ jobs { nodes { tasks { totalCount } } } }"
    found = (await works.owner.query(query))["jobs"]["nodes"]
    assert [one["tasks"]["totalCount"] for one in found] == [2] * 5
    assert counts[0] == counts[1]


async def test_jobs_that_recur_begin_with_tasks_of_their_occurrence(api: Api, shop: Shop) -> None:
    """AU8, RC1: the period of the texts is the occurrence's, also where the job is made days ahead of it."""
    works = Recurring.of(api, shop)
    template, _ = await books(works, "For [CURRENT_MONTH_NAME]")
    given = {"templateId": template, "jobName": None, "createAheadDays": 10}
    await works.recur("FREQ=MONTHLY;BYMONTHDAY=5", "2030-07-05", **given)
    await works.at(works.now + timedelta(days=25))
    [job] = await works.jobs()
    query = "query ($id: ID!) { job(id: $id) { fromTemplate { version } tasks { nodes { title } } } }"
    found = (await works.owner.query(query, id=job["id"]))["job"]
    assert (job["occurrence"], found["fromTemplate"]) == ("2030-07-05", {"version": 1})
    assert [one["title"] for one in found["tasks"]["nodes"]] == ["For July"]
