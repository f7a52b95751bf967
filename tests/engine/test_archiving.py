"""Archiving by itself: completed jobs leave the board some days after their completion."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from engine.job.archiving import archive_old
from store.database import Database
from tests.rules.kit import built_in, columns, digest, pipeline, set_state, status
from tests.support.api import Api, Shop, open_shop

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAYS = timedelta(days=1)
TICK = timedelta(microseconds=1)


def ignore(topic: str) -> None:
    """Nobody listens."""


async def archive(database: Database, now: datetime = NOON) -> int:
    """Archives what is due at a time; answers how many."""
    return await archive_old(database, ignore, clock=lambda: now)


async def complete(shop: Shop, database: Database, at: datetime, jobs: int = 1) -> list[str]:
    """Makes jobs in the first stage that were completed at a time."""
    ids = [(await shop.job(f"Job {n}"))["id"] for n in range(jobs)]
    for job in ids:
        await set_state(shop.owner, job, "COMPLETED")
    await database.rows("UPDATE jobs SET completed_at = $1 WHERE id = ANY($2)", at, ids)
    return ids


async def multiply(database: Database, job: str, jobs: int) -> None:
    """Makes copies of a job, quickly."""
    await database.rows(
        """
        INSERT INTO jobs SELECT (jsonb_populate_record(j, jsonb_build_object(
            'id', 'job_' || lpad(n::text, 32, '0'), 'rank', j.rank || lpad(n::text, 5, '0') || '1'
        ))).* FROM jobs j, generate_series(1, $2) n WHERE j.id = $1
        """,
        job,
        jobs,
    )


async def states(database: Database, jobs: list[str]) -> list[str]:
    """The states of jobs, in the order given."""
    found = await database.rows("SELECT id, state FROM jobs WHERE id = ANY($1)", jobs)
    by_id = {row["id"]: row["state"] for row in found}
    return [by_id[job] for job in jobs]


async def events(database: Database) -> list[tuple[str, int]]:
    """Kind of cause and number of jobs of each event, in order."""
    rows = await database.rows("SELECT cause, changes FROM events ORDER BY seq")
    found = [(orjson.loads(row["cause"])["kind"], orjson.loads(row["changes"])) for row in rows]
    return [(kind, sum(change["type"] == "job" for change in changes)) for kind, changes in found]


@pytest.fixture
async def archiving(shop: Shop) -> Shop:
    """A shop whose pipeline archives jobs 30 days after their completion."""
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, archiveAfterDays=30)
    return shop


async def test_a_completed_job_is_archived_when_its_days_are_over(archiving: Shop, database: Database) -> None:
    """PL2: 30 days of 24 hours, and not a moment before."""
    [job] = await complete(archiving, database, NOON - 30 * DAYS)
    before = await digest(database)
    assert await archive(database, NOON - TICK) == 0
    assert await digest(database) == before
    assert await archive(database) == 1
    assert await states(database, [job]) == ["ARCHIVED"]
    assert (await columns(archiving.owner, archiving.pipeline))[archiving.stages[0]] == []
    assert await archive(database) == 0


async def test_only_completed_jobs_of_pipelines_that_say_so_are_archived(archiving: Shop, database: Database) -> None:
    """PL2: what is active or in a status of the firm's own stays, however old; so do jobs of other pipelines."""
    shop = archiving
    other, _ = await pipeline(shop.owner)
    on_hold = await status(shop.owner, "On hold", shop.pipeline)
    [due] = await complete(shop, database, NOON - 31 * DAYS)
    active, held = [(await shop.job(name))["id"] for name in ("Active", "Held")]
    elsewhere = (await shop.job("Elsewhere", pipelineId=other))["id"]
    await shop.owner.do("setJobStatus", jobId=held, statusId=on_hold)
    await set_state(shop.owner, elsewhere, "COMPLETED")
    await database.rows("UPDATE jobs SET completed_at = $1 WHERE id = $2", NOON - 400 * DAYS, elsewhere)
    assert await archive(database, NOON + 400 * DAYS) == 1
    assert await states(database, [due, active, held, elsewhere]) == ["ARCHIVED", "ACTIVE", "CUSTOM", "COMPLETED"]
    await shop.owner.do("updatePipeline", pipelineId=other, archiveAfterDays=1)
    assert await archive(database) == 1


async def test_the_setting_of_the_moment_counts(archiving: Shop, database: Database) -> None:
    """PL2: a longer time keeps jobs, none keeps them for good; an archived pipeline archives all the same."""
    [job] = await complete(archiving, database, NOON - 31 * DAYS)
    for days in (32, None):
        await archiving.owner.do("updatePipeline", pipelineId=archiving.pipeline, archiveAfterDays=days)
        assert await archive(database) == 0
    await archiving.owner.do("updatePipeline", pipelineId=archiving.pipeline, archiveAfterDays=31)
    await archiving.owner.do("archivePipeline", pipelineId=archiving.pipeline)
    assert await archive(database) == 1
    assert await states(database, [job]) == ["ARCHIVED"]


async def test_it_is_the_system_that_archives(archiving: Shop, database: Database) -> None:
    """AU3's kin: the history names the status before and after, and nobody; the firm's listeners are told."""
    [job] = await complete(archiving, database, NOON - 31 * DAYS)
    told: list[str] = []
    assert await archive_old(database, told.append, clock=lambda: NOON) == 1
    firm_id = await database.value("SELECT id FROM firms")
    assert told == [firm_id]
    document = """query ($id: ID!) { job(id: $id) { history(first: 1) { nodes {
        action at cause { kind actor { __typename } } changes { field fromValue toValue } } } } }"""
    found = (await archiving.owner.query(document, id=job))["job"]["history"]["nodes"]
    assert found == [
        {
            "action": "STATUS_CHANGED",
            "at": "2026-11-23T12:00:00+00:00",
            "cause": {"kind": "SYSTEM", "actor": None},
            "changes": [{"field": "status", "fromValue": "Completed", "toValue": "Archived"}],
        }
    ]


async def test_boards_see_the_jobs_leave(archiving: Shop, database: Database) -> None:
    """LV7: as when somebody archives them."""
    [job] = await complete(archiving, database, NOON - 31 * DAYS)
    board = await archiving.owner.query("query ($id: ID!) { board(pipelineId: $id) { cursor } }", id=archiving.pipeline)
    await archive(database)
    document = """query ($id: ID!, $after: String!) { changes(stream: {board: {pipelineId: $id}}, after: $after) {
        events { ... on BoardEvent { cause { kind } changes { ... on JobRemoved { jobId reason } } } } } }"""
    found = await archiving.owner.query(document, id=archiving.pipeline, after=board["board"]["cursor"])
    [event] = found["changes"]["events"]
    assert event["cause"] == {"kind": "SYSTEM"}
    assert {"jobId": job, "reason": "ARCHIVED"} in event["changes"]


async def test_at_most_100_jobs_share_a_transaction_and_an_event(archiving: Shop, database: Database) -> None:
    """MV10's kin, LV2."""
    [job] = await complete(archiving, database, NOON - 31 * DAYS)
    await multiply(database, job, 204)
    before = len(await events(database))
    assert await archive(database) == 205
    assert (await events(database))[before:] == [("SYSTEM", 100), ("SYSTEM", 100), ("SYSTEM", 5)]
    assert await database.value("SELECT count(*) FROM jobs WHERE state = 'COMPLETED'") == 0


async def test_any_number_of_workers_archive_each_job_once(archiving: Shop, database: Database) -> None:
    """PL2: none twice, none forgotten, none waits for another."""
    [job] = await complete(archiving, database, NOON - 31 * DAYS)
    await multiply(database, job, 349)
    assert sum(await asyncio.gather(*(archive(database) for _ in range(4)))) == 350
    twice = "SELECT count(*) FROM (SELECT job_id FROM history WHERE action = 'STATUS_CHANGED' AND at = $1 GROUP BY 1) h"
    assert await database.value(twice, NOON) == 350
    assert await database.value("SELECT count(*) FROM history WHERE at = $1", NOON) == 350


async def test_a_job_that_somebody_works_on_is_left_for_the_next_time(archiving: Shop, database: Database) -> None:
    """PL2: nobody waits."""
    busy, free = await complete(archiving, database, NOON - 31 * DAYS, jobs=2)
    locked, release = asyncio.Event(), asyncio.Event()

    async def work_on() -> None:
        async with database.transaction() as db:
            await db.rows("SELECT FROM jobs WHERE id = $1 FOR NO KEY UPDATE", busy)
            locked.set()
            await release.wait()

    somebody = asyncio.create_task(work_on())
    async with asyncio.timeout(10):
        await locked.wait()
        assert await archive(database) == 1
    assert await states(database, [busy, free]) == ["COMPLETED", "ARCHIVED"]
    release.set()
    await somebody
    assert await archive(database) == 1


async def test_a_job_that_is_unarchived_and_completed_again_has_its_days_anew(
    archiving: Shop, database: Database
) -> None:
    """PL2, ST1."""
    [job] = await complete(archiving, database, NOON - 31 * DAYS)
    await archive(database)
    await archiving.owner.do("setJobStatus", jobId=job, statusId=await built_in(archiving.owner, "COMPLETED"))
    again = await database.value("SELECT completed_at FROM jobs WHERE id = $1", job)
    assert await archive(database, again + 30 * DAYS - TICK) == 0
    assert await archive(database, again + 30 * DAYS) == 1


async def test_a_pipeline_that_fails_does_not_hold_up_others(api: Api, archiving: Shop, database: Database) -> None:
    """PL2: it is named, and done the next time."""
    other = await open_shop(api)
    await other.owner.do("updatePipeline", pipelineId=other.pipeline, archiveAfterDays=30)
    broken, fine = sorted((archiving, other), key=lambda shop: shop.pipeline)
    jobs = [(await complete(shop, database, NOON - 31 * DAYS))[0] for shop in (broken, fine)]
    archived = await built_in(broken.owner, "ARCHIVED")
    await database.rows("UPDATE job_statuses SET state = 'CUSTOM' WHERE id = $1", archived)
    with pytest.raises(ExceptionGroup, match="1 pipelines were not archived") as failed:
        await archive(database)
    assert failed.value.exceptions[0].__notes__ == [f"The pipeline is {broken.pipeline}."]
    assert await states(database, jobs) == ["COMPLETED", "ARCHIVED"]
    await database.rows("UPDATE job_statuses SET state = 'ARCHIVED' WHERE id = $1", archived)
    assert await archive(database) == 1
    assert await states(database, jobs) == ["ARCHIVED", "ARCHIVED"]
