"""Web addresses of portals, to which links are appended."""

from typing import Final
from urllib.parse import urlsplit

from engine.checks import Checks
from engine.enums import ErrorCode

LENGTH: Final = 500  # characters
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def check(checks: Checks, value: str, *path: str) -> str:
    """The address of a portal, trimmed: over HTTPS, but on one's own machine, and without a part behind #."""
    text = value.strip()
    problem = _problem(text)
    if len(text) > LENGTH:
        checks.add(ErrorCode.TOO_LONG, f"At most {LENGTH} characters.", *path)
    elif problem:
        checks.add(ErrorCode.INVALID, problem, *path)
    return text


def _problem(text: str) -> str | None:
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or not text.isascii() or not text.isprintable() or set(text) & set(' "<>\\^`{|}'):
        return "Write a whole web address, such as https://clients.example.com."
    if "#" in text or "@" in parts.netloc:
        return "Leave out what stands behind #, and user and password."
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOCAL):
        return "Links are secrets: use https."
    return None
