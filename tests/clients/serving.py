"""Web processes, as an operator starts them, and people who work on them over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.schema.test_operations import document
from tests.support.api import Client, Json, Shop, remote_api
from tests.support.processes import running


@asynccontextmanager
async def web(database_url: str, folder: Path, port: int) -> AsyncIterator[None]:
    """``stageline web`` on a port while the context is entered."""
    folder.mkdir(exist_ok=True)
    async with running("web", folder=folder, DATABASE_URL=database_url, PORT=str(port)) as process:
        await process.says("Stageline runs on")
        yield


@dataclass
class Staff:
    """A firm on a web process: its owner, and an employee who sees all accounts, whose client the test plays."""

    port: int
    owner: Client
    watcher: Client
    email: str


@asynccontextmanager
async def hired(database_url: str, port: int) -> AsyncIterator[Staff]:
    """The people of a new firm. They go on over HTTP, whatever process listens on the port."""
    address = f"http://127.0.0.1:{port}"
    async with (
        httpx.AsyncClient(base_url=address, trust_env=False) as http,
        remote_api(database_url, http) as api,
    ):
        owner = await api.firm()
        watcher = await api.member(owner, rights=["VIEW_ALL_ACCOUNTS"])
        yield Staff(port, owner, watcher, f"member{api.people}@firm.test")


async def fresh_board(viewer: Client, pipeline_id: str) -> Json:
    """A board as a fresh query shows it, as a player draws it: without what belongs to the query."""
    board = (await viewer.query(document("Board"), pipelineId=pipeline_id, first=200))["board"]
    columns = [{**column, "jobs": column["jobs"]["nodes"]} for column in board["columns"]]
    return {"pipeline": board["pipeline"], "columns": columns}


@dataclass
class WatchedShop(Shop):
    """A pipeline that somebody watches."""

    watcher: Client
    email: str

    async def board(self) -> Json:
        """The board as a fresh query shows it to the watcher, without what belongs to the query."""
        return await fresh_board(self.watcher, self.pipeline)

    async def move(self, job: Json, stage: int) -> None:
        """Move a job as somebody else does, from wherever it is."""
        now = await self.owner.query("query ($id: ID!) { job(id: $id) { version } }", id=job["id"])
        await self.owner.do("moveJob", jobId=job["id"], stageId=self.stages[stage], expect=now["job"])

    async def available(self, add: bool) -> None:
        """Let the watcher see the pipeline, or no more."""
        which = "addAvailableToIds" if add else "removeAvailableToIds"
        await self.owner.do("updatePipeline", pipelineId=self.pipeline, **{which: [self.watcher.member_id]})


async def open_watched_shop(staff: Staff) -> WatchedShop:
    """A new pipeline and a new account in the firm."""
    account = await staff.owner.do("createAccount", "account { id }", name="Acme")
    stages = [{"name": name} for name in ("First", "Second", "Third")]
    pipeline = await staff.owner.do(
        "createPipeline",
        "pipeline { id stages { id } }",
        name="Tax",
        stages=stages,
        availableToIds=[staff.watcher.member_id],
    )
    ids = [stage["id"] for stage in pipeline["stages"]]
    return WatchedShop(staff.owner, account["id"], pipeline["id"], ids, staff.watcher, staff.email)
