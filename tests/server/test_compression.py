"""Large answers are compressed for clients that accept that, and for nobody else."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from server.compression import LEAST
from store.database import Database
from tests.server.door import Door, opened

ECHO = "query ($text: String!) { echo(text: $text) }"


@pytest.fixture
async def door(database: Database) -> AsyncIterator[Door]:
    """The door."""
    async with opened(database) as door:
        yield door


async def raw(door: Door, accepted: str, text: str) -> tuple[httpx.Response, bytes]:
    """An answer that echoes a text, with its bytes as they travelled."""
    body = {"query": ECHO, "variables": {"text": text}}
    request = door.client.build_request("POST", "/graphql", json=body, headers={"accept-encoding": accepted})
    response = await door.client.send(request, stream=True)
    try:
        return response, b"".join([chunk async for chunk in response.aiter_raw()])
    finally:
        await response.aclose()


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5, *;q=0.1"])
async def test_a_large_answer_is_compressed(door: Door, accepted: str) -> None:
    """It is the same answer, in fewer bytes."""
    plain = await raw(door, "identity", "a" * LEAST)
    response, travelled = await raw(door, accepted, "a" * LEAST)
    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) == len(travelled) < LEAST / 10
    assert gzip.decompress(travelled) == plain[1]
    kept = ("content-type", "cache-control", "x-content-type-options")
    assert [response.headers[name] for name in kept] == [plain[0].headers[name] for name in kept]


@pytest.mark.parametrize(("accepted", "size"), [("identity", 10 * LEAST), ("br", 10 * LEAST), ("gzip", LEAST // 2)])
async def test_others_are_not(door: Door, accepted: str, size: int) -> None:
    """Neither for whom cannot read it, nor where there is nothing to gain."""
    response, travelled = await raw(door, accepted, "a" * size)
    assert "content-encoding" not in response.headers
    assert int(response.headers["content-length"]) == len(travelled) > size


async def test_streams_go_as_they_are(door: Door) -> None:
    """LV6: an event must not wait in a compressor for the next."""
    response = await door.client.post(
        "/graphql/stream", json={"query": "subscription { ticks }"}, headers={"accept-encoding": "gzip"}
    )
    assert response.headers["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in response.headers
