"""What a move would do, said without doing it (MV6)."""

from __future__ import annotations

from typing import Any

import pytest

from store.database import Database
from tests.access.digest import Unchanged
from tests.rules.kit import built_in, look, move, pipeline, set_state, status, task
from tests.rules.test_waiting import held
from tests.support.api import Api, Client, Json, Shop
from tests.support.foresight import PREVIEW, accept, foresee
from tests.support.statements import counting

DAY = {"span": {"amount": 1, "unit": "DAYS"}}
NOTHING: Json = {"stage": None, "status": None, "stages": [], "runs": [], "emails": [], "pendingItems": []}


async def automation(shop: Shop, stage_id: str, config: Json, **given: Any) -> str:
    """A new automation of a stage; answers its id."""
    made = await shop.owner.do("createAutomation", "automation { id }", stageId=stage_id, config=config, **given)
    return str(made["id"])


async def employee(api: Api, shop: Shop, **given: Any) -> Client:
    """Somebody who sees the pipeline, and the account unless others are named."""
    member = await api.member(shop.owner, **{"accounts": [shop.account], **given})
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[member.member_id])
    return member


def codes(preview: Json) -> list[str]:
    """Why a move would be refused, where nothing else is said."""
    assert {name: preview[name] for name in NOTHING} == NOTHING
    return [error["code"] for error in preview["errors"]]


async def test_it_says_which_automations_run_which_not_and_why_and_which_later(shop: Shop, database: Database) -> None:
    """MV6, CN3: in their order, with the condition that would not hold, and when what is delayed would be done."""
    stage = shop.stages[1]
    raised = await automation(shop, stage, {"setPriority": {"priority": "URGENT"}})
    skipped = await automation(shop, stage, {"addComment": {"text": "Hm"}}, condition={"priority": ["MEDIUM"]})
    delayed = await automation(shop, stage, {"createTask": {"title": "Call"}}, delay=DAY)
    job = (await shop.job())["id"]
    async with Unchanged(database):
        told = await foresee(shop.owner, job, stage)
    due = told["runs"][2].pop("dueAt")
    assert told["runs"] == [
        {
            "automation": {"id": raised, "kind": "SET_PRIORITY"},
            "stage": {"id": stage},
            "state": "DONE",
            "reason": None,
            "dueAt": None,
        },
        {
            "automation": {"id": skipped, "kind": "ADD_COMMENT"},
            "stage": {"id": stage},
            "state": "SKIPPED",
            "reason": "The priority is URGENT, not MEDIUM.",
            "dueAt": None,
        },
        {
            "automation": {"id": delayed, "kind": "CREATE_TASK"},
            "stage": {"id": stage},
            "state": "SCHEDULED",
            "reason": None,
        },
    ]
    assert due > (await look(shop.owner, job))["enteredStageAt"]
    assert (told["stage"], told["stages"], told["errors"], told["warnings"]) == ({"id": stage}, [{"id": stage}], [], [])


async def test_it_says_where_the_job_really_ends_up(shop: Shop, database: Database) -> None:
    """MV6, CN2, PL7: on through a stage that waits for nothing, past one whose condition fails, to be completed."""
    names = ("Start", "Through", "Passed over", "End")
    main, stages = await pipeline(shop.owner, *names)
    await shop.owner.do("updateStage", stageId=stages[1], automove="WHEN_ITEMS_DONE_OR_NONE")
    await shop.owner.do("updateStage", stageId=stages[2], condition={"priority": ["URGENT"]})
    await shop.owner.do("updateStage", stageId=stages[3], completion="ON_ENTRY")
    job = (await shop.job(pipelineId=main))["id"]
    async with Unchanged(database):
        told = await foresee(shop.owner, job, stages[1])
    assert told["stages"] == [{"id": stages[1]}, {"id": stages[3]}]
    assert (told["stage"], told["status"]["state"]) == ({"id": stages[3]}, "COMPLETED")
    await move(shop.owner, job, stages[1])
    await accept(database)
    moved = await look(shop.owner, job)
    assert (moved["stage"]["id"], moved["status"]["state"]) == (stages[3], "COMPLETED")


async def test_it_does_not_fail_for_want_of_a_choice_but_lists_what_is_open(shop: Shop, database: Database) -> None:
    """MV5, MV6: what is not decided is listed, and counts as kept; the move itself is refused with the same list."""
    job = (await shop.job())["id"]
    items = [await task(shop.owner, f"Task {n}", jobId=job) for n in range(3)]
    await task(shop.owner, "In nobody's way", jobId=job, blocking=False)
    one = [{"itemId": items[1], "choice": "COMPLETE"}]
    async with Unchanged(database):
        assert (await foresee(shop.owner, job, shop.stages[1]))["pendingItems"] == [{"id": item} for item in items]
        told = await foresee(shop.owner, job, shop.stages[1], pendingItemChoices=one)
        assert (told["pendingItems"], told["errors"]) == ([{"id": items[0]}, {"id": items[2]}], [])
        for choice in ("KEEP", "COMPLETE", "CANCEL"):
            assert (await foresee(shop.owner, job, shop.stages[1], pendingItems=choice))["pendingItems"] == []
        given = {"jobId": job, "stageId": shop.stages[1], "expect": {"version": 1}, "pendingItemChoices": one}
        [error] = await shop.owner.refused("moveJob", **given)
        assert error["items"] == told["pendingItems"]


async def test_a_new_place_in_the_column_runs_nothing_and_asks_for_nothing(shop: Shop) -> None:
    """MV3: the job stays where it is."""
    await automation(shop, shop.stages[0], {"addComment": {"text": "Again"}})
    job = (await shop.job())["id"]
    await task(shop.owner, jobId=job)
    told = await foresee(shop.owner, job, shop.stages[0])
    active = {"id": await built_in(shop.owner, "ACTIVE"), "state": "ACTIVE"}
    assert told == {**NOTHING, "stage": {"id": shop.stages[0]}, "status": active, "warnings": [], "errors": []}


async def test_it_says_who_would_be_written_to(shop: Shop, api: Api, database: Database) -> None:
    """MV6, AU8: shortcodes filled in; also for a job that is made by the way; to nobody who may not know the client."""
    owner, stage = shop.owner, shop.stages[1]
    given = {"name": "Ann", "email": "ann@client.test", "accountIds": [shop.account]}
    ann = (await owner.do("createContact", "contact { id }", **given))["id"]
    given = {"name": "Begun", "subject": "[JOB_NAME] is in [STAGE_NAME]", "text": "Dear [CONTACT_FIRST_NAME]"}
    template = (await owner.do("createEmailTemplate", "template { id }", **given))["id"]
    other, stages = await pipeline(owner, "Other", "End")
    await automation(shop, stage, {"sendEmail": {"templateId": template}})
    await automation(shop, stage, {"createJob": {"pipelineId": other, "name": "Made"}})
    await automation(shop, stages[0], {"sendEmail": {"templateId": template, "memberIds": [owner.member_id]}})
    worker = await employee(api, shop, accounts=[])
    job = (await shop.job("Tax", assigneeIds=[worker.member_id]))["id"]
    async with Unchanged(database):
        told = await foresee(owner, job, stage)
        assert (await foresee(worker, job, stage)) == {**told, "emails": []}
    to_ann = {"toName": "Ann", "toAddress": "ann@client.test", "text": "Dear Ann", "held": True}
    to_owner = {"toName": "Owner 1", "toAddress": "owner1@firm.test", "held": False, "contact": None}
    assert told["emails"] == [
        {**to_ann, "subject": "Tax is in Second", "contact": {"id": ann}, "member": None},
        {**to_ann, "subject": "Made is in Other", "contact": {"id": ann}, "member": None},
        {**to_owner, "subject": "Made is in Other", "text": "Dear Ann", "member": {"id": owner.member_id}},
    ]
    assert [run["state"] for run in told["runs"]] == ["HELD", "DONE"]
    await owner.do("updateFirm", holdsClientMail=False)
    told = await foresee(owner, job, stage)
    assert ([email["held"] for email in told["emails"]], told["runs"][0]["state"]) == ([False] * 3, "DONE")


async def test_what_leaves_the_firm_counts_as_accepted(shop: Shop, database: Database) -> None:
    """MV6, AM2: a stage that waits for a call of a webhook goes on once that was made; nothing is called."""
    stage = shop.stages[1]
    await shop.owner.do("updateStage", stageId=stage, automove="WHEN_ITEMS_DONE_OR_NONE")
    await automation(shop, stage, {"callWebhook": {"url": "https://hooks.example.com/jobs"}})
    job = (await shop.job())["id"]
    async with Unchanged(database):
        told = await foresee(shop.owner, job, stage)
    assert (told["runs"][0]["state"], told["stage"]) == ("DONE", {"id": shop.stages[2]})


async def test_skipping_automations_is_foreseen_too(shop: Shop, api: Api, database: Database) -> None:
    """MV7: for who has the right to."""
    await automation(shop, shop.stages[1], {"addComment": {"text": "Hello"}})
    plain, job = await employee(api, shop), (await shop.job())["id"]
    async with Unchanged(database):
        told = await foresee(shop.owner, job, shop.stages[1], skipAutomations=True)
        refused = await foresee(plain, job, shop.stages[1], skipAutomations=True)
    assert [(run["state"], run["reason"]) for run in told["runs"]] == [("SKIPPED", "Skipped by who moved the job.")]
    assert codes(refused) == ["FORBIDDEN"]
    assert refused["errors"][0]["right"] == "SKIP_AUTOMATIONS"


async def test_it_warns_of_what_the_move_warns_of(shop: Shop) -> None:
    """PL2: a full stage, where the pipeline only warns."""
    await shop.owner.do("updateStage", stageId=shop.stages[1], jobLimit=1)
    await shop.job(stageId=shop.stages[1])
    job = (await shop.job())["id"]
    warnings = (await foresee(shop.owner, job, shop.stages[1]))["warnings"]
    assert [(one["code"], one["path"]) for one in warnings] == [("OVER_LIMIT", ["input", "stageId"])]


async def test_a_refused_move_is_refused_in_the_preview_in_the_same_words(shop: Shop, database: Database) -> None:
    """MV6, API1: the errors are those of the mutation, typed alike."""
    owner, stage = shop.owner, shop.stages[1]
    job, archived = (await shop.job())["id"], (await shop.job("Old"))["id"]
    await set_state(owner, archived, "ARCHIVED")
    gone, stages = await pipeline(owner)
    await owner.do("archivePipeline", pipelineId=gone)
    await owner.do("updateStage", stageId=stage, jobLimit=1)
    await owner.do("updatePipeline", pipelineId=shop.pipeline, blocksOverLimit=True)
    await shop.job(stageId=stage)
    now = {"expect": {"stageId": shop.stages[0]}}
    moves: list[tuple[str, Json]] = [
        ("CONFLICT", {"jobId": job, "stageId": shop.stages[2], "expect": {"version": 7}}),
        ("ARCHIVED", {"jobId": archived, "stageId": shop.stages[2], **now}),
        ("ARCHIVED", {"jobId": job, "stageId": stages[0], **now}),
        ("OVER_LIMIT", {"jobId": job, "stageId": stage, **now}),
        ("NOT_IN_STAGE", {"jobId": job, "stageId": shop.stages[2], "afterJobId": archived, **now}),
        ("NOT_FOUND", {"jobId": gone, "stageId": shop.stages[2], **now}),
        ("NOT_FOUND", {"jobId": job, "stageId": job, **now}),
        (
            "NOT_FOUND",
            {"jobId": job, "stageId": shop.stages[2], "pendingItemChoices": [{"itemId": job, "choice": "KEEP"}], **now},
        ),
    ]
    async with Unchanged(database):
        for code, given in moves:
            told = (await owner.query(PREVIEW, input=given))["previewMove"]
            assert codes(told) == [code]
            assert told["errors"] == await owner.refused("moveJob", **given)


async def test_what_one_may_not_see_is_not_foreseen(shop: Shop, api: Api, database: Database) -> None:
    """AC4: a job of an account that one has no access to is not there."""
    stranger = await employee(api, shop, accounts=[])
    job = (await shop.job())["id"]
    given = {"expect": {"version": 1}}
    async with Unchanged(database):
        hidden = await foresee(stranger, job, shop.stages[1], **given)
        assert codes(hidden) == ["NOT_FOUND"]
        assert hidden == await foresee(stranger, "job_nothing", shop.stages[1], **given)


async def test_a_token_that_only_reads_may_ask(shop: Shop, api: Api, database: Database) -> None:
    """API5: it takes the scope READ; nobody in particular may not."""
    token = await shop.owner.do("createApiToken", "token", name="Reader", scopes=["READ"])
    reader, job = Client(api.http, token), (await shop.job())["id"]
    given = {"jobId": job, "stageId": shop.stages[1], "expect": {"version": 1}}
    await reader.query("{ firm { id } }")  # that a token is used is written down once
    async with Unchanged(database):
        told = (await reader.query(PREVIEW, input=given))["previewMove"]
        assert (told["stage"], told["errors"]) == ({"id": shop.stages[1]}, [])
        answer = await api.nobody.answer(PREVIEW, input=given)
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_it_waits_for_nobody_for_long(shop: Shop, api: Api, database: Database) -> None:
    """MV6: who holds the job is not waited for: BUSY, as a typed error; afterwards nothing is held."""
    job = (await shop.job())["id"]
    async with held(api, "jobs", job):
        told = await foresee(shop.owner, job, shop.stages[1])
    [error] = told["errors"]
    assert (error["__typename"], error["code"], codes(told)) == ("ValidationError", "BUSY", ["BUSY"])
    assert (await foresee(shop.owner, job, shop.stages[1]))["errors"] == []
    sql = "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = 'jobs'"
    assert await database.value(sql) == 0


async def test_a_chain_without_an_end_is_not_followed_to_it(shop: Shop, database: Database) -> None:
    """AU6: a job that makes a job that makes a job; the preview says that it stops somewhere."""
    stage = shop.stages[1]
    again = {"pipelineId": shop.pipeline, "stageId": stage, "name": "Again"}
    await automation(shop, stage, {"createJob": again})
    job = (await shop.job())["id"]
    async with Unchanged(database):
        told = await foresee(shop.owner, job, stage)
    assert (told["stage"], told["errors"]) == ({"id": stage}, [])
    assert [(one["code"], one["path"]) for one in told["warnings"]] == [("TOO_MANY", None)]


async def test_a_status_that_becomes_active_is_foreseen(shop: Shop) -> None:
    """MV8: in a pipeline in which it is not enabled."""
    on_hold, job = await status(shop.owner, "On hold", shop.pipeline), (await shop.job())["id"]
    await shop.owner.do("setJobStatus", jobId=job, statusId=on_hold)
    _, stages = await pipeline(shop.owner)
    assert (await foresee(shop.owner, job, stages[1]))["status"]["state"] == "ACTIVE"
    assert (await foresee(shop.owner, job, shop.stages[1]))["status"] == {"id": on_hold, "state": "CUSTOM"}


async def test_it_is_not_asked_for_together_with_a_board(shop: Shop) -> None:
    """A board is read at one instant, which a preview would hold open: the field is refused, the board is there."""
    job = (await shop.job())["id"]
    document = """query ($id: ID!, $input: MoveJobInput!) { board(pipelineId: $id) { cursor }
        previewMove(input: $input) { stage { id } } }"""
    given = {"jobId": job, "stageId": shop.stages[1], "expect": {"version": 1}}
    answer = await shop.owner.answer(document, id=shop.pipeline, input=given)
    [error] = answer["errors"]
    assert (error["path"], error["extensions"]) == (["previewMove"], {"code": "INVALID", "argument": "input"})
    assert answer["data"]["previewMove"] is None
    assert answer["data"]["board"]["cursor"]


@pytest.mark.parametrize("many", [1, 9])
async def test_several_previews_in_one_operation_take_one_connection(shop: Shop, many: int) -> None:
    """One after the other: an operation takes no more than its share."""
    job = (await shop.job())["id"]
    moves = [{"jobId": job, "stageId": shop.stages[1 + n % 2], "expect": {"version": 1}} for n in range(many)]
    variables = ", ".join(f"$i{n}: MoveJobInput!" for n in range(many))
    fields = " ".join(f"p{n}: previewMove(input: $i{n}) {{ stage {{ id }} errors {{ code }} }}" for n in range(many))
    found = await shop.owner.query(f"query ({variables}) {{ {fields} }}", **{f"i{n}": m for n, m in enumerate(moves)})
    expected = [{"stage": {"id": given["stageId"]}, "errors": []} for given in moves]
    assert [found[f"p{n}"] for n in range(many)] == expected


async def test_what_is_shown_costs_the_same_however_much_it_is(shop: Shop, database: Database) -> None:
    """A batch for each field: ten automations are read as one is."""
    document = """query ($input: MoveJobInput!) { previewMove(input: $input) {
        runs { automation { id kind config { __typename } } stage { id name } } } }"""
    given = {"jobId": (await shop.job())["id"], "stageId": shop.stages[1], "expect": {"version": 1}}
    counts = []
    for _ in range(2):
        await automation(shop, shop.stages[1], {"addComment": {"text": "Hello"}})
        with counting(database) as statements:
            await shop.owner.query(document, input=given)
        counts.append(len([sql for sql in statements if "ARRAY" not in sql and "'Automation'" in sql]))
    assert counts == [1, 1]
