"""Walks the schema for every place where a client may name a thing by its id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_required_input_field,
)

from gql.fields import DECLARED
from gql.mutation import Mutation
from gql.schema import build_schema
from resolvers.declare import Declaration, camel

Path = tuple[str, ...]
Json = dict[str, Any]


def schema() -> GraphQLSchema:
    """The built schema, as graphql-core knows it."""
    return build_schema()._schema


def portal_mutations() -> set[str]:
    """The mutations of clients: their errors are those of the portal."""
    root = schema().mutation_type
    assert root is not None
    found = set()
    for name, field in root.fields.items():
        payload = get_named_type(field.type)
        assert isinstance(payload, GraphQLObjectType)
        if get_named_type(payload.fields["errors"].type).name == "PortalError":
            found.add(name)
    return found


def mutation_rules() -> dict[str, str]:
    """The name of the rule that each mutation of members declares."""
    of_clients = portal_mutations()
    definition = Mutation.__strawberry_definition__  # type: ignore[attr-defined]
    found: dict[str, str] = {}
    for field in definition.fields:
        declared: Declaration = field.metadata[DECLARED]
        found[camel(field.python_name)] = declared.may.name
    return {name: rule for name, rule in found.items() if name not in of_clients}


def input_of(mutation: str) -> GraphQLInputObjectType:
    """The type of a mutation's input."""
    root = schema().mutation_type
    assert root is not None
    found = get_named_type(root.fields[mutation].args["input"].type)
    assert isinstance(found, GraphQLInputObjectType)
    return found


def mutation_paths() -> list[tuple[str, Path]]:
    """Every mutation of members with every path inside its input at which an id stands."""
    return [(name, path) for name in mutation_rules() for path in _paths(input_of(name), ())]


def query_paths() -> list[tuple[str, Path]]:
    """Every field of the query root with every path inside its arguments at which an id stands."""
    return _root_paths(schema().query_type)


def subscription_paths() -> list[tuple[str, Path]]:
    """The same of the subscription root."""
    return _root_paths(schema().subscription_type)


def _root_paths(root: GraphQLObjectType | None) -> list[tuple[str, Path]]:
    assert root is not None
    return [
        (name, path)
        for name, field in root.fields.items()
        for argument, said in field.args.items()
        for path in _inside(said.type, (argument,), ())
    ]


def nested_paths() -> list[tuple[str, Path]]:
    """Every other field, as `Type.field`, with every path inside its arguments at which an id stands."""
    roots = (schema().query_type, schema().mutation_type, schema().subscription_type)
    return [
        (f"{kind.name}.{name}", path)
        for kind in schema().type_map.values()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and kind not in roots
        for name, field in kind.fields.items()
        for argument, said in field.args.items()
        for path in _inside(said.type, (argument,), ())
        if not kind.name.startswith("__")
    ]


def _paths(kind: GraphQLInputObjectType, above: tuple[str, ...]) -> Iterator[Path]:
    for name, part in kind.fields.items():
        yield from _inside(part.type, (name,), (*above, kind.name))


def _inside(kind: GraphQLInputType, path: Path, above: tuple[str, ...]) -> Iterator[Path]:
    named = get_named_type(kind)
    if named is GraphQLID:
        yield path
    elif isinstance(named, GraphQLInputObjectType) and named.name not in above:  # filters hold filters
        for inner in _paths(named, above):
            yield (*path, *inner)


def required(kind: GraphQLInputObjectType) -> set[str]:
    """The names of the fields that an input cannot do without."""
    return {name for name, part in kind.fields.items() if is_required_input_field(part)}


def put(kind: GraphQLInputType, path: Path, value: str, like: Any = None) -> Any:
    """A value of an input type that says ``value`` at ``path`` and is otherwise like ``like``."""
    if isinstance(kind, GraphQLNonNull):
        return put(kind.of_type, path, value, like)
    if isinstance(kind, GraphQLList):
        return [put(kind.of_type, path, value, like[0] if like else None)]
    if not path:
        return value
    assert isinstance(kind, GraphQLInputObjectType)
    one_of = kind.extensions["strawberry-definition"].is_one_of
    said: Json = {name: part for name, part in (like or {}).items() if name == path[0] or not one_of}
    said[path[0]] = put(kind.fields[path[0]].type, path[1:], value, said.get(path[0]))
    return said


def says(given: Any, path: Path) -> bool:
    """Whether an input says something at a path."""
    if isinstance(given, list):
        return any(says(one, path) for one in given)
    return path == () or (isinstance(given, dict) and path[0] in given and says(given[path[0]], path[1:]))


def query_argument(field: str, name: str) -> GraphQLInputType:
    """The type of an argument of a field of the query root."""
    root = schema().query_type
    assert root is not None
    found: GraphQLInputType = root.fields[field].args[name].type
    return found
