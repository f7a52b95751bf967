"""Ids made by the application: a type prefix and a UUIDv7 as 32 hexadecimal digits, e.g. ``job_0192…``."""

import os
import re
import time
from typing import Final

_SHAPE: Final = re.compile(r"([a-z]{3,16})_([0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15})")


def new_id(prefix: str) -> str:
    """A fresh id. Ids of two machines are not an order: never sort by them where order matters."""
    milliseconds = time.time_ns() // 1_000_000
    bits = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds << 80) | (0x7 << 76) | ((bits >> 64 & 0xFFF) << 64) | (0b10 << 62) | (bits & (1 << 62) - 1)
    return f"{prefix}_{value:032x}"


def is_id(prefix: str, text: str) -> bool:
    """Whether ``text`` has the form of an id with that prefix (JB2: clients may make their own)."""
    match = _SHAPE.fullmatch(text)
    return match is not None and match[1] == prefix


def prefix_of(text: str) -> str:
    """The type prefix of an id, or "" for what is none."""
    match = _SHAPE.fullmatch(text)
    return match[1] if match else ""
