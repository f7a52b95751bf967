"""Ids made by clients: a create that is sent twice makes one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from gql.schema import build_schema
from store.database import Database
from store.ids import new_id
from tests.access.schema_ids import portal_mutations
from tests.rules.kit import built_in, codes, digest, look, set_state, task, together
from tests.support.api import Api, Client, Json, Shop, open_shop
from tests.support.contents import INVOICE, THREAD
from tests.support.recurring import FAR


@dataclass(frozen=True)
class Create:
    """One mutation that takes an id: what it makes, an input for it, and a field to say otherwise."""

    thing: str
    prefix: str
    given: Callable[[Shop], Json]
    other: Json


OTHER_JOBS = {"jobIds": ["job_1"]}
OTHER_MOVES = {"jobs": [{"jobId": "job_1", "expect": {"version": 1}}]}
CASES = {
    "createAccount": Create("account", "account", lambda shop: {"name": "Bolt"}, {"name": "Nut"}),
    "createAccountRole": Create("accountRole", "role", lambda shop: {"name": "Preparer"}, {"name": "Reviewer"}),
    "createAutomation": Create(
        "automation",
        "automation",
        lambda shop: {"stageId": shop.stages[1], "config": {"addComment": {"text": "Hello"}}},
        {"config": {"addComment": {"text": "Goodbye"}}},
    ),
    "createClientStatus": Create(
        "clientStatus", "clientstatus", lambda shop: {"name": "In review"}, {"description": "Soon."}
    ),
    "createComment": Create("comment", "comment", lambda shop: {"text": "Called."}, {"text": "Called twice."}),
    "createContact": Create(
        "contact", "contact", lambda shop: {"name": "Ann", "accountIds": [shop.account]}, {"notifications": False}
    ),
    "createCustomField": Create("customField", "field", lambda shop: {"name": "EIN", "kind": "TEXT"}, {"name": "SSN"}),
    "createEmailTemplate": Create(
        "template",
        "emailtemplate",
        lambda shop: {"name": "Hello", "subject": "Hello", "text": "Hello"},
        {"html": "<p>Hello</p>"},
    ),
    "createItem": Create(
        "item",
        "thread",
        lambda shop: {"accountId": shop.account, "title": "Thread", "content": THREAD, "send": False},
        {"title": "Talk"},
    ),
    "createItemTemplate": Create(
        "template",
        "itemtemplate",
        lambda shop: {"name": "Talk", "title": "Thread", "content": THREAD},
        {"title": "Talk"},
    ),
    "postMessage": Create("message", "message", lambda shop: {"text": "Hello"}, {"text": "Goodbye"}),
    "addClientTask": Create("clientTask", "clienttask", lambda shop: {"title": "Call"}, {"title": "Write"}),
    "recordPayment": Create("payment", "payment", lambda shop: {"amount": "1.00"}, {"note": "In part"}),
    "refundPayment": Create("payment", "payment", lambda shop: {"amount": "1.00"}, {"note": "Too much"}),
    "createJob": Create(
        "job",
        "job",
        lambda shop: {"name": "Job", "accountId": shop.account, "pipelineId": shop.pipeline, "priority": "HIGH"},
        {"priority": "LOW"},
    ),
    "createJobs": Create(
        "operation",
        "bulk",
        lambda shop: {"name": "Job", "accountIds": [shop.account], "pipelineId": shop.pipeline},
        {"priority": "LOW"},
    ),
    "moveJobs": Create("operation", "bulk", lambda shop: {"jobs": [], "stageId": shop.stages[1]}, OTHER_MOVES),
    "archiveJobs": Create("operation", "bulk", lambda shop: {"jobIds": []}, OTHER_JOBS),
    "deleteJobs": Create("operation", "bulk", lambda shop: {"jobIds": []}, OTHER_JOBS),
    "restoreJobs": Create("operation", "bulk", lambda shop: {"jobIds": []}, OTHER_JOBS),
    "setClientStatuses": Create("operation", "bulk", lambda shop: {"jobIds": [], "clientStatusId": None}, OTHER_JOBS),
    "setJobStatuses": Create("operation", "bulk", lambda shop: {"jobIds": []}, OTHER_JOBS),
    "updateJobs": Create("operation", "bulk", lambda shop: {"jobIds": [], "priority": "HIGH"}, OTHER_JOBS),
    "updateJobTags": Create("operation", "bulk", lambda shop: {"jobIds": []}, OTHER_JOBS),
    "createJobStatus": Create("status", "status", lambda shop: {"name": "On hold"}, {"pauses": False}),
    "createJobTemplate": Create(
        "jobTemplate", "jobtemplate", lambda shop: {"name": "Books", "jobName": "Books"}, {"priority": "HIGH"}
    ),
    "createPipeline": Create(
        "pipeline",
        "pipeline",
        lambda shop: {"name": "Payroll", "stages": [{"name": "One"}, {"name": "Two"}]},
        {"stages": [{"name": "Two"}, {"name": "One"}]},
    ),
    "createRecurrence": Create(
        "recurrence",
        "recurrence",
        lambda shop: {
            "name": "Books",
            "jobName": "Books",
            "pipelineId": shop.pipeline,
            "accountIds": [shop.account],
            "rrule": "FREQ=DAILY",
            "startDate": FAR,
        },
        {"rrule": "FREQ=WEEKLY"},
    ),
    "duplicatePipeline": Create(
        "pipeline", "pipeline", lambda shop: {"pipelineId": shop.pipeline, "name": "Copy"}, {"name": "Other"}
    ),
    "installPipelineTemplate": Create(
        "pipeline", "pipeline", lambda shop: {"key": "sales-tax", "name": "Mine"}, {"name": "Yours"}
    ),
    "createStage": Create("stage", "stage", lambda shop: {"pipelineId": shop.pipeline, "name": "New"}, {"position": 0}),
    "createSubtask": Create("subtask", "subtask", lambda shop: {"title": "Line"}, {"title": "Other line"}),
    "createTag": Create("tag", "tag", lambda shop: {"name": "VIP"}, {"color": "#ff0000"}),
    "createTask": Create(
        "task", "task", lambda shop: {"title": "Task", "subtasks": ["A", "B"]}, {"subtasks": ["A", "C"]}
    ),
    "createTaskTemplate": Create(
        "taskTemplate", "tasktemplate", lambda shop: {"name": "Call", "title": "Call"}, {"subtasks": ["Twice"]}
    ),
    "duplicateTemplate": Create("template", "tasktemplate", lambda shop: {"name": "Twice"}, {"name": "Copy"}),
    "startTimer": Create("timeEntry", "time", lambda shop: {"note": "Call"}, {"billable": False}),
    "createTimeEntry": Create("timeEntry", "time", lambda shop: {"minutes": 5}, {"minutes": 6}),
    "requestUpload": Create("document", "doc", lambda shop: {"name": "a.pdf", "size": 9}, {"size": 10}),
    "inviteMember": Create(
        "member", "member", lambda shop: {"email": "new@firm.test", "name": "New"}, {"rights": ["MANAGE_TAGS"]}
    ),
}
EVERY = pytest.mark.parametrize("mutation", sorted(CASES))


async def prepared(shop: Shop, mutation: str) -> tuple[Create, Json]:
    """The case of a mutation and its input, with a fresh id."""
    case = CASES[mutation]
    given = {**case.given(shop), "id": new_id(case.prefix)}
    if mutation == "setJobStatuses":
        given["statusId"] = await built_in(shop.owner, "COMPLETED")
    if mutation == "updateJobTags":
        given["addTagIds"] = [(await shop.owner.do("createTag", "tag { id }", name="VIP"))["id"]]
    if mutation == "createSubtask":
        given["taskId"] = await task(shop.owner)
    if mutation in ("postMessage", "addClientTask"):
        thread = CASES["createItem"].given(shop)
        given["itemId"] = (await shop.owner.do("createItem", "item { id }", **thread))["id"]
    if mutation in ("recordPayment", "refundPayment"):
        given["itemId"] = await _paid(shop)
    if mutation == "duplicateTemplate":
        call = await shop.owner.do("createTaskTemplate", "taskTemplate { id }", name="Call", title="Call")
        given["templateId"] = call["id"]
    if mutation in ("createComment", "startTimer", "createTimeEntry"):
        given["jobId"] = (await shop.job())["id"]
    return case, given


async def _paid(shop: Shop) -> str:
    """An invoice that is sent, and of which something has been paid."""
    await shop.owner.do("updateFirm", holdsClientMail=False)
    email = f"ann-{shop.account.removeprefix('account_')}@client.test"
    guest = {"name": "Ann", "email": email, "accountIds": [shop.account]}
    contact = await shop.owner.do("createContact", "contact { id }", **guest)
    await shop.owner.do("inviteContact", contactId=contact["id"])
    item = {"accountId": shop.account, "title": "Invoice", "content": INVOICE}
    made = await shop.owner.do("createItem", "item { id }", **item)
    await shop.owner.do("recordPayment", itemId=made["id"], amount="2")
    return str(made["id"])


def test_every_create_that_takes_an_id_has_a_case() -> None:
    """JB2: a new create must be proven here, too."""
    mutation_type = build_schema()._schema.mutation_type
    assert mutation_type is not None
    taking = set()
    for name, field in mutation_type.fields.items():
        given = get_named_type(field.args["input"].type)
        assert isinstance(given, GraphQLInputObjectType)
        if "id" in given.fields and name not in portal_mutations():  # tests/portal has those
            taking.add(name)
    assert taking == set(CASES)


@EVERY
async def test_the_same_create_again_is_answered_with_the_same_thing_and_makes_nothing(
    shop: Shop, database: Database, mutation: str
) -> None:
    """JB2: the same id with the same content is the same create, answered again."""
    case, given = await prepared(shop, mutation)
    selection = f"{case.thing} {{ id }}"
    assert await shop.owner.do(mutation, selection, **given) == {"id": given["id"]}
    before = await digest(database)
    assert await shop.owner.do(mutation, selection, **given) == {"id": given["id"]}
    assert await digest(database) == before


@EVERY
async def test_the_same_id_with_other_content_is_refused(shop: Shop, database: Database, mutation: str) -> None:
    """JB2: with other content it is refused."""
    case, given = await prepared(shop, mutation)
    await shop.owner.do(mutation, **given)
    before = await digest(database)
    assert await shop.owner.code(mutation, **{**given, **case.other}) == ("ID_TAKEN", ["input", "id"])
    assert await digest(database) == before


@EVERY
async def test_what_has_not_the_form_of_an_id_is_refused(shop: Shop, database: Database, mutation: str) -> None:
    """JB2: the same format as the application's own ids, with the prefix of the type."""
    case, given = await prepared(shop, mutation)
    own = given["id"]
    wrong = ["", "1", f"{case.prefix}_", new_id("other"), own.upper(), own[:-1], f"{own}0", f" {own}", f"{own}\n"]
    wrong += [f"{case.prefix}_{'0' * 32}", f"{case.prefix}_{'x' * 10_001}", "' OR 1=1 --"]
    before = await digest(database)
    for text in wrong:
        assert await shop.owner.code(mutation, **{**given, "id": text}) == ("INVALID", ["input", "id"]), text
    assert await digest(database) == before


@EVERY
async def test_the_same_create_many_times_at_once_makes_one_thing(
    shop: Shop, database: Database, mutation: str
) -> None:
    """JB2: whichever of equal creates comes first makes the thing; the others answer with it."""
    case, given = await prepared(shop, mutation)
    calls = (shop.owner.payload(mutation, f"it: {case.thing} {{ id }}", **given) for _ in range(6))
    answers = await together(*calls)
    assert [(answer["it"], answer["errors"]) for answer in answers] == [({"id": given["id"]}, [])] * 6
    assert await database.value("SELECT count(*) FROM creates WHERE id = $1", given["id"]) == 1


@EVERY
async def test_an_id_that_another_firm_uses_is_refused(api: Api, shop: Shop, database: Database, mutation: str) -> None:
    """JB2: ids are unique in the whole API; the other firm's thing stays as it is."""
    _, given = await prepared(shop, mutation)
    await shop.owner.do(mutation, **given)
    other = await open_shop(api)
    _, theirs = await prepared(other, mutation)
    before = await digest(database)
    assert await other.owner.code(mutation, **{**theirs, "id": given["id"]}) == ("ID_TAKEN", ["input", "id"])
    assert await digest(database) == before


@EVERY
async def test_an_id_that_the_application_gave_is_refused(shop: Shop, database: Database, mutation: str) -> None:
    """JB2: a create without an id takes no other create for its own."""
    case, given = await prepared(shop, mutation)
    given.pop("id")
    made = await shop.owner.do(mutation, f"{case.thing} {{ id }}", **given)
    before = await digest(database)
    assert await shop.owner.code(mutation, **{**given, "id": made["id"]}) == ("ID_TAKEN", ["input", "id"])
    assert await digest(database) == before


def _blank(given: Json) -> tuple[Json, str, list[str]]:
    """A text of the input that says nothing, or an amount that is none; the code for it, and the path to it."""
    if "config" in given:
        return {"config": {"addComment": {"text": " "}}}, "REQUIRED", ["config", "addComment", "text"]
    for several in ("jobs", "jobIds"):
        if several in given:
            job: Json | str = {"jobId": "job_1", "expect": {"version": 1}} if several == "jobs" else "job_1"
            return {several: [job] * 1001}, "TOO_MANY", [several]
    if "amount" in given:
        return {"amount": "0"}, "INVALID", ["amount"]
    if "minutes" in given:
        return {"minutes": 0}, "INVALID", ["minutes"]
    if "note" in given:
        return {"note": "x" * 1_001}, "TOO_LONG", ["note"]
    text = next(field for field in ("title", "text", "name") if field in given)
    return {text: " "}, "REQUIRED", [text]


@EVERY
async def test_a_refused_create_leaves_its_id_free(shop: Shop, mutation: str) -> None:
    """JB2: an id counts as used only when something was made with it."""
    case, given = await prepared(shop, mutation)
    blank, code, path = _blank(given)
    assert await shop.owner.code(mutation, **{**given, **blank}) == (code, ["input", *path])
    assert await shop.owner.do(mutation, f"{case.thing} {{ id }}", **given) == {"id": given["id"]}


async def test_null_for_an_id_means_that_the_application_makes_one(shop: Shop) -> None:
    """JB2: the id is optional."""
    made = await shop.owner.do("createTag", "tag { id }", id=None, name="VIP")
    assert made["id"].startswith("tag_")


REMOVALS = {
    "createAccountRole": ("deleteAccountRole", "accountRoleId"),
    "createClientStatus": ("deleteClientStatus", "clientStatusId"),
    "createContact": ("deleteContact", "contactId"),
    "createEmailTemplate": ("deleteEmailTemplate", "templateId"),
    "createJobStatus": ("deleteJobStatus", "statusId"),
    "createPipeline": ("deletePipeline", "pipelineId"),
    "createStage": ("deleteStage", "stageId"),
    "createSubtask": ("deleteSubtask", "subtaskId"),
    "createTag": ("deleteTag", "tagId"),
    "createTaskTemplate": ("deleteTaskTemplate", "taskTemplateId"),
    "duplicateTemplate": ("deleteTaskTemplate", "taskTemplateId"),
    "createTimeEntry": ("deleteTimeEntry", "timeEntryId"),
    "startTimer": ("deleteTimeEntry", "timeEntryId"),
}


@pytest.mark.parametrize("mutation", sorted(REMOVALS))
async def test_a_late_repetition_does_not_bring_back_what_was_deleted(
    shop: Shop, database: Database, mutation: str
) -> None:
    """JB2: the create was done, and its thing is gone since: the client is told so."""
    _, given = await prepared(shop, mutation)
    await shop.owner.do(mutation, **given)
    removal, key = REMOVALS[mutation]
    await shop.owner.do(removal, **{key: given["id"]})
    before = await digest(database)
    assert await shop.owner.code(mutation, **given) == ("NOT_FOUND", ["input", "id"])
    assert await digest(database) == before


async def repeated(client: Client, mutation: str, thing: str, given: Json) -> None:
    """Asserts that a create that was done is answered again."""
    payload = await client.payload(mutation, f"it: {thing} {{ id }}", **given)
    assert (payload["it"], payload["errors"]) == ({"id": given["id"]}, [])


async def test_a_job_is_answered_again_whatever_happened_since(api: Api, shop: Shop, database: Database) -> None:
    """JB2: also when it could not be made any more: assignee deactivated, stage deleted, pipeline archived."""
    helper = await api.member(shop.owner)
    _, given = await prepared(shop, "createJob")
    given |= {"assigneeIds": [helper.member_id], "stageId": shop.stages[0]}
    await shop.owner.do("createJob", **given)
    await shop.owner.do("deactivateMember", memberId=helper.member_id)
    await shop.owner.do("deleteStage", stageId=shop.stages[0], moveJobsTo=shop.stages[1])
    await shop.owner.do("archivePipeline", pipelineId=shop.pipeline)
    before = await digest(database)
    await repeated(shop.owner, "createJob", "job", given)
    assert await digest(database) == before
    assert (await look(shop.owner, given["id"]))["stage"]["id"] == shop.stages[1]


async def test_a_task_is_answered_again_whatever_happened_since(api: Api, shop: Shop) -> None:
    """JB2: also when its job was archived and its assignee deactivated."""
    helper = await api.member(shop.owner)
    job = await shop.job()
    given = {"id": new_id("task"), "title": "Task", "jobId": job["id"], "assigneeIds": [helper.member_id]}
    await shop.owner.do("createTask", **given)
    await shop.owner.do("deactivateMember", memberId=helper.member_id)
    await set_state(shop.owner, job["id"], "ARCHIVED")
    await repeated(shop.owner, "createTask", "task", given)


async def test_a_subtask_is_answered_again_whatever_happened_since(shop: Shop) -> None:
    """JB2: also when its task's job was archived."""
    job = await shop.job()
    held = await task(shop.owner, jobId=job["id"])
    given = {"id": new_id("subtask"), "taskId": held, "title": "Line"}
    await shop.owner.do("createSubtask", **given)
    await set_state(shop.owner, job["id"], "ARCHIVED")
    await repeated(shop.owner, "createSubtask", "subtask", given)


async def test_a_stage_is_answered_again_whatever_happened_since(shop: Shop) -> None:
    """JB2: also when its position is no more, or the pipeline is full."""
    given = {"id": new_id("stage"), "pipelineId": shop.pipeline, "name": "Last", "position": 3}
    await shop.owner.do("createStage", **given)
    await shop.owner.do("deleteStage", stageId=shop.stages[0])
    await shop.owner.do("deleteStage", stageId=shop.stages[1])
    await repeated(shop.owner, "createStage", "stage", given)


async def test_two_members_who_send_the_same_create_get_the_same_thing(api: Api, shop: Shop) -> None:
    """JB2: ids are the firm's, not a member's."""
    admin = await api.member(shop.owner, role="ADMIN")
    given = {"id": new_id("tag"), "name": "VIP"}
    first, second = await together(
        shop.owner.payload("createTag", "tag { id }", **given), admin.payload("createTag", "tag { id }", **given)
    )
    assert (codes(first), codes(second)) == ([], [])
    assert first["tag"] == second["tag"] == {"id": given["id"]}
