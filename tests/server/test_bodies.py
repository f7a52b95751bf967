"""Bodies of requests: of a bounded size, and not waited for for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from server.refusals import Refusal
from server.transports.bodies import Bodies

LIMIT = 10


def request(*messages: Message, declared: str | None = None) -> Request:
    """One that sends these messages and then nothing any more."""
    waiting = list(messages)

    async def receive() -> Message:
        if waiting:
            return waiting.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    headers = [] if declared is None else [(b"content-length", declared.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def chunks(*parts: bytes) -> Sequence[dict[str, Any]]:
    """A body in parts."""
    last = len(parts) - 1
    return [{"type": "http.request", "body": part, "more_body": n < last} for n, part in enumerate(parts)]


async def test_a_body_arrives_in_parts() -> None:
    """One of them may be empty, as all of it may."""
    bodies = Bodies(LIMIT)
    assert await bodies.read(request(*chunks(b"01234", b"", b"56789"))) == b"0123456789"
    assert await bodies.read(request({"type": "http.request"})) == b""


async def test_more_than_the_limit_is_not_read() -> None:
    """Said before, in however many digits, or found out on the way."""
    bodies = Bodies(LIMIT)
    for one in (request(declared="11"), request(declared="9" * 5000), request(*chunks(b"01234", b"56789", b"0", b""))):
        with pytest.raises(Refusal) as refused:
            await bodies.read(one)
        assert refused.value.code == "BODY_TOO_LARGE"


async def test_a_body_that_does_not_arrive_is_given_up_and_no_other() -> None:
    """One comes in parts, one never, one goes on until somebody else ends it, one begins when those have ended."""
    bodies = Bodies(LIMIT, seconds=0.01)
    never = asyncio.create_task(bodies.read(request(chunks(b"0", b"1")[0])))
    other = asyncio.create_task(bodies.read(request()))
    assert await bodies.read(request(*chunks(b"01"))) == b"01"
    other.cancel()
    with pytest.raises(asyncio.CancelledError):
        await other
    with pytest.raises(Refusal) as refused:
        await never
    assert refused.value.code == "REQUEST_TIMEOUT"
    assert await bodies.read(request(*chunks(b"01"))) == b"01"
    with pytest.raises(Refusal):
        await bodies.read(request())


async def test_who_is_ended_while_it_is_late_ends() -> None:
    """A server that stops cancels a request in the very moment in which its time is over."""
    bodies = Bodies(LIMIT, seconds=0.01)
    task: asyncio.Task[bytes]

    async def receive() -> Message:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            task.cancel()
            raise
        raise AssertionError

    task = asyncio.create_task(bodies.read(Request({"type": "http", "method": "POST", "headers": []}, receive)))
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_client_that_goes_away() -> None:
    """What has come of its body is not taken for all of it."""
    with pytest.raises(ClientDisconnect):
        await Bodies(LIMIT).read(request(chunks(b"0", b"1")[0], {"type": "http.disconnect"}))
