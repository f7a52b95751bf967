"""AC4: what a viewer may not see does not exist for them, whatever they ask and whatever they try."""

from __future__ import annotations

import pytest

from store.ids import new_id
from tests.access.conftest import World
from tests.access.digest import digest
from tests.access.schema_ids import (
    Path,
    input_of,
    mutation_paths,
    nested_paths,
    put,
    query_argument,
    query_paths,
    required,
    says,
    subscription_paths,
)
from tests.access.world import FOR_MANAGERS, malformed, of_no_account, unknown, variants, works
from tests.support.api import Client, Json
from tests.support.configs import SENDING

PREFIX = {  # which things a field of an input names, by the field's name without add, remove and the s of a list
    "account": "account",
    "accountRole": "role",
    "afterJob": "job",
    "automation": "automation",
    "assignee": "member",
    "availableTo": "member",
    "call": "call",
    "clientStatus": "clientstatus",
    "clientTask": "clienttask",
    "itemTemplate": "itemtemplate",
    "comment": "comment",
    "contact": "contact",
    "deadLetter": "due",
    "document": "doc",
    "email": "email",
    "field": "field",
    "assigneeRole": "role",
    "firm": "firm",
    "fromStage": "stage",
    "item": "task",
    "job": "job",
    "jobTemplate": "jobtemplate",
    "member": "member",
    "mention": "member",
    "moveJobsTo": "stage",
    "notification": "notification",
    "otherJob": "job",
    "operation": "bulk",
    "pipeline": "pipeline",
    "recurrence": "recurrence",
    "replacement": "member",
    "role": "role",
    "run": "run",
    "stage": "stage",
    "status": "status",
    "subtask": "subtask",
    "signer": "contact",
    "tag": "tag",
    "task": "task",
    "taskTemplate": "tasktemplate",
    "template": "emailtemplate",
    "timeEntry": "time",
    "token": "session",
    "toStage": "stage",
    "trash": "trash",
}
TEMPLATES = {
    **dict.fromkeys(["createJob", "createJobs", "createRecurrence", "updateRecurrence"], "jobtemplate"),
    "createTask": "tasktemplate",
    **dict.fromkeys(["createItem", *SENDING], "itemtemplate"),
}
"""What ``templateId`` names in some mutations and configurations; in others it is an e-mail template."""

RUNS = {"retryRecurrenceRun": "recurrencerun"}
"""What ``runId`` names in some mutations; in others it is that of an automation."""

MADE = {  # which things a create makes under an id of the client's
    "createAccount": "account",
    "createAccountRole": "role",
    "createAutomation": "automation",
    "createClientStatus": "clientstatus",
    "createComment": "comment",
    "createContact": "contact",
    "createCustomField": "field",
    "createEmailTemplate": "emailtemplate",
    "createItem": "thread",
    "createItemTemplate": "itemtemplate",
    "postMessage": "message",
    "addClientTask": "clienttask",
    "recordPayment": "payment",
    "refundPayment": "payment",
    "createJobTemplate": "jobtemplate",
    "createJob": "job",
    "createJobStatus": "status",
    "createPipeline": "pipeline",
    "createRecurrence": "recurrence",
    "duplicatePipeline": "pipeline",
    "installPipelineTemplate": "pipeline",
    "createStage": "stage",
    "createSubtask": "subtask",
    "createTag": "tag",
    "createTask": "task",
    "createTaskTemplate": "tasktemplate",
    "duplicateTemplate": "emailtemplate",
    "createTimeEntry": "time",
    "startTimer": "time",
    **dict.fromkeys(["createJobs", "moveJobs", "archiveJobs", "deleteJobs", "restoreJobs"], "bulk"),
    **dict.fromkeys(["setClientStatuses", "setJobStatuses", "updateJobs", "updateJobTags"], "bulk"),
    "inviteMember": "member",
    "requestUpload": "doc",
}
KEPT = {
    ("moveJob", "afterJobId"): {"pendingItems"},
    ("createStage", "condition"): {"position"},
    ("createJob", "afterJobId"): {"name"},
    ("createAutomation", "id"): {"stageId"},
    ("createAutomation", "config"): {"stageId"},
    ("createAutomation", "condition"): {"stageId"},
    ("createAutomation", "pipelineId"): {"statusId"},
    ("createAutomation", "statusId"): {"pipelineId"},
    ("createEmailTemplate", "id"): {"text"},
    **{("createTask", name): {"title"} for name in ("id", "jobId", "assigneeIds")},
    **{("createItem", name): {"accountId", "content", "title"} for name in ("id", "accountId", "jobId")},
    ("createItem", "templateId"): {"accountId"},
    ("setClientStatuses", "id"): {"clientStatusId"},
    ("updateJobs", "id"): {"priority"},
    ("updateJobTags", "id"): {"addTagIds"},
    ("createJobs", "id"): {"accountIds", "name"},
    **{("createJobs", name): {"accountIds", "name"} for name in ("pipelineId", "stageId", "assigneeIds", "templateId")},
    ("createJobs", "tagIds"): {"name"},
    ("createJobs", "accountIds"): {"name"},
    **{("installPipelineTemplate", name): {"document"} for name in ("id", "availableToIds")},
    ("setClientStatuses", "jobIds"): {"clientStatusId"},
    ("updateJobs", "jobIds"): {"priority"},
    ("updateJobTags", "jobIds"): {"addTagIds"},
    ("createItem", "content"): {"accountId", "title"},
    **{
        ("createRecurrence", name): {"accountIds", "jobName"} for name in ("id", "pipelineId", "stageId", "assigneeIds")
    },
    **{("createRecurrence", name): {"jobName"} for name in ("accountIds", "tagIds")},
    ("createRecurrence", "templateId"): {"accountIds"},
}
"""Fields without which a call would be refused before it looks at the id."""

UNSHOWN = ("session_", "history_", "notification_")
"""Prefixes of things that `node` finds for neither of the callers."""

CALLERS = ("employee", "owner")
BULK: dict[tuple[str, Path], str] = {  # what bulk operations are about: their results say of each that it is not there
    ("createJobs", ("accountIds",)): "account",
    ("moveJobs", ("jobs", "jobId")): "job",
    **{
        (mutation, ("jobIds",)): "job"
        for mutation in (
            "archiveJobs",
            "deleteJobs",
            "restoreJobs",
            "setClientStatuses",
            "setJobStatuses",
            "updateJobs",
            "updateJobTags",
        )
    },
}
DONE = {  # of bulk operations: what is not there need not be taken away, and where a job stands is said of one that is
    ("updateJobs", ("removeAssigneeIds",)),
    ("updateJobTags", ("removeTagIds",)),
    ("moveJobs", ("jobs", "expect", "stageId")),
}
NAMED = [
    (mutation, path)
    for mutation, path in mutation_paths()
    if path != ("id",) and not of_no_account(mutation, path) and (mutation, path) not in {*BULK, *DONE}
]
READS = [(field, path) for field, path in query_paths() if field not in {"node", "nodes"} and "portal" not in path]


def spelled(part: object) -> str:
    """A name for a case."""
    return ".".join(part) if isinstance(part, tuple) else str(part)


def prefix_of(mutation: str, path: Path) -> str:
    """The prefix of the ids that belong at a path. KeyError: say in PREFIX what the new field names."""
    name, within = path[-1], (mutation, *path)[-2]
    if name == "templateId" and within in TEMPLATES:
        return TEMPLATES[within]
    if name == "runId" and within in RUNS:
        return RUNS[within]
    for before in ("add", "remove"):
        if name.startswith(before):
            name = name.removeprefix(before)
            name = name[0].lower() + name[1:]
    return PREFIX[name.removesuffix("s").removesuffix("Id")]


def saying(world: World, mutation: str, path: Path) -> Json:
    """An input that works and says something at a path, or the plain one where none does."""
    plain = works(world.own)[mutation]
    return next((one for one in (plain, *variants(world.own).get(mutation, ())) if says(one, path)), plain)


def said(world: World, mutation: str, path: Path, value: str) -> Json:
    """The least input of a mutation that says an id at a path, all other ids being good."""
    kind, working = input_of(mutation), saying(world, mutation, path)
    wanted = required(kind) | {path[0]} | KEPT.get((mutation, path[0]), set())
    least = {name: working[name] for name in working if name in wanted}
    given: Json = put(kind, path, value, least)
    if path[0] == "stages":  # the first and the last have no condition
        given["stages"] = [{"name": "First"}, *given["stages"], {"name": "Last"}]
    return given


def unseen(world: World, prefix: str, caller: str) -> list[str]:
    """Two ids of another firm, all ids of the own one that the caller does not see, and texts that are no ids.

    For tasks stand items of any kind.
    """
    kinds = {"task", "thread", "organizer", "invoice", "docrequest"} if prefix == "task" else {prefix}
    hidden = world.own.hidden.get(prefix, [])
    some = hidden if caller == "employee" else []
    some = [*some, *(one for one in world.own.gone if one.partition("_")[0] in kinds and one not in some)]
    foreign = world.other.everything().get(prefix, [])
    assert foreign
    return [*foreign[:2], *some, *malformed(world.own, prefix)]


def expected(mutation: str, path: Path, caller: str) -> list[Json]:
    """What is answered to an id of nothing."""
    where = ["input", *path[:1]]
    if {"condition", "config", "content"} & set(path):  # it is said which test or setting of it
        places = {"stages": ("stages", "1"), "automations": ("automations", "0")}
        where = ["input", *(step for name in path for step in places.get(name, (name,)))]
    if caller == "employee" and (mutation in FOR_MANAGERS or "updateAccountAccess" in path):
        return [{"__typename": "ForbiddenError", "code": "FORBIDDEN"}]
    if path == ("expect", "stageId"):
        return [{"__typename": "ConflictError", "code": "CONFLICT", "path": ["input", *path]}]
    if path[0].startswith("remove"):
        return []  # what is not there need not be taken away
    return [{"__typename": "NotFoundError", "code": "NOT_FOUND", "path": where}]


async def tried(client: Client, mutation: str, inputs: list[Json]) -> list[list[Json]]:
    """The errors of a mutation for each of some inputs; all in one document, which takes half the time."""
    kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
    variables = ", ".join(f"$i{n}: {kind}" for n, _ in enumerate(inputs))
    calls = " ".join(
        f"it{n}: {mutation}(input: $i{n}) {{ errors {{ __typename code message path }} }}" for n, _ in enumerate(inputs)
    )
    given = {f"i{n}": one for n, one in enumerate(inputs)}
    data = await client.query(f"mutation ({variables}) {{ {calls} }}", **given)
    return [data[f"it{n}"]["errors"] for n, _ in enumerate(inputs)]


@pytest.mark.sampled(0.35)
@pytest.mark.parametrize(("mutation", "path"), NAMED, ids=spelled)
async def test_a_mutation_does_not_find_what_is_not_there_for_the_viewer(
    world: World, mutation: str, path: Path
) -> None:
    """AC4: a foreign id, a hidden one and a malformed one are answered as one of nothing is; nothing is changed."""
    prefix = prefix_of(mutation, path)
    async with world.unchanged():
        for caller in CALLERS:
            await world.database.rows("DELETE FROM throttles")  # of login
            candidates = [unknown(prefix), *unseen(world, prefix, caller)]
            if mutation.startswith("restore"):  # that is what it is for: see tests/trash
                candidates = [one for one in candidates if one not in world.own.gone]
            inputs = [said(world, mutation, path, candidate) for candidate in candidates]
            nothing, *answers = await tried(getattr(world.own, caller), mutation, inputs)
            meant = expected(mutation, path, caller)
            assert [error | pattern for error, pattern in zip(nothing, meant, strict=True)] == nothing
            differing = [one for one, answer in zip(candidates[1:], answers, strict=True) if answer != nothing]
            assert differing == [], caller


@pytest.mark.parametrize(("mutation", "path"), BULK, ids=spelled)
async def test_a_bulk_operation_does_not_find_what_is_not_there_for_the_viewer(
    world: World, mutation: str, path: Path
) -> None:
    """AC4, MV10: the results of foreign, hidden and malformed ids are that of one of nothing; no job is changed."""
    prefix, before = BULK[mutation, path], await _kept(world)
    selection = (
        "operation { id done failed results { nodes { job { id } account { id } errors { code message path } } } }"
    )
    for caller in CALLERS:
        client: Client = getattr(world.own, caller)
        if caller == "employee" and mutation == "updateJobTags":
            continue  # this takes a right
        for candidate in [unknown(prefix), *unseen(world, prefix, caller)]:
            if mutation.startswith("restore") and candidate in world.own.gone:
                continue  # that is what it is for: see tests/trash
            given = {**said(world, mutation, path, candidate), "id": new_id("bulk")}
            found = (await client.payload(mutation, selection, **given))["operation"]
            what, place = "account" if prefix == "account" else "job", ["input", path[0], "0"]
            error = {"code": "NOT_FOUND", "message": f"There is no such {what}.", "path": place}
            nothing = {"job": None, "account": None, "errors": [error]}
            assert (found["done"], found["failed"], found["results"]["nodes"]) == (0, 1, [nothing]), candidate
    assert await _kept(world) == before
    world.digest = await digest(world.database)


async def _kept(world: World) -> Json:
    """The database without what operations write of themselves."""
    own = {"bulk_operations", "bulk_results", "creates", "event_heads", "events"}
    return {name: rows for name, rows in (await digest(world.database)).items() if name not in own}


@pytest.mark.parametrize("mutation", MADE)
async def test_an_id_in_use_is_taken_whoever_uses_it(world: World, mutation: str) -> None:
    """AC4, JB2: a create with a foreign, hidden or visible id says the same, shows nothing of it, changes nothing."""
    client = world.own.owner if mutation in FOR_MANAGERS else world.own.employee
    prefix = MADE[mutation]
    foreign, own = world.other.everything()[prefix], world.own.everything()[prefix]
    hidden = world.own.hidden.get(prefix, [])
    assert foreign
    assert own
    async with world.unchanged():
        for candidate in [*foreign[:2], *own[:2], *hidden[:2]]:
            payload = await client.payload(mutation, **said(world, mutation, ("id",), candidate))
            assert payload["errors"] == [
                {
                    "__typename": "ValidationError",
                    "code": "ID_TAKEN",
                    "message": "This id has been used with other content.",
                    "path": ["input", "id"],
                }
            ]
        for candidate in malformed(world.own, prefix):
            answer = await client.code(mutation, **said(world, mutation, ("id",), candidate))
            assert answer == ("INVALID", ["input", "id"])


def test_every_create_with_an_id_of_the_clients_has_a_case() -> None:
    """AC4: a new create fails here until MADE says what it makes."""
    assert {mutation for mutation, path in mutation_paths() if path == ("id",)} == set(MADE)


SELECTIONS = {
    "account": "{ id }",
    "accounts": "{ totalCount nodes { id } edges { cursor } pageInfo { hasNextPage startCursor } }",
    "bulkOperation": "{ id }",
    "board": "{ pipeline { id } columns { jobCount overdueCount jobs { totalCount nodes { id } } } }",
    "changes": """{ cursor hasMore events { ... on BoardEvent { changes {
        __typename ... on JobUpserted { job { id } } ... on JobRemoved { jobId } }
        } ... on JobEvent { changes { __typename } } ... on DashboardEvent { changes {
        __typename ... on PipelineCountsChanged { counts { pipeline { id } } }
        ... on PipelineCountsRemoved { pipelineId } } } } }""",
    "dashboard": "{ pipelines { pipeline { id } jobCount overdueCount stages { jobCount } } }",
    "document": "{ id }",
    "documents": "{ totalCount nodes { id } edges { cursor } pageInfo { hasNextPage startCursor } }",
    "emails": "{ totalCount nodes { id } edges { cursor } pageInfo { hasNextPage startCursor } }",
    "items": "{ totalCount nodes { id } edges { cursor } pageInfo { hasNextPage startCursor } }",
    "job": "{ id }",
    "jobs": "{ totalCount nodes { id } edges { cursor } pageInfo { hasNextPage startCursor } }",
    "pipeline": "{ id }",
    "previewMove": "{ stage { id } runs { state } errors { __typename code message path } }",
    "previewRecurrence": "{ occurrences { date } errors { __typename code message path } }",
    "recurrence": "{ id }",
    "recurrences": "{ totalCount nodes { id } edges { cursor } pageInfo { hasNextPage startCursor } }",
    "tasks": "{ totalCount nodes { id } edges { cursor } pageInfo { hasNextPage startCursor } }",
    "timeEntries": "{ totalCount totalMinutes nodes { id } edges { cursor } pageInfo { hasNextPage startCursor } }",
}


async def asked(world: World, caller: str, field: str, path: Path, values: list[str]) -> list[Json]:
    """What a root field answers to each of some ids at a path of its arguments, all other ids being good."""
    pipeline = world.own.one["pipeline_shown"]
    good: Json = {"pipelineId": pipeline} if field == "board" else {}
    if field == "changes":
        good = {"after": world.own.cursors[caller], "stream": {"board": {"pipelineId": pipeline}}}
    if field == "previewMove":
        good = {"input": works(world.own)["moveJob"]}
        if len(values) > 5:  # it costs much
            return [
                one
                for n in range(0, len(values), 5)
                for one in await asked(world, caller, field, path, values[n : n + 5])
            ]
    given: Json = {}
    variables, calls = [], []
    for n, value in enumerate(values):
        said = good | {path[0]: put(query_argument(field, path[0]), path[1:], value, good.get(path[0]))}
        given |= {f"{name}{n}": part for name, part in said.items()}
        variables += [f"${name}{n}: {query_argument(field, name)}" for name in said]
        arguments = ", ".join(f"{name}: ${name}{n}" for name in said)
        calls.append(f"it{n}: {field}({arguments}) {SELECTIONS[field]}")
    client: Client = getattr(world.own, caller)
    answer = await client.answer(f"query ({', '.join(variables)}) {{ {' '.join(calls)} }}", **given)
    errors: dict[str, Json] = {error["path"][0]: error for error in answer.get("errors", ())}
    return [{"found": answer["data"][f"it{n}"], "error": _told(errors.get(f"it{n}"))} for n, _ in enumerate(values)]


def _told(error: Json | None) -> Json | None:
    return error and {"message": error["message"], **error["extensions"]}


def hides(field: str, answer: Json) -> bool:
    """Whether an answer holds nothing."""
    found, error = answer["found"], answer["error"]
    if field == "changes" and found is None:
        return bool(error["code"] == "NOT_FOUND")
    assert error is None
    match field:
        case "board" if found is not None:
            columns = found["columns"]
            return all(column["jobCount"] == column["jobs"]["totalCount"] == 0 for column in columns)
        case "changes":
            told = {change["__typename"] for event in found["events"] for change in event["changes"]}
            return not told & {"JobUpserted", "PipelineCountsChanged", "PipelineCountsRemoved"}
        case "previewMove" | "previewRecurrence":
            refused = [error["code"] for error in found["errors"]]
            shown = [value for name, value in found.items() if name != "errors" and value not in (None, [])]
            return not shown and refused in (["NOT_FOUND"], ["CONFLICT"])
        case (
            "accounts"
            | "documents"
            | "emails"
            | "items"
            | "jobs"
            | "recurrences"
            | "tasks"
            | "timeEntries"
            | "dashboard"
        ):
            assert found.get("totalMinutes", 0) == 0
            return bool(found.get("totalCount", 0) == 0 and found.get("nodes", found.get("pipelines")) == [])
        case _:
            return found is None


OF_FIELDS = {
    "board": "job",
    "bulkOperation": "bulk",
    "changes": "job",
    "document": "doc",
    "documents": "doc",
    "items": "thread",
    "timeEntries": "time",
}
"""Which things are meant by the ids of fields that are not called so."""


@pytest.mark.parametrize(("field", "path"), READS, ids=spelled)
async def test_a_query_shows_nothing_of_what_is_not_there_for_the_viewer(world: World, field: str, path: Path) -> None:
    """AC4: a foreign id, a hidden one and a malformed one are answered as one of nothing is: by null or by no rows."""
    prefix = OF_FIELDS.get(field, field.removesuffix("s"))
    prefix = prefix if path[-1] in {"id", "ids"} else prefix_of(field, path)
    async with world.unchanged():
        for caller in CALLERS:
            candidates = [unknown(prefix), *unseen(world, prefix, caller)]
            nothing, *answers = await asked(world, caller, field, path, candidates)
            assert hides(field, nothing)
            differing = [one for one, answer in zip(candidates[1:], answers, strict=True) if answer != nothing]
            assert differing == [], caller


async def test_a_board_shows_no_column_of_a_stage_that_is_not_there_for_the_viewer(world: World) -> None:
    """AC4: the one field below the roots that takes an id; a new one fails here until it has a case."""
    items = [("Portal.items", ("accountId",)), ("Portal.item", ("id",))]
    of_clients = [
        ("Portal.works", ("accountId",)),
        ("Portal.documents", ("accountId",)),
        *items,
    ]  # tests/portal has those
    assert nested_paths() == [("Board.column", ("stageId",)), *of_clients]
    query = "query ($id: ID!, $stage: ID!) { board(pipelineId: $id) { column(stageId: $stage) { stage { id } } } }"
    one = world.own.one
    for caller in CALLERS:
        client: Client = getattr(world.own, caller)
        for stage in [unknown("stage"), *unseen(world, "stage", caller), one["stage_spare_0"], one["stage_hidden_0"]]:
            found = await client.query(query, id=one["pipeline_shown"], stage=stage)
            assert found == {"board": {"column": None}}
        found = await client.query(query, id=one["pipeline_shown"], stage=one["stage_shown_0"])
        assert found == {"board": {"column": {"stage": {"id": one["stage_shown_0"]}}}}


STREAMS = {
    "boardEvents": ("pipelineId", "cursor changes { __typename }", "pipeline", ("pipeline",)),
    "bulkEvents": ("operationId", "cursor changes { __typename }", "bulk operation", ("bulk",)),
    "jobEvents": ("jobId", "cursor changes { __typename }", "job", ("job",)),
    "presence": ("nodeId", "viewers { member { id } }", "pipeline or job", ("pipeline", "job", "account", "member")),
}
"""Of each stream: the argument that says what it is about, what to ask of it, what there is none of, and candidates."""


OF_DASHBOARDS = {("pipelineIds",)}
"""What one does not see is left out of a dashboard; its stream is held to that as a query, by ``changes``, above."""


def test_every_stream_has_a_case() -> None:
    """AC4: a new one fails here until it has."""
    board = {path for field, path in query_paths() if field == "board"}  # whose filters are the same, and tested above
    known = {(stream, (argument,)) for stream, (argument, *_) in STREAMS.items()}
    others = {("boardEvents", path) for path in board} | {("dashboardEvents", path) for path in OF_DASHBOARDS}
    assert set(subscription_paths()) == known | others | {("portalEvents", ("accountId",))}  # tests/portal has that


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("stream", STREAMS)
async def test_no_stream_opens_of_what_is_not_there_for_the_viewer(world: World, caller: str, stream: str) -> None:
    """AC4: a foreign id, a hidden one and a malformed one end the stream as one that is not there does."""
    argument, wanted, what, prefixes = STREAMS[stream]
    client: Client = getattr(world.own, caller)
    document = f"subscription ($id: ID!) {{ {stream}({argument}: $id) {{ {wanted} }} }}"
    async with world.unchanged():
        for one in [one for prefix in prefixes for one in (unknown(prefix), *unseen(world, prefix, caller))]:
            answer = await client.http.post(
                "/graphql/stream",
                json={"query": document, "variables": {"id": one}},
                headers={"authorization": f"Bearer {client.token}"},
            )
            assert answer.headers["content-type"].startswith("text/event-stream")
            said, end = answer.text.split("\n\n")[:2]
            assert f"There is no such {what}." in said
            assert f'"code":"NOT_FOUND","argument":"{argument}"' in said
            assert end == "event: complete\ndata:"


@pytest.mark.parametrize("caller", CALLERS)
async def test_node_and_nodes_show_nothing_of_what_is_not_there_for_the_viewer(world: World, caller: str) -> None:
    """AC4, API2: no id of another firm, hidden id or malformed one is found by the general look-ups either."""
    client: Client = getattr(world.own, caller)
    kinds = list(world.other.everything())
    foreign = [one for ids in world.other.everything().values() for one in ids]
    labels = {world.own.one["tag"], world.own.one["role"]}  # of another kind, but there
    wanted = foreign + [one for prefix in kinds for one in unseen(world, prefix, caller) if one not in labels]
    for table in ("users", "events", "audit", "invitations", "sessions"):
        wanted += [row["id"] for row in await world.database.rows(f"SELECT id FROM {table} ORDER BY id LIMIT 5")]
    viewer = (await client.query("{ viewer { user { id } apiTokens { id } } }"))["viewer"]
    own = {viewer["user"]["id"], *(token["id"] for token in viewer["apiTokens"])}
    wanted = [one for one in wanted if one not in own]
    async with world.unchanged():
        for start in range(0, len(wanted), 200):
            some = wanted[start : start + 200]
            found = await client.query("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=some)
            assert found["nodes"] == [None] * len(some)
        for one in wanted[::8]:
            assert await client.query("query ($id: ID!) { node(id: $id) { id } }", id=one) == {"node": None}


async def test_node_shows_ones_own_login_and_tokens_and_the_history_of_what_one_sees(world: World) -> None:
    """API2: whatever has an id of its own can be asked for again by it, by whom it belongs to."""
    client, seen = world.own.employee, world.own.one["job_shown"]
    viewer = (await client.query("{ viewer { user { id } } }"))["viewer"]
    job = await client.query("query ($id: ID!) { job(id: $id) { history { nodes { id } } } }", id=seen)
    ids = [viewer["user"]["id"], *(entry["id"] for entry in job["job"]["history"]["nodes"])]
    assert len(ids) > 1
    found = await client.query("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert found["nodes"] == [{"id": one} for one in ids]
    rows = await world.database.rows("SELECT id FROM history WHERE job_id = $1", world.own.one["job_hidden"])
    hidden = [row["id"] for row in rows]
    assert hidden
    found = await client.query("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=hidden)
    assert found["nodes"] == [None] * len(hidden)


async def test_node_shows_what_is_there(world: World) -> None:
    """AC4: the look-ups above are refused for want of sight only: what the employee sees, they find."""
    own, hidden = world.own, {one for ids in world.own.hidden.values() for one in ids}
    seen = [one for one in own.one.values() if one not in hidden and not one.startswith(UNSHOWN)]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    for client, ids in ((own.employee, seen), (own.owner, [*seen, own.one["job_hidden"], own.one["task_private"]])):
        assert len(ids) > 20
        assert (await client.query(query, ids=ids))["nodes"] == [{"id": one} for one in ids]
