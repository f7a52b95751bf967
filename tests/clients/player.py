"""The scripts beside this file, each of which plays one client from npm: how to start them, and what they tell."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.clients.serving import WatchedShop
from tests.support.api import PASSWORD, Json

FOLDER = Path(__file__).parent
SCRIPTS = ["graphql-ws", "graphql-sse", "urql", "apollo", "eventsource"]
WITHIN = 20.0
"""How long a client may take to tell the next thing, or to end, in seconds."""
LONGEST_LINE = 2**22
OLDEST_NODE = 20


def missing() -> str:
    """What is not here that the clients need; nothing if all of it is."""
    node = shutil.which("node")
    if node is None:
        return f"Node is not here: JavaScript clients are tested where Node {OLDEST_NODE} or newer is."
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < OLDEST_NODE:
        return f"Node {version} is too old: JavaScript clients are tested with Node {OLDEST_NODE} or newer."
    if not (FOLDER / "node_modules" / ".package-lock.json").exists():
        return "The JavaScript clients are not installed: make clients."
    return ""


needs_node = pytest.mark.skipif(bool(MISSING := missing()), reason=MISSING)
"""Marks tests that play clients."""


@dataclass
class Player:
    """A running client. What it tells is described in play.mjs."""

    process: asyncio.subprocess.Process
    told: list[Json] = field(default_factory=list)
    """What it has told and nobody has asked for yet."""
    board: Json = field(default_factory=dict)
    """What it has drawn last."""

    async def tells(self, name: str, fits: Callable[[Any], object] = lambda _: True) -> Json:
        """The next thing of this name whose value fits. What it tells meanwhile stays to be asked for."""
        async with asyncio.timeout(WITHIN):
            for report in self.told:
                if name in report and fits(report[name]):
                    self.told.remove(report)
                    return report
            while not (name in (report := await self._read()) and fits(report[name])):
                pass
        self.told.remove(report)
        return report

    async def shows(self, board: Json) -> Json:
        """Its board, as soon as it is this one, or else after a time. What it has told until then counts as seen."""
        with suppress(TimeoutError):
            async with asyncio.timeout(WITHIN):
                while self.board != board:
                    await self._read()
        self.told.clear()
        return self.board

    async def do(self, mutation: str, **given: Any) -> Json:
        """Let it send a mutation of schema/operations; what the server answered."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"name": mutation, "input": given}).encode() + b"\n")
        answer: Json = (await self.tells("answer"))["answer"]
        return answer

    async def _read(self) -> Json:
        report = await self.hear()
        self.told.append(report)
        return report

    async def hear(self) -> Json:
        """The very next thing that it tells, which is not kept."""
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if not line:
            assert self.process.stderr is not None
            complaints = (await self.process.stderr.read()).decode()
            raise AssertionError(f"it has ended with {await self.process.wait()}: {complaints}")
        report: Json = json.loads(line)
        self.board = report.get("board", self.board)
        return report


@asynccontextmanager
async def playing(script: str, url: str, shop: WatchedShop) -> AsyncIterator[Player]:
    """Let the watcher's client log in and follow the shop's board while the context is entered.

    Then it must end by itself, and have complained of nothing.
    """
    given = {"urls": [url], "email": shop.email, "password": PASSWORD, "pipelineId": shop.pipeline}
    async with started(script, given) as player:
        yield player


@asynccontextmanager
async def started(script: str, given: Json) -> AsyncIterator[Player]:
    """Let a client run while the context is entered. ``given`` is described in play.mjs."""
    process = await asyncio.create_subprocess_exec(
        "node",
        FOLDER / f"{script}.mjs",
        json.dumps(given),
        env={**os.environ, "NODE_NO_WARNINGS": "1"},  # Node's own; those of the libraries count
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    try:
        yield Player(process)
        _, complaints = await asyncio.wait_for(process.communicate(b""), WITHIN)
        assert (process.returncode, complaints.decode()) == (0, "")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
