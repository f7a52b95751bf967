"""Midnights: the firm's new date is an event when a job becomes overdue by it, once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import asyncpg
import orjson
import pytest

from engine.firm.firms import CreateFirm, UpdateFirm, create_firm, update_firm
from engine.firm.sessions import authenticate
from engine.time.clock import FAILURES_SHOWN, strike
from engine.work import perform
from store.database import Database
from tests.rules.kit import digest, set_state, status
from tests.support.api import PASSWORD, Api, Json, Shop, open_shop
from tests.support.databases import on_database
from tests.support.wait import eventually

DUE = date(2026, 11, 22)
NEXT = DUE + timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)

WAITING = "pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
COUNTER = "SELECT FROM event_heads WHERE firm_id = $1 FOR UPDATE"
"""What a COMMIT does to number its event."""
CHANGES = """query ($id: ID!, $after: String!) {
    changes(stream: { board: { pipelineId: $id } }, after: $after) { events { ... on BoardEvent { changes {
        ... on JobUpserted { job { id overdue } }
        ... on ColumnCountsChanged { overdueCount } } } } } }"""
MIDNIGHTS = {  # when a day begins that is not simply 24 hours long or far from Greenwich: zone, day, instant in UTC
    "where all clocks are measured from": ("UTC", NEXT, "2026-11-23T00:00Z"),
    "the day on which clocks go forward": ("Europe/Berlin", date(2026, 3, 29), "2026-03-28T23:00Z"),
    "the day after, which comes an hour early": ("Europe/Berlin", date(2026, 3, 30), "2026-03-29T22:00Z"),
    "the day after clocks go back": ("America/New_York", date(2026, 11, 2), "2026-11-02T05:00Z"),
    "half an hour off": ("Asia/Kolkata", NEXT, "2026-11-22T18:30Z"),
    "three quarters off": ("Asia/Kathmandu", NEXT, "2026-11-22T18:15Z"),
    "clocks that change by half an hour": ("Australia/Lord_Howe", date(2026, 4, 6), "2026-04-05T13:30Z"),
    "summer time and three quarters": ("Pacific/Chatham", NEXT, "2026-11-22T10:15Z"),
    "the first place on Earth": ("Pacific/Kiritimati", NEXT, "2026-11-22T10:00Z"),
    "the last place on Earth": ("Pacific/Pago_Pago", NEXT, "2026-11-23T11:00Z"),
    "a midnight that does not exist": ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T03:00Z"),
    "a midnight that comes twice": ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00Z"),
}


@dataclass
class Watch:
    """A firm whose log is watched, and a clock that the test sets."""

    shop: Shop
    database: Database
    firm_id: str
    now: datetime = MIDNIGHT
    notified: list[str] = field(default_factory=list)

    async def begin(self, day: date, zone: str = "UTC") -> None:
        """Lets the firm be in a zone, and the given date be the one that was announced last."""
        await self.database.rows(
            "UPDATE firms SET time_zone = $2, clock_date = $3 WHERE id = $1", self.firm_id, zone, day
        )

    async def strike(self, now: datetime | None = None) -> int:
        """What a worker does at the moment, or at another one from then on."""
        self.now = now or self.now
        return await strike(self.database, self.notified.append, clock=lambda: self.now)

    async def announced(self) -> date:
        """The date that counts as announced."""
        found: date = await self.database.value("SELECT clock_date FROM firms WHERE id = $1", self.firm_id)
        return found

    async def events(self) -> list[Json]:
        """The announcements in the log, in order, each with its cause and all its changes."""
        found = await self.database.rows(
            """
            SELECT seq, cause, changes FROM events
            WHERE firm_id = $1 AND changes @> '[{"type": "clock"}]' ORDER BY seq
            """,
            self.firm_id,
        )
        assert all(row["seq"] for row in found)
        return [{"cause": orjson.loads(row["cause"]), "changes": orjson.loads(row["changes"])} for row in found]


def announcement(before: date, after: date) -> Json:
    """The event of a midnight, or of several."""
    change = {"type": "clock", "from": before.isoformat(), "to": after.isoformat()}
    return {"cause": {"kind": "SYSTEM", "actor": None, "client_mutation_id": None}, "changes": [change]}


async def watch_of(shop: Shop, database: Database) -> Watch:
    """Watches the firm of a shop, which has announced the day on which jobs are due."""
    assert shop.owner.token is not None
    viewer = (await authenticate(database, shop.owner.token)).viewer
    watch = Watch(shop, database, viewer.firm_id)
    await watch.begin(DUE)
    return watch


@pytest.fixture
async def watch(shop: Shop, database: Database) -> Watch:
    """A firm in Greenwich."""
    return await watch_of(shop, database)


@pytest.mark.parametrize("claim", MIDNIGHTS)
async def test_the_firms_midnight_is_one_event(watch: Watch, claim: str) -> None:
    """LV7: from the first instant of the firm's new day on, once, and not a moment earlier."""
    zone, day, text = MIDNIGHTS[claim]
    midnight = datetime.fromisoformat(text)
    before = day - timedelta(days=1)
    await watch.shop.job(dueDate=before.isoformat())
    await watch.begin(before, zone)
    assert await watch.strike(midnight - TICK) == 0
    assert (await watch.announced(), await watch.events(), watch.notified) == (before, [], [])
    assert await watch.strike(midnight) == 1
    for later in (midnight, midnight + HOUR, midnight + 2 * HOUR):
        assert await watch.strike(later + TICK) == 0
    assert (await watch.announced(), watch.notified) == (day, [watch.firm_id])
    assert await watch.events() == [announcement(before, day)]


async def test_a_day_that_a_place_leaves_out_is_passed_in_one_step(watch: Watch) -> None:
    """LV7: Samoa went from December 29 straight to December 31, 2011; what was due on both is overdue."""
    await watch.shop.job(dueDate="2011-12-30")
    await watch.begin(date(2011, 12, 29), "Pacific/Apia")
    await watch.strike(datetime(2011, 12, 30, 10, tzinfo=UTC))
    assert await watch.events() == [announcement(date(2011, 12, 29), date(2011, 12, 31))]


async def test_clocks_that_go_back_over_midnight_announce_it_once(watch: Watch) -> None:
    """LV7: St. John's set 00:01 back to 23:01 of the day before; a date that was announced is not taken back."""
    await watch.shop.job(dueDate="2010-11-06")
    await watch.begin(date(2010, 11, 6), "America/St_Johns")
    midnight = datetime(2010, 11, 7, 2, 30, tzinfo=UTC)
    back = midnight + timedelta(minutes=2)
    assert back.astimezone(ZoneInfo("America/St_Johns")).date() == date(2010, 11, 6)
    counts = [await watch.strike(now) for now in (midnight, back, midnight + HOUR, midnight + 2 * HOUR)]
    assert counts == [1, 0, 0, 0]
    assert await watch.events() == [announcement(date(2010, 11, 6), date(2010, 11, 7))]


async def test_after_days_without_a_worker_one_event_names_the_whole_range(watch: Watch) -> None:
    """LV7: whatever became overdue meanwhile is in it, from any of the days."""
    await watch.shop.job(dueDate=(DUE + timedelta(days=2)).isoformat())
    day = DUE + timedelta(days=5)
    await watch.strike(MIDNIGHT + timedelta(days=4, hours=7))
    assert await watch.events() == [announcement(DUE, day)]
    assert (await watch.announced(), watch.notified) == (day, [watch.firm_id])


async def test_a_midnight_at_which_no_job_becomes_overdue_is_no_event(watch: Watch) -> None:
    """LV7, ST1: completed, archived and custom ones never are; nor is what is due today or was overdue before."""
    shop, database = watch.shop, watch.database
    on_hold = await status(shop.owner, "On hold", shop.pipeline)
    jobs = {name: await shop.job(dueDate=DUE.isoformat()) for name in ("COMPLETED", "ARCHIVED", "CUSTOM")}
    for state in ("COMPLETED", "ARCHIVED"):
        await set_state(shop.owner, jobs[state]["id"], state)
    await shop.owner.do("setJobStatus", jobId=jobs["CUSTOM"]["id"], statusId=on_hold)
    await shop.job()
    await shop.job(dueDate=NEXT.isoformat())
    await shop.job(dueDate=(DUE - timedelta(days=1)).isoformat())
    before = await digest(database)
    assert await watch.strike() == 1
    after = await digest(database)
    assert [table for table in before if before[table] != after[table]] == ["firms"]
    assert (await watch.announced(), await watch.events(), watch.notified) == (NEXT, [], [])


async def test_every_midnight_has_its_own_jobs(watch: Watch) -> None:
    """LV7: a job turns overdue once, and is no reason for an event on the days after."""
    await watch.shop.job(dueDate=DUE.isoformat())
    await watch.shop.job(dueDate=(DUE + timedelta(days=2)).isoformat())
    for days in range(5):
        await watch.strike(MIDNIGHT + timedelta(days=days))
    third = DUE + timedelta(days=2)
    assert await watch.events() == [announcement(DUE, NEXT), announcement(third, third + timedelta(days=1))]


async def test_an_announcement_changes_nothing_that_anybody_edits(watch: Watch) -> None:
    """MV4: the versions of the firm and of the job stay, so that nobody's edit is in conflict with a midnight."""
    job = await watch.shop.job(dueDate=DUE.isoformat())
    look = "query ($id: ID!) { firm { version updatedAt } job(id: $id) { version updatedAt } }"
    before = await watch.shop.owner.query(look, id=job["id"])
    await watch.strike()
    assert len(await watch.events()) == 1
    assert await watch.shop.owner.query(look, id=job["id"]) == before


async def test_each_firm_has_its_own_midnight(api: Api, database: Database) -> None:
    """LV7: at one instant it is announced to some, and no other firm's log or reader learns of it."""
    watches = [await watch_of(await open_shop(api), database) for _ in range(3)]
    for watch, zone in zip(watches, ("Pacific/Kiritimati", "UTC", "America/New_York"), strict=True):
        await watch.shop.job(dueDate=DUE.isoformat())
        await watch.begin(DUE, zone)
    notified: list[str] = []
    assert await strike(database, notified.append, clock=lambda: MIDNIGHT) == 2
    assert sorted(notified) == sorted(watch.firm_id for watch in watches[:2])
    assert [len(await watch.events()) for watch in watches] == [1, 1, 0]
    assert [await watch.announced() for watch in watches] == [NEXT, NEXT, DUE]


async def test_a_minute_without_a_midnight_costs_one_statement(api: Api, database: Database) -> None:
    """LV7: however many firms there are."""
    for _ in range(3):
        await (await watch_of(await open_shop(api), database)).begin(DUE, "Europe/Berlin")
    statements: list[str] = []
    database.on_statement = statements.append
    try:
        assert await strike(database, lambda firm_id: None, clock=lambda: MIDNIGHT - 2 * HOUR) == 0
    finally:
        database.on_statement = None
    assert len(statements) == 1


async def test_a_midnight_names_no_job_that_one_may_not_see(api: Api, watch: Watch) -> None:
    """AC4, LV7: whoever sees the job is told that it is overdue, and others on the same board nothing."""
    shop = watch.shop
    employee = await api.member(shop.owner)
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    job = await shop.job(dueDate=DUE.isoformat())
    cursor = (await shop.owner.query("query ($id: ID!) { board(pipelineId: $id) { cursor } }", id=shop.pipeline))[
        "board"
    ]
    await watch.strike()
    told = []
    for client in (shop.owner, employee):
        found = await client.query(CHANGES, id=shop.pipeline, after=cursor["cursor"])
        told.append([event["changes"] for event in found["changes"]["events"]])
    counts = [{"overdueCount": 1}, {"overdueCount": 0}, {"overdueCount": 0}]
    assert told == [[[{"job": {"id": job["id"], "overdue": True}}, *counts]], []]


# --- at the same time -----------------------------------------------------------------------------------------------


class Others(NamedTuple):
    """A connection that holds locks, and who waits for them."""

    connection: asyncpg.Connection[asyncpg.Record]
    waiting: list[asyncio.Task[int]]

    async def all_wait(self) -> bool:
        """Whether all of them wait for a lock."""
        return bool(await self.connection.fetchval(f"SELECT count(*) FROM {WAITING}") == len(self.waiting))


@asynccontextmanager
async def held_up(watch: Watch, postgres_url: str, statement: str, *, strikes: int = 1) -> AsyncIterator[Others]:
    """Strikes while another transaction has done something to the firm, until all wait for it; commits at the end."""
    name = await watch.database.value("SELECT current_database()")
    connection = await asyncpg.connect(on_database(postgres_url, name))
    try:
        async with connection.transaction():
            await connection.execute(statement, watch.firm_id)
            others = Others(connection, [asyncio.create_task(watch.strike()) for _ in range(strikes)])
            await eventually(others.all_wait, "all wait for the lock")
            yield others
    finally:
        await connection.close()


async def test_two_workers_announce_a_midnight_once(watch: Watch, postgres_url: str) -> None:
    """LV7: the second one waits for the first, looks again, and has nothing to do."""
    await watch.shop.job(dueDate=DUE.isoformat())
    async with held_up(watch, postgres_url, "SELECT FROM firms WHERE id = $1 FOR UPDATE", strikes=2) as others:
        pass
    assert await asyncio.gather(*others.waiting) == [1, 1]
    assert await watch.events() == [announcement(DUE, NEXT)]
    assert watch.notified == [watch.firm_id]


async def test_a_firm_that_moves_away_while_the_worker_waits_is_left_alone(watch: Watch, postgres_url: str) -> None:
    """LV7: the worker looks again at what it has waited for; the boards are reset anyway."""
    await watch.shop.job(dueDate=DUE.isoformat())
    move = "UPDATE firms SET time_zone = 'Pacific/Pago_Pago' WHERE id = $1"
    async with held_up(watch, postgres_url, move) as others:
        pass
    await asyncio.gather(*others.waiting)
    assert (await watch.announced(), await watch.events(), watch.notified) == (DUE, [], [])


async def test_a_job_whose_new_due_date_is_being_committed_is_not_missed(watch: Watch, postgres_url: str) -> None:
    """LV7: an event that commits before the announcement is looked at by it; a later one sees the new date."""
    job = await watch.shop.job(dueDate=NEXT.isoformat())
    async with held_up(watch, postgres_url, COUNTER) as others:
        await others.connection.execute("UPDATE jobs SET due_date = $2 WHERE id = $1", job["id"], DUE)
    await asyncio.gather(*others.waiting)
    assert await watch.events() == [announcement(DUE, NEXT)]


async def test_a_crash_in_between_leaves_nothing_half_done(watch: Watch, postgres_url: str) -> None:
    """LV7: the date without its event would never be announced; the next minute does both."""
    await watch.shop.job(dueDate=DUE.isoformat())
    before = await digest(watch.database)
    async with held_up(watch, postgres_url, COUNTER) as others:  # the date is set, the event is not there
        await others.connection.execute(f"SELECT pg_terminate_backend(pid) FROM {WAITING}")
        with pytest.raises(ExceptionGroup):
            await others.waiting[0]
    assert await digest(watch.database) == before
    assert watch.notified == []
    assert await watch.strike() == 1
    assert await watch.events() == [announcement(DUE, NEXT)]


async def test_one_firms_failure_does_not_stop_the_others(api: Api, database: Database) -> None:
    """LV7: the error names the firms; they are tried again at the next strike."""
    watches = [await watch_of(await open_shop(api), database) for _ in range(4)]
    for watch in watches:
        await watch.shop.job(dueDate=DUE.isoformat())
    lost, broken, *well = watches
    await lost.begin(DUE, "Mars/Olympus")
    await database.rows("UPDATE event_heads SET firm_id = 'firm_x' WHERE firm_id = $1", broken.firm_id)
    notified: list[str] = []
    with pytest.raises(ExceptionGroup, match="2 of 4 firms") as failed:
        await strike(database, notified.append, clock=lambda: MIDNIGHT)
    assert FAILURES_SHOWN >= len(failed.value.exceptions) == 2
    notes = {note for error in failed.value.exceptions for note in error.__notes__}
    assert notes == {f"The firm is {watch.firm_id}." for watch in (lost, broken)}
    assert sorted(notified) == sorted(watch.firm_id for watch in well)
    assert [await watch.announced() for watch in watches] == [DUE, DUE, NEXT, NEXT]
    assert [len(await watch.events()) for watch in watches] == [0, 0, 1, 1]
    await lost.begin(DUE)
    await database.rows("UPDATE event_heads SET firm_id = $1 WHERE firm_id = 'firm_x'", broken.firm_id)
    assert await strike(database, notified.append, clock=lambda: MIDNIGHT) == 2
    assert [len(await watch.events()) for watch in watches] == [1, 1, 1, 1]


# --- where a firm's date comes from ---------------------------------------------------------------------------------


async def test_a_new_firm_has_its_own_date(database: Database) -> None:
    """LV7: nothing before it was made is announced to it."""
    given = CreateFirm("Kontor", "Ada", "ada@firm.test", PASSWORD, "Pacific/Kiritimati")
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    firm_id = await create_firm(database, given, clock=lambda: noon)
    assert await database.value("SELECT clock_date FROM firms WHERE id = $1", firm_id) == NEXT
    assert await strike(database, lambda firm_id: None, clock=lambda: noon) == 0


@pytest.mark.parametrize(
    ("now", "zone", "day"),
    [
        (MIDNIGHT - HOUR, "Europe/Berlin", NEXT),  # over its midnight, before the worker
        (MIDNIGHT + HOUR, "America/New_York", DUE),  # and back
        (MIDNIGHT - HOUR, "America/New_York", DUE),
        (MIDNIGHT + HOUR, "Europe/Berlin", NEXT),
    ],
)
async def test_a_new_time_zone_brings_its_date_along(watch: Watch, now: datetime, zone: str, day: date) -> None:
    """LV7: at once, backwards too; boards are reset, so no clock event says it. Its next midnight is announced."""
    await watch.shop.job(dueDate=day.isoformat())
    await watch.begin(now.date())
    assert watch.shop.owner.token is not None
    caller = (await authenticate(watch.database, watch.shop.owner.token)).caller()
    await perform(watch.database, caller, update_firm, UpdateFirm(time_zone=zone), clock=lambda: now)
    assert await watch.announced() == day
    assert await watch.strike(now) == 0
    assert await watch.events() == []
    tomorrow = day + timedelta(days=1)
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert await watch.strike(midnight - TICK) == 0
    assert await watch.strike(midnight) == 1
    assert await watch.events() == [announcement(day, tomorrow)]


async def test_another_name_is_no_other_date(watch: Watch) -> None:
    """LV7: a midnight that the worker has yet to announce is not swallowed by an edit of the firm."""
    await watch.shop.job(dueDate=DUE.isoformat())
    await watch.shop.owner.do("updateFirm", name="Kanzlei", timeZone="UTC")
    assert await watch.announced() == DUE
    await watch.strike()
    assert await watch.events() == [announcement(DUE, NEXT)]
