"""Client-facing statuses: what a client may see of where a job stands, independent of the job's own status."""

from __future__ import annotations

from typing import Any

import pytest

from engine.access import Viewer
from engine.errors import Refused
from engine.firm import client_statuses
from engine.firm.firms import owner_by_email
from engine.work import Caller, Work, perform
from store.database import Database
from store.ids import new_id
from tests.rules.kit import codes, digest, hidden_job, set_state, together
from tests.support.api import Api, Client, Json, Shop

SHOWN = "clientStatus { name color description version }"
CHANGES = """query ($stream: StreamInput!, $after: String!) { changes(stream: $stream, after: $after) { cursor events {
    ... on BoardEvent { changes { ... on JobUpserted { job { id clientStatus { name color } } } } } } } }"""
CARD = "id version clientStatus { id name color description }"


async def make(client: Client, name: str = "In review", **given: Any) -> str:
    """A new client-facing status; answers its id."""
    made = await client.do("createClientStatus", "clientStatus { id }", name=name, **given)
    return str(made["id"])


async def look(client: Client, job_id: str) -> Json:
    """A job with its client-facing status and history, as the client sees it now."""
    history = "history { nodes { action changes { field fromValue toValue toNodes { id } } } }"
    data = await client.query(f"query ($id: ID!) {{ job(id: $id) {{ {CARD} {history} }} }}", id=job_id)
    job: Json = data["job"]
    return job


async def owner_of(database: Database) -> Viewer:
    """The first firm's owner."""
    found = await owner_by_email(database, "owner1@firm.test")
    assert found is not None
    return found


async def test_a_client_status_has_a_name_a_colour_and_a_description(shop: Shop) -> None:
    """ST2: made, edited field by field, listed by name whatever its case."""
    made = await shop.owner.do(
        "createClientStatus", SHOWN, name="In review", color="#aabbcc", description="We read it."
    )
    expected = {"name": "In review", "color": "#aabbcc", "description": "We read it.", "version": 1}
    assert made == expected
    await make(shop.owner, "done")
    status = await make(shop.owner, "At work")
    changed = await shop.owner.do("updateClientStatus", SHOWN, clientStatusId=status, description="Soon", name="Zu tun")
    assert changed == {"name": "Zu tun", "color": None, "description": "Soon", "version": 2}
    cleared = await shop.owner.do("updateClientStatus", SHOWN, clientStatusId=status, description=None)
    assert (cleared["description"], cleared["name"]) == (None, "Zu tun")
    listed = (await shop.owner.query("{ clientStatuses { name } }"))["clientStatuses"]
    assert [one["name"] for one in listed] == ["done", "In review", "Zu tun"]


async def test_a_name_is_taken_whatever_its_case(shop: Shop, database: Database) -> None:
    """ST2: two statuses that a client could not tell apart are one too many."""
    await make(shop.owner, "In review")
    other = await make(shop.owner, "Other")
    before = await digest(database)
    taken = ("NAME_TAKEN", ["input", "name"])
    assert await shop.owner.code("createClientStatus", name="IN REVIEW") == taken
    assert await shop.owner.code("updateClientStatus", clientStatusId=other, name="in review") == taken
    assert await digest(database) == before
    await shop.owner.do("updateClientStatus", clientStatusId=other, name="OTHER")


async def test_managing_them_takes_the_right_to_manage_pipelines(api: Api, shop: Shop, database: Database) -> None:
    """AC1: whoever sees a job may set one; making, changing and deleting takes the right."""
    status = await make(shop.owner)
    plain, manager = await api.member(shop.owner), await api.member(shop.owner, rights=["MANAGE_PIPELINES"])
    before = await digest(database)
    calls: list[tuple[str, Json]] = [
        ("createClientStatus", {"name": "New"}),
        ("updateClientStatus", {"clientStatusId": status, "name": "Other"}),
        ("deleteClientStatus", {"clientStatusId": status}),
    ]
    for mutation, given in calls:
        [error] = await plain.refused(mutation, **given)
        assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_PIPELINES")
    assert await digest(database) == before
    for mutation, given in calls:
        await manager.do(mutation, **given)


async def test_a_job_gets_another_one_and_loses_it(shop: Shop) -> None:
    """ST2, MV4, JB3: the version counts up, and history keeps the names, also of what is deleted since."""
    job = (await shop.job())["id"]
    first, second = await make(shop.owner, "Received"), await make(shop.owner, "In review", color="#112233")
    for status in (first, second, None):
        await shop.owner.do("setClientStatus", jobId=job, clientStatusId=status)
    await shop.owner.do("deleteClientStatus", clientStatusId=first)
    now = await look(shop.owner, job)
    assert (now["clientStatus"], now["version"]) == (None, 4)
    entries = [entry for entry in now["history"]["nodes"] if entry["action"] == "CLIENT_STATUS_CHANGED"]
    lines = [entry["changes"] for entry in reversed(entries)]
    field = {"field": "clientStatus"}
    assert lines == [
        [field | {"fromValue": None, "toValue": "Received", "toNodes": []}],
        [field | {"fromValue": "Received", "toValue": "In review", "toNodes": [{"id": second}]}],
        [field | {"fromValue": "In review", "toValue": None, "toNodes": []}],
    ]


async def test_setting_the_one_a_job_has_changes_nothing(shop: Shop, database: Database) -> None:
    """ST2: no version, no history, no event; the same for none."""
    job, bare = (await shop.job())["id"], (await shop.job("Bare"))["id"]
    status = await make(shop.owner)
    await shop.owner.do("setClientStatus", jobId=job, clientStatusId=status)
    before = await digest(database)
    await shop.owner.do("setClientStatus", jobId=job, clientStatusId=status)
    await shop.owner.do("setClientStatus", jobId=bare, clientStatusId=None)
    assert await digest(database) == before


async def test_it_is_independent_of_the_jobs_own_status(shop: Shop) -> None:
    """ST2: completing, archiving and unarchiving a job leave what its client sees."""
    job, status = (await shop.job())["id"], await make(shop.owner)
    await shop.owner.do("setClientStatus", jobId=job, clientStatusId=status)
    for state in ("COMPLETED", "ARCHIVED", "ACTIVE"):
        await set_state(shop.owner, job, state)
        assert (await look(shop.owner, job))["clientStatus"]["id"] == status


async def test_what_makes_no_sense_is_refused(api: Api, shop: Shop, database: Database) -> None:
    """ST1, ST2, MV4, AC4: an archived job, an unknown status, nothing said, another version, a hidden job."""
    job, status = (await shop.job())["id"], await make(shop.owner)
    employee, archived = await api.member(shop.owner), (await shop.job("Old"))["id"]
    await set_state(shop.owner, archived, "ARCHIVED")
    before = await digest(database)
    calls: list[tuple[Client, Json, tuple[str, list[str]]]] = [
        (shop.owner, {"jobId": archived, "clientStatusId": status}, ("ARCHIVED", ["input", "jobId"])),
        (
            shop.owner,
            {"jobId": job, "clientStatusId": new_id("clientstatus")},
            ("NOT_FOUND", ["input", "clientStatusId"]),
        ),
        (shop.owner, {"jobId": job}, ("REQUIRED", ["input", "clientStatusId"])),
        (
            shop.owner,
            {"jobId": job, "clientStatusId": status, "expect": {"version": 7}},
            ("CONFLICT", ["input", "expect", "version"]),
        ),
        (employee, {"jobId": job, "clientStatusId": status}, ("NOT_FOUND", ["input", "jobId"])),
    ]
    for client, given, expected in calls:
        assert await client.code("setClientStatus", **given) == expected
    assert await digest(database) == before


async def test_one_that_jobs_have_is_not_deleted(api: Api, shop: Shop, database: Database) -> None:
    """PL4: refused with the true total, and those of the jobs that the viewer sees."""
    status = await make(shop.owner)
    employee = await api.member(shop.owner, rights=["MANAGE_PIPELINES"], accounts=[shop.account])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    job, hidden = await shop.job(), await hidden_job(shop)
    for one in (job, hidden):
        await shop.owner.do("setClientStatus", jobId=one["id"], clientStatusId=status)
    before = await digest(database)
    [error] = await employee.refused("deleteClientStatus", clientStatusId=status)
    assert (error["__typename"], error["code"], error["path"]) == (
        "InUseError",
        "IN_USE",
        ["input", "clientStatusId"],
    )
    assert (error["total"], error["usedBy"]) == (2, [{"id": job["id"]}])
    assert await digest(database) == before


async def test_one_that_nothing_uses_is_deleted(shop: Shop) -> None:
    """PL4: once no job has it."""
    job, status = (await shop.job())["id"], await make(shop.owner)
    await shop.owner.do("setClientStatus", jobId=job, clientStatusId=status)
    await shop.owner.do("setClientStatus", jobId=job, clientStatusId=None)
    assert await shop.owner.do("deleteClientStatus", "deletedId", clientStatusId=status) == status
    assert await shop.owner.query("{ clientStatuses { id } }") == {"clientStatuses": []}


async def test_no_job_gets_one_that_is_being_deleted(shop: Shop, database: Database) -> None:
    """PL4, ST2: setting and deleting at the same time: one of them is refused."""
    for turn in range(10):
        status, job = await make(shop.owner, f"Status {turn}"), (await shop.job())["id"]
        calls = [
            shop.owner.payload("setClientStatus", jobId=job, clientStatusId=status),
            shop.owner.payload("deleteClientStatus", clientStatusId=status),
        ]
        answers = await together(*(calls if turn % 2 else calls[::-1]))
        put_in, removed = answers if turn % 2 else answers[::-1]
        assert (codes(put_in), codes(removed)) in (([], ["IN_USE"]), (["NOT_FOUND"], []))


async def test_cards_show_a_changed_one_at_once(shop: Shop) -> None:
    """LV7: setting it, renaming it, recolouring it and taking it away reach the boards that show a job with it."""
    job = (await shop.job())["id"]
    await shop.job("Other")
    status = await make(shop.owner)
    steps: list[tuple[str, Json, Json | None]] = [
        ("setClientStatus", {"jobId": job, "clientStatusId": status}, {"name": "In review", "color": None}),
        ("updateClientStatus", {"clientStatusId": status, "name": "Read"}, {"name": "Read", "color": None}),
        ("updateClientStatus", {"clientStatusId": status, "color": "#445566"}, {"name": "Read", "color": "#445566"}),
        ("setClientStatus", {"jobId": job, "clientStatusId": None}, None),
    ]
    found = await shop.owner.query("query ($id: ID!) { board(pipelineId: $id) { cursor } }", id=shop.pipeline)
    cursor = found["board"]["cursor"]
    stream = {"board": {"pipelineId": shop.pipeline}}
    for mutation, given, shown in steps:
        await shop.owner.do(mutation, **given)
        page = (await shop.owner.query(CHANGES, stream=stream, after=cursor))["changes"]
        cursor, [event] = page["cursor"], page["events"]
        upserted = [change["job"] for change in event["changes"] if "job" in change]
        assert upserted == [{"id": job, "clientStatus": shown}]


async def test_many_jobs_get_one_in_a_constant_number_of_statements(shop: Shop, database: Database) -> None:
    """ST2: what automations call: those that have it already do not change; each of the others gets its history."""
    status = await make(shop.owner)
    jobs = [(await shop.job(f"Job {n}"))["id"] for n in range(6)]
    await shop.owner.do("setClientStatus", jobId=jobs[0], clientStatusId=status)
    caller = Caller(await owner_of(database))
    counts = {}
    for some in (jobs[:2], jobs):

        async def put(work: Work, ids: list[str]) -> int:
            rows = await work.lock_jobs(ids)
            statements: list[str] = []
            work.db.on_statement = statements.append
            await client_statuses.put(work, rows, status)
            return len(statements)

        counts[len(some)] = await perform(database, caller, put, some)
    assert len(set(counts.values())) == 1
    found = [await look(shop.owner, job) for job in jobs]
    assert {job["clientStatus"]["id"] for job in found} == {status}
    assert [job["version"] for job in found] == [2] * 6
    assert [len(job["history"]["nodes"]) for job in found] == [2] * 6


async def test_an_unknown_one_is_given_to_no_job(shop: Shop, database: Database) -> None:
    """ST2: an automation that names what is gone fails, and has changed nothing."""
    job = (await shop.job())["id"]
    caller = Caller(await owner_of(database))

    async def put(work: Work, ids: list[str]) -> None:
        await client_statuses.put(work, await work.lock_jobs(ids), new_id("clientstatus"))

    before = await digest(database)
    with pytest.raises(Refused):
        await perform(database, caller, put, [job])
    assert await digest(database) == before


async def test_a_description_takes_the_shortcodes_that_there_are(shop: Shop, database: Database) -> None:
    """ST2, AU8, PL4: an unknown one is refused when it is saved; a custom field that one names is kept."""
    field = (await shop.owner.do("createCustomField", "customField { id }", name="City", kind="TEXT"))["id"]
    text = "[JOB_NAME] for [ACCOUNT_NAME] in [ACCOUNT_CUSTOM_FIELD:City]"
    status = await make(shop.owner, description=text)
    before = await digest(database)
    refused = ("UNKNOWN_SHORTCODE", ["input", "description"])
    assert await shop.owner.code("createClientStatus", name="Other", description="[JOB_NAM]") == refused
    wrong = {"clientStatusId": status, "description": "[ACCOUNT_CUSTOM_FIELD:Town]"}
    assert await shop.owner.code("updateClientStatus", **wrong) == refused
    [error] = await shop.owner.refused("deleteCustomField", fieldId=field)
    assert (error["code"], error["usedBy"]) == ("IN_USE", [{"id": status}])
    assert await digest(database) == before
    shown = await shop.owner.do("updateClientStatus", SHOWN, clientStatusId=status, name="Still in review")
    assert shown["description"] == text
    await shop.owner.do("updateClientStatus", clientStatusId=status, description="[[JOB_NAM]]")
    await shop.owner.do("deleteCustomField", fieldId=field)


async def test_one_that_an_automation_sets_is_not_deleted(shop: Shop, database: Database) -> None:
    """PL4, AU7: refused while it is named, free once the automation is gone; jobs that enter the stage get it."""
    status = await make(shop.owner)
    config = {"setClientStatus": {"clientStatusId": status}}
    automation = await shop.owner.do("createAutomation", "automation { id }", stageId=shop.stages[1], config=config)
    before = await digest(database)
    [error] = await shop.owner.refused("deleteClientStatus", clientStatusId=status)
    assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 1, [{"id": automation["id"]}])
    assert await digest(database) == before
    job = (await shop.job())["id"]
    await shop.owner.do("moveJob", jobId=job, stageId=shop.stages[1], expect={"version": 1})
    assert (await look(shop.owner, job))["clientStatus"]["id"] == status
    await shop.owner.do("setClientStatus", jobId=job, clientStatusId=None)
    await shop.owner.do("deleteAutomation", automationId=automation["id"])
    await shop.owner.do("deleteClientStatus", clientStatusId=status)
