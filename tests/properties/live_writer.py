"""Writers who do everything at once, and whose failures are never the server's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.properties.deeds import PRIORITIES, Deeds

ZONES = ("UTC", "Europe/Berlin", "Pacific/Auckland")


@dataclass
class Writer(Deeds):
    """One of several: what there is to change is shared among them by ``dataclasses.replace``."""

    def deeds(self) -> list[tuple[Callable[[], Awaitable[None]], int]]:
        """More of what changes sight, and of what touches many jobs at once; changes of the firm."""
        return [
            *super().deeds(),
            (self._change_rights, 3),
            (self._change_list, 3),
            (self._create_stage, 2),
            (self._delete_stage, 2),
            (self._change_firm, 1),
        ]

    async def furnish(self, jobs: int) -> None:
        """Make a firm worth looking at."""
        await self.settle()
        for n in range(jobs):
            stages = self.stages[self.world.pipeline]
            given = {"accountId": self.accounts[n % 3], "stageId": stages[n % len(stages)]}
            self.jobs.append(await self.world.job(**given, priority=PRIORITIES[n % 4], assigneeIds=self.some_people()))

    async def _change_firm(self) -> None:
        change = {"timeZone": self.random.choice(ZONES)} if self.random.random() < 0.3 else {"name": "Kontor"}
        await self.do(self.world.owner, "updateFirm", **{"name": self.world.name("Kontor"), **change})
