"""Workers that are killed amid runs, and workers that run at the same time: real processes (RC2)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random, SystemRandom
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest

from engine.firm.firms import CreateFirm, create_firm, owner_by_email
from engine.pipeline.pipelines import CreatePipeline, NewStage, create_pipeline
from engine.recurrence.recurrences import CreateRecurrence, create_recurrence
from engine.time.calendar import today
from engine.work import Caller, perform, system_clock
from store.database import Database
from store.ids import new_id
from tests.crash.answers import postgres
from tests.crash.gate import open_gate
from tests.crash.plant import SETTLES_WITHIN, through
from tests.crash.victim import Victim
from tests.support.api import PASSWORD, remote_api
from tests.support.redis import free_port
from tests.support.wait import eventually

SEED: Final = os.environ.get("CRASH_SEED") or str(SystemRandom().randrange(10**6))
EMAIL: Final = "owner@firm.test"
ACCOUNTS: Final = 130
OCCURRENCES: Final = 2
STEPS: Final = 50
"""Within so many steps of its work in the database a worker is killed; there are more in all."""
DEATHS: Final = 2


async def furnished(database: Database) -> list[str]:
    """A firm with a recurrence that has two days to make, for many accounts; answers these."""
    await create_firm(database, CreateFirm("Kontor", "Owner", EMAIL, PASSWORD))
    viewer = await owner_by_email(database, EMAIL)
    assert viewer is not None
    firm, ids = viewer.firm_id, [new_id("account") for _ in range(ACCOUNTS)]
    await database.rows(
        "INSERT INTO accounts (id, firm_id, name, created_at, updated_at)"
        " SELECT id, $1, 'Client', now(), now() FROM unnest($2::text[]) AS given (id)",
        firm,
        ids,
    )
    stages = CreatePipeline("Books", [NewStage("In"), NewStage("Out")])
    pipeline = await perform(database, Caller(viewer), create_pipeline, stages)
    start = today("UTC", system_clock()) - timedelta(days=OCCURRENCES - 1)
    given = CreateRecurrence("Books", pipeline, "FREQ=DAILY", start, ids, job_name="Books", make_up=True)
    await perform(database, Caller(viewer), create_recurrence, given)
    return ids


async def made(database: Database) -> list[tuple[date, str, int]]:
    """How many jobs each account has of each occurrence."""
    rows = await database.rows("SELECT occurrence, account_id, count(*) AS n FROM jobs GROUP BY 1, 2 ORDER BY 1, 2")
    return [tuple(row) for row in rows]


async def torn(database: Database) -> Sequence[object]:
    """Jobs without a note that they were made, and notes of jobs that there are not."""
    return await database.rows(
        """
        SELECT FROM jobs j FULL JOIN recurrence_jobs r ON r.firm_id = j.firm_id AND r.job_id = j.id
        WHERE (j.id IS NULL AND r.state = 'MADE') OR r.account_id IS NULL
            OR (r.recurrence_id, r.occurrence, r.account_id) <> (j.recurrence_id, j.occurrence, j.account_id)
        """
    )


@pytest.mark.slow
async def test_workers_that_are_killed_and_workers_at_once_make_each_job_once(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    """RC2: killed at any step, again and again, then two at the same time: one job for each account and occurrence."""
    random, server = Random(SEED), urlsplit(database_url)  # noqa: S311  # lives, not secrets
    settings = {"REDIS_URL": redis_url}
    worker = Victim("worker", "The worker runs", tmp_path / "one", settings | {"METRICS_PORT": str(free_port())})
    other = Victim("worker", "The worker runs", tmp_path / "two", settings | {"METRICS_PORT": str(free_port())})
    other.settings["DATABASE_URL"] = database_url
    async with (
        open_gate(server.hostname or "127.0.0.1", server.port or 5432, postgres, worker) as gate,
        remote_api(database_url, httpx.AsyncClient()) as api,
    ):
        worker.settings["DATABASE_URL"] = through(database_url, gate.port)
        with api.database._context:
            accounts = await furnished(api.database)
        deaths = [random.randrange(STEPS) for _ in range(DEATHS)]
        for step in deaths:
            gate.set(step)
            await worker.start()
            await eventually(lambda: worker.killed, f"it is killed at step {step}", within=SETTLES_WITHIN)
            await worker.gone()
            await gate.closed()
            assert await torn(api.database) == [], f"CRASH_SEED={SEED}: {deaths}"
            await api.database.rows("UPDATE due SET leased_until = NULL")  # a minute later
        gate.set(None)
        await worker.start()
        await other.start()

        async def over() -> bool:
            return not await api.database.value("SELECT count(*) FROM recurrence_runs WHERE finished_at IS NULL")

        await eventually(over, "all is made", within=SETTLES_WITHIN)
        days = [today("UTC", system_clock()) - timedelta(days=n) for n in reversed(range(OCCURRENCES))]
        assert await made(api.database) == [(day, one, 1) for day in days for one in sorted(accounts)]
        assert await torn(api.database) == []
        await worker.close()
        await other.close()
        assert (worker.errors(), other.errors()) == ([], []), f"CRASH_SEED={SEED}: {deaths}"
