"""AC2 to AC4: what a viewer sees of what they see, and that nothing else shines through."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest

from graphql import (
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
)

from tests.access.automations import RUNS, SECRET
from tests.access.conftest import World
from tests.access.schema_ids import schema
from tests.support.api import Client

DEEP = 3
"""How many things in a row are followed from a field of the root."""

STARTS = {
    "board": "board(pipelineId: $id)",
    "previewMove": "previewMove(input: {jobId: $id, stageId: $to, expect: {stageId: $at}})",
    "previewRecurrence": "previewRecurrence(input: {recurrenceId: $id})",
}
"""Fields of the root with arguments of their own; the others are asked as they are."""

GIVEN = defaultdict[str, dict[str, str]](
    dict,
    board={"id": "pipeline_shown"},
    previewMove={"id": "job_wanderer", "to": "stage_shown_2", "at": "stage_shown_0"},
    previewRecurrence={"id": "recurrence_shown"},
)
"""What the arguments stand for."""

COSTLY = {"previewMove"}
"""Fields of the root from which one thing less is followed."""

FOR_MANAGERS = {"deadLetters", "purgedInvoices"}
"""Fields of the root that are refused to employees."""

UNASKED = {
    "bulkOperation",
    "node",
    "nodes",
    "account",
    "document",
    "job",
    "pipeline",
    "recurrence",
    "changes",
    "cursor",
    "portal",
    "marketplaceCategories",  # shipped with the program, as all templates are
    "pipelineTemplate",
}
"""Fields of the root that show what the others lead to, or nothing to members."""


def chains(kind: GraphQLOutputType, above: tuple[str, ...] = ()) -> Iterator[str]:
    """Selections of a type: all its plain fields, and the things that it leads to, one after the other."""
    named = get_named_type(kind)
    if is_abstract_type(named):
        yield from _members(named, above)
        return
    assert is_object_type(named)
    plain, things = _parts(named)
    if not things or len(above) == DEEP:
        yield f"{{ {' '.join(plain)} }}"
        return
    wrapped = named.name.endswith("Connection")
    below = above if wrapped else (*above, named.name)
    found = [[f"{name} {more}" for more in chains(inner, below)] for name, inner in things]
    if len(below) == DEEP:  # the last ones: side by side, which leads to all of them, too
        found = [[" ".join(filter(None, some)) for some in zip_longest(*found)]]
    yield from (f"{{ {' '.join(plain)} {more} }}" for some in found for more in some)


def _members(kind: GraphQLAbstractType, above: tuple[str, ...]) -> Iterator[str]:
    """Selections of an interface or union: the ids of nodes, and whatever members have that are none."""
    members = schema().get_possible_types(kind)
    if any(schema().type_map["Node"] in member.interfaces for member in members):
        yield "{ __typename ... on Node { id } }"
    else:
        parts = (f"{{ ... on {one.name} {more} }}" for one in members for more in chains(one, above[:-1]))
        yield from parts  # a union without nodes is a part of what holds it


def _parts(kind: GraphQLObjectType) -> tuple[list[str], list[tuple[str, GraphQLOutputType]]]:
    fields = {
        name: field for name, field in kind.fields.items() if not any(map(is_required_argument, field.args.values()))
    }
    plain = ["__typename", *(name for name, field in fields.items() if is_leaf_type(get_named_type(field.type)))]
    paged = {name for name, field in fields.items() if "first" in field.args}
    wanted = {"nodes"} if kind.name.endswith("Connection") else set(fields) - set(plain)
    return plain, [
        (f"{name}(first: 5)" if name in paged else name, fields[name].type) for name in fields if name in wanted
    ]


def crawl(*, far: bool) -> list[tuple[str, str]]:
    """Fields of the root with documents that follow every field below them that leads to a thing; one less if near."""
    root = schema().query_type
    assert root is not None
    return [
        (name, f"query {_variables(STARTS.get(name, ''))}{{ it: {STARTS.get(name, name)} {selection} }}")
        for name, field in root.fields.items()
        if name not in UNASKED
        for selection in chains(field.type, () if far and name not in COSTLY else ("Query",))
    ]


def _variables(start: str) -> str:
    names = re.findall(r"\$\w+", start)
    return f"({', '.join(f'{name}: ID!' for name in names)}) " if names else ""


async def test_no_path_of_the_schema_leads_to_what_is_hidden(world: World) -> None:
    """AC4, JB3: whatever field an employee follows from what they see, no id and no name of what is hidden turns up.

    Nor does any of what is in the trash, for the owner either; but in the trash itself.
    """
    own, other = world.own, world.other
    hidden = {one for ids in own.hidden.values() for one in ids}
    hidden |= {one for ids in other.everything().values() for one in ids}
    hidden |= {"Comment hidden", "Job hidden", "Job aside", "Task hidden", "Task aside", "Task private", "Con hidden"}
    hidden |= {'"Hidden"', '"One"', '"Two"', '"Gone"', SECRET}
    gone = {*own.gone, "Job gone", "Job lost", "Task gone", "Task lost", "Thread lost", "Con gone", "Comment gone"}
    for client, exact in ((own.employee, True), (own.owner, False)):
        documents = crawl(far=exact)
        assert len(documents) > 100
        found: dict[str, str] = {}
        for name, document in documents:
            if exact and name in FOR_MANAGERS:
                continue
            answer = await client.answer(document, **{given: own.one[thing] for given, thing in GIVEN[name].items()})
            assert "errors" not in answer, (document, answer)
            assert answer["data"]["it"]
            text = str(answer).replace("'", '"')
            told = gone if name == "trash" else set()  # which names what is in it
            found |= {word: document for word in (hidden | gone) - told if word in text}
        if exact:
            assert found == {}
        else:
            assert len(found) > 20
            assert {word: document for word, document in found.items() if word in gone} == {}


async def test_lists_and_counts_leave_out_what_is_hidden(world: World) -> None:
    """AC4: totals, pages, the counts of pipelines, stages and columns tell an employee what they see and no more."""
    query = """query ($id: ID!) {
        accounts { totalCount nodes { name } }
        pipelines { totalCount nodes { name jobCount stages { jobCount } } }
        jobs { totalCount nodes { name } }
        tasks { totalCount nodes { title } }
        board(pipelineId: $id) { columns { jobCount jobs { totalCount nodes { name } } } }
    }"""
    seen = await world.own.employee.query(query, id=world.own.one["pipeline_shown"])
    everything = await world.own.owner.query(query, id=world.own.one["pipeline_shown"])
    assert seen["accounts"] == {"totalCount": 2, "nodes": [{"name": "Shown"}, {"name": "Thrown"}]}
    assert everything["accounts"]["totalCount"] == 4
    shown, spare = seen["pipelines"]["nodes"]
    assert (seen["pipelines"]["totalCount"], shown["name"], spare["name"]) == (2, "Shown", "Spare")
    assert (shown["jobCount"], [stage["jobCount"] for stage in shown["stages"]]) == (5, [3, 2, 0, 0])
    assert [one["jobCount"] for one in everything["pipelines"]["nodes"]] == [1, 6, 0]  # by name: Hidden, Shown, Spare
    names = ["Job below", "Job shown", "Job there", "Job thrown", "Job wanderer"]
    assert seen["jobs"]["totalCount"] == len(names)
    assert sorted(job["name"] for job in seen["jobs"]["nodes"]) == names
    assert everything["jobs"]["totalCount"] == 7
    assert sorted(task["title"] for task in seen["tasks"]["nodes"]) == ["Task astray", "Task lone", "Task shown"]
    assert (seen["tasks"]["totalCount"], everything["tasks"]["totalCount"]) == (3, 6)
    first = seen["board"]["columns"][0]
    assert (first["jobCount"], first["jobs"]["totalCount"], len(first["jobs"]["nodes"])) == (3, 3, 3)
    assert everything["board"]["columns"][0]["jobCount"] == 4


async def test_a_task_seen_by_assignment_does_not_show_a_job_in_a_hidden_pipeline(world: World) -> None:
    """AC2, AC3: assignees see their task; its job only inside a pipeline that they see."""
    query = "query ($id: ID!) { node(id: $id) { ... on Task { title job { id } links { job { id } visit { id } } } } }"
    one = world.own.one["task_astray"]
    seen = await world.own.employee.query(query, id=one)
    assert seen["node"] == {"title": "Task astray", "job": None, "links": []}
    known = await world.own.owner.query(query, id=one)
    assert known["node"]["job"] == {"id": world.own.one["job_aside"]}


async def test_a_job_does_not_tell_of_the_hidden_pipelines_it_has_been_in(world: World) -> None:
    """AC4: visits there are left out; history neither names pipelines and stages there nor gives their ids."""
    query = """query ($id: ID!) { job(id: $id) {
        visits { totalCount nodes { id stage { name } } }
        history { nodes { action changes { field fromValue toValue fromNodes { id } toNodes { id } } } } } }"""
    one = world.own.one
    job = (await world.own.employee.query(query, id=one["job_wanderer"]))["job"]
    assert job["visits"] == {"totalCount": 1, "nodes": [{"id": one["visit_now"], "stage": {"name": "First"}}]}
    lines = [
        (line["field"], line["fromValue"], line["toValue"], line["fromNodes"], line["toNodes"])
        for entry in job["history"]["nodes"]
        for line in entry["changes"]
        if line["field"] in {"pipeline", "stage"}
    ]
    assert lines == [
        ("pipeline", None, "Shown", [], [{"id": one["pipeline_shown"]}]),
        ("stage", None, "First", [], [{"id": one["stage_shown_0"]}]),
        ("stage", None, None, [], []),
        ("pipeline", None, None, [], []),
        ("stage", None, None, [], []),
    ]
    assert [entry["action"] for entry in job["history"]["nodes"]] == ["MOVED", "MOVED", "CREATED"]


async def test_a_contact_of_a_hidden_account_does_not_show_it(world: World) -> None:
    """AC4: who has access to one of a contact's accounts sees the contact, and that account only."""
    query = "query ($id: ID!) { node(id: $id) { ... on Contact { accounts { totalCount nodes { name } } } } }"
    for client, names in ((world.own.employee, ["Shown"]), (world.own.owner, ["Hidden", "Shown"])):
        found = (await client.query(query, id=world.own.one["contact_both"]))["node"]["accounts"]
        assert (found["totalCount"], [account["name"] for account in found["nodes"]]) == (len(names), names)


async def test_rights_and_accounts_of_members_are_for_themselves_and_managers(world: World) -> None:
    """AC1, AC4: colleagues know each other, but not what the others may see and do."""
    query = "{ members { nodes { id name email role rights accounts { totalCount } } } }"
    own = world.own
    for client in (own.employee, own.colleague):
        for member in (await client.query(query))["members"]["nodes"]:
            hidden = member["rights"] is None and member["accounts"] is None
            assert hidden == (member["id"] != client.member_id)
    known = (await own.owner.query(query))["members"]["nodes"]
    assert all(member["rights"] is not None and member["accounts"] is not None for member in known)
    [employee] = [member for member in known if member["id"] == own.employee.member_id]
    assert (len(employee["rights"]), employee["accounts"]) == (12, {"totalCount": 2})


async def test_a_viewer_lists_their_own_tokens_only(world: World) -> None:
    """AC4: not even an owner is shown the tokens of others."""
    for name in ("owner", "employee"):
        client: Client = getattr(world.own, name)
        tokens = (await client.query("{ viewer { apiTokens { id } } }"))["viewer"]["apiTokens"]
        assert tokens == [{"id": world.own.one[f"session_{name}"]}]


async def test_a_refusal_counts_what_is_hidden_and_names_what_is_seen(world: World) -> None:
    """PL1, PL3, PL4: the true total, and those of them that the viewer may see."""
    one, employee = world.own.one, world.own.employee
    stage = {one["job_below"], one["job_shown"], one["job_wanderer"]}
    async with world.unchanged():
        [error] = await employee.refused("deleteStage", stageId=one["stage_shown_0"])
        assert (error["code"], error["total"], {job["id"] for job in error["usedBy"]}) == ("IN_USE", 4, stage)
        [error] = await employee.refused("deletePipeline", pipelineId=one["pipeline_shown"])
        seen = stage | {one["job_there"], one["job_thrown"]}
        assert (error["code"], error["total"], {job["id"] for job in error["usedBy"]}) == ("IN_USE", 8, seen)
        assert error["message"] == "8 jobs are in this pipeline. In the trash: 2."


async def test_a_stage_with_hidden_jobs_is_emptied_only_by_who_sees_all_accounts(world: World) -> None:
    """PL3: with jobs in it that one cannot see, deleting a stage needs VIEW_ALL_ACCOUNTS."""
    one = world.own.one
    async with world.unchanged():
        given = {"stageId": one["stage_shown_0"], "moveJobsTo": one["stage_shown_1"]}
        [error] = await world.own.employee.refused("deleteStage", **given)
    assert (error["code"], error["right"], error["path"]) == ("FORBIDDEN", "VIEW_ALL_ACCOUNTS", ["input", "stageId"])


async def test_a_contact_of_a_hidden_account_is_deleted_only_by_who_sees_all_accounts(world: World) -> None:
    """AC4: the contact is not taken from an account behind the viewer's back."""
    async with world.unchanged():
        [error] = await world.own.employee.refused("deleteContact", contactId=world.own.one["contact_both"])
    assert (error["code"], error["right"], error["path"]) == ("FORBIDDEN", "VIEW_ALL_ACCOUNTS", ["input", "contactId"])


async def test_an_automation_does_not_show_what_it_names_beyond_ones_sight(world: World) -> None:
    """AC4: an owner has it make jobs in a pipeline that the employee does not see; they see that it makes jobs."""
    query = """query ($id: ID!) { node(id: $id) { ... on Automation { kind stage { id }
        config { ... on CreateJobConfig { name pipeline { id } stage { id } } } } } }"""
    one = world.own.one
    shown = {"kind": "CREATE_JOB", "stage": {"id": one["stage_shown_2"]}}
    seen = (await world.own.employee.query(query, id=one["automation_beyond"]))["node"]
    assert seen == {**shown, "config": {"name": "Next", "pipeline": None, "stage": None}}
    known = (await world.own.owner.query(query, id=one["automation_beyond"]))["node"]["config"]
    assert known == {"name": "Next", "pipeline": {"id": one["pipeline_hidden"]}, "stage": {"id": one["stage_hidden_0"]}}


async def test_a_job_does_not_tell_of_runs_in_the_hidden_pipelines_it_has_been_in(world: World) -> None:
    """AC4, AU3: neither in its log, nor among all runs, nor by their ids; those where one sees it are there."""
    query = """query ($id: ID!, $ids: [ID!]!) { job(id: $id) { runs { totalCount nodes { visit { id } } } }
        automationRuns(first: 200) { nodes { id } } nodes(ids: $ids) { id } }"""
    one = world.own.one
    away = [one[f"run_wanderer_{name}"] for name in RUNS]
    seen = await world.own.employee.query(query, id=one["job_wanderer"], ids=away)
    assert seen["job"]["runs"] == {"totalCount": 4, "nodes": [{"visit": {"id": one["visit_now"]}}] * 4}
    assert {run["id"] for run in seen["automationRuns"]["nodes"]}.isdisjoint(away)
    assert seen["nodes"] == [None] * 4
    known = await world.own.owner.query(query, id=one["job_wanderer"], ids=away)
    assert (known["job"]["runs"]["totalCount"], known["nodes"]) == (8, [{"id": run} for run in away])
