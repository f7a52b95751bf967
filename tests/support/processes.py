"""The command ``stageline`` as a process of its own, as an operator runs it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from server.settings import Settings
from tests.support.wait import eventually

COMMAND = (sys.executable, "-c", "from server.cli import main; main()")
WATCH = {f"STAGELINE_{name}" for name in ("URL", "EMAIL", "PASSWORD", "TOKEN")}
OURS = {name.upper() for name in Settings.model_fields} | WATCH | {"SCHEMA_BASE"}
PATIENCE = 60.0
"""How long a command may take, in seconds."""


def is_alive(pid: int) -> bool:
    """Tell whether a process runs. One that has ended, and that nobody has asked about yet, does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment with ``settings`` as the only settings of Stageline in it."""
    return {name: value for name, value in os.environ.items() if name not in OURS} | settings


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str


async def stageline(*arguments: str, folder: Path, **settings: str) -> Result:
    """Run a command in ``folder`` to its end."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
        cwd=folder,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode is not None
    return Result(process.returncode, out.decode(), err.decode())


@dataclass
class Running:
    """A command that runs until it is asked to stop. Its output and its log are files in its folder."""

    process: asyncio.subprocess.Process
    out: Path
    err: Path

    async def says(self, text: str) -> str:
        """Wait until ``text`` is in its output or log; return its output so far."""

        def said() -> bool:
            everything = self.out.read_text() + self.err.read_text()
            assert self.process.returncode is None, f"it has ended: {everything}"
            return text in everything

        await eventually(said, f"it says {text!r}", within=PATIENCE)
        return self.out.read_text()

    async def send(self, number: signal.Signals) -> int:
        """Send the signal and return the exit code (negative: the signal that ended it)."""
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


@asynccontextmanager
async def running(*arguments: str, folder: Path, **settings: str) -> AsyncIterator[Running]:
    """Run a command in ``folder`` while the context is entered; then ask it to stop, unless it has ended."""
    out, err = folder / "out.txt", folder / "err.txt"
    with out.open("wb") as out_file, err.open("wb") as err_file:
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            *arguments,
            cwd=folder,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=out_file,
            stderr=err_file,
            start_new_session=True,
        )
    started = Running(process, out, err)
    try:
        yield started
    finally:
        if process.returncode is None:
            await started.send(signal.SIGTERM)
