"""Moves the jobs of a board on; at a rate as a process of its own, so that those who look on cost it nothing."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass, field
from typing import Self

import uvloop

from bench.firm import OWNER, Bench
from engine.firm import firms
from engine.job import moves
from live.wakeups import Wakeups
from store.database import Database


@dataclass
class Mover:
    """Moves one job after the other to its next stage."""

    bench: Bench
    stages: list[str]
    jobs: dict[str, int] = field(default_factory=dict)
    """Their versions."""
    moved: int = 0

    @classmethod
    async def of(cls, bench: Bench, pipeline_id: str) -> Self:
        """One for all jobs of a pipeline."""
        stages = "SELECT id FROM stages WHERE pipeline_id = $1 ORDER BY position"
        jobs = "SELECT id, version FROM jobs WHERE pipeline_id = $1 ORDER BY id"
        return cls(
            bench,
            [row["id"] for row in await bench.database.rows(stages, pipeline_id)],
            {row["id"]: row["version"] for row in await bench.database.rows(jobs, pipeline_id)},
        )

    async def move(self) -> str:
        """Moves the job whose turn it is; answers which."""
        job_id = list(self.jobs)[self.moved % len(self.jobs)]
        version = self.jobs[job_id]
        stage_id = self.stages[version % len(self.stages)]
        await self.bench.do(moves.move_job, moves.MoveJob(job_id, stage_id, moves.Expect(version=version)))
        self.jobs[job_id] += 1
        self.moved += 1
        return job_id

    async def keep_moving(self, rate: float) -> None:
        """So many moves a second, as far as the machine can, for ever."""
        began, done = time.perf_counter(), 0
        while True:
            await self.move()
            done += 1
            await asyncio.sleep(max(0.0, began + done / rate - time.perf_counter()))


async def _main(database_url: str, redis_url: str, pipeline_id: str, rate: float) -> None:
    database = await Database.connect(database_url)
    owner = await firms.owner_by_email(database, OWNER)
    assert owner is not None  # the benchmark has made them
    async with Wakeups.open(redis_url) as wakeups:
        mover = await Mover.of(Bench(database, database_url, owner, notify=wakeups.notify), pipeline_id)
        await mover.keep_moving(rate)


if __name__ == "__main__":
    uvloop.run(_main(*sys.argv[1:4], float(sys.argv[4])))
