"""The exported schema: written, compared with the code, and kept from breaking its clients unnoticed."""

from __future__ import annotations

import difflib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from graphql import build_schema
from graphql.utilities import find_breaking_changes

from server.trouble import Trouble

SCHEMA: Final = Path("schema/stageline.graphql")
ACCEPTED: Final = Path("schema/accepted-breaks.txt")
"""The breaking changes made on purpose, one a line as the check words them."""
SHOWN_LINES: Final = 40
BASE_VARIABLE: Final = "SCHEMA_BASE"
"""The variable that names the git revision whose schema clients rely on; default HEAD."""


def write(text: str, target: Path = SCHEMA) -> bool:
    """Write the schema; tell whether the file has changed."""
    if target.exists() and target.read_text() == text:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    return True


def check(text: str, target: Path = SCHEMA) -> None:
    """Raise :class:`Trouble` when the file is not ``text``, or ``text`` breaks the clients of the base revision."""
    exported = target.read_text() if target.exists() else ""
    if exported != text:
        drift = list(
            difflib.unified_diff(exported.splitlines(), text.splitlines(), str(target), "the code", lineterm="")
        )
        shown = "\n".join(drift[:SHOWN_LINES])
        raise Trouble(f"{shown}\n{target} is not what the code exports. Run `make schema` and commit the file.")
    before = committed(target, os.environ.get(BASE_VARIABLE) or "HEAD")
    if before is not None and (found := list(unaccepted(before, text, target.with_name(ACCEPTED.name)))):
        listed = "\n".join(f"  {line}" for line in found)
        raise Trouble(
            f"The schema breaks clients of the committed one:\n{listed}\n"
            f"Keep what they use and deprecate it, or accept the break by adding its line to {ACCEPTED}."
        )


def unaccepted(before: str, after: str, accepted: Path = ACCEPTED) -> Iterator[str]:
    """Yield each breaking change from ``before`` to ``after`` that nobody has accepted, in a line of its own."""
    known = set(accepted.read_text().splitlines()) if accepted.exists() else set()
    for change in find_breaking_changes(build_schema(before), build_schema(after)):
        line = f"{change.type.name}: {change.description}"
        if line not in known:
            yield line


def committed(target: Path, revision: str) -> str | None:
    """Return the file as of a git revision; ``None`` where there is no git, no such revision, or no such file in it."""
    command = ["git", "show", f"{revision}:./{target.name}"]
    try:
        shown = subprocess.run(command, cwd=target.parent, check=False, capture_output=True, text=True)  # noqa: S603
    except OSError:
        return None
    return shown.stdout if shown.returncode == 0 else None
