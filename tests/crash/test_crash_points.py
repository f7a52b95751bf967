"""The server and the worker are killed at every step of a move with ten automations (AU1).

A run takes some of the steps by chance, and says by which seed; CRASH_ALL=1 takes them all, in a quarter of an hour.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random, SystemRandom
from typing import Final

import pytest

from tests.crash import verdict
from tests.crash.plant import Case, Death, Plant

SEED: Final = os.environ.get("CRASH_SEED") or str(SystemRandom().randrange(10**6))
ALL: Final = bool(os.environ.get("CRASH_ALL"))
DECISIVE: Final = frozenset({"COMMIT", "250 Taken", "HTTP/1.1 200 Said"})
"""Steps after which something is so for good."""
LIVES: Final = 3
"""How often the worker is killed once it has been killed, in the test that kills it again and again."""
MOVES: Final = 10
"""How many jobs move at once in the test of many."""
MOST: Final = {"web": 400, "worker": 100, "mail": 30, "hook": 4}
"""At which of its steps somebody is killed at the latest there, so that the next one still has as many."""
COPIED = {"portal_links"}
"""Tables to which every copy of an e-mail adds: each carries a link of its own."""


@dataclass(frozen=True)
class Calm:
    """A move without a crash: its steps at each gate, and by how much it has made each table grow."""

    steps: dict[str, list[str]]
    growth: dict[str, int]


@pytest.fixture(scope="module")
async def calm(plant: Plant) -> Calm:
    """What a move is like where nobody is killed."""
    case = await plant.case()
    growth = await _played(plant, case)
    assert await verdict.found(plant, case) == verdict.EXPECTED
    return Calm({name: gate.steps for name, gate in plant.gates.items()}, growth)


async def _played(plant: Plant, case: Case, *deaths: Death) -> dict[str, int]:
    """The move, with these deaths in its course; answers by how much it made each table grow."""
    before = await verdict.sizes(plant.database)
    plant.set(*deaths)
    await plant.play(case)
    after = await verdict.sizes(plant.database)
    return {name: after[name] - before[name] for name in after if name not in COPIED}


def chosen(steps: Sequence[str], number: int, random: Random) -> list[int]:
    """Some of the steps, or all: the first decisive one, some at or next to such, and some of the others."""
    if ALL:
        return list(range(len(steps)))
    decisive = [n for n, step in enumerate(steps) if step in DECISIVE]
    near = {n + distance for n in decisive for distance in (-1, 0, 1)} & set(range(len(steps)))
    some = [decisive[0], *_some_of(near - {decisive[0]}, number // 2, random)]
    return some + _some_of(set(range(len(steps))) - set(some), number - len(some), random)


def _some_of(steps: set[int], number: int, random: Random) -> list[int]:
    return random.sample(sorted(steps), min(number, len(steps)))


@pytest.mark.slow
@pytest.mark.parametrize(("gate", "number"), [("web", 2), ("worker", 3), ("mail", 2), ("hook", 1)])
async def test_a_crash_at_any_step_changes_nothing_but_copies_of_what_was_accepted(
    plant: Plant, calm: Calm, gate: str, number: int
) -> None:
    """AU1: after the restart the run log is complete, state changed once, e-mails came under one Message-ID each.

    The server is killed at its steps in the database; the worker at its own there, at all that the mail server says to
    it, and when its webhook is answered. The client was told nothing, looks, and moves again if nothing came of it.
    """
    for wanted in chosen(calm.steps[gate], number, Random(f"{SEED} {gate}")):  # noqa: S311  # a life, not a secret
        step = wanted
        while not await _killed(plant, calm, Death(gate, step)):
            assert step, "nobody was killed"
            step = step * 9 // 10  # that move took fewer steps: what comes together is done together


async def _killed(plant: Plant, calm: Calm, death: Death) -> bool:
    """A move that comes to its end all the same; answers whether anybody was killed in it."""
    try:
        case = await plant.case()
        assert await _played(plant, case, death) == calm.growth
        assert await verdict.found(plant, case) == verdict.EXPECTED
    except Exception as error:
        step = calm.steps[death.gate][death.step]
        error.add_note(f"CRASH_SEED={SEED}: killed by {death.gate} at step {death.step}, {step}")
        raise
    return plant.gates[death.gate].fatal is None


@pytest.mark.slow
async def test_a_worker_that_is_killed_again_and_again_comes_to_the_same_end(plant: Plant, calm: Calm) -> None:
    """AU1: also if what makes good for a crash is hit by the next one."""
    random = Random(SEED)  # noqa: S311  # a life, not a secret
    deaths = [Death("mail", random.randrange(7)), *(Death("worker", random.randrange(40)) for _ in range(LIVES))]
    case, lives = await plant.case(), plant.worker.lives
    assert await _played(plant, case, *deaths) == calm.growth, f"CRASH_SEED={SEED}: {deaths}"
    assert plant.worker.lives - lives == len(deaths)
    assert await verdict.found(plant, case) == verdict.EXPECTED


@pytest.mark.slow
async def test_crashes_amid_many_moves_change_nothing_for_any_of_them(plant: Plant) -> None:
    """AU1: also where a crash hits many at once, and server and worker in turn."""
    random = Random(SEED)  # noqa: S311  # a life, not a secret
    deaths = [Death(gate, random.randrange(MOST[gate])) for gate in ("web", "worker", "mail", "worker", "hook")]
    cases = await asyncio.gather(*(plant.case() for _ in range(MOVES)))
    plant.set(*deaths)
    await plant.play(*cases)
    assert not plant.plan, f"CRASH_SEED={SEED}: {deaths}"
    for case in cases:
        assert await verdict.found(plant, case) == verdict.EXPECTED, f"CRASH_SEED={SEED}: {deaths}"


@pytest.mark.slow
async def test_nothing_of_it_is_an_error_that_somebody_would_have_to_look_at(plant: Plant) -> None:
    """AU1: a crash is no trouble for whoever goes on, and for the next life."""
    assert plant.web.errors() == []
    assert plant.worker.errors() == []
