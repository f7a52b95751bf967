"""The API's manners: typed errors to switch on, the client's own id echoed, nobody told apart from somebody."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from graphql import GraphQLNonNull, GraphQLObjectType, get_named_type, is_abstract_type, is_leaf_type

from gql.schema import build_schema
from store.database import Database
from tests.access.schema_ids import portal_mutations
from tests.api.world import INPUTS, World, mutations
from tests.rules.kit import digest, hidden_job, move, status, task
from tests.support.api import Api, Client, Json, Shop

CAMEL = re.compile(r"[a-z][A-Za-z0-9]*|\d+")


async def stale(w: World) -> tuple[str, Json]:
    """A job that has moved meanwhile."""
    await move(w.owner, w.other_job, w.shop.stages[1])
    return "moveJob", {"jobId": w.other_job, "stageId": w.shop.stages[2], "expect": {"stageId": w.shop.stages[0]}}


async def pending(w: World) -> tuple[str, Json]:
    """A job with an open task."""
    return "moveJob", {"jobId": w.job, "stageId": w.shop.stages[1], "expect": {"version": 1}}


async def used(w: World) -> tuple[str, Json]:
    """A pipeline with jobs."""
    return "deletePipeline", {"pipelineId": w.shop.pipeline}


async def unknown(w: World) -> tuple[str, Json]:
    """An account that is not there."""
    return "createJob", {"name": "New", "accountId": "account_unknown", "pipelineId": w.shop.pipeline}


async def wrong(w: World) -> tuple[str, Json]:
    """A name deep inside that is empty."""
    return "createPipeline", {"name": "New", "stages": [{"name": "One"}, {"name": ""}]}


async def forbidden(w: World) -> tuple[str, Json]:
    """What only an owner may do."""
    return "createTag", {"name": "New"}


KINDS: dict[str, tuple[Callable[[World], object], str, list[str] | None]] = {
    "ValidationError": (wrong, "REQUIRED", ["input", "stages", "1", "name"]),
    "NotFoundError": (unknown, "NOT_FOUND", ["input", "accountId"]),
    "ForbiddenError": (forbidden, "FORBIDDEN", None),
    "ConflictError": (stale, "CONFLICT", ["input", "expect", "stageId"]),
    "PendingItemsError": (pending, "PENDING_ITEMS", ["input", "pendingItems"]),
    "InUseError": (used, "IN_USE", ["input", "pipelineId"]),
}


def test_every_type_of_error_has_a_case() -> None:
    """API1: a new type of error must be shown here, too."""
    schema = build_schema()._schema
    kind = schema.type_map["MutationError"]
    assert is_abstract_type(kind)
    assert {one.name for one in schema.get_possible_types(kind)} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
async def test_errors_have_a_type_a_code_a_message_and_a_path(world: World, database: Database, kind: str) -> None:
    """API1: typed errors that a client can switch on, with the field's path and a stable code; nothing changed."""
    make, code, path = KINDS[kind]
    mutation, given = await make(world)  # type: ignore[misc]  # each is a coroutine function
    client = world.employee if kind == "ForbiddenError" else world.owner
    before = await digest(database)
    [error] = await client.refused(mutation, **given)
    assert (error["__typename"], error["code"], error["path"]) == (kind, code, path)
    assert re.fullmatch(r"[A-Z0-9].*[.]", error["message"])
    assert await digest(database) == before


async def test_errors_carry_what_a_client_needs_to_go_on(world: World) -> None:
    """API1: the right that would allow it, the job as it is, the items, who uses it."""
    found = {}
    for kind, (make, _, _) in KINDS.items():
        mutation, given = await make(world)  # type: ignore[misc]  # each is a coroutine function
        client = world.employee if kind == "ForbiddenError" else world.owner
        [found[kind]] = await client.refused(mutation, **given)
        if kind == "ConflictError":
            await move(world.owner, world.other_job, world.shop.stages[0])
    assert found["ForbiddenError"]["right"] == "MANAGE_TAGS"
    assert found["ConflictError"]["current"] == {"id": world.other_job, "version": 2}
    assert found["PendingItemsError"]["items"] == [{"id": world.task}, {"id": world.thread}]
    assert found["InUseError"]["total"] == 4  # one of them in the trash
    assert {one["id"] for one in found["InUseError"]["usedBy"]} == {world.job, world.other_job, world.hidden}


@pytest.mark.parametrize("mutation", sorted(INPUTS))
async def test_nobody_gets_a_typed_error_from_every_mutation(world: World, database: Database, mutation: str) -> None:
    """API1: without a token a mutation answers UNAUTHENTICATED in its payload, its thing is null, nothing changes."""
    if mutation in ("login", "acceptInvitation"):
        return  # they are how one becomes somebody
    before = await digest(database)
    given = {**INPUTS[mutation](world), "clientMutationId": "mine"}
    payload = await world.api.nobody.payload(mutation, f"clientMutationId {thing(mutation)}", **given)
    [error] = payload.pop("errors")
    assert (error["__typename"], error["code"], error["path"]) == ("ForbiddenError", "UNAUTHENTICATED", None)
    assert payload.pop("clientMutationId") == "mine"
    assert set(payload.values()) <= {None}
    assert await digest(database) == before


def thing(mutation: str) -> str:
    """The fields of a mutation's payload beside errors and the client's id, selected."""
    root = build_schema()._schema.mutation_type
    assert root is not None
    kind = root.fields[mutation].type
    payload = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    assert isinstance(payload, GraphQLObjectType)
    names = set(payload.fields) - {"errors", "clientMutationId"}
    plain = {name for name in names if is_leaf_type(get_named_type(payload.fields[name].type))}
    return " ".join(name if name in plain else f"{name} {{ __typename }}" for name in sorted(names))


def test_every_mutation_takes_one_input_and_answers_errors_and_the_clients_id() -> None:
    """API1: verb first, one input, a payload with the thing changed and typed errors."""
    root = build_schema()._schema.mutation_type
    assert root is not None
    for name, field in root.fields.items():
        if name in portal_mutations():
            continue
        assert list(field.args) == ["input"], name
        assert str(field.args["input"].type) == f"{name[0].upper()}{name[1:]}Input!"
        assert isinstance(field.type, GraphQLNonNull), name
        assert str(field.type.of_type.fields["errors"].type) == "[MutationError!]!"
        assert str(field.type.of_type.fields["clientMutationId"].type) == "String"
        assert "clientMutationId" in mutations()[name].fields
        assert re.match(r"(create|update|delete|archive|restore|move|set|complete|cancel|reopen|link|unlink|log|accept"
                        r"|pause|resume|skip"
                        r"|revoke|invite|renew|deactivate|reactivate|send|release|discard|retry|run"
                        r"|add|remove|post|record|refund|submit|attach|detach|duplicate"
                        r"|return|dismiss|empty|mark|rotate|undo|request|share|unshare|seal|install|export"
                        r"|follow|unfollow|start|stop)", name)  # fmt: skip


async def test_the_clients_id_comes_back_with_success_and_with_errors(shop: Shop) -> None:
    """API1: clientMutationId is echoed whatever the outcome, and null where none was sent."""
    sent = [
        ({"name": "VIP", "clientMutationId": "a-1"}, "a-1", 0),
        ({"name": "VIP", "clientMutationId": "a-2"}, "a-2", 1),
    ]
    sent += [({"name": "", "clientMutationId": "ä 3"}, "ä 3", 1), ({"name": "New"}, None, 0)]  # type: ignore[list-item]
    for given, expected, errors in sent:
        payload = await shop.owner.payload("createTag", "clientMutationId", **given)
        assert (payload["clientMutationId"], len(payload["errors"])) == (expected, errors)


async def test_the_clients_id_is_in_the_history_that_it_caused(shop: Shop) -> None:
    """API1: the cause carries it, so that a client knows its own echo."""
    job = await shop.job()
    await shop.owner.do("updateJob", jobId=job["id"], name="Other", clientMutationId="mine")
    document = "query ($id: ID!) { job(id: $id) { history { nodes { action cause { kind clientMutationId } } } } }"
    entries = (await shop.owner.query(document, id=job["id"]))["job"]["history"]["nodes"]
    assert entries == [
        {"action": "UPDATED", "cause": {"kind": "MEMBER", "clientMutationId": "mine"}},
        {"action": "CREATED", "cause": {"kind": "MEMBER", "clientMutationId": None}},
    ]


ROOTS = {
    "firm": "firm { id }",
    "members": "members { totalCount }",
    "tags": "tags { id }",
    "customFields": "customFields { id }",
    "accountRoles": "accountRoles { id }",
    "jobTemplates": "jobTemplates { totalCount }",
    "taskTemplates": "taskTemplates { totalCount }",
    "emailTemplates": "emailTemplates { totalCount }",
    "emails": "emails { totalCount }",
    "documents": "documents { totalCount }",
    "document": "document(id: $job) { id }",
    "jobStatuses": "jobStatuses { id }",
    "accounts": "accounts { totalCount }",
    "pipelines": "pipelines { totalCount }",
    "bulkOperations": "bulkOperations { totalCount }",
    "bulkOperation": "bulkOperation(id: $job) { id }",
    "jobs": "jobs { totalCount }",
    "tasks": "tasks { totalCount }",
    "timeEntries": "timeEntries { totalCount }",
    "items": "items { totalCount }",
    "itemTemplates": "itemTemplates { totalCount }",
    "account": "account(id: $account) { id }",
    "pipeline": "pipeline(id: $pipeline) { id }",
    "board": "board(pipelineId: $pipeline) { cursor }",
    "job": "job(id: $job) { id }",
    "marketplace": "marketplace { totalCount }",
    "marketplaceCategories": "marketplaceCategories",
    "pipelineTemplate": 'pipelineTemplate(key: "sales-tax") { key }',
    "node": "node(id: $job) { id }",
    "nodes": "nodes(ids: [$job]) { id }",
    "automationRuns": "automationRuns { totalCount }",
    "clientStatuses": "clientStatuses { id }",
    "deadLetters": "deadLetters { totalCount }",
    "trash": "trash { totalCount }",
    "purgedInvoices": "purgedInvoices { totalCount }",
    "webhookCalls": "webhookCalls { totalCount }",
    "previewRecurrence": 'previewRecurrence(input: { rrule: "FREQ=DAILY", startDate: "2030-01-01" }) { __typename }',
    "recurrence": "recurrence(id: $job) { id }",
    "recurrences": "recurrences { totalCount }",
    "previewMove": "previewMove(input: { jobId: $job, stageId: $job, expect: { version: 1 } }) { __typename }",
    "cursor": "cursor",
    "portal": "portal { firm { name } }",
    "dashboard": "dashboard { cursor }",
    "changes": 'changes(stream: { board: { pipelineId: $pipeline } }, after: "x") { cursor }',
}


async def test_nobody_gets_null_and_an_error_from_every_query(shop: Shop) -> None:
    """API1: root fields are null without a token, each with UNAUTHENTICATED; viewer alone says null for nobody."""
    root = build_schema()._schema.query_type
    assert root is not None
    assert set(root.fields) == {*ROOTS, "viewer"}
    nobody = Client(shop.owner.http)
    variables = {"account": shop.account, "pipeline": shop.pipeline, "job": (await shop.job())["id"]}
    for name, field in ROOTS.items():
        asked = [(key, value) for key, value in variables.items() if f"${key}" in field]
        given = f"({', '.join(f'${key}: ID!' for key, _ in asked)})" if asked else ""
        answer = await nobody.answer(f"query {given} {{ {field} viewer {{ user {{ id }} }} }}", **dict(asked))
        strict = isinstance(root.fields[name].type, GraphQLNonNull)  # the contract has nodes so: [Node]!
        assert answer["data"] == (None if strict else {name: None, "viewer": None})
        assert [(error["path"], error["extensions"]) for error in answer["errors"]] == [
            ([name], {"code": "UNAUTHENTICATED"})
        ]


async def test_a_token_that_is_none_is_nobody_and_is_told_so(shop: Shop) -> None:
    """API5: a malformed, unknown or ended token is refused before anything runs."""
    ended = await shop.owner.payload("logout")
    assert ended["errors"] == []
    for token in (shop.owner.token, "x", "sl_" + "a" * 43, "ey.ey.ey", "' OR 1=1 --"):
        response = await Client(shop.owner.http, token).post("{ firm { id } }")
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert (
            "data" not in response.json()
            or response.json()["data"] is None
            or response.json()["data"] == {"firm": None}
        )


async def test_all_paths_are_written_as_clients_write_them(api: Api, shop: Shop) -> None:
    """API1: camelCase, from "input" on, for fields of more than one word."""
    employee = await api.member(shop.owner, accounts=[shop.account])
    hidden, job = await hidden_job(shop), await shop.job()
    held = await task(shop.owner, jobId=job["id"])
    on_hold = await status(shop.owner, "On hold")
    tries: list[tuple[Client, str, Json]] = [
        (shop.owner, "createJob", {"name": "J", "accountId": "x", "pipelineId": "x", "afterJobId": "x"}),
        (shop.owner, "createJob", {"name": "J", "accountId": "x", "pipelineId": shop.pipeline, "stageId": "x"}),
        (shop.owner, "updateJob", {"jobId": job["id"], "addAssigneeIds": ["x"]}),
        (
            shop.owner,
            "moveJob",
            {"jobId": job["id"], "stageId": shop.stages[0], "expect": {"version": 1}, "afterJobId": "x"},
        ),
        (shop.owner, "setJobStatus", {"jobId": job["id"], "statusId": on_hold}),
        (shop.owner, "deleteStage", {"stageId": shop.stages[0], "moveJobsTo": "x"}),
        (shop.owner, "updateAccount", {"accountId": shop.account, "addTagIds": ["x"]}),
        (
            shop.owner,
            "updateAccount",
            {"accountId": shop.account, "addRoles": [{"accountRoleId": "x", "memberId": "x"}]},
        ),
        (shop.owner, "inviteMember", {"email": "a@b.test", "name": "A", "accountIds": ["x"]}),
        (shop.owner, "updateFirm", {"timeZone": "x"}),
        (shop.owner, "createApiToken", {"name": "T", "scopes": ["READ"], "expiresAt": "2001-01-01T00:00:00Z"}),
        (shop.owner, "linkItem", {"itemId": held, "jobId": "x"}),
        (shop.owner, "updateSubtask", {"subtaskId": "x"}),
        (shop.owner, "createTag", {"name": "x", "clientMutationId": "x" * 201}),
        (employee, "moveJob", {"jobId": hidden["id"], "stageId": shop.stages[1], "expect": {"version": 1}}),
    ]
    for client, mutation, given in tries:
        for error in await client.refused(mutation, **given):
            assert error["path"][0] == "input", (mutation, error)
            assert all(CAMEL.fullmatch(step) for step in error["path"]), (mutation, error)
            assert error["path"][1] in given, (mutation, error)
