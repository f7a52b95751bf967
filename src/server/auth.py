"""Who calls, and from where: tokens, the session cookie, cross-site requests, the client's address (API5)."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address, ip_network
from typing import Final, TypeVar
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from engine.errors import Refused
from server.refusals import Refusal
from server.settings import Settings

SESSION_COOKIE: Final = "stageline_session"
CSRF_HEADER: Final = "X-Stageline-CSRF"
SITE_HEADER: Final = "Sec-Fetch-Site"  # browsers write it, pages cannot

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]{1,512}", re.ASCII)
_PAGE_SCHEMES: Final = {"ws": "http", "wss": "https"}  # of the pages that open such sockets
_DEFAULT_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}
Identity = TypeVar("Identity")

_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Credentials:
    """A token as it came in. Whether it is good is for the engine to say."""

    token: str
    from_cookie: bool


def credentials(request: HTTPConnection, *, own_pages: bool = False) -> Credentials | None:
    """The token of a request: of the Authorization header, or else of the session cookie; None for nobody.

    The cookie, which browsers send of their own accord, counts only beside the CSRF header, which they do not; with
    ``own_pages`` also where the browser itself says that a page of ours asks, because EventSource sets no headers.
    Raises :class:`Refusal`: UNAUTHENTICATED for a malformed header, CSRF for a cookie alone.
    """
    header = request.headers.get("authorization")
    if header is not None:
        return Credentials(bearer(header), from_cookie=False)
    cookie = request.cookies.get(SESSION_COOKIE)
    if not cookie:
        return None
    if not (request.headers.get(CSRF_HEADER) or (own_pages and request.headers.get(SITE_HEADER) == "same-origin")):
        message = f"A session cookie counts only together with the header {CSRF_HEADER}: 1."
        raise Refusal(HTTPStatus.FORBIDDEN, "CSRF", message)
    return _from_cookie(cookie)


def socket_credentials(socket: HTTPConnection) -> Credentials | None:
    """The token of a WebSocket's handshake, if it has one: of the header, or of the cookie.

    Browsers name the page's origin in every handshake, and :func:`check_origin` has refused foreign ones: so the cookie
    counts wherever an origin is named. Raises :class:`Refusal`.
    """
    header = socket.headers.get("authorization")
    if header is not None:
        return Credentials(bearer(header), from_cookie=False)
    cookie = socket.cookies.get(SESSION_COOKIE)
    return _from_cookie(cookie) if cookie and socket.headers.get("origin") else None


def bearer(header: object) -> str:
    """The token in the value of an Authorization header. Raises :class:`Refusal`."""
    scheme, _, token = header.strip().partition(" ") if isinstance(header, str) else ("", "", "")
    if scheme.lower() != "bearer" or not _TOKEN.fullmatch(token.strip()):
        raise unauthenticated("The Authorization header must be `Bearer <token>`.")
    return token.strip()


def _from_cookie(cookie: str) -> Credentials:
    if not _TOKEN.fullmatch(cookie):
        raise unauthenticated("The session cookie is malformed: log in again.", from_cookie=True)
    return Credentials(cookie, from_cookie=True)


async def identify(
    request: HTTPConnection, authenticate: Callable[[str], Awaitable[Identity]], *, own_pages: bool = False
) -> Identity | None:
    """Who calls; None is nobody. Raises :class:`Refusal` for a token that is not good."""
    return await identified(credentials(request, own_pages=own_pages), authenticate)


async def identified(given: Credentials | None, authenticate: Callable[[str], Awaitable[Identity]]) -> Identity | None:
    """Whose token it is; None is nobody. Raises :class:`Refusal` for a token that is not good."""
    if given is None:
        return None
    try:
        return await authenticate(given.token)
    except Refused as refused:
        sentences = " ".join(problem.message for problem in refused.problems)
        raise unauthenticated(sentences, from_cookie=given.from_cookie) from None


def unauthenticated(message: str, *, from_cookie: bool = False) -> Refusal:
    """A refusal for a bad token. A browser is told to forget its cookie, or it could never log in again."""
    headers = {"www-authenticate": "Bearer"}
    if from_cookie:
        headers["set-cookie"] = f"{SESSION_COOKIE}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"
    return Refusal(HTTPStatus.UNAUTHORIZED, "UNAUTHENTICATED", message, headers)


def check_origin(request: HTTPConnection, settings: Settings) -> None:
    """Raises :class:`Refusal` (ORIGIN) for a request that a browser sends on behalf of a foreign page."""
    origin = request.headers.get("origin")
    if origin is None:
        return
    own = f"{_scheme(request, settings.trusted_proxies)}://{request.headers.get('host', '')}"
    known = {_place(url) for url in (own, settings.base_url, *settings.allowed_origins)}
    if _place(origin) not in known - {None}:
        raise Refusal(HTTPStatus.FORBIDDEN, "ORIGIN", "Pages of this origin may not call the API (ALLOWED_ORIGINS).")


def client_address(request: HTTPConnection, trusted: tuple[str, ...]) -> str:
    """The client's network address: the peer's, or the one that proxies of ours saw.

    ``X-Forwarded-For`` is read from its end, past the proxies that are ``trusted``; what stands before the first
    address that is not, the client may have written itself.
    """
    address = _peer(request)
    hops = [hop.strip() for header in request.headers.getlist("x-forwarded-for") for hop in header.split(",")]
    while hops and _is_trusted(address, trusted):
        address = hops.pop()
    return address[:64]


def set_session_cookie(response: Response, token: str, settings: Settings) -> None:
    """Lets a browser keep its session where no script can read it."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=settings.session_hours * 3600,
        path="/",
        secure=_is_secure(settings),
        httponly=True,
        samesite="lax",
    )


def clear_session_cookie(response: Response, settings: Settings) -> None:
    """Lets a browser forget its session."""
    response.delete_cookie(SESSION_COOKIE, path="/", secure=_is_secure(settings), httponly=True, samesite="lax")


def _is_secure(settings: Settings) -> bool:
    """Whether browsers reach us by https only. Plain http is for one's own machine."""
    parts = urlsplit(settings.base_url)
    return parts.scheme == "https" or parts.hostname not in _LOCAL


def _scheme(request: HTTPConnection, trusted: tuple[str, ...]) -> str:
    """The scheme that the client used: what a proxy of ours says, where one stands before us."""
    said = request.headers.get("x-forwarded-proto")
    used = said if said and _is_trusted(_peer(request), trusted) else request.url.scheme
    return _PAGE_SCHEMES.get(used, used)


def _peer(request: HTTPConnection) -> str:
    return request.client.host if request.client else ""


def _place(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of a URL; None for anything else (`null`)."""
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname and port else None


def _is_trusted(address: str, trusted: tuple[str, ...]) -> bool:
    try:
        host = ip_address(address)
        return any(network == "*" or host in ip_network(network, strict=False) for network in trusted)
    except ValueError:
        return False
