"""Every mutation answers by its plan what it answers by graphql-core, whatever is selected of it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.firm.sessions import authenticate
from gql.answers import Change
from gql.schema import build_schema
from resolvers.context import Context
from store.database import Database
from tests.api.world import INPUTS, World, open_world
from tests.gql.execution.compare import assert_same
from tests.gql.execution.conftest import NOW
from tests.gql.execution.writing import Writer
from tests.rules.kit import Saved
from tests.support.api import Api

_worlds: Saved[World] = Saved()


@pytest.mark.parametrize("name", INPUTS)
async def test_a_payload_is_the_same(api: Api, database: Database, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """API1: it is done once; both executors draw the payload."""
    world = await _worlds.get(api, database, open_world, lambda world: [])
    identity = await authenticate(database, world.owner.token or "")
    payloads: list[Any] = []
    change = Change.__call__

    async def once(self: Change, context: Context, values: Any) -> Any:
        if not payloads:
            payloads.append(await change(self, context, values))
        return payloads[0]

    monkeypatch.setattr(Change, "__call__", once)

    def context() -> Context:
        return Context(database, identity, "127.0.0.1", lambda topic: None, clock=lambda: NOW)

    for seed in range(3):
        asked = Writer(build_schema()._schema, seed, 40).mutation(name, INPUTS[name](world))
        result = await assert_same(build_schema(), asked, context)
        assert result.data is not None
