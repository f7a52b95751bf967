"""A long run: ``make faults SECONDS=600 SEED=...``."""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
from pathlib import Path
from random import SystemRandom

from tests.faults.run import run


def main() -> None:
    """Run, and print the tally."""
    options = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    options.add_argument("--seconds", type=float, default=600, help="how long faults go on")
    options.add_argument("--seed", type=int, help="the same choices again; by default any")
    options.add_argument("--folder", type=Path, help="a new folder that keeps logs and database")
    given = options.parse_args()
    seed = SystemRandom().randrange(10**6) if given.seed is None else given.seed
    logging.basicConfig(level=logging.CRITICAL)  # that the database is away from time to time is what we want
    print(f"SEED={seed} SECONDS={given.seconds:g}", flush=True)  # noqa: T201  # a program of its own
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        place = given.folder or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        print(asyncio.run(run(seed, given.seconds, place)))  # noqa: T201


if __name__ == "__main__":
    main()
