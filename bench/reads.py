"""Reads over HTTP: boards, jobs, pages, and moves beside them, on firms that are full.

Beside us run the same server with graphql-core executing, and a limit: PostgreSQL's own JSON text behind a bare
application. All are asked in turn, in several rounds; what counts are ratios between them.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import httpx

from bench import reads_asked, reads_executor, reads_growth, reads_operations, reads_servers
from bench.firm import middle
from bench.load import Client, Load, Took, running_client
from bench.reads_asked import Kind
from bench.reads_servers import Json, Postgres, Server
from bench.table import Line, table
from bench.viewers import cpu

QUICK = bool(os.environ.get("QUICK"))
"""A try while developing: little of everything, and nothing to be trusted."""
PARTS = (os.environ.get("PARTS") or "loads,executor,growth").split(",")
"""What to measure: the whole takes some ten minutes."""
ROUNDS = 1 if QUICK else 3
SECONDS = 0.5 if QUICK else 1.2
FIRMS = 2 if QUICK else 20
AT_ONCE = (1, 8, 16)
OURS, CORE, LIMIT = "ours", "graphql-core", "limit"
WANTED = {("board, 480 jobs", 8): 0.6, ("one job", 16): 0.5}
"""Which part of the limit's rate is to be reached, by the kind of request and how many at once."""


@dataclass
class Measure:
    """What requests of one kind took, by so many connections."""

    rates: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    asked: int = 0
    server: float = 0.0
    postgres: float = 0.0
    """Processor time, in seconds."""

    def add(self, took: Took) -> None:
        """Another round."""
        self.rates.append(took.rate)
        self.took += took.each
        self.asked += took.asked

    @property
    def rate(self) -> float:
        """Requests per second: the median of the rounds."""
        return middle(self.rates)

    def at(self, part: float) -> float:
        """The time, in seconds, in which that part of all requests was answered."""
        return sorted(self.took)[int(len(self.took) * part)]

    @property
    def told(self) -> str:
        """For a table."""
        return (
            f"{self.rate:,.0f}/s | {self.at(0.5) * 1000:,.1f} | {self.at(0.99) * 1000:,.1f} | "
            f"{self.server / self.asked * 1000:,.2f} | {self.postgres / self.asked * 1000:,.2f}"
        )


Measures = dict[tuple[str, int, str], Measure]
"""By the kind of request, how many at once, and who answers."""


@dataclass(frozen=True)
class House:
    """A PostgreSQL with a firm, the servers on it, and who asks them."""

    postgres: Postgres
    firm: Json
    client: Client
    servers: dict[str, Server]

    @property
    def token(self) -> str:
        """The owner's."""
        token: str = self.firm["owner"]["token"]
        return token

    async def ask(self, who: str, kind: Kind, connections: int) -> Took:
        """One round."""
        bodies = kind.limit if who == LIMIT else kind.ours
        return await self.client.run(
            Load(self.servers[who].port, self.token, bodies, connections, SECONDS, kind.expects, kind.cycle)
        )

    async def answer(self, who: str, body: str) -> Any:
        """One answer, decoded."""
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        async with httpx.AsyncClient() as http:
            url = f"http://127.0.0.1:{self.servers[who].port}/graphql"
            return (await http.post(url, content=body, headers=headers, timeout=60)).json()


async def measure() -> str:
    """All of it, or what PARTS names, as Markdown."""
    said: list[str] = [_NOTE]
    lines: list[Line] = []
    async with reads_servers.running_postgres() as postgres, running_client() as client:
        many = await postgres.database("many")
        say("seeding")
        told = await reads_servers.seed(many, seed=1, firms=FIRMS, pipelines=10 * FIRMS, jobs=5_000 * FIRMS)
        if "loads" in PARTS:
            measures = await _loads(postgres, client, many, told["firms"][0])
            said.append(_loads_table(measures))
            lines += _verdicts(measures)
        if "executor" in PARTS:
            lines += await reads_executor.measure(many, told["firms"][0])
            lines += await reads_operations.measure(many, told["firms"][0])
        if "growth" in PARTS:
            lines += await _growth(postgres, client, many)
    return "\n\n".join([*said, table(lines)])


async def _growth(postgres: Postgres, client: Client, many: str) -> list[Line]:
    """How costs grow. Jobs are added while memory is measured, which takes no notice of it.

    A firm that is the same in both is asked for in a small database and in a large one. What the database does by
    itself after so many changes is done before time is measured.
    """
    say("growth")
    small = await postgres.database("small")
    wide = (await reads_servers.seed(many, seed=2, firms=1, pipelines=1, jobs=1_100))["firms"][0]
    one, other = [
        (url, (await reads_servers.seed(url, seed=3, firms=1, pipelines=2, jobs=1_000))["firms"][0])
        for url in (small, many)
    ]
    await asyncio.gather(*(postgres.execute("VACUUM", url) for url in (small, many)))
    lines = await reads_growth.shown(client, many, wide)
    lines += await reads_growth.stored(client, one, other, f"{5_000 * FIRMS:,}")
    say("memory, and a million jobs")
    flat, _ = await asyncio.gather(
        reads_growth.memory(client, *one),
        reads_servers.seed(many, seed=4, firms=9 * FIRMS, pipelines=90 * FIRMS, jobs=45_000 * FIRMS),
    )
    await asyncio.gather(*(postgres.execute("VACUUM", url) for url in (small, many)))
    lines += (await reads_growth.stored(client, one, other, f"{50_000 * FIRMS:,}"))[1:]
    return [*lines, *flat]


_NOTE = (
    f"{FIRMS} firms, {10 * FIRMS} pipelines, {5_000 * FIRMS:,} jobs; {os.cpu_count()} processors, which the server "
    "(one process), PostgreSQL and the client share. Times in milliseconds; the last two columns are processor time "
    "per request."
)


async def _kinds(house: House) -> list[Kind]:
    """What is asked, of different pipelines, jobs and members. Fails unless the limit answers what we do."""
    firm = house.firm
    first = await house.answer(OURS, reads_asked.body(reads_asked.BOARD, pipeline=firm["pipelineIds"][0], first=60))
    columns = first["data"]["board"]["columns"]
    jobs = [job for column in columns for job in column["jobs"]["nodes"]]
    members = sorted({one["id"] for job in jobs for one in job["assignees"]})
    kinds = [
        reads_asked.board(firm["id"], firm["pipelineIds"]),
        reads_asked.job(firm["id"], [job["id"] for job in jobs]),
        reads_asked.page(firm["id"], members),
    ]
    for kind in kinds:
        await _same(house, kind)
    return [*kinds, reads_asked.move(columns)]


async def _same(house: House, kind: Kind) -> None:
    ours, core = [await house.answer(who, kind.ours[0][0]) for who in (OURS, CORE)]
    limit = await house.answer(LIMIT, kind.limit[0][0])
    if "board" in limit["data"]:
        limit["data"]["board"]["cursor"] = ours["data"]["board"]["cursor"]
    if not ours == core == limit:
        texts = [json.dumps(one)[:1000] for one in (ours, core, limit)]
        raise RuntimeError(f"the answers to {kind.name} differ: {texts}")


async def _loads(postgres: Postgres, client: Client, url: str, firm: Json) -> Measures:
    """Every kind of request, by so many at once, to each server, in rounds.

    graphql-core, being slow, is asked in the first; what is wanted is measured in as many more.
    """
    start = {OURS: reads_servers.web, CORE: reads_servers.reference, LIMIT: reads_servers.limit}
    measures: Measures = defaultdict(Measure)
    async with AsyncExitStack() as stack:
        servers = {who: await stack.enter_async_context(running(url)) for who, running in start.items()}
        house = House(postgres, firm, client, servers)
        kinds = await _kinds(house)
        for number in range(2 * ROUNDS):
            say(f"round {number + 1} of {2 * ROUNDS}")
            for kind, connections, who in product(kinds, AT_ONCE, start):
                again = number < ROUNDS or (kind.name, connections) in WANTED
                if (who == CORE and not number) or (again and (who == OURS or (who == LIMIT and kind.limit))):
                    await _round(house, measures[kind.name, connections, who], who, kind, connections)
    return measures


async def _round(house: House, measure: Measure, who: str, kind: Kind, connections: int) -> None:
    pid = house.servers[who].pid
    server, postgres = cpu(pid), house.postgres.cpu()
    measure.add(await house.ask(who, kind, connections))
    measure.server += cpu(pid) - server
    measure.postgres += house.postgres.cpu() - postgres


def _loads_table(measures: Measures) -> str:
    lines = ["| request | at once | who | rate | p50 | p99 | server | PostgreSQL |", "| --- " * 8 + "|"]
    lines += [f"| {kind} | {connections} | {who} | {one.told} |" for (kind, connections, who), one in measures.items()]
    return "\n".join(lines)


def _verdicts(measures: Measures) -> list[Line]:
    lines = []
    for (kind, connections), wanted in WANTED.items():
        ours, limit = measures[kind, connections, OURS], measures[kind, connections, LIMIT]
        name = f"{kind}, {connections} at once"
        part = middle([one / other for one, other in zip(ours.rates, limit.rates, strict=True)])
        spread = ours.at(0.99) / ours.at(0.5)
        lines += [
            Line(f"{name}, beside the limit", f"{part:.0%}", f"at least {wanted:.0%}", part >= wanted),
            Line(f"{name}, p99 in p50", f"{spread:.1f}x", "at most 3x", spread <= 3),
        ]
    return lines


def say(what: str) -> None:
    """Tells whoever waits how far it is."""
    sys.stderr.write(f"  {what}\n")
