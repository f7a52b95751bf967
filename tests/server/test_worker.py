"""The worker: keeps house and announces midnights until it is asked to stop, whatever happens in a round."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from engine.time.clock import strike
from live.wakeups import Wakeups
from server import worker
from server.worker import to_next_minute
from store.database import Database
from store.objects import Objects
from tests.support.api import Json, Shop, open_shop
from tests.support.databases import on_database
from tests.support.frames import acknowledged
from tests.support.processes import PATIENCE, running
from tests.support.served import served_api
from tests.support.wait import eventually

WITHIN = 20.0  # seconds; less than a worker rests between two rounds
EVENTS = """subscription ($pipeline: ID!, $filter: JobFilter) {
    boardEvents(pipelineId: $pipeline, filter: $filter) { cause { kind actor { __typename } } changes {
        __typename
        ... on JobUpserted { job { overdue version } }
        ... on JobRemoved { reason }
        ... on ColumnCountsChanged { overdueCount } } } }"""


def nobody(_: str) -> None:
    """Nobody listens."""


async def test_a_round_that_fails_is_logged_and_the_next_one_tries_again(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A database that is away for a minute must not end the worker; asked to stop, it does at once."""
    rounds: list[str] = []

    async def sweep(_: Database) -> int:
        rounds.append("tried")
        if len(rounds) < 3:
            raise OSError("the database is away")
        return 1

    monkeypatch.setattr(worker, "sweep", sweep)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(database, Objects.in_folder(tmp_path), nobody, stop, every=0.001))
    await eventually(lambda: len(rounds) >= 4, "the worker goes on")
    stop.set()
    await asyncio.wait_for(running, WITHIN)


async def test_a_resting_worker_stops_at_once(database: Database, tmp_path: Path) -> None:
    """It rests for a minute between two rounds."""
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(database, Objects.in_folder(tmp_path), nobody, stop))
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(running, 5)


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (datetime(2026, 11, 22, 23, 59, 59, 990_000, tzinfo=UTC), 0.01),
        (datetime(2026, 11, 22, 23, 59, 59, 999_999, tzinfo=UTC), 0.000001),
        (datetime(2026, 11, 23, tzinfo=UTC), 60),
        (datetime(2026, 11, 23, 0, 0, 0, 1, tzinfo=UTC), 59.999999),
        (datetime(2026, 11, 23, 12, 34, 20, 500_000, tzinfo=UTC), 39.5),
    ],
)
def test_it_rests_until_the_next_full_minute(now: datetime, seconds: float) -> None:
    """LV7: that is when days begin somewhere. Having waked a moment early, it waits for that moment, never for none."""
    assert to_next_minute(now) == pytest.approx(seconds, abs=1e-9)
    assert to_next_minute(now) > 0


async def due_then(shop: Shop, database: Database, ago: int) -> tuple[str, date]:
    """Lets a day some days ago be the date that was announced last, and a job be due then; answers firm and day."""
    row = await database.row("UPDATE firms SET clock_date = clock_date - $1::int RETURNING id, clock_date", ago)
    assert row is not None
    await shop.job(dueDate=row["clock_date"].isoformat())
    return row["id"], row["clock_date"]


async def announced(database: Database) -> int:
    """How many midnights the logs of all firms hold."""
    found: int = await database.value("""SELECT count(*) FROM events WHERE changes @> '[{"type": "clock"}]'""")
    return found


async def test_a_midnight_that_passes_is_announced_just_after_it(
    shop: Shop, database: Database, tmp_path: Path
) -> None:
    """LV7: not after the worker's minute of rest; without a failure in between and once."""
    firm_id, today = await due_then(shop, database, 0)
    clock = shortly_before(datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=1))
    notified: list[str] = []
    stop, objects = asyncio.Event(), Objects.in_folder(tmp_path)
    working = asyncio.create_task(worker.run(database, objects, notified.append, stop, clock=clock))
    await eventually(lambda: notified, "midnight is announced", within=WITHIN)
    stop.set()
    await asyncio.wait_for(working, WITHIN)
    assert notified == [firm_id]
    assert await announced(database) == 1


def shortly_before(moment: datetime) -> Callable[[], datetime]:
    """A clock that begins some milliseconds before a moment, and runs as all do."""
    begun = time.monotonic()
    return lambda: moment - timedelta(milliseconds=50) + timedelta(seconds=time.monotonic() - begun)


async def test_the_worker_alone_wakes_the_listeners_of_other_processes(
    shop: Shop, database: Database, postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    """LV7: what it announces is heard through Redis; a midnight that passed while none ran, as soon as one does."""
    firm_id, _ = await due_then(shop, database, 1)
    url = on_database(postgres_url, str(await database.value("SELECT current_database()")))
    async with (
        Wakeups.open(redis_url) as wakeups,
        aclosing(wakeups.listen(firm_id)) as looks,
    ):
        await anext(looks)
        async with running("worker", folder=tmp_path, DATABASE_URL=url, REDIS_URL=redis_url):
            async with asyncio.timeout(PATIENCE):
                while not await announced(database):
                    await anext(looks)
    assert await announced(database) == 1


@pytest.mark.parametrize(
    ("wanted", "seen"),
    [
        (None, {"__typename": "JobUpserted", "job": {"overdue": True, "version": 1}}),
        ({"overdue": True}, {"__typename": "JobUpserted", "job": {"overdue": True, "version": 1}}),
        ({"overdue": False}, {"__typename": "JobRemoved", "reason": "LEFT_FILTER"}),
    ],
)
async def test_an_open_board_learns_of_the_midnight(
    database: Database, redis_url: str, wanted: Json | None, seen: Json
) -> None:
    """LV7: from a worker elsewhere, though for the process that shows the board it is still the day before."""
    async with served_api(database, redis_url=redis_url) as served, Wakeups.open(redis_url) as wakeups:
        shop = await open_shop(served)
        _, today = await due_then(shop, database, 0)
        midnight = datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=1)
        async with acknowledged(served.socket_url, shop.owner.token) as wire:
            stream = await wire.subscribe(EVENTS, pipeline=shop.pipeline, filter=wanted)
            assert (await wire.result(stream))["data"]["boardEvents"]["changes"] == []
            assert await strike(database, wakeups.notify, clock=lambda: midnight) == 1
            event = (await wire.result(stream))["data"]["boardEvents"]
    job, *counts = event["changes"]
    assert (event["cause"], job) == ({"kind": "SYSTEM", "actor": None}, seen)
    late = 0 if wanted == {"overdue": False} else 1
    assert [count["overdueCount"] for count in counts] == [late, 0, 0]


@pytest.mark.parametrize(("setting", "floor"), [({"LOG_DAYS": "2"}, 1_000), ({"LOG_EVENTS": "1500"}, 500)])
async def test_the_worker_trims_the_logs_as_the_settings_say(
    shop: Shop, database: Database, postgres_url: str, tmp_path: Path, setting: dict[str, str], floor: int
) -> None:
    """LV3: of 2,000 events the first 1,000 are three days old."""
    firm = (await shop.owner.query("{ firm { id } }"))["firm"]["id"]
    missing = 2_000 - await database.value("SELECT seq FROM event_heads WHERE firm_id = $1", firm)
    await database.rows(
        "INSERT INTO events (id, firm_id, cause, changes)"
        " SELECT 'event_' || n, $1, '{}', '[]' FROM generate_series(1, $2::int) n",
        firm,
        missing,
    )
    await database.rows("UPDATE events SET at = at - interval '3 days' WHERE seq <= 1000")

    async def trimmed() -> bool:
        return bool(await database.value("SELECT floor FROM event_heads WHERE firm_id = $1", firm) == floor)

    url = on_database(postgres_url, str(await database.value("SELECT current_database()")))
    async with running("worker", folder=tmp_path, DATABASE_URL=url, **setting):
        await eventually(trimmed, "the floor is raised", within=PATIENCE)
    assert await database.value("SELECT count(*) FROM events") == 2_000 - floor
