"""Limits of moves: what a pipeline lists, and what a stage may hold. They bind people; nothing automatic stalls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from engine import find
from engine.due import Runner
from engine.errors import Refused
from engine.firm.firms import owner_by_email
from engine.job.entry import Arrival, enter
from engine.job.moves import place
from engine.limits import check_move
from engine.work import Caller, Work, perform
from store.database import Database
from store.writes import locks
from tests.rules.kit import codes, columns, digest, pipeline, set_state, together
from tests.support.api import Api, Shop

Pause = Callable[[], Awaitable[None]]


async def straight_on() -> None:
    """No pause."""


@dataclass
class Given:
    """A move, by a person or not."""

    job_id: str
    stage_id: str
    by_person: bool = True
    pause: Pause = straight_on
    """What is waited for between the check and the entry."""


@dataclass
class Mover:
    """Moves jobs by the engine, and says what was warned of or refused."""

    database: Database
    caller: Caller
    statements: list[str] = field(default_factory=list)

    async def move(
        self, job_id: str, stage_id: str, *, by_person: bool = True, pause: Pause = straight_on
    ) -> list[str]:
        """The codes of the warnings. Raises Refused."""
        given = Given(job_id, stage_id, by_person, pause)
        return await perform(self.database, self.caller, self._go, given)

    async def refused(self, job_id: str, stage_id: str) -> list[tuple[str, tuple[str, ...]]]:
        """Codes and paths of a person's move that must be refused."""
        with pytest.raises(Refused) as refused:
            await self.move(job_id, stage_id)
        return [(problem.code, problem.path) for problem in refused.value.problems]

    async def _go(self, work: Work, given: Given) -> list[str]:
        stage = await find.stage(work, given.stage_id, "stage_id")
        await locks.share_pipeline(work.db, stage["pipeline_id"])
        job = await find.job(work, given.job_id, "job_id")
        work.db.on_statement = self.statements.append
        warnings = await check_move(work, job, stage, by_person=given.by_person)
        work.db.on_statement = None
        await given.pause()
        await enter(work, [Arrival(job, stage, await place(work, stage["id"], None, job["id"]))])
        return [warning.code for warning in warnings]


@pytest.fixture
async def mover(shop: Shop, database: Database) -> Mover:
    """The shop's owner, who moves jobs."""
    viewer = await owner_by_email(database, "owner1@firm.test")
    assert viewer is not None
    return Mover(database, Caller(viewer))


async def limit(shop: Shop, stage_id: str, jobs: int, *, blocks: bool) -> None:
    """Sets the limit of a stage of the shop's pipeline."""
    await shop.owner.do("updateStage", stageId=stage_id, jobLimit=jobs)
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, blocksOverLimit=blocks)


async def fill(shop: Shop, stage_id: str, jobs: int) -> list[str]:
    """Makes jobs in a stage."""
    return [(await shop.job(f"Job {n}", stageId=stage_id))["id"] for n in range(jobs)]


async def test_a_full_stage_warns(shop: Shop, mover: Mover) -> None:
    """PL2: unless the pipeline blocks; the job that makes it full is no reason yet."""
    second = shop.stages[1]
    await limit(shop, second, 2, blocks=False)
    jobs = await fill(shop, shop.stages[0], 4)
    assert [await mover.move(job, second) for job in jobs] == [[], [], ["OVER_LIMIT"], ["OVER_LIMIT"]]
    assert len((await columns(shop.owner, shop.pipeline))[second]) == 4


async def test_a_full_stage_blocks_where_the_pipeline_says_so(shop: Shop, mover: Mover, database: Database) -> None:
    """PL2: nothing is changed; what goes out makes room."""
    first, second, third = shop.stages
    await limit(shop, second, 2, blocks=True)
    jobs = await fill(shop, first, 3)
    assert [await mover.move(job, second) for job in jobs[:2]] == [[], []]
    before = await digest(database)
    assert await mover.refused(jobs[2], second) == [("OVER_LIMIT", ("stage_id",))]
    assert await digest(database) == before
    assert await mover.move(jobs[0], third) == []
    assert await mover.move(jobs[2], second) == []
    assert await mover.refused(jobs[0], second) == [("OVER_LIMIT", ("stage_id",))]


async def test_archived_jobs_take_no_place_and_completed_ones_do(shop: Shop, mover: Mover) -> None:
    """PL2: what counts is what is in the column."""
    second = shop.stages[1]
    await limit(shop, second, 1, blocks=True)
    [job] = await fill(shop, second, 1)
    [other] = await fill(shop, shop.stages[0], 1)
    await set_state(shop.owner, job, "COMPLETED")
    assert await mover.refused(other, second) == [("OVER_LIMIT", ("stage_id",))]
    await set_state(shop.owner, job, "ARCHIVED")
    assert await mover.move(other, second) == []


async def test_for_automatic_causes_a_block_is_a_warning_and_edges_do_not_apply(shop: Shop, mover: Mover) -> None:
    """PL2: so that nothing stalls."""
    second = shop.stages[1]
    await limit(shop, second, 1, blocks=True)
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, listedMovesOnly=True)
    jobs = await fill(shop, shop.stages[0], 3)
    assert [await mover.move(job, second, by_person=False) for job in jobs] == [[], ["OVER_LIMIT"], ["OVER_LIMIT"]]


async def test_only_listed_moves_are_allowed(shop: Shop, mover: Mover, database: Database) -> None:
    """PL2: a listed move leads one way; without the setting every move is allowed."""
    first, second, third = shop.stages
    [job] = await fill(shop, first, 1)
    step = {"fromStageId": first, "toStageId": second}
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAllowedMoves=[step])
    assert [await mover.move(job, stage) for stage in (third, first)] == [[], []]
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, listedMovesOnly=True)
    before = await digest(database)
    assert await mover.refused(job, third) == [("MOVE_NOT_ALLOWED", ("stage_id",))]
    assert await digest(database) == before
    assert await mover.move(job, second) == []
    assert await mover.refused(job, first) == [("MOVE_NOT_ALLOWED", ("stage_id",))]
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, removeAllowedMoves=[step])
    assert await mover.move(job, first, by_person=False) == []
    assert await mover.refused(job, second) == [("MOVE_NOT_ALLOWED", ("stage_id",))]


async def test_from_another_pipeline_a_job_comes_in_by_the_first_stage(shop: Shop, mover: Mover) -> None:
    """MV8: the target's list binds, and names no stage of others; that of the pipeline that it leaves does not."""
    listing, stages = await pipeline(shop.owner)
    for pipeline_id in (listing, shop.pipeline):
        await shop.owner.do("updatePipeline", pipelineId=pipeline_id, listedMovesOnly=True)
    [job] = await fill(shop, shop.stages[1], 1)
    for stage in stages[1:]:
        assert await mover.refused(job, stage) == [("MOVE_NOT_ALLOWED", ("stage_id",))]
    assert await mover.move(job, stages[0]) == []


@pytest.mark.parametrize("free", [1, 3])
async def test_of_many_who_move_into_the_last_places_exactly_as_many_win(shop: Shop, mover: Mover, free: int) -> None:
    """PL2: however they fall together; the others are refused and change nothing."""
    first, second, third = shop.stages
    await limit(shop, second, free, blocks=True)
    jobs = await fill(shop, first, 6)
    for _ in range(5):
        found = await together(*(_outcome(mover, job, second) for job in jobs))
        assert sorted(found) == sorted(["in"] * free + ["OVER_LIMIT"] * (6 - free))
        inside = (await columns(shop.owner, shop.pipeline))[second]
        assert len(inside) == free
        for job in inside:
            await mover.move(job, third)
            await mover.move(job, first)


async def _outcome(mover: Mover, job_id: str, stage_id: str) -> str:
    try:
        assert await mover.move(job_id, stage_id) == []
    except Refused as refused:
        [problem] = refused.problems
        return problem.code
    return "in"


async def test_only_who_goes_into_the_same_blocking_stage_waits(shop: Shop, mover: Mover) -> None:
    """PL2: moves into other stages, and automatic ones into this, pass by one that has not ended."""
    first, second, third = shop.stages
    await limit(shop, second, 1, blocks=True)
    jobs = await fill(shop, first, 4)
    checked, may_enter = asyncio.Event(), asyncio.Event()

    async def pause() -> None:
        checked.set()
        await may_enter.wait()

    slow = asyncio.create_task(mover.move(jobs[0], second, pause=pause))
    await asyncio.wait_for(checked.wait(), 10)
    rival = asyncio.create_task(_outcome(mover, jobs[1], second))
    async with asyncio.timeout(10):
        assert await mover.move(jobs[2], third) == []
        assert await mover.move(jobs[3], second, by_person=False) == []
    assert not slow.done()
    assert not rival.done()
    may_enter.set()
    assert await slow == []
    assert await rival == "OVER_LIMIT"


async def test_a_stage_without_a_limit_costs_a_person_one_statement_and_the_engine_none(
    shop: Shop, mover: Mover
) -> None:
    """PL2: no job of the pipeline is looked at; with a limit it is one count, and a lock where that blocks."""
    first, second, third = shop.stages
    [job] = await fill(shop, first, 1)

    async def cost(stage_id: str, *, by_person: bool = True) -> int:
        mover.statements.clear()
        await mover.move(job, stage_id, by_person=by_person)
        return len(mover.statements)

    assert [await cost(second), await cost(third, by_person=False)] == [1, 0]
    await limit(shop, second, 5, blocks=False)
    assert [await cost(second), await cost(third)] == [2, 1]
    await limit(shop, second, 5, blocks=True)
    assert [await cost(second), await cost(third, by_person=False)] == [3, 0]
    assert await cost(second, by_person=False) == 1


# --- through the API ------------------------------------------------------------------------------------------------

WARNED = "warnings { code path }"
FULL = {"code": "OVER_LIMIT", "path": ["input", "stageId"]}


async def test_a_person_is_warned_by_the_payload_and_refused_where_the_pipeline_blocks(
    shop: Shop, database: Database
) -> None:
    """PL2: moves and new jobs alike; another place in a full column is no move."""
    first, second, _ = shop.stages
    await limit(shop, second, 1, blocks=False)
    job, other = await fill(shop, first, 2)
    move = {"jobId": job, "stageId": second, "expect": {"stageId": first}}
    new = {"name": "New", "accountId": shop.account, "pipelineId": shop.pipeline, "stageId": second}
    assert (await shop.owner.payload("moveJob", WARNED, **move))["warnings"] == []
    assert (await shop.owner.payload("createJob", WARNED, **new))["warnings"] == [FULL]
    await limit(shop, second, 2, blocks=True)
    reordered = await shop.owner.payload("moveJob", WARNED, jobId=job, stageId=second, expect={"stageId": second})
    assert (reordered["errors"], reordered["warnings"]) == ([], [])
    before = await digest(database)
    refusal = ("OVER_LIMIT", ["input", "stageId"])
    assert await shop.owner.code("moveJob", **move | {"jobId": other}) == refusal
    assert await shop.owner.code("createJob", **new) == refusal
    assert await digest(database) == before


async def test_a_move_that_is_not_listed_is_refused_before_its_items_are_settled(
    shop: Shop, database: Database
) -> None:
    """PL2: nothing of it is done; a new job may be made in any stage."""
    first, second, _ = shop.stages
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, listedMovesOnly=True)
    [job] = await fill(shop, first, 1)
    await fill(shop, second, 1)
    await shop.owner.do("createTask", title="Task", jobId=job)
    before = await digest(database)
    given = {"jobId": job, "stageId": second, "expect": {"stageId": first}, "pendingItems": "COMPLETE"}
    assert await shop.owner.code("moveJob", **given) == ("MOVE_NOT_ALLOWED", ["input", "stageId"])
    assert await digest(database) == before


async def test_of_two_clients_who_move_into_the_last_free_place_exactly_one_wins(api: Api, shop: Shop) -> None:
    """PL2: and of one who moves and one who makes a job there."""
    first, second, third = shop.stages
    admin = await api.member(shop.owner, role="ADMIN")
    await limit(shop, second, 1, blocks=True)
    jobs = await fill(shop, first, 2)
    moves = [{"jobId": job, "stageId": second, "expect": {"stageId": first}} for job in jobs]
    new = {"name": "New", "accountId": shop.account, "pipelineId": shop.pipeline, "stageId": second}
    for n in range(8):
        rival = admin.payload("moveJob", **moves[1]) if n % 2 else admin.payload("createJob", **new)
        found = await together(shop.owner.payload("moveJob", **moves[0]), rival)
        assert sorted(map(codes, found)) == [[], ["OVER_LIMIT"]]
        [inside] = (await columns(shop.owner, shop.pipeline))[second]
        back = third if inside not in jobs else first
        await shop.owner.do("moveJob", jobId=inside, stageId=back, expect={"stageId": second})


async def test_jobs_that_go_on_by_themselves_are_held_up_by_nothing(shop: Shop, database: Database) -> None:
    """PL2, AM1: neither by a full stage that blocks nor by the list of moves."""
    first, second, _ = shop.stages
    await limit(shop, second, 1, blocks=True)
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, listedMovesOnly=True)
    jobs = await fill(shop, first, 3)
    await shop.owner.do("updateStage", stageId=first, automove="WHEN_ITEMS_DONE_OR_NONE")
    assert await Runner(database, lambda topic: None).round() == 3
    assert sorted((await columns(shop.owner, shop.pipeline))[second]) == sorted(jobs)
