"""The servers of the benchmark of reads, each in a process of its own, on one private PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from bench.viewers import cpu
from server.embedded import EmbeddedPostgres
from tests.support.redis import free_port

COMMAND = ("-c", "from server.cli import main; main()")
Json = dict[str, Any]


@dataclass(frozen=True)
class Server:
    """A process that answers HTTP."""

    port: int
    pid: int


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL with any number of databases."""

    url: str
    pid: int

    async def database(self, name: str) -> str:
        """A new database with our tables; answers its address."""
        await self.execute(f"CREATE DATABASE {name}")
        url = urlsplit(self.url)._replace(path=f"/{name}").geturl()
        await stageline("migrate", DATABASE_URL=url)
        return url

    async def execute(self, statement: str, url: str = "") -> None:
        """Runs a statement that stands outside of transactions."""
        connection = await asyncpg.connect(url or self.url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def cpu(self) -> float:
        """The processor time that its processes have taken which run now, in seconds."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return sum(map(cpu, map(int, children)))


@asynccontextmanager
async def running_postgres() -> AsyncIterator[Postgres]:
    """A fresh one, as safe against power cuts as users have it."""
    with tempfile.TemporaryDirectory(prefix="stageline-bench-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "postgres-18"
        async with EmbeddedPostgres(data) as postgres:
            yield Postgres(postgres.url, int((data / "postmaster.pid").read_text().split("\n")[0]))


async def stageline(*arguments: str, **settings: str) -> str:
    """Runs a command to its end; answers what it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *COMMAND, *arguments, env=os.environ | settings, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"stageline {arguments[0]} has failed")
    return out.decode()


async def seed(url: str, *, seed: int, firms: int, pipelines: int, jobs: int) -> Json:
    """Adds firms to a database; answers what it tells of them."""
    numbers = {"seed": seed, "firms": firms, "pipelines": pipelines, "jobs": jobs}
    options = [f"--{name}={value}" for name, value in numbers.items()]
    told: Json = json.loads(await stageline("seed", *options, DATABASE_URL=url))
    return told


@asynccontextmanager
async def web(url: str) -> AsyncIterator[Server]:
    """`stageline web`, as users start it."""
    async with _server(*COMMAND, "web", DATABASE_URL=url) as server:
        yield server


@asynccontextmanager
async def reference(url: str) -> AsyncIterator[Server]:
    """The same, where graphql-core executes."""
    async with _server("-m", "bench.reads_reference", "web", DATABASE_URL=url) as server:
        yield server


@asynccontextmanager
async def limit(url: str) -> AsyncIterator[Server]:
    """What cannot be beaten: see ``bench.limit``."""
    async with _server("-m", "bench.limit", DATABASE_URL=url) as server:
        yield server


@asynccontextmanager
async def _server(*arguments: str, **settings: str) -> AsyncIterator[Server]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env=os.environ | {"LOG_LEVEL": "error", "PORT": str(port)} | settings,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        await _accepts(port)
        yield Server(port, process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _accepts(port: int) -> None:
    """Waits until a server answers."""
    for _ in range(600):
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /healthz HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")
            answer = await reader.read()
            writer.close()
            if answer.startswith(b"HTTP/1.1"):
                return
        await asyncio.sleep(0.05)
    raise RuntimeError("the server does not start")
