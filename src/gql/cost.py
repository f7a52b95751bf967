"""The page budget: how many objects an operation may ask for, by its page sizes, before anything is read."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from gql.selections import Definitions

MAX_OBJECTS: Final = 50_000
"""Objects that one operation may ask for, all pages full."""

DEFAULT_PAGE: Final = 50
"""The size of a page whose size is not said (API2)."""

MAX_PAGE: Final = 200
"""The largest page there is (API2): who asks for more is refused by the field itself, with a better message."""

PLAIN_LIST_SIZE: Final = 1
"""Short bounded lists (a job's assignees) count as one object."""

EVENT_SIZE: Final = 100
"""The changes of one event: mostly a few, and some hundreds of jobs at most."""

LONG_LIST_SIZE: Final = 10
"""The automations of a stage, the questions of an organizer: mostly a few, a hundred or two at most."""

INTROSPECTION_LIST_SIZE: Final = 10
"""Types, fields and arguments: one whole introspection is allowed, ten in one operation are not."""

LONG_TEXT: Final = 10
"""What a text of up to 10,000 characters counts, in objects: answers stay within some 50 MB."""

_EVENTS: Final = frozenset({"BoardChange", "JobChange", "MyWorkChange", "DashboardChange"})
_JOINED: Final = frozenset({"Changes"})  # whose events are joined, however many were asked for
_LONG_TEXTS: Final = frozenset({"description", "text", "html", "body", "answer", "reason", "checkList", "document"})
_HEAVY: Final[Mapping[str, int]] = {"previewMove": 5_000, "pipelineTemplate": 5_000}  # fields that do work, in objects
_LONG_LISTS: Final = frozenset({"automations", "statusAutomations", "health", "viewers", "questions"})
_SIZES: Final = frozenset({"first", "last", "ids"})
_WRAPPERS: Final = ("Connection", "Edge")
_WRAPPED: Final = frozenset({"nodes", "edges", "node", "pageInfo"})


def cost_errors(
    schema: GraphQLSchema, definitions: Definitions, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> list[GraphQLError]:
    """The error for an operation over the budget, or nothing. Parts that validation refuses count nothing."""
    objects = objects_asked(schema, definitions, operation, variables)
    if objects <= MAX_OBJECTS:
        return []
    shown = f"{objects:,}" if objects < 10**12 else "far too many"
    text = (
        f"The operation may ask for {shown} objects; at most {MAX_OBJECTS:,} are allowed. "
        "Ask for smaller pages (`first`) in connections inside other lists."
    )
    return [GraphQLError(text, operation, extensions={"code": "COST_LIMIT"})]


def objects_asked(
    schema: GraphQLSchema, definitions: Definitions, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> int:
    """How many objects the operation asks for where every page is full.

    A field that holds an object counts one, a page its size, and everything below it that many times. A fragment
    counts where it is spread. Linear in the document: each fragment is counted once and multiplied.
    """
    counter = _Counter(schema, _with_defaults(operation, variables))
    for fragment in definitions.fragments:
        kind = schema.get_type(fragment.type_condition.name.value)
        counter.fragments[fragment.name.value] = counter.below(fragment.selection_set, kind)
    return counter.below(operation.selection_set, schema.get_root_type(operation.operation))


def sizing(definitions: Definitions) -> frozenset[str]:
    """The names of variables that say how many: whatever the others are, the number of objects is the same."""
    found: set[str] = set()
    left: list[Any] = [*definitions.operations, *definitions.fragments]
    while left:
        node = left.pop()
        for argument in getattr(node, "arguments", None) or ():
            if argument.name.value in _SIZES and isinstance(argument.value, VariableNode):
                found.add(argument.value.name.value)
        selections = getattr(node, "selection_set", None)
        left.extend(selections.selections if selections else ())
    return frozenset(found)


def sizes(names: Iterable[str], variables: Mapping[str, Any]) -> tuple[Any, ...]:
    """All that matters of the values of variables, by which an earlier count may be found."""
    return tuple(_extent(variables[name]) if name in variables else Undefined for name in names)


def _extent(value: Any) -> Any:
    return ("ids", len(value)) if isinstance(value, list) else _integer(value)


def _with_defaults(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    values = {}
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        if name in variables:
            values[name] = variables[name]
        elif isinstance(definition.default_value, IntValueNode | ListValueNode):
            values[name] = _literal(definition.default_value)
    return values


class _Counter:
    def __init__(self, schema: GraphQLSchema, variables: Mapping[str, Any]) -> None:
        self.schema = schema
        self.variables = variables
        self.fragments: dict[str, int] = {}

    def below(self, selection_set: SelectionSetNode | None, kind: object) -> int:
        """The objects asked for below one object of the type ``kind``."""
        total = 0
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                total += self.field(selection, kind)
            elif isinstance(selection, FragmentSpreadNode):
                total += self.fragments.get(selection.name.value, 0)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = self.schema.get_type(condition.name.value) if condition else kind
                total += self.below(selection.selection_set, inner)
        return total

    def field(self, node: FieldNode, parent: object) -> int:
        name = node.name.value
        definition = self.definition(parent, name)
        if definition is None or is_leaf_type(get_named_type(definition.type)):
            return LONG_TEXT if definition is not None and name in _LONG_TEXTS else 0
        below = self.below(node.selection_set, get_named_type(definition.type))
        if name in _WRAPPED and str(parent).endswith(_WRAPPERS):
            return below
        return _HEAVY.get(name, 0) + self.size(node, definition, parent) * (1 + below)

    def definition(self, parent: object, name: str) -> GraphQLField | None:
        if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return self.schema.get_field(parent, name)
        return None

    def size(self, node: FieldNode, definition: GraphQLField, parent: object) -> int:
        """How many objects one such field brings."""
        if get_named_type(definition.type).name in _JOINED:
            return 1
        if definition.args.keys() & {"first", "last"} or get_named_type(definition.type).name.endswith("Connection"):
            return self.page(node, definition)
        if not is_list_type(get_nullable_type(definition.type)):
            return 1
        if "ids" in definition.args:
            return self.count(node)
        return self.plain_list(node.name.value, definition, parent)

    def plain_list(self, name: str, definition: GraphQLField, parent: object) -> int:
        if get_named_type(definition.type).name in _EVENTS:
            return EVENT_SIZE
        if name in _LONG_LISTS:
            return LONG_LIST_SIZE
        return INTROSPECTION_LIST_SIZE if str(parent).startswith("__") else PLAIN_LIST_SIZE

    def page(self, node: FieldNode, definition: GraphQLField) -> int:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        sizes = [self.number(given.get(name), definition, name) for name in ("first", "last")]
        said = [size for size in sizes if size is not None]
        return max(0, min(MAX_PAGE, max(said))) if said else DEFAULT_PAGE

    def number(self, value: ValueNode | None, definition: GraphQLField, name: str) -> int | None:
        if value is None:
            default = definition.args[name].default_value if name in definition.args else Undefined
            return _integer(default)
        return _integer(self.value(value))

    def count(self, node: FieldNode) -> int:
        given = next((argument.value for argument in node.arguments or () if argument.name.value == "ids"), None)
        ids = self.value(given) if given else None
        return len(ids) if isinstance(ids, list) else 1

    def value(self, node: ValueNode) -> Any:
        return self.variables.get(node.name.value) if isinstance(node, VariableNode) else _literal(node)


def _literal(node: ValueNode) -> Any:
    if isinstance(node, IntValueNode):
        return int(node.value) if len(node.value) < 12 else MAX_PAGE  # a longer one is no Int: validation says so
    return list(node.values) if isinstance(node, ListValueNode) else None


def _integer(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) < 2**31 else MAX_PAGE
