"""Mutations that run one command and answer the thing it changed."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from engine.work import Work
from resolvers.context import Context
from resolvers.declare import Payload, Rule, Run, error_row, mutation

Read = Callable[[Context, Sequence[str | None]], Awaitable[Sequence[Any]]]


def command(run: Callable[[Work, Any], Awaitable[str]], thing: str, read: Read, *, may: Rule) -> Run:
    """A mutation whose payload holds, under ``thing``, what ``read`` finds for the id that the command answers."""

    async def resolve(context: Context, given: Any) -> Payload:
        context.warnings.clear()
        thing_id = await context.perform(run, given)
        return {thing: (await read(context, [thing_id]))[0], "warnings": [error_row(one) for one in context.warnings]}

    resolve.__qualname__, resolve.__module__ = run.__qualname__, run.__module__
    return mutation(may)(resolve)


def removal(run: Callable[[Work, Any], Awaitable[str]], *, may: Rule) -> Run:
    """A mutation that deletes: its payload holds the id of what is gone."""

    async def resolve(context: Context, given: Any) -> Payload:
        return {"deleted_id": await context.perform(run, given)}

    resolve.__qualname__, resolve.__module__ = run.__qualname__, run.__module__
    return mutation(may)(resolve)
