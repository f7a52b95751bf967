"""Web addresses that webhooks may be sent to, as far as can be said without looking a name up (API6)."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from engine.checks import Checks
from engine.enums import ErrorCode
from engine.hooks.reach import allowed, is_public, literal, may_use

LENGTH: Final = 2_000  # characters
_SHAPE: Final = re.compile(r"https?://[\w.~:/?#\[\]@!$&'()*+,;=%-]+", re.ASCII | re.IGNORECASE)
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMBER: Final = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)


def check(checks: Checks, value: str, *path: str) -> str:
    """A web address, trimmed."""
    text = value.strip()
    problem = _problem(text)
    if len(text) > LENGTH:
        checks.add(ErrorCode.TOO_LONG, f"At most {LENGTH:,} characters.", *path)
    elif problem:
        checks.add(ErrorCode.INVALID, problem, *path)
    return text


def _problem(text: str) -> str | None:
    parts = _parts(text)
    if parts is None:
        return "Write a whole web address, such as https://hooks.example.com/stageline."
    if "@" in parts.netloc:
        return "Leave user and password out: webhooks are signed instead."
    if parts.port is not None and not may_use(parts.port):
        return "Use port 443 or 80, or one from 1024 on."
    host = parts.hostname or ""
    if allowed.reach.lists(host):
        return None
    if not _may_be_public(host):
        return "Webhooks go to servers on the public internet only; your operator may list others."
    return "Use https://: what goes by http:// can be read on the way." if parts.scheme == "http" else None


def _parts(text: str) -> SplitResult | None:
    """A web address in its parts; None for what means nothing, or might mean two things."""
    if not _SHAPE.fullmatch(text):
        return None
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  # raises where it is no port
    except ValueError:
        return None
    return parts if parts.hostname and (literal(parts.hostname) or is_name(parts.hostname)) else None


def is_name(host: str) -> bool:
    """Whether it is a host's name, and not a number that some would read as an address."""
    labels = host.lower().removesuffix(".").split(".")
    return all(map(_LABEL.fullmatch, labels)) and not _NUMBER.fullmatch(labels[-1])


def _may_be_public(host: str) -> bool:
    """Whether it is a public address, or a name that others could look up: one of several parts."""
    address = literal(host)
    return is_public(address) if address else "." in host.removesuffix(".")
