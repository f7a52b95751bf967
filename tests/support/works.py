"""A shop where things happen by themselves: people and the worker act at the time that a test says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from structlog.testing import capture_logs

from engine.due import Runner
from engine.firm.sessions import authenticate
from gql.schema import build_schema
from resolvers.context import Context
from store.database import Database
from store.tables import everything
from tests.support.api import Api, Client, Json, Shop

MONDAY = datetime(2030, 6, 3, 9, tzinfo=UTC)
"""When tests begin, unless they say otherwise: a working day, at nine."""

RUN = """id state reason attempts dueAt startedAt finishedAt createdAt
    automation { id kind } visit { number stage { id } }
    cause { kind actor { ... on Member { id } } automation { id } clientMutationId } made { __typename id }"""
JOB = f"""id version priority stage {{ id }} status {{ id state }} stageDueAt stageOverdue assignees {{ id }}
    startDate dueDate tasks {{ nodes {{ id title open assignees {{ id }} dueDate }} }} account {{ tags {{ id }} }}
    comments {{ nodes {{ text }} }}
    visits {{ nodes {{ number dueAt overdue leftAt stage {{ id }} }} }} runs(first: 200) {{ nodes {{ {RUN} }} }}"""


@dataclass
class Timed(Client):
    """Somebody who calls the schema at a moment of the test's, and not over HTTP."""

    database: Database | None = None
    clock: Callable[[], datetime] = lambda: MONDAY

    async def answer(self, document: str, **variables: Any) -> Json:
        """The decoded answer, with data and errors."""
        assert self.database is not None
        assert self.token is not None
        identity = await authenticate(self.database, self.token)
        context = Context(self.database, identity, "", notify=lambda topic: None, clock=self.clock)
        result = await build_schema().execute(document, variable_values=variables, context_value=context)
        errors = {"errors": [error.formatted for error in result.errors]} if result.errors else {}
        return {"data": result.data, **errors}


@dataclass
class Works:
    """The shop, its time, and its worker. The owner acts at that time."""

    api: Api
    shop: Shop
    now: datetime = MONDAY

    @classmethod
    def open(cls, api: Api, shop: Shop) -> Works:
        """The works in a shop."""
        works = cls(api, shop)
        shop.owner = works.timed(shop.owner)  # of this test's shop: the fixture gives each its own
        return works

    def timed(self, client: Client) -> Timed:
        """The same client, at the time of the works."""
        return Timed(client.http, client.token, client.member_id, self.api.database, self.clock)

    def clock(self) -> datetime:
        """What time it is."""
        return self.now

    @property
    def owner(self) -> Client:
        """The firm's owner."""
        return self.shop.owner

    @property
    def stages(self) -> list[str]:
        """The stages of the shop's pipeline."""
        return self.shop.stages

    @property
    def database(self) -> Database:
        """Where it all is stored."""
        return self.api.database

    def wait(self, **span: float) -> None:
        """Lets time pass, as ``timedelta`` counts it."""
        self.now += timedelta(**span)

    def runner(self) -> Runner:
        """A worker that does what is due, a round at a time."""
        return Runner(self.database, lambda topic: None, clock=self.clock)

    async def work(self) -> int:
        """The worker does all that is due; answers how many rows of due work that took."""
        runner, done = self.runner(), 0
        while rows := await runner.round():
            done += rows
        return done

    async def automate(self, stage_id: str, config: Json, **given: Any) -> str:
        """A new automation of a stage; answers its id."""
        made = await self.owner.do("createAutomation", "automation { id }", stageId=stage_id, config=config, **given)
        return str(made["id"])

    async def job(self, **given: Any) -> str:
        """A new job on top of the first stage."""
        return str((await self.shop.job(**given))["id"])

    async def move(self, job_id: str, stage_id: str, **given: Any) -> None:
        """Moves a job; its version is what it is."""
        version = (await self.look(job_id))["version"]
        await self.owner.do("moveJob", jobId=job_id, stageId=stage_id, expect={"version": version}, **given)

    async def moved(self, stage_id: str, **given: Any) -> str:
        """A new job that has entered a stage."""
        job_id = await self.job(**given)
        await self.move(job_id, stage_id)
        return job_id

    async def put(self, job_id: str, status_id: str) -> None:
        """Puts a job into a status."""
        await self.owner.do("setJobStatus", jobId=job_id, statusId=status_id)

    async def status(self, name: str = "On hold", **given: Any) -> str:
        """A new status of the firm's own, enabled in the pipeline."""
        made = await self.owner.do("createJobStatus", "status { id }", name=name, **given)
        await self.owner.do("updatePipeline", pipelineId=self.shop.pipeline, addStatusIds=[made["id"]])
        return str(made["id"])

    async def look(self, job_id: str, client: Client | None = None) -> Json:
        """A job as it is now, for the owner or somebody else; lists without their pages."""
        document = f"query ($id: ID!) {{ job(id: $id) {{ {JOB} }} }}"
        job: Json = (await (client or self.owner).query(document, id=job_id))["job"]
        return {
            name: part["nodes"] if isinstance(part, dict) and "nodes" in part else part for name, part in job.items()
        }

    async def runs(self, job_id: str) -> list[Json]:
        """The turns of automations in a job, oldest first."""
        found: list[Json] = (await self.look(job_id))["runs"]
        return found

    async def run(self, job_id: str) -> Json:
        """The one turn that there is."""
        [found] = await self.runs(job_id)
        return found

    async def run_of(self, job_id: str, number: int) -> Json:
        """One of the turns of a job, counted from 0."""
        return (await self.runs(job_id))[number]

    async def states(self, job_id: str) -> list[str]:
        """How far the turns of a job are."""
        return [run["state"] for run in await self.runs(job_id)]

    async def comments(self, job_id: str) -> list[str]:
        """What has been said about a job, oldest first."""
        return [comment["text"] for comment in (await self.look(job_id))["comments"]]

    async def due(self) -> int:
        """How much work is due, now or some time."""
        found: int = await self.database.value("SELECT count(*) FROM due")
        return found

    @asynccontextmanager
    async def trouble(self, table: str, check: str) -> AsyncIterator[list[str]]:
        """While it is entered, rows of a table that fail a check cannot be written: a fault of the system's.

        Yields the names of what is logged as an error.
        """
        errors: list[str] = []
        await self.database.rows(f"ALTER TABLE {everything(table)} ADD CONSTRAINT trouble CHECK ({check}) NOT VALID")
        try:
            with capture_logs() as logs:
                yield errors
                errors += [line["event"] for line in logs if line["log_level"] == "error"]
        finally:
            await self.database.rows(f"ALTER TABLE {everything(table)} DROP CONSTRAINT trouble")


def said(text: str) -> Json:
    """What an automation does that says something about the job."""
    return {"addComment": {"text": text}}


def asked(title: str, **given: Any) -> Json:
    """What an automation does that makes a task."""
    return {"createTask": {"title": title, **given}}
