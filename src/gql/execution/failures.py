"""What goes wrong while an operation runs. It stands in the answer where it happened, and is put right at the end.

So the way on which nothing goes wrong keeps no paths and looks for no nulls to propagate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, located_error

if TYPE_CHECKING:
    from gql.execution.fields import Field, Selection
    from gql.execution.run import Run
    from gql.execution.shapes import Shape

Path = tuple[str | int, ...]


class Failed:
    """Stands for a value that could not be had."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


class _Nulled(Exception):
    """A value that must not be null is; whoever holds it becomes null in its place."""

    def __init__(self, error: GraphQLError) -> None:
        super().__init__()
        self.error = error


def settled(run: Run, root: Selection, data: dict[str, Any]) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
    """The answer with nulls where something failed, and the errors with their paths (GraphQL, 6.4.4).

    Of what was lost below one null, the first error in the document's order is told.
    """
    settling = _Settling(run)
    try:
        return settling.object(root, data, ()), settling.errors
    except _Nulled as nulled:
        return None, [nulled.error]


def is_lost(run: Run, field: Field, value: Any) -> bool:
    """Whether a field of the root leaves nothing of the answer: its null would not be allowed."""
    try:
        _Settling(run).value(field, field.shape, value, (field.key,))
    except _Nulled:
        return True
    return False


class _Settling:
    def __init__(self, run: Run) -> None:
        self._run = run
        self.errors: list[GraphQLError] = []

    def object(self, selection: Selection, data: dict[str, Any], path: Path) -> dict[str, Any]:
        """A copy: an object that stands in several places has an error in each."""
        return {
            field.key: self.value(field, field.shape, data[field.key], (*path, field.key)) for field in selection.fields
        }

    def value(self, field: Field, shape: Shape, value: Any, path: Path) -> Any:
        """A value, or null if it is allowed there. Raises _Nulled if it is not."""
        before = len(self.errors)
        try:
            if isinstance(value, Failed):
                raise _Nulled(located_error(value.error, field.nodes, list(path)))  # noqa: TRY301
            return self._inside(field, shape, value, path)
        except _Nulled as nulled:
            if not shape.nullable:
                raise
            self.errors[before:] = [nulled.error]
            return None

    def _inside(self, field: Field, shape: Shape, value: Any, path: Path) -> Any:
        if value is None:
            return None
        if (item := shape.item) is not None:
            return [self.value(field, item, one, (*path, index)) for index, one in enumerate(value)]
        selection = shape.selection_of(value, self._run)
        return value if selection is None else self.object(selection, value, path)
