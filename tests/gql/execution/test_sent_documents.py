"""Documents that clients and the test-suite send: plans answer them as graphql-core does."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse, validate

from engine.errors import Refused
from gql.schema import build_schema
from live.cursor import at
from resolvers import log_pages
from resolvers.board_changes import BoardSource, BoardStream
from resolvers.context import Context
from resolvers.dashboard_changes import DashboardSource
from resolvers.dashboards import DashboardStream
from resolvers.job_changes import JobSource, JobStream
from resolvers.log_pages import Event, Source
from resolvers.my_work_changes import MyWorkSource, MyWorkStream
from store.reads import log
from tests.gql.execution.compare import Asked, assert_same
from tests.gql.execution.conftest import Full
from tests.schema.test_operations import OPERATIONS, document

TESTS = Path(__file__).parents[2]


@cache
def sent() -> list[str]:
    """Documents of clients, and every valid one that stands as a text in a test."""
    return sorted({*map(document, OPERATIONS), *(text for path in TESTS.rglob("*.py") for text in _written(path))})


def _written(path: Path) -> Iterator[str]:
    if "node_modules" in path.parts:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "{" in node.value and valid(node.value):
            yield node.value


def valid(text: str) -> bool:
    """Whether a text is a valid document with an operation."""
    try:
        parsed = parse(text)
    except GraphQLError:
        return False
    has_operation = any(isinstance(one, OperationDefinitionNode) for one in parsed.definitions)
    return has_operation and validate(build_schema()._schema, parsed) == []


def of_kind(asked: Asked, kind: OperationType) -> bool:
    """Whether it asks for an operation of the kind."""
    named = [one for one in asked.document.definitions if isinstance(one, OperationDefinitionNode)]
    return all(one.operation is kind for one in named if asked.operation in (None, one.name and one.name.value))


async def test_queries_answer_the_same(full: Full) -> None:
    """Each with values for its variables, as one of several people."""
    asked = [one for n, text in enumerate(sent()) for one in full.writer(n, 0).filled(text)]
    queries = [
        one for one in asked if of_kind(one, OperationType.QUERY) and not re.search(r"__(schema|type)\b", one.text)
    ]
    assert len(queries) > 150
    for n, query in enumerate(queries):
        await assert_same(build_schema(), query, full.contexts(n))


async def test_events_answer_the_same(full: Full) -> None:
    """What streams have to tell of all that has happened: by the documents of clients, and by others."""
    texts = [text for text in sent() if of_kind(Asked(text, {}), OperationType.SUBSCRIPTION)]
    asked = [one for n, text in enumerate(texts) for one in full.writer(n, 0).filled(text)]
    asked += [full.writer(seed, 30).subscription(field) for field in _SOURCES for seed in range(50)]
    told = 0
    async with full.database.snapshot() as db:
        for n, one in enumerate(asked):
            contexts = full.contexts(n % 4, db)
            event = await _event(full, contexts(), one)
            told += event is not None
            await assert_same(build_schema(), one, contexts, event)
    assert told > 100


_SOURCES: Mapping[str, Callable[[Full], Source]] = {
    "boardEvents": lambda full: BoardSource(BoardStream(full.crowd.shop.pipeline, None), ()),
    "jobEvents": lambda full: JobSource(JobStream(full.crowd.job), ()),
    "myWorkEvents": lambda full: MyWorkSource(MyWorkStream(None)),
    "dashboardEvents": lambda full: DashboardSource(DashboardStream(None), ()),
}


async def _event(full: Full, context: Context, asked: Asked) -> Event | None:
    """The event that tells all that has happened, joined: what the field of a subscription answers."""
    found = re.search("|".join(_SOURCES), asked.text)
    if found is None:
        return None
    source: Source = _SOURCES[found[0]](full)
    head = await log.head(context.db, context.firm_id)
    try:
        page = await log_pages.page(context, source, at(head, context.firm_id, head.floor), 500)
    except Refused:
        return None
    return page.event
