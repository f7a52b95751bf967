"""Subscriptions to the log: executing their selection on an event once, for all who are to be shown the same."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final, cast
from weakref import WeakValueDictionary

import orjson
from graphql import (
    FieldNode,
    GraphQLError,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    visit,
)
from graphql.language import DocumentNode

from gql.documents import Known
from gql.execution.plans import Bound, planned
from gql.execution.run import Run
from gql.fields import DECLARED, RESUME
from gql.masking import INTERNAL, UNAVAILABLE, MaskedSchema, code_of, incident, masked
from live.seats import Over
from resolvers.context import Context
from resolvers.declare import Declaration, Depends
from resolvers.following import Following, Subscribed
from resolvers.log_pages import Event

_OURS: Final = frozenset({INTERNAL, UNAVAILABLE})


class Unshowable(Exception):
    """An event could not be shown. ``errors`` are masked."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


def failure(error: Exception) -> Exception:
    """Logs what went wrong on our side, and answers what is said of it."""
    return error if isinstance(error, Unshowable) else Unshowable([incident(error)])


class Followings:
    """What is followed in this process: subscriptions that are equal share one."""

    def __init__(self) -> None:
        self._known: WeakValueDictionary[Hashable, Following] = WeakValueDictionary()

    def of(self, schema: MaskedSchema, text: str, variables: Mapping[str, Any], context: Context) -> Following:
        """The subscription of which a context has met the resolver."""
        subscribed: Subscribed = context.wanted
        raw = subscribed.info._raw_info  # noqa: SLF001  # there is no public way to the operation
        name = raw.operation.name.value if raw.operation.name else None
        document = DocumentNode(definitions=(raw.operation, *raw.fragments.values()))
        known = schema.documents.get(text)
        shape = _shape(schema, name, document, known)
        told = {name: value for name, value in variables.items() if name not in shape.resume}
        key = (context.firm_id, text, name, orjson.dumps(told, option=orjson.OPT_SORT_KEYS))
        found = self._known.get(key)
        if found is None:
            bound = planned(schema, document, name, known).bind(variables)
            assert isinstance(bound, Bound)  # graphql-core has read the same variables
            source = subscribed.wanted.source
            found = Following(context.firm_id, key, subscribed.about, source, shape.depends, _Run(bound, name))
            self._known[key] = found
        return found


def _shape(schema: MaskedSchema, name: str | None, document: DocumentNode, known: Known | None) -> _Shape:
    facts = known.facts if known else {}
    key = _Shape, name
    if key not in facts:
        facts[key] = _Shape(schema._schema, document)  # noqa: SLF001  # there is no public way to graphql-core's schema
    shape: _Shape = facts[key]
    return shape


class _Run:
    """Executes one subscription's selection on events."""

    def __init__(self, bound: Bound, name: str | None) -> None:
        self._bound = bound
        self._name = name

    async def __call__(self, context: Context, event: Event) -> bytes:
        """The encoded result. Raises Over for an error of the client's, Unshowable for one of ours."""
        result = await Run(self._bound, context).result(event)
        if result.errors:
            failure = Unshowable(masked(result.errors, self._name))
            if any(code_of(error) in _OURS for error in failure.errors):
                raise failure
            raise Over(failure)
        return orjson.dumps({"data": result.data})


class _Shape(Visitor):
    """What a subscription's selection says of the viewer, and which variables only say from where to go on."""

    def __init__(self, schema: Any, document: DocumentNode) -> None:
        super().__init__()
        self.depends = Depends.NONE
        self._types = TypeInfo(schema)
        self._root = schema.subscription_type
        self._resumes: set[str] = set()
        self._uses: dict[str, int] = {}
        visit(document, TypeInfoVisitor(self._types, self))
        self.resume = frozenset(name for name in self._resumes if self._uses[name] == 1)
        """Variables that are used for nothing but the cursor."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Adds what a field depends on; what the stream itself does is its source's business."""
        field = self._types.get_field_def()
        if self._types.get_parent_type() is self._root:
            values = [argument.value for argument in node.arguments or () if argument.name.value == RESUME]
            self._resumes |= {value.name.value for value in values if isinstance(value, VariableNode)}
        elif field is not None:
            self.depends |= _depends(field)

    def enter_variable(self, node: VariableNode, _key: Any, parent: Any, *_: Any) -> None:
        """Counts the uses of variables."""
        if not (parent is not None and getattr(parent, "kind", "") == "variable_definition"):
            self._uses[node.name.value] = self._uses.get(node.name.value, 0) + 1


def _depends(field: Any) -> Depends:
    definition = field.extensions.get("strawberry-definition")
    if definition is None:  # __typename
        return Depends.NONE
    declared = cast("Declaration", definition.metadata[DECLARED])
    return declared.depends | (Depends.RIGHTS if declared.looks_at_rights else Depends.NONE)
