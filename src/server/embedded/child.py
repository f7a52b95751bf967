"""PostgreSQL's programs as our own children: started by the launcher, so that none of them outlives us."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from server.embedded.account import Account
from server.embedded.locks import FileLock

LAUNCHER = Path(__file__).with_name("launcher.py")
STEP = 0.02
"""How often a child is looked at, in seconds."""
PATIENCE = 30.0
"""How long a clean stop may take before the next start is left to recover, in seconds."""

Mode = Literal["exec", "watch"]
DEFAULT_MODE: Mode = "exec" if sys.platform == "linux" else "watch"


@dataclass(frozen=True)
class Surroundings:
    """What every child of one server shares: its user, the lock it holds on, and the log it writes."""

    account: Account | None
    lock: FileLock
    log: Path
    mode: Mode = DEFAULT_MODE

    def start(self, command: Sequence[str | Path], folder: Path, *, inherited: Sequence[int] = ()) -> Child:
        """Start ``command`` in ``folder``. It keeps ``inherited`` open, writes to the log, and dies with us."""
        user = (self.account.uid, self.account.gid) if self.account else (-1, -1)
        starting = [sys.executable, "-I", "-S", LAUNCHER, os.getpid(), *user, self.mode, *command]
        with self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  (our own launcher)
                [str(part) for part in starting],
                cwd=folder,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=(self.lock.fd, *inherited),
                start_new_session=True,  # Ctrl-C is for us; we stop it when nobody uses it any more
            )
        return Child(process)

    def here(self, folder: Path) -> str:
        """Name the folder in which a child starts so that it can open it: its user may not reach it by its path."""
        return str(folder) if self.account is None else "/proc/self/cwd"


@dataclass(frozen=True)
class Child:
    """A program that runs, or ran."""

    process: subprocess.Popen[bytes]

    @property
    def has_ended(self) -> bool:
        """Whether it is over."""
        return self.process.poll() is not None

    async def ended(self) -> int:
        """Wait for its end; return its exit code (negative: the signal that killed it)."""
        while not self.has_ended:
            await asyncio.sleep(STEP)
        return self.process.wait()

    async def stop(self) -> None:
        """Stop PostgreSQL: fast and clean, and if that takes too long at once (its next start then recovers)."""
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if not self.has_ended:
                self.process.send_signal(number)
            try:
                await asyncio.wait_for(self.ended(), PATIENCE)
                break
            except TimeoutError:
                continue
        if self.process.stdin:
            self.process.stdin.close()


def _environment() -> dict[str, str]:
    """Only what the programs need: a PGDATA or PGPORT meant for another server must not reach ours."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LC_ALL": "C"}
