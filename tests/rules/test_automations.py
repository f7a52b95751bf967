"""Automations: when they run, in which order, and what the log says of it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.automations import kinds
from store.database import Database
from tests.rules.kit import digest, pipeline
from tests.support.api import Api, Client, Json, Shop
from tests.support.configs import SENDING
from tests.support.contents import item_templates
from tests.support.documents import firms_document
from tests.support.works import Works, asked, said


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


async def tag(works: Works, name: str = "VIP") -> str:
    """A new tag."""
    return str((await works.owner.do("createTag", "tag { id }", name=name))["id"])


async def test_they_run_in_the_configured_order(works: Works) -> None:
    """AU1: by their positions, not by when they were made."""
    second = works.stages[1]
    for text, position in (("Three", 0), ("One", 0), ("Two", 1)):
        await works.automate(second, said(text), position=position)
    last = await works.automate(second, said("Four"))
    job = await works.moved(second)
    assert await works.comments(job) == ["One", "Two", "Three", "Four"]
    assert await works.states(job) == ["DONE"] * 4
    await works.owner.do("updateAutomation", automationId=last, position=0)
    assert await works.comments(await works.moved(second)) == ["Four", "One", "Two", "Three"]


async def test_they_run_once_in_each_visit(works: Works) -> None:
    """AU1, MV2, MV3: another place in the column is no entry; coming back is one."""
    first, second, _ = works.stages
    await works.automate(second, said("Here"))
    job = await works.moved(second)
    other = await works.moved(second)
    await works.move(job, second, afterJobId=other)
    assert await works.comments(job) == ["Here"]
    await works.move(job, first)
    await works.move(job, second)
    assert await works.comments(job) == ["Here", "Here"]
    assert [run["visit"]["number"] for run in await works.runs(job)] == [2, 4]
    assert await works.work() == 0


async def test_a_new_job_enters_its_stage_like_any_other(works: Works) -> None:
    """MV2: making a job in a stage runs that stage's automations; stages before it are not entered."""
    first, second, third = works.stages
    for stage in works.stages:
        await works.automate(stage, said(f"In {stage}"))
    assert await works.comments(await works.job(stageId=second)) == [f"In {second}"]
    job = await works.job()
    await works.move(job, third)
    assert await works.comments(job) == [f"In {first}", f"In {third}"]


async def test_what_they_change_comes_with_the_move(works: Works) -> None:
    """AU1, LV2: the answer to the move shows it all, and it is one event."""
    second, vip = works.stages[1], await tag(works)
    await works.automate(second, {"updateTags": {"addTagIds": [vip]}})
    await works.automate(second, {"setPriority": {"priority": "URGENT"}})
    await works.automate(second, {"updateAssignees": {"addMemberIds": [works.owner.member_id]}})
    await works.automate(second, asked("Call them"))
    job, seq = await works.job(), await works.database.value("SELECT seq FROM event_heads")
    shown = "job { priority assignees { id } account { tags { id } } tasks { nodes { title } } }"
    given = {"jobId": job, "stageId": second, "expect": {"version": 1}}
    assert await works.owner.do("moveJob", shown, **given) == {
        "priority": "URGENT",
        "assignees": [{"id": works.owner.member_id}],
        "account": {"tags": [{"id": vip}]},
        "tasks": {"nodes": [{"title": "Call them"}]},
    }
    assert await works.database.value("SELECT seq FROM event_heads") == seq + 1
    assert await works.due() == 0


async def test_the_move_and_what_it_sets_going_are_there_together_or_not_at_all(
    works: Works, database: Database
) -> None:
    """AU1: a transaction that fails at its very end leaves neither."""
    await works.automate(works.stages[1], asked("Call them"))
    job = await works.job()
    before = await digest(database)
    given = {"jobId": job, "stageId": works.stages[1], "expect": {"version": 1}}
    async with works.trouble("events", "FALSE"):
        answer = await works.owner.answer("mutation ($i: MoveJobInput!) { moveJob(input: $i) { job { id } } }", i=given)
        assert answer["data"] is None
    assert await digest(database) == before
    await works.owner.do("moveJob", **given)
    assert [task["title"] for task in (await works.look(job))["tasks"]] == ["Call them"]


async def test_a_condition_is_read_when_its_automation_is_about_to_run(works: Works) -> None:
    """CN3, AU3: a tag that an earlier one sets counts, one that a later one sets does not; the log says why."""
    second, third, vip = *works.stages[1:], await tag(works)
    for stage, position in ((second, None), (third, 0)):
        await works.automate(stage, {"updateTags": {"addTagIds": [vip]}})
        await works.automate(stage, said("A VIP"), condition={"tags": [vip]}, position=position)
    job = await works.moved(second)
    assert await works.states(job) == ["DONE", "DONE"]
    assert await works.comments(job) == ["A VIP"]
    await works.owner.do("updateAccount", accountId=works.shop.account, removeTagIds=[vip])
    job = await works.moved(third)
    skipped, done = await works.runs(job)
    assert (skipped["state"], skipped["reason"]) == ("SKIPPED", "The account lacks the tag VIP.")
    assert (skipped["attempts"], skipped["startedAt"]) == (0, None)
    assert skipped["finishedAt"] == done["finishedAt"] == works.now.isoformat()
    assert (done["state"], await works.comments(job)) == ("DONE", [])


async def test_the_run_log_says_who_set_it_going_when_and_what_it_made(works: Works) -> None:
    """AU3: "why did this fire?" has an answer."""
    automation = await works.automate(works.stages[1], asked("Call them"))
    colleague = works.timed(await works.api.member(works.owner, role="ADMIN"))
    job = await works.job()
    given = {"jobId": job, "stageId": works.stages[1], "expect": {"version": 1}, "clientMutationId": "mine"}
    await colleague.do("moveJob", **given)
    run, task = await works.run(job), (await works.look(job))["tasks"][0]
    at = works.now.isoformat()
    assert run == {
        "id": run["id"],
        "state": "DONE",
        "reason": None,
        "attempts": 1,
        "dueAt": None,
        "createdAt": at,
        "startedAt": at,
        "finishedAt": at,
        "automation": {"id": automation, "kind": "CREATE_TASK"},
        "visit": {"number": 2, "stage": {"id": works.stages[1]}},
        "cause": {
            "kind": "MEMBER",
            "actor": {"id": colleague.member_id},
            "automation": None,
            "clientMutationId": "mine",
        },
        "made": [{"__typename": "Task", "id": task["id"]}],
    }


async def test_history_names_the_automation_and_who_set_it_going(works: Works) -> None:
    """AU5, JB3: what an automation did is told as its doing, with the initiator on record."""
    automation = await works.automate(works.stages[1], {"setPriority": {"priority": "HIGH"}})
    job = await works.moved(works.stages[1])
    document = """query ($id: ID!) { job(id: $id) { history { nodes { action cause {
        kind automation { id } actor { ... on Member { id } } } } } } }"""
    entries = (await works.owner.query(document, id=job))["job"]["history"]["nodes"]
    actor = {"id": works.owner.member_id}
    assert [(entry["action"], entry["cause"]) for entry in entries[:2]] == [
        ("UPDATED", {"kind": "AUTOMATION", "automation": {"id": automation}, "actor": actor}),
        ("MOVED", {"kind": "MEMBER", "automation": None, "actor": actor}),
    ]


async def test_edits_act_from_the_next_entry_on(works: Works) -> None:
    """PL4: jobs in the stage go on with what began when they entered."""
    second, hour = works.stages[1], {"span": {"amount": 1, "unit": "HOURS"}}
    old = await works.automate(second, said("Old"), delay=hour)
    job = await works.moved(second)
    await works.owner.do("updateAutomation", automationId=old, config=said("New"), delay=None)
    await works.automate(second, said("More"))
    assert await works.comments(job) == []
    assert await works.comments(await works.moved(second)) == ["New", "More"]
    works.wait(hours=1)
    await works.work()
    assert await works.comments(job) == ["Old"]


async def test_what_a_deleted_one_has_begun_goes_on(works: Works) -> None:
    """PL4: it runs no more for who enters; its turns stay in the log, without it."""
    second, hour = works.stages[1], {"span": {"amount": 1, "unit": "HOURS"}}
    gone = await works.automate(second, said("Last words"), delay=hour)
    stays = await works.automate(second, said("Still here"))
    job = await works.moved(second)
    assert await works.owner.do("deleteAutomation", "pipeline { id }", automationId=gone) == {"id": works.shop.pipeline}
    assert await works.comments(await works.moved(second)) == ["Still here"]
    works.wait(hours=1)
    await works.work()
    assert await works.comments(job) == ["Still here", "Last words"]
    assert [run["automation"] for run in await works.runs(job)] == [None, {"id": stays, "kind": "ADD_COMMENT"}]
    document = "query ($id: ID!) { pipeline(id: $id) { stages { automations { id position } } } }"
    found = (await works.owner.query(document, id=works.shop.pipeline))["pipeline"]["stages"]
    assert found[1] == {"automations": [{"id": stays, "position": 0}]}


async def test_what_they_name_is_not_deleted_while_they_are_there(works: Works, database: Database) -> None:
    """PL4: by their configuration or their condition; free again once they, their stage or their pipeline is gone."""
    other, stages = await pipeline(works.owner, "A", "B", "C", "D")
    vip, places = await tag(works), [works.stages[1], *stages[:3]]
    named = [await works.automate(stage, {"updateTags": {"addTagIds": [vip]}}) for stage in places[::2]]
    named += [await works.automate(stage, said("A VIP"), condition={"tags": [vip]}) for stage in places[1::2]]
    before = await digest(database)
    [error] = await works.owner.refused("deleteTag", tagId=vip)
    assert (error["code"], error["total"]) == ("IN_USE", 4)
    assert sorted(one["id"] for one in error["usedBy"]) == sorted(named)
    assert await digest(database) == before
    await works.owner.do("deleteStage", stageId=stages[0])
    [error] = await works.owner.refused("deleteTag", tagId=vip)
    assert error["total"] == 3
    await works.owner.do("deletePipeline", pipelineId=other)
    [error] = await works.owner.refused("deleteTag", tagId=vip)
    assert error["total"] == 1
    await works.owner.do("deleteAutomation", automationId=named[0])
    await works.owner.do("deleteTag", tagId=vip)


async def test_no_automation_runs_for_a_stage_that_is_deleted(works: Works) -> None:
    """PL3, MV1: its jobs go to the target quietly."""
    await works.automate(works.stages[2], said("Entered"))
    job = await works.moved(works.stages[1])
    await works.owner.do("deleteStage", stageId=works.stages[1], moveJobsTo=works.stages[2])
    assert (await works.look(job))["stage"] == {"id": works.stages[2]}
    assert (await works.runs(job), await works.due()) == ([], 0)


TAGGING = "MANAGE_ACCOUNTS"
KINDS: list[tuple[str, Json, str | None]] = [
    ("UPDATE_TAGS", {"updateTags": {"clear": True}}, TAGGING),
    ("CALL_WEBHOOK", {"callWebhook": {"url": "https://hooks.example.com/jobs"}}, "MANAGE_INTEGRATIONS"),
    ("UPDATE_ACCOUNT_ACCESS", {"updateAccountAccess": {"addMemberIds": []}}, None),
    ("SEND_EMAIL", {"sendEmail": {"templateId": ""}}, "MANAGE_TEMPLATES"),
    ("SHARE_DOCUMENT", {"shareDocument": {"documentIds": [""]}}, "MANAGE_DOCUMENTS"),
    ("SEND_ORGANIZER", {"sendOrganizer": {"templateId": ""}}, "MANAGE_ORGANIZERS"),
    ("CREATE_INVOICE", {"createInvoice": {"templateId": ""}}, "MANAGE_INVOICES"),
    ("SEND_PROPOSAL", {"sendProposal": {"templateId": ""}}, "MANAGE_PROPOSALS"),
    ("REQUEST_SIGNATURE", {"requestSignature": {"templateId": ""}}, "MANAGE_DOCUMENTS"),
    ("REQUEST_DOCUMENTS", {"requestDocuments": {"templateId": ""}}, "MANAGE_DOCUMENTS"),
    ("REQUEST_APPROVAL", {"requestApproval": {"templateId": ""}}, "MANAGE_DOCUMENTS"),
]
"""Kinds that take more than editing the pipeline: a right, or an owner or admin."""


def test_every_kind_that_takes_more_is_tried() -> None:
    """AU5: a new kind with a right of its own fails here until it is tried below."""
    more = {(kind.name, kind.right) for kind in kinds().values() if kind.right or kind.managers_only}
    assert {(name, right) for name, _, right in KINDS} == more


@pytest.mark.parametrize(("kind", "config", "right"), KINDS, ids=lambda part: part if isinstance(part, str) else "")
async def test_each_kind_takes_its_right_to_be_configured(
    works: Works, database: Database, kind: str, config: Json, right: str | None
) -> None:
    """AU5: to make one, edit it, delete it by itself or with its place; MANAGE_PIPELINES alone does for the others."""
    config = await completed(works, config)
    editor = await works.api.member(works.owner, rights=["MANAGE_PIPELINES"])
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, addAvailableToIds=[editor.member_id])
    made = await works.automate(works.stages[1], config)
    calls: list[tuple[str, Json]] = [
        ("createAutomation", {"stageId": works.stages[1], "config": config}),
        ("updateAutomation", {"automationId": made, "config": config}),
        ("updateAutomation", {"automationId": made, "condition": {"priority": ["LOW"]}}),
        ("deleteAutomation", {"automationId": made}),
        ("deleteStage", {"stageId": works.stages[1]}),
        ("deletePipeline", {"pipelineId": works.shop.pipeline}),
    ]
    before = await digest(database)
    for mutation, given in calls:
        [error] = await editor.refused(mutation, **given)
        assert (error["code"], error["right"]) == ("FORBIDDEN", right), (kind, mutation)
    assert await digest(database) == before
    given = {"addRights": [right]} if right else {"role": "ADMIN"}
    await works.owner.do("updateMemberAccess", memberId=editor.member_id, **given)
    for mutation, given in calls:
        await editor.do(mutation, **given)


async def completed(works: Works, config: Json) -> Json:
    """The configuration, with ids of what there is."""
    match config:
        case {"sendEmail": _}:
            given = {"name": "Hello", "subject": "Hello", "text": "Hello", "html": "<p>Hello</p>"}
            made = await works.owner.do("createEmailTemplate", "template { id }", **given)
            return {"sendEmail": {"templateId": made["id"]}}
        case {"shareDocument": _}:
            return {"shareDocument": {"documentIds": [await firms_document(works.database, works.shop.account)]}}
        case {"updateAccountAccess": _}:
            return {"updateAccountAccess": {"addMemberIds": [works.owner.member_id]}}
    [kind] = config
    if kind in SENDING:
        document = await firms_document(works.database, works.shop.account)
        return {kind: {"templateId": (await item_templates(works.owner, {"doc": document}))[f"itemtemplate_{kind}"]}}
    return config


async def test_it_runs_as_the_system_whoever_sets_it_going(works: Works) -> None:
    """AU5: an employee who could not set tags moves a job into a stage that does."""
    vip = await tag(works)
    await works.automate(works.stages[1], {"updateTags": {"addTagIds": [vip]}})
    mover = works.timed(await works.api.member(works.owner, accounts=[works.shop.account]))
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, addAvailableToIds=[mover.member_id])
    refused = await mover.refused("updateAccount", accountId=works.shop.account, addTagIds=[vip])
    assert refused[0]["code"] == "FORBIDDEN"
    job = await works.job()
    await mover.do("moveJob", jobId=job, stageId=works.stages[1], expect={"version": 1})
    assert (await works.look(job))["account"] == {"tags": [{"id": vip}]}
    assert (await works.run(job))["cause"]["actor"] == {"id": mover.member_id}


async def test_configuring_is_in_the_audit_log(works: Works) -> None:
    """AC7: who made, changed and deleted which automation."""
    made = await works.automate(works.stages[1], said("Hello"))
    await works.owner.do("updateAutomation", automationId=made, config=said("Hi"))
    await works.owner.do("deleteAutomation", automationId=made)
    rows = await works.database.rows("SELECT action, actor_id FROM audit WHERE subject_id = $1 ORDER BY n", made)
    actions = ["automation.created", "automation.updated", "automation.deleted"]
    assert [(row["action"], row["actor_id"]) for row in rows] == [(action, works.owner.member_id) for action in actions]


async def test_an_edit_that_changes_nothing_is_none(works: Works, database: Database) -> None:
    """API1: no version, no event, no line in the audit log."""
    made = await works.automate(works.stages[1], said("Hello"), condition={"priority": ["LOW"]})
    before = await digest(database)
    for given in ({"config": said("Hello")}, {"condition": {"priority": ["LOW"]}}, {"position": 0}, {"delay": None}):
        await works.owner.do("updateAutomation", automationId=made, **given)
    assert await digest(database) == before


async def test_a_status_that_is_not_enabled_takes_no_automations(works: Works, database: Database) -> None:
    """PL2, AM4: nor does a built-in one."""
    made = await works.owner.do("createJobStatus", "status { id }", name="Elsewhere")
    built_in = [one["id"] for one in (await works.owner.query("{ jobStatuses { id state } }"))["jobStatuses"]]
    before = await digest(database)
    for status in {made["id"], *built_in}:
        given: dict[str, Any] = {"pipelineId": works.shop.pipeline, "statusId": status, "config": said("Hello")}
        assert await works.owner.code("createAutomation", **given) == ("NOT_ENABLED", ["input", "statusId"])
    assert await digest(database) == before


async def shown(client: Client, pipeline_id: str) -> Json:
    """The automations of a pipeline as somebody sees them."""
    document = """query ($id: ID!) { pipeline(id: $id) { statusAutomations { id position status { id } stage { id } }
        stages { automations { position kind config { __typename ... on CreateTaskConfig {
            title description checkList priority assignees { id } assigneeRoles { id } dueAfter { amount unit } blocking
        } } condition { priority } delay { span { amount unit } until { date days } } } } } }"""
    found: Json = (await client.query(document, id=pipeline_id))["pipeline"]
    return found


async def test_an_automation_shows_what_it_does(works: Works) -> None:
    """AU7: its configuration comes back as it was given, typed; no free JSON."""
    role = (await works.owner.do("createAccountRole", "accountRole { id }", name="Preparer"))["id"]
    task = {
        "title": "Call [ACCOUNT_NAME]",
        "description": "Twice",
        "checkList": "One\nTwo",
        "priority": "HIGH",
        "dueAfter": {"amount": 2, "unit": "WORKING_DAYS"},
        "blocking": False,
    }
    ids = {"assigneeIds": [works.owner.member_id], "assigneeRoleIds": [role]}
    more: Json = {"condition": {"priority": ["LOW", "HIGH"]}, "delay": {"until": {"date": "DUE_DATE", "days": -3}}}
    await works.automate(works.stages[1], {"createTask": task | ids}, **more)
    hold = await works.status()
    attached = {"pipelineId": works.shop.pipeline, "statusId": hold, "config": said("Waiting")}
    on_hold = await works.owner.do("createAutomation", "automation { id }", **attached)
    people = {"assignees": [{"id": works.owner.member_id}], "assigneeRoles": [{"id": role}]}
    found = await shown(works.owner, works.shop.pipeline)
    assert [len(stage["automations"]) for stage in found["stages"]] == [0, 1, 0]
    assert found["stages"][1]["automations"] == [
        {
            "position": 0,
            "kind": "CREATE_TASK",
            "config": {"__typename": "CreateTaskConfig", **task, **people},
            "condition": {"priority": ["LOW", "HIGH"]},
            "delay": {"span": None, "until": {"date": "DUE_DATE", "days": -3}},
        }
    ]
    assert found["statusAutomations"] == [{**on_hold, "position": 0, "status": {"id": hold}, "stage": None}]
