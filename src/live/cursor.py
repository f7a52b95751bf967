"""Positions in a firm's log, handed out as opaque texts (LV1)."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from store.reads.log import Head

_SIZE: Final = 8  # bytes of the digest that ties a cursor to its database and firm


class ResetReason(StrEnum):
    """Why a client has to query again (LV3)."""

    CURSOR_TOO_OLD = "CURSOR_TOO_OLD"
    CURSOR_UNKNOWN = "CURSOR_UNKNOWN"
    TOO_MANY_CHANGES = "TOO_MANY_CHANGES"


class BadCursor(ValueError):
    """A text that is no cursor at all."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the log of one firm in one database."""

    origin: bytes
    seq: int

    def encode(self) -> str:
        """The cursor's text."""
        return base64.urlsafe_b64encode(self.origin + self.seq.to_bytes(8, "big")).decode().rstrip("=")

    def why_not(self, head: Head, firm_id: str) -> ResetReason | None:
        """Why the log cannot be read on from here, or None."""
        if self.origin != origin(head, firm_id) or self.seq > head.seq:
            return ResetReason.CURSOR_UNKNOWN
        return ResetReason.CURSOR_TOO_OLD if self.seq < head.floor else None


def origin(head: Head, firm_id: str) -> bytes:
    """What ties a cursor to its database and firm."""
    return hashlib.blake2b(f"{head.epoch}|{firm_id}".encode(), digest_size=_SIZE).digest()


def at(head: Head, firm_id: str, seq: int | None = None) -> Position:
    """The position of a sequence, by default that of the head."""
    return Position(origin(head, firm_id), head.seq if seq is None else seq)


def decode(text: str) -> Position:
    """A cursor's position. Raises BadCursor for what is none."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCursor("This is not a cursor.") from error
    if len(raw) != _SIZE + 8:
        raise BadCursor("This is not a cursor.")
    return Position(raw[:_SIZE], int.from_bytes(raw[_SIZE:], "big"))
