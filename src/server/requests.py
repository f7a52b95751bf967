"""Requests as they are read for the GraphQL endpoint: what is looked at many times is found at once."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Receive, Scope


class QuickHeaders(Headers):
    """Headers of a request by their names; of several with one name the first, as elsewhere."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        super().__init__(raw=raw)
        self._first = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(raw)}

    def get(self, key: str, default: Any = None) -> Any:
        """The value under a name, in whatever case."""
        return self._first.get(key.lower(), default)


class QuickRequest(Request):
    """A request with such headers."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self._headers = QuickHeaders(list(scope["headers"]))
