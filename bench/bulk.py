"""A bulk move as everybody who looks at the board sees it: in how many events, and how long it takes."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench import viewers
from bench.live import House, running_house, say
from bench.table import Line
from bench.viewers import Viewer
from engine.bulk import operations
from engine.bulk.changing import JobExpected, MoveJobs
from engine.due import Runner
from engine.job.moves import Expect

JOBS = 1_000
SUBSCRIBERS, GROUPS = 200, 20
MOST_EVENTS = 10
PATIENCE = 60.0
"""How long the slowest subscriber may take, in seconds."""


@dataclass
class Board:
    """What one subscriber has been sent."""

    seen: set[str] = field(default_factory=set)
    """Jobs that were moved."""
    events: int = 0
    """Those that moved any."""
    resets: int = 0

    def hear(self, message: bytes) -> None:
        """Takes note of an event."""
        changes = json.loads(message)["payload"]["data"]["boardEvents"]["changes"]
        moved = {change["job"]["id"] for change in changes if change["__typename"] == "JobUpserted"}
        self.resets += sum(change["__typename"] == "StreamReset" for change in changes)
        self.events += bool(moved)
        self.seen |= moved


async def measure() -> Sequence[Line]:
    """One bulk move, by one worker, on a board that many look at."""
    async with running_house() as house:
        say(f"{JOBS:,} jobs")
        jobs = await house.bench.jobs(house.pipeline, JOBS)
        boards = [Board() for _ in range(SUBSCRIBERS)]
        some = house.viewers(SUBSCRIBERS, GROUPS)
        for viewer, board in zip(some, boards, strict=True):
            viewer.hear = board.hear
        await viewers.opened(house.port, some)
        took = await _move(house, jobs, boards)
        return _lines(boards, took, some)


async def _move(house: House, jobs: Sequence[str], boards: Sequence[Board]) -> float:
    """Moves all jobs, and waits until everybody has seen it; answers the seconds."""
    target = house.bench.stages[house.pipeline][1]
    runner, began = Runner(house.bench.database, house.bench.notify), time.perf_counter()
    given = MoveJobs([JobExpected(job, Expect(version=1)) for job in jobs], target)
    await house.bench.do(operations.start, given)
    while await runner.round():
        pass
    async with asyncio.timeout(PATIENCE):
        while any(len(board.seen) < len(jobs) and not board.resets for board in boards):
            await asyncio.sleep(0.01)
    return time.perf_counter() - began


def _lines(boards: Sequence[Board], took: float, some: Sequence[Viewer]) -> list[Line]:
    viewers.close(list(some))
    most, resets = max(board.events for board in boards), sum(board.resets for board in boards)
    return [
        Line(f"{JOBS:,} jobs moved in bulk by one worker, seen by {SUBSCRIBERS} subscribers", f"{took:.1f} s"),
        Line(
            "events that the most talkative board was sent",
            f"{most}, {resets} resets",
            f"at most {MOST_EVENTS}, no resets",
            most <= MOST_EVENTS and not resets,
        ),
    ]
