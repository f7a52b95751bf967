"""The GraphQL endpoint over HTTP: one operation in, one JSON answer out (GraphQL over HTTP)."""

from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from graphql import ExecutionResult as PlannedResult
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from engine.work import system_clock
from gql.execution.direct import Known, bound, run_bound
from gql.execution.plans import Bound
from gql.masking import UNAVAILABLE, code_of, incident, masked, no_operation
from resolvers.context import Context
from server import graphiql
from server.auth import (
    check_origin,
    clear_session_cookie,
    client_address,
    credentials,
    identified,
    set_session_cookie,
)
from server.refusals import JSON, Refusal, bad_request, incident_answer, json_answer
from server.transports.operation import Operation, read_operation
from server.transports.service import Service

GRAPHQL_RESPONSE: Final = "application/graphql-response+json"

Result = ExecutionResult | PlannedResult
_QUERIES: Final = frozenset({OperationType.QUERY})
_NO_STREAMS: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})


@dataclass(slots=True)
class GraphQLView:
    """Answers /graphql."""

    service: Service

    async def __call__(self, request: Request) -> Response:
        """Answers one request. Whatever goes wrong inside becomes an id, never a stack trace (API1)."""
        if self.service.settings.graphiql and graphiql.is_wanted(request):
            return graphiql.page()
        media_type = negotiated(request.headers.get("accept", ""))
        try:
            return await self._answer(request, media_type)
        except Refusal as refusal:
            return refusal.answer(media_type)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it
        except Exception as error:  # noqa: BLE001  (the last gate: nothing of it may reach the client)
            return incident_answer(incident(error), media_type)

    async def _answer(self, request: Request, media_type: str) -> Response:
        check_origin(request, self.service.settings)
        operation = await read_operation(request, self.service.bodies)
        context, result = await self._run(operation, request)
        result.errors = masked(result.errors, operation.name) if result.errors else None
        response = json_answer(_body(result), _status(result, media_type), media_type)
        self._set_cookies(response, context)
        return response

    async def _run(self, operation: Operation, request: Request) -> tuple[Context, Result]:
        """Runs an operation for whoever asks. Who it is turns out on the way, or it is run again.

        What has been read for somebody who turns out to be another, or nobody any more, is thrown away.
        """
        service, given = self.service, credentials(request)
        address = client_address(request, service.settings.trusted_proxies)
        claim = service.claims.of(given.token, system_clock()) if given else None
        known = self._known(operation) if claim is not None else None
        if claim is not None and isinstance(known, Bound) and known.proves:
            context = service.context(claim.identity, address, claim)
            result = await run_bound(service.schema, known, context)
            if context.proven:
                return context, result
        context = service.context(await identified(given, service.known), address)
        known = known or self._known(operation)
        if known is not None:
            return context, await run_bound(service.schema, known, context)
        return context, await self._execute(operation, context)

    def _known(self, operation: Operation) -> Known:
        """How a known document is run."""
        return bound(self.service.schema, operation.query, operation.name, operation.variables, _allowed(operation))

    async def _execute(self, operation: Operation, context: Context) -> ExecutionResult:
        try:
            return await self.service.schema.execute(
                operation.query,
                variable_values=operation.variables,
                context_value=context,
                operation_name=operation.name,
                operation_extensions=operation.extensions,
                allowed_operation_types=_allowed(operation),
            )
        except CannotGetOperationTypeError:
            raise bad_request(no_operation(operation.name)) from None
        except InvalidOperationTypeError as error:
            raise _wrong_method(error.operation_type) from None

    def _set_cookies(self, response: Response, context: Context) -> None:
        if context.set_cookie is not None:
            set_session_cookie(response, context.set_cookie, self.service.settings)
        elif context.clear_cookie:
            clear_session_cookie(response, self.service.settings)


def _allowed(operation: Operation) -> Collection[OperationType]:
    return _QUERIES if operation.read_only else _NO_STREAMS


def negotiated(accept: str) -> str:
    """The media type to answer with: GraphQL's own for clients that name it, JSON for all others."""
    for entry in accept.lower().split(","):
        name, _, parameters = entry.partition(";")
        if name.strip() == GRAPHQL_RESPONSE and "q=0" not in parameters.replace(" ", "").replace("q=0.", ""):
            return GRAPHQL_RESPONSE
    return JSON


def _wrong_method(kind: OperationType) -> Refusal:
    if kind is OperationType.SUBSCRIPTION:
        return bad_request("Subscriptions run over WebSocket here, or over Server-Sent Events at /graphql/stream.")
    return Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "Mutations need POST.", {"allow": "POST"})


def _is_request_error(result: Result) -> bool:
    """Whether nothing was run: syntax, validation, limits or variables were at fault."""
    return result.data is None and all(error.path is None for error in result.errors or ())


def _body(result: Result) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if result.errors:
        body["errors"] = [error.formatted for error in result.errors]
    if not _is_request_error(result):
        body["data"] = result.data
    if result.extensions:
        body["extensions"] = result.extensions
    return body


def _status(result: Result, media_type: str) -> HTTPStatus:
    """200 for what was run, and, to clients of plain JSON, for all well-formed requests (GraphQL over HTTP, 6.4)."""
    errors = result.errors or []
    if not any((result.data or {}).values()) and any(code_of(error) == UNAVAILABLE for error in errors):
        return HTTPStatus.SERVICE_UNAVAILABLE
    if not _is_request_error(result):
        return HTTPStatus.OK
    if any((error.extensions or {}).get("id") for error in errors):
        return HTTPStatus.INTERNAL_SERVER_ERROR
    return HTTPStatus.BAD_REQUEST if media_type == GRAPHQL_RESPONSE else HTTPStatus.OK
