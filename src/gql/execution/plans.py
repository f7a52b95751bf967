"""Which plan runs a document. Plans are kept with the documents that are known to be valid."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    OperationDefinitionNode,
    TypeNode,
    VariableNode,
    get_operation_ast,
    get_variable_values,
    is_leaf_type,
    type_from_ast,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from strawberry.types.graphql import OperationType

from gql.cost import cost_errors, sizes, sizing
from gql.documents import Known
from gql.execution.compile import NotCovered, arguments, compiled, is_text
from gql.execution.fields import Asked, Selection
from gql.selections import Definitions
from gql.snapshot import at_one_instant
from gql.weights import weight_errors

MOST_ERRORS: Final = 50  # of variables, as graphql-core has it
MOST_PLANS: Final = 16
"""Of one operation: as many sets of conditions, and of page sizes, are remembered."""


@dataclass(slots=True)
class Bound:
    """A plan with the values of variables, to be run as often as one likes."""

    root: Selection
    schema: strawberry.Schema
    variables: VariableValues
    at_one_instant: bool = False
    """Whether all that is selected is to be read from one snapshot."""
    known: dict[Asked, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def proves(self) -> bool:
        """Whether running it proves who asks: it may be run before that is known."""
        return self.at_one_instant or self.root.proves

    def arguments(self, asked: Asked, node: FieldNode) -> Mapping[str, Any]:
        """The arguments of a field. Raises GraphQLError, as graphql-core does."""
        if asked.arguments is not None:
            return asked.arguments
        found = self.known.get(asked)
        if found is None:
            found = self.known[asked] = self._texts(asked) or arguments(
                self.schema, asked.definition, node, self.variables
            )
        return found

    def _texts(self, asked: Asked) -> Mapping[str, str] | None:
        """The same, where nothing needs to be looked at more closely."""
        values = self.variables.coerced
        found = {name: values.get(variable) for name, variable in (asked.texts or {}).items()}
        return cast("dict[str, str]", found) if all(type(value) is str for value in found.values()) else None


@dataclass(slots=True)
class Planned:
    """An operation with its plans, by the values of the variables in its conditions."""

    schema: strawberry.Schema
    operation: OperationDefinitionNode
    definitions: Definitions
    conditions: frozenset[str]
    at_one_instant: bool
    known: Known | None = None
    """The document it is kept with, if that is known."""
    plans: OrderedDict[tuple[Any, ...], Selection] = field(default_factory=OrderedDict)
    left: str | None = None
    """Why graphql-core runs it, if it does."""
    _limits: list[GraphQLError] | None = None
    """What it breaks whatever its variables are, if they do not matter."""
    _costs: OrderedDict[tuple[Any, ...], list[GraphQLError]] = field(default_factory=OrderedDict)
    """What breaks the page budget, by the values of the variables that say how many."""
    _sizing: tuple[str, ...] = field(init=False)
    _texts: Mapping[str, GraphQLVariableSignature] | None = field(init=False)
    """Its variables, if all of them are texts."""

    def __post_init__(self) -> None:
        self._sizing = tuple(sizing(self.definitions))
        definitions = self.operation.variable_definitions or ()
        schema = self.schema._schema  # noqa: SLF001  # there is no public way to graphql-core's schema
        texts = all(is_text(type_from_ast(schema, one.type)) for one in definitions)
        found = {one.variable.name.value: get_variable_signature(schema, one) for one in definitions} if texts else None
        self._texts = cast("dict[str, GraphQLVariableSignature] | None", found)

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return OperationType(self.operation.operation.value)

    def limit_errors(self, raw: Mapping[str, Any]) -> list[GraphQLError]:
        """Limits that depend on variables: the size of pages, and the weight of arguments."""
        if self._limits is not None:
            return self._limits
        schema = self.schema._schema  # noqa: SLF001  # there is no public way to graphql-core's schema
        found = self._cost_errors(schema, raw) or weight_errors(self.definitions, self.operation, raw)
        if not any(_counts(schema, one.type) for one in self.operation.variable_definitions or ()):
            self._limits = found
        return found

    def _cost_errors(self, schema: GraphQLSchema, raw: Mapping[str, Any]) -> list[GraphQLError]:
        key = sizes(self._sizing, raw)
        found = self._costs.get(key)
        if found is None:
            found = self._costs[key] = cost_errors(schema, self.definitions, self.operation, raw)
            if len(self._costs) > MOST_PLANS:
                self._costs.popitem(last=False)
        return found

    def bind(self, raw: Mapping[str, Any]) -> Bound | list[GraphQLError]:
        """The plan for these variables, or what is wrong with them. Raises NotCovered."""
        variables = self._variables(raw)
        if isinstance(variables, list):
            return variables
        try:
            return Bound(self._plan(variables), self.schema, variables, self.at_one_instant)
        except GraphQLError as error:  # a condition at the root is null
            return [error]

    def _variables(self, raw: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        if self._texts is not None and all(type(raw.get(name)) is str for name in self._texts):  # as they are
            sources = {name: VariableValueSource(signature, raw[name]) for name, signature in self._texts.items()}
            return VariableValues(sources, {name: raw[name] for name in sources})
        definitions = self.operation.variable_definitions or ()
        schema = self.schema._schema  # noqa: SLF001  # there is no public way to graphql-core's schema
        return get_variable_values(schema, definitions, dict(raw), max_errors=MOST_ERRORS)

    def _plan(self, variables: VariableValues) -> Selection:
        if self.left is not None:
            raise NotCovered(self.left)
        key = tuple(variables.coerced.get(name) for name in self.conditions)
        plan = self.plans.get(key)
        if plan is None:
            try:
                plan = self.plans[key] = compiled(self.schema, self.operation, self.definitions.fragments, variables)
            except NotCovered as reason:
                self.left = str(reason)
                raise
            if len(self.plans) > MOST_PLANS:
                self.plans.popitem(last=False)
            elif self.known is not None:
                self.known.keeps(1)
        return plan


def planned(schema: strawberry.Schema, document: DocumentNode, name: str | None, known: Known | None) -> Planned:
    """The plans of one operation of a valid document. Raises NotCovered where it has no such operation."""
    key = Planned, name
    if known is not None and key in known.facts:
        found: Planned = known.facts[key]
        return found
    operation = get_operation_ast(document, name)
    if operation is None:
        raise NotCovered("no_operation")
    definitions = Definitions.of(document)
    core = schema._schema  # noqa: SLF001  # there is no public way to graphql-core's schema
    together = at_one_instant(core, operation, definitions)
    made = Planned(schema, operation, definitions, frozenset(_conditions(document)), together, known)
    if known is not None:
        known.facts[key] = made
    return made


def _counts(schema: GraphQLSchema, node: TypeNode) -> bool:
    """Whether values of a variable's type may size a page or be many: integers, lists and inputs."""
    named = node.type if isinstance(node, NonNullTypeNode) else node
    if not isinstance(named, NamedTypeNode):
        return True
    return named.name.value == "Int" or not is_leaf_type(schema.get_type(named.name.value))


def _conditions(document: DocumentNode) -> Iterator[str]:
    """The names of variables that decide what is selected: those of @skip and @include."""
    left: list[Node] = list(document.definitions)
    while left:
        node = left.pop()
        for directive in getattr(node, "directives", None) or ():
            for argument in directive.arguments or ():
                if isinstance(argument.value, VariableNode):
                    yield argument.value.name.value
        selections = getattr(node, "selection_set", None)
        left.extend(selections.selections if selections else ())
