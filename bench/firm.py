"""A firm to measure on, made by the engine's own commands on a private PostgreSQL that is thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from engine.access import Viewer
from engine.automating import configuring
from engine.enums import AccessRight
from engine.firm import accounts, firms, members, tags
from engine.job import jobs
from engine.pipeline import pipelines
from engine.work import Caller, Work, perform
from server.embedded import EmbeddedPostgres
from store.database import Database
from store.migrate import migrate
from store.writes import places

OWNER: Final = "owner@bench.test"
"""Who has made the firm."""


@dataclass
class Bench:
    """The owner of a firm, who commands the engine."""

    database: Database
    url: str
    owner: Viewer
    notify: Callable[[str], None] = lambda topic: None
    account: str = ""
    people: int = 0
    stages: dict[str, list[str]] = field(default_factory=dict)
    """The stages of each pipeline, in order."""

    async def do(self, command: Callable[[Work, Any], Awaitable[Any]], given: Any) -> Any:
        """Run a command."""
        return await perform(self.database, Caller(self.owner), command, given, notify=self.notify)

    async def pipeline(self, *names: str) -> list[str]:
        """Make a pipeline; answers its stages."""
        stages = tuple(pipelines.NewStage(name) for name in names)
        pipeline_id = await self.do(pipelines.create_pipeline, pipelines.CreatePipeline("Bench", stages))
        rows = await places.stages(self.database, self.owner.firm_id, pipeline_id)
        self.stages[pipeline_id] = [row["id"] for row in rows]
        return self.stages[pipeline_id]

    async def automate(self, stage_id: str, *configs: Any) -> None:
        """Attach automations to a stage."""
        for config in configs:
            await self.do(configuring.create_automation, configuring.CreateAutomation(config, stage_id=stage_id))

    async def employee(self, pipeline_id: str, *rights: AccessRight) -> str:
        """Have somebody join who sees the pipeline, and the account; answers the token of their session."""
        email = f"employee{self.people}@bench.test"
        self.people += 1
        invited = members.InviteMember(email, email, rights=rights, account_ids=[self.account])
        member_id, invitation = await self.do(members.invite_member, invited)
        listed = pipelines.UpdatePipeline(pipeline_id, add_available_to_ids=[member_id])
        await self.do(pipelines.update_pipeline, listed)
        joining = members.AcceptInvitation(invitation or "", "a password for benchmarks")
        session = await members.accept_invitation(self.database, joining)
        return session.token or ""

    async def jobs(self, pipeline_id: str, number: int) -> list[str]:
        """Make jobs in the first stage."""
        given = jobs.CreateJob(self.account, pipeline_id, name="Job")
        return [await self.do(jobs.create_job, given) for _ in range(number)]


@asynccontextmanager
async def running_bench() -> AsyncIterator[Bench]:
    """A fresh PostgreSQL, as safe against power cuts as users have it, with one firm."""
    with tempfile.TemporaryDirectory(prefix="stageline-bench-", ignore_cleanup_errors=True) as folder:
        async with EmbeddedPostgres(Path(folder) / "postgres-18") as postgres:
            await migrate(postgres.url)
            database = await Database.connect(postgres.url)
            try:
                given = firms.CreateFirm("Bench", "Owner", OWNER, "a password for benchmarks")
                await firms.create_firm(database, given)
                owner = await firms.owner_by_email(database, OWNER)
                assert owner is not None  # it has just been made
                bench = Bench(database, postgres.url, owner)
                bench.account = await bench.do(accounts.create_account, accounts.CreateAccount("Acme"))
                yield bench
            finally:
                await database.close()


async def tag(bench: Bench, name: str) -> str:
    """Make a tag."""
    made: str = await bench.do(tags.create_tag, tags.CreateTag(name))
    return made


def middle(values: Sequence[float]) -> float:
    """The median."""
    return sorted(values)[len(values) // 2]
