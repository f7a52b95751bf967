"""Passes: who holds the address of a document may upload it, or download it, for some minutes.

A pass says what it is for, for which document, who asked for it and until when, and is signed with a secret of the firm
over that and over where the document's bytes lie. Whoever asked for it must still be allowed to when it is used.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Self

LASTS: Final = timedelta(minutes=10)
"""How long a pass is good at most. What was begun with it goes on after that."""
STEP: Final = timedelta(minutes=5)
"""Passes end at full steps, so that one who asks again soon gets the same."""


class Purpose(StrEnum):
    """What a pass is for."""

    UPLOAD = "u"
    DOWNLOAD = "d"


_SHAPE: Final = re.compile(
    r"(?P<purpose>[ud])\.(?P<document>[a-z0-9_]{1,50})\.(?P<holder>[a-z0-9_]{1,50})\.(?P<until>[1-9][0-9]{0,9})"
    r"\.(?P<signature>[0-9a-f]{64})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass as it is to be signed, or as somebody shows it."""

    purpose: Purpose
    document_id: str
    holder_id: str
    """The member, or the contact, who asked for it."""
    until: datetime
    signature: str = ""

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What somebody shows; None for what is none. Nothing of it is true before it is ``genuine``."""
        found = _SHAPE.fullmatch(text)
        if found is None:
            return None
        until = datetime.fromtimestamp(int(found["until"]), UTC)
        return cls(Purpose(found["purpose"]), found["document"], found["holder"], until, found["signature"])

    def signed(self, secret: str, key: str | None) -> str:
        """Its text. ``key`` is where the document's bytes lie, if they have come."""
        return f"{self._said}.{self._sign(secret, key)}"

    def genuine(self, secret: str, key: str | None) -> bool:
        """Whether it was signed with the secret, for what lies there; takes as long if not."""
        return hmac.compare_digest(self.signature, self._sign(secret, key))

    @property
    def _said(self) -> str:
        return f"{self.purpose}.{self.document_id}.{self.holder_id}.{int(self.until.timestamp())}"

    def _sign(self, secret: str, key: str | None) -> str:
        return hmac.digest(secret.encode(), f"{self._said}|{key or ''}".encode(), "sha256").hex()


def ends_at(now: datetime) -> datetime:
    """When a pass that is asked for now ends."""
    step = int(STEP.total_seconds())
    return datetime.fromtimestamp(int((now + LASTS).timestamp()) // step * step, UTC)


def new_secret() -> str:
    """A fresh secret for a firm."""
    return secrets.token_hex(32)
