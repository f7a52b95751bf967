"""The shape of a document, read off its text alone: how deep it is, how many aliases and root fields it has."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    Token,
    TokenKind,
)

from gql.selections import Definitions

MAX_DEPTH: Final = 15
"""Fields below one another, the root field counted."""

MAX_ALIASES: Final = 60
"""Aliased fields in one operation; those of a fragment count wherever it is spread."""

MAX_ROOT_FIELDS: Final = 30
"""Fields at the root of one operation."""

MAX_SAME_NAME: Final = 150
"""Fields of one response name in one document. Whether two of a name can be merged is tried pair by pair."""

MAX_VALUE_DEPTH: Final = 20
"""Lists and input objects inside one another, in a literal and in the variables."""

_INTROSPECTION: Final = frozenset({"__schema", "__type"})
_OPENING: Final = frozenset({TokenKind.PAREN_L, TokenKind.BRACKET_L})
_CLOSING: Final = frozenset({TokenKind.PAREN_R, TokenKind.BRACKET_R})
_STRINGS: Final = frozenset({TokenKind.STRING, TokenKind.BLOCK_STRING})


@dataclass(slots=True)
class Size:
    """The size of a selection set with everything below it and every fragment that it spreads."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    """The fields of the set itself, not of those below."""

    introspects: bool = False

    def add(self, other: "Size") -> None:
        """Takes in a set that is merged into this one: a fragment."""
        self.depth = max(self.depth, other.depth)
        self.aliases += other.aliases
        self.fields += other.fields
        self.introspects |= other.introspects

    def add_field(self, node: FieldNode, below: "Size") -> None:
        """Takes in a field. What lies below an introspection field has a limit of its own in graphql-core."""
        introspection = node.name.value in _INTROSPECTION
        self.fields += 1
        self.depth = max(self.depth, 1 + (0 if introspection else below.depth))
        self.aliases += below.aliases + (node.alias is not None)
        self.introspects |= introspection or below.introspects


def shape_errors(document: DocumentNode, *, introspection: bool) -> list[GraphQLError]:
    """Every limit that the shape of the document breaks, worded for its writer. Takes time linear in its tokens."""
    if error := _text_error(document):
        return [error]
    definitions = Definitions.of(document)
    fragments: dict[str, Size] = {}
    names: Counter[str] = Counter()
    for fragment in definitions.fragments:
        fragments[fragment.name.value] = _size(fragment.selection_set, fragments, names)
    errors = []
    for operation in definitions.operations:
        size = _size(operation.selection_set, fragments, names)
        errors += _operation_errors(operation, size, introspection=introspection)
    return errors or _name_errors(names)


def _operation_errors(node: OperationDefinitionNode, size: Size, *, introspection: bool) -> list[GraphQLError]:
    errors = []
    if size.introspects and not introspection:
        errors.append(_refusal("INTROSPECTION_DISABLED", "Introspection is turned off on this server.", node))
    if size.depth > MAX_DEPTH:
        text = f"The operation is {size.depth} fields deep; at most {MAX_DEPTH} are allowed."
        errors.append(_refusal("DEPTH_LIMIT", text, node))
    if size.aliases > MAX_ALIASES:
        text = f"The operation has {size.aliases} aliases, fragments included; at most {MAX_ALIASES} are allowed."
        errors.append(_refusal("ALIAS_LIMIT", text, node))
    if size.fields > MAX_ROOT_FIELDS:
        text = f"The operation has {size.fields} fields at its root; at most {MAX_ROOT_FIELDS} are allowed."
        errors.append(_refusal("COST_LIMIT", text, node))
    return errors


def _name_errors(names: Counter[str]) -> list[GraphQLError]:
    text = "The document selects {!r} {} times; at most {} are allowed for one name."
    return [
        _refusal("COST_LIMIT", text.format(name, count, MAX_SAME_NAME))
        for name, count in names.most_common(1)
        if count > MAX_SAME_NAME
    ]


def _size(selection_set: SelectionSetNode, fragments: dict[str, Size], names: Counter[str]) -> Size:
    size = Size()
    for selection in selection_set.selections:
        if isinstance(selection, FragmentSpreadNode):
            size.add(fragments.get(selection.name.value, Size()))
            continue
        inner: SelectionSetNode | None = getattr(selection, "selection_set", None)
        below = _size(inner, fragments, names) if inner else Size()
        if isinstance(selection, FieldNode):
            names[(selection.alias or selection.name).value] += 1
            size.add_field(selection, below)
        else:
            size.add(below)
    return size


def _text_error(document: DocumentNode) -> GraphQLError | None:
    """Looks at the tokens: text that the database cannot hold, values that are nested too deeply."""
    token: Token | None = document.loc.start_token if document.loc else None
    depth = 0
    while token:
        if token.kind in _STRINGS and "\0" in (token.value or ""):
            where = f"line {token.line}, column {token.column}"
            return _refusal("BAD_REQUEST", f"The text at {where} of the document contains a NUL character.")
        depth += _step(token, depth)
        if depth > MAX_VALUE_DEPTH + 1:  # the parenthesis around the arguments is no value
            return _refusal("DEPTH_LIMIT", f"A value is nested more than {MAX_VALUE_DEPTH} levels deep.")
        token = token.next
    return None


def _step(token: Token, depth: int) -> int:
    """How the nesting of values changes at a token. A brace belongs to a value only inside arguments."""
    if token.kind in _OPENING or (depth and token.kind is TokenKind.BRACE_L):
        return 1
    return -1 if token.kind in _CLOSING or (depth and token.kind is TokenKind.BRACE_R) else 0


def _refusal(code: str, message: str, node: OperationDefinitionNode | None = None) -> GraphQLError:
    return GraphQLError(message, node, extensions={"code": code})
