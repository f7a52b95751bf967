"""Who is told that they were assigned: to jobs and tasks, by whatever has assigned them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.job import job_edits
from engine.work import Work, perform
from store.database import Database
from tests.rules.kit import digest, hidden_job, pipeline, task
from tests.rules.test_comments import colleague
from tests.rules.test_notifications import inbox, owner_of
from tests.support.api import Api, Client, Shop
from tests.support.works import Works, asked

SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


async def told(client: Client) -> list[tuple[str, str | None]]:
    """What a member is told of being assigned, oldest first: to what, and in which job."""
    found = [one for one in await inbox(client) if one["kind"] == "ASSIGNED"]
    return [(one["subject"]["id"], one["job"] and one["job"]["id"]) for one in reversed(found)]


async def assign(client: Client, job: str, *add: Client, remove: Sequence[Client] = ()) -> None:
    """Assigns members to a job, and unassigns others."""
    people = {"addAssigneeIds": [one.member_id for one in add], "removeAssigneeIds": [one.member_id for one in remove]}
    await client.do("updateJob", jobId=job, **people)


async def assign_to_task(client: Client, task_id: str, *add: Client, remove: Sequence[Client] = ()) -> None:
    """The same for a task."""
    people = {"addAssigneeIds": [one.member_id for one in add], "removeAssigneeIds": [one.member_id for one in remove]}
    await client.do("updateTask", taskId=task_id, **people)


async def test_who_is_assigned_to_a_job_is_told_by_whom(api: Api, shop: Shop) -> None:
    """LV5: once, with the job; the others are told nothing."""
    employee, other = [await colleague(api, shop) for _ in range(2)]
    job = (await shop.job("Tax return"))["id"]
    await assign(shop.owner, job, employee)
    await assign(shop.owner, job, employee)
    [found] = await inbox(employee)
    found.pop("id")
    assert found == {
        "kind": "ASSIGNED",
        "text": "You are assigned to Tax return.",
        "readAt": None,
        "job": {"id": job},
        "subject": {"__typename": "Job", "id": job},
        "cause": {"kind": "MEMBER", "actor": {"id": shop.owner.member_id}},
    }
    assert (await inbox(other), await inbox(shop.owner)) == ([], [])


async def test_who_is_assigned_as_something_is_made_is_told_as_well(api: Api, shop: Shop) -> None:
    """JB1: of a job, of a task in it, and of a task that belongs to none."""
    employee = await colleague(api, shop)
    people = [employee.member_id, shop.owner.member_id]
    job = (await shop.job(assigneeIds=people))["id"]
    inside = await task(shop.owner, "Call", jobId=job, assigneeIds=people)
    lone = await task(shop.owner, "Plan", assigneeIds=people)
    assert await told(employee) == [(job, job), (inside, job), (lone, None)]
    assert [one["text"] for one in await inbox(employee)][:2] == [
        "You are assigned to the task Plan.",
        "You are assigned to the task Call.",
    ]
    assert await inbox(shop.owner) == []


async def test_who_assigns_themselves_is_not_told(api: Api, shop: Shop) -> None:
    """LV5: it is no news."""
    employee = await colleague(api, shop)
    job, plain = (await shop.job())["id"], await task(shop.owner)
    await assign(employee, job, employee, shop.owner)
    await assign_to_task(shop.owner, plain, employee, shop.owner)
    assert (await told(employee), await told(shop.owner)) == ([(plain, None)], [(job, job)])


async def test_a_template_assigns_as_its_user_does(api: Api, shop: Shop) -> None:
    """JB1: whom it names is told of the job that is made by it, unless they are deactivated."""
    employee, gone = [await colleague(api, shop) for _ in range(2)]
    people = [employee.member_id, gone.member_id, shop.owner.member_id]
    made = await shop.owner.do("createJobTemplate", "jobTemplate { id }", name="T", jobName="J", assigneeIds=people)
    await shop.owner.do("deactivateMember", memberId=gone.member_id)
    job = (await shop.job(templateId=made["id"]))["id"]
    assert (await told(employee), await told(shop.owner)) == ([(job, job)], [])
    await shop.owner.do("reactivateMember", memberId=gone.member_id)


async def test_an_automation_also_tells_who_has_set_it_going(api: Api, works: Works) -> None:
    """AU5: it acts as the system: of its tasks and its assignments everybody is told whom they are for."""
    employee, owner = await colleague(api, works.shop), works.owner.member_id
    both = [employee.member_id, owner]
    asking = await works.automate(works.stages[1], asked("Call", assigneeIds=both))
    assigning = await works.automate(works.stages[1], {"updateAssignees": {"addMemberIds": both}})
    job = await works.moved(works.stages[1])
    [made] = (await works.look(job))["tasks"]
    for one in (employee, works.owner):
        assert sorted(await told(one)) == sorted([(made["id"], job), (job, job)])
    cause = "cause { kind automation { id } actor { ... on Member { id } } }"
    viewer = (await works.owner.query(f"{{ viewer {{ notifications {{ nodes {{ {cause} }} }} }} }}"))["viewer"]
    causes = [one["cause"] for one in viewer["notifications"]["nodes"]]
    assert [(one["kind"], one["actor"]) for one in causes] == [("AUTOMATION", {"id": owner})] * 2
    assert {one["automation"]["id"] for one in causes} == {asking, assigning}


async def test_of_a_job_that_an_automation_makes_its_team_is_told(api: Api, works: Works) -> None:
    """AU7: those of the template, and those of the automation itself."""
    one, two = [await colleague(api, works.shop) for _ in range(2)]
    given = {"name": "T", "jobName": "Follow-up", "assigneeIds": [one.member_id]}
    template = await works.owner.do("createJobTemplate", "jobTemplate { id }", **given)
    config = {"pipelineId": works.shop.pipeline, "templateId": template["id"], "assigneeIds": [two.member_id]}
    await works.automate(works.stages[1], {"createJob": config})
    await works.moved(works.stages[1])
    await works.work()
    [[(job, _)], again] = [await told(one), await told(two)]
    assert again == [(job, job)]


async def test_only_the_net_effect_of_a_command_is_told(api: Api, works: Works) -> None:
    """LV2: who is assigned and unassigned at once is not told; who is unassigned and assigned again was told before."""
    coming, staying = [await colleague(api, works.shop) for _ in range(2)]
    config = {"updateAssignees": {"addMemberIds": [coming.member_id], "removeMemberIds": [staying.member_id]}}
    await works.automate(works.stages[1], config)
    back = {"updateAssignees": {"addMemberIds": [staying.member_id], "removeMemberIds": [coming.member_id]}}
    await works.automate(works.stages[1], back)
    job = await works.job(assigneeIds=[staying.member_id])
    before = await inbox(staying)
    await works.move(job, works.stages[1])
    assert [one["id"] for one in (await works.look(job))["assignees"]] == [staying.member_id]
    assert (await inbox(coming), await inbox(staying)) == ([], before)
    await assign(works.owner, job, coming, remove=[coming])
    assert await inbox(coming) == []


async def test_what_an_automation_had_done_before_it_failed_is_not_told(api: Api, works: Works) -> None:
    """AU2: its savepoint is rolled back, and with it who was to be told."""
    employee = await colleague(api, works.shop)
    await works.automate(works.stages[1], asked("Fault", assigneeIds=[employee.member_id]))
    job = await works.job()
    async with works.trouble("task_assignees", "FALSE"):
        await works.move(job, works.stages[1])
    assert await inbox(employee) == []
    works.wait(minutes=1)
    await works.work()
    assert len(await told(employee)) == 1


@pytest.mark.parametrize("read", [False, True])
async def test_who_is_unassigned_is_told_no_more(api: Api, shop: Shop, *, read: bool) -> None:
    """LV5: it does not hold any more, whether they have read it or not; what others were told stays."""
    one, two = [await colleague(api, shop) for _ in range(2)]
    job = (await shop.job(assigneeIds=[one.member_id, two.member_id]))["id"]
    inside = await task(shop.owner, jobId=job, assigneeIds=[one.member_id, two.member_id])
    if read:
        await one.do("markNotificationsRead", all=True)
    await assign(shop.owner, job, remove=[one])
    assert (await told(one), await told(two)) == ([(inside, job)], [(job, job), (inside, job)])
    await assign_to_task(shop.owner, inside, remove=[one])
    assert (await inbox(one), await told(two)) == ([], [(job, job), (inside, job)])
    await assign(shop.owner, job, one)
    assert [found["readAt"] for found in await inbox(one)] == [None]


async def test_who_does_not_see_the_job_is_told_of_the_task_alone(api: Api, shop: Shop) -> None:
    """AC2, AC4: outside of the available-to list one sees no job, but every task that one is to do."""
    stranger = await api.member(shop.owner)
    job = (await shop.job(assigneeIds=[stranger.member_id]))["id"]
    assert await inbox(stranger) == []
    inside = await task(shop.owner, "Call", jobId=job, assigneeIds=[stranger.member_id])
    [found] = await inbox(stranger)
    assert (found["text"], found["job"], found["subject"]["id"]) == ("You are assigned to the task Call.", None, inside)
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[stranger.member_id])
    assert await told(stranger) == [(inside, None)]


async def test_an_assignment_itself_gives_the_sight_that_it_takes(api: Api, shop: Shop) -> None:
    """AC3: who sees a job by being assigned to it, or to its task, is told of it."""
    assignee, tasked = [await colleague(api, shop, []) for _ in range(2)]
    job = (await hidden_job(shop))["id"]
    await assign(shop.owner, job, assignee)
    inside = await task(shop.owner, jobId=job, assigneeIds=[tasked.member_id])
    assert (await told(assignee), await told(tasked)) == ([(job, job)], [(inside, job)])


async def test_who_takes_over_is_told_and_who_goes_is_not_any_more(api: Api, shop: Shop, database: Database) -> None:
    """PL4: of jobs and tasks that they were not assigned to before, all in one constant number of statements."""
    gone, heir = [await colleague(api, shop) for _ in range(2)]
    shared = (await shop.job(assigneeIds=[gone.member_id, heir.member_id]))["id"]
    job = (await shop.job(assigneeIds=[gone.member_id]))["id"]
    lone = await task(shop.owner, assigneeIds=[gone.member_id])
    await heir.do("markNotificationsRead", all=True)
    await shop.owner.do("deactivateMember", memberId=gone.member_id, replacementId=heir.member_id)
    assert sorted(await told(heir)) == sorted([(shared, shared), (job, job), (lone, None)])
    assert {one["subject"]["id"] for one in await inbox(heir, unread=True)} == {job, lone}
    sql = "SELECT count(*) FROM notifications WHERE member_id = $1"
    assert await database.value(sql, gone.member_id) == 0


async def test_an_undo_takes_back_the_tasks_that_it_cancels(api: Api, works: Works) -> None:
    """MV7: what automations have set stays, and so does what is told of it."""
    employee = await colleague(api, works.shop)
    await works.automate(works.stages[1], asked("Call", assigneeIds=[employee.member_id]))
    await works.automate(works.stages[1], {"updateAssignees": {"addMemberIds": [employee.member_id]}})
    job = await works.moved(works.stages[1])
    assert len(await told(employee)) == 2
    await works.owner.do("undoMove", jobId=job, expect={"version": (await works.look(job))["version"]})
    assert await told(employee) == [(job, job)]
    assert [one["id"] for one in (await works.look(job))["assignees"]] == [employee.member_id]


async def test_an_undo_leaves_the_tasks_alone_that_people_made(api: Api, works: Works) -> None:
    """MV7: they stay, with what was told of them."""
    employee = await colleague(api, works.shop)
    job = await works.moved(works.stages[1])
    inside = await task(works.owner, jobId=job, assigneeIds=[employee.member_id])
    await works.owner.do("undoMove", jobId=job, expect={"version": (await works.look(job))["version"]})
    assert await told(employee) == [(inside, job)]


async def reassign(database: Database, came: dict[str, list[str]], went: dict[str, list[str]]) -> int:
    """Assigns and unassigns as the owner; answers the number of statements."""
    statements: list[str] = []

    async def do(work: Work, given: None) -> None:
        await work.lock_jobs({*came, *went})
        work.db.on_statement = statements.append
        await job_edits.reassign(work, came, went)

    await perform(database, await owner_of(database), do, None)
    return len(statements)


async def test_many_are_told_of_many_in_a_constant_number_of_statements(
    api: Api, shop: Shop, database: Database
) -> None:
    """MV10: however many jobs and members, one for each assignment."""
    people = [await colleague(api, shop) for _ in range(3)]
    ids = [one.member_id for one in people]
    jobs = [(await shop.job(f"Job {n}"))["id"] for n in range(6)]
    few = await reassign(database, {jobs[0]: ids[:1]}, {})
    assert await reassign(database, dict.fromkeys(jobs[1:], ids), {}) == few
    assert [len(await told(one)) for one in people] == [6, 5, 5]
    less = await reassign(database, {}, {jobs[0]: ids[:1]})
    assert await reassign(database, {}, dict.fromkeys(jobs[1:], ids)) == less
    assert [await inbox(one) for one in people] == [[], [], []]


async def test_what_changes_no_assignment_costs_nothing(api: Api, shop: Shop, database: Database) -> None:
    """MV1: a move or an edit asks nothing about who is told."""
    job = (await shop.job())["id"]
    statements: list[str] = []

    async def do(work: Work, given: None) -> None:
        await work.lock_jobs([job])
        work.touch_job(job)
        work.db.on_statement = statements.append

    await perform(database, await owner_of(database), do, None)
    assert not [sql for sql in statements if "notifications" in sql]


async def test_a_refused_assignment_tells_nobody(api: Api, shop: Shop, database: Database) -> None:
    """API1: nothing is changed."""
    employee, gone = [await colleague(api, shop) for _ in range(2)]
    await shop.owner.do("deactivateMember", memberId=gone.member_id)
    job, before = (await shop.job())["id"], await digest(database)
    given = {"jobId": job, "addAssigneeIds": [employee.member_id, gone.member_id]}
    assert await shop.owner.code("updateJob", **given) == ("DEACTIVATED", ["input", "addAssigneeIds"])
    assert await digest(database) == before


async def test_who_loses_sight_of_the_job_finds_it_again_with_the_job(api: Api, shop: Shop) -> None:
    """AC4: what one is told of a job is there while one sees it."""
    employee = await colleague(api, shop)
    elsewhere, stages = await pipeline(shop.owner, "One", "Two")
    job = (await shop.job(assigneeIds=[employee.member_id]))["id"]
    await shop.owner.do("moveJob", jobId=job, stageId=stages[0], expect={"version": 1})
    assert await inbox(employee) == []
    await shop.owner.do("updatePipeline", pipelineId=elsewhere, addAvailableToIds=[employee.member_id])
    assert await told(employee) == [(job, job)]


def test_one_place_alone_assigns() -> None:
    """LV5: nobody can assign without that it is told, but the seed, which writes a firm's past at once."""
    table = r"(?:job|task|\{kind\})_assignees"
    changes = re.compile(rf"(?:INSERT INTO|DELETE FROM|UPDATE) {table}|links\.\w+\([^)]*{table}")
    found = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if changes.search(path.read_text())}
    assert found == {"store/writes/assignees.py", "store/writes/seed_jobs.py"}
    users = re.compile(r"import assignees as writes|writes\.assignees import (?!People)|writes import .*\bassignees\b")
    found = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if users.search(path.read_text())}
    assert found == {"engine/job/assignees.py"}
