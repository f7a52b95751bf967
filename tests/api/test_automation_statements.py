"""How many SQL statements automations take: to be shown, and to be done for many jobs at once."""

from __future__ import annotations

from typing import Any

import pytest

from engine.automations import kinds
from store.database import Database
from tests.rules.kit import pipeline
from tests.support.api import Api, Json, Shop
from tests.support.configs import camel, configs
from tests.support.contents import item_templates
from tests.support.documents import firms_document
from tests.support.statements import counting
from tests.support.works import Works

CONDITION: Json = {"all": [{"priority": ["LOW", "HIGH"]}, {"not": {"priority": ["URGENT"]}}]}
NAMED = "id name"
AUTOMATION = f"""id kind position delay {{ span {{ amount unit }} }}
    condition {{ all {{ priority tags {{ id }} not {{ priority }} }} }} stage {{ id }} status {{ id }}
    config {{
        ... on CreateTaskConfig {{ title assignees {{ {NAMED} }} assigneeRoles {{ {NAMED} }} }}
        ... on CreateJobConfig {{ pipeline {{ {NAMED} }} stage {{ {NAMED} }} template {{ id }} }}
        ... on NotifyMembersConfig {{ members {{ {NAMED} }} roles {{ {NAMED} }} }}
        ... on SetJobStatusConfig {{ status {{ {NAMED} }} }}
        ... on SetClientStatusConfig {{ clientStatus {{ {NAMED} }} }}
        ... on UpdateTagsConfig {{ addTags {{ {NAMED} }} removeTags {{ {NAMED} }} }}
        ... on SendEmailConfig {{ template {{ {NAMED} }} members {{ {NAMED} }} }}
    }}"""
PIPELINE = f"""query ($id: ID!) {{ pipeline(id: $id) {{
    statusAutomations {{ {AUTOMATION} }}
    stages {{ automove timeLimit {{ amount }} automations {{ {AUTOMATION} }} }} }} }}"""
RUNS = f"""query ($ids: [ID!]) {{ jobs(filter: {{ ids: $ids }}, first: 50) {{ nodes {{ stageDueAt stageOverdue
    visits(first: 3) {{ nodes {{ dueAt overdue }} }}
    runs(first: 20) {{ totalCount nodes {{ id state reason attempts dueAt
        job {{ id }} visit {{ id stage {{ id }} }} automation {{ {AUTOMATION} }} made {{ id ... on Task {{ title }} }}
        cause {{ kind actor {{ ... on Member {{ {NAMED} }} }} automation {{ id kind }} }} }} }} }} }} }}"""
LATEST = "query ($n: Int) { automationRuns(first: $n) { totalCount nodes { job { id } visit { id } cause { kind } } } }"

FOR_EACH = {"createJob": 16}
"""Kinds that take statements for each job: a new job is made as by hand, with the automations of its stage."""


@pytest.fixture
async def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


async def things(works: Works) -> dict[str, str]:
    """Something of every sort that automations name."""
    owner, shop = works.owner, works.shop
    letter = {"name": "Hello", "subject": "Hello", "text": "Hello"}
    other, stages = await pipeline(owner, "Other", "More")
    made = {
        "tag": await owner.do("createTag", "tag { id }", name="VIP"),
        "tag_spare": await owner.do("createTag", "tag { id }", name="Spare"),
        "role": await owner.do("createAccountRole", "accountRole { id }", name="Preparer"),
        "clientstatus": await owner.do("createClientStatus", "clientStatus { id }", name="In review"),
        "jobtemplate": await owner.do("createJobTemplate", "jobTemplate { id }", name="Books", jobName="Books"),
        "tasktemplate": await owner.do("createTaskTemplate", "taskTemplate { id }", name="Call", title="Call"),
        "emailtemplate": await owner.do("createEmailTemplate", "template { id }", **letter),
    }
    member = await works.api.member(owner, accounts=[shop.account])
    holder = {"accountRoleId": made["role"]["id"], "memberId": member.member_id}
    await owner.do("updateAccount", accountId=shop.account, addRoles=[holder])
    ann = {"name": "Ann", "email": "ann@client.test", "accountIds": [shop.account]}
    await owner.do("inviteContact", contactId=(await owner.do("createContact", "contact { id }", **ann))["id"])
    await owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[member.member_id])
    ids = {prefix: str(thing["id"]) for prefix, thing in made.items()}
    ids |= {"doc": await firms_document(works.database, shop.account), "status": await works.status()}
    ids |= await item_templates(owner, ids)
    return ids | {"member": member.member_id, "pipeline": other, "stage": stages[0]}


async def taken(works: Works, document: str, **given: Any) -> tuple[int, Json]:
    """How many statements a query takes, and its answer."""
    with counting(works.database) as statements:
        data: Json = await works.owner.query(document, **given)
        return len(statements), data


async def test_the_automations_of_a_pipeline_take_the_same_statements_whatever_their_number(works: Works) -> None:
    """One of every kind in one stage, and three of every kind in each of four, and for a status."""
    ids, counts = await things(works), []
    for copies, names in ((1, ("One", "Two")), (3, ("One", "Two", "Three", "Four"))):
        given = [{"config": {kind: config}, "condition": CONDITION} for kind, config in configs(ids).items()]
        stages = [{"name": name, "automations": given * copies} for name in names]
        made = await works.owner.do(
            "createPipeline", "pipeline { id }", name=f"{copies}", stages=stages, statusIds=[ids["status"]]
        )
        for _ in range(copies):
            attached = {"pipelineId": made["id"], "statusId": ids["status"], **given[0]}
            await works.owner.do("createAutomation", **attached)
        count, found = await taken(works, PIPELINE, id=made["id"])
        shown = [len(stage["automations"]) for stage in found["pipeline"]["stages"]]
        assert shown == [len(given) * copies] * len(names)
        assert len(found["pipeline"]["statusAutomations"]) == copies
        counts.append(count)
    print(f"automations of a pipeline: {counts} statements")  # noqa: T201  # a number to keep an eye on
    assert counts[0] == counts[1]
    assert counts[0] <= 40


async def test_the_runs_of_jobs_take_the_same_statements_whatever_their_number(works: Works) -> None:
    """Of one job and of ten, with what they made."""
    ids, stage = await things(works), works.stages[1]
    for kind, config in configs(ids).items():
        if kind not in ("callWebhook", "createJob"):
            await works.automate(stage, {kind: config}, condition=CONDITION)
    jobs = [await works.moved(stage, priority="HIGH") for _ in range(10)]
    few, short = await taken(works, RUNS, ids=jobs[:1])
    many, long = await taken(works, RUNS, ids=jobs)
    assert [len(found["jobs"]["nodes"]) for found in (short, long)] == [1, 10]
    assert {job["runs"]["totalCount"] for job in long["jobs"]["nodes"]} == {len(configs(ids)) - 2}
    print(f"runs of jobs: {few} statements")  # noqa: T201  # a number to keep an eye on
    assert many == few
    assert few <= 50
    few, _ = await taken(works, LATEST, n=1)
    many, found = await taken(works, LATEST, n=100)
    assert len(found["automationRuns"]["nodes"]) == 100
    assert many == few
    assert few <= 10


@pytest.mark.parametrize("kind", [camel(kind) for kind in kinds()])
async def test_an_automation_takes_the_same_statements_for_many_jobs(
    works: Works, database: Database, kind: str
) -> None:
    """Jobs that enter together meet it together: two, and eight."""
    counts, first = [], works.stages[0]
    await works.automate(works.stages[1], {kind: configs(await things(works))[kind]})
    for number in (2, 8):
        await works.owner.do("updateStage", stageId=first, automove="OFF")
        jobs = [await works.job(name=f"{number} {n}") for n in range(number)]
        await works.owner.do("updateStage", stageId=first, automove="WHEN_ITEMS_DONE_OR_NONE")
        with counting(database) as statements:
            assert await works.work() >= number
            counts.append(len(statements))
        assert {tuple(await works.states(job)) for job in jobs} <= {("DONE",), ("QUEUED",), ("HELD",)}
    print(f"{kind}: {counts} statements")  # noqa: T201  # a number to keep an eye on
    assert counts[1] - counts[0] <= (8 - 2) * FOR_EACH.get(kind, 0)
