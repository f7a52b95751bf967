"""How much a client may say in the arguments of one query: filters become SQL, and reading them holds the loop."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from gql.selections import Definitions

MAX_WEIGHT: Final = 2_000
"""Of all arguments of one query together; a value counts one, each part of a filter as much as ``PART``."""

PART: Final = 20
"""A part of a filter is a condition of its own in SQL, some of them with a subquery."""


def weight_errors(
    definitions: Definitions, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> list[GraphQLError]:
    """The error for a query or subscription whose arguments are too heavy, or nothing.

    A variable counts each time it is used. Only root fields take filters, so nothing below them is looked at; mutations
    bound their own lists.
    """
    if operation.operation is OperationType.MUTATION:
        return []
    fragments = {fragment.name.value: fragment for fragment in definitions.fragments}
    fields = _root_fields(operation.selection_set, fragments, frozenset())
    total = sum(_weight(argument.value, variables) for field in fields for argument in field.arguments or ())
    if total <= MAX_WEIGHT:
        return []
    text = f"The arguments of one operation may weigh {MAX_WEIGHT:,}; these weigh {total:,}. Ask in several."
    return [GraphQLError(text, operation, extensions={"code": "COST_LIMIT"})]


def _root_fields(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], inside: frozenset[str]
) -> Iterator[FieldNode]:
    """The fields at the root, by whatever fragments; their number is limited before (``gql.measures``)."""
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, InlineFragmentNode):
            yield from _root_fields(selection.selection_set, fragments, inside)
        elif isinstance(selection, FragmentSpreadNode) and (name := selection.name.value) in fragments.keys() - inside:
            yield from _root_fields(fragments[name].selection_set, fragments, inside | {name})


def _weight(node: ValueNode, variables: Mapping[str, Any]) -> int:
    if isinstance(node, VariableNode):
        return _weight_of(variables.get(node.name.value))
    if isinstance(node, ListValueNode):
        return sum(_weight(value, variables) for value in node.values)
    if isinstance(node, ObjectValueNode):
        return PART + sum(_weight(field.value, variables) for field in node.fields)
    return 1


def _weight_of(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_weight_of, value))
    if isinstance(value, dict):
        return PART + sum(map(_weight_of, value.values()))
    return 1
