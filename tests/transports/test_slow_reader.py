"""LV3: a client that does not read: few joined events instead of many, bounded memory, and nobody else waits for it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.support.api import Json
from tests.support.board import EVENTS, Board, assert_in_step
from tests.support.frames import WITHIN, Ended, connected, streaming
from tests.transports.house import House, OnSocket, OnStream, Subscription, Transport, event

BUFFER = 16 * 1024
"""What the kernel keeps of a connection in each direction, in bytes, more or less."""
TEXT = "\U0001f388" * 9_000
"""A job's long description: each event that draws it has 36 kB."""
MOVES, AT_ONCE = 60, 30
MOST = 20
"""More events than find place in all the buffers on the way, of the kernel and of both loops."""


@pytest.fixture
def small_buffers(house: House) -> None:
    """The kernel keeps little of what the server writes; for all connections to come."""
    house.served.listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)


@asynccontextmanager
async def slow(house: House, transport: Transport, after: str) -> AsyncIterator[Subscription]:
    """A subscription of a client that takes nothing off the network but what the test reads."""
    given: Json = {"pipeline": house.shop.pipeline, "after": after}
    if transport == "socket":
        with socket.socket() as narrow:
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            narrow.connect(("127.0.0.1", house.served.port))
            async with connected(house.served.socket_url, sock=narrow, max_queue=1) as wire:
                await wire.init(house.owner.token)
                yield OnSocket(wire, await wire.subscribe(EVENTS, **given))
    else:
        narrowed = httpx.AsyncHTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)])
        async with (
            httpx.AsyncClient(base_url=house.served.origin, transport=narrowed) as http,
            streaming(http, EVENTS, token=house.owner.token, **given) as events,
        ):
            yield OnStream(events)


async def busy(house: House, job: Json) -> Json:
    """Move a job to and fro, many times; the job as it is then."""
    version = job["version"]
    for start in range(version, version + MOVES, AT_ONCE):
        moves = (
            f'm{n}: moveJob(input: {{jobId: "{job["id"]}", stageId: "{house.shop.stages[n % 3]}",'
            f" expect: {{version: {n}}}}}) {{ errors {{ code }} }}"
            for n in range(start, start + AT_ONCE)
        )
        data = await house.owner.query(f"mutation {{ {' '.join(moves)} }}")
        assert [payload["errors"] for payload in data.values()] == [[]] * AT_ONCE
    return {**job, "version": version + MOVES}


async def read_on(subscription: Subscription, board: Board, job: Json) -> list[Json]:
    """Apply events until the board shows a job as it is; the events."""
    found = []
    while board.jobs[job["id"]]["version"] < job["version"]:
        found.append(await event(subscription))
        board.apply({"events": [found[-1]], "cursor": found[-1]["cursor"]})
    return found


@pytest.mark.usefixtures("small_buffers")
async def test_a_slow_reader_gets_few_joined_events_and_ends_right(house: House, transport: Transport) -> None:
    """LV3: while it does not read nothing piles up for it; what it reads then leads to the board as it is."""
    job = await house.shop.job(description=TEXT, stageId=house.shop.stages[0])
    board = await Board.open(house.owner, house.shop.pipeline)
    async with slow(house, transport, board.cursor) as subscription:
        assert (await event(subscription))["changes"] == []
        job = await busy(house, job)
        await house.still_served()
        events = await read_on(subscription, board, job)
        assert 1 < len(events) < MOST < MOVES
        assert {"COALESCED"} <= {one["cause"]["kind"] for one in events}
        cursor = (await Board.open(house.owner, house.shop.pipeline)).cursor
        while board.cursor != cursor:
            last = await event(subscription)
            board.apply({"events": [last], "cursor": last["cursor"]})
        await assert_in_step(board)
        assert board.resets == []


@pytest.mark.usefixtures("small_buffers")
async def test_a_reader_that_is_too_slow_is_let_go_and_resumes(
    house: House, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LV3: it is cut off after a while, with a code where that can still be said, and misses nothing."""
    monkeypatch.setattr("server.transports.socket.connection.SEND_SECONDS", 0.2)
    monkeypatch.setattr("server.transports.socket.connection.CLOSE_SECONDS", 0.2)
    monkeypatch.setattr("server.transports.event_stream.SEND_SECONDS", 0.2)
    job = await house.shop.job(description=TEXT, stageId=house.shop.stages[0])
    board = await Board.open(house.owner, house.shop.pipeline)
    async with slow(house, transport, board.cursor) as subscription:
        async with asyncio.timeout(3 * WITHIN):
            while not house.is_idle():
                job = await busy(house, job)
        with pytest.raises((Ended, AssertionError, httpx.TransportError)) as cut:
            await read_on(subscription, board, job)
        assert getattr(cut.value, "code", 4412) in {4412, 1006}
    async with slow(house, transport, board.cursor) as subscription:
        await read_on(subscription, board, job)
        assert board.resets == []
        await assert_in_step(board)
