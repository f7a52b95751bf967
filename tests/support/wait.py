"""Waiting for a condition, instead of for a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, overload

T = TypeVar("T")
STEP = 0.01
"""How often a condition is looked at, in seconds."""


@overload
async def eventually(
    condition: Callable[[], Coroutine[Any, Any, T]], claim: str = ..., *, within: float = ...
) -> T: ...
@overload
async def eventually(condition: Callable[[], T], claim: str = ..., *, within: float = ...) -> T: ...
async def eventually(condition: Callable[[], Any], claim: str = "the condition holds", *, within: float = 20.0) -> Any:
    """Wait until ``condition()`` is truthy and return what it gave; fail with ``claim`` after ``within`` seconds."""
    deadline = time.monotonic() + within
    while True:
        found = condition()
        value = await found if isinstance(found, Coroutine) else found
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {within} s: {claim} (last: {value!r})"
        await asyncio.sleep(STEP)
