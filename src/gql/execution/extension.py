"""Where strawberry would have graphql-core execute an operation, a plan runs instead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Any

from graphql import ExecutionResult
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from gql.execution.compile import NotCovered
from gql.execution.direct import PLANNED
from gql.execution.plans import planned
from gql.execution.run import run
from resolvers.context import Context


class Execution(SchemaExtension):
    """Runs what a plan covers. Must be the last of a schema's extensions: all others are around it."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Leaves a result, which strawberry takes for its own; or none, for graphql-core to find one."""
        asked, context = self.execution_context, self.execution_context.context
        document = asked.graphql_document
        if asked.operation_type is OperationType.SUBSCRIPTION or document is None or not isinstance(context, Context):
            yield  # graphql-core finds the stream
            return
        schema: Any = asked.schema
        found = planned(schema, document, asked.operation_name, schema.documents.get(asked.query or ""))
        try:
            bound = found.bind(asked.variables or {})
        except NotCovered as reason:
            schema.executed[str(reason)] += 1
            async with context.snapshot() if found.at_one_instant else nullcontext():
                yield
            return
        schema.executed[PLANNED] += 1
        asked.result = ExecutionResult(None, bound) if isinstance(bound, list) else await run(bound, context)
        yield
