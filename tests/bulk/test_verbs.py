"""What each bulk operation does to jobs: the same as if each had been changed by itself (MV1, MV10)."""

from __future__ import annotations

from store.database import Database
from tests.bulk.kit import Bulk, counted, moving
from tests.rules.kit import built_in, hidden_job, look, status
from tests.support.api import Api


async def test_priority_dates_and_assignees_are_changed(bulk: Bulk, api: Api) -> None:
    """MV10, JB3: each has its history; what would reverse the dates of one is refused for that one."""
    jobs = await bulk.jobs(3)
    ann, bob = [await api.member(bulk.owner) for _ in range(2)]
    await bulk.owner.do("updateJob", jobId=jobs[1], startDate="2026-06-01", addAssigneeIds=[bob.member_id])
    given = {"dueDate": "2026-05-01", "priority": "URGENT"}
    people = {"addAssigneeIds": [ann.member_id], "removeAssigneeIds": [bob.member_id]}
    operation = await bulk.start("updateJobs", None, jobIds=jobs, **given, **people)
    assert counted(operation) == ("COMPLETED", 3, 2, 1)
    [refused] = await bulk.results(operation["id"], failed_only=True)
    assert (refused["index"], [(one["code"], one["path"]) for one in refused["errors"]]) == (
        1,
        [("DATES_REVERSED", ["input", "dueDate"])],
    )
    rows = await bulk.works.database.rows(
        """
        SELECT due_date::text, priority,
            (SELECT array_agg(member_id) FROM job_assignees a WHERE a.job_id = j.id) AS who,
            (SELECT array_agg(action ORDER BY action) FROM history h WHERE h.job_id = j.id) AS said
        FROM jobs j WHERE id = ANY($1) ORDER BY rank
        """,
        jobs,
    )
    changed = ("2026-05-01", 3, [ann.member_id], ["ASSIGNEES_CHANGED", "UPDATED"])
    kept = (None, 1, [bob.member_id], ["ASSIGNEES_CHANGED", "UPDATED"])
    assert [tuple(row) for row in rows] == [changed, kept, changed]


async def test_dates_are_cleared(bulk: Bulk) -> None:
    """MV10: null takes a date away; what is left out stays, through the worker as well."""
    jobs = await bulk.jobs(101)
    await bulk.works.database.rows("UPDATE jobs SET due_date = '2026-05-01', start_date = '2026-04-01'")
    operation = await bulk.start("updateJobs", jobIds=jobs, dueDate=None)
    await bulk.works.work()
    assert counted(await bulk.look(operation["id"])) == ("COMPLETED", 101, 101, 0)
    found = await bulk.works.database.rows("SELECT DISTINCT start_date::text, due_date, priority FROM jobs")
    assert [tuple(row) for row in found] == [("2026-04-01", None, 1)]


async def test_a_status_is_set_where_it_is_enabled(bulk: Bulk) -> None:
    """MV10, ST1: jobs of other pipelines are refused; archived ones come back by a status."""
    shop = bulk.works.shop
    jobs = await bulk.jobs(2)
    elsewhere = await shop.owner.do(
        "createPipeline", "pipeline { id stages { id } }", name="Other", stages=[{"name": "A"}, {"name": "B"}]
    )
    other = (await shop.job("Other", pipelineId=elsewhere["id"]))["id"]
    waiting = await status(shop.owner, "Waiting", shop.pipeline)
    operation = await bulk.start("setJobStatuses", jobIds=[*jobs, other], statusId=waiting)
    assert counted(operation) == ("COMPLETED", 3, 2, 1)
    [refused] = await bulk.results(operation["id"], failed_only=True)
    assert (refused["job"], refused["errors"][0]["code"]) == ({"id": other}, "NOT_ENABLED")
    archived = await bulk.start("archiveJobs", jobIds=[*jobs, other, jobs[0]])
    assert counted(archived) == ("COMPLETED", 3, 3, 0)
    assert [(await look(shop.owner, job))["status"]["state"] for job in (*jobs, other)] == ["ARCHIVED"] * 3
    active = await built_in(shop.owner, "ACTIVE")
    assert counted(await bulk.start("setJobStatuses", jobIds=jobs, statusId=active)) == ("COMPLETED", 2, 2, 0)
    assert [(await look(shop.owner, job))["stage"]["id"] for job in jobs] == [shop.stages[0]] * 2


async def test_a_client_facing_status_is_given_and_taken_away(bulk: Bulk) -> None:
    """ST2: in bulk; its text is filled in for each job."""
    jobs = await bulk.jobs(2)
    made = await bulk.owner.do("createClientStatus", "clientStatus { id }", name="Busy", description="On [JOB_NAME]")
    await bulk.start("setClientStatuses", jobIds=jobs, clientStatusId=made["id"])
    texts = "SELECT client_status_text FROM jobs ORDER BY rank"
    assert [row[0] for row in await bulk.works.database.rows(texts)] == ["On Job 0000", "On Job 0001"]
    events = await bulk.events()
    again = await bulk.start("setClientStatuses", jobIds=jobs, clientStatusId=made["id"])
    assert (counted(again), await bulk.events()) == (("COMPLETED", 2, 2, 0), events + 1)
    await bulk.start("setClientStatuses", jobIds=jobs, clientStatusId=None)
    assert [row[0] for row in await bulk.works.database.rows(texts)] == [None, None]


async def test_tags_of_the_accounts_are_changed(bulk: Bulk, api: Api, database: Database) -> None:
    """MV10, AC3: who may manage accounts changes those to which they have access."""
    shop = bulk.works.shop
    jobs = await bulk.jobs(2)
    hidden = (await hidden_job(shop))["id"]
    employee = await api.member(shop.owner, accounts=[shop.account], rights=["MANAGE_ACCOUNTS"])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    await shop.owner.do("updateJob", jobId=hidden, addAssigneeIds=[employee.member_id])
    one, two = [(await shop.owner.do("createTag", "tag { id }", name=name))["id"] for name in ("One", "Two")]
    await shop.owner.do("updateAccount", accountId=shop.account, addTagIds=[one])
    given = {"jobIds": [*jobs, hidden], "addTagIds": [two], "removeTagIds": [one]}
    operation = await bulk.start("updateJobTags", employee, **given)
    assert counted(operation) == ("COMPLETED", 3, 2, 1)
    [refused] = await bulk.results(operation["id"], employee, failed_only=True)
    assert (refused["job"], refused["errors"][0]["code"]) == ({"id": hidden}, "NOT_FOUND")
    rows = await database.rows("SELECT account_id, tag_id FROM account_tags")
    assert [tuple(row) for row in rows] == [(shop.account, two)]


async def test_open_items_are_dealt_with_as_said_once_for_all(bulk: Bulk) -> None:
    """MV5: completed, cancelled or kept, with every job that has such."""
    jobs = await bulk.jobs(2)
    for job in jobs:
        await bulk.owner.do("createTask", title="Call", jobId=job)
    await bulk.start("moveJobs", jobs=moving(jobs), stageId=bulk.works.stages[1], pendingItems="COMPLETE")
    assert await bulk.column(1) == jobs
    assert await bulk.works.database.value("SELECT count(*) FROM items WHERE open") == 0
