"""Two servers and two workers on one database: what two members finish at the same instant is one move."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.crash import verdict
from tests.crash.plant import NO_REUSE, PATIENCE, Case, Plant, running_plant
from tests.crash.victim import Victim
from tests.support.api import Client
from tests.support.databases import Databases
from tests.support.redis import free_port

JOBS: Final = 20
"""Jobs whose last two items are done at the same time."""


@dataclass
class Pair:
    """The plant with each of its processes twice, and two who work there, each by a server of their own."""

    plant: Plant
    others: list[Victim]
    clients: list[Client]

    async def cases(self) -> list[Case]:
        """Jobs in the stage, all moved there at once, with all done that it does by itself."""
        cases = await asyncio.gather(*(self.plant.case() for _ in range(JOBS)))
        await asyncio.gather(*(self.plant.move(case) for case in cases))
        await self.plant.settled()
        return cases

    async def both(self, *tasks: str) -> None:
        """Two do a task each."""
        done = (client.do("completeItem", itemId=task) for client, task in zip(self.clients, tasks, strict=True))
        await asyncio.gather(*done)


@pytest.fixture(scope="module")
async def pair(databases: Databases, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    """Two servers, two workers."""
    folder = tmp_path_factory.mktemp("pair")
    async with databases.fresh() as url, running_plant(url, redis_url, folder) as plant, AsyncExitStack() as stack:
        others = [
            _another(plant.web, folder, PORT=str(free_port())),
            _another(plant.worker, folder, METRICS_PORT=str(free_port())),
        ]
        for other in others:
            stack.push_async_callback(other.close)
            await other.start()
        address = f"http://127.0.0.1:{others[0].settings['PORT']}"
        http = httpx.AsyncClient(base_url=address, timeout=PATIENCE, limits=NO_REUSE)
        await stack.enter_async_context(http)
        yield Pair(plant, others, [plant.owner, replace(plant.owner, http=http)])


def _another(victim: Victim, folder: Path, **settings: str) -> Victim:
    return Victim(victim.command, victim.ready, folder / "another", {**victim.settings, **settings})


@pytest.mark.slow
async def test_two_items_done_at_the_same_instant_move_the_job_once(pair: Pair) -> None:
    """AM3, AU1: with two workers, and 20 such jobs at once; what they do for one job stays in its order."""
    cases = await pair.cases()
    asked = {}
    for case in cases:
        call, answer = await pair.plant.tasks(case)
        await pair.plant.complete(answer)
        made = await pair.plant.owner.do("createTask", "task { id }", title="Ask", jobId=case.job, blocking=True)
        asked[case] = (call, made["id"])
    await pair.plant.settled()
    await asyncio.gather(*(pair.both(*tasks) for tasks in asked.values()))
    await pair.plant.settled()
    call, answer, talk = verdict.EXPECTED["items"]
    expected = verdict.EXPECTED | {"items": [call, answer, ("TASK", "Ask", False), talk]}
    for case in cases:
        assert await verdict.found(pair.plant, case) == expected


@pytest.mark.slow
async def test_the_last_items_of_stage_and_status_done_at_the_same_instant_move_the_job_once(pair: Pair) -> None:
    """AM3, AM4: the job becomes active again by the one and moves on by both, once each, whichever comes first."""
    cases = await pair.cases()
    tasks = [await pair.plant.tasks(case) for case in cases]
    await asyncio.gather(*(pair.both(*some) for some in tasks))
    await pair.plant.settled()
    for case in cases:
        assert await verdict.found(pair.plant, case) == verdict.EXPECTED


@pytest.mark.slow
async def test_both_workers_had_a_part_in_it_and_nobody_any_trouble(pair: Pair) -> None:
    """AM3, AU1: each of them has done some of what was due, and at the first try; nobody has logged an error."""
    for worker in (pair.plant.worker, pair.others[1]):
        done = await _due_work(worker)
        assert done.pop("done") > 0
        assert done == {"failed": 0, "dead": 0}
    for process in (pair.plant.web, pair.plant.worker, *pair.others):
        assert process.errors() == []


async def _due_work(worker: Victim) -> Counter[str]:
    """What came of what a worker has taken up, as its metrics tell."""
    async with httpx.AsyncClient(timeout=PATIENCE) as http:
        text = (await http.get(f"http://127.0.0.1:{worker.settings['METRICS_PORT']}/metrics")).text
    told: Counter[str] = Counter()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "stageline_due_work_total":
                told[sample.labels["outcome"]] += round(sample.value)
    return told
