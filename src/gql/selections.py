"""What the limits need to know of a document: its fragments, and in which order to measure them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)


@dataclass(frozen=True, slots=True)
class Definitions:
    """The executable definitions of one document.

    ``fragments`` is ordered so that a fragment comes after every fragment that it spreads (a cycle, which validation
    refuses, is cut where it closes). Whoever measures them in this order measures each one once and never recurses
    from fragment to fragment.
    """

    operations: tuple[OperationDefinitionNode, ...]
    fragments: tuple[FragmentDefinitionNode, ...]

    @classmethod
    def of(cls, document: DocumentNode) -> Self:
        """Collects the definitions of ``document``; of two fragments of one name (invalid) the last counts."""
        operations = tuple(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
        fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        return cls(operations, tuple(_innermost_first(fragments)))


def _innermost_first(fragments: dict[str, FragmentDefinitionNode]) -> Iterator[FragmentDefinitionNode]:
    spreads = {name: list(_spreads(fragment.selection_set)) for name, fragment in fragments.items()}
    seen: set[str] = set()
    for root in fragments:
        path = [(root, iter(spreads[root]))] if root not in seen else []
        seen.add(root)
        while path:
            name, inner = path[-1]
            found = next((spread for spread in inner if spread in fragments and spread not in seen), None)
            if found is None:
                path.pop()
                yield fragments[name]
            else:
                seen.add(found)
                path.append((found, iter(spreads[found])))


def _spreads(selection_set: SelectionSetNode) -> Iterator[str]:
    stack: list[SelectionNode] = list(selection_set.selections)
    while stack:
        selection = stack.pop()
        if isinstance(selection, FragmentSpreadNode):
            yield selection.name.value
        elif inner := getattr(selection, "selection_set", None):
            stack.extend(inner.selections)
