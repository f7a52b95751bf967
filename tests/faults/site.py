"""What the faults happen to: PostgreSQL, Redis, two web processes behind a network, a worker, and a firm on them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import httpx

from store.database import Database
from store.migrate import migrate
from tests.crash.victim import Victim
from tests.faults.clients import Patient, patient
from tests.faults.network import AnyOfThem, Node, started
from tests.faults.postgres import RestartedPostgres, insist
from tests.faults.story import Story
from tests.faults.writers import Scribe
from tests.log.world import World, build
from tests.support.api import remote_api
from tests.support.cluster import PATIENCE, SIZE, Cluster
from tests.support.databases import execute
from tests.support.redis import RedisServer, running_redis

JOBS: Final = 30
"""Jobs on the boards to begin with."""
TROUBLES: Final = 3
"""How many errors of each process a failure shows."""
MISTAKE: Final = re.compile(r"\b(Assertion|Attribute|Index|Key|Name|Runtime|Type)Error\b")
FREE: Final = "UPDATE due SET leased_until = clock_timestamp() WHERE leased_until IS NOT NULL"
"""Gives back what a killed worker held, which would come back by itself within a minute."""


@dataclass
class Site:
    """Everything that runs, and who works there."""

    postgres: RestartedPostgres
    redis: RedisServer
    cluster: Cluster
    nodes: Sequence[Node]
    worker: Victim
    writer: Scribe
    outsider: Patient
    """An employee with one account, whose rights nobody changes."""
    secret: str
    """An account that the outsider is never given."""
    vault: str
    """A pipeline that is never shared."""

    @property
    def world(self) -> World:
        """The firm."""
        return self.writer.world

    @property
    def database(self) -> Database:
        """Where it all is stored."""
        return self.world.database

    def troubles(self) -> list[str]:
        """The last errors in the logs."""
        errors = [[line for line in log if '"level":"error"' in line] for log in self._logs()]
        return [line for some in errors for line in some[-TROUBLES:]]

    def stray(self) -> list[str]:
        """What the processes have said that is neither a line of a log nor a sentence for people."""
        return [line for log in self._logs() for line in log if not line.startswith(("{", "stageline: "))]

    def mistakes(self) -> list[str]:
        """What they have logged that no outage explains."""
        return [line for log in self._logs() for line in log if MISTAKE.search(line)]

    def _logs(self) -> list[list[str]]:
        return [log.splitlines() for log in (*(node.log() for node in self.nodes), self.worker.log())]

    async def worker_back(self) -> None:
        """Start the worker again after a kill, and give back what it held."""
        await self.worker.gone()
        await insist(lambda: execute(self.postgres.url, FREE))
        await started(self.worker.start)


@asynccontextmanager
async def running_site(folder: Path, random: Random) -> AsyncIterator[Site]:
    """Run all of it while the context is entered."""
    async with AsyncExitStack() as stack:
        postgres = await stack.enter_async_context(RestartedPostgres(folder / "postgres-18", fast=True))
        redis = await stack.enter_async_context(running_redis(folder))
        await migrate(postgres.url)
        settings = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
        nodes = [Node(folder / f"web-{n}", settings) for n in range(SIZE)]
        worker = Victim("worker", "The worker runs", folder, settings)
        for node in nodes:
            await node.proxy.admit()
            stack.push_async_callback(node.proxy.close)
            stack.push_async_callback(node.close)
        stack.push_async_callback(worker.close)
        await asyncio.gather(worker.start(), *(node.start() for node in nodes))
        balancer = AnyOfThem(nodes)
        http = httpx.AsyncClient(transport=balancer, base_url="http://stageline.test", timeout=PATIENCE)
        await stack.enter_async_context(http)
        api = await stack.enter_async_context(remote_api(postgres.url, http))
        world = await build(api)
        given = await _furnish(world, random)
        yield Site(postgres, redis, Cluster(nodes, api, balancer), nodes, worker, *given)


async def _furnish(world: World, random: Random) -> tuple[Scribe, Patient, str, str]:
    """Stages that do something by themselves, and what one of the viewers never sees."""
    outsider = patient(await world.api.member(world.owner, accounts=[world.first]))
    for name in ("owner", "overseer", "insider", "assignee"):
        setattr(world, name, patient(getattr(world, name)))
    await world.owner.do("updatePipeline", pipelineId=world.pipeline, addAvailableToIds=[outsider.member_id])
    secret = await world.account()
    stages = [{"name": name} for name in ("In", "Out")]
    made = await world.owner.do("createPipeline", "pipeline { id }", name="Vault", stages=stages)
    writer = Scribe(world, random, story=Story())
    writer.busy = await _busy_stages(world)
    await writer.furnish(JOBS)
    writer.jobs += [await world.job(accountId=secret) for _ in range(5)]
    writer.hidden = [await world.job(pipelineId=made["id"]) for _ in range(3)]
    return writer, outsider, secret, made["id"]


async def _busy_stages(world: World) -> list[str]:
    """The first says something and lets the job go on to the second, which says something; the third makes a job."""
    does = [{"addComment": {"text": text}} for text in ("Begun", "Arrived")]
    does.append({"createJob": {"pipelineId": world.elsewhere, "name": "Made of [JOB_NAME]"}})
    busy = []
    for n, config in enumerate(does):
        automove = "OFF" if n else "WHEN_ITEMS_DONE_OR_NONE"
        given = {"pipelineId": world.pipeline, "name": f"Busy {n}", "position": n, "automove": automove}
        busy.append(await world.make("createStage", "stage { id }", **given))
        await world.owner.do("createAutomation", stageId=busy[-1], config=config)
    return busy
