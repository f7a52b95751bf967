"""Who watches, and what they ask over HTTP."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from server.trouble import Trouble
from server.watch.board import Json
from server.watch.documents import document
from server.watch.texts import clean, listed

ANSWER_WITHIN: Final = 30.0
"""How long an answer over HTTP may take, in seconds."""
LOG_OUT_WITHIN: Final = 1.0
"""How long leaving may take, in seconds."""
BAD_TOKEN: Final = "The token is not accepted: it is unknown, expired or revoked. Set STAGELINE_TOKEN to another."
OVER: Final = frozenset({"UNAUTHENTICATED", "SESSION_EXPIRED", "SESSION_ENDED"})
PASSING: Final = frozenset({"UNAVAILABLE", "INTERNAL", "BUSY", "REQUEST_TIMEOUT", "TOO_MANY_SUBSCRIPTIONS"})


class Away(Exception):
    """The server cannot be reached or used at the moment; the message says why in a few words."""


class SessionOver(Exception):
    """The token is no longer good, or never was."""


class Refused(Trouble):
    """The server refuses what was asked; ``code`` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"The server refuses this ({code}): {message}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Credentials:
    """An API token, or e-mail and password with the firm (by id or a part of its name) where there are several."""

    token: str | None = None
    email: str | None = None
    password: str | None = None
    firm: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where the API is."""

    http: str
    socket: str

    @classmethod
    def of(cls, url: str) -> Address:
        """Of a server's URL, with or without the path of the API. Raises Trouble."""
        parts = urlsplit(url.strip().rstrip("/").removesuffix("/graphql"))
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise Trouble(
                f"{clean(url)} is no address of a Stageline: give one such as http://127.0.0.1:8000 as --url."
            )
        place = f"{parts.netloc}{parts.path}/graphql"
        return cls(f"{parts.scheme}://{place}", f"{'wss' if parts.scheme == 'https' else 'ws'}://{place}")

    @property
    def tls(self) -> ssl.SSLContext | None:
        """How the server is trusted: as this machine trusts. None without TLS."""
        return ssl.create_default_context() if self.http.startswith("https") else None


class Session:
    """A person or a program at one server, with the token that it has now."""

    def __init__(self, address: Address, credentials: Credentials, http: httpx.AsyncClient) -> None:
        self.address = address
        self.token = credentials.token
        self._credentials = credentials
        self._http = http

    async def log_in(self) -> None:
        """Open a session with the password. Raises Away, and Trouble where there is none or it is refused."""
        if self._credentials.token or not (self._credentials.email and self._credentials.password):
            raise Trouble(BAD_TOKEN)
        self.token = None
        given = {"email": self._credentials.email, "password": self._credentials.password}
        payload = (await self.ask("Login", input=given))["login"]
        if any(error["code"] == "FIRM_REQUIRED" for error in payload["errors"]):
            given["firmId"] = _firm(payload["memberships"], self._credentials.firm)
            payload = (await self.ask("Login", input=given))["login"]
        for error in payload["errors"]:
            message = clean(error["message"])
            raise Away(message) if error["code"] == "THROTTLED" else Trouble(f"The log-in is refused: {message}")
        self.token = payload["token"]

    async def log_out(self) -> None:
        """End the session that was opened here, if the server can be told in a moment."""
        if self.token and not self._credentials.token:
            with suppress(Away, SessionOver, Refused, TimeoutError):
                async with asyncio.timeout(LOG_OUT_WITHIN):
                    await self.ask("Logout", input={})

    async def ask(self, name: str, **variables: Any) -> Json:
        """The data that the document ``name`` brings. Raises Away, SessionOver, and Trouble for other errors."""
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": document(name), "operationName": name, "variables": variables}
        try:
            answer = await self._http.post(self.address.http, json=body, headers=headers)
            decoded = answer.json()
        except httpx.HTTPError as error:
            raise Away(reason(error)) from error
        except ValueError:
            decoded = None
        if not isinstance(decoded, dict) or not decoded.keys() & {"data", "errors"}:
            raise Away(f"it answers HTTP {answer.status_code} and no GraphQL")
        refuse(decoded.get("errors"))
        data: Json = decoded["data"]
        return data


@asynccontextmanager
async def session(address: Address, credentials: Credentials) -> AsyncIterator[Session]:
    """A session at the server, logged in. Raises Away and Trouble."""
    tls = address.tls or False  # without TLS there is nothing to verify
    async with httpx.AsyncClient(timeout=ANSWER_WITHIN, verify=tls) as http:
        opened = Session(address, credentials, http)
        if not opened.token:
            await opened.log_in()
        try:
            yield opened
        finally:
            await opened.log_out()


def refuse(errors: list[Json] | None) -> None:
    """Raise what the errors of an answer mean for the client: SessionOver, Away, or Refused for what will not pass."""
    if not errors:
        return
    code = (errors[0].get("extensions") or {}).get("code")
    message = clean(errors[0]["message"])
    if code in OVER:
        raise SessionOver(message)
    if code in PASSING:
        raise Away(message.rstrip("."))
    raise Refused(str(code), message)


def reason(error: BaseException) -> str:
    """Why something could not be reached, in a few words: as the deepest cause that the system names says it."""
    said = clean(str(error)) or type(error).__name__
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, TimeoutError | httpx.TimeoutException):
            return "no answer in time"
        if isinstance(cause, ssl.SSLError):
            return f"TLS: {cause.reason or said}"
        if isinstance(cause, OSError) and cause.errno:
            said = os.strerror(cause.errno).lower() if cause.errno > 0 else clean(str(cause.strerror))
        cause = cause.__cause__ or cause.__context__
    return said


def _firm(memberships: list[Json], wanted: str | None) -> str:
    names = {one["firmId"]: clean(one["firmName"]) for one in memberships}
    if wanted is None:
        raise Trouble(
            f"This login belongs to several firms: choose one by --firm. There are {listed([*names.values()])}."
        )
    return choose(names, wanted, "firm")


def choose(names: dict[str, str], wanted: str, what: str) -> str:
    """The id of what ``wanted`` names: by its id, its name, or a part of its name, whatever the case.

    Raises Trouble where that is none or several.
    """
    text = wanted.strip().casefold()
    fits = [one for one, name in names.items() if text in name.casefold()]
    exact = [one for one, name in names.items() if wanted == one or name.casefold() == text]
    found = exact if len(exact) == 1 else fits
    if len(found) == 1:
        return found[0]
    if found:
        these = [f"{names[one]} ({one})" if len(set(names.values())) < len(names) else names[one] for one in found]
        raise Trouble(f'Several {what}s fit "{clean(wanted)}": {listed(these)}. Say more of the name.')
    there = listed([*names.values()]) or "none"
    raise Trouble(f'No {what} fits "{clean(wanted)}". There are: {there}.')
