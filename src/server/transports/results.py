"""Running an operation of any kind as a stream of results, for transports that stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import strawberry
from graphql import GraphQLError
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.schema.schema import StreamResult
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from engine.enums import ErrorCode
from engine.errors import Refused
from gql.answers import refusal
from gql.following import Unshowable
from gql.masking import code_of, incident, masked
from live.tasks import ended
from resolvers.context import Context
from server.transports.operation import Operation

_READS: Final = frozenset({OperationType.QUERY, OperationType.SUBSCRIPTION})
_SESSION_OVER: Final = frozenset({ErrorCode.SESSION_EXPIRED.value, ErrorCode.SESSION_ENDED.value})


@dataclass(frozen=True, slots=True)
class Result:
    """One result, as it goes over the wire. ``ends``: the operation has failed as a whole, and this is all it says."""

    data: dict[str, Any] | None
    errors: list[GraphQLError]
    extensions: dict[str, Any] | None = None
    ends: bool = False

    @property
    def session_over(self) -> ErrorCode | None:
        """Why the session is over, if that is what it says."""
        codes = [code_of(error) for error in self.errors] if self.ends else []
        return next((ErrorCode(code) for code in codes if code in _SESSION_OVER), None)

    @property
    def wrong_method(self) -> bool:
        """Whether it says that the operation is of a kind that was not allowed."""
        return any(isinstance(error.original_error, InvalidOperationTypeError) for error in self.errors)

    def formatted_errors(self) -> list[Any]:
        """The errors alone."""
        return [error.formatted for error in self.errors]

    def payload(self) -> dict[str, Any]:
        """All of it."""
        body: dict[str, Any] = {} if self.ends else {"data": self.data}
        if self.errors:
            body["errors"] = self.formatted_errors()
        if self.extensions:
            body["extensions"] = self.extensions
        return body


def refused(code: str, message: str) -> Result:
    """A result that only says why there is none."""
    return failed([GraphQLError(message, extensions={"code": code})])


def failed(errors: list[GraphQLError]) -> Result:
    """The last result of an operation that failed as a whole."""
    return Result(None, errors, ends=True)


class TooManyStreams(Exception):
    """A member has as many streams open as one may. The message is for clients."""


def last_word(error: Exception, name: str | None) -> Result:
    """The last result of a subscription that the hub has ended, for whatever reason."""
    match error:
        case Refused():
            return failed([refusal(error.problems)])
        case Unshowable():
            return failed(error.errors)
        case TooManyStreams():
            return refused("TOO_MANY_SUBSCRIPTIONS", str(error))
        case _:
            return failed([incident(error, name)])


async def results(schema: strawberry.Schema, operation: Operation, context: Context) -> AsyncGenerator[Result, None]:
    """The results of an operation: one of a query or mutation, any number of a subscription.

    A subscription to the log has none: its resolver leaves in the context what the hub is to follow. What goes wrong is
    a result too, the last one; it never says what went wrong inside (API1).
    """
    try:
        source = await schema.stream(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.name,
            operation_extensions=operation.extensions,
            allowed_operation_types=_READS if operation.read_only else None,
        )
        async with aclosing(source):
            while (found := await _next(source, context)) is not None:
                result = _result(found, operation.name)
                yield result
                if result.ends:
                    return
    except Exception as error:  # noqa: BLE001  (the last gate: nothing of it may reach the client)
        yield failed([incident(error, operation.name)])


async def _next(source: StreamResult, context: Context) -> ExecutionResult | None:
    """The next result. Who is cancelled meanwhile waits for what is being done, so that it is not cut in the middle."""
    coming = asyncio.create_task(_step(source, context))
    try:
        await asyncio.shield(coming)
    except asyncio.CancelledError:
        context.leave()
        await ended(coming)
        if not coming.cancelled():
            coming.exception()  # which nobody wants to know any more
        raise
    return coming.result()


async def _step(source: StreamResult, context: Context) -> ExecutionResult | None:
    """The next result, read from one snapshot where it is an event; nothing is held while it is sent."""
    try:
        found = await anext(source, None)
    finally:
        await context.release()
    assert isinstance(found, ExecutionResult | None)  # the schema has no @defer and no @stream
    return found


def _result(found: ExecutionResult, name: str | None) -> Result:
    errors = masked(found.errors or [], name)
    if errors and found.data is None and all(error.path is None for error in errors):
        return failed(errors)
    return Result(found.data, errors, found.extensions)
