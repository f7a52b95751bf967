"""How fields read their sources: rows, dicts, or objects."""

from typing import Any

import asyncpg
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, GraphQLUnionType


def read(source: Any, name: str) -> Any:
    """A field's value: a column, a key (None where a payload lacks it), or an attribute."""
    if isinstance(source, dict):
        return source.get(name)
    return source[name] if isinstance(source, asyncpg.Record) else getattr(source, name)


def type_by_typename(schema: GraphQLSchema) -> None:
    """Lets sources of abstract types name their type in ``__typename``, instead of being instances of it."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            kind.resolve_type = lambda source, info, abstract: str(source["__typename"])
        elif isinstance(kind, GraphQLObjectType):
            kind.is_type_of = None
