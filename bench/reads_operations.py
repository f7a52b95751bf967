"""Every query and mutation of schema/operations, run by its plan and by graphql-core, with all that it asks for."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import date
from typing import Any

from graphql import DocumentNode, OperationType, execute, parse
from graphql.language import OperationDefinitionNode

from bench.firm import middle
from bench.reads_servers import Json
from bench.table import Line
from engine.firm.sessions import Identity, authenticate
from gql.execution.plans import Planned, planned
from gql.execution.run import run
from gql.schema import build_schema
from resolvers.context import Context
from store.database import Database
from tests.schema.test_operations import OPERATIONS, document

ROUNDS = 9
TIMES = 10
"""In each round, by each."""


async def measure(url: str, firm: Json) -> list[Line]:
    """What each takes of the processor, beside what it takes where graphql-core executes."""
    database = await Database.connect(url)
    try:
        identity = await authenticate(database, firm["owner"]["token"])
        both = Both(database, identity)
        given = await _given(both, firm)
        times = {name: await both.compared(name, given[name]) for name in OPERATIONS if not _is_stream(name)}
    finally:
        await database.close()
    slowest, least = min(times.items(), key=lambda one: one[1])
    said = f"{least:.2f}x ({slowest}) to {max(times.values()):.1f}x"
    return [Line(f"{len(times)} operations, beside graphql-core", said, "never slower", least >= 1)]


class Both:
    """Both who can run operations, for one member."""

    def __init__(self, database: Database, identity: Identity) -> None:
        self._database = database
        self._identity = identity
        self._schema = build_schema(introspection=False)

    async def compared(self, name: str, given: Callable[[], Json]) -> float:
        """How much longer graphql-core takes: the median of several rounds. Variables are new each time."""
        parsed, plan = self._known(name)
        took: dict[str, list[float]] = defaultdict(list)
        for _ in range(1 + ROUNDS):
            began = time.process_time()
            for _ in range(TIMES):
                await self._ours(plan, given())
            then = time.process_time()
            for _ in range(TIMES):
                await self._core(parsed, plan, given())
            took["ours"].append(then - began)
            took["core"].append(time.process_time() - then)
        return middle(took["core"][1:]) / middle(took["ours"][1:])

    async def answer(self, name: str, **given: Any) -> Any:
        """The data of one. Raises RuntimeError where it has errors, or another answer from graphql-core."""
        parsed, plan = self._known(name)
        ours = await self._ours(plan, given)
        if ours.errors:
            raise RuntimeError(f"{name}: {ours.errors}")
        if plan.kind is OperationType.QUERY and ours.data != (await self._core(parsed, plan, given)).data:
            raise RuntimeError(f"{name}: the two answer differently")
        return ours.data

    def _known(self, name: str) -> tuple[DocumentNode, Planned]:
        parsed = parse(document(name))
        return parsed, planned(self._schema, parsed, name, None)

    def _context(self) -> Context:
        return Context(self._database, self._identity, "", notify=lambda topic: None)

    async def _ours(self, plan: Planned, given: Mapping[str, Any]) -> Any:
        bound = plan.bind(given)
        if isinstance(bound, list):
            raise RuntimeError(bound)  # noqa: TRY004  # of wrong variables, not types
        return await run(bound, self._context())

    async def _core(self, parsed: DocumentNode, plan: Planned, given: Mapping[str, Any]) -> Any:
        context = self._context()
        async with AsyncExitStack() as stack:
            if plan.at_one_instant:
                await stack.enter_async_context(context.snapshot())
            schema = self._schema._schema  # noqa: SLF001
            result: Any = execute(schema, parsed, variable_values=dict(given), context_value=context)
            return await result if hasattr(result, "__await__") else result


def _is_stream(name: str) -> bool:
    [operation] = [one for one in parse(document(name)).definitions if isinstance(one, OperationDefinitionNode)]
    return operation.operation is OperationType.SUBSCRIPTION


async def _given(both: Both, firm: Json) -> dict[str, Callable[[], Json]]:
    """The variables of each operation. Changes change something each time."""
    pipeline, (job, other, third, fourth) = firm["pipelineIds"][0], firm["jobIds"][:4]
    stage = (await both.answer("Board", pipelineId=pipeline))["board"]["columns"][0]["stage"]["id"]
    choices = await both.answer("Choices")
    account, status = choices["accounts"]["nodes"][0]["id"], choices["jobStatuses"][0]["id"]
    task = (await both.answer("CreateTask", input={"title": "Task", "jobId": job}))["createTask"]["task"]["id"]
    after = (await both.answer("Dashboard"))["dashboard"]["cursor"]
    begun = await both.answer("StartTimer", input={"jobId": job})
    timer = begun["startTimer"]["timeEntry"]["id"]
    updated = await both.answer("UpdateJobs", input={"jobIds": [job], "priority": "LOW"})
    bulk = updated["updateJobs"]["operation"]["id"]
    once_a_year = {"rrule": "FREQ=YEARLY", "startDate": "2099-01-01", "jobName": "Return"}
    yearly = {"pipelineId": pipeline, "accountIds": [account], **once_a_year}
    made = await both.answer("CreateRecurrence", input={"name": "Yearly", **yearly})
    recurrence = {"recurrenceId": made["createRecurrence"]["recurrence"]["id"]}
    item = {"input": {"itemId": task}}
    old = {"version": 1_000_000}
    nowhere = f"pipeline_{'0' * 32}"
    return {
        "Board": lambda: {"pipelineId": pipeline},
        "BoardChanges": lambda: {"pipelineId": pipeline, "after": after},
        "BoardColumn": lambda: {"pipelineId": pipeline, "stageId": stage},
        "BulkChanges": lambda: {"operationId": bulk, "after": after},
        "BulkOperation": lambda: {"id": bulk},
        "CancelBulkOperation": lambda: {"input": {"operationId": bulk}},
        "CancelItem": lambda: item,
        "Choices": lambda: {"name": "a"},
        "CompleteItem": lambda: item,
        "CreateComment": lambda: {"input": {"jobId": job, "text": _new()}},
        "CreateJob": lambda: {"input": {"accountId": account, "pipelineId": pipeline, "name": _new()}},
        "CreateJobs": lambda: {"input": {"accountIds": [account], "pipelineId": pipeline, "name": _new()}},
        "CreateRecurrence": lambda: {"input": {"name": _new(), **yearly}},
        "CreateTask": lambda: {"input": {"title": _new()}},
        "CreateTimeEntry": lambda: {"input": {"jobId": job, "minutes": 5, "note": _new()}},
        "Dashboard": dict,
        "DashboardChanges": lambda: {"after": after},
        "DeleteJob": lambda: {"input": {"jobId": fourth}},
        "DuplicatePipeline": lambda: {"input": {"pipelineId": nowhere}},
        "ExportPipeline": lambda: {"input": {"pipelineId": pipeline}},
        "FollowJob": lambda: {"input": {"jobId": job}},
        "InstallPipelineTemplate": lambda: {"input": {"key": _new()}},
        "Job": lambda: {"id": job},
        "JobChanges": lambda: {"jobId": job, "after": after},
        "LinkJobs": lambda: {"input": {"jobId": job, "otherJobId": other}},
        "Login": lambda: {"input": {"email": f"{_new()}@bench.test", "password": "of nobody"}},
        "Logout": dict,
        "Marketplace": dict,
        "MoveJob": lambda: {"input": {"jobId": job, "stageId": stage, "expect": old}},
        "MoveJobs": lambda: {"input": {"jobs": [{"jobId": job, "expect": old}], "stageId": stage}},
        "MyWork": dict,
        "MyWorkChanges": lambda: {"after": after},
        "PauseRecurrence": lambda: {"input": recurrence},
        "PipelineTemplate": lambda: {"key": "payroll"},
        "Pipelines": dict,
        "PreviewRecurrence": lambda: {"input": recurrence, "first": 12},
        "Recurrences": dict,
        "ReopenItem": lambda: item,
        "RequestUpload": lambda: {"input": {"name": f"{_new()}.pdf", "size": 1}},
        "RestoreJob": lambda: {"input": {"jobId": fourth}},
        "ResumeRecurrence": lambda: {"input": recurrence},
        "SetJobStatus": lambda: {"input": {"jobId": job, "statusId": status}},
        "SkipNextOccurrence": lambda: {"input": {**recurrence, "occurrence": _day()}},
        "StartTimer": lambda: {"input": {"jobId": job, "note": _new()}},
        "StopTimer": lambda: {"input": {"timeEntryId": timer}},
        "Tasks": dict,
        "TimeEntries": dict,
        "Trash": dict,
        "UnfollowJob": lambda: {"input": {"jobId": job}},
        "UnlinkJobs": lambda: {"input": {"jobId": job, "otherJobId": third}},
        "UpdateJob": lambda: {"input": {"jobId": job, "name": _new()}},
        "UpdateJobs": lambda: {"input": {"jobIds": [job], "dueDate": _day()}},
        "UpdateRecurrence": lambda: {"input": {**recurrence, "name": _new()}},
        "UpdateTask": lambda: {"input": {"taskId": task, "title": _new()}},
        "Viewer": dict,
    }


def _day() -> str:
    return str(date.fromordinal(740_000 + time.perf_counter_ns() % 10_000))


def _new() -> str:
    return f"new {time.perf_counter_ns()}"
