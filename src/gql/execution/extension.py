"""Where strawberry would have graphql-core execute an operation, a plan runs instead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from graphql import ExecutionResult
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from gql.execution.compile import NotCovered
from gql.execution.plans import planned
from gql.execution.run import Run
from gql.masking import MaskedSchema
from resolvers.context import Context

PLANNED = "planned"


class Execution(SchemaExtension):
    """Runs what a plan covers. Must be the last of a schema's extensions: all others are around it."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Leaves a result, which strawberry takes for its own; or none, for graphql-core to find one."""
        if self.execution_context.operation_type is OperationType.SUBSCRIPTION:  # graphql-core finds its stream
            yield
            return
        schema: Any = self.execution_context.schema
        try:
            self.execution_context.result = await self._result(schema)
            schema.executed[PLANNED] += 1
        except NotCovered as reason:
            schema.executed[str(reason)] += 1
        yield

    async def _result(self, schema: MaskedSchema) -> ExecutionResult:
        """Raises NotCovered."""
        asked = self.execution_context
        document, context = asked.graphql_document, asked.context
        if document is None or not isinstance(context, Context):
            raise NotCovered("no_context")
        found = planned(schema, document, asked.operation_name, schema.documents.get(asked.query or ""))
        bound = found.bind(asked.variables or {})
        return ExecutionResult(None, bound) if isinstance(bound, list) else await Run(bound, context).result()
