"""Runs benchmarks by name, or all: ``python -m bench [NAME ...]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable, Sequence

import uvloop

from bench import bulk, engine, live, reads, recurrences
from bench.table import Line, table


def _tabled(measure: Callable[[], Awaitable[Sequence[Line]]]) -> Callable[[], Awaitable[str]]:
    """A benchmark that answers lines, as one that answers Markdown."""

    async def measured() -> str:
        return table(await measure())

    return measured


BENCHMARKS: dict[str, Callable[[], Awaitable[str]]] = {
    "bulk": _tabled(bulk.measure),
    "engine": _tabled(engine.measure),
    "live": _tabled(live.measure),
    "reads": reads.measure,
    "recurrences": _tabled(recurrences.measure),
}


async def _run(names: Sequence[str]) -> None:
    for name in names:
        sys.stderr.write(f"{name} ...\n")
        sys.stdout.write(f"\n## {name}\n\n{await BENCHMARKS[name]()}\n")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(BENCHMARKS)}; all by default")
    names = parser.parse_args().names or list(BENCHMARKS)
    if unknown := sorted(set(names) - set(BENCHMARKS)):
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    uvloop.run(_run(names))


if __name__ == "__main__":
    main()
