from __future__ import annotations

import os
from random import Random, SystemRandom

import pytest

from store.database import Database
from tests.log.once import validated_once
from tests.log.world import build
from tests.properties.machine import Machine
from tests.support.api import Api

SEED = os.environ.get("REPLAY_SEED")
"""A life that failed comes again with this seed."""

LIVES = int(os.environ.get("REPLAY_LIVES", "1"))
"""How many lives are led beside those that are always the same, each time with other seeds."""

SAME = (1, 2)
"""Seeds of the lives that are always the same."""

STEPS = int(os.environ.get("REPLAY_STEPS", "50"))


@pytest.mark.parametrize("life", range(1 if SEED else len(SAME) + LIVES))
async def test_whoever_takes_changes_at_random_moments_ends_with_a_fresh_board(
    life: int, api: Api, database: Database
) -> None:
    """LV1, LV4, AC4: any viewer, any filter, any page sizes; and no job is named to whoever could not see it since."""
    seed = int(SEED) if SEED else SAME[life] if life < len(SAME) else SystemRandom().randrange(10**6)
    machine = Machine(await build(api), Random(seed))  # noqa: S311  # a life, not a secret
    try:
        with validated_once():
            await machine.begin()
            await machine.live(STEPS)
            await machine.in_step()
    except AssertionError as error:
        story = "\n".join(machine.story)
        raise AssertionError(f"REPLAY_SEED={seed} REPLAY_STEPS={STEPS}: {error}\n{story}") from error
    assert machine.removals, "a life without a single removal proves little"
