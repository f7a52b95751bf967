"""`stageline watch` as people run it: on a terminal, in a pipe, and with what is wrong."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import struct
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from server.watch.command import credentials
from store.database import Database
from tests.support.api import PASSWORD, Shop, open_shop
from tests.support.processes import COMMAND, PATIENCE, environment, running, stageline
from tests.support.served import Served, served_api
from tests.support.wait import eventually

OWNER = {"STAGELINE_EMAIL": "owner1@firm.test", "STAGELINE_PASSWORD": PASSWORD}
ALTERNATE, ORDINARY = b"\x1b[?1049h", b"\x1b[?1049l"
HIDDEN, VISIBLE = b"\x1b[?25l", b"\x1b[?25h"


@pytest.fixture
async def served(database: Database) -> AsyncIterator[Served]:
    """The server on an empty database."""
    async with served_api(database) as one:
        yield one


@dataclass
class Terminal:
    """A command on a terminal of its own."""

    process: asyncio.subprocess.Process
    end: int
    written: bytearray = field(default_factory=bytearray)

    def read(self) -> None:
        """Take what was written."""
        try:
            self.written += os.read(self.end, 65536)
        except OSError:  # nobody is at the other end any more
            asyncio.get_running_loop().remove_reader(self.end)

    async def shows(self, text: str) -> None:
        """Wait until this is written, and forget what came before it."""
        await eventually(lambda: text.encode() in self.written, f"{text} in {self.written.decode()}")
        del self.written[: self.written.index(text.encode())]

    def resize(self, columns: int, lines: int) -> None:
        """Give it another size; the kernel tells the command."""
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    async def press(self, key: bytes) -> None:
        """Type something."""
        os.write(self.end, key)

    async def ended(self) -> int:
        """Its exit code."""
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


@asynccontextmanager
async def terminal(*arguments: str, **given: str) -> AsyncIterator[Terminal]:
    """Run a command on a terminal of 100 by 30 cells; end it if it has not ended."""
    end, other = os.openpty()
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
        env=environment(TERM="xterm-256color", **given),
        stdin=other,
        stdout=other,
        stderr=other,
        preexec_fn=lambda: os.login_tty(os.dup(other)),
    )
    found = Terminal(process, end)
    found.resize(100, 30)
    asyncio.get_running_loop().add_reader(end, found.read)
    try:
        yield found
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        asyncio.get_running_loop().remove_reader(end)
        os.close(end)
        os.close(other)


async def move(shop: Shop, job_id: str, stage: int, version: int) -> None:
    """Move a job to a stage by its number."""
    await shop.owner.do("moveJob", jobId=job_id, stageId=shop.stages[stage], expect={"version": version})


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_the_screen_follows_and_leaves_the_terminal_as_it_was(served: Served, end: signal.Signals) -> None:
    """LV1: drawn, live, a move with who did it, another size; Ctrl-C and being ended are no failures."""
    shop = await open_shop(served)
    job = await shop.job("Return 1")
    async with terminal("watch", STAGELINE_URL=served.origin, **OWNER) as screen:
        before = termios.tcgetattr(screen.end)
        await screen.shows(ALTERNATE.decode())
        await screen.shows("● live")
        during = termios.tcgetattr(screen.end)
        assert during[3] & (termios.ECHO | termios.ICANON) == 0
        assert during[3] & termios.ISIG
        await move(shop, job["id"], 1, job["version"])
        await screen.shows("Owner 1")
        await screen.shows("Return 1, Acme: First → Second")
        screen.resize(40, 20)
        await screen.shows("Tax")
        if end is signal.SIGINT:
            await screen.press(b"x\x03")
        else:
            screen.process.send_signal(end)
        assert await screen.ended() == 0
        await screen.shows(ORDINARY.decode())
        assert VISIBLE in screen.written
        assert b"Traceback" not in screen.written
        assert termios.tcgetattr(screen.end) == before


async def test_what_ends_the_screen_is_said_below_it(served: Served) -> None:
    """AC4: the terminal is itself again before the sentence."""
    shop = await open_shop(served)
    async with terminal("watch", STAGELINE_URL=served.origin, **OWNER) as screen:
        await screen.shows("● live")
        await shop.owner.do("deletePipeline", pipelineId=shop.pipeline)
        assert await screen.ended() == 1
        await screen.shows(ORDINARY.decode())
        await screen.shows("stageline: This pipeline is not available")


async def test_a_terminal_is_asked_for_the_log_in(served: Served) -> None:
    """What is typed as the password is not shown."""
    await open_shop(served)
    async with terminal("watch", "--once", STAGELINE_URL=served.origin) as screen:
        await screen.shows("E-mail")
        await screen.press(b"owner1@firm.test\n")
        await screen.shows("Password")
        await screen.press(f"{PASSWORD}\n".encode())
        await screen.shows("Kontor")
        assert await screen.ended() == 0
        assert PASSWORD.encode() not in screen.written
        assert ALTERNATE not in screen.written


async def test_a_pipe_gets_a_line_per_change(served: Served, tmp_path: Path) -> None:
    """LV1: without a terminal there is no screen, and no colour."""
    shop = await open_shop(served)
    job = await shop.job("Return 1")
    async with running("watch", "tax", folder=tmp_path, STAGELINE_URL=served.origin, **OWNER) as watcher:
        await watcher.says(" live")
        await move(shop, job["id"], 1, job["version"])
        out = await watcher.says("Return 1, Acme: First -> Second (Owner 1)")
        assert out.startswith("Tax: 1 job, 0 overdue\nFirst (1)\n  Return 1, Acme; medium priority\nSecond (0)\n")
        assert "\x1b" not in out
        assert await watcher.send(signal.SIGINT) == 0
    assert "Traceback" not in watcher.err.read_text()


async def test_once_shows_the_board_and_ends(served: Served, tmp_path: Path) -> None:
    """For a script, a mail, a cron job."""
    shop = await open_shop(served)
    await shop.job("Return 1")
    done = await stageline("watch", "--once", "--mine", folder=tmp_path, STAGELINE_URL=served.origin, **OWNER)
    assert (done.code, done.err) == (0, "")
    assert done.out == "Tax, mine: 0 jobs, 0 overdue\nFirst (0)\nSecond (0)\nThird (0)\n"


async def test_a_reader_that_has_gone_ends_it_quietly(served: Served, tmp_path: Path) -> None:
    """As with `| head`."""
    await open_shop(served)
    script = f"{' '.join(map(shell_quoted, COMMAND))} watch --once | true"
    process = await asyncio.create_subprocess_exec(
        "sh",
        "-c",
        script,
        cwd=tmp_path,
        env=environment(STAGELINE_URL=served.origin, **OWNER),
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, err) == (0, b"")


def shell_quoted(text: str) -> str:
    """For a shell."""
    return f"'{text}'"


async def test_a_wrong_password_is_one_sentence(served: Served, tmp_path: Path) -> None:
    """And not the log of a program."""
    await open_shop(served)
    wrong = OWNER | {"STAGELINE_PASSWORD": "wrong"}
    done = await stageline("watch", folder=tmp_path, STAGELINE_URL=served.origin, **wrong)
    assert (done.code, done.out) == (1, "")
    assert done.err == "stageline: The log-in is refused: This e-mail and password do not fit.\n"


async def test_a_bad_token_is_one_sentence(served: Served, tmp_path: Path) -> None:
    """It takes the place of e-mail and password."""
    done = await stageline("watch", folder=tmp_path, STAGELINE_URL=served.origin, STAGELINE_TOKEN="sl_x", **OWNER)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("stageline: The token is not accepted")
    assert done.err.count("\n") == 1


async def test_a_log_in_is_not_asked_for_where_nobody_can_answer(tmp_path: Path) -> None:
    """It says what to set."""
    done = await stageline("watch", "tax", folder=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert all(name in done.err for name in ("STAGELINE_EMAIL", "STAGELINE_PASSWORD", "STAGELINE_TOKEN"))


def test_a_token_comes_before_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wall screen's own token is not lost over a leftover password."""
    monkeypatch.setenv("STAGELINE_TOKEN", "sl_x")
    assert credentials("a", "b", None).token == "sl_x"
