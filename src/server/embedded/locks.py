"""File locks that die with their holder, so that no crash ever leaves one behind."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileLock:
    """An exclusive ``flock`` held on an open file. Children that inherit ``fd`` hold it too, to the last one."""

    fd: int

    def close(self) -> None:
        """Close our hold. The lock itself is free once no child holds it either."""
        os.close(self.fd)


def try_lock(path: Path) -> FileLock | None:
    """Lock ``path`` (made when missing) without waiting; ``None`` when another process holds it."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    except BaseException:
        os.close(fd)
        raise
    return FileLock(fd)


def note(lock: FileLock, text: str) -> None:
    """Write into the locked file who holds it, for the message of whoever comes second."""
    os.ftruncate(lock.fd, 0)
    os.pwrite(lock.fd, text.encode(), 0)
