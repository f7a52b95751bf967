"""Requests over HTTP/1.1 from a process of its own, as cheap as can be, so that it is the server that is measured."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

import uvloop

WARM_UP = 0.3
"""Seconds before anything counts."""


@dataclass(frozen=True)
class Load:
    """What is asked, again and again, by so many connections at once, each with one request at a time."""

    port: int
    token: str
    bodies: Sequence[Sequence[str]]
    """Of each connection, or of all of them."""
    connections: int
    seconds: float
    expects: str = '{"data"'
    """What the beginning of every answer holds."""
    cycle: int = 1
    """A connection ends after so many requests, or a multiple of that: where it began."""


@dataclass(frozen=True)
class Took:
    """How long each request took, in seconds, and how many were answered per second."""

    each: Sequence[float]
    rate: float
    asked: int
    """How many were sent altogether."""


class Connection(asyncio.Protocol):
    """One connection: the next request goes out when the last one is answered."""

    def __init__(self, load: Load, bodies: Sequence[str]) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.took: list[float] = []
        self._requests = [_request(load, body) for body in bodies]
        self._expects = load.expects.encode()
        self._cycle = load.cycle
        self._warm = time.perf_counter() + WARM_UP
        self._ends = self._warm + load.seconds
        self._first = self._last = 0.0
        self.asked = 0
        self._left = 0
        self._head = b""

    def connection_made(self, transport: Any) -> None:
        """Asks for the first time."""
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._requests[self.asked % len(self._requests)])
        self.asked += 1

    def data_received(self, data: bytes) -> None:
        """Counts what comes off the network."""
        if not self._left:
            data = self._head = self._head + data
            head, end, body = data.partition(b"\r\n\r\n")
            if not end or not body:
                return
            self._left = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            if self._expects not in body[:10_000]:
                self._fail(data)
                return
            data, self._head = body, b""
        self._left -= len(data)
        if not self._left:
            self._answered(time.perf_counter())

    def _answered(self, now: float) -> None:
        if self._first:
            self.took.append(now - self._sent)
            self._last = now
        elif now >= self._warm:
            self._first = now
        if now < self._ends or not self.took or self.asked % self._cycle:
            self._ask()
        else:
            self._transport.close()
            self.done.set_result(None)

    @property
    def rate(self) -> float:
        """Answers per second, from the first that counts to the last."""
        return len(self.took) / (self._last - self._first)

    def _fail(self, data: bytes) -> None:
        self._transport.abort()
        self.done.set_exception(RuntimeError(data[:2000].decode(errors="replace")))

    def connection_lost(self, error: Exception | None) -> None:
        """Fails whoever waits for it."""
        if not self.done.done():
            self.done.set_exception(RuntimeError(f"the connection was closed: {error}"))


def _request(load: Load, body: str) -> bytes:
    content = body.encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {load.token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def _run(load: Load) -> Took:
    loop = asyncio.get_running_loop()
    some = [Connection(load, load.bodies[n % len(load.bodies)]) for n in range(load.connections)]
    await asyncio.gather(*(loop.create_connection(lambda one=one: one, "127.0.0.1", load.port) for one in some))  # type: ignore[misc]
    await asyncio.gather(*(one.done for one in some))
    return Took(
        each=[took for one in some for took in one.took],
        rate=sum(one.rate for one in some),
        asked=sum(one.asked for one in some),
    )


class Client:
    """The process, as others see it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def run(self, load: Load) -> Took:
        """Puts a load on a server. Raises RuntimeError with an answer that is not as expected."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(load)).encode() + b"\n")
        said = json.loads(await self._process.stdout.readline())
        if "error" in said:
            raise RuntimeError(said["error"])
        return Took(**said)


@asynccontextmanager
async def running_client() -> AsyncIterator[Client]:
    """The process that asks."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.load",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 26,
    )
    try:
        yield Client(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


def main() -> None:
    """Loads as lines of JSON on standard input, what they took on standard output."""
    for line in sys.stdin:
        try:
            answer = asdict(uvloop.run(_run(Load(**json.loads(line)))))
        except RuntimeError as error:
            answer = {"error": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
