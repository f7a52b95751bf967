"""Jobs for many accounts at once (JB1, MV10)."""

from __future__ import annotations

from datetime import date

import pytest

from store.database import Database
from store.ids import new_id
from tests.bulk.kit import Bulk, counted
from tests.rules.kit import digest
from tests.support.api import Api, Json


async def _tag(bulk: Bulk, name: str, *account_ids: str) -> str:
    tag: str = (await bulk.owner.do("createTag", "tag { id }", name=name))["id"]
    for account_id in account_ids:
        await bulk.owner.do("updateAccount", accountId=account_id, addTagIds=[tag])
    return tag


async def _made(bulk: Bulk, operation_id: str) -> list[Json]:
    """The jobs of an operation, by its results."""
    ids = [one["job"]["id"] for one in await bulk.results(operation_id) if one["job"]]
    document = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Job { name description account { name } priority
        dueDate stage { id } assignees { id } visits { nodes { number } } history { nodes { action } }
        runs { nodes { state } } tasks { nodes { title } } } } }"""
    found: list[Json] = (await bulk.owner.query(document, ids=ids))["nodes"]
    return found


async def test_every_listed_account_gets_a_job_by_the_template(bulk: Bulk, api: Api) -> None:
    """JB1, AU8: names, people by role and dates are those of each; they stand on top in their order."""
    works, shop = bulk.works, bulk.works.shop
    await works.automate(works.stages[0], {"createTask": {"title": "Call [ACCOUNT_NAME]"}})
    ann = await api.member(shop.owner)
    accounts = await bulk.accounts(3)
    role = (await shop.owner.do("createAccountRole", "accountRole { id }", name="Manager"))["id"]
    holder = {"accountRoleId": role, "memberId": ann.member_id}
    await shop.owner.do("updateAccount", accountId=accounts[1], addRoles=[holder])
    given = {
        "jobName": "Return of [ACCOUNT_NAME]",
        "assigneeRoleIds": [role],
        "dueAfter": {"amount": 2, "unit": "DAYS"},
    }
    template = (await shop.owner.do("createJobTemplate", "jobTemplate { id }", name="Return", **given))["id"]
    before = await bulk.events()
    asked = {"accountIds": accounts, "pipelineId": shop.pipeline, "templateId": template, "priority": "HIGH"}
    operation = await bulk.start("createJobs", None, **asked)
    assert counted(operation) == ("COMPLETED", 3, 3, 0)
    assert await bulk.events() == before + 1
    found = await _made(bulk, operation["id"])
    assert [job["name"] for job in found] == [f"Return of Client {n:04}" for n in range(3)]
    assert [[one["id"] for one in job["assignees"]] for job in found] == [[], [ann.member_id], []]
    due = date.fromordinal(works.now.date().toordinal() + 2).isoformat()
    assert {(job["dueDate"], job["priority"], job["stage"]["id"]) for job in found} == {(due, "HIGH", works.stages[0])}
    assert [job["tasks"]["nodes"] for job in found] == [[{"title": f"Call Client {n:04}"}] for n in range(3)]
    assert [job["runs"]["nodes"] for job in found] == [[{"state": "DONE"}]] * 3
    assert [job["visits"]["nodes"] for job in found] == [[{"number": 1}]] * 3
    assert await bulk.column(0) == [one["job"]["id"] for one in await bulk.results(operation["id"])]
    assert [one["account"]["id"] for one in await bulk.results(operation["id"])] == accounts


async def test_accounts_are_found_by_all_of_some_tags_as_far_as_one_sees_them(bulk: Bulk, api: Api) -> None:
    """JB1, AC4: by name; more than a hundred are made by the worker."""
    shop = bulk.works.shop
    accounts = await bulk.accounts(4)
    client = await _tag(bulk, "Client", *reversed(accounts))
    payroll = await _tag(bulk, "Payroll", *accounts[:3])
    employee = await api.member(shop.owner, accounts=accounts[1:])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    asked = {"pipelineId": shop.pipeline, "name": "Payroll"}
    both = await bulk.start("createJobs", employee, tagIds=[client, payroll], name="Payroll", pipelineId=shop.pipeline)
    assert [one["account"]["id"] for one in await bulk.results(both["id"], employee)] == accounts[1:3]
    await bulk.works.database.rows(
        "INSERT INTO accounts (id, firm_id, name, created_at, updated_at)"
        " SELECT 'account_' || replace(gen_random_uuid()::text, '-', ''), firm_id, 'Many ' || n, now(), now()"
        " FROM generate_series(1, 120) n, accounts a WHERE a.id = $1",
        accounts[0],
    )
    await bulk.works.database.rows(
        "INSERT INTO account_tags (firm_id, account_id, tag_id)"
        " SELECT firm_id, id, $1 FROM accounts WHERE name LIKE 'Many%'",
        client,
    )
    many = await bulk.start("createJobs", None, tagIds=[client], **asked)
    assert counted(many) == ("RUNNING", 124, 0, 0)
    assert await bulk.works.work() == 2
    assert counted(await bulk.look(many["id"])) == ("COMPLETED", 124, 124, 0)
    made = "SELECT count(*), count(DISTINCT account_id) FROM jobs"
    assert tuple((await bulk.works.database.rows(made))[0]) == (126, 124)
    assert [one["job"]["id"] for one in await bulk.results(many["id"])] == (await bulk.column(0))[:124]


async def test_an_account_that_one_does_not_see_holds_up_no_other(bulk: Bulk, api: Api, database: Database) -> None:
    """MV10, AC4: it is not found, whether it is there or not."""
    shop, accounts = bulk.works.shop, await bulk.accounts(2)
    employee = await api.member(shop.owner, accounts=accounts[:1])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    listed = [accounts[1], new_id("account"), accounts[0], "nonsense"]
    given = {"accountIds": listed, "pipelineId": shop.pipeline, "name": "Return"}
    operation = await bulk.start("createJobs", employee, **given)
    results = await bulk.results(operation["id"], employee)
    missing = [[("NOT_FOUND", ["input", "accountIds", str(n)])] for n in range(4)]
    assert [[(error["code"], error["path"]) for error in one["errors"]] for one in results] == [
        *missing[:2],
        [],
        missing[3],
    ]
    assert [one["account"] for one in results] == [None, None, {"id": accounts[0]}, None]
    assert await database.value("SELECT count(*) FROM jobs") == 1


async def test_a_right_that_is_lost_between_chunks_makes_no_more_jobs(bulk: Bulk, api: Api) -> None:
    """MV10, AC1: the time budget takes its right in every chunk."""
    member = await api.member(bulk.owner, rights=["MANAGE_TIME_BUDGETS", "VIEW_ALL_ACCOUNTS"])
    pipeline = bulk.works.shop.pipeline
    await bulk.owner.do("updatePipeline", pipelineId=pipeline, addAvailableToIds=[member.member_id])
    given = {"accountIds": await bulk.accounts(101), "pipelineId": pipeline, "name": "Tax", "timeBudgetMinutes": 60}
    operation = await bulk.start("createJobs", bulk.works.timed(member), **given)
    await bulk.works.runner().round()
    lost = {"memberId": member.member_id, "removeRights": ["MANAGE_TIME_BUDGETS"]}
    await bulk.owner.do("updateMemberAccess", **lost)
    await bulk.works.work()
    assert counted(await bulk.look(operation["id"])) == ("COMPLETED", 101, 100, 1)
    [failed] = await bulk.results(operation["id"], failed_only=True)
    assert [(error["code"], error["path"]) for error in failed["errors"]] == [
        ("FORBIDDEN", ["input", "timeBudgetMinutes"])
    ]


async def test_jobs_begin_in_the_next_stage_whose_condition_holds(bulk: Bulk) -> None:
    """CN2: those that do not meet the condition of the stage that is named."""
    works, accounts = bulk.works, await bulk.accounts(3)
    tag = await _tag(bulk, "Audit", accounts[1])
    await works.owner.do("updateStage", stageId=works.stages[1], condition={"tags": [tag]})
    given = {"accountIds": accounts, "pipelineId": works.shop.pipeline, "stageId": works.stages[1], "name": "Return"}
    operation = await bulk.start("createJobs", None, **given)
    found = await _made(bulk, operation["id"])
    assert [job["stage"]["id"] for job in found] == [works.stages[2], works.stages[1], works.stages[2]]
    jobs = [one["job"]["id"] for one in await bulk.results(operation["id"])]
    assert (await bulk.column(1), await bulk.column(2)) == ([jobs[1]], [jobs[0], jobs[2]])
    assert [job["history"]["nodes"] for job in found] == [[{"action": "CREATED"}]] * 3


async def test_a_stage_that_blocks_takes_as_many_as_it_has_room_for(bulk: Bulk) -> None:
    """PL2: the rest is refused; where it only warns, the results say so."""
    shop, accounts = bulk.works.shop, await bulk.accounts(3)
    await shop.owner.do("updateStage", stageId=shop.stages[0], jobLimit=2)
    given = {"accountIds": accounts, "pipelineId": shop.pipeline, "name": "Return"}
    warned = await bulk.start("createJobs", None, **given)
    results = await bulk.results(warned["id"])
    assert [[one["code"] for one in result["warnings"]] for result in results] == [["OVER_LIMIT"]] * 3
    await bulk.works.database.rows("UPDATE jobs SET stage_id = $1 WHERE stage_id = $2", shop.stages[2], shop.stages[0])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, blocksOverLimit=True)
    blocked = await bulk.start("createJobs", None, **given)
    assert counted(blocked) == ("COMPLETED", 3, 2, 1)
    [refused] = await bulk.results(blocked["id"], failed_only=True)
    assert [error["code"] for error in refused["errors"]] == ["OVER_LIMIT"]


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"accountIds": []}, "REQUIRED", ["input", "accountIds"]),
        ({"accountIds": ["account_x"], "tagIds": ["tag_x"]}, "REQUIRED", ["input", "accountIds"]),
        ({"accountIds": ["account_x"] * 1001}, "TOO_MANY", ["input", "accountIds"]),
        ({"tagIds": ["tag_x"]}, "NOT_FOUND", ["input", "tagIds"]),
        ({"accountIds": ["account_x"], "name": None}, "REQUIRED", ["input", "name"]),
        ({"accountIds": ["account_x"], "name": " "}, "REQUIRED", ["input", "name"]),
        ({"accountIds": ["account_x"], "stageId": "stage_x"}, "NOT_FOUND", ["input", "stageId"]),
        ({"accountIds": ["account_x"], "pipelineId": "pipeline_x"}, "NOT_FOUND", ["input", "pipelineId"]),
        ({"accountIds": ["account_x"], "templateId": "jobtemplate_x"}, "NOT_FOUND", ["input", "templateId"]),
        ({"accountIds": ["account_x"], "assigneeIds": ["member_x"]}, "NOT_FOUND", ["input", "assigneeIds"]),
        (
            {"accountIds": ["account_x"], "startDate": "2026-02-01", "dueDate": "2026-01-01"},
            "DATES_REVERSED",
            ["input", "dueDate"],
        ),
    ],
)
async def test_what_is_wrong_for_all_accounts_is_refused_at_once(
    bulk: Bulk, database: Database, given: Json, code: str, path: list[str]
) -> None:
    """JB1, MV10: nothing is begun."""
    before = await digest(database)
    asked = {"pipelineId": bulk.works.shop.pipeline, "name": "Return", **given}
    assert await bulk.owner.code("createJobs", **asked) == (code, path)
    assert await digest(database) == before


async def test_a_name_like_the_mark_of_what_is_left_out_is_a_name(bulk: Bulk) -> None:
    """MV10: what a command says comes back from the database as it was, also in the worker."""
    tag = await _tag(bulk, "Client", *await bulk.accounts(101))
    asked = {"tagIds": [tag], "pipelineId": bulk.works.shop.pipeline, "name": "UNSET", "description": "null"}
    await bulk.start("createJobs", None, **asked)
    await bulk.works.work()
    found = await bulk.works.database.rows("SELECT DISTINCT name, description, due_date FROM jobs")
    assert [tuple(row) for row in found] == [("UNSET", "null", None)]
