"""The embedded PostgreSQL from its start to its stop."""

from __future__ import annotations

import asyncio
import locale
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncpg

from server.embedded.account import account_for
from server.embedded.binaries import Binaries, binaries_for
from server.embedded.child import STEP, Child, Surroundings
from server.embedded.cluster import USER, Cluster, initdb_options, new_password
from server.embedded.errors import EmbeddedPostgresError
from server.embedded.locks import FileLock, note, try_lock

DATABASE = "stageline"
LOG_BYTES = 10 * 1024 * 1024
"""A log larger than this is begun anew at the next start."""
QUIET_SECONDS = 2.0
"""How long a start may take before it says what it is doing; then it says so again at this pace."""
PORT_ATTEMPTS = 5
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "logging_collector": "off",
    "log_line_prefix": "%m ",
}
FAST_SETTINGS = {"fsync": "off", "full_page_writes": "off", "checkpoint_timeout": "1h", "max_wal_size": "4GB"}


class EmbeddedPostgres:
    """A private PostgreSQL 18 on ``folder``, running while the context is entered, on a free loopback port.

    The data folder is made on the first start; a lock held for our lifetime keeps a second server away; PostgreSQL dies
    with us even when we are killed, and the next start recovers by itself, however long that takes. ``fast`` gives up
    the safety against power cuts: for tests. ``say`` is told in one sentence what takes long.

    Raises :class:`EmbeddedPostgresError` on entering when it cannot run; then nothing was changed.
    """

    def __init__(self, folder: Path, *, fast: bool = False, say: Callable[[str], None] = lambda _: None) -> None:
        self._cluster = Cluster(folder.absolute())
        self._shown = folder
        self._fast = fast
        self._say = say
        self._lock: FileLock | None = None
        self._child: Child | None = None
        self._port = 0

    @classmethod
    def running_on(cls, folder: Path) -> str | None:
        """Return the address of the database of the server that runs on ``folder`` now; ``None`` when none does."""
        cluster = Cluster(folder.absolute())
        lock = try_lock(cluster.beside(".lock")) if cluster.exists else None
        if lock:
            lock.close()
        if lock or not cluster.is_ready:
            return None
        return f"postgresql://{USER}:{cluster.password}@127.0.0.1:{cluster.port}/{DATABASE}"

    @property
    def url(self) -> str:
        """The database's address for any client: ``postgresql://user:password@127.0.0.1:port/stageline``."""
        return self._url(DATABASE)

    @property
    def pid(self) -> int | None:
        """The process id of our child, while it runs."""
        return None if self._child is None or self._child.has_ended else self._child.process.pid

    async def __aenter__(self) -> Self:
        self._lock = self._take_folder()
        try:
            await self._start(self._lock)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def ended(self) -> str:
        """Wait until PostgreSQL ends without having been asked to; return a sentence about it."""
        assert self._child is not None, "not started"
        await self._child.ended()
        return f"The private PostgreSQL has stopped: {self._last_words(0)} Its log is {self._log}."

    @property
    def _log(self) -> Path:
        return self._shown.with_name(self._shown.name + ".log")

    def _url(self, database: str) -> str:
        return f"postgresql://{USER}:{self._cluster.password}@127.0.0.1:{self._port}/{database}"

    def _take_folder(self) -> FileLock:
        parent = self._cluster.folder.parent
        try:
            parent.mkdir(parents=True, exist_ok=True)
            lock = try_lock(self._cluster.beside(".lock"))
        except OSError as error:
            raise EmbeddedPostgresError(
                f"The folder {self._shown.parent} cannot be used: {error.strerror}. Choose another by DATA_DIR."
            ) from error
        if lock is None:
            holder = self._cluster.beside(".lock").read_text() or "unknown"
            raise EmbeddedPostgresError(
                f"Another Stageline (process {holder}) is using {self._shown}. Stop it first, or choose another folder "
                "by DATA_DIR; several servers can share one database by DATABASE_URL."
            )
        note(lock, str(os.getpid()))
        return lock

    async def _start(self, lock: FileLock) -> None:
        self._cluster.check_version()
        account = account_for(self._cluster.folder)
        binaries = binaries_for(account)
        children = await self._wait_for_children(lock)
        try:
            surroundings = Surroundings(account, children, self._cluster.beside(".log"))
            self._trim_log()
            if not self._cluster.exists:
                await self._create(binaries, surroundings)
            self._cluster.remove_stale_pid()
            await self._run(binaries, surroundings)
        finally:
            children.close()  # PostgreSQL has inherited it and holds it on
        await self._ensure_database()

    async def _wait_for_children(self, _lock: FileLock) -> FileLock:
        """Lock out what a killed server has left running; it stops by itself."""
        began = time.monotonic()
        said = began
        while (held := try_lock(self._cluster.beside(".children.lock"))) is None:
            if time.monotonic() - said > QUIET_SECONDS:
                said = time.monotonic()
                self._say(f"Waiting for the PostgreSQL of a killed server to stop ({said - began:.0f} s) ...")
            await asyncio.sleep(STEP)
        return held

    async def _create(self, binaries: Binaries, surroundings: Surroundings) -> None:
        self._say(f"Making a private PostgreSQL in {self._shown} ...")
        before = self._log_size()
        making = self._cluster.prepare(surroundings.account)
        with new_password(surroundings.account) as password:
            options = initdb_options(f"/dev/fd/{password.fileno()}", locale=_libc_locale(), fast=self._fast)
            command = [str(binaries.initdb), f"--pgdata={surroundings.here(making)}", *options]
            child = surroundings.start(command, making, inherited=[password.fileno()])
            try:
                code = await child.ended()
            finally:
                await child.stop()
            if code != 0:
                raise EmbeddedPostgresError(
                    f"PostgreSQL could not be set up: {self._last_words(before)} See {self._log}."
                )
            self._cluster.finish(password)

    async def _run(self, binaries: Binaries, surroundings: Surroundings) -> None:
        for _ in range(PORT_ATTEMPTS):
            before = self._log_size()
            self._port = _free_port()
            self._child = surroundings.start(self._command(binaries, surroundings), self._cluster.folder)
            if await self._becomes_ready(self._child):
                return
            await self._child.stop()
            words = self._last_words(before)
            if "Address already in use" not in self._log_since(before):
                raise EmbeddedPostgresError(f"PostgreSQL did not start: {words} Its log is {self._log}.")
        raise EmbeddedPostgresError(f"PostgreSQL found no free port on 127.0.0.1. Its log is {self._log}.")

    def _command(self, binaries: Binaries, surroundings: Surroundings) -> list[str]:
        settings = SETTINGS | {"port": str(self._port)} | (FAST_SETTINGS if self._fast else {})
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(binaries.postgres), "-D", surroundings.here(self._cluster.folder), *options]

    async def _becomes_ready(self, child: Child) -> bool:
        """Wait for as long as PostgreSQL works on it; ``False`` when it has given up."""
        began = time.monotonic()
        said = began
        while not self._cluster.is_ready:
            if child.has_ended:
                return False
            if time.monotonic() - said > QUIET_SECONDS:
                said = time.monotonic()
                self._say(
                    f"PostgreSQL is recovering after an unclean stop ({said - began:.0f} s; do not interrupt) ..."
                )
            await asyncio.sleep(STEP)
        return not child.has_ended

    async def _ensure_database(self) -> None:
        connection = await asyncpg.connect(self._url("postgres"))
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                await connection.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            await connection.close()

    async def _stop(self) -> None:
        if self._child:
            await self._child.stop()
        if self._lock:
            self._lock.close()
            self._lock = None

    def _trim_log(self) -> None:
        if self._log_size() > LOG_BYTES:
            self._cluster.beside(".log").unlink()

    def _log_size(self) -> int:
        log = self._cluster.beside(".log")
        return log.stat().st_size if log.exists() else 0

    def _log_since(self, position: int) -> str:
        with self._cluster.beside(".log").open("rb") as log:
            log.seek(max(position, self._log_size() - 8192))
            return log.read().decode(errors="replace")

    def _last_words(self, position: int) -> str:
        lines = [line for line in self._log_since(position).splitlines() if line.strip()]
        telling = [
            line for line in lines if any(word in line for word in ("FATAL:", "PANIC:", "error:", "No such file"))
        ]
        return (telling or lines or ["it said nothing."])[-1]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _libc_locale() -> str:
    """Return C.UTF-8 where the C library knows it. The order of texts is PostgreSQL's own C.UTF-8 either way."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"
