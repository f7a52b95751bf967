"""What plans answer is what graphql-core answers: documents and faults at random, on a schema of everything."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import pytest
from graphql import GraphQLString, validate
from graphql.execution.values import VariableValues
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gql.answers import Batch
from gql.documents import Documents, Known
from gql.execution.failures import Failed
from gql.execution.fields import Column, Field, Selection
from gql.execution.plans import Bound, planned
from gql.execution.run import FEW, Run, run
from gql.execution.shapes import Leaves
from resolvers.company import Company
from resolvers.context import Context
from store.database import Database
from tests.gql.execution.compare import Asked, assert_same, by_core, by_plan, encoded
from tests.gql.execution.little import little_context, little_schema, little_world
from tests.gql.execution.writing import Writer

SEEDS = st.integers(0, 2**32)
SIZES = st.integers(1, 25)
FAULTS = [0.0, 0.02, 0.1, 0.4]


def examples(number: int) -> settings:
    """Many examples, quickly: a seed says all, and size and seed shrink."""
    return settings(max_examples=number, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def contexts(seed: int, faults: float) -> Callable[[], Context]:
    """Makes contexts for one world, each with sources of its own."""
    return lambda: little_context(little_world(seed, faults))


@examples(200)
@given(SEEDS, SIZES)
def test_what_is_written_is_valid(seed: int, size: int) -> None:
    """Otherwise the other tests of this file would compare what nobody may send."""
    schema = little_schema()._schema
    assert validate(schema, Writer(schema, seed, size).query().document) == []


@pytest.mark.parametrize("faults", FAULTS)
@examples(600)
@given(seed=SEEDS, size=SIZES)
async def test_a_query_answers_the_same(faults: float, seed: int, size: int) -> None:
    """All kinds of columns, lists, objects and abstract types; whatever goes wrong with them."""
    asked = Writer(little_schema()._schema, seed, size).query()
    await assert_same(little_schema(), asked, contexts(seed, faults))


async def test_fields_that_ask_the_same_ask_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under whatever names, with whatever below; those with other arguments ask for themselves."""
    asked: list[str] = []

    async def counted(self: Batch, *given: Any) -> Sequence[Any]:
        asked.append(self.resolver.__qualname__)
        return await before(self, *given)

    before = Batch.__call__
    monkeypatch.setattr(Batch, "__call__", counted)
    document = """query ($yes: Boolean) { must { askedMany { number } more: askedMany { number leaf { id } }
        a: askedText(shout: $yes) b: askedText(shout: $yes) c: askedText(shout: true) d: askedText } }"""
    for seed in range(20):
        asked.clear()
        result = await by_plan(little_schema(), Asked(document, {"yes": True}), contexts(seed, 0.0)())
        assert not result.errors
        assert len(asked) == 4
        await assert_same(little_schema(), Asked(document, {"yes": True}), contexts(seed, 0.2))


async def test_a_row_without_a_column_fails_and_is_not_null(database: Database) -> None:
    """A bug of ours must not look like an answer: few rows are read one by one, many by columns."""
    for number in (1, FEW + 1):
        rows = await database.rows(f"SELECT 'a' AS id FROM generate_series(1, {number})")
        shape = Leaves(GraphQLString, "Job.name", nullable=True)
        selection = Selection([Field(name, [], Column(name), shape) for name in ("id", "name")])
        running = Run(Bound(selection, little_schema(), VariableValues({}, {})), little_context(little_world(1)))
        for one in await running.select(selection, rows):
            assert one["id"] == "a"
            assert isinstance(one["name"], Failed)
            assert isinstance(one["name"].error, KeyError)


@examples(200)
@given(seed=SEEDS, size=SIZES)
async def test_those_who_look_together_are_shown_the_same(seed: int, size: int) -> None:
    """What one has asked for serves the next: an answer is what it would be alone, however many came before."""
    schema, world, company = little_schema(), little_world(seed, 0.05), Company(together=True)
    for document in range(3):
        asked = Writer(schema._schema, seed + document % 2, size).query()
        context = little_context(world)
        context.company = company
        together = await by_plan(schema, asked, context)
        alone = await by_plan(schema, asked, little_context(world))
        assert encoded(together.data) == encoded(alone.data)
        assert str(together.errors) == str(alone.errors)


@pytest.mark.parametrize("faults", FAULTS)
@examples(150)
@given(seed=SEEDS, size=SIZES, field=st.sampled_from(["branch", "must", "things"]))
async def test_an_event_of_a_subscription_answers_the_same(faults: float, seed: int, size: int, field: str) -> None:
    """The root value is what the field answers."""
    asked = Writer(little_schema()._schema, seed, size).subscription(field)
    world = little_world(seed, faults)
    root = world.value(world.dice("event"), {"branch": "Branch", "must": "Branch!", "things": "[Thing]!"}[field])
    await assert_same(little_schema(), asked, lambda: little_context(world), root)


@pytest.mark.parametrize("faults", FAULTS)
@examples(150)
@given(seed=SEEDS)
async def test_mutations_run_one_after_the_other(faults: float, seed: int) -> None:
    """In their order, each completed before the next begins; after one that leaves nothing to answer, none."""
    asked, worlds = mutations(seed), [little_world(seed, faults) for _ in range(2)]
    ours = await by_plan(little_schema(), asked, little_context(worlds[0]))
    theirs = await by_core(little_schema(), asked, little_context(worlds[1]))
    assert encoded(ours.data) == encoded(theirs.data)
    assert worlds[0].calls == worlds[1].calls
    await assert_same(little_schema(), asked, contexts(seed, faults))


def mutations(seed: int) -> Asked:
    """A document of some mutations."""
    dice = random.Random(seed)  # noqa: S311
    selections = [
        "name clientMutationId",
        "done { number askedText }",
        "name done { askedMust { number leaf { id } } }",
    ]
    parts = [
        f'm{n}: {dice.choice(["may", "must"])}(input: {{name: "{n}"}}) {{ {dice.choice(selections)} }}'
        for n in range(dice.randint(1, 4))
    ]
    return Asked(f"mutation {{ {' '.join(parts)} }}", {})


async def test_fields_are_merged_where_fragments_meet() -> None:
    """The same field of a fragment is more where another fragment adds to it."""
    text = """{ must { ...A branch { ...A } askedMust { ...B ...A } asked: askedMust { ...B } } }
        fragment A on Branch { leaf { id } must { text } } fragment B on Branch { leaf { number } must { id ...C } }
        fragment C on Leaf { level text }"""
    for seed in range(20):
        await assert_same(little_schema(), Asked(text, {}), contexts(seed, 0.05))


async def test_a_known_document_is_planned_for_each_set_of_conditions() -> None:
    """The same document, sent again and again with other variables."""
    text = """query ($a: Boolean!, $b: Boolean = true, $shout: Boolean = false) {
        must { number @skip(if: $a) askedText(shout: $shout) leaf @include(if: $b) { id text @skip(if: $a) } } }"""
    known = Known(text, Asked(text, {}).document, Documents())
    answers = set()
    for values in product([True, False], [True, False, None], [True, None]):
        variables = {name: value for name, value in zip(["a", "b", "shout"], values, strict=True) if value is not None}
        theirs = await by_core(little_schema(), Asked(text, variables), contexts(5, 0)())
        bound = planned(little_schema(), known.document, None, known).bind(variables)
        assert isinstance(bound, Bound)
        ours = await run(bound, contexts(5, 0)())
        assert encoded(ours.data) == encoded(theirs.data)
        answers.add(encoded(ours.data))
    assert len(answers) > 3
