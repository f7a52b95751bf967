"""Binding: how a field of a type is tied to its resolver, with its description and its declaration (AC6)."""

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Annotated, Any, Final

import strawberry
from graphql import GraphQLError
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from engine.enums import ErrorCode
from engine.errors import Problem, Refused, invalid
from engine.unset import UNSET
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, Declaration, Depends, camel, declaration, error_row
from resolvers.following import Subscribed, Wanted

DECLARED: Final = "declaration"  # key of a field's metadata
SNAPSHOT: Final = "snapshot"  # key of the metadata of root fields that need one instant for all they show
_NOTHING: Final[tuple[Any, ...]] = ()
MOST_VALUES: Final = 1_000  # in one argument of a query
RESUME: Final = "after"
"""The argument of a stream that says from where to go on. It is no part of what is followed."""
KEPT: Final = "kept"  # key of the metadata of input fields that may be left out but not cleared


@dataclass(frozen=True, slots=True)
class Arg:
    """An argument of a field: its type as GraphQL shows it, what it is, and its default."""

    type: Any
    description: str
    default: Any = field(default=inspect.Parameter.empty)


PAGE: Final = {
    "first": Arg(int | None, "How many from the start, at most 200; 50 by default.", None),
    "after": Arg(str | None, "Start after the thing with this cursor.", None),
    "last": Arg(int | None, "How many from the end, at most 200.", None),
    "before": Arg(str | None, "End before the thing with this cursor.", None),
}


def plain(description: str, *, depends: Depends = Depends.NONE, **options: Any) -> Any:
    """A field that is a column of its parent: whoever sees the parent sees it."""
    metadata = {DECLARED: Declaration(WITH_PARENT, depends)}
    return strawberry.field(description=description, metadata=metadata, **options)


def given(description: str, **options: Any) -> Any:
    """A field of an input."""
    return strawberry.field(description=description, **options)


def optional(description: str) -> Any:
    """A field of an input that may be left out, which is not the same as null."""
    return strawberry.field(description=description, default=strawberry.UNSET)


def settable(description: str) -> Any:
    """A field of an input that may be left out, and that cannot be cleared: null is refused."""
    kept = f"{description} Leave it out to keep it."
    return strawberry.field(description=kept, default=strawberry.UNSET, metadata={KEPT: True})


def root(resolver: Callable[..., Awaitable[Any]], description: str, **args: Arg) -> Any:
    """A field of the query root."""
    return _root(resolver, description, args, {})


def snapshot(resolver: Callable[..., Awaitable[Any]], description: str, **args: Arg) -> Any:
    """A field of the query root all of which is to show one instant."""
    return _root(resolver, description, args, {SNAPSHOT: True})


def _root(
    resolver: Callable[..., Awaitable[Any]], description: str, args: dict[str, Arg], metadata: dict[str, Any]
) -> Any:
    declared = declaration(resolver)

    async def resolve(root: Any, info: Any, **values: Any) -> Any:
        context: Context = info.context
        problem = declared.may.refusal(context)
        if problem:
            raise refusal([problem])
        return await _asked(resolver, context, values)

    return _field(resolve, description, declared, args, metadata)


def streamed(resolver: Callable[..., AsyncGenerator[Any, None]], description: str, **args: Arg) -> Any:
    """A field of the subscription root."""
    declared = declaration(resolver)

    async def resolve(root: Any, info: Any, **values: Any) -> AsyncGenerator[Any, None]:
        context: Context = info.context
        problem = declared.may.refusal(context)
        if problem:
            raise refusal([problem])
        try:
            async with aclosing(resolver(context, **_domain_values(values))) as events:
                async for event in events:
                    yield event
        except Refused as refused:
            raise refusal(refused.problems) from refused

    return _field(resolve, description, declared, args, {}, make=strawberry.subscription)


def followed(resolver: Callable[..., Wanted], description: str, **args: Arg) -> Any:
    """A field of the subscription root that follows the log. It yields nothing itself: the hub takes over (LV1)."""
    declared = declaration(resolver)

    async def resolve(root: Any, info: Any, **values: Any) -> AsyncGenerator[Any, None]:
        context: Context = info.context
        problem = declared.may.refusal(context)
        if problem:
            raise refusal([problem])
        try:
            asked = _domain_values(values)
            about = info.field_name, tuple(sorted((name, one) for name, one in asked.items() if name != RESUME))
            context.wanted = Subscribed(resolver(context, **asked), about, info)
        except Refused as refused:
            raise refusal(refused.problems) from refused
        for nothing in _NOTHING:  # it makes this a stream, as the schema wants it
            yield nothing

    return _field(resolve, description, declared, args, {}, make=strawberry.subscription)


def batched(resolver: Callable[..., Awaitable[Sequence[Any]]], description: str, **args: Arg) -> Any:
    """A field whose resolver answers for all parents of a level at once."""
    declared = declaration(resolver)

    async def resolve(root: Any, info: Any, **values: Any) -> Any:
        context: Context = info.context
        asked = {name: to_domain(value) for name, value in values.items()}
        key = (resolver, tuple(sorted(asked.items(), key=lambda item: item[0])))
        loader = context.loaders.get(key)
        if loader is None:

            async def load(parents: list[Any]) -> Sequence[Any]:
                if declared.may.refusal(context):
                    return [None] * len(parents)
                answers: Sequence[Any] = await _asked(resolver, context, asked, parents)
                return answers

            loader = context.loaders[key] = DataLoader(load_fn=load, cache=context.shared, cache_key_fn=_Same)
        return await loader.load(root)

    return _field(resolve, description, declared, args, {})


def mutates(resolver: Callable[[Context, Any], Awaitable[Any]], description: str, input_type: type) -> Any:
    """A field of the mutation root: one ``input``, a payload with the thing changed and typed errors (API1)."""
    declared = declaration(resolver)

    async def resolve(root: Any, info: Any, **values: Any) -> Any:
        context: Context = info.context
        said = values["input"]
        context.mutation_id = said.client_mutation_id or None
        refused = declared.may.refusal(context)
        problems = [refused] if refused else said.problems()
        if problems:
            payload = {"errors": [error_row(problem) for problem in problems]}
        else:
            payload = await resolver(context, said.command())
        return {**payload, "client_mutation_id": context.mutation_id}

    args = {"input": Arg(input_type, "What to do.")}
    return _field(resolve, description, declared, args, {})


def refusal(problems: Sequence[Problem]) -> GraphQLError:
    """A refused read as an error of the field, with the code to switch on."""
    first = problems[0]
    extensions: dict[str, Any] = {"code": first.code.value}
    if first.path:
        extensions["argument"] = ".".join(camel(step) for step in first.path)
    return GraphQLError(first.message, extensions=extensions)


async def _asked(
    resolver: Callable[..., Awaitable[Any]], context: Context, values: dict[str, Any], *parents: Any
) -> Any:
    try:
        return await resolver(context, *parents, **_domain_values(values))
    except Refused as refused:
        raise refusal(refused.problems) from refused


class _Same:
    """A parent by its identity. It holds the parent, so that nothing else can come to have the same identity."""

    __slots__ = ("parent",)

    def __init__(self, parent: Any) -> None:
        self.parent = parent

    def __hash__(self) -> int:
        return id(self.parent)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.parent is self.parent


def _domain_values(values: dict[str, Any]) -> dict[str, Any]:
    """A field's arguments as resolvers know them. Raises Refused for more than anybody needs."""
    asked = {name: to_domain(value) for name, value in values.items()}
    for name, value in asked.items():
        if weight(value) > MOST_VALUES:
            raise invalid(ErrorCode.TOO_MANY, f"At most {MOST_VALUES:,} values in one argument.", name)
    return asked


def weight(value: Any) -> int:
    """How many values an argument holds, each part of a filter counted."""
    if isinstance(value, tuple):
        return sum(map(weight, value))
    if is_dataclass(value):
        return 1 + sum(weight(getattr(value, part.name)) for part in fields(value))
    return 0 if value is None or value is UNSET else 1


def to_domain(value: Any) -> Any:
    """What a client said, as the layers below know it: lists as tuples, inputs as their commands."""
    if value is strawberry.UNSET:
        return UNSET
    if isinstance(value, list):
        return tuple(to_domain(one) for one in value)
    if getattr(type(value), "__unwrapped__", False):
        return next(to_domain(one) for one in vars(value).values() if one is not strawberry.UNSET)
    domain = getattr(type(value), "__domain__", None)
    if domain is None:
        return value
    names = {part.name for part in fields(domain)}
    said = {part.name: to_domain(getattr(value, part.name)) for part in fields(value) if part.name in names}
    return domain(**{name: one for name, one in said.items() if one is not UNSET})


def _field(
    resolve: Any,
    description: str,
    declared: Declaration,
    args: dict[str, Arg],
    metadata: dict[str, Any],
    make: Callable[..., Any] = strawberry.field,
) -> Any:
    kind = inspect.Parameter
    parameters = [
        kind("root", kind.POSITIONAL_OR_KEYWORD),
        kind("info", kind.POSITIONAL_OR_KEYWORD, annotation=Info),
        *(
            kind(
                name,
                kind.KEYWORD_ONLY,
                annotation=Annotated[arg.type, strawberry.argument(description=arg.description)],
                default=arg.default,
            )
            for name, arg in args.items()
        ),
    ]
    resolve.__signature__ = inspect.Signature(parameters)
    resolve.__annotations__ = {one.name: one.annotation for one in parameters if one.annotation is not kind.empty}
    return make(resolver=resolve, description=description, metadata={DECLARED: declared, **metadata})
