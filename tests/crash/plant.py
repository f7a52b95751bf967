"""A firm whose stage does ten things by itself, with everything around it real, and behind gates that kill."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

from engine.due import LEASE
from store.database import Database
from tests.crash.answers import http, postgres, smtp
from tests.crash.furniture import furnish
from tests.crash.gate import Gate, open_gate
from tests.crash.victim import Victim
from tests.support.api import Api, Client, remote_api
from tests.support.hooks import Hooks, hooks
from tests.support.mail import PostOffice, post_office
from tests.support.redis import free_port
from tests.support.wait import eventually

MAIL_FROM: Final = "mail@stageline.test"
PATIENCE: Final = httpx.Timeout(30.0)
"""How long a request may take, in seconds."""
NO_REUSE: Final = httpx.Limits(max_keepalive_connections=0)
"""Connections that a killed server has left behind are not asked again."""
SETTLES_WITHIN: Final = 60.0
"""How long all that is due may take, a start of a process included, in seconds."""
BUSY: Final = """
    SELECT EXISTS (SELECT FROM due) OR EXISTS (
        SELECT FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'
    )
"""
"""Whether something is due, or a transaction is open."""


@dataclass(frozen=True)
class Case:
    """A job that goes through the stage, of an account of its own."""

    job: str
    account: str
    address: str
    """Of the account's one contact."""


@dataclass(frozen=True)
class Death:
    """Where somebody is killed: at which gate, at which step."""

    gate: str
    step: int


@dataclass
class Plant:
    """The firm, the processes that run it, and who is written to and called."""

    api: Api
    web: Victim
    worker: Victim
    gates: dict[str, Gate]
    """By whom they are asked, or what they lead to: ``web`` and ``worker`` (to PostgreSQL), ``mail`` and ``hook``."""
    office: PostOffice
    hooks: Hooks
    owner: Client
    pipeline: str
    stages: list[str]
    cases: int = 0
    plan: list[Death] = field(default_factory=list)
    """Who is killed next, after whoever is to be killed now."""
    unconfirmed: dict[str, int] = field(default_factory=dict)
    """The ids of e-mails and calls that had been accepted outside when the worker was killed before it had said so.

    With each, how often it had been accepted by then.
    """

    reviving: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def database(self) -> Database:
        """Where it all is stored."""
        return self.api.database

    async def case(self) -> Case:
        """A new job in the first stage."""
        self.cases += 1
        address = f"client{self.cases}@client.test"
        account = (await self.owner.do("createAccount", "account { id }", name="Acme"))["id"]
        ann = {"name": "Ann", "email": address, "accountIds": [account]}
        contact = (await self.owner.do("createContact", "contact { id }", **ann))["id"]
        await self.owner.do("inviteContact", contactId=contact)
        await self.settled()  # the invitation has gone out
        job = await self.owner.do("createJob", "job { id }", name="Return", accountId=account, pipelineId=self.pipeline)
        return Case(job["id"], account, address)

    def set(self, *plan: Death) -> None:
        """Begin to count steps, and kill at one of them; once that is done, count anew, and so on."""
        self.plan = list(plan)
        self._next()

    def _next(self) -> None:
        death = self.plan.pop(0) if self.plan else None
        for name, gate in self.gates.items():
            gate.set(death.step if death and death.gate == name else None)

    async def play(self, *cases: Case) -> None:
        """People move jobs, wait, do their two tasks each, and wait again: the jobs have gone on then."""
        await asyncio.gather(*(self.insist(partial(self.move, case), partial(self._moved, case)) for case in cases))
        await self.settled()
        await asyncio.gather(*(self._do_tasks(case) for case in cases))
        await self.settled()

    async def _do_tasks(self, case: Case) -> None:
        for task in await self.tasks(case):
            await self.insist(partial(self.complete, task), partial(self._completed, task))

    async def insist(self, act: Callable[[], Awaitable[None]], done: Callable[[], Awaitable[bool]]) -> None:
        """Do as people do: if the connection breaks they look what came of it, and act again if nothing did."""
        lives = self.web.lives
        while True:
            try:
                return await act()
            except httpx.TransportError:
                assert self.web.killed or self.web.lives > lives, "the server hung up, and was not killed"
                await self.revive()
                if await done():
                    return None

    async def move(self, case: Case) -> None:
        """Move the job into the stage of the ten automations."""
        given = {"jobId": case.job, "stageId": self.stages[1], "expect": {"stageId": self.stages[0]}}
        await self.owner.do("moveJob", **given)

    async def _moved(self, case: Case) -> bool:
        return await self._stage(case) == self.stages[1]

    async def _stage(self, case: Case) -> str:
        return str(await self.database.value("SELECT stage_id FROM jobs WHERE id = $1", case.job))

    async def tasks(self, case: Case) -> list[str]:
        """The job's tasks, oldest first."""
        rows = await self.database.rows(
            "SELECT item_id FROM item_links WHERE job_id = $1 AND kind = 'TASK' ORDER BY item_id", case.job
        )
        return [row["item_id"] for row in rows]

    async def complete(self, task: str) -> None:
        """Do a task."""
        await self.owner.do("completeItem", itemId=task)

    async def _completed(self, task: str) -> bool:
        return not await self.database.value("SELECT open FROM items WHERE id = $1", task)

    async def settled(self) -> None:
        """Wait until nothing is due and nobody is at work; whoever is killed meanwhile is started again."""

        async def at_rest() -> bool:
            await self.revive()
            dead = await self.database.rows("SELECT * FROM due WHERE dead_at IS NOT NULL")
            assert not dead, dead
            rest = not await self.database.value(BUSY)
            return rest and not any(gate.waiting for gate in self.gates.values()) and not self.dead

        await eventually(at_rest, "nothing is due", within=SETTLES_WITHIN)

    @property
    def dead(self) -> list[Victim]:
        """Whoever has been killed and was not started again."""
        return [victim for victim in (self.web, self.worker) if victim.killed]

    async def revive(self) -> None:
        """Start again what has been killed, when all the world has noticed that it is gone."""
        async with self.reviving:
            for victim in self.dead:
                await self._revive(victim)

    async def _revive(self, victim: Victim) -> None:
        await victim.gone()
        for gate in self.gates.values():
            if gate.victim is victim:
                await gate.closed()
        if victim is self.worker:
            await self._note()
            await self._free()
        self._next()
        await victim.start()

    async def _note(self) -> None:
        taken = Counter([*self.office.ids, *(seen.headers["webhook-id"] for seen in self.hooks.seen)])
        rows = await self.database.rows(
            "SELECT message_id AS id FROM emails WHERE state <> 'SENT' AND message_id = ANY($1)"
            " UNION ALL SELECT id FROM webhook_calls WHERE state <> 'SENT' AND id = ANY($1)",
            list(taken),
        )
        self.unconfirmed.update({row["id"]: taken[row["id"]] for row in rows})

    async def _free(self) -> None:
        """Give back what the worker held, which would come back by itself within a minute."""
        longest = await self.database.value("SELECT max(leased_until) - clock_timestamp() FROM due")
        assert longest is None or longest <= LEASE
        await self.database.rows("UPDATE due SET leased_until = clock_timestamp() WHERE leased_until IS NOT NULL")


@asynccontextmanager
async def running_plant(database_url: str, redis_url: str, folder: Path) -> AsyncIterator[Plant]:
    """Run a web process and a worker, furnished, while the context is entered."""
    common = {"REDIS_URL": redis_url, "ALLOW_PRIVATE_WEBHOOKS": "127.0.0.1"}
    port = free_port()
    web = Victim("web", "Stageline runs on", folder, {**common, "PORT": str(port)})
    worker = Victim("worker", "The worker runs", folder, {**common, "METRICS_PORT": str(free_port())})
    async with AsyncExitStack() as stack:
        office, called = await stack.enter_async_context(post_office()), await stack.enter_async_context(hooks())
        server = urlsplit(database_url)
        store = (server.hostname or "127.0.0.1", server.port or 5432, postgres)
        gates = {
            "web": await stack.enter_async_context(open_gate(*store, web)),
            "worker": await stack.enter_async_context(open_gate(*store, worker)),
            "mail": await stack.enter_async_context(open_gate("127.0.0.1", office.port, smtp, worker)),
            "hook": await stack.enter_async_context(open_gate("127.0.0.1", called.port, http, worker)),
        }
        web.settings["DATABASE_URL"] = through(database_url, gates["web"].port)
        worker.settings["DATABASE_URL"] = through(database_url, gates["worker"].port)
        worker.settings |= {"SMTP_URL": f"smtp://127.0.0.1:{gates['mail'].port}?tls=off", "MAIL_FROM": MAIL_FROM}
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, limits=NO_REUSE)
        )
        api = await stack.enter_async_context(remote_api(database_url, client))
        for victim in (web, worker):
            stack.push_async_callback(victim.close)
            await victim.start()
        owner = await api.firm()
        pipeline, stages = await furnish(owner, f"http://127.0.0.1:{gates['hook'].port}/hook")
        yield Plant(api, web, worker, gates, office, called, owner, pipeline, stages)


def through(database_url: str, port: int) -> str:
    """The address of a database by way of a gate, which cannot read what is encrypted."""
    parts = urlsplit(database_url)
    who = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return parts._replace(netloc=f"{who}127.0.0.1:{port}", query="sslmode=disable").geturl()
