"""Writing valid documents for a schema at random, with all that GraphQL has: a seed writes the same again."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
    parse,
    type_from_ast,
)

from tests.gql.execution.compare import Asked

SCALARS: dict[str, list[Any]] = {
    "Int": [0, 1, 2, 3, -1],
    "Float": [0.5, 2],
    "String": ["", "a", "Tax", 'say "hi"'],
    "Boolean": [True, False],
    "Date": ["2026-01-31"],
    "DateTime": ["2026-01-31T12:00:00Z"],
    "TimeOfDay": ["08:30"],
    "Decimal": ["12.50"],
}


RARE = frozenset({"after", "before", "last"})
"""Arguments that are mostly refused."""


class Name(str):
    """The name of an enum's value: in a literal it stands without quotes."""

    __slots__ = ()


class Writer:
    """Writes one document of about ``size`` fields. ``ids`` are what there is to ask for."""

    def __init__(self, schema: GraphQLSchema, seed: int, size: int, ids: Sequence[str] = ("1", "2")) -> None:
        self._schema = schema
        self._dice = random.Random(seed)  # noqa: S311
        self._left = size
        self._scalars = {**SCALARS, "ID": list(ids)}
        self._fragments: dict[str, list[str]] = {}
        self._texts: list[str] = []
        self._declared: list[str] = []
        self._variables: dict[str, Any] = {}
        self._names = 0

    def query(self, *fields: str) -> Asked:
        """A query, of these root fields or of any."""
        return self._operation("query", self._schema.query_type, fields)

    def subscription(self, field: str) -> Asked:
        """A subscription of one field."""
        return self._operation("subscription", self._schema.subscription_type, [field])

    def mutation(self, name: str, given: dict[str, Any]) -> Asked:
        """A mutation with this input, which selects anything of its payload."""
        root: Any = self._schema.mutation_type
        field = root.fields[name]
        self._declared.append(f"$input: {field.args['input'].type}")
        self._variables["input"] = given
        return self._document("mutation", f"{name}(input: $input) {self._selection(get_named_type(field.type))}")

    def filled(self, text: str) -> list[Asked]:
        """Each operation of a document, with values for its variables."""
        operations = [one for one in parse(text).definitions if isinstance(one, OperationDefinitionNode)]
        several = len(operations) > 1
        return [Asked(text, self._filled(one), one.name.value if one.name and several else None) for one in operations]

    def _filled(self, operation: OperationDefinitionNode) -> dict[str, Any]:
        values = {}
        for one in operation.variable_definitions or ():
            kind = type_from_ast(self._schema, one.type)
            if is_non_null_type(kind) or self._chance(0.6):
                values[one.variable.name.value] = self._value(kind)
        return values

    def _operation(self, what: str, root: Any, fields: Sequence[str]) -> Asked:
        parts = [self._field(root.fields[name], name) for name in fields] or self._parts(root)
        return self._document(what, " ".join(parts or ["__typename"]))

    def _document(self, what: str, selection: str) -> Asked:
        several = self._chance(0.2)
        declared = f"({', '.join(self._declared)})" if self._declared else ""
        text = f"{what} {'Asked' if several else ''}{declared} {{ {selection} }}"
        texts = [text, *self._texts, *(["query Other { __typename }"] if several else [])]
        self._dice.shuffle(texts)
        return Asked("\n".join(texts), self._variables, "Asked" if several else None)

    def _chance(self, probability: float) -> bool:
        return self._dice.random() < probability

    def _name(self, prefix: str) -> str:
        self._names += 1
        return f"{prefix}{self._names}"

    def _selection(self, kind: GraphQLNamedType) -> str:
        parts = self._parts(kind)
        return f"{{ {' '.join(parts or ['__typename'])} }}"

    def _parts(self, kind: GraphQLNamedType) -> list[str]:
        """Selections of a type, some of them in fragments, some twice."""
        fields = list(getattr(kind, "fields", {}).items())
        wanted = self._dice.sample(fields, min(len(fields), self._dice.randint(1, 6)))
        parts = [text for name, field in wanted if (text := self._field(field, name))]
        if self._chance(0.2):
            parts.append(f"{self._alias(0.3)}__typename{self._condition()}")
        if is_abstract_type(kind) or self._chance(0.3):
            parts += [self._fragment(kind) for _ in range(self._dice.randint(1, 2)) if self._left > 0]
        if parts and self._chance(0.1):
            parts.append(self._dice.choice(parts))
        self._dice.shuffle(parts)
        return parts

    def _field(self, field: GraphQLField, name: str) -> str:
        if self._left <= 0:
            return ""
        self._left -= 1
        given = self._arguments(field)
        head = f"{self._alias(1 if given else 0.15)}{name}{given}{self._condition()}"
        kind = get_named_type(field.type)
        return head if is_leaf_type(kind) else f"{head} {self._selection(kind)}"

    def _alias(self, probability: float) -> str:
        return f"{self._name('a')}: " if self._chance(probability) else ""

    def _fragment(self, kind: Any) -> str:
        """A fragment on the type or on one that shares objects with it: inline, named, or named before."""
        on = self._overlapping(kind)
        known = self._fragments.get(on.name, [])
        if known and self._chance(0.3):
            return f"...{self._dice.choice(known)}{self._condition()}"
        if self._chance(0.6):
            condition = "" if on is kind and self._chance(0.5) else f"on {on.name}"
            return f"... {condition}{self._condition()} {self._selection(on)}"
        name = self._name("F")
        self._texts.append(f"fragment {name} on {on.name} {self._selection(on)}")
        self._fragments.setdefault(on.name, []).append(name)
        return f"...{name}{self._condition()}"

    def _overlapping(self, kind: Any) -> Any:
        """A type that shares objects with one, or itself."""
        if self._chance(0.3):
            return kind
        if not is_abstract_type(kind):
            return self._dice.choice([kind, *kind.interfaces])
        possible = list(self._schema.get_possible_types(kind))
        return self._dice.choice([*possible, *possible, *(above for one in possible for above in one.interfaces)])

    def _condition(self) -> str:
        if not self._chance(0.08):
            return ""
        directive, value = self._dice.choice(["skip", "include"]), self._chance(0.5)
        if self._chance(0.4):
            return f" @{directive}(if: {json.dumps(value)})"
        name = self._name("b")
        if self._chance(0.5):
            self._declared.append(f"${name}: Boolean!")
            self._variables[name] = value
        else:
            self._declared.append(f"${name}: Boolean = {json.dumps(value)}")
            if self._chance(0.5):
                self._variables[name] = not value
            elif self._chance(0.1):
                self._variables[name] = None  # valid, and an error of the field
        return f" @{directive}(if: ${name})"

    def _arguments(self, field: GraphQLField) -> str:
        parts = [
            f"{name}: {self._argument(argument)}"
            for name, argument in field.args.items()
            if is_required_argument(argument) or self._chance(0.03 if name in RARE else 0.3)
        ]
        return f"({', '.join(parts)})" if parts else ""

    def _argument(self, argument: GraphQLArgument) -> str:
        if not self._chance(0.4):
            return literal(self._value(argument.type))
        name = self._name("v")
        default = f" = {literal(self._value(argument.type))}" if self._chance(0.3) else ""
        self._declared.append(f"${name}: {argument.type}{default}")
        optional = default or not is_required_argument(argument)
        if not (optional and self._chance(0.3)):
            self._variables[name] = self._value(argument.type)
        return f"${name}"

    def _value(self, kind: Any, depth: int = 0) -> Any:
        if not is_non_null_type(kind) and self._chance(0.15):
            return None
        kind = get_nullable_type(kind)
        if is_list_type(kind):
            return [self._value(kind.of_type, depth + 1) for _ in range(self._dice.randint(0, 2 if depth < 4 else 0))]
        if isinstance(kind, GraphQLEnumType):
            return Name(self._dice.choice(list(kind.values)))
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind, depth)
        return self._dice.choice(self._scalars[kind.name])

    def _object(self, kind: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
        if kind.extensions["strawberry-definition"].is_one_of:
            name, field = self._dice.choice(list(kind.fields.items()))
            return {name: self._value(GraphQLNonNull(field.type), depth + 1)}
        chance = 0.3 if depth < 4 else 0
        return {
            name: self._value(field.type, depth + 1)
            for name, field in kind.fields.items()
            if is_required_input_field(field) or self._chance(chance)
        }


def literal(value: Any) -> str:
    """A value as it stands in a document."""
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return json.dumps(value)
