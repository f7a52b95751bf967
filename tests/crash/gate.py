"""Gates: between a process and a server that it asks, where the process is killed at an exact step of its work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from tests.crash.answers import Answers
from tests.crash.victim import Victim
from tests.support.processes import PATIENCE

GONE: Final = (ConnectionError, asyncio.IncompleteReadError)
"""How a connection ends where its other side is killed."""


@dataclass
class Gate:
    """Passes on what a process asks a server and what that answers. It may kill the process at one of the answers.

    The server has then done what it was asked, and the process never learns of it. To the server that is the same as a
    kill just before the next question, so that kills at all answers are kills at all steps. Nothing passes any gate of
    the process from then on, until it is started again.
    """

    host: str
    target: int
    """The server's port."""
    answers: Answers
    victim: Victim
    port: int = 0
    """The port that the process connects to."""
    steps: list[str] = field(default_factory=list)
    """What has been done for the process, since the gate was set."""
    fatal: int | None = None
    """At which of them it is killed, counted from 0; None if at none, and once it is."""
    connections: set[asyncio.Task[None]] = field(default_factory=set)
    waiting: set[asyncio.StreamWriter] = field(default_factory=set)
    """Connections on which an answer is still to come."""

    def set(self, fatal: int | None) -> None:
        """Begin to count anew, and kill at a step."""
        self.steps, self.fatal = [], fatal

    async def closed(self) -> None:
        """Wait until the server has let go of all that the killed process had begun. Its connections have ended."""
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*self.connections)

    async def _serve(self, questions: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.connections.add(task)
        answers, server = await asyncio.open_connection(self.host, self.target)
        asking = asyncio.create_task(self._ask(questions, server))
        with suppress(*GONE):
            await self._answer(answers, client, server)
        asking.cancel()
        client.close()
        server.close()
        self.waiting.discard(server)
        self.connections.remove(task)

    async def _ask(self, questions: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        with suppress(*GONE):
            while some := await questions.read(65536):
                if not self.victim.killed:
                    self.waiting.add(server)
                    server.write(some)
        with suppress(*GONE, OSError):
            server.write_eof()

    async def _answer(
        self, answers: asyncio.StreamReader, client: asyncio.StreamWriter, server: asyncio.StreamWriter
    ) -> None:
        async for part in self.answers(answers):
            if part.step and not self.victim.killed:
                self._step(part.step)
            if part.whole:
                self.waiting.discard(server)
            if not self.victim.killed:
                client.write(part.data)

    def _step(self, step: str) -> None:
        self.steps.append(step)
        if self.fatal == len(self.steps) - 1:
            self.fatal = None
            self.victim.kill()


@asynccontextmanager
async def open_gate(host: str, target: int, answers: Answers, victim: Victim) -> AsyncIterator[Gate]:
    """A gate in front of the server at an address, on a free port."""
    gate = Gate(host, target, answers, victim)
    server = await asyncio.start_server(gate._serve, "127.0.0.1", 0)
    gate.port = server.sockets[0].getsockname()[1]
    try:
        yield gate
    finally:
        server.close()
        for task in gate.connections:
            task.cancel()
        await asyncio.gather(*gate.connections, return_exceptions=True)
