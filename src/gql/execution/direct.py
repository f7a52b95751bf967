"""Known documents go from their text straight to their plan: what else there is to check was settled before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from graphql import ExecutionResult, GraphQLError
from strawberry.types.graphql import OperationType

from gql.execution.compile import NotCovered
from gql.execution.plans import Bound, planned
from gql.execution.run import run
from gql.masking import MaskedSchema
from resolvers.context import Context

PLANNED = "planned"
_ALL = frozenset({OperationType.QUERY, OperationType.MUTATION})


Known = Bound | list[GraphQLError] | None
"""How a known document is run, or what is wrong with its variables; None where strawberry has to look at it first."""


def bound(
    schema: MaskedSchema,
    text: str,
    name: str | None,
    variables: Mapping[str, Any],
    allowed: Collection[OperationType] = _ALL,
) -> Known:
    """How a query or mutation is run."""
    known = schema.documents.get(text)
    if known is None:
        return None
    try:
        found = planned(schema, known.document, name, known)
        if found.kind not in allowed or found.kind not in _ALL:
            return None
        return found.limit_errors(variables) or found.bind(variables)
    except NotCovered:
        return None


async def run_bound(schema: MaskedSchema, bound: Bound | list[GraphQLError], context: Context) -> ExecutionResult:
    """The result. Errors are to be masked."""
    if isinstance(bound, list):
        return ExecutionResult(None, bound)
    schema.executed[PLANNED] += 1
    try:
        return await run(bound, context)
    except Exception as error:  # noqa: BLE001  (of a snapshot that cannot be had; what fields raise is in the result)
        return ExecutionResult(None, [GraphQLError(str(error), original_error=error)])
