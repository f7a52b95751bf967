"""One call of a webhook over HTTP: signed by the Standard Webhooks specification, to public addresses only (API6).

We look the name up ourselves, check every address that it has, and connect to one of those addresses: what the name
server says to others, or a moment later, does not matter.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final

import httpx
from standardwebhooks import Webhook

from engine.errands import Undelivered
from engine.hooks.calls import Answer, Call, Unaccepted
from engine.hooks.reach import Address, Reach, literal, may_use
from engine.work import Clock, system_clock

CALL_SECONDS: Final = 10.0
"""How long a call may take in all, from looking up the name to the end of the answer."""
CONNECT_SECONDS: Final = 3.0
"""How long one address may take to accept the connection, before the next one is tried."""
ADDRESSES: Final = 3
"""How many of a name's addresses are tried."""
ANSWER_BYTES: Final = 64 * 1024
"""How much of an answer is read."""
ANSWER_CHARACTERS: Final = 1_000
"""How much of an answer is kept."""
HEADERS: Final = {
    "content-type": "application/json",
    "user-agent": "Stageline",
    "accept": "*/*",
    "accept-encoding": "identity",  # what is packed might unpack to anything
    "connection": "close",
}
TEMPORARY: Final = frozenset(
    {
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""Which answers below 500 may be others the next time."""

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


async def system_resolver(host: str, port: int) -> list[str]:
    """The addresses of a name, as this machine knows them, the best first. Raises OSError where there are none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Poster:
    """Sends calls. ``reach`` says what the operator allows beside public addresses."""

    def __init__(
        self,
        reach: Reach,
        *,
        resolve: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
        seconds: float = CALL_SECONDS,
        clock: Clock = system_clock,
    ) -> None:
        self._reach = reach
        self._resolve = resolve
        self._tls = tls or httpx.create_ssl_context()
        self._seconds = seconds
        self._clock = clock

    async def __call__(self, call: Call) -> Answer:
        """Posts a call once; answers what a server said that has accepted it. Raises Undelivered.

        Once the server has said that it accepts, the call is delivered, however its answer goes on.
        """
        deadline = asyncio.get_running_loop().time() + self._seconds
        async with _client(self._tls) as client:
            response = await self._response(client, call, deadline)
            answer = Answer(response.status_code, await _text(response, deadline))
        if not response.is_success:
            raise Unaccepted(_refusal(response), answer, permanent=_is_permanent(response.status_code))
        return answer

    async def _response(self, client: httpx.AsyncClient, call: Call, deadline: float) -> httpx.Response:
        try:
            async with asyncio.timeout_at(deadline):
                url = parsed(call.url)
                addresses = await self._addresses(url)
                return await self._first(client, url, addresses[:ADDRESSES], call)
        except TimeoutError as error:
            raise Undelivered(f"No answer came within {self._seconds:g} seconds.", permanent=False) from error
        except httpx.HTTPError as error:
            raise Undelivered(_trouble(error), permanent=False) from error

    async def _addresses(self, url: httpx.URL) -> list[Address]:
        """Where to connect to. Refuses a name one of whose addresses may not be called."""
        own = literal(url.host)
        addresses = [own] if own else await self._looked_up(url)
        if not self._reach.allows(url.host, addresses):
            raise _never(f"{url.host} has an address that is not public, and webhooks go to public ones only.")
        if url.scheme == "http" and not self._reach.lists_all(url.host, addresses):
            raise _never("Only https:// is called: http:// could be read on the way.")
        return addresses

    async def _looked_up(self, url: httpx.URL) -> list[Address]:
        try:
            found = await self._resolve(url.raw_host.decode(), _port(url))
        except (OSError, UnicodeError) as error:
            raise Undelivered(f"The name {url.host} could not be looked up.", permanent=False) from error
        if not found:
            raise Undelivered(f"The name {url.host} has no address.", permanent=False)
        return [ip_address(address) for address in found]

    async def _first(
        self, client: httpx.AsyncClient, url: httpx.URL, addresses: Sequence[Address], call: Call
    ) -> httpx.Response:
        """The response of the first address that can be connected to."""
        *others, last = addresses
        for address in others:
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await client.send(self._request(url, address, call), stream=True)
        return await client.send(self._request(url, last, call), stream=True)

    def _request(self, url: httpx.URL, address: Address, call: Call) -> httpx.Request:
        """The request for one address; Host header, TLS name and certificate check are those of the URL."""
        now = self._clock().astimezone(UTC)
        signatures = (Webhook(secret).sign(call.id, now, call.body) for secret in call.secrets)
        headers = {
            **HEADERS,
            "host": url.netloc.decode(),
            "webhook-id": call.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }
        return httpx.Request(
            "POST",
            url.copy_with(host=str(address)),
            headers=headers,
            content=call.body.encode(),
            extensions={"sni_hostname": url.raw_host.decode(), "timeout": {"connect": CONNECT_SECONDS}},
        )


def parsed(text: str) -> httpx.URL:
    """A URL that may be called, wherever it leads. Raises Undelivered."""
    try:
        url = httpx.URL(text)
        host = url.host
    except (httpx.InvalidURL, UnicodeError) as error:  # the latter for names that are not of the internet
        raise _never("This is not a web address.") from error
    if url.scheme not in {"http", "https"} or not host:
        raise _never("This is not a web address.")
    if url.userinfo:
        raise _never("A web address with a user or password in it is not called.")
    if not may_use(_port(url)):
        raise _never(f"Webhooks do not go to port {_port(url)}: use 443, 80, or one from 1024 on.")
    return url


def _client(tls: ssl.SSLContext) -> httpx.AsyncClient:
    """A client for one call, which knows nothing of others: no cookies, no connection, no proxy of the environment."""
    return httpx.AsyncClient(verify=tls, trust_env=False, follow_redirects=False)


async def _text(response: httpx.Response, deadline: float) -> str:
    """The beginning of an answer's body, as far as it comes in time; what cannot be shown or stored is left out."""
    read = bytearray()
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout_at(deadline):
            async for part in response.aiter_raw():
                read += part
                if len(read) >= ANSWER_BYTES:
                    break
    text = read[:ANSWER_BYTES].decode(errors="replace")
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")[:ANSWER_CHARACTERS]


def _is_permanent(status: int) -> bool:
    return status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in TEMPORARY


def _refusal(response: httpx.Response) -> str:
    said = f"The server answered {response.status_code} {response.reason_phrase}".rstrip()
    where = response.headers.get("location")
    return f"{said}: redirects are not followed, so name the last address itself." if where else f"{said}."


def _trouble(error: httpx.HTTPError) -> str:
    unmade = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    what = "No connection could be made" if unmade else "The connection broke"
    return f"{what}: {str(error).rstrip('.') or type(error).__name__}."


def _port(url: httpx.URL) -> int:
    return (80 if url.scheme == "http" else 443) if url.port is None else url.port


def _never(message: str) -> Undelivered:
    return Undelivered(message, permanent=True)
