"""Running an operation of any kind as a stream of results, for transports that stream."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import strawberry
from graphql import GraphQLError
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from engine.enums import ErrorCode
from gql.masking import code_of, incident, masked
from resolvers.context import Context
from server.operation import Operation

_READS: Final = frozenset({OperationType.QUERY, OperationType.SUBSCRIPTION})
_SESSION_OVER: Final = frozenset({ErrorCode.SESSION_EXPIRED.value, ErrorCode.SESSION_ENDED.value})


@dataclass(frozen=True, slots=True)
class Result:
    """One result, as it goes over the wire."""

    data: dict[str, Any] | None
    errors: list[GraphQLError]
    extensions: dict[str, Any] | None = None

    @property
    def ends(self) -> bool:
        """Whether it is a failure of the operation as a whole, which ends it, and not of a field."""
        return self.data is None and all(error.path is None for error in self.errors)

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
    return Result(None, [GraphQLError(message, extensions={"code": code})])


async def results(schema: strawberry.Schema, operation: Operation, context: Context) -> AsyncGenerator[Result, None]:
    """The results of an operation: one of a query or mutation, any number of a subscription.

    What goes wrong is a result too, the last one; it never says what went wrong inside (API1).
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
            async for result in source:
                assert isinstance(result, ExecutionResult)  # the schema has no @defer and no @stream
                yield Result(result.data, masked(result.errors or [], operation.name), result.extensions)
    except Exception as error:  # noqa: BLE001  (the last gate: nothing of it may reach the client)
        yield Result(None, [incident(error, operation.name)])
