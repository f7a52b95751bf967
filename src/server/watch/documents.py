"""The GraphQL documents that are sent: those of schema/operations, which an installed wheel brings along."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "operations"
"""A link to schema/operations, and in a wheel a copy of it."""


@cache
def document(name: str) -> str:
    """The operation ``name`` with the fragments that it needs, each from the file of its name."""
    parts: dict[str, str] = {}
    wanted = [name]
    while wanted:
        part = wanted.pop()
        if part not in parts:
            parts[part] = (FOLDER / f"{part}.graphql").read_text(encoding="utf-8")
            wanted += [spread for spread in re.findall(r"\.\.\.(\w+)", parts[part]) if spread != "on"]
    return "\n".join(parts.values())
