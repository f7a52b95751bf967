"""Binding: how a field of a type is tied to its resolver, with its description and its declaration (AC6)."""

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from engine.errors import Refused
from gql.answers import Batch, Change, Read, refusal
from gql.arguments import domain_values, to_domain
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, Declaration, Depends, declaration
from resolvers.following import Subscribed, Wanted

DECLARED: Final = "declaration"  # key of a field's metadata
ANSWERS: Final = "answers"  # key of the metadata of fields with a resolver: a Read, a Change or a Batch
SNAPSHOT: Final = "snapshot"  # key of the metadata of root fields that need one instant for all they show
_NOTHING: Final[tuple[Any, ...]] = ()
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
    return _one(Read(resolver, declaration(resolver)), description, args)


def snapshot(resolver: Callable[..., Awaitable[Any]], description: str, **args: Arg) -> Any:
    """A field of the query root all of which is to show one instant."""
    return _one(Read(resolver, declaration(resolver)), description, args, {SNAPSHOT: True})


def mutates(resolver: Callable[[Context, Any], Awaitable[Any]], description: str, input_type: type) -> Any:
    """A field of the mutation root: one ``input``, a payload with the thing changed and typed errors (API1)."""
    args = {"input": Arg(input_type, "What to do.")}
    return _one(Change(resolver, declaration(resolver)), description, args)


def _one(answer: Read | Change, description: str, args: dict[str, Arg], more: dict[str, Any] | None = None) -> Any:
    async def resolve(root: Any, info: Any, **values: Any) -> Any:
        return await answer(info.context, values)

    return _field(resolve, description, answer.declared, args, {ANSWERS: answer, **(more or {})})


def streamed(resolver: Callable[..., AsyncGenerator[Any, None]], description: str, **args: Arg) -> Any:
    """A field of the subscription root."""
    declared = declaration(resolver)

    async def resolve(root: Any, info: Any, **values: Any) -> AsyncGenerator[Any, None]:
        context: Context = info.context
        problem = declared.may.refusal(context)
        if problem:
            raise refusal([problem])
        try:
            async with aclosing(resolver(context, **domain_values(values))) as events:
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
            asked = domain_values(values)
            about = info.field_name, tuple(sorted((name, one) for name, one in asked.items() if name != RESUME))
            context.wanted = Subscribed(resolver(context, **asked), about, info)
        except Refused as refused:
            raise refusal(refused.problems) from refused
        for nothing in _NOTHING:  # it makes this a stream, as the schema wants it
            yield nothing

    return _field(resolve, description, declared, args, {}, make=strawberry.subscription)


def batched(resolver: Callable[..., Awaitable[Sequence[Any]]], description: str, **args: Arg) -> Any:
    """A field whose resolver answers for all parents of a level at once."""
    answers = Batch(resolver, declaration(resolver))

    async def resolve(root: Any, info: Any, **values: Any) -> Any:
        context: Context = info.context
        key = (resolver, tuple(sorted((name, to_domain(value)) for name, value in values.items())))
        loader = context.loaders.get(key)
        if loader is None:

            async def load(parents: list[Any]) -> Sequence[Any]:
                return await answers(context, parents, values)

            loader = context.loaders[key] = DataLoader(load_fn=load, cache=False)
        return await loader.load(root)

    return _field(resolve, description, answers.declared, args, {ANSWERS: answers})


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
