"""Running a document by its plan and by graphql-core, which is the reference, and comparing what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import graphql
import orjson
import strawberry
from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    parse,
)
from strawberry.exceptions import WrongNumberOfResultsReturned

from gql.execution.plans import Bound, planned
from gql.execution.run import Run
from gql.masking import _is_for_clients, code_of
from resolvers.context import Context

Path = tuple[str | int, ...]

_KEEPS_NULLS = DirectiveNode(name=NameNode(value="experimental_disableErrorPropagation"), arguments=())


@dataclass(frozen=True)
class Asked:
    """A document as a client sends it."""

    text: str
    variables: Mapping[str, Any]
    operation: str | None = None

    @cached_property
    def document(self) -> DocumentNode:
        """Its syntax tree."""
        return parse(self.text)


async def by_plan(schema: strawberry.Schema, asked: Asked, context: Context, root: Any = None) -> ExecutionResult:
    """What our executor answers."""
    bound = planned(schema, asked.document, asked.operation, None).bind(asked.variables)
    return await Run(bound, context).result(root) if isinstance(bound, Bound) else ExecutionResult(None, bound)


async def by_core(
    schema: strawberry.Schema, asked: Asked, context: Context, root: Any = None, *, keeps_nulls: bool = False
) -> ExecutionResult:
    """What graphql-core answers. ``keeps_nulls``: with nulls also where they are not allowed, and so every error."""
    document = _keeping_nulls(asked.document) if keeps_nulls else asked.document
    operation = graphql.get_operation_ast(document, asked.operation)
    if operation is not None and operation.operation is OperationType.SUBSCRIPTION:
        made = graphql.Executor.build(schema._schema, document, None, context, dict(asked.variables), asked.operation)
        if isinstance(made, list):
            return ExecutionResult(None, made)
        result: Any = graphql.execute_subscription_event(made.build_per_event_executor(root))
    else:
        result = graphql.execute(
            schema._schema,
            document,
            root_value=root,
            context_value=context,
            variable_values=dict(asked.variables),
            operation_name=asked.operation,
        )
    answered: ExecutionResult = result if isinstance(result, ExecutionResult) else await result
    return answered


def _keeping_nulls(document: DocumentNode) -> DocumentNode:
    return DocumentNode(
        definitions=tuple(
            replace(node, directives=(_KEEPS_NULLS,)) if isinstance(node, OperationDefinitionNode) else node
            for node in document.definitions
        )
    )


async def assert_same(
    schema: strawberry.Schema, asked: Asked, context: Callable[[], Context], root: Any = None
) -> ExecutionResult:
    """Both executors answer the same, each in a context of its own. Answers what that is.

    Where a null was propagated, one error tells of it, and it is one of those that are there without propagation.
    """
    ours = await by_plan(schema, asked, context(), root)
    theirs = await by_core(schema, asked, context(), root)
    assert encoded(ours.data) == encoded(theirs.data), told(asked, ours, theirs)
    if ours.errors is not None or theirs.errors is not None:
        raw = theirs if not _located(theirs) else None
        raw = raw or await by_core(schema, asked, context(), root, keeps_nulls=True)
        assert _differences(ours, theirs, raw) == [], told(asked, ours, theirs)
    return ours


def encoded(data: Any) -> bytes:
    """Data with the order of its keys and the types of its values."""
    return orjson.dumps(data, default=repr)


def told(asked: Asked, ours: ExecutionResult, theirs: ExecutionResult) -> str:
    """What a developer wants to know of a difference."""
    return f"{asked.text}\n{dict(asked.variables)} {asked.operation}\nours:   {ours}\ntheirs: {theirs}"


def _located(result: ExecutionResult) -> bool:
    return any(error.path is not None for error in result.errors or ())


def _differences(ours: ExecutionResult, theirs: ExecutionResult, raw: ExecutionResult) -> list[str]:
    if not ours.errors or not theirs.errors:
        return ["only one of them has errors"]
    if not _located(theirs):
        return [] if _seen(ours.errors) == _seen(theirs.errors) else ["errors of the request"]
    mine, reference = _by_null(ours), _by_null(theirs)
    possible = set(_seen(raw.errors or []))
    found = [f"nulls {mine.keys() ^ reference.keys()}"] if mine.keys() != reference.keys() else []
    for null, errors in mine.items():
        if len(errors) != 1 or not set(_seen(errors)) <= possible:
            found.append(f"{null}: {errors}")
        if null in {_path(error) for error in reference.get(null, ())} and _seen(errors) != _seen(reference[null]):
            found.append(f"{null}: not what failed there")
    return found


def _by_null(result: ExecutionResult) -> dict[Path, list[GraphQLError]]:
    """Errors by the null that each has become."""
    found: dict[Path, list[GraphQLError]] = {}
    for error in result.errors or ():
        found.setdefault(_null_of(result.data, _path(error)), []).append(error)
    return found


def _null_of(data: Any, path: Path) -> Path:
    for length, step in enumerate(path):
        if data is None:
            return path[:length]
        data = data[step]
    return path


def _path(error: GraphQLError) -> Path:
    return tuple(error.path or ())


def _seen(errors: list[GraphQLError]) -> list[str]:
    """What the world sees of errors, and what masking will make of them."""
    return sorted(map(_description, errors))


def _description(error: GraphQLError) -> str:
    is_ours = not _is_for_clients(error)
    if isinstance(error.original_error, WrongNumberOfResultsReturned):  # how many there were is no matter
        return f"{error.path} {WrongNumberOfResultsReturned} {is_ours}"
    return f"{error.formatted} {type(error.original_error)} {is_ours} {code_of(error)}"
