"""Fan-out: how many messages a second reach how many subscribers, beside a bare server that sends the same text."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from redis.asyncio import Redis

from bench import viewers
from bench.firm import Bench, middle, running_bench
from bench.mover import Mover
from bench.table import Line
from bench.viewers import Viewer
from engine.enums import AccessRight, TokenScope
from engine.firm.sessions import CreateApiToken, create_api_token
from live.wakeups import Wakeups
from tests.support.redis import free_port, running_redis

SUBSCRIBERS, GROUPS = 1_000, 50
SECONDS = 4.0
ROUNDS = 2
WRITES = 100
"""Moves a second while messages are counted."""
LATENCIES = 500
IDLE = 1_000
RECONNECTING = 5_000
VIEWERS = 5
"""The owner, who sees everything, somebody who sees all accounts, and employees who have been given theirs."""
FIELDS = (
    "name",
    "rank",
    "priority",
    "dueDate",
    "overdue",
    "stage { id }",
    "status { id name }",
    "account { id name tags { id name color } }",
    "assignees { id name }",
)
DOCUMENT = """
subscription ($pipeline: ID!, $after: String) { boardEvents(pipelineId: $pipeline, after: $after) {
  cursor at changes { __typename
    ... on JobUpserted { previousStageId job { id version %s } }
    ... on JobRemoved { jobId reason }
    ... on ColumnCountsChanged { stageId jobCount overdueCount } } } }
"""


@dataclass
class House:
    """A firm with a board, its server in another process, and somebody who moves its jobs."""

    bench: Bench
    port: int
    pid: int
    tokens: list[str]
    """Of members with different rights, all of whom see all jobs; the first is the owner's."""
    pipeline: str
    mover: Mover
    redis_url: str

    @asynccontextmanager
    async def busy(self, rate: float = WRITES) -> AsyncIterator[None]:
        """Jobs are moved at a rate, as far as the machine can, by a process of its own."""
        async with _process("-m", "bench.mover", self.bench.url, self.redis_url, self.pipeline, str(rate)):
            yield

    def viewers(self, number: int, groups: int = 1, after: str | None = None) -> list[Viewer]:
        """Subscribers of the board, in so many groups with different selections and rights."""
        given = {"pipeline": self.pipeline, "after": after}
        return [Viewer(*self._group(n % groups), given) for n in range(number)]

    def _group(self, group: int) -> tuple[str, str]:
        """A token and a document: the first selects every field, others leave one out; the rest differs by its name."""
        round_, which = divmod(group // len(self.tokens), len(FIELDS) + 1)
        fields = [one for number, one in enumerate(FIELDS, 1) if number != which]
        document = DOCUMENT % " ".join(fields)
        return self.tokens[group % len(self.tokens)], document.replace("cursor", f"cursor # {round_}\n", 1)


async def measure() -> Sequence[Line]:
    """All of it, on one server."""
    async with running_house() as house:
        return [
            *await _idle(house),
            *await _latency(house),
            *await _throughput(house),
            *await _reconnects(house),
        ]


@asynccontextmanager
async def running_house() -> AsyncIterator[House]:
    """A firm with a board of 60 jobs, and a server beside it."""
    with tempfile.TemporaryDirectory(prefix="stageline-bench-") as folder:
        async with (
            running_bench() as bench,
            running_redis(Path(folder)) as redis,
            Wakeups.open(redis.url) as wakeups,
            _web(bench.url, redis.url) as (port, pid),
        ):
            bench.notify = wakeups.notify
            await bench.pipeline("To do", "Doing", "Review", "Done")
            [pipeline_id] = bench.stages
            token = (await bench.do(create_api_token, CreateApiToken("Bench", (TokenScope.READ,))))[1]
            tokens = [token, await bench.employee(pipeline_id, AccessRight.VIEW_ALL_ACCOUNTS)]
            tokens += [await bench.employee(pipeline_id) for _ in range(VIEWERS - len(tokens))]
            await bench.jobs(pipeline_id, 60)
            mover = await Mover.of(bench, pipeline_id)
            yield House(bench, port, pid, tokens, pipeline_id, mover, redis.url)


async def _latency(house: House) -> list[Line]:
    """From the commit of a move to its arrival at a subscriber of another process, beside what cannot be avoided.

    Both are measured by turns: others on the machine delay both.
    """
    say("latency")
    committed: dict[tuple[str, int], float] = {}
    took: list[float] = []
    floors: list[float] = []

    def hear(message: bytes) -> None:
        now = time.perf_counter()
        for change in json.loads(message)["payload"]["data"]["boardEvents"]["changes"]:
            if change["__typename"] == "JobUpserted":
                began = committed.pop((change["job"]["id"], change["job"]["version"]), None)
                took.extend([] if began is None else [now - began])

    [viewer] = some = house.viewers(1)
    viewer.hear = hear
    await viewers.opened(house.port, some)
    async with Redis.from_url(house.redis_url) as redis:
        for _ in range(LATENCIES // WRITES * 4):
            await _moves(house, committed, WRITES // 4)
            floors += [await _floor(house, redis) for _ in range(WRITES // 4)]
    viewers.close(some)
    floor = middle(floors)
    fifty, ninety_nine = (sorted(took)[int(len(took) * part)] for part in (0.5, 0.99))
    return [
        Line("a Redis round trip and a commit", f"{floor * 1000:.1f} ms"),
        Line(
            "from a move's commit to a subscriber of another process, median",
            f"{fifty * 1000:.1f} ms, {fifty / floor:.1f}x",
            "at most 3x",
            fifty <= 3 * floor,
        ),
        Line(
            "99 of 100",
            f"{ninety_nine * 1000:.1f} ms, {ninety_nine / floor:.1f}x",
            "at most 10x",
            ninety_nine <= 10 * floor,
        ),
    ]


async def _moves(house: House, committed: dict[tuple[str, int], float], number: int) -> None:
    """So many moves at the rate of writes, and the time that the last of them has to arrive."""
    began = time.perf_counter()
    for done in range(1, number + 1):
        job_id = await house.mover.move()
        committed[job_id, house.mover.jobs[job_id]] = time.perf_counter()
        await asyncio.sleep(max(0.0, began + done / WRITES - time.perf_counter()))
    for _ in range(100):
        if not committed:
            return
        await asyncio.sleep(0.01)


async def _floor(house: House, redis: Redis) -> float:
    """What cannot be avoided, in seconds: a round trip to Redis, and the commit of one changed row."""
    began = time.perf_counter()
    await redis.ping()
    await house.bench.database.rows("UPDATE firms SET updated_at = updated_at")
    return time.perf_counter() - began


async def _throughput(house: House) -> list[Line]:
    text = await _payload(house)
    kinds = {"bare": 1, "one": 1, "many": GROUPS, "each": SUBSCRIBERS}
    found: dict[str, list[Rate]] = {kind: [] for kind in kinds}
    async with house.busy(), _process("-m", "bench.bare", str(port := free_port()), text) as bare_pid:
        await _accepts(port)
        for number in range(ROUNDS):
            for kind, groups in kinds.items():
                say(f"round {number + 1}: {kind}")
                some = [Viewer(None, "", {}) for _ in range(SUBSCRIBERS)]
                found[kind].append(
                    await _rate(port, bare_pid, some)
                    if kind == "bare"
                    else await _rate(house.port, house.pid, house.viewers(SUBSCRIBERS, groups))
                )
    bare, one, many, each = (
        Rate(middle([rate.wall for rate in rates]), middle([rate.cpu for rate in rates])) for rates in found.values()
    )
    return [
        Line(f"a bare server to {SUBSCRIBERS:,}, {len(text):,} bytes each", bare.told),
        Line(f"to {SUBSCRIBERS:,} subscribers of one board, one selection", one.told),
        one.beside(bare, 0.9),
        Line("executing for each subscriber", each.told),
        Line("beside executing for each", f"{one.cpu / each.cpu:.1f}x", "at least 6x", one.cpu / each.cpu >= 6),
        Line(f"in {GROUPS} groups of different selections and rights", many.told),
        many.beside(bare, 0.6),
    ]


@dataclass(frozen=True)
class Rate:
    """Messages per second, and per second of the server's processor: others on the machine do not change that."""

    wall: float
    cpu: float

    @property
    def told(self) -> str:
        """For the table."""
        return f"{self.wall:,.0f} messages/s, {self.cpu:,.0f} per processor second"

    def beside(self, bare: Rate, wanted: float) -> Line:
        """Compared with the bare server."""
        wall, cpu = self.wall / bare.wall, self.cpu / bare.cpu
        return Line("beside the bare server", f"{wall:.0%}, {cpu:.0%}", f"at least {wanted:.0%}", wall >= wanted)


async def _accepts(port: int) -> None:
    """Waits until a server takes connections."""
    for _ in range(300):
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)


def say(what: str) -> None:
    """Tells whoever waits how far it is."""
    sys.stderr.write(f"  {what}\n")


async def _rate(port: int, pid: int, subscribers: list[Viewer]) -> Rate:
    await viewers.opened(port, subscribers)
    try:
        await asyncio.sleep(0.5)
        before, began = viewers.cpu(pid), sum(viewer.received for viewer in subscribers)
        wall = await viewers.rate(subscribers, SECONDS)
        return Rate(wall, (sum(viewer.received for viewer in subscribers) - began) / (viewers.cpu(pid) - before))
    finally:
        viewers.close(subscribers)


async def _payload(house: House) -> str:
    """What an event of a move looks like."""
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    [viewer] = some = house.viewers(1)
    viewer.hear = heard.put_nowait
    await viewers.opened(house.port, some)
    await house.mover.move()
    said = json.loads(await heard.get())
    viewers.close(some)
    return json.dumps(said["payload"], separators=(",", ":"))


async def _idle(house: House) -> list[Line]:
    """What subscribers cost in memory while nothing happens."""
    some = house.viewers(10)
    await viewers.opened(house.port, some)
    before = viewers.rss(house.pid)
    more = house.viewers(IDLE)
    await viewers.opened(house.port, more)
    cost = (viewers.rss(house.pid) - before) / IDLE
    viewers.close(some + more)
    return [Line("an idle subscriber", f"{cost / 1024:.0f} KiB", "at most 40 KiB", cost <= 40 * 1024)]


async def _reconnects(house: House) -> list[Line]:
    """Everybody comes back at once, with the cursor of a moment ago."""
    some = house.viewers(RECONNECTING)
    took = await viewers.opened(house.port, some, at_once=500)
    viewers.close(some)
    return [
        Line(f"{RECONNECTING:,} clients that come back at once", f"{took:.1f} s", "within 30 s", took <= 30),
    ]


@asynccontextmanager
async def _web(database_url: str, redis_url: str) -> AsyncIterator[tuple[int, int]]:
    port = free_port()
    given = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "PORT": str(port), "MAX_STREAMS": "10000"}
    async with _process("-c", "from server.cli import main; main()", "web", **given) as pid:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            for _ in range(300):
                with suppress(httpx.TransportError):
                    if (await http.get("/readyz")).is_success:
                        break
                await asyncio.sleep(0.1)
        yield port, pid


@asynccontextmanager
async def _process(*arguments: str, **settings: str) -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env=os.environ | {"LOG_LEVEL": "error"} | settings,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
