"""A served firm with somebody who only watches, and what a board's subscription is over either transport."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from tests.support.api import Client, Json, Shop
from tests.support.board import EVENTS
from tests.support.frames import WITHIN, Events, Wire, acknowledged, streaming
from tests.support.served import Served
from tests.support.wait import eventually

Transport = Literal["socket", "stream"]


class Subscription(Protocol):
    """A board's subscription, whatever carries it."""

    async def result(self, *, within: float = WITHIN) -> Json:
        """The next result. It must be one."""

    async def errors(self, *, within: float = WITHIN) -> list[Json]:
        """The errors with which it ends; nothing may follow them."""


@dataclass
class OnSocket:
    """One operation of a socket."""

    wire: Wire
    id: str

    async def result(self, *, within: float = WITHIN) -> Json:
        """See :class:`Subscription`."""
        return await self.wire.result(self.id, within=within)

    async def errors(self, *, within: float = WITHIN) -> list[Json]:
        """See :class:`Subscription`; the socket itself must be well afterwards."""
        errors = await self.wire.errors(self.id, within=within)
        await answers(self.wire)
        return errors


@dataclass
class OnStream:
    """One event stream."""

    events: Events

    async def result(self, *, within: float = WITHIN) -> Json:
        """See :class:`Subscription`."""
        return await self.events.result(within=within)

    async def errors(self, *, within: float = WITHIN) -> list[Json]:
        """See :class:`Subscription`."""
        result = await self.events.result(within=within)
        errors: list[Json] = result["errors"]
        assert result.get("data") is None
        await self.events.completed(within=within)
        return errors


async def answers(wire: Wire) -> None:
    """Hold that a socket is alive, and that nothing else came until now."""
    await wire.send({"type": "ping", "payload": {"still": "there"}})
    assert await wire.next() == {"type": "pong", "payload": {"still": "there"}}


async def event(subscription: Subscription, *, within: float = WITHIN) -> Json:
    """The next event of a board; no error may come instead."""
    result = await subscription.result(within=within)
    assert "errors" not in result, result["errors"]
    found: Json = result["data"]["boardEvents"]
    return found


async def changes_until(subscription: Subscription, wanted: Callable[[Json], bool]) -> list[Json]:
    """Read events up to one with a wanted change; all changes that came."""
    found: list[Json] = []
    while not any(map(wanted, found)):
        found += (await event(subscription))["changes"]
    return found


def shows(job_id: str) -> Callable[[Json], bool]:
    """Whether a change draws a job."""
    return lambda change: change["__typename"] == "JobUpserted" and change["job"]["id"] == job_id


def names(change: Json, job_id: str) -> bool:
    """Whether a change says anything of a job."""
    return shows(job_id)(change) or change.get("jobId") == job_id


async def idle_tasks() -> int:
    """How many tasks there are while nothing happens."""
    counts: deque[int] = deque(maxlen=10)

    def same() -> bool:
        counts.append(len(asyncio.all_tasks()))
        return len(counts) == counts.maxlen and len(set(counts)) == 1

    await eventually(same, "nothing happens")
    return counts[0]


@dataclass
class House:
    """One server, on it the firm that tests work in, another firm, and a watcher whom nothing may disturb."""

    served: Served
    shop: Shop
    other: Shop
    watcher: OnSocket
    tasks: int
    """How many tasks there are while nobody but the watcher is connected and nothing happens."""

    def is_idle(self) -> bool:
        """Whether everybody but the watcher is gone, and nothing of them is left."""
        return len(asyncio.all_tasks()) <= self.tasks

    @property
    def owner(self) -> Client:
        """The owner of the firm."""
        return self.shop.owner

    async def move(self, job: Json, stage: int = 1, **given: Any) -> Json:
        """Move a job; the job as it is then."""
        expect = {"version": job["version"]}
        given = {"jobId": job["id"], "stageId": self.shop.stages[stage], "expect": expect, **given}
        moved: Json = await self.owner.do("moveJob", "job { id version stage { id } }", **given)
        return moved

    async def pipeline(self, name: str = "Elsewhere", **given: Any) -> Shop:
        """Another pipeline of the firm, without anybody on its list."""
        stages = [{"name": name} for name in ("First", "Second", "Third")]
        made = await self.owner.do("createPipeline", "pipeline { id stages { id } }", name=name, stages=stages, **given)
        return Shop(self.owner, self.shop.account, made["id"], [stage["id"] for stage in made["stages"]])

    async def list(self, member: Client, pipeline: str | None = None, *, on: bool = True) -> None:
        """Put a member on a pipeline's list, or take them off."""
        field = "addAvailableToIds" if on else "removeAvailableToIds"
        given = {"pipelineId": pipeline or self.shop.pipeline, field: [member.member_id]}
        await self.owner.do("updatePipeline", **given)

    async def program(self, *scopes: str, of: Client | None = None) -> tuple[Client, str]:
        """A program with a new API token, and the token's id."""
        client = of or self.owner
        payload = await client.payload("createApiToken", "token apiToken { id }", name="Program", scopes=list(scopes))
        assert payload["errors"] == []
        return Client(client.http, payload["token"], client.member_id), payload["apiToken"]["id"]

    @asynccontextmanager
    async def wire(self, client: Client | None = None) -> AsyncIterator[Wire]:
        """A socket of the owner, or of a client, that has shaken hands."""
        async with acknowledged(self.served.socket_url, (client or self.owner).token) as wire:
            yield wire

    @asynccontextmanager
    async def watching(
        self, transport: Transport, client: Client | None = None, document: str = EVENTS, **given: Any
    ) -> AsyncIterator[Subscription]:
        """A subscription of the owner, or of a client, to the shop's board unless ``pipeline`` names another."""
        who, given = client or self.owner, {"pipeline": self.shop.pipeline, **given}
        if transport == "socket":
            async with self.wire(who) as wire:
                yield OnSocket(wire, await wire.subscribe(document, **given))
        else:
            async with streaming(self.served.http, document, token=who.token, **given) as events:
                assert events.response.status_code == 200
                yield OnStream(events)

    async def still_served(self) -> None:
        """Hold that the watcher is told of what happens now."""
        job = await self.shop.job("Still served")
        await changes_until(self.watcher, shows(job["id"]))
