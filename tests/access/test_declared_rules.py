"""AC1, AC6, API5: every mutation and query is refused to whoever lacks the login, right, role or scope it takes."""

from __future__ import annotations

import pytest

from engine.enums import AccessRight
from tests.access.conftest import World
from tests.access.digest import digest
from tests.access.schema_ids import mutation_rules, schema
from tests.access.world import FOR_MANAGERS, works
from tests.support.api import Client, Json

RIGHTS = {name: rule[len("right(") : -1] for name, rule in mutation_rules().items() if rule.startswith("right(")}
WITHOUT_LOGIN = {"login", "acceptInvitation"}
SCOPE = {"READER": "READ", "STEWARD": "MANAGE", "MEMBER_MANAGER": "MANAGE"}
"""Which scope a rule takes of an API token; every other one takes WRITE."""

LISTS = (
    "accounts",
    "automationRuns",
    "bulkOperations",
    "deadLetters",
    "documents",
    "emails",
    "emailTemplates",
    "jobs",
    "jobTemplates",
    "members",
    "pipelines",
    "recurrences",
    "taskTemplates",
    "tasks",
    "timeEntries",
    "trash",
    "webhookCalls",
)
ASKED = {
    "node": 'node(id: "job_1") { id }',
    "nodes": 'nodes(ids: ["job_1"]) { id }',
    "firm": "firm { id }",
    "tags": "tags { id }",
    "accountRoles": "accountRoles { id }",
    "clientStatuses": "clientStatuses { id }",
    "customFields": "customFields { id }",
    "jobStatuses": "jobStatuses { id }",
    "account": 'account(id: "account_1") { id }',
    "bulkOperation": 'bulkOperation(id: "bulk_1") { id }',
    "document": 'document(id: "doc_1") { id }',
    "pipeline": 'pipeline(id: "pipeline_1") { id }',
    "items": "items { totalCount }",
    "itemTemplates": "itemTemplates { totalCount }",
    "job": 'job(id: "job_1") { id }',
    "marketplace": "marketplace { totalCount }",
    "marketplaceCategories": "marketplaceCategories",
    "pipelineTemplate": 'pipelineTemplate(key: "sales-tax") { key }',
    "previewMove": 'previewMove(input: {jobId: "job_1", stageId: "stage_1", expect: {version: 1}}) { stage { id } }',
    "previewRecurrence": 'previewRecurrence(input: {rrule: "FREQ=DAILY", startDate: "2030-01-01"}) { __typename }',
    "recurrence": 'recurrence(id: "recurrence_1") { id }',
    "board": 'board(pipelineId: "pipeline_1") { cursor }',
    "cursor": "cursor",
    "purgedInvoices": "purgedInvoices { totalCount }",
    "portal": "portal { firm { name } }",
    "dashboard": "dashboard { cursor }",
    "changes": 'changes(stream: {board: {pipelineId: "pipeline_1"}}, after: "x") { cursor }',
    **{name: f"{name} {{ totalCount nodes {{ id }} }}" for name in LISTS},
}
"""Every field of the query root but `viewer`."""


@pytest.fixture(scope="module")
async def lacking(world: World) -> dict[str, Client]:
    """For each right, an employee of the own firm who has all others and sees the same things."""
    own, found = world.own, {}
    for wanted in sorted(set(RIGHTS.values())):
        rights = [right.value for right in AccessRight if right.value not in {wanted, "VIEW_ALL_ACCOUNTS"}]
        found[wanted] = await own.api.member(own.owner, rights=rights, accounts=[own.one["account_shown"]])
    for name in ("pipeline_shown", "pipeline_spare"):
        members = [client.member_id for client in found.values()]
        await own.owner.do("updatePipeline", pipelineId=own.one[name], addAvailableToIds=members)
    world.digest = await digest(world.database)
    return found


@pytest.fixture(scope="module")
async def tokens(world: World) -> dict[str, Client]:
    """For each scope a program with a token of the owner that has no other; all have been used already."""
    found = {}
    for scope in ("READ", "WRITE", "MANAGE"):
        token = await world.own.owner.do("createApiToken", "token", name=scope, scopes=[scope])
        found[scope] = Client(world.own.owner.http, token, world.own.owner.member_id)
        await found[scope].answer("{ __typename }")
    world.digest = await digest(world.database)
    return found


async def errors_of(client: Client, mutation: str, given: Json) -> list[Json]:
    """The errors of a mutation, without their messages."""
    errors = await client.refused(mutation, **given)
    return [{name: value for name, value in error.items() if name != "message"} for error in errors]


@pytest.mark.parametrize("mutation", RIGHTS)
async def test_a_mutation_is_refused_without_its_right(world: World, lacking: dict[str, Client], mutation: str) -> None:
    """AC1: with every right but the one it takes, the refusal names that right, and nothing is changed."""
    right = RIGHTS[mutation]
    async with world.unchanged():
        errors = await errors_of(lacking[right], mutation, works(world.own)[mutation])
    assert errors == [{"__typename": "ForbiddenError", "code": "FORBIDDEN", "path": None, "right": right}]


@pytest.mark.parametrize("mutation", sorted(FOR_MANAGERS))
async def test_what_only_owners_and_admins_may_do_is_refused_to_employees(world: World, mutation: str) -> None:
    """AC1: no right of an employee opens the firm's settings and members."""
    async with world.unchanged():
        errors = await errors_of(world.own.employee, mutation, works(world.own)[mutation])
    assert errors == [{"__typename": "ForbiddenError", "code": "FORBIDDEN", "path": None, "right": None}]


async def test_an_employee_renames_nobody_else(world: World) -> None:
    """AC1: only owners and admins manage other members."""
    async with world.unchanged():
        errors = await errors_of(
            world.own.employee, "updateMember", {"memberId": world.own.colleague.member_id, "name": "X"}
        )
    path = ["input", "memberId"]
    assert errors == [{"__typename": "ForbiddenError", "code": "FORBIDDEN", "path": path, "right": None}]


@pytest.mark.parametrize("mutation", sorted(set(mutation_rules()) - WITHOUT_LOGIN))
async def test_nobody_changes_anything(world: World, mutation: str) -> None:
    """API5: without a token every mutation but those that open a session is refused, before it looks at anything."""
    async with world.unchanged():
        errors = await errors_of(world.own.api.nobody, mutation, works(world.own)[mutation])
    assert errors == [{"__typename": "ForbiddenError", "code": "UNAUTHENTICATED", "path": None, "right": None}]


async def test_nobody_reads_anything(world: World) -> None:
    """API5: without a token every field of the query root is null and says why; `viewer` is null without an error."""
    root = schema().query_type
    assert root is not None
    assert set(root.fields) == {*ASKED, "viewer"}
    for field, asked in ASKED.items():
        answer = await world.own.api.nobody.answer(f"{{ {asked} }}")
        assert answer["data"] == (None if field == "nodes" else {field: None})
        assert [error["extensions"] for error in answer["errors"]] == [{"code": "UNAUTHENTICATED"}]
    assert await world.own.api.nobody.query("{ viewer { user { email } } }") == {"viewer": None}


@pytest.mark.parametrize("mutation", sorted(set(mutation_rules()) - WITHOUT_LOGIN))
async def test_a_token_changes_only_what_its_scope_allows(
    world: World, tokens: dict[str, Client], mutation: str
) -> None:
    """API5: a token without the scope that a mutation takes is refused, whatever its member may."""
    needed = SCOPE.get(mutation_rules()[mutation], "WRITE")
    async with world.unchanged():
        for scope in sorted(set(tokens) - {needed}):
            [error] = await tokens[scope].refused(mutation, **works(world.own)[mutation])
            assert (error["code"], error["message"]) == ("FORBIDDEN", f"This token lacks the scope {needed}.")


@pytest.mark.parametrize("scope", ["WRITE", "MANAGE"])
async def test_a_token_without_the_scope_to_read_reads_nothing(
    world: World, tokens: dict[str, Client], scope: str
) -> None:
    """API5: every field of the query root is refused, `viewer` with all that hangs on it, too."""
    own, token = world.own, tokens[scope]
    for field, asked in (ASKED | {"viewer": "viewer { member { accounts { nodes { name } } } }"}).items():
        answer = await token.answer(f"{{ {asked} }}")
        assert answer["data"] == (None if field == "nodes" else {field: None})
        assert [error["extensions"] for error in answer["errors"]] == [{"code": "FORBIDDEN"}]
    assert (await tokens["READ"].query("{ viewer { member { id } } }"))["viewer"]["member"]["id"] == own.owner.member_id


async def test_a_token_makes_no_tokens(world: World, tokens: dict[str, Client]) -> None:
    """API5: not even with the scope MANAGE; it could outlive its own end."""
    async with world.unchanged():
        errors = await errors_of(tokens["MANAGE"], "createApiToken", {"name": "Child", "scopes": ["READ"]})
    assert errors == [{"__typename": "ForbiddenError", "code": "FORBIDDEN", "path": None, "right": None}]
