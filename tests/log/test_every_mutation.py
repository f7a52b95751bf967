"""The harness: for every mutation, the board before + the replay of its event = a fresh board."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

import tests.log.automation_cases
import tests.log.automation_refusals
import tests.log.item_cases
import tests.log.item_refusals
import tests.log.job_cases
import tests.log.job_refusals
import tests.log.recurrence_cases  # noqa: F401  # all are registered
from gql.mutation import Mutation
from resolvers.declare import camel
from store.database import Database
from tests.access.schema_ids import portal_mutations
from tests.log.cases import CASES, Case, Step
from tests.log.refusals import REFUSALS, Refusal
from tests.log.told import forget, noting, untold
from tests.log.watching import Watch
from tests.log.world import World
from tests.support.databases import Wiper

MUTATIONS = {
    camel(field.python_name)
    for field in Mutation.__strawberry_definition__.fields  # type: ignore[attr-defined]
} - portal_mutations()
"""Those of members. Nothing that clients do shows on a board by itself; tests/portal has them."""


def test_every_mutation_of_the_schema_has_a_case_and_a_refusal() -> None:
    """One harness over every mutation; a new mutation fails here until it has its cases."""
    assert set().union(*(case.mutations for case in CASES)) == MUTATIONS
    assert {refusal.mutation for refusal in REFUSALS} == MUTATIONS


@pytest.fixture(scope="module")
async def noted(shared_database: tuple[Database, Wiper]) -> AsyncIterator[None]:
    """Changes of what desks remember are noted."""
    async with noting(shared_database[0]):
        yield


@pytest.mark.usefixtures("noted")
@pytest.mark.sampled(0.5)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.claim)
async def test_the_board_before_and_the_event_make_the_board_after(case: Case, world: World, kept: list[World]) -> None:
    """LV1, LV2, LV4, AC4: one event, and whoever applies what it says of it sees what a fresh board shows.

    JB3: replayed on the jobs as they were, their histories give the jobs as they are. It names whatever changed of all
    that is remembered until the log tells of it.
    """
    done: set[str] = set()
    await forget(world.database)
    watch = await Watch(world).begin()
    try:
        async for step in case.script(world):
            await watch.verify(step)
            if isinstance(step, Step):
                done.add(step.mutation)
    except BaseException:
        kept.clear()  # the next test gets people as they should be
        raise
    assert case.mutations <= done, "the case claims a mutation that it does not try"
    assert await untold(world.database, world.firm) == []


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: f"{refusal.mutation}-{refusal.code}")
async def test_a_refused_mutation_leaves_nothing_in_the_log(refusal: Refusal, world: World) -> None:
    """API1, LV2: a refusal has changed nothing: no event, no history."""
    by, given = await refusal.arrange(world)
    before = await written(world)
    codes = [error["code"] for error in await by.refused(refusal.mutation, **given)]
    assert codes == [refusal.code]
    assert await written(world) == before


async def written(world: World) -> tuple[int, ...]:
    """How much the firm has written down."""
    sql = """SELECT (SELECT seq FROM event_heads WHERE firm_id = $1), (SELECT count(*) FROM events WHERE firm_id = $1),
        (SELECT count(*) FROM history WHERE firm_id = $1), (SELECT count(*) FROM creates WHERE firm_id = $1),
        (SELECT sum(version) FROM jobs WHERE firm_id = $1), (SELECT sum(version) FROM items WHERE firm_id = $1)"""
    row = await world.database.row(sql, world.firm)
    assert row is not None
    return tuple(int(value or 0) for value in row.values())
