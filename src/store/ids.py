"""Ids made by the application: a type prefix and a UUIDv7 as 32 hexadecimal digits, e.g. ``job_0192…``."""

import os
import re
import time
from typing import Final

_SHAPE: Final = re.compile(r"([a-z]{3,16})_([0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15})")

_PARTS: Final = 4096
"""Of a millisecond: what UUIDv7 has room for behind the time (RFC 9562, method 3)."""

_newest = 0


def new_id(prefix: str) -> str:
    """A fresh id. Those of one process are in the order in which they were made, also within a millisecond.

    Ids of two machines are not an order: never sort by them where order matters.
    """
    global _newest  # noqa: PLW0603  # what makes the order
    _newest = max(time.time_ns() * _PARTS // 1_000_000, _newest + 1)
    milliseconds, part = divmod(_newest, _PARTS)
    noise = int.from_bytes(os.urandom(8), "big") & (1 << 62) - 1
    return f"{prefix}_{(milliseconds << 80) | (0x7 << 76) | (part << 64) | (0b10 << 62) | noise:032x}"


def is_id(prefix: str, text: str) -> bool:
    """Whether ``text`` has the form of an id with that prefix (JB2: clients may make their own)."""
    match = _SHAPE.fullmatch(text)
    return match is not None and match[1] == prefix


def prefix_of(text: str) -> str:
    """The type prefix of an id, or "" for what is none."""
    match = _SHAPE.fullmatch(text)
    return match[1] if match else ""
