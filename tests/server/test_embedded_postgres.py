"""The embedded PostgreSQL: keeps data, dies with us, recovers by itself, and harms nobody."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from server.embedded import EmbeddedPostgres, EmbeddedPostgresError
from server.embedded.account import Account, account_for
from server.embedded.binaries import TREES, binaries_for, copy_for_everyone
from server.embedded.cluster import Cluster
from tests.support.databases import execute, value
from tests.support.processes import is_alive
from tests.support.wait import eventually

SERVER = """
import asyncio, sys
from pathlib import Path
from server.embedded import EmbeddedPostgres

async def main():
    async with EmbeddedPostgres(Path(sys.argv[1]), fast=True) as postgres:
        print(postgres.pid, postgres.url, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A place for a data folder, below folders that only their owner may enter."""
    return tmp_path / "var" / "postgres-18"


@asynccontextmanager
async def server_process(folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, int, str]]:
    """A process that runs the embedded PostgreSQL; gives it, PostgreSQL's process id and the database's address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, str(folder), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        pid, url = (await process.stdout.readline()).decode().split()
        yield process, int(pid), url
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_data_is_there_at_the_next_start_and_no_process_between(folder: Path) -> None:
    """A clean stop keeps everything and leaves nothing running."""
    async with EmbeddedPostgres(folder, fast=True) as postgres:
        pid = postgres.pid
        assert pid is not None
        await execute(postgres.url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    assert not is_alive(pid)
    async with EmbeddedPostgres(folder, fast=True) as postgres:
        assert await value(postgres.url, "SELECT n FROM kept") == 7


async def test_a_killed_server_takes_postgres_with_it_and_the_next_start_keeps_the_data(folder: Path) -> None:
    """SIGKILL reaches nobody's clean-up code: the kernel ends PostgreSQL, and what was committed is there again."""
    async with server_process(folder) as (process, pid, url):
        await execute(url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
        process.kill()
        await process.wait()
        async with EmbeddedPostgres(folder, fast=True) as postgres:
            assert not is_alive(pid), "two servers would run on one folder"
            assert await value(postgres.url, "SELECT n FROM kept") == 7


async def test_a_crash_of_postgres_is_told_and_the_next_start_recovers(folder: Path) -> None:
    """A PostgreSQL that dies alone ends the wait for its end, with a sentence that names its log."""
    async with EmbeddedPostgres(folder, fast=True) as postgres:
        await execute(postgres.url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
        os.kill(postgres.pid or 0, signal.SIGKILL)
        assert "postgres-18.log" in await asyncio.wait_for(postgres.ended(), 20)
        assert postgres.pid is None
    async with EmbeddedPostgres(folder, fast=True) as postgres:
        assert await value(postgres.url, "SELECT n FROM kept") == 7


async def test_a_second_server_on_the_folder_is_refused_and_the_first_goes_on(folder: Path) -> None:
    """Two servers on one folder: one clear sentence, nothing harmed."""
    async with server_process(folder) as (process, _, url):
        with pytest.raises(EmbeddedPostgresError, match=rf"Another Stageline \(process {process.pid}\) is using"):
            await EmbeddedPostgres(folder, fast=True).__aenter__()
        assert await value(url, "SELECT 1") == 1


async def test_the_start_waits_for_the_postgres_of_a_killed_server(folder: Path) -> None:
    """As long as any process of a killed server is left, the folder is not touched; the wait is told."""
    folder.parent.mkdir()
    held = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import sys; from pathlib import Path; from server.embedded.locks import try_lock;"
        "lock = try_lock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()",
        str(Cluster(folder).beside(".children.lock")),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert held.stdout
    assert held.stdin
    assert await held.stdout.readline() == b"held\n"
    said: list[str] = []
    starting = asyncio.create_task(EmbeddedPostgres(folder, fast=True, say=said.append).__aenter__())
    await eventually(lambda: any("Waiting for the PostgreSQL of a killed server" in text for text in said))
    assert not folder.exists()
    held.stdin.close()
    await held.wait()
    postgres = await starting
    assert await value(postgres.url, "SELECT 1") == 1
    await postgres.__aexit__(None, None, None)


async def test_a_stale_pid_file_neither_blocks_the_start_nor_harms_the_process_it_names(folder: Path) -> None:
    """The number in it may by now be anybody's (containers give the same numbers again and again)."""
    async with EmbeddedPostgres(folder, fast=True) as postgres:
        pass
    owner = folder.stat().st_uid
    unrelated = subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None)
    try:
        stale = folder / "postmaster.pid"
        stale.write_text(f"{unrelated.pid}\n{folder}\n1700000000\n5432\n\n127.0.0.1\n\nready   \n")
        os.chown(stale, owner, -1)
        async with EmbeddedPostgres(folder, fast=True) as postgres:
            assert await value(postgres.url, "SELECT 1") == 1
        assert unrelated.poll() is None
    finally:
        unrelated.kill()
        unrelated.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells where a process works")
async def test_a_postgres_started_by_hand_on_the_folder_is_respected(folder: Path) -> None:
    """A living process that works in the data folder, and is none of ours, is a reason to stop."""
    async with EmbeddedPostgres(folder, fast=True):
        pass
    foreign = subprocess.Popen(["sleep", "60"], cwd=folder)
    try:
        (folder / "postmaster.pid").write_text(f"{foreign.pid}\n")
        with pytest.raises(EmbeddedPostgresError, match=f"process {foreign.pid}.* Stop it first"):
            await EmbeddedPostgres(folder, fast=True).__aenter__()
        assert (folder / "postmaster.pid").exists()
    finally:
        foreign.kill()
        foreign.wait()


async def test_data_of_another_major_version_is_refused_and_left_alone(folder: Path) -> None:
    """The sentence names both versions, and dump and restore."""
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    (folder / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match=r"PostgreSQL 17,.*PostgreSQL 18\..*pg_dump.*pg_restore"):
        await EmbeddedPostgres(folder, fast=True).__aenter__()
    assert [path.name for path in folder.iterdir()] == ["PG_VERSION"]


async def test_data_left_by_an_older_stageline_is_not_silently_replaced_by_an_empty_database(folder: Path) -> None:
    """After an upgrade the old folder stands beside the place of the new one."""
    older = folder.with_name("postgres-17")
    older.mkdir(parents=True)
    (older / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match=r"postgres-17 holds data of PostgreSQL 17"):
        await EmbeddedPostgres(folder, fast=True).__aenter__()
    assert not folder.exists()


async def test_a_folder_of_something_else_is_refused_and_left_alone(folder: Path) -> None:
    """What is not PostgreSQL's data is not ours to fill."""
    folder.mkdir(parents=True)
    (folder / "photo.jpg").touch()
    with pytest.raises(EmbeddedPostgresError, match="holds no PostgreSQL data"):
        await EmbeddedPostgres(folder, fast=True).__aenter__()
    assert [path.name for path in folder.iterdir()] == ["photo.jpg"]


async def test_a_set_up_that_was_killed_half_way_is_begun_anew(folder: Path) -> None:
    """The data folder appears complete or not at all."""
    folder.parent.mkdir()
    making = Cluster(folder).prepare(account_for(folder))
    (making / "PG_VERSION").write_text("18\n")
    (making / "base").mkdir()
    async with EmbeddedPostgres(folder, fast=True) as postgres:
        assert await value(postgres.url, "SELECT 1") == 1
    assert not making.exists()


async def test_only_the_holder_of_the_password_gets_in(folder: Path) -> None:
    """The port is open to every user of the machine, the database is not; nor is the file with the password."""
    async with EmbeddedPostgres(folder, fast=True) as postgres:
        password = Cluster(folder).password
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(postgres.url.replace(password, "guessed"))
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "stageline.password").stat().st_mode & 0o077 == 0


async def test_variables_meant_for_another_postgres_do_not_reach_ours(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PGDATA, PGPORT and their kin are set on many a developer's machine."""
    monkeypatch.setenv("PGDATA", str(tmp_path / "theirs"))
    monkeypatch.setenv("PGPORT", "1")
    async with EmbeddedPostgres(folder, fast=True) as postgres:
        assert await value(postgres.url, "SELECT 1") == 1
    assert not (tmp_path / "theirs").exists()


async def test_texts_sort_and_fold_alike_on_every_machine(folder: Path) -> None:
    """C.UTF-8 by PostgreSQL itself, not by the machine's library."""
    async with EmbeddedPostgres(folder, fast=True) as postgres:
        found = await value(
            postgres.url,
            "SELECT row(datlocprovider, datlocale, pg_encoding_to_char(encoding), lower('ÄÖ'))::text"
            " FROM pg_database WHERE datname = current_database()",
        )
    assert found == "(b,C.UTF-8,UTF8,äö)"


async def test_the_running_server_can_be_found_and_only_while_it_runs(folder: Path) -> None:
    """`create-firm` beside a running `serve` uses its database."""
    assert EmbeddedPostgres.running_on(folder) is None
    async with server_process(folder) as (_, _, url):
        assert EmbeddedPostgres.running_on(folder) == url
    assert EmbeddedPostgres.running_on(folder) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user")
async def test_root_runs_postgres_as_somebody_else_and_opens_no_folder_for_it(tmp_path: Path) -> None:
    """The folder around the data stays closed to everyone but root."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    async with EmbeddedPostgres(closed / "var" / "postgres-18", fast=True) as postgres:
        assert Path(f"/proc/{postgres.pid}").stat().st_uid != 0
    assert closed.stat().st_mode & 0o777 == 0o700
    assert closed.stat().st_uid == 0


async def test_a_copy_of_the_programs_runs_from_anywhere(tmp_path: Path) -> None:
    """For a user who cannot reach the environment; made once, readable by everyone, writable by us alone."""
    root = binaries_for(None).folder.parents[2]
    copied = copy_for_everyone(root, tmp_path)
    postgres = copied / TREES[0] / "bin" / "initdb"
    shown = await asyncio.create_subprocess_exec(postgres, "--version", stdout=subprocess.PIPE)
    assert b"(PostgreSQL) 18" in (await shown.communicate())[0]
    assert copy_for_everyone(root, tmp_path) == copied
    assert {path.stat().st_mode & 0o777 for path in copied.rglob("*") if path.is_dir()} == {0o755}
    assert [path.name for path in tmp_path.iterdir()] == [copied.name]


def test_who_may_reach_a_file_is_read_from_every_folder_above_it(tmp_path: Path) -> None:
    """One closed folder on the way is enough."""
    file = tmp_path / "open" / "file"
    file.parent.mkdir(mode=0o755)
    file.touch(mode=0o644)
    stranger, owner = Account("stranger", 54321, 54321), Account("owner", file.stat().st_uid, file.stat().st_gid)
    for parent in tmp_path.parents:
        if not parent.stat().st_mode & 0o001:
            assert not stranger.may_reach(file)
    assert owner.may_reach(file)
    file.parent.chmod(0o600)
    assert not owner.may_reach(file)
    file.parent.chmod(0o755)


@pytest.mark.parametrize("ending", ["input", "signal"])
async def test_the_watching_launcher_interrupts_its_program_when_we_end(ending: str, tmp_path: Path) -> None:
    """Where no kernel does it: the end of standard input is our death; a signal to it is one to the program."""
    launcher = Path(sys.modules[EmbeddedPostgres.__module__].__file__ or "").with_name("launcher.py")
    program = (
        "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT]); print('runs', flush=True);"
        "signal.sigwait([signal.SIGINT]); print('interrupted')"
    )
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", launcher, str(os.getpid()), "-1", "-1", "watch"),
        *(sys.executable, "-c", program),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
    )
    assert child.stdin
    assert child.stdout
    assert await child.stdout.readline() == b"runs\n"
    if ending == "input":
        child.stdin.close()
    else:
        child.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(child.stdout.read(), 20) == b"interrupted\n"
    assert await asyncio.wait_for(child.wait(), 20) == 0
