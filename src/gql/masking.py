"""What a client may learn of a failure: what was said to it on purpose. All else becomes an id, and goes to the log.

An error passes when it carries ``extensions.code``, or when graphql-core or strawberry blame the request: syntax,
validation, variables, arguments. It is then given a code if it has none. Anything else is a failure of ours: it is
logged once with its traceback under an id, and the client gets the id (API1).
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

import strawberry
import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext, StreamExecutionResult

from gql.documents import Documents
from store.database import is_outage

INTERNAL: Final = "INTERNAL"
UNAVAILABLE: Final = "UNAVAILABLE"
BAD_REQUEST: Final = "BAD_REQUEST"
VALIDATION_FAILED: Final = "GRAPHQL_VALIDATION_FAILED"

_BAD_VALUES: Final = (GraphQLError, ValueError, TypeError, ArithmeticError)
"""What a scalar raises for a text that it cannot read."""

_BAD_REQUESTS: Final = (
    GraphQLSyntaxError,
    StrawberryInputCoercionError,
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)

_READS_ARGUMENTS: Final = "graphql.execution.values"
"""The module of graphql-core whose errors blame an argument, also while a field is resolved."""

_log = structlog.get_logger("stageline.errors")


class Masking(SchemaExtension):
    """Masks the errors of every result: of queries and mutations at their end, of subscriptions one by one.

    It must be the first of a schema's extensions, so that it sees what the others did.
    """

    def on_operation(self) -> Iterator[None]:
        """Masks the result of a query or mutation."""
        yield
        self._mask(self.execution_context.result)

    def on_validate(self) -> Iterator[None]:
        """Names the errors of validation as what they are."""
        yield
        for error in self.execution_context.pre_execution_errors or ():
            if code_of(error) is None and isinstance(_root(error), _BAD_VALUES):
                _label(error, VALIDATION_FAILED)

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        """Masks one result of a stream before it is sent."""
        self._mask(result)
        yield

    def _mask(self, result: Any) -> None:
        if getattr(result, "errors", None):
            result.errors = masked(result.errors, self.execution_context.operation_name)


class MaskedSchema(strawberry.Schema):
    """A schema that leaves logging to :class:`Masking`; strawberry's own would log every mistake of a client.

    ``documents`` are those that it knows to be valid; ``executed`` counts operations by who ran them.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.documents = Documents()
        self.executed: Counter[str] = Counter()

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Does nothing."""


def masked(errors: Iterable[GraphQLError], operation: str | None = None) -> list[GraphQLError]:
    """The errors as a client may see them. Errors of one cause share an id and one line in the log.

    Masking what is masked changes nothing.
    """
    known: dict[int, str] = {}
    return [error if _is_for_clients(error) else _masked(error, operation, known) for error in errors]


def incident(error: Exception, operation: str | None = None) -> GraphQLError:
    """Logs a failure that is not the client's. Answers the error to send: INTERNAL, or UNAVAILABLE in an outage."""
    return GraphQLError(**_words(error, _logged(error, operation)))


def code_of(error: GraphQLError) -> str | None:
    """The code in the error's extensions."""
    code = (error.extensions or {}).get("code")
    return code if isinstance(code, str) else None


def _is_for_clients(error: GraphQLError) -> bool:
    if code_of(error) is None and _blames_request(error):
        _label(error, BAD_REQUEST)
        if isinstance(root := _root(error), CannotGetOperationTypeError):
            error.message = no_operation(root.operation_name)
    return code_of(error) is not None


def no_operation(name: str | None) -> str:
    """What is wrong with a document that lacks the operation to run."""
    return f"The document has no operation named {name!r}." if name else "The document has no operation."


def _blames_request(error: GraphQLError) -> bool:
    root = _root(error)
    if isinstance(root, _BAD_REQUESTS):
        return True
    if error.path is not None:
        return isinstance(root, GraphQLError) and _raised_in(root) == _READS_ARGUMENTS
    return root is error or (error.nodes is not None and isinstance(root, _BAD_VALUES))


def _root(error: GraphQLError) -> Exception:
    """What was raised first."""
    found: Exception = error
    while isinstance(found, GraphQLError) and found.original_error:
        found = found.original_error
    return found


def _raised_in(error: Exception) -> str | None:
    traceback = error.__traceback__
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    return traceback.tb_frame.f_globals.get("__name__") if traceback else None


def _label(error: GraphQLError, code: str) -> None:
    error.extensions = {**(error.extensions or {}), "code": code}


def _masked(error: GraphQLError, operation: str | None, known: dict[int, str]) -> GraphQLError:
    root = _root(error)
    if id(root) not in known:
        known[id(root)] = _logged(root, operation, error.path)
    return GraphQLError(nodes=error.nodes, path=error.path, **_words(root, known[id(root)]))


def _logged(error: Exception, operation: str | None, path: list[str | int] | None = None) -> str:
    incident_id = uuid.uuid4().hex
    _log.error("incident", id=incident_id, operation=operation, path=path, exc_info=error)
    return incident_id


def _words(error: Exception, incident_id: str) -> dict[str, Any]:
    code, what = (UNAVAILABLE, "The service is unavailable") if is_outage(error) else (INTERNAL, "Internal error")
    return {"message": f"{what}, id {incident_id}", "extensions": {"code": code, "id": incident_id}}
