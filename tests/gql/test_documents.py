"""Documents that are known to be valid."""

from __future__ import annotations

import gc
import weakref

import pytest
import strawberry
from graphql import DocumentNode, parse

from gql.documents import MAX_CHARACTERS, Documents
from gql.schema import build_schema
from resolvers.context import Context
from store.database import Database


async def codes(database: Database, document: str, **variables: object) -> list[object]:
    """The codes with which a document is refused to nobody in particular."""
    context = Context(database, None, "", notify=lambda topic: None)
    result = await build_schema().execute(document, variable_values=variables, context_value=context)
    return [(error.extensions or {}).get("code") for error in result.errors or ()]


async def test_a_document_is_parsed_and_validated_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """API4: the second time it is known; what it answers is the same."""
    calls: list[str] = []

    def counted(text: str, **options: object) -> DocumentNode:
        calls.append(text)
        return parse(text)

    monkeypatch.setattr(strawberry.schema.schema, "parse", counted)
    document = "{ viewer { member { id } } __typename }"
    results = [await codes(database, document) for _ in range(3)]
    assert (results, calls) == ([[], [], []], [document])


async def test_what_is_known_is_held_to_the_limits_all_the_same(database: Database) -> None:
    """API4: the cost depends on the variables."""
    document = (
        "query ($n: Int) { jobs(first: $n) { nodes { id tasks(first: $n) { nodes { id"
        " assignees { id } subtasks { id } } } visits(first: $n) { nodes { id } } } } }"
    )
    assert await codes(database, document, n=1) == ["UNAUTHENTICATED"]
    assert await codes(database, document, n=200) == ["COST_LIMIT"]
    assert await codes(database, document, n=1) == ["UNAUTHENTICATED"]


async def test_what_is_wrong_stays_wrong(database: Database) -> None:
    """API4: only what is valid is remembered."""
    for _ in range(2):
        assert await codes(database, "{ nonsense }") == ["GRAPHQL_VALIDATION_FAILED"]


def test_what_is_remembered_is_bounded() -> None:
    """The one that was not asked for the longest is forgotten first."""
    documents, document = Documents(), parse("{ viewer { member { id } } }")
    texts = [character * (MAX_CHARACTERS // 4) for character in "abcd"]
    for text in texts:
        documents.add(text, document)
    assert documents.get(texts[0]) is not None
    documents.add("e", document)
    assert [documents.get(text) is not None for text in [*texts, "e"]] == [True, False, True, True, True]


async def test_plans_count_and_what_is_forgotten_is_gone_at_once(database: Database) -> None:
    """API4: a plan counts as much as its document; nothing waits for the garbage collector."""
    text = "query ($yes: Boolean!) { viewer { member { id name @include(if: $yes) } } }"
    schema, context = build_schema(), Context(database, None, "", notify=lambda topic: None)
    await schema.execute(text, variable_values={"yes": True}, context_value=context)
    known = schema.documents.get(text)
    assert known is not None
    assert known.weight == 2 * len(text)
    for _ in range(2):
        await schema.execute(text, variable_values={"yes": False}, context_value=context)
    assert known.weight == 3 * len(text)
    [planned] = known.facts.values()
    plan = weakref.ref(next(iter(planned.plans.values())))
    gc.collect()
    gc.disable()
    try:
        del planned, known
        schema.documents.add("x" * MAX_CHARACTERS, parse("{ viewer { member { id } } }"))
        assert schema.documents.get(text) is None
        assert plan() is None
    finally:
        gc.enable()
