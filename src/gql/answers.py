"""How a bound field gets its data, whoever executes: for one source at the root, or for all sources of a level."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import GraphQLError

from engine.errors import Problem, Refused
from gql.arguments import domain_values
from resolvers.context import Context
from resolvers.declare import Declaration, camel, error_row
from resolvers.selected import Selected

SELECTED: Final = "selected"
"""The parameter of resolvers that want to know what is selected of what they answer."""
Values = Mapping[str, Any]
"""Arguments by the names of their parameters, inputs as strawberry makes them."""


@dataclass(frozen=True, slots=True)
class Read:
    """A field of the query root. Raises GraphQLError where the viewer is refused."""

    resolver: Callable[..., Awaitable[Any]]
    declared: Declaration
    asks_what: bool = field(init=False)
    """Whether the resolver wants to know what is selected."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "asks_what", _asks_what(self.resolver))

    async def __call__(self, context: Context, values: Values, selected: Selected | None = None) -> Any:
        """The value; all of it where nobody says what is selected."""
        problem = self.declared.may.refusal(context)
        if problem:
            raise refusal([problem])
        more = {SELECTED: selected} if self.asks_what else {}
        try:
            return await self.resolver(context, **domain_values(values), **more)
        except Refused as refused:
            raise refusal(refused.problems) from refused


@dataclass(frozen=True, slots=True)
class Change:
    """A field of the mutation root: refusals are in its payload (API1)."""

    resolver: Callable[[Context, Any], Awaitable[Any]]
    declared: Declaration

    async def __call__(self, context: Context, values: Values) -> dict[str, Any]:
        """The payload."""
        said = values["input"]
        context.mutation_id = said.client_mutation_id or None
        refused = self.declared.may.refusal(context)
        problems = [refused] if refused else said.problems()
        if problems:
            payload = {"errors": [error_row(problem) for problem in problems]}
        else:
            payload = await self.resolver(context, said.command())
        return {**payload, "client_mutation_id": context.mutation_id}


@dataclass(frozen=True, slots=True)
class Batch:
    """A field whose resolver answers for all parents of a level at once; equal for fields that have it in common."""

    resolver: Callable[..., Awaitable[Sequence[Any]]]
    declared: Declaration = field(compare=False)
    same_for_all: bool = field(init=False, compare=False)
    """Whether all readers are shown the same, given the same parent."""
    asks_what: bool = field(init=False, compare=False)
    """Whether the resolver wants to know what is selected."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "same_for_all", self.declared.same_for_all)
        object.__setattr__(self, "asks_what", _asks_what(self.resolver))

    async def __call__(
        self, context: Context, parents: Sequence[Any], values: Values, selected: Selected | None = None
    ) -> Sequence[Any]:
        """An answer for each parent, in their order; null for all where the viewer may not ask."""
        if self.declared.may.refusal(context):
            return [None] * len(parents)
        more = {SELECTED: selected} if self.asks_what else {}
        try:
            return await self.resolver(context, parents, **domain_values(values), **more)
        except Refused as refused:
            raise refusal(refused.problems) from refused


def _asks_what(resolver: Callable[..., Any]) -> bool:
    return SELECTED in inspect.signature(resolver).parameters


def refusal(problems: Sequence[Problem]) -> GraphQLError:
    """A refused read as an error of the field, with the code to switch on."""
    first = problems[0]
    extensions: dict[str, Any] = {"code": first.code.value}
    if first.path:
        extensions["argument"] = ".".join(camel(step) for step in first.path)
    return GraphQLError(first.message, extensions=extensions)
