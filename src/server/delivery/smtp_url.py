"""Which mail server to use, as one setting says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

SHAPE: Final = "must look like smtp://user:password@host:587 or smtps://user:password@host:465"


class Encryption(Enum):
    """How the conversation is kept from others."""

    STARTTLS = auto()  # from its second sentence on; a server that does not offer it gets no mail
    TLS = auto()  # from the first byte on
    OFF = auto()


_PORTS: Final = {Encryption.STARTTLS: 587, Encryption.TLS: 465, Encryption.OFF: 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where to send mail through, and as whom."""

    host: str
    port: int
    encryption: Encryption
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> MailServer:
        """From ``smtp://`` (with STARTTLS, or plain with ``?tls=off``) or ``smtps://``. Raises ValueError."""
        try:
            parts = urlsplit(url)
            given = parts.port
        except ValueError:
            raise ValueError(SHAPE) from None
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/") or parts.fragment:
            raise ValueError(SHAPE)
        encryption = _encryption(parts.scheme, dict(parse_qsl(parts.query, keep_blank_values=True)))
        user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
        if (user is None) != (password is None):
            raise ValueError("must name both a user and a password, or neither")
        return cls(parts.hostname, given or _PORTS[encryption], encryption, user, password)


def _encryption(scheme: str, options: dict[str, str]) -> Encryption:
    if options and (scheme == "smtps" or options != {"tls": "off"}):
        raise ValueError("must have no option but ?tls=off, and that with smtp:// only")
    if scheme == "smtps":
        return Encryption.TLS
    return Encryption.OFF if options else Encryption.STARTTLS
