"""LV3: clients that send more than they read, more than they may, or nothing at all: bounded, and nobody else waits."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack

import pytest

from engine.firm.sessions import TRIES_PER_EMAIL
from tests.support.api import PASSWORD
from tests.support.frames import Wire, connected
from tests.transports.house import House, answers
from tests.transports.raw import INIT, TEXT, Raw, frame, request

BUFFER = 16 * 1024
"""What the kernel keeps of a connection in each direction, in bytes, more or less."""
PING = '{"type":"ping","payload":{"x":"' + "x" * 10_000 + '"}}'
TRIES = 1_000
"""Pings of ten kilobytes."""
MOST = 100
"""More of them than find place in all the buffers on the way, there and back."""


async def test_who_does_not_read_cannot_go_on_asking(house: House) -> None:
    """LV3: the server takes no further message before it has got rid of the answer; nothing is lost meanwhile."""
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        house.served.listener.setsockopt(socket.SOL_SOCKET, option, BUFFER)
    with socket.socket() as narrow:
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            narrow.setsockopt(socket.SOL_SOCKET, option, BUFFER)
        narrow.connect(("127.0.0.1", house.served.port))
        async with connected(house.served.socket_url, sock=narrow, max_queue=1) as wire:
            await wire.init(house.owner.token)
            sent = await _sent_until_it_stalls(wire)
            assert sent < MOST
            await house.still_served()
            for _ in range(sent):
                assert (await wire.next())["type"] == "pong"
            await answers(wire)


async def _sent_until_it_stalls(wire: Wire) -> int:
    """How many pings the connection takes, none of whose answers is read."""
    for n in range(1, TRIES):
        try:
            await asyncio.wait_for(wire.socket.send(PING), 0.5)
        except TimeoutError:
            return n
    return TRIES


SMALL = {
    "pings": frame(0x89, b"x"),
    "pongs": frame(0x8A, b"x"),
    "empty pieces": frame(0x00),
}


@pytest.mark.parametrize("kind", SMALL)
@pytest.mark.parametrize("count", [250, 20_000])
async def test_a_flood_of_tiny_frames_is_closed_with_1008(house: House, kind: str, count: int) -> None:
    """LV3: they are below our messages, and cost the server more than the client; before connection_init, too.

    Who has sent far more than was read may find the connection reset instead.
    """
    for start in (b"", frame(TEXT, INIT)):
        raw = await Raw.open(house)
        assert await raw.status(request()) == 101
        begin = frame(0x01, b"{") if kind == "empty pieces" else b""
        raw.writer.write(start + begin + SMALL[kind] * count)
        await house.still_served()
        assert await raw.end() in ({1008} if count == 250 else {1008, None})


async def test_some_tiny_frames_are_no_flood(house: House) -> None:
    """LV6: a hundred pings at once, and a message in a hundred pieces."""
    async with house.wire() as wire:
        for pong in [await wire.socket.ping() for _ in range(100)]:
            await pong
    async with house.wire() as wire:
        text = '{"type": "ping", "payload": {"x": "' + "y" * 80 + '"}}'
        await wire.socket.send(iter(text[at : at + 2] for at in range(0, len(text), 2)))
        assert await wire.next() == {"type": "pong", "payload": {"x": "y" * 80}}


async def test_a_closed_connection_does_not_wait_for_ever(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """LV3: a client that neither reads nor leaves is let go soon after the server has closed."""
    monkeypatch.setattr("server.transports.socket.protocol.LINGER_SECONDS", 0.2)
    raw = await Raw.open(house)
    assert await raw.status(request()) == 101
    raw.writer.write(frame(TEXT, b"nonsense"))
    async with asyncio.timeout(5):
        while await raw.reader.read(1000):  # the close frame, which it does not answer
            pass
    raw.writer.transport.abort()


async def test_many_silent_sockets_are_closed_in_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """LV6: 4408 for each, while others shake hands."""
    monkeypatch.setattr("server.transports.socket.connection.INIT_SECONDS", 0.5)
    async with AsyncExitStack() as stack:
        url = house.served.socket_url
        wires = [await stack.enter_async_context(connected(url)) for _ in range(60)]
        await house.still_served()
        ends = await asyncio.gather(*(wire.ended() for wire in wires))
        assert {code for code, _ in ends} == {4408}


async def test_tries_to_log_in_over_a_socket_are_counted(house: House) -> None:
    """API5: as over HTTP: another socket, or many operations at once, are no way around it."""
    login = "mutation ($input: LoginInput!) { login(input: $input) { token errors { code } } }"
    email = "nobody@throttled.test"
    codes = []
    for _ in range(2):
        async with house.wire(house.served.nobody) as wire:
            given = {"email": email, "password": "not " + PASSWORD}
            ids = [await wire.subscribe(login, input=given) for _ in range(TRIES_PER_EMAIL)]
            codes += [(await wire.result(one))["data"]["login"]["errors"][0]["code"] for one in ids]
    assert sorted(codes) == ["BAD_CREDENTIALS"] * TRIES_PER_EMAIL + ["THROTTLED"] * TRIES_PER_EMAIL
