"""Making a plan of an operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

import strawberry
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    get_argument_values,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
)
from graphql.execution.collect_fields import (
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues
from strawberry.types.arguments import convert_arguments

from gql.execution.fields import Asked, Column, Field, Itself, Selection, Typename
from gql.execution.shapes import Abstracts, Leaves, Lists, Objects, Shape
from gql.fields import ANSWERS

_INTROSPECTION = frozenset({"__schema", "__type"})


class NotCovered(Exception):
    """An operation that is left to graphql-core. Says why."""


def compiled(
    schema: strawberry.Schema,
    operation: OperationDefinitionNode,
    fragments: Iterable[FragmentDefinitionNode],
    variables: VariableValues,
) -> Selection:
    """The plan of a valid operation: what is selected of its root. Raises NotCovered.

    It holds under these values of the variables in conditions; those of others are put in when it is run.
    """
    return _Compiler(schema, operation, fragments, variables).root()


def arguments(
    schema: strawberry.Schema, definition: GraphQLField, node: FieldNode, variables: VariableValues | None = None
) -> Mapping[str, Any]:
    """The arguments of a field as resolvers are given them. Raises GraphQLError, as graphql-core does."""
    field = definition.extensions["strawberry-definition"]
    registry = schema.schema_converter.scalar_registry
    return convert_arguments(get_argument_values(definition, node, variables), field.arguments, registry, schema.config)


class _Compiler:
    def __init__(
        self,
        schema: strawberry.Schema,
        operation: OperationDefinitionNode,
        fragments: Iterable[FragmentDefinitionNode],
        variables: VariableValues,
    ) -> None:
        self._strawberry = schema
        self._schema = schema._schema  # noqa: SLF001  # there is no public way to graphql-core's schema
        self._operation = operation
        self._fragments = {node.name.value: FragmentDetails(node) for node in fragments}
        self._variables = variables
        self._known: WeakValueDictionary[tuple[Any, ...], Selection] = WeakValueDictionary()
        """No plan holds itself by it: one that is forgotten is gone at once."""

    def root(self) -> Selection:
        kind = self._schema.get_root_type(self._operation.operation)
        if kind is None:
            raise NotCovered("no_root")
        fields = collect_fields(self._schema, self._fragments, self._variables, kind, self._operation)
        return self._selection(
            kind, fields.grouped_field_set, serial=self._operation.operation is OperationType.MUTATION
        )

    def _below(self, kind: GraphQLObjectType, details: FieldDetailsList) -> Selection:
        """The same for the same fields of the document, wherever they are spread: a plan is no larger than its text."""
        key = kind, *(id(one.node) for one in details)
        found = self._known.get(key)
        if found is None:
            fields = collect_subfields(self._schema, self._fragments, self._variables, self._operation, kind, details)
            found = self._known[key] = self._selection(kind, fields.grouped_field_set)
        return found

    def _selection(self, kind: GraphQLObjectType, fields: GroupedFieldSet, *, serial: bool = False) -> Selection:
        return Selection([self._field(kind, key, details) for key, details in fields.items()], serial)

    def _field(self, parent: GraphQLObjectType, key: str, details: FieldDetailsList) -> Field:
        nodes = [one.node for one in details]
        name = nodes[0].name.value
        if name in _INTROSPECTION:
            raise NotCovered("introspection")
        definition = self._schema.get_field(parent, name)
        assert definition is not None  # the document is valid
        shape = self._shape(definition.type, f"{parent}.{name}", details)
        return Field(key, nodes, self._source(parent, definition, nodes[0]), shape)

    def _source(self, parent: GraphQLObjectType, definition: GraphQLField, node: FieldNode) -> Any:
        if node.name.value == "__typename":
            return Typename(parent.name)
        if parent is self._schema.subscription_type:
            return Itself()
        field = definition.extensions["strawberry-definition"]
        answer = field.metadata.get(ANSWERS)
        if answer is not None:
            return Asked(answer, definition, self._arguments(definition, node), _texts(definition, node))
        if not field.is_basic_field:
            raise NotCovered("resolver")
        return Column(field.python_name)

    def _arguments(self, definition: GraphQLField, node: FieldNode) -> Mapping[str, Any] | None:
        """Arguments without variables; None where there are variables, or where reading them fails each time."""
        if any(_has_variable(argument.value) for argument in node.arguments or ()):
            return None
        try:
            return arguments(self._strawberry, definition, node)
        except Exception:  # noqa: BLE001  (whatever it is, it is raised again where it is told)
            return None

    def _shape(self, type_: GraphQLOutputType, where: str, details: FieldDetailsList) -> Shape:
        nullable = not isinstance(type_, GraphQLNonNull)
        kind: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if is_list_type(kind):
            return Lists(self._shape(kind.of_type, where, details), where, nullable=nullable)
        if is_leaf_type(kind):
            return Leaves(kind, where, nullable=nullable)
        if is_abstract_type(kind):
            return Abstracts(partial(self._possible, kind, details), where, nullable=nullable)
        return Objects(partial(self._below, kind, details), where, nullable=nullable)

    def _possible(self, abstract: Any, details: FieldDetailsList, name: str) -> Selection:
        """What is selected of one type of an interface or a union. Raises GraphQLError for what is no type of it."""
        kind = self._schema.get_type(name)
        if kind is None:
            message = (
                f"Abstract type '{abstract}' was resolved to a type '{name}' that does not exist inside the schema."
            )
            raise GraphQLError(message)
        if not is_object_type(kind):
            raise GraphQLError(f"Abstract type '{abstract}' was resolved to a non-object type '{name}'.")
        if not self._schema.is_sub_type(abstract, kind):
            raise GraphQLError(f"Runtime Object type '{name}' is not a possible type for '{abstract}'.")
        return self._below(kind, details)


def is_text(type_: Any) -> bool:
    """Whether values of an input type are texts that need no more than to be texts."""
    named = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    return is_leaf_type(named) and named.name in {"ID", "String"}


def _texts(definition: GraphQLField, node: FieldNode) -> Mapping[str, str] | None:
    """The variables that are a field's arguments, by the arguments' names in Python, if it takes nothing but texts."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    found = {}
    for name, argument in definition.args.items():
        value = given.get(name)
        if not isinstance(value, VariableNode) or not is_text(argument.type):
            return None
        found[argument.extensions["strawberry-definition"].python_name] = value.name.value
    return found or None


def _has_variable(node: Any) -> bool:
    parts = [*(getattr(node, "values", None) or ()), *(one.value for one in getattr(node, "fields", None) or ())]
    return isinstance(node, VariableNode) or any(map(_has_variable, parts))
