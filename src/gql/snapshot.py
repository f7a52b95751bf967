"""One instant for all that an operation shows, where a root field asks for it (LV1)."""

from collections.abc import AsyncIterator

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationType,
    SelectionSetNode,
    get_operation_ast,
)
from strawberry.extensions import SchemaExtension

from gql.fields import SNAPSHOT
from gql.query import Query
from resolvers.context import Context
from resolvers.declare import camel

SNAPSHOT_FIELDS = frozenset(
    camel(field.python_name)
    for field in Query.__strawberry_definition__.fields  # type: ignore[attr-defined]
    if field.metadata.get(SNAPSHOT)
)


class Snapshot(SchemaExtension):
    """Runs an operation whose root selects a snapshot field inside one read-only transaction."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Around the execution."""
        context = self.execution_context.context
        if not isinstance(context, Context) or not self._wanted():
            yield
            return
        async with context.snapshot():
            yield

    def _wanted(self) -> bool:
        document = self.execution_context.graphql_document
        if document is None:
            return False
        operation = get_operation_ast(document, self.execution_context.operation_name)
        if operation is None or operation.operation is not OperationType.QUERY:
            return False
        fragments = {part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)}
        return selects(operation.selection_set, fragments)


def selects(selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> bool:
    """Whether a root selection has a snapshot field, also by fragments."""
    for selection in selections.selections:
        match selection:
            case FieldNode(name=name) if name.value in SNAPSHOT_FIELDS:
                return True
            case InlineFragmentNode(selection_set=inner) if selects(inner, fragments):
                return True
            case FragmentSpreadNode(name=name) if selects(fragments[name.value].selection_set, fragments):
                return True
    return False
