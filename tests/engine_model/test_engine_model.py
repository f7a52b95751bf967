from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from functools import partial

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, reproduce_failure, settings
from hypothesis.stateful import get_state_machine_test

from resolvers.context import Context
from server.transports import service
from store.database import Database
from tests.engine_model import faults
from tests.engine_model.desk import Desk
from tests.engine_model.house import open_house
from tests.engine_model.machine import Ground, Machine
from tests.engine_model.passing import Passing
from tests.log.once import validated_once
from tests.rules.kit import dump
from tests.support.api import Api
from tests.support.databases import Wiper

EXAMPLES = int(os.environ.get("ENGINE_EXAMPLES", "10"))
"""How many lives of a firm are tried."""

STEPS = int(os.environ.get("ENGINE_STEPS", "30"))
"""How much happens in each."""

SHRINK = bool(os.environ.get("ENGINE_SHRINK"))
"""Whether a life that fails is made as short as possible, which takes minutes."""

BLOB = os.environ.get("ENGINE_BLOB")
"""A life that failed comes again with what Hypothesis printed for ``reproduce_failure``, and with as many steps."""


class Life(Passing, Desk):
    """All that may happen."""


@pytest.fixture
async def loop() -> asyncio.AbstractEventLoop:
    """The loop of all fixtures: the machine is no coroutine, and runs it step by step."""
    return asyncio.get_running_loop()


@pytest.fixture
async def ground(
    api: Api, shared_database: tuple[Database, Wiper], loop: asyncio.AbstractEventLoop
) -> AsyncIterator[Ground]:
    """A firm, and what puts it back as it was."""
    house = await open_house(api)
    rows = await dump(api.database)
    await faults.make(api.database)
    try:
        yield Ground(house, shared_database[1], rows, loop)
    finally:
        await faults.drop(api.database)


def test_the_engine_does_what_the_rules_say(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """PL2, PL4 to PL7, MV1 to MV8, CN1 to CN3, AU1 to AU6, AM1 to AM4, ST1: whatever happens, in whatever order."""
    monkeypatch.setattr(service, "Context", partial(Context, clock=ground.clock))
    monkeypatch.setattr(Machine, "ground", ground, raising=False)
    profile = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        phases=[Phase.reuse, Phase.generate, *([Phase.shrink] if SHRINK else [])],
    )
    lives = get_state_machine_test(Life, settings=profile)
    with validated_once():
        (reproduce_failure(hypothesis.__version__, BLOB.encode())(lives) if BLOB else lives)()
