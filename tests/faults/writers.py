"""Writers of every kind, who cannot rely on an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.faults.clients import PAUSE_SECONDS, Unanswered
from tests.faults.ledger import SAFE, Deed, Ledger
from tests.properties.live_writer import Writer
from tests.support.api import Client, Json

MOST_JOBS: Final = 120
"""Beyond them no more are made, so that boards stay small."""
AGAIN: Final = 0.8
"""How likely a writer sends again what was not answered, where that is safe."""


@dataclass
class Scribe(Writer):
    """One of several writers, who notes what was asked and answered. Copies share the ledger."""

    ledger: Ledger = field(default_factory=Ledger)
    busy: list[str] = field(default_factory=list)
    """The stages that do something by themselves; the last of them makes jobs."""
    hidden: list[str] = field(default_factory=list)
    """Jobs of a pipeline that is not shared."""

    def deeds(self) -> list[tuple[Callable[[], Awaitable[None]], int]]:
        """More moves, through stages that do something by themselves; comments; and what happens out of sight."""
        return [*super().deeds(), (self._move_job, 12), (self._comment, 4), (self._edit_hidden, 2)]

    async def do(self, by: Client, mutation: str, **given: Any) -> Json | None:
        """Send a mutation; None where it was refused, or not answered."""
        if mutation == "createJob" and len(self.jobs) >= MOST_JOBS:
            return None
        return await self._send(self.ledger.begin(mutation), by, given)

    async def _send(self, deed: Deed, by: Client, given: Json) -> Json | None:
        kind = deed.mutation.removeprefix("create")
        selection = f"{kind[0].lower()}{kind[1:]} {{ id }}" if deed.made else ""
        sent = {**given, "clientMutationId": deed.mutation_id} | ({"id": deed.made} if deed.made else {})
        while True:
            deed.sent += 1
            try:
                payload = await by.payload(deed.mutation, selection, **sent)
            except Unanswered:
                deed.unanswered += 1
                self._tell(deed, by, given, "?")
                if deed.mutation not in SAFE or self.random.random() > AGAIN:
                    return None
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                deed.codes = [error["code"] for error in payload["errors"]]
                self._tell(deed, by, given, " ".join(deed.codes))
                assert "INTERNAL" not in deed.codes, self.story[-1]
                return None if deed.codes else payload

    def _tell(self, deed: Deed, by: Client, given: Json, end: str) -> None:
        self.story.append(f"{deed.mutation_id}: {self.who(by)} {deed.mutation} {given} {end}")

    def any_stage(self) -> str:
        """A stage; often one that does something by itself, seldom the one that makes jobs."""
        chance = self.random.random()
        if chance < 0.05:
            return self.busy[-1]
        return self.random.choice(self.busy[:-1]) if chance < 0.35 else super().any_stage()

    async def restore_everything(self) -> None:
        """Bring back all that is in the trash, accounts first, which bring their jobs: what was due goes on (JB3)."""
        for kind, argument in (("ACCOUNT", "accountId"), ("JOB", "jobId")):
            document = "query ($kind: TrashKind) { trash(kind: $kind, first: 100) { nodes { thingId } } }"
            while found := (await self.world.owner.query(document, kind=kind))["trash"]["nodes"]:
                for one in found:
                    await self.do(self.world.owner, f"restore{kind.capitalize()}", **{argument: one["thingId"]})
                    assert self.ledger.deeds[-1].codes == [], self.story[-1]

    async def _move_job(self) -> None:
        job, stage, by = self.random.choice(self.jobs), self.any_stage(), self.anybody()
        now = await self.world.look(job)
        if now is None:  # it is in the trash
            return
        given = {"jobId": job, "stageId": stage, "expect": {"version": now["version"]}, "pendingItems": "KEEP"}
        # Of the version that it expects, it is known where the job stands.
        await self._send(self.ledger.begin("moveJob", certain=now["stage"]["id"] != stage), by, given)

    async def _comment(self) -> None:
        given = {"jobId": self.random.choice(self.jobs), "text": self.world.name("Word")}
        await self.do(self.anybody(), "createComment", **given)

    async def _edit_hidden(self) -> None:
        given = {"jobId": self.random.choice(self.hidden), "name": self.world.name("Hidden")}
        await self.do(self.world.owner, "updateJob", **given)
