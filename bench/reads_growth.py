"""How a board's cost grows with the jobs that are stored, and with those that are shown; and memory with documents."""

from __future__ import annotations

from bench import reads_asked, reads_servers
from bench.firm import middle
from bench.load import Client, Load
from bench.reads_servers import Json, Server
from bench.table import Line
from bench.viewers import rss

ROUNDS = 7
SECONDS = 0.5
SHOWN = (1, 12, 125)
"""Jobs in each of eight columns: 8, 96 and 1,000 altogether."""
DOCUMENTS = 10_000
SETTLED = 5_000
"""Documents after which those that are remembered are as many as they will be."""


async def stored(client: Client, small: tuple[str, Json], large: tuple[str, Json], name: str) -> list[Line]:
    """The same board in a database with 1,000 jobs and in a larger one, each with its firm; asked in turn."""
    async with reads_servers.web(small[0]) as one, reads_servers.web(large[0]) as other:
        pairs = [
            (await _p50(client, one, small[1], 60), await _p50(client, other, large[1], 60)) for _ in range(2 * ROUNDS)
        ]
    ratio = middle([second / first for first, second in pairs])
    return [
        Line("board of 480 jobs, 1,000 stored", f"{middle([first for first, _ in pairs]) * 1000:.1f} ms"),
        Line(
            f"{name} stored",
            f"{middle([second for _, second in pairs]) * 1000:.1f} ms, {ratio:.2f}x",
            "at most 1.2x",
            ratio <= 1.2,
        ),
    ]


async def shown(client: Client, url: str, firm: Json) -> list[Line]:
    """Boards of a pipeline that has more jobs than it shows."""
    costs: dict[int, list[float]] = {first: [] for first in SHOWN}
    async with reads_servers.web(url) as server:
        for _ in range(ROUNDS):
            for first, some in costs.items():
                some.append(await _p50(client, server, firm, first))
    few, many, most = (middle(some) for some in costs.values())
    growth, jobs = most / many, SHOWN[2] / SHOWN[1]
    return [
        Line(f"board, {8 * SHOWN[0]} jobs shown", f"{few * 1000:.1f} ms"),
        Line(f"{8 * SHOWN[1]} jobs shown", f"{many * 1000:.1f} ms"),
        Line(
            f"{8 * SHOWN[2]:,} jobs shown, {jobs:.1f} times as many",
            f"{most * 1000:.1f} ms, {growth:.1f}x",
            f"at most {jobs:.1f}x",
            growth <= jobs,
        ),
    ]


async def _p50(client: Client, server: Server, firm: Json, first: int) -> float:
    bodies = [[reads_asked.body(reads_asked.BOARD, pipeline=firm["pipelineIds"][0], first=first)]]
    return middle((await client.run(Load(server.port, firm["owner"]["token"], bodies, 1, SECONDS))).each)


async def memory(client: Client, url: str, firm: Json) -> list[Line]:
    """What a server holds while it is asked by documents of which no two are equal."""
    async with reads_servers.web(url) as server:
        before = await _after(client, server, firm, range(SETTLED))
        after = await _after(client, server, firm, range(SETTLED, DOCUMENTS))
    growth = after / before
    return [
        Line(f"memory after {SETTLED:,} distinct documents", f"{before / 1024**2:.0f} MiB"),
        Line(f"after {DOCUMENTS:,}", f"{after / 1024**2:.0f} MiB, {growth:.2f}x", "at most 1.1x", growth <= 1.1),
    ]


async def _after(client: Client, server: Server, firm: Json, numbers: range) -> int:
    job_id = firm["jobIds"][0]
    bodies = [reads_asked.body(reads_asked.JOB.replace("query Job", f"query Job{n}", 1), id=job_id) for n in numbers]
    halves = [bodies[0::2], bodies[1::2]]
    await client.run(Load(server.port, firm["owner"]["token"], halves, 2, 0.0, cycle=len(bodies) // 2))
    return rss(server.pid)
