"""The commands as an operator meets them: processes, exit codes, and one clear sentence for what goes wrong."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
from pathlib import Path

import httpx
import pytest

from server.embedded import EmbeddedPostgres
from store.migrate import pending
from tests.support.databases import execute, on_database, value
from tests.support.processes import is_alive, running, stageline
from tests.support.redis import free_port

READY = "Stageline runs on"


@pytest.fixture
def port() -> str:
    """A port on which nothing listens, as the setting wants it."""
    return str(free_port())


def database_of(folder: Path) -> str:
    """The address of the private database that a command runs in ``folder``."""
    url = EmbeddedPostgres.running_on(folder / "var" / "postgres-18")
    assert url is not None, "no PostgreSQL runs there"
    return url


def postgres_pid(folder: Path) -> int:
    """The process id of the private PostgreSQL that a command runs in ``folder``."""
    return int((folder / "var" / "postgres-18" / "postmaster.pid").read_text().split("\n")[0])


async def test_serve_prints_a_line_to_try_that_works_as_it_stands(tmp_path: Path, port: str) -> None:
    """The first thing that a user does: start it, copy the line, be logged in."""
    async with running("serve", "--demo", folder=tmp_path, PORT=port) as server:
        out = await server.says(READY)
        assert f"http://127.0.0.1:{port}/graphql" in out
        assert "owner@demo.test" in out
        assert "employee@demo.test" in out
        assert "client@demo.test" in out
        assert "stageline-demo" in out
        line = next(line for line in out.splitlines() if "curl" in line)
        command = shlex.split(line[line.index("curl") :])
        async with httpx.AsyncClient() as client:
            answer = await client.post(command[2], content=command[-1], headers=dict([command[4].split(": ")]))
        assert answer.json()["data"]["login"]["token"], json.dumps(answer.json())


async def test_ctrl_c_stops_everything_and_the_next_start_has_the_data(tmp_path: Path, port: str) -> None:
    """No process is left, the port is free, and nothing is forgotten."""
    async with running("serve", "--demo", folder=tmp_path, PORT=port) as server:
        await server.says(READY)
        postgres = postgres_pid(tmp_path)
        await execute(database_of(tmp_path), "CREATE TABLE kept AS SELECT 7 AS n")
        assert await server.send(signal.SIGINT) == 0
        assert not is_alive(postgres)
        assert "Traceback" not in server.err.read_text()
    async with running("serve", "--demo", folder=tmp_path, PORT=port) as server:
        await server.says(READY)
        assert await value(database_of(tmp_path), "SELECT n FROM kept") == 7
        assert await server.send(signal.SIGTERM) == 0


async def test_a_killed_serve_leaves_no_postgres_and_the_next_one_keeps_the_data(tmp_path: Path, port: str) -> None:
    """SIGKILL, a crash, an exhausted memory: start it again, that is all."""
    async with running("serve", folder=tmp_path, PORT=port) as server:
        await server.says(READY)
        postgres = postgres_pid(tmp_path)
        await execute(database_of(tmp_path), "CREATE TABLE kept AS SELECT 7 AS n")
        assert await server.send(signal.SIGKILL) == -signal.SIGKILL
    async with running("serve", folder=tmp_path, PORT=port) as server:
        await server.says(READY)
        assert not is_alive(postgres)
        assert await value(database_of(tmp_path), "SELECT n FROM kept") == 7


async def test_a_postgres_that_dies_stops_serve_with_a_sentence(tmp_path: Path, port: str) -> None:
    """Better an end that a supervisor sees than a server that answers errors for ever."""
    async with running("serve", folder=tmp_path, PORT=port) as server:
        await server.says(READY)
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
        os.kill(postgres_pid(tmp_path), signal.SIGKILL)
        assert await server.process.wait() == 1
        assert "stageline: The private PostgreSQL has stopped" in server.err.read_text()


async def test_a_port_in_use_is_told_before_anything_is_touched(tmp_path: Path) -> None:
    """One sentence that names the port and another one to take; no data folder appears."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = await stageline("serve", folder=tmp_path, PORT=str(port))
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"stageline: Port {port} on 127.0.0.1 is in use")
    assert result.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


async def test_a_second_serve_on_the_folder_is_refused_and_the_first_goes_on(tmp_path: Path, port: str) -> None:
    """The sentence names the process that holds the folder."""
    async with running("serve", folder=tmp_path, PORT=port) as server:
        await server.says(READY)
        result = await stageline("serve", folder=tmp_path, PORT=str(free_port()))
        assert result.code == 1
        assert result.err.startswith(f"stageline: Another Stageline (process {server.process.pid}) is using")
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200


async def test_data_of_another_postgres_version_is_refused(tmp_path: Path, port: str) -> None:
    """The sentence names dump and restore, and the folder stays as it was."""
    data = tmp_path / "var" / "postgres-18"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")
    result = await stageline("serve", folder=tmp_path, PORT=port)
    assert result.code == 1
    assert "PostgreSQL 16" in result.err
    assert "pg_restore" in result.err
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


@pytest.mark.parametrize("command", ["serve", "web", "worker", "migrate"])
async def test_a_database_that_cannot_be_reached_is_one_sentence_without_its_password(
    command: str, tmp_path: Path, port: str
) -> None:
    """It says where it looked and why it failed."""
    nowhere = f"postgresql://me:secret@127.0.0.1:{free_port()}/stageline"
    result = await stageline(command, folder=tmp_path, PORT=port, DATABASE_URL=nowhere)
    assert result.code == 1
    assert "cannot be reached (Connection refused)" in result.err
    assert "secret" not in result.err
    assert "Traceback" not in result.err


async def test_a_wrong_password_and_a_missing_database_are_told_apart(postgres_url: str, tmp_path: Path) -> None:
    """Each has its own remedy."""
    missing = await stageline("migrate", folder=tmp_path, DATABASE_URL=on_database(postgres_url, "nowhere"))
    assert "has no database nowhere" in missing.err
    wrong = postgres_url.replace(":", ":x", 2).replace("postgresql:x", "postgresql:", 1)
    refused = await stageline("migrate", folder=tmp_path, DATABASE_URL=wrong)
    assert (missing.code, refused.code) == (1, 1)
    assert "refuses the user" in refused.err


@pytest.mark.parametrize("command", ["web", "worker", "migrate"])
async def test_what_the_procfile_runs_demands_a_database_url(command: str, tmp_path: Path, port: str) -> None:
    """In production nobody wants a private database that is forgotten with the container."""
    result = await stageline(command, folder=tmp_path, PORT=port)
    assert result.code == 1
    assert result.err.startswith("stageline: DATABASE_URL is not set.")
    assert list(tmp_path.iterdir()) == []


async def test_bad_settings_are_named_and_nothing_starts(tmp_path: Path) -> None:
    """Exit code 2, as for a bad option."""
    result = await stageline("serve", folder=tmp_path, PORT="http")
    assert result.code == 2
    assert result.err.startswith("stageline: The setting PORT")
    assert list(tmp_path.iterdir()) == []


async def test_migrate_applies_once_and_says_what(empty_database_url: str, tmp_path: Path) -> None:
    """The second run has nothing to do."""
    first = await stageline("migrate", folder=tmp_path, DATABASE_URL=empty_database_url)
    assert first.code == 0, first.err
    assert first.out.startswith("applied ")
    assert await pending(empty_database_url) == []
    second = await stageline("migrate", folder=tmp_path, DATABASE_URL=empty_database_url)
    assert (second.code, second.out) == (0, "The database is up to date.\n")


@pytest.mark.parametrize("command", ["web", "worker"])
async def test_a_database_that_is_not_migrated_is_refused(
    command: str, empty_database_url: str, tmp_path: Path, port: str
) -> None:
    """The release step was forgotten: say so instead of failing at the first request."""
    result = await stageline(command, folder=tmp_path, PORT=port, DATABASE_URL=empty_database_url)
    assert result.code == 1
    assert "Run `stageline migrate`" in result.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_web_and_worker_run_apart_and_stop_when_asked(
    number: signal.Signals, database_url: str, tmp_path: Path, port: str
) -> None:
    """As the Procfile runs them; GraphiQL is closed in production."""
    web_folder, worker_folder = tmp_path / "web", tmp_path / "worker"
    web_folder.mkdir()
    worker_folder.mkdir()
    async with (
        running("web", folder=web_folder, PORT=port, DATABASE_URL=database_url) as web,
        running("worker", folder=worker_folder, DATABASE_URL=database_url) as worker,
    ):
        assert "GraphiQL" not in await web.says(READY)
        await worker.says("The worker runs")
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
        assert await web.send(number) == 0
        assert await worker.send(number) == 0
    assert not (web_folder / "var").exists()


async def test_create_firm_beside_a_running_serve_uses_its_database(tmp_path: Path, port: str) -> None:
    """Without DATABASE_URL the person means the server on this machine; afterwards the owner can log in."""
    async with running("serve", folder=tmp_path, PORT=port) as server:
        await server.says(READY)
        firm = ("--name", "Ledger & Sons", "--email", "anna@ledger.test", "--owner-name", "Anna")
        made = await stageline("create-firm", *firm, folder=tmp_path, STAGELINE_PASSWORD="a long password")
        assert made.code == 0, made.err
        assert "Made the firm Ledger & Sons (firm_" in made.out
        assert await value(database_of(tmp_path), "SELECT count(*) FROM firms") == 1


async def test_create_firm_names_everything_that_is_wrong(database_url: str, tmp_path: Path) -> None:
    """All of it at once, by option; nothing is made."""
    firm = ("--name", "", "--email", "anna", "--owner-name", "Anna", "--time-zone", "Mars/Olympus")
    result = await stageline(
        "create-firm", *firm, folder=tmp_path, DATABASE_URL=database_url, STAGELINE_PASSWORD="short"
    )
    assert result.code == 1
    assert all(option in result.err for option in ("--name:", "--email:", "--password:", "--time-zone:"))
    assert "Traceback" not in result.err
    assert await value(database_url, "SELECT count(*) FROM firms") == 0


async def test_a_password_is_not_asked_for_where_nobody_can_answer(database_url: str, tmp_path: Path) -> None:
    """In a script the command ends with a sentence instead of waiting for ever."""
    firm = ("--name", "Ledger", "--email", "anna@ledger.test", "--owner-name", "Anna")
    result = await stageline("create-firm", *firm, folder=tmp_path, DATABASE_URL=database_url)
    assert result.code == 1
    assert "STAGELINE_PASSWORD" in result.err


async def test_help_names_every_command(tmp_path: Path) -> None:
    """`stageline` alone teaches what there is."""
    result = await stageline("--help", folder=tmp_path)
    assert result.code == 0
    for command in (
        "serve",
        "web",
        "worker",
        "watch",
        "migrate",
        "export-schema",
        "create-firm",
        "marketplace",
        "settings",
    ):
        assert command in result.out


async def test_settings_are_explained_without_their_secrets(tmp_path: Path) -> None:
    """An operator may paste the output into a ticket."""
    result = await stageline("settings", folder=tmp_path, DATABASE_URL="postgresql://me:secret@db/x")
    assert result.code == 0
    assert "DATABASE_URL = (set)" in result.out
    assert "secret" not in result.out


async def test_the_exported_schema_is_written_where_asked(tmp_path: Path) -> None:
    """And is then free of drift."""
    target = tmp_path / "out" / "stageline.graphql"
    written = await stageline("export-schema", "--to", str(target), folder=tmp_path)
    assert written.code == 0, written.err
    assert "type Query" in target.read_text()
    assert (await stageline("export-schema", "--check", "--to", str(target), folder=tmp_path)).code == 0
