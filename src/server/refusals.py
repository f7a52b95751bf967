"""Answers that end a request at the door: an HTTP status, and a body shaped like GraphQL's that clients can read."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from graphql import GraphQLError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from gql.masking import UNAVAILABLE, code_of

JSON: Final = "application/json"
HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""What every answer of the API carries: it is for one caller, and it is data."""
_RAW_HEADERS: Final = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class Refusal(Exception):
    """A request that goes no further. ``code`` is what clients switch on, ``message`` one sentence for people."""

    def __init__(self, status: HTTPStatus, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def answer(self, media_type: str = JSON) -> Response:
        """The refusal as an HTTP answer."""
        body = {"errors": [{"message": self.message, "extensions": {"code": self.code}}]}
        return json_answer(body, self.status, media_type, self.headers)


def bad_request(message: str) -> Refusal:
    """A refusal of something that is not a GraphQL request at all."""
    return Refusal(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", message)


class _Data(Response):
    """An answer whose headers are written as they are. Starlette would append a charset to no effect."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Beside those given, those of every answer."""
        given = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in (headers or {}).items()]
        self.raw_headers = [*_RAW_HEADERS, (b"content-length", b"%d" % len(self.body)), *given]


def json_answer(
    body: Any, status: HTTPStatus = HTTPStatus.OK, media_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer of the API: ``body`` as JSON. Raises TypeError where it holds what JSON cannot say."""
    return _Data(orjson.dumps(body), status, {"content-type": media_type, **(headers or {})})


def incident_answer(hidden: GraphQLError, media_type: str = JSON) -> Response:
    """The answer to a request that failed inside. ``hidden`` is what clients may learn of it."""
    outage = code_of(hidden) == UNAVAILABLE
    status = HTTPStatus.SERVICE_UNAVAILABLE if outage else HTTPStatus.INTERNAL_SERVER_ERROR
    return json_answer({"errors": [hidden.formatted]}, status, media_type)


async def refuse_route(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (no such path, no such method) in the shape of the others."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    message = f"{status.phrase}: {request.method} {request.url.path}."
    return Refusal(status, status.name, message, error.headers).answer()
