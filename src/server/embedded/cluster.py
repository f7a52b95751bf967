"""The data folder: made whole or not at all, and checked before anything runs on it."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from server.embedded.account import Account
from server.embedded.errors import EmbeddedPostgresError

MAJOR = "18"
USER = "stageline"
PASSWORD_FILE = "stageline.password"
INITDB_SETTINGS = {
    # The password is 256 random bits, so that hashing it often would only cost time at every connection.
    "scram_iterations": "1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}


@dataclass(frozen=True)
class Cluster:
    """A data folder of PostgreSQL, and the files beside it."""

    folder: Path

    def beside(self, suffix: str) -> Path:
        """Return the file or folder that stands beside the data folder under its name and ``suffix``."""
        return self.folder.with_name(self.folder.name + suffix)

    @property
    def exists(self) -> bool:
        """Whether there is a data folder (it is put in place complete, see :meth:`finish`)."""
        return self.folder.exists()

    @property
    def password(self) -> str:
        """The password of the only user, known to whoever may read the data itself."""
        return (self.folder / PASSWORD_FILE).read_text()

    def check_version(self) -> None:
        """Refuse data of another major version, here or of an older Stageline, instead of starting empty."""
        for folder in [self.folder] if self.exists else sorted(self.folder.parent.glob("postgres-*")):
            if re.fullmatch(r"postgres-\d+", folder.name) or folder == self.folder:
                _check_version(folder)

    def prepare(self, account: Account | None) -> Path:
        """Make an empty folder, owned by ``account``, in which a new cluster may be built; return it."""
        making = self.beside(".new")
        shutil.rmtree(making, ignore_errors=True)  # of a start that was killed before it was complete
        making.mkdir(mode=0o700)
        if account:
            os.chown(making, account.uid, account.gid)
        return making

    def finish(self, password: IO[bytes]) -> None:
        """Put the built cluster in its place, in one step, together with its password."""
        making = self.beside(".new")
        password.seek(0)
        owner = making.stat()
        with open(making / PASSWORD_FILE, "xb", opener=_private) as file:
            file.write(password.read())
            file.flush()
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fsync(file.fileno())
        _sync(making)
        making.rename(self.folder)
        _sync(self.folder.parent)

    def remove_stale_pid(self) -> None:
        """Remove what a killed server left behind. To be called when no process of ours can be running here.

        PostgreSQL itself refuses to start while some process, however unrelated, has the number in that file.
        """
        file = self.folder / "postmaster.pid"
        pid = self._pid_line(1)
        if pid.isdecimal() and _runs_in(int(pid), self.folder):
            raise EmbeddedPostgresError(
                f"A PostgreSQL that Stageline did not start (process {pid}) runs on {self.folder}. Stop it first."
            )
        file.unlink(missing_ok=True)

    @property
    def is_ready(self) -> bool:
        """Whether the server that runs here accepts connections, by the status line it keeps in its pid file."""
        return self._pid_line(8) == "ready"

    @property
    def port(self) -> int:
        """The port of the server that runs here."""
        return int(self._pid_line(4))

    def _pid_line(self, number: int) -> str:
        try:
            lines = (self.folder / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return ""
        return lines[number - 1].strip() if len(lines) >= number else ""


def new_password(account: Account | None) -> IO[bytes]:
    """Return a nameless file with a new password, that ``account`` may open again by its descriptor (``/dev/fd``)."""
    file = TemporaryFile()  # noqa: SIM115  (the caller closes it)
    file.write(secrets.token_urlsafe(32).encode())
    file.seek(0)
    if account:
        os.fchown(file.fileno(), account.uid, account.gid)
    return file


def initdb_options(password_file: str, *, locale: str, fast: bool) -> Sequence[str]:
    """Return how a cluster is made: UTF-8, the same C.UTF-8 order on every machine, a password for everyone."""
    settings = [f"--set={name}={value}" for name, value in INITDB_SETTINGS.items()]
    return [
        f"--username={USER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        f"--locale={locale}",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        *(["--no-sync"] if fast else []),
        *settings,
    ]


def _check_version(folder: Path) -> None:
    try:
        found = (folder / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise EmbeddedPostgresError(
            f"{folder} is there but holds no PostgreSQL data. Move it away, or choose another folder by DATA_DIR."
        ) from None
    if found != MAJOR:
        raise EmbeddedPostgresError(
            f"{folder} holds data of PostgreSQL {found}, and this Stageline runs PostgreSQL {MAJOR}. Dump it with "
            "the Stageline or PostgreSQL that made it (pg_dump), move the folder away, start Stageline, and restore "
            "the dump (pg_restore)."
        )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _runs_in(pid: int, folder: Path) -> bool:
    """Tell whether the process works in the folder, as every PostgreSQL does in its data (Linux; elsewhere never)."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    except OSError:
        return False
