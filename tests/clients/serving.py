"""Web processes, as an operator starts them, and people who work on them over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from tortoise.context import TortoiseContext

from store.database import Database, config
from tests.schema.test_operations import document
from tests.support.api import Api, Client, Json, Shop
from tests.support.processes import running


@asynccontextmanager
async def web(database_url: str, folder: Path, port: int) -> AsyncIterator[None]:
    """``stageline web`` on a port while the context is entered."""
    folder.mkdir(exist_ok=True)
    async with running("web", folder=folder, DATABASE_URL=database_url, PORT=str(port)) as process:
        await process.says("Stageline runs on")
        yield


class Remote(Api):
    """The API of another process. Only firms are made on its database."""

    async def firm(self, name: str = "Kontor", time_zone: str = "UTC") -> Client:
        """A new firm; answers its owner."""
        with self.database._context:  # this process may hold the pool of another database
            return await super().firm(name, time_zone)


@asynccontextmanager
async def api_of(database_url: str, port: int) -> AsyncIterator[Remote]:
    """The API of the web process on a port."""
    context = TortoiseContext()
    with context:
        await context.init(config=config(database_url))
        database = Database(context.db(), context)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            yield Remote(database, http)
    finally:
        await database.close()


@dataclass(frozen=True)
class Colleague:
    """An employee who sees a shop's board, and how they log in."""

    email: str
    client: Client
    pipeline: str

    async def board(self) -> Json:
        """The board as a fresh query shows it, without what belongs to the query."""
        board = (await self.client.query(document("Board"), pipelineId=self.pipeline))["board"]
        columns = [{**column, "jobs": column["jobs"]["nodes"]} for column in board["columns"]]
        return {"pipeline": board["pipeline"], "columns": columns}


async def hire(api: Api, shop: Shop) -> Colleague:
    """A new employee who sees the shop's pipeline and all its jobs."""
    client = await api.member(shop.owner, rights=["VIEW_ALL_ACCOUNTS"])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[client.member_id])
    return Colleague(f"member{api.people}@firm.test", client, shop.pipeline)
