"""The operating system user that PostgreSQL runs as: ourselves, or an unprivileged one when we are root."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from server.embedded.errors import EmbeddedPostgresError

FALLBACKS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user of the machine, by numbers."""

    name: str
    uid: int
    gid: int

    def may_reach(self, path: Path) -> bool:
        """Tell whether this user may open ``path`` for reading, going by the mode bits of it and of every parent."""
        ways = all(self._has(parent.stat(), stat.S_IXUSR) for parent in path.parents)
        return ways and self._has(path.stat(), stat.S_IRUSR)

    def _has(self, found: os.stat_result, owner_bit: int) -> bool:
        shift = 0 if found.st_uid == self.uid else 3 if found.st_gid == self.gid else 6
        return bool(found.st_mode & (owner_bit >> shift))


def account_for(folder: Path) -> Account | None:
    """Choose who runs PostgreSQL on ``folder``: ``None`` for ourselves; when we are root, somebody unprivileged.

    That is the owner of data that is already there, else the owner of the folder around it (``sudo make serve``), else
    the machine's ``postgres`` or ``nobody``. Raises :class:`EmbeddedPostgresError` when the data belongs to somebody
    that we cannot act as.
    """
    if os.geteuid() != 0:
        _refuse_foreign(folder)
        return None
    for entry in _candidates(folder):
        if entry.pw_uid != 0:
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedPostgresError(
        "PostgreSQL refuses to run as root, and this machine has no user postgres or nobody that it could run as. "
        "Start Stageline as an ordinary user, or name a database in DATABASE_URL."
    )


def _candidates(folder: Path) -> Iterator[pwd.struct_passwd]:
    if folder.exists():
        owner = folder.stat().st_uid
        if owner == 0:
            raise EmbeddedPostgresError(
                f"{folder} belongs to root, which PostgreSQL refuses to run as. Give it to another user: "
                f"chown -R nobody {folder}"
            )
        yield _by_uid(owner) or pwd.struct_passwd((str(owner), "", owner, folder.stat().st_gid, "", "", ""))
    around = _by_uid(folder.parent.stat().st_uid)
    if around:
        yield around
    for name in FALLBACKS:
        try:
            yield pwd.getpwnam(name)
        except KeyError:
            continue


def _by_uid(uid: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return None


def _refuse_foreign(folder: Path) -> None:
    if not folder.exists() or folder.stat().st_uid == os.geteuid():
        return
    owner = _by_uid(folder.stat().st_uid)
    name = owner.pw_name if owner else str(folder.stat().st_uid)
    raise EmbeddedPostgresError(
        f"{folder} belongs to the user {name}. Start Stageline as {name} or as root, or choose another "
        "folder by DATA_DIR."
    )
