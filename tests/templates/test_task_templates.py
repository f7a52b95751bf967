"""Task templates: texts with shortcodes, check lists, people by role, due dates after the day a task is made."""

from __future__ import annotations

from typing import Any

import pytest

from engine.templates.sorts import TASK
from store.database import Database
from tests.rules.kit import digest, together
from tests.support.api import Api, Client, Json, Shop
from tests.support.contents import THREAD
from tests.support.works import Works
from tests.templates.kit import known

CALL = known(TASK)
MADE = """id title description priority dueDate assignees { id } subtasks { title } links { blocking }
    fromTemplate { version name template { id } }"""


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker; it begins on a Monday."""
    return Works.open(api, shop)


async def task(client: Client, **given: Any) -> Json:
    """A new task."""
    made: Json = await client.do("createTask", f"task {{ {MADE} }}", **given)
    return made


async def tasks_of(works: Works, job: str) -> list[Json]:
    """The tasks of a job."""
    query = f"query ($id: ID!) {{ job(id: $id) {{ tasks {{ nodes {{ {MADE} }} }} }} }}"
    found: list[Json] = (await works.owner.query(query, id=job))["job"]["tasks"]["nodes"]
    return found


async def holder(works: Works) -> tuple[str, Client]:
    """An account role, and who holds it for the shop's account."""
    role = (await works.owner.do("createAccountRole", "accountRole { id }", name="Preparer"))["id"]
    member = await works.api.member(works.owner, accounts=[works.shop.account])
    given = {"accountRoleId": role, "memberId": member.member_id}
    await works.owner.do("updateAccount", accountId=works.shop.account, addRoles=[given])
    return role, member


async def full(works: Works) -> tuple[str, Json]:
    """A template that says everything; and what a task is that is made by it on that Monday in a job."""
    role, member = await holder(works)
    template = await CALL.make(
        works.owner,
        title="Call [ACCOUNT_NAME]",
        description="About [JOB_NAME], before [NEXT_YEAR]",
        subtasks=["Look at [JOB_NAME]", "Call", "[[CALL]]"],
        priority="HIGH",
        assigneeIds=[works.owner.member_id],
        assigneeRoleIds=[role],
        dueAfter={"amount": 5, "unit": "WORKING_DAYS"},
    )
    made = {
        "title": "Call Acme",
        "description": "About Job, before 2031",
        "priority": "HIGH",
        "dueDate": "2030-06-10",
        "subtasks": [{"title": text} for text in ("Look at Job", "Call", "[CALL]")],
        "assignees": sorted([{"id": works.owner.member_id}, {"id": member.member_id}], key=str),
        "fromTemplate": {"version": 1, "name": "Call", "template": {"id": template}},
    }
    return template, made


def told(made: Json) -> Json:
    """What is said of a task, but its id and links."""
    said = {name: part for name, part in made.items() if name not in {"id", "links"}}
    return {**said, "assignees": sorted(said["assignees"], key=str)}


async def test_a_template_is_made_changed_listed_and_deleted(api: Api, shop: Shop) -> None:
    """AU8, AC1: all of it comes back as it was given; who manages templates may, and everybody reads them."""
    clerk, colleague = await api.member(shop.owner, rights=["MANAGE_TEMPLATES"]), await api.member(shop.owner)
    role = await shop.owner.do("createAccountRole", "accountRole { id }", name="Preparer")
    given: Json = {
        "name": "Call",
        "title": "Call [ACCOUNT_NAME]",
        "description": "About [JOB_NAME]",
        "subtasks": ["One", "One", "[CURRENT_MONTH_NAME]"],
        "priority": "LOW",
        "dueAfter": {"amount": 0, "unit": "WEEKS"},
    }
    people = {"assigneeIds": [colleague.member_id], "assigneeRoleIds": [role["id"]]}
    template = await CALL.make(clerk, **given, **people)
    said = {**given, "version": 1, "assignees": [{"id": colleague.member_id}], "assigneeRoles": [role]}
    assert await CALL.says(colleague, template) == said
    await CALL.edit(clerk, template, subtasks=["Two"], dueAfter=None, description=None, assigneeRoleIds=[])
    said |= {"subtasks": ["Two"], "dueAfter": None, "description": None, "assigneeRoles": [], "version": 2}
    assert await CALL.says(clerk, template) == said
    await CALL.make(shop.owner, name="ask", title="Ask")
    listed = (await colleague.query("{ taskTemplates { totalCount nodes { name } } }"))["taskTemplates"]
    assert listed == {"totalCount": 2, "nodes": [{"name": "ask"}, {"name": "Call"}]}
    for mutation, said in (("createTaskTemplate", given), ("updateTaskTemplate", {"taskTemplateId": template})):
        [error] = await colleague.refused(mutation, **said)
        assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_TEMPLATES")
    await CALL.delete(clerk, template)
    assert await CALL.says(clerk, template) is None


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"name": "call"}, "NAME_TAKEN", ["name"]),
        ({"title": "\t"}, "REQUIRED", ["title"]),
        ({"title": "x" * 201}, "TOO_LONG", ["title"]),
        ({"title": "[JOB_NAMES]"}, "UNKNOWN_SHORTCODE", ["title"]),
        ({"description": "[ACCOUNT_CUSTOM_FIELD:City]"}, "UNKNOWN_SHORTCODE", ["description"]),
        ({"description": "\x07"}, "INVALID", ["description"]),
        ({"subtasks": ["One", " "]}, "REQUIRED", ["subtasks", "1"]),
        ({"subtasks": ["One", "[NEVER]"]}, "UNKNOWN_SHORTCODE", ["subtasks", "1"]),
        ({"subtasks": ["One"] * 201}, "TOO_MANY", ["subtasks"]),
        ({"assigneeIds": ["x"]}, "NOT_FOUND", ["assigneeIds"]),
        ({"assigneeRoleIds": ["x"]}, "NOT_FOUND", ["assigneeRoleIds"]),
        ({"dueAfter": {"amount": 1, "unit": "HOURS"}}, "INVALID", ["dueAfter", "unit"]),
        ({"dueAfter": {"amount": -1, "unit": "DAYS"}}, "INVALID", ["dueAfter", "amount"]),
        ({"dueAfter": {"amount": 1_001, "unit": "WORKING_DAYS"}}, "INVALID", ["dueAfter", "amount"]),
    ],
)
async def test_a_template_that_makes_no_sense_is_refused(
    shop: Shop, database: Database, given: Json, code: str, path: list[str]
) -> None:
    """AU8, API1: made as changed, with the place; nothing is changed."""
    await CALL.make(shop.owner)
    other = await CALL.make(shop.owner, name="Other")
    before = await digest(database)
    new = {"name": "New", "title": "Call", **given}
    assert await shop.owner.code("createTaskTemplate", **new) == (code, ["input", *path])
    assert await shop.owner.code("updateTaskTemplate", taskTemplateId=other, **given) == (code, ["input", *path])
    assert await digest(database) == before


async def test_a_task_starts_with_what_its_template_says_of_its_job(works: Works) -> None:
    """AU8: filled in once, due after the day on which it is made, done by whoever holds the role."""
    template, made = await full(works)
    job = (await works.shop.job())["id"]
    found = await task(works.owner, jobId=job, templateId=template)
    assert (told(found), found["links"]) == (made, [{"blocking": True}])


async def test_what_is_given_wins_over_the_template(works: Works) -> None:
    """JB1: as with jobs; null, or an empty list, is given, too."""
    template, made = await full(works)
    job = (await works.shop.job())["id"]
    given: Json = {"title": "[[Own]]", "description": None, "subtasks": [], "priority": "LOW", "dueDate": None}
    found = await task(works.owner, jobId=job, templateId=template, **given, assigneeIds=[])
    own = {**given, "assignees": [], "fromTemplate": made["fromTemplate"]}
    assert told(found) == own
    part = await task(works.owner, jobId=job, templateId=template, dueDate="2030-01-01", subtasks=["Own"])
    assert told(part) == {**made, "dueDate": "2030-01-01", "subtasks": [{"title": "Own"}]}


async def test_a_task_without_a_job_is_made_by_a_template_that_speaks_of_none(works: Works, database: Database) -> None:
    """AU8: it names the month and the firm, and members; nobody holds a role where there is no account."""
    role, _ = await holder(works)
    people = {"assigneeIds": [works.owner.member_id], "assigneeRoleIds": [role]}
    texts: Json = {"title": "[FIRM_NAME] in [NEXT_MONTH_NAME]", "subtasks": []}
    template = await CALL.make(works.owner, **texts, **people, dueAfter={"amount": 1, "unit": "MONTHS"})
    made = await task(works.owner, templateId=template)
    assert (made["title"], made["dueDate"]) == ("Kontor in July", "2030-07-03")
    assert (made["assignees"], made["links"]) == ([{"id": works.owner.member_id}], [])
    of_job = await CALL.make(works.owner, name="Other", title="[ACCOUNT_NAME]", subtasks=[])
    before = await digest(database)
    assert await works.owner.code("createTask", templateId=of_job) == ("REQUIRED", ["input", "jobId"])
    assert await works.owner.code("createTask", title="Own", templateId=of_job) == ("REQUIRED", ["input", "jobId"])
    assert await digest(database) == before


async def test_a_task_needs_a_title_or_a_template(works: Works, database: Database) -> None:
    """API1: for people as for automations; an empty title is that of the template."""
    job, template = (await works.shop.job())["id"], await CALL.make(works.owner)
    config = {"createTask": {"title": "", "description": "Who?"}}
    before = await digest(database)
    without: list[Json] = [{}, {"title": ""}, {"title": " "}, {"title": " ", "templateId": template}]
    for given in without:
        assert await works.owner.code("createTask", jobId=job, **given) == ("REQUIRED", ["input", "title"])
    for name in ("priority", "assigneeIds", "subtasks"):
        nothing = {"jobId": job, "templateId": template, name: None}
        assert await works.owner.code("createTask", **nothing) == ("REQUIRED", ["input", name])
    place = ["input", "config", "createTask", "title"]
    assert await works.owner.code("createAutomation", stageId=works.stages[1], config=config) == ("REQUIRED", place)
    assert await digest(database) == before


async def test_an_automation_makes_tasks_by_a_template(works: Works) -> None:
    """AU7, AU8: for every job, with what the automation says itself instead, if anything."""
    template, made = await full(works)
    await works.automate(works.stages[1], {"createTask": {"templateId": template}})
    own: Json = {"title": "Own [JOB_NAME]", "checkList": "A\n[JOB_NAME]", "priority": "LOW", "blocking": False}
    await works.automate(works.stages[1], {"createTask": {"templateId": template, **own}})
    people = {"assigneeIds": [works.owner.member_id], "dueAfter": {"amount": 1, "unit": "DAYS"}, "description": "D"}
    await works.automate(works.stages[1], {"createTask": {"templateId": template, **people}})
    job = await works.moved(works.stages[1])
    first, second, third = await tasks_of(works, job)
    assert (told(first), first["links"]) == (made, [{"blocking": True}])
    lines = [{"title": "A"}, {"title": "Job"}]
    assert told(second) == {**made, "title": "Own Job", "subtasks": lines, "priority": "LOW"}
    assert second["links"] == [{"blocking": False}]
    assignees = [{"id": works.owner.member_id}]
    assert told(third) == {**made, "assignees": assignees, "dueDate": "2030-06-04", "description": "D"}
    query = """query ($id: ID!) { pipeline(id: $id) { stages { automations { config { ... on CreateTaskConfig {
        title priority template { id name } } } } } } }"""
    stages = (await works.owner.query(query, id=works.shop.pipeline))["pipeline"]["stages"]
    shown = [one["config"] for one in stages[1]["automations"]]
    named = {"template": {"id": template, "name": "Call"}}
    assert shown[0] == {"title": "", "priority": None, **named}
    assert shown[1] == {"title": "Own [JOB_NAME]", "priority": "LOW", **named}


async def test_a_template_is_kept_while_an_automation_names_it(works: Works, database: Database) -> None:
    """PL4: the refusal names the automation; the template keeps what it names itself."""
    role = (await works.owner.do("createAccountRole", "accountRole { id }", name="Preparer"))["id"]
    template = await CALL.make(works.owner, assigneeRoleIds=[role])
    automation = await works.automate(works.stages[1], {"createTask": {"templateId": template}})
    before = await digest(database)
    used = "errors { ... on InUseError { code total usedBy { id } } }"
    for mutation, given, user in (
        ("deleteTaskTemplate", {"taskTemplateId": template}, automation),
        ("deleteAccountRole", {"accountRoleId": role}, template),
    ):
        payload = await works.owner.payload(mutation, f"its: {used}", **given)
        assert payload["its"] == [{"code": "IN_USE", "total": 1, "usedBy": [{"id": user}]}]
    assert await digest(database) == before
    await works.owner.do("deleteAutomation", automationId=automation)
    await CALL.delete(works.owner, template)
    await works.owner.do("deleteAccountRole", accountRoleId=role)


async def test_an_automation_whose_template_is_gone_is_unhealthy_and_fails(works: Works) -> None:
    """PL5, AU2: the pipeline's health names it, and the run says so; the task is not made in half."""
    template = await CALL.make(works.owner)
    automation = await works.automate(works.stages[1], {"createTask": {"templateId": template, "title": "Own"}})
    await works.database.rows("DELETE FROM task_templates WHERE id = $1", template)  # as no command does
    query = "query ($id: ID!) { pipeline(id: $id) { health { message automation { id } } } }"
    [problem] = (await works.owner.query(query, id=works.shop.pipeline))["pipeline"]["health"]
    assert problem == {
        "message": "It names a task template that is gone: name another one.",
        "automation": {"id": automation},
    }
    job = await works.moved(works.stages[1])
    run = await works.run(job)
    assert (run["state"], run["reason"]) == ("FAILED", "The task template is gone.")
    assert await tasks_of(works, job) == []


async def test_who_may_not_tell_of_accounts_has_no_template_tell(works: Works, api: Api, database: Database) -> None:
    """AC3: neither by writing it, nor by an automation that makes tasks by what another has written."""
    rights = ["MANAGE_TEMPLATES", "MANAGE_PIPELINES"]
    clerk = await api.member(works.owner, rights=rights, accounts=[works.shop.account])
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, addAvailableToIds=[clerk.member_id])
    secret = await CALL.make(works.owner, subtasks=["Ask [CONTACT_NAME]"])
    before = await digest(database)
    for given, path in (
        ({"title": "[CONTACT_NAME]"}, "title"),
        ({"description": "[CONTACT_FIRST_NAME]"}, "description"),
        ({"subtasks": ["One", "[CONTACT_NAME]"]}, "subtasks"),
        ({"assigneeIds": [clerk.member_id]}, "assigneeIds"),
    ):
        [error] = await clerk.refused("createTaskTemplate", **{"name": "New", "title": "New", **given})
        assert (error["code"], error["right"], error["path"][1]) == ("FORBIDDEN", "VIEW_ALL_ACCOUNTS", path)
    config = {"createTask": {"templateId": secret}}
    [error] = await clerk.refused("createAutomation", stageId=works.stages[1], config=config)
    assert (error["code"], error["right"]) == ("FORBIDDEN", "VIEW_ALL_ACCOUNTS")
    assert await digest(database) == before
    await CALL.edit(clerk, secret, title="Ask them")  # what another has said may stay


async def test_a_template_is_not_deleted_while_an_automation_starts_to_name_it(works: Works) -> None:
    """PL4: one of the two comes first."""
    for n in range(4):
        template = await CALL.make(works.owner, name=f"Call {n}")
        config = {"createTask": {"templateId": template}}
        attached, deleted = await together(
            works.owner.payload("createAutomation", stageId=works.stages[1], config=config),
            works.owner.payload("deleteTaskTemplate", taskTemplateId=template),
        )
        assert bool(attached["errors"]) != bool(deleted["errors"])
        assert (await CALL.says(works.owner, template) is None) == bool(attached["errors"])


async def test_who_has_no_access_to_the_account_is_not_told_of_it_by_a_template(
    works: Works, api: Api, database: Database
) -> None:
    """AC3: seeing a job is enough to add to it, but not to read by that what the account's custom fields say."""
    field = (await works.owner.do("createCustomField", "customField { id }", name="City", kind="TEXT"))["id"]
    values = [{"fieldId": field, "value": "Rome"}]
    await works.owner.do("updateAccount", accountId=works.shop.account, setCustomFields=values)
    ann = {"name": "Ann", "email": "ann@client.test", "accountIds": [works.shop.account]}
    await works.owner.do(
        "inviteContact", contactId=(await works.owner.do("createContact", "contact { id }", **ann))["id"]
    )
    helper = await api.member(works.owner)
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, addAvailableToIds=[helper.member_id])
    job = (await works.shop.job(assigneeIds=[helper.member_id]))["id"]
    text = "[ACCOUNT_CUSTOM_FIELD:City]"
    plain, telling = await CALL.make(works.owner), await CALL.make(works.owner, name="Told", subtasks=[text])
    talk: Json = {"name": "Talk", "title": text, "content": THREAD}
    thread = (await works.owner.do("createItemTemplate", "template { id }", **talk))["id"]
    assert (await task(helper, jobId=job, templateId=plain))["title"] == "Call Acme"
    before = await digest(database)
    calls: list[tuple[str, Json]] = [
        ("createTask", {"jobId": job, "templateId": telling}),
        ("createTask", {"jobId": job, "templateId": telling, "title": "Own", "subtasks": []}),
        ("createItem", {"jobId": job, "templateId": thread, "send": False}),
    ]
    for mutation, given in calls:
        assert await helper.code(mutation, **given) == ("NOT_FOUND", ["input", "jobId"])
    assert await digest(database) == before
    await works.owner.do("updateMemberAccess", memberId=helper.member_id, addAccountIds=[works.shop.account])
    assert (await task(helper, jobId=job, templateId=telling))["subtasks"] == [{"title": "Rome"}]
    made = await helper.do("createItem", "item { title }", jobId=job, templateId=thread, send=False)
    assert made == {"title": "Rome"}
