"""Which operations plans cover: all but introspection and the start of a subscription."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, get_operation_ast, parse
from graphql.execution.values import VariableValues

from gql.execution.compile import _Compiler
from gql.execution.fields import Asked, Column, Itself
from gql.schema import build_schema
from tests.gql.execution.conftest import Full


def fields() -> Iterator[tuple[GraphQLObjectType, str, GraphQLField]]:
    """Every field of every object type of the public schema."""
    for kind in build_schema()._schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                yield kind, name, field


def test_every_field_has_a_source() -> None:
    """None is left to graphql-core in the middle of an answer."""
    schema = build_schema()
    operation = get_operation_ast(parse("{ __typename }"))
    assert operation is not None
    compiler = _Compiler(schema, operation, (), VariableValues({}, {}))
    sources: Counter[Any] = Counter()
    for kind, name, field in fields():
        node: Any = parse(f"{{ {name} }}").definitions[0]
        sources[type(compiler._source(kind, field, node.selection_set.selections[0]))] += 1
    assert set(sources) == {Column, Asked, Itself}


INTROSPECTION = [
    "{ __schema { queryType { name } } }",
    '{ a: __type(name: "Job") { name } __typename }',
    "{ ...F } fragment F on Query { ... { __schema { queryType { name } } } }",
]


async def test_it_is_counted_who_runs_an_operation(full: Full) -> None:
    """Plans, or graphql-core and why."""
    schema = build_schema()
    before = Counter(schema.executed)
    for text in [*INTROSPECTION, "{ viewer { member { id } } }", "{ __typename }", "{ job(id: 1) { id } }"]:
        result = await schema.execute(text, context_value=full.contexts()())
        assert result.errors is None
    made = await schema.execute(
        'mutation { createTag(input: {name: ""}) { errors { code } } }', context_value=full.contexts()()
    )
    assert made.data == {"createTag": {"errors": [{"code": "REQUIRED"}]}}
    assert schema.executed - before == Counter(planned=4, introspection=3)
