"""Which operations are to show one instant: those whose root selects a field that hands out a cursor (LV1)."""

from collections.abc import Iterator, Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from gql.fields import SNAPSHOT
from gql.selections import Definitions


def at_one_instant(schema: GraphQLSchema, operation: OperationDefinitionNode, definitions: Definitions) -> bool:
    """Whether a root selection of a valid operation is a query's snapshot field, also by fragments."""
    if operation.operation is not OperationType.QUERY or schema.query_type is None:
        return False
    fragments = {one.name.value: one for one in definitions.fragments}
    fields = schema.query_type.fields
    return any(_hands_out(fields.get(name)) for name in _names(operation.selection_set, fragments))


def _hands_out(field: object) -> bool:
    """A field's definition; introspection has none."""
    bound = getattr(field, "extensions", {}).get("strawberry-definition")
    return bound is not None and bool(bound.metadata.get(SNAPSHOT))


def _names(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[str]:
    for selection in selections.selections:
        match selection:
            case FieldNode(name=name):
                yield name.value
            case InlineFragmentNode(selection_set=inner):
                yield from _names(inner, fragments)
            case FragmentSpreadNode(name=name):
                yield from _names(fragments[name.value].selection_set, fragments)
