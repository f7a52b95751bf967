"""Reads one GraphQL operation from an HTTP request, and refuses what is none. Nothing here knows the schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, cast

import orjson
from starlette.requests import Request

from server.refusals import Refusal, bad_request
from server.transports.bodies import Bodies

MAX_VALUE_DEPTH: Final = 20
"""Lists and objects inside one another in the variables."""

MAX_VALUES: Final = 20_000
"""Values in the variables, lists and objects counted: reading and checking them holds the loop."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client wants run."""

    query: str
    variables: dict[str, Any]
    name: str | None
    extensions: dict[str, Any]
    read_only: bool
    """Whether mutations are refused: it came by GET."""


async def read_operation(request: Request, bodies: Bodies) -> Operation:
    """The operation in a GET's query string or a POST's JSON body. Raises :class:`Refusal`."""
    if request.method == "POST":
        _check_content_type(request)
        return _operation(_decoded(await bodies.read(request), "body"), read_only=False)
    said: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in said:
            said[name] = _decoded(said[name].encode(errors="surrogatepass"), name) if said[name] else None
    return _operation(said, read_only=True)


def read_message(said: Mapping[str, Any]) -> Operation:
    """The operation in the payload of a message that is a JSON object. Raises :class:`Refusal`."""
    return _operation(said, read_only=False)


def _check_content_type(request: Request) -> None:
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    encoded = request.headers.get("content-encoding", "identity").lower() != "identity"
    if media_type.strip().lower() != "application/json" or charset not in {"", "utf-8", "utf8"} or encoded:
        message = "Send the operation as plain JSON in UTF-8: content-type application/json."
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message)


def _decoded(text: bytes, what: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise bad_request(f"The {what} is not JSON: {error}.") from None


def _operation(said: object, *, read_only: bool) -> Operation:
    if isinstance(said, list):
        raise bad_request("Send one operation at a time: batches are not supported.")
    if not isinstance(said, dict):
        raise bad_request("The body must be a JSON object with the document in `query`.")
    query, name = said.get("query"), said.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise bad_request("`query` must be a text: a GraphQL document.")
    if not isinstance(name, str | None):
        raise bad_request("`operationName` must be a text or absent.")
    for where, text in (("query", query), ("operationName", name or "")):
        _check_text(text, where)
    variables, extensions = _object(said, "variables"), _object(said, "extensions")
    _check_values(variables)
    return Operation(query, variables, name or None, extensions, read_only)


def _object(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = said.get(name)
    if not isinstance(value, dict | None):
        raise bad_request(f"`{name}` must be an object or absent.")
    return cast("dict[str, Any]", value or {})


def _check_values(variables: dict[str, Any]) -> None:
    """Looks through all variables, without recursion: for text that no database column holds, depth and number."""
    found: list[tuple[str, object, int]] = [("variables", variables, 0)]
    count = 0
    while found:
        where, value, depth = found.pop()
        count += 1
        if count > MAX_VALUES:
            raise bad_request(f"`variables` hold more than {MAX_VALUES:,} values.")
        if isinstance(value, str):
            _check_text(value, where)
        elif isinstance(value, dict | list):
            if depth > MAX_VALUE_DEPTH:
                raise bad_request(f"`variables` are nested more than {MAX_VALUE_DEPTH} levels deep.")
            found += _parts(where, value, depth + 1)


def _parts(where: str, value: dict[str, Any] | list[Any], depth: int) -> list[tuple[str, object, int]]:
    if isinstance(value, list):
        return [(f"{where}.{index}", item, depth) for index, item in enumerate(value)]
    for name in value:
        _check_text(name, f"{where} (a name)")
    return [(f"{where}.{name}", item, depth) for name, item in value.items()]


def _check_text(text: str, where: str) -> None:
    if "\0" in text:
        raise bad_request(f"The text in `{where}` contains a NUL character, which cannot be stored.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad_request(f"The text in `{where}` contains half of a surrogate pair.") from None
