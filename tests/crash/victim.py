"""A process of Stageline that is killed, and started again."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.processes import PATIENCE, Running, running
from tests.support.wait import eventually


@dataclass
class Victim:
    """One process in all its lives, on the same settings."""

    command: str
    ready: str
    """What it says when it has started."""
    folder: Path
    settings: dict[str, str]
    lives: int = 0
    killed: bool = False
    """Whether it has been killed and not been started again."""
    _running: Running | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> None:
        """Start it, and return when it works, or has been killed already."""
        self.lives += 1
        folder = self.folder / f"{self.command}-{self.lives}"
        folder.mkdir(parents=True)
        settings = {"LOG_FORMAT": "json", **self.settings}
        self._running = await self._stack.enter_async_context(running(self.command, folder=folder, **settings))
        self.killed = False
        await eventually(self._begun, f"{self.command} has started", within=PATIENCE)

    def _begun(self) -> bool:
        assert self._running is not None
        assert self.killed or self._running.process.returncode is None, "\n".join(self.errors())
        return self.killed or self.ready in self._running.out.read_text()

    def kill(self) -> None:
        """Kill it, as a crash would."""
        assert self._running is not None
        self.killed = True
        self._running.process.kill()

    async def gone(self) -> None:
        """Wait until it has ended."""
        assert self._running is not None
        await self._running.process.wait()

    async def close(self) -> None:
        """Stop it for good, if it runs."""
        await self._stack.aclose()

    def runs(self) -> bool:
        """Whether it runs now."""
        return self._running is not None and self._running.process.returncode is None

    def log(self) -> str:
        """What it has logged, in all its lives."""
        return "".join(path.read_text() for path in sorted(self.folder.glob(f"{self.command}-*/err.txt")))

    def errors(self) -> list[str]:
        """What it has logged, in all its lives, that somebody would have to look at."""
        return [line for line in self.log().splitlines() if line and (line[0] != "{" or '"level":"error"' in line)]
