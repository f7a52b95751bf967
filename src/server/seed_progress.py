"""How far a long command is: a bar on a terminal, and elsewhere a line for every tenth."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from server.trouble import say

Report = Callable[[int], None]


@contextmanager
def progress(what: str, total: int) -> Iterator[Report]:
    """Gives what is to be told how many are done. All of it goes to standard error."""
    if not sys.stderr.isatty():
        yield _lines(what, total)
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def _lines(what: str, total: int) -> Report:
    told = 0

    def report(done: int) -> None:
        nonlocal told
        tenth = 10 * done // total
        if tenth > told:
            told = tenth
            say(f"{what}: {done:,} of {total:,}")

    return report
