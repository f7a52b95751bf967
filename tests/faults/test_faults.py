"""Whatever breaks, live boards do not lie, and what was acknowledged has happened once."""

from __future__ import annotations

from pathlib import Path
from random import SystemRandom

import pytest

from tests.clients.player import MISSING
from tests.faults.run import run

SECONDS = 10
"""How long faults go on at least; each kind happens once in any case, which takes some 15 seconds."""


@pytest.mark.slow
async def test_boards_are_right_and_mutations_done_once_through_faults_of_every_kind(tmp_path: Path) -> None:
    """LV1, LV2, LV3, AC4, AU1: while everybody writes and looks, whatever connects, runs or stores is broken.

    In the end every board that was drawn from events alone is what a fresh one shows, cursors only grew, nobody was
    sent what they could not see, and every mutation that was acknowledged has left one event.
    """
    seed = SystemRandom().randrange(10**6)  # `make faults` comes again with it
    tally = await run(seed, SECONDS, tmp_path)
    print(f"SEED={seed} SECONDS={SECONDS}\n{tally}")  # noqa: T201  # seen with -s
    assert tally.resumes, "a run in which nobody goes on from a cursor proves nothing"
    assert tally.written["moveJob"], "a run without a move proves nothing"
    assert MISSING or set(tally.played) == {"graphql-ws", "graphql-sse"}, "JavaScript clients look as well"
