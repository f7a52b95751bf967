"""A Markdown table of what was measured beside what is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One measure."""

    what: str
    measured: str
    wanted: str = ""
    reached: bool | None = None
    """Whether it is as wanted; None where nothing is."""


def table(lines: Sequence[Line]) -> str:
    """The lines as Markdown."""
    verdicts = {None: "", True: "yes", False: "**no**"}
    rows = [f"| {line.what} | {line.measured} | {line.wanted} | {verdicts[line.reached]} |" for line in lines]
    return "\n".join(["| what | measured | wanted | reached |", "| --- | --- | --- | --- |", *rows])
