"""AC6, API1, API7: the whole schema declares who may, describes itself, and keeps the shape that clients rely on."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_input_object_type,
    is_introspection_type,
    is_object_type,
    is_specified_scalar_type,
)

from gql.fields import DECLARED, given, plain
from resolvers.declare import PUBLIC, WITH_PARENT, Declaration, Depends, Rule
from tests.access.schema_ids import portal_mutations, schema

WITHOUT_LOGIN = {"login", "acceptInvitation", "enterPortal", "enterPortalByLink", "requestPortalLink"}
"""The mutations that nobody in particular may call."""


def own_types(schema: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    """Every type but those of GraphQL itself."""
    for kind in schema.type_map.values():
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind):
            yield kind


def declarations(schema: GraphQLSchema) -> dict[str, Declaration | None]:
    """What every field of every object and interface declares, as `Type.field`; None where it declares nothing."""
    found: dict[str, Declaration | None] = {}
    for kind in own_types(schema):
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                declared = field.extensions["strawberry-definition"].metadata.get(DECLARED)
                found[f"{kind.name}.{name}"] = declared if _is_whole(declared) else None
    return found


def _is_whole(declared: object) -> bool:
    parts = (getattr(declared, "may", None), getattr(declared, "depends", None))
    return isinstance(declared, Declaration) and isinstance(parts[0], Rule) and isinstance(parts[1], Depends)


def undeclared(schema: GraphQLSchema) -> list[str]:
    """The fields that declare nothing, and those of the roots that anybody may ask for."""
    found = [name for name, declared in declarations(schema).items() if declared is None]
    open_rules = {PUBLIC.name, WITH_PARENT.name}
    roots = (
        (schema.query_type, set[str]()),
        (schema.mutation_type, WITHOUT_LOGIN),
        (schema.subscription_type, set[str]()),
    )
    for root, without in roots:
        for name in root.fields if root else ():
            declared = declarations(schema)[f"{root.name if root else ''}.{name}"]
            if declared and (declared.may.name in open_rules) != (name in without):
                found.append(f"{root.name if root else ''}.{name}")
    return sorted(found)


def undescribed(schema: GraphQLSchema) -> list[str]:
    """Everything without a description: types, fields, arguments, inputs' fields, enums' values."""
    found = []
    for kind in own_types(schema):
        parts: dict[str, Any] = {kind.name: kind}
        if isinstance(kind, GraphQLEnumType):
            parts |= {f"{kind.name}.{name}": value for name, value in kind.values.items()}
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, field in kind.fields.items():
                parts[f"{kind.name}.{name}"] = field
                arguments = getattr(field, "args", {})
                parts |= {f"{kind.name}.{name}({argument})": said for argument, said in arguments.items()}
        found += [name for name, part in parts.items() if not (part.description or "").strip()]
    return sorted(found)


def test_every_field_declares_who_may_and_on_what_it_depends() -> None:
    """AC6: and every root field takes a login, but those that open a session."""
    assert undeclared(schema()) == []
    assert len(declarations(schema())) > 300


def test_a_field_of_the_root_needs_nobody_only_where_it_tells_nobody_anything() -> None:
    """AC6: the viewer is null for nobody, and shows a token without the scope to read nothing."""
    declared = declarations(schema())
    roots = ("Query.", "Mutation.", "Subscription.")
    rules = {name: found.may.name for name, found in declared.items() if found and name.startswith(roots)}
    assert {name for name, rule in rules.items() if rule == "VISITOR"} == {"Query.viewer"}
    assert {name for name, rule in rules.items() if rule == "PUBLIC"} == {f"Mutation.{name}" for name in WITHOUT_LOGIN}
    integrators = {name for name, rule in rules.items() if rule == "right(MANAGE_INTEGRATIONS)"}
    assert {name for name in integrators if name.startswith("Query.")} == {"Query.webhookCalls"}
    others = {rule for name, rule in rules.items() if name.startswith("Query.") and name not in integrators}
    assert others == {"VISITOR", "SOMEBODY", "READER", "MANAGING_READER"}
    somebody = {"Query.changes", "Query.cursor", "Query.portal"}  # which show each sort of person their own, or nothing
    assert {name for name, rule in rules.items() if rule == "SOMEBODY"} == somebody
    assert {name for name, rule in rules.items() if rule == "MANAGING_READER"} == {
        "Query.deadLetters",
        "Query.purgedInvoices",
    }
    streams = {name: rule for name, rule in rules.items() if name.startswith("Subscription.")}
    assert streams.pop("Subscription.portalEvents") == "CLIENT"
    assert set(streams.values()) == {"READER"}


def test_everything_has_a_description() -> None:
    """API7: every type, field, argument, input field, enum and enum value."""
    assert undescribed(schema()) == []


@strawberry.enum(description="Colours.")
class Color(Enum):
    RED = "RED"


@strawberry.input(description="A choice.")
class Choice:
    said: str = given("A text.")
    unsaid: str


def resolve(choice: Choice, color: Color) -> str:
    """A resolver."""
    return f"{choice} {color}"


@strawberry.type(description="The root of a schema with one of each mistake that the walks are to find.")
class Flawed:
    good: str = plain("A declared field, but open to whoever sees the root.")
    bare: str
    half: str = strawberry.field(description="Not a declaration.", metadata={DECLARED: Declaration})

    method: str = strawberry.field(resolver=resolve, description="A field without a declaration.")


FLAWED = strawberry.Schema(Flawed)._schema


def test_the_walk_reports_a_field_that_declares_nothing() -> None:
    """AC6: the walk is proven to fail, also for a root field that is open to all."""
    assert undeclared(FLAWED) == ["Flawed.bare", "Flawed.good", "Flawed.half", "Flawed.method"]


def test_the_walk_reports_what_has_no_description() -> None:
    """API7: the walk is proven to fail."""
    missing = ["Choice.unsaid", "Color.RED", "Flawed.bare", "Flawed.method(choice)", "Flawed.method(color)"]
    assert undescribed(FLAWED) == missing


@pytest.mark.parametrize("name", schema().mutation_type.fields)  # type: ignore[union-attr]
def test_a_mutation_takes_one_input_and_answers_errors(name: str) -> None:
    """API1: `input` with clientMutationId; a payload that is always there, with typed errors and the same id."""
    root = schema().mutation_type
    assert root is not None
    field = root.fields[name]
    assert list(field.args) == ["input"]
    [argument] = field.args.values()
    assert str(argument.type) == f"{name[0].upper()}{name[1:]}Input!"
    kind = get_named_type(argument.type)
    assert is_input_object_type(kind)
    assert str(kind.fields["clientMutationId"].type) == "String"
    assert isinstance(field.type, GraphQLNonNull)
    payload = get_named_type(field.type)
    assert is_object_type(payload)
    error = "PortalError" if name in portal_mutations() else "MutationError"
    assert str(payload.fields["errors"].type) == f"[{error}!]!"
    assert str(payload.fields["clientMutationId"].type) == "String"
    things = {key: part for key, part in payload.fields.items() if key not in {"errors", "clientMutationId"}}
    assert [key for key, part in things.items() if isinstance(part.type, GraphQLNonNull)] == []


def test_what_builds_on_a_stored_thing_shows_its_version_and_times() -> None:
    """API2: every stored thing has them."""
    stored = ["Account", "AccountRoleKind", "Contact", "Firm", "Job", "JobStatus", "Member", "Pipeline", "Stage"]
    for name in [*stored, "Automation", "ClientStatus", "Comment", "Email", "EmailTemplate", "Subtask", "Tag", "Task"]:
        kind = schema().type_map[name]
        assert is_object_type(kind)
        shown = {field: str(kind.fields[field].type) for field in ("id", "version", "createdAt", "updatedAt")}
        assert shown == {"id": "ID!", "version": "Int!", "createdAt": "DateTime!", "updatedAt": "DateTime!"}
        assert "Node" in {interface.name for interface in kind.interfaces}


def test_a_connection_is_relays_with_nodes_and_a_count() -> None:
    """API2: edges, nodes, pageInfo, totalCount, and first, after, last, before wherever one is asked for."""
    connections = [name for name in schema().type_map if name.endswith("Connection")]
    assert len(connections) > 8
    for name in connections:
        kind = schema().type_map[name]
        assert is_object_type(kind)
        thing = {"HistoryConnection": "HistoryEntry"}.get(name, name.removesuffix("Connection"))
        shown = {field: str(part.type) for field, part in kind.fields.items()}
        sums = dict.fromkeys(("totalMinutes", "billableMinutes"), "Int!") if name == "TimeEntryConnection" else {}
        assert shown == sums | {
            "edges": f"[{thing}Edge!]!",
            "nodes": f"[{thing}!]!",
            "pageInfo": "PageInfo!",
            "totalCount": "Int!",
        }
    for parent in own_types(schema()):
        if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            for field in parent.fields.values():
                if get_named_type(field.type).name in connections:
                    paged = {"first": "Int", "after": "String", "last": "Int", "before": "String"}
                    assert {argument: str(field.args[argument].type) for argument in paged} == paged
