"""What clients say over graphql-transport-ws, and what is no message at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

MAX_ID: Final = 200
"""The length of an operation's id, which every answer repeats."""


class Malformed(ValueError):
    """A frame that is no message of the protocol. Its text says why, in at most 120 bytes."""


@dataclass(frozen=True, slots=True)
class Init:
    """Opens the connection; ``payload`` may carry the authorization."""

    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a sign of life."""

    payload: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pong:
    """A sign of life."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Starts an operation of any kind: ``said`` has the fields of a request over HTTP."""

    id: str
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Complete:
    """Ends an operation."""

    id: str


Message = Init | Ping | Pong | Subscribe | Complete


def read(text: str | None) -> Message:
    """The message in a frame; None stands for a binary one. Raises :class:`Malformed`."""
    if text is None:
        raise Malformed("Messages are text frames.")
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Malformed("The message is not JSON.") from None
    if not isinstance(said, dict):
        raise Malformed("The message is not a JSON object.")
    match said.get("type"):
        case "connection_init":
            return Init(_object(said, "payload", "connection_init") or {})
        case "ping":
            return Ping(_object(said, "payload", "ping"))
        case "pong":
            _object(said, "payload", "pong")
            return Pong()
        case "subscribe":
            return Subscribe(_id(said, "subscribe"), _request(said))
        case "complete":
            return Complete(_id(said, "complete"))
    raise Malformed("The message has no type of graphql-transport-ws that a client may send.")


def _id(said: Mapping[str, Any], kind: str) -> str:
    found = said.get("id")
    if not isinstance(found, str) or not 1 <= len(found) <= MAX_ID:
        raise Malformed(f"The {kind} message needs an `id`: a text of 1 to {MAX_ID} characters.")
    return found


def _request(said: Mapping[str, Any]) -> Mapping[str, Any]:
    payload = _object(said, "payload", "subscribe")
    if payload is None or not isinstance(payload.get("query"), str):
        raise Malformed("The subscribe message needs a `payload` with a text `query`.")
    if not isinstance(payload.get("operationName"), str | None):
        raise Malformed("`operationName` of a subscribe message is a text or absent.")
    for name in ("variables", "extensions"):
        _object(payload, name, "subscribe")
    return payload


def _object(said: Mapping[str, Any], name: str, kind: str) -> Mapping[str, Any] | None:
    found = said.get(name)
    if not isinstance(found, dict | None):
        raise Malformed(f"`{name}` of a {kind} message is an object or absent.")
    return found
