"""What is wrong with a request is told in the same words by plans, and a document that unfolds does no harm."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLError

from gql.documents import Documents, Known
from gql.execution.direct import bound, run_bound
from gql.execution.fields import Selection
from gql.execution.plans import MOST_PLANS, Bound, planned
from gql.execution.run import Run
from gql.masking import code_of, masked
from gql.schema import build_schema
from tests.gql.execution.compare import Asked, by_core, by_plan
from tests.gql.execution.conftest import Full
from tests.gql.execution.little import little_context, little_schema, little_world

INVALID = {
    "recursion": "{ ...F } fragment F on Query { viewer { member { id } } ...F }",
    "a field": "{ viewer { nonsense } }",
    "an argument": '{ job(id: "x", or: 1) { id } }',
    "a literal": '{ jobs(first: "x") { nodes { id } } }',
    "a subscription of two": 'subscription { a: jobEvents(jobId: "x") { cursor } b: jobEvents(jobId: "x") { cursor } }',
    "several operations": "query A { __typename } query B { __typename }",
    "depth": "{ viewer " + "{ member " * 20 + "{ id }" + " }" * 20 + " }",
    "aliases": "{ " + " ".join(f"a{n}: __typename" for n in range(61)) + " }",
    "tokens": "{ " + "__typename " * 2_001 + "}",
    "cost": "{ jobs(first: 200) { nodes { tasks(first: 200) { nodes { subtasks { id } } } } } }",
}
WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "nothing": ("query ($id: ID!) { job(id: $id) { id } }", {}),
    "null": ("query ($id: ID!) { job(id: $id) { id } }", {"id": None}),
    "a type": ("query ($first: Int) { jobs(first: $first) { nodes { id } } }", {"first": "many"}),
    "a large number": ("query ($first: Int) { jobs(first: $first) { nodes { id } } }", {"first": 2**31}),
    "an enum": ("query ($f: JobFilter) { jobs(filter: $f) { nodes { id } } }", {"f": {"priority": ["NOPE"]}}),
    "a key": ("query ($f: JobFilter) { jobs(filter: $f) { nodes { id } } }", {"f": {"nope": 1}}),
    "a date": ("query ($f: JobFilter) { jobs(filter: $f) { nodes { id } } }", {"f": {"due": {"before": "soon"}}}),
    "one of none": ('query ($s: StreamInput!) { changes(stream: $s, after: "") { cursor } }', {"s": {}}),
    "a page": ("query ($first: Int) { jobs(first: $first) { nodes { id } } }", {"first": 201}),
    "a condition": ("query ($b: Boolean = true) { viewer { member { id @skip(if: $b) } } }", {"b": None}),
    "a condition at the root": ("query ($b: Boolean = true) { __typename @skip(if: $b) }", {"b": None}),
}


def said(errors: list[GraphQLError] | None) -> list[Any]:
    """What a client reads of errors."""
    return [(error.message, error.path, error.locations, code_of(error)) for error in masked(errors or [])]


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID)
async def test_an_invalid_document_never_gets_a_plan(full: Full, text: str) -> None:
    """API4: it is refused before, each time."""
    schema, answers = build_schema(), []
    before = schema.executed.total()
    for _ in range(2):
        result = await schema.execute(text, context_value=full.contexts()())
        answers.append(said(result.errors))
        assert bound(schema, text, None, {}) is None
    assert answers[0] == answers[1]
    assert answers[0] != []
    assert schema.executed.total() == before


@pytest.mark.parametrize(("text", "variables"), WRONG.values(), ids=WRONG)
async def test_wrong_variables_are_told_the_same_by_all(full: Full, text: str, variables: dict[str, Any]) -> None:
    """By graphql-core, by a plan, by strawberry with a plan, and by the short way of a known document."""
    schema, asked, context = build_schema(), Asked(text, variables), full.contexts()
    await schema.execute(text, variable_values=variables, context_value=context())
    found: list[ExecutionResult | None] = [
        await by_core(schema, asked, context()),
        await by_plan(schema, asked, context()),
        await schema.execute(text, variable_values=variables, context_value=context()),  # type: ignore[list-item]
        await run_bound(schema, bound(schema, text, None, variables) or [], context()),
    ]
    answers = [said(one.errors) for one in found if one is not None]
    assert len(answers) == 4
    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert answers[0] != []
    assert {error[3] for error in answers[0]} <= {"BAD_REQUEST", "INVALID"}


def unfolding(depth: int) -> str:
    """A document in which each fragment is spread twice in the next."""
    twice = "a: askedMust {{ ...F{0} }} branch {{ ...F{0} }}"
    parts = [f"fragment F{n} on Branch {{ {twice.format(n + 1)} }}" for n in range(depth)]
    return "\n".join(["{ must { ...F0 } }", *parts, f"fragment F{depth} on Branch {{ number }}"])


async def test_a_plan_is_no_larger_than_its_document() -> None:
    """However often fragments are spread: what is selected by the same words is compiled once."""
    known = Known("", Asked(unfolding(9), {}).document, Documents())
    before = _selections()
    bound = planned(little_schema(), known.document, None, known).bind({})
    assert isinstance(bound, Bound)
    await Run(bound, little_context(little_world(1))).result()
    assert _selections() - before == 2 * 9 + 2


def _selections() -> int:
    gc.collect()
    return sum(isinstance(one, Selection) for one in gc.get_objects())


def test_the_page_budget_is_kept_by_each_value_of_a_variable() -> None:
    """API4: a count is remembered for the values that it was made of, and for some of them."""
    text = "query ($n: Int) { jobs(first: $n) { nodes { tasks(first: $n) { nodes { subtasks { id } } } } } }"
    plan = planned(build_schema(), Asked(text, {}).document, None, None)
    for _ in range(2):
        assert plan.limit_errors({"n": 5}) == []
        [error] = plan.limit_errors({"n": 200})
        assert (error.extensions or {})["code"] == "COST_LIMIT"
    for n in range(100):
        plan.limit_errors({"n": n})
    assert len(plan._costs) == MOST_PLANS


async def test_plans_are_bounded() -> None:
    """A document with many conditions keeps some of its plans; a document that is forgotten takes them along."""
    names = [f"b{n}" for n in range(8)]
    text = f"query ({' '.join(f'${name}: Boolean!' for name in names)}) {{ must {{ number }} "
    text += " ".join(f"{name}: text @skip(if: ${name})" for name in names) + " }"
    documents = Documents()
    before = _selections()
    documents.add(text, Asked(text, {}).document)
    known = documents.get(text)
    assert known is not None
    for n in range(256):
        await _run(text, known, {name: bool(n >> bit & 1) for bit, name in enumerate(names)})
    assert _selections() - before <= 2 * MOST_PLANS
    del known
    for n in range(10_000):
        other = f"{{ text{' ' * 80} }} # {n}"
        documents.add(other, Asked(other, {}).document)
        found = documents.get(other)
        assert found is not None
        await _run(other, found, {})
    assert documents.get(text) is None
    assert _selections() - before <= 2 * len(documents._known)
    assert documents._characters <= 500_000


_world = little_world(1)


async def _run(text: str, known: Known, variables: dict[str, Any]) -> None:
    bound = planned(little_schema(), known.document, None, known).bind(variables)
    assert isinstance(bound, Bound)
    result = await Run(bound, little_context(_world)).result()
    assert result.errors is None, text
