"""Time that is spent on jobs (JB3), its sums and reports, and the budgets that it is held against (JB1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from store.database import Database
from tests.jobs.kit import CHANGES, colleague, entry, history, screen, spent, told
from tests.rules.kit import digest, hidden_job, pipeline, set_state, task, together
from tests.support.api import Api, Client, Json, Shop
from tests.support.works import Works

REPORT = """query ($filter: TimeEntryFilter, $first: Int, $after: String) {
    timeEntries(filter: $filter, first: $first, after: $after) {
        totalCount totalMinutes billableMinutes pageInfo { endCursor } nodes { id minutes job { id } } } }"""


async def report(client: Client, **wanted: Any) -> tuple[list[str], int, int]:
    """The entries that a filter finds, and what they come to."""
    found = (await client.query(REPORT, filter=wanted))["timeEntries"]
    assert found["totalCount"] == len(found["nodes"])
    return [one["id"] for one in found["nodes"]], found["totalMinutes"], found["billableMinutes"]


async def test_time_is_written_down_and_added_up(api: Api, shop: Shop) -> None:
    """JB3, MV4: by whom, and what of it is billable; the job's version stays."""
    works, ann = Works.open(api, shop), await colleague(api, shop)
    job = await works.job()
    step = await task(shop.owner, jobId=job)
    first = await entry(shop.owner, job, 30, note=" Call ")
    second = await entry(ann, job, 45, billable=False, taskId=step, day="2026-02-03")
    found = await spent(ann, job)
    assert (found["version"], found["timeSpentMinutes"], found["timeBudgetMinutes"]) == (1, 75, None)
    assert found["timeByMember"] == [
        {"member": {"id": ann.member_id}, "minutes": 45, "billableMinutes": 0},
        {"member": {"id": shop.owner.member_id}, "minutes": 30, "billableMinutes": 30},
    ]
    listed = found["timeEntries"]
    assert (listed["totalCount"], listed["totalMinutes"], listed["billableMinutes"]) == (2, 75, 30)
    newest, oldest = listed["nodes"]
    assert (newest["id"], newest["day"], newest["note"], newest["task"]) == (first, "2030-06-03", "Call", None)
    assert (oldest["id"], oldest["day"], oldest["task"]) == (second, "2026-02-03", {"id": step})
    assert (oldest["startedAt"], oldest["running"], oldest["tooLong"]) == (None, False, False)


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"minutes": 0}, "INVALID", "minutes"),
        ({"minutes": -5}, "INVALID", "minutes"),
        ({"minutes": 1_441}, "INVALID", "minutes"),
        ({"day": "2030-06-05"}, "INVALID", "day"),
        ({"note": "x" * 1_001}, "TOO_LONG", "note"),
    ],
)
async def test_time_that_cannot_be_is_refused(
    api: Api, shop: Shop, database: Database, given: Json, code: str, path: str
) -> None:
    """JB3: a day has no more minutes, and has come, somewhere at least."""
    works = Works.open(api, shop)
    job = await works.job()
    made = await entry(shop.owner, job, 1_440, day="2030-06-04")
    before = await digest(database)
    wrong = {"jobId": job, "minutes": 5, **given}
    assert await shop.owner.code("createTimeEntry", **wrong) == (code, ["input", path])
    assert await shop.owner.code("updateTimeEntry", timeEntryId=made, **given) == (code, ["input", path])
    assert await digest(database) == before


async def test_time_is_spent_on_a_task_of_the_job_and_on_jobs_that_are_worked_on(
    shop: Shop, database: Database
) -> None:
    """ST1, JB3."""
    job, other = (await shop.job())["id"], (await shop.job())["id"]
    elsewhere = await task(shop.owner, jobId=other)
    made = await entry(shop.owner, job)
    await set_state(shop.owner, other, "ARCHIVED")
    before = await digest(database)
    for given in ({"jobId": job, "taskId": elsewhere}, {"jobId": job, "taskId": job}):
        assert await shop.owner.code("createTimeEntry", minutes=5, **given) == ("NOT_FOUND", ["input", "taskId"])
    wrong = {"timeEntryId": made, "taskId": elsewhere}
    assert await shop.owner.code("updateTimeEntry", **wrong) == ("NOT_FOUND", ["input", "taskId"])
    assert await shop.owner.code("createTimeEntry", jobId=other, minutes=5) == ("ARCHIVED", ["input", "jobId"])
    assert await digest(database) == before
    await set_state(shop.owner, job, "COMPLETED")
    await entry(shop.owner, job)
    await set_state(shop.owner, job, "ARCHIVED")
    for mutation in ("updateTimeEntry", "deleteTimeEntry"):
        assert await shop.owner.code(mutation, timeEntryId=made) == ("ARCHIVED", ["input", "timeEntryId"])
    assert (await spent(shop.owner, job))["timeSpentMinutes"] == 60


async def test_ones_own_time_is_ones_own_and_others_is_for_who_manages_time(
    api: Api, shop: Shop, database: Database
) -> None:
    """AC1, JB3: whoever sees the job sees all of it."""
    ann, bob = await colleague(api, shop), await colleague(api, shop)
    manager = await colleague(api, shop, rights=["MANAGE_TIME_BUDGETS"])
    job = (await shop.job())["id"]
    made = await entry(ann, job, 30)
    before = await digest(database)
    wanted: tuple[tuple[str, Json], ...] = (("updateTimeEntry", {"minutes": 5}), ("deleteTimeEntry", {}))
    for mutation, more in wanted:
        [error] = await bob.refused(mutation, timeEntryId=made, **more)
        assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_TIME_BUDGETS")
    given: Json = {"jobId": job, "minutes": 5, "memberId": ann.member_id}
    assert await bob.code("createTimeEntry", **given) == ("FORBIDDEN", ["input", "memberId"])
    assert await digest(database) == before
    await manager.do("createTimeEntry", **given)
    await manager.do("updateTimeEntry", timeEntryId=made, minutes=20)
    assert (await spent(bob, job))["timeByMember"] == [
        {"member": {"id": ann.member_id}, "minutes": 25, "billableMinutes": 25}
    ]
    await ann.do("deleteTimeEntry", timeEntryId=made)
    assert (await spent(bob, job))["timeSpentMinutes"] == 5


async def test_entries_survive_that_their_member_leaves(api: Api, shop: Shop) -> None:
    """JB3: and are corrected by who manages time; nobody writes down new time for who has left."""
    ann, job = await colleague(api, shop), (await shop.job())["id"]
    made = await entry(ann, job, 30)
    await shop.owner.do("deactivateMember", memberId=ann.member_id)
    await shop.owner.do("updateTimeEntry", timeEntryId=made, minutes=20)
    assert await report(shop.owner, memberIds=[ann.member_id]) == ([made], 20, 20)
    wrong = {"jobId": job, "minutes": 5, "memberId": ann.member_id}
    assert await shop.owner.code("createTimeEntry", **wrong) == ("DEACTIVATED", ["input", "memberId"])


async def test_reports_add_up_what_filters_find(api: Api, shop: Shop) -> None:
    """JB3, API2: by member, account, pipeline, job, days, and what is billable, joined by and, or and not."""
    ann, job, other = await colleague(api, shop), (await shop.job())["id"], await hidden_job(shop)
    target, elsewhere = await pipeline(shop.owner)
    away = (await shop.job("Away", pipelineId=target, stageId=elsewhere[0]))["id"]
    plan: list[tuple[Client, str, int, Json]] = [
        (shop.owner, job, 10, {"day": "2026-01-01"}),
        (ann, job, 20, {"day": "2026-01-02", "billable": False}),
        (shop.owner, other["id"], 40, {"day": "2026-01-03"}),
        (shop.owner, away, 80, {"day": "2026-01-04"}),
    ]
    a, b, c, d = [await entry(client, job_id, minutes, **given) for client, job_id, minutes, given in plan]
    await ann.do("startTimer", jobId=job)
    owner, january = shop.owner, {"since": "2026-01-02", "until": "2026-01-03"}
    assert await report(owner, running=False) == ([d, c, b, a], 150, 130)
    assert await report(owner, memberIds=[ann.member_id], running=False) == ([b], 20, 0)
    assert await report(owner, accountIds=[shop.account], billable=True, running=False) == ([d, a], 90, 90)
    assert await report(owner, days=january) == ([c, b], 60, 40)
    assert await report(owner, jobIds=[job], billable=False) == ([b], 20, 0)
    assert await report(owner, pipelineIds=[target]) == ([d], 80, 80)
    assert await report(owner, **{"or": [{"ids": [a]}, {"ids": [c]}], "not": {"ids": [a]}}) == ([c], 40, 40)
    assert (await report(owner, running=True))[1:] == (0, 0)
    page = (await owner.query(REPORT, filter={"running": False}, first=3))["timeEntries"]
    rest = await owner.query(REPORT, filter={"running": False}, after=page["pageInfo"]["endCursor"])
    assert [one["id"] for one in page["nodes"] + rest["timeEntries"]["nodes"]] == [d, c, b, a]
    assert (page["totalMinutes"], rest["timeEntries"]["totalMinutes"]) == (150, 150)


async def test_reports_leave_out_what_one_does_not_see_but_ones_own_time(api: Api, shop: Shop) -> None:
    """AC4: one's own stays without its job, and no filter tells where it was spent."""
    ann, job, hidden = await colleague(api, shop), (await shop.job())["id"], await hidden_job(shop)
    await entry(shop.owner, hidden["id"], 40)
    theirs, own = await entry(shop.owner, job, 10), await entry(ann, job, 20)
    assert await report(ann) == ([own, theirs], 30, 30)
    await shop.owner.do("updateMemberAccess", memberId=ann.member_id, removeAccountIds=[shop.account])
    found = (await ann.query(REPORT))["timeEntries"]
    assert (found["totalCount"], found["totalMinutes"]) == (1, 20)
    assert found["nodes"] == [{"id": own, "minutes": 20, "job": None}]
    for wanted in ({"accountIds": [shop.account]}, {"pipelineIds": [shop.pipeline]}, {"jobIds": [job]}):
        assert await report(ann, **wanted) == ([], 0, 0)
    for mutation in ("updateTimeEntry", "deleteTimeEntry"):
        assert await ann.code(mutation, timeEntryId=own) == ("FORBIDDEN", ["input", "timeEntryId"])
    assert await ann.code("updateTimeEntry", timeEntryId=theirs) == ("NOT_FOUND", ["input", "timeEntryId"])


async def test_budgets_are_set_by_who_has_the_right_and_come_with_templates(
    api: Api, shop: Shop, database: Database
) -> None:
    """JB1, AC1: what a template says needs no right of who makes the job; what is given wins."""
    ann = await colleague(api, shop, rights=["MANAGE_TEMPLATES"])
    given = {"name": "Books", "jobName": "Books"}
    wrong = {"timeBudgetMinutes": 60}
    before = await digest(database)
    assert await ann.code("createJobTemplate", **given, **wrong) == ("FORBIDDEN", ["input", "timeBudgetMinutes"])
    job = {"accountId": shop.account, "pipelineId": shop.pipeline, "name": "Job"}
    assert await ann.code("createJob", **job, **wrong) == ("FORBIDDEN", ["input", "timeBudgetMinutes"])
    assert await shop.owner.code("createJob", **job, timeBudgetMinutes=0) == ("INVALID", ["input", "timeBudgetMinutes"])
    assert await digest(database) == before
    budget = "{ id timeBudgetMinutes }"
    made = await shop.owner.do("createJobTemplate", f"jobTemplate {budget}", **given, timeBudgetMinutes=600)
    assert made["timeBudgetMinutes"] == 600
    template = {"jobTemplateId": made["id"]}
    assert await ann.code("updateJobTemplate", **template, **wrong) == ("FORBIDDEN", ["input", "timeBudgetMinutes"])
    await ann.do("updateJobTemplate", **template, priority="HIGH")
    begun = await ann.do("createJob", f"job {budget}", **job, templateId=made["id"])
    assert begun["timeBudgetMinutes"] == 600
    begun = await shop.owner.do("createJob", f"job {budget}", **job, templateId=made["id"], timeBudgetMinutes=None)
    assert begun["timeBudgetMinutes"] is None
    changed = await shop.owner.do("updateJob", "job { version timeBudgetMinutes }", jobId=begun["id"], **wrong)
    assert changed == {"version": 2, "timeBudgetMinutes": 60}
    [newest, *_] = await history(shop.owner, begun["id"])
    assert [(one["field"], one["fromValue"], one["toValue"]) for one in newest["changes"]] == [
        ("timeBudgetMinutes", None, "60")
    ]


async def test_it_is_told_once_that_most_of_a_budget_is_spent_and_that_all_is(api: Api, shop: Shop) -> None:
    """JB1: to who works on the job or follows it, but not to who has spent it; more of it is no news."""
    ann, bob = await colleague(api, shop), await colleague(api, shop)
    job = (await shop.job("Return", timeBudgetMinutes=100, assigneeIds=[ann.member_id]))["id"]
    await bob.do("followJob", jobId=job)
    await entry(shop.owner, job, 79)
    assert await told(bob) == []
    last = await entry(shop.owner, job, 1)
    eighty = ("TIME_BUDGET", "80% of the time budget of Return is spent: 1:20 of 1:40 hours.")
    assert (await told(bob), (await told(ann))[1:]) == ([eighty], [eighty])
    await shop.owner.do("deleteTimeEntry", timeEntryId=last)
    await entry(shop.owner, job, 5)
    await entry(bob, job, 20)
    hundred = ("TIME_BUDGET", "The time budget of Return is spent: 1:44 of 1:40 hours.")
    assert (await told(bob), (await told(ann))[1:]) == ([eighty], [eighty, hundred])
    await entry(shop.owner, job, 600)
    assert (await told(ann))[1:] == [eighty, hundred]


async def test_a_budget_that_leaves_room_again_is_told_of_again(api: Api, shop: Shop) -> None:
    """JB1: when it is spent anew; one that is cut below what is spent is told of at once."""
    ann = await colleague(api, shop)
    job = (await shop.job("Return", timeBudgetMinutes=100))["id"]
    await ann.do("followJob", jobId=job)
    await entry(shop.owner, job, 120)
    await shop.owner.do("updateJob", jobId=job, timeBudgetMinutes=200)
    assert len(await told(ann)) == 1
    await entry(shop.owner, job, 40)
    await shop.owner.do("updateJob", jobId=job, timeBudgetMinutes=100)
    await shop.owner.do("updateJob", jobId=job, timeBudgetMinutes=90)
    await shop.owner.do("updateJob", jobId=job, timeBudgetMinutes=None)
    await entry(shop.owner, job, 40)
    assert [text.partition(":")[0] for _, text in await told(ann)] == [
        "The time budget of Return is spent",
        "80% of the time budget of Return is spent",
        "The time budget of Return is spent",
    ]


async def test_entries_made_at_once_pass_the_budget_together_and_once(api: Api, shop: Shop) -> None:
    """JB1: each alone would not."""
    ann = await colleague(api, shop)
    job = (await shop.job("Return", timeBudgetMinutes=100))["id"]
    await ann.do("followJob", jobId=job)
    await together(*(shop.owner.payload("createTimeEntry", jobId=job, minutes=26) for _ in range(4)))
    assert await told(ann) == [("TIME_BUDGET", "The time budget of Return is spent: 1:44 of 1:40 hours.")]
    assert (await spent(shop.owner, job))["timeSpentMinutes"] == 104


async def test_who_looks_at_a_job_is_told_of_its_time_and_boards_are_not(api: Api, shop: Shop) -> None:
    """LV5, LV7, AC4: with the sums; who sees the job no more hears nothing."""
    ann, job = await colleague(api, shop), (await shop.job())["id"]
    (stream, cursor), board = await screen(ann, job), {"board": {"pipelineId": shop.pipeline}}
    made = await entry(shop.owner, job, 15)
    found = (await ann.query(CHANGES, stream=stream, after=cursor))["changes"]
    [event] = found["events"]
    assert [one.get("timeEntry") or one["job"]["timeSpentMinutes"] for one in event["changes"]] == [
        15,
        {"id": made, "minutes": 15},
    ]
    await shop.owner.do("deleteTimeEntry", timeEntryId=made)
    [event] = (await ann.query(CHANGES, stream=stream, after=found["cursor"]))["changes"]["events"]
    assert [one.get("timeEntryId") or one["job"]["timeSpentMinutes"] for one in event["changes"]] == [0, made]
    for client in (ann, shop.owner):
        assert (await client.query(CHANGES, stream=board, after=cursor))["changes"]["events"] == []


async def test_the_database_itself_refuses_time_that_cannot_be(shop: Shop, database: Database) -> None:
    """JB3: whatever writes it."""
    made = await entry(shop.owner, (await shop.job())["id"])
    at = datetime(2026, 1, 1, tzinfo=UTC)
    wrong = ["minutes = 0", "minutes = 1441", "minutes = NULL", f"ended_at = '{at}'"]
    wrong += [f"started_at = '{at}', ended_at = '{at - timedelta(seconds=1)}'", "job_id = 'job_1'"]
    for values in wrong:
        with pytest.raises(Exception, match=r"time_entries_\w+"):
            await database.rows(f"UPDATE time_entries SET {values} WHERE id = $1", made)
