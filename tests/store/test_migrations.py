"""Migrations of a database that has rows already."""

from __future__ import annotations

import asyncio
import contextvars
from datetime import UTC, date, datetime, time

import pytest
from asyncpg.exceptions import CheckViolationError
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.recorder import MigrationRecorder

from engine.time.calendar import today
from store.database import config
from store.migrate import migrate, pending
from tests.support.databases import execute, value

ZONES = ("UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu")


async def migrate_to(url: str, name: str) -> None:
    """Brings an empty database to an earlier version."""

    async def apply() -> None:
        settings = config(url)
        async with TortoiseContext() as context:
            await context.init(config=settings)
            await MigrationExecutor(context.db(), settings["apps"]).migrate([MigrationTarget("store", name)])

    await asyncio.create_task(apply(), context=contextvars.Context())


def dates(now: datetime) -> set[tuple[str, date]]:
    """The date in every zone; that of a zone which PostgreSQL does not know is the earliest on Earth."""
    return {(zone, today(zone, now)) for zone in ZONES} | {("Mars/Olympus", today("Etc/GMT+12", now))}


async def test_a_list_of_migrations_that_cannot_be_read_is_not_an_empty_one(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that starts while the database goes away does not say that the database lacks migrations."""

    async def unreadable(_: MigrationRecorder) -> list[MigrationKey]:
        return []  # as Tortoise has it, whatever went wrong

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", unreadable)
    for look in (pending, migrate):
        with pytest.raises(ConnectionError, match="could not be read"):
            await look(database_url)


async def test_firms_that_were_there_get_their_local_date(empty_database_url: str) -> None:
    """LV7: what was overdue before the upgrade is not announced by it; from then on every firm has a date."""
    await migrate_to(empty_database_url, "0002_integrity")
    rows = ", ".join(
        f"('firm_{n}', 'Kontor', '{zone}', 'EUR', now(), now())" for n, zone in enumerate((*ZONES, "Mars/Olympus"))
    )
    columns = "id, name, time_zone, currency, created_at, updated_at"
    await execute(empty_database_url, f"INSERT INTO firms ({columns}) VALUES {rows}")
    before = dates(datetime.now(UTC))
    assert (await migrate(empty_database_url))[0] == "0003_clock_date"
    after = dates(datetime.now(UTC))
    query = "SELECT array_agg(time_zone || ' ' || clock_date ORDER BY id) FROM firms"
    found = await value(empty_database_url, query)
    assert isinstance(found, list)
    assert {tuple(line.split()) for line in found} <= {(zone, day.isoformat()) for zone, day in before | after}
    assert len(found) == len(ZONES) + 1
    required = """
        SELECT is_nullable FROM information_schema.columns WHERE table_name = 'firms' AND column_name = 'clock_date'
    """
    assert await value(empty_database_url, required) == "NO"


async def test_jobs_that_were_completed_already_count_their_days_from_their_last_change(
    empty_database_url: str,
) -> None:
    """PL2: so that they are archived like others; what is not completed has no such time."""
    await migrate_to(empty_database_url, "0003_clock_date")
    columns = "id, firm_id, account_id, pipeline_id, stage_id, rank, status_id, state, name, priority"
    times = "entered_stage_at, created_at, updated_at"
    rows = ", ".join(
        f"('job_{n}', 'firm_1', 'account_1', 'pipeline_1', 'stage_1', '{n}', 'status_1', '{state}', 'Job', 1,"
        " '2026-01-01', '2026-01-01', '2026-02-03')"
        for n, state in enumerate(("ACTIVE", "COMPLETED", "ARCHIVED"))
    )
    await execute(
        empty_database_url,
        f"SET session_replication_role = replica; INSERT INTO jobs ({columns}, {times}) VALUES {rows}",
    )
    await migrate(empty_database_url)
    query = "SELECT array_agg(coalesce((completed_at = updated_at)::text, 'never') ORDER BY id) FROM jobs"
    assert await value(empty_database_url, query) == ["never", "true", "never"]


async def test_work_that_was_there_is_shown_to_clients_and_sessions_last(empty_database_url: str) -> None:
    """ST2, AU8: a text with shortcodes was never filled in, and is not shown; members stay logged in."""
    await migrate_to(empty_database_url, "0006_paused_moves")
    columns = "id, firm_id, account_id, pipeline_id, stage_id, rank, status_id, state, name, priority, client_status_id"
    times = "entered_stage_at, created_at, updated_at"
    rows = ", ".join(
        f"('job_{n}', 'firm_1', 'account_1', 'pipeline_1', 'stage_1', '{n}', 'status_1', 'ACTIVE', 'Job', 1, {status},"
        " now(), now(), now())"
        for n, status in enumerate(("'clientstatus_1'", "'clientstatus_2'", "'clientstatus_3'", "NULL"))
    )
    await execute(
        empty_database_url,
        "SET session_replication_role = replica;"
        "INSERT INTO client_statuses (id, firm_id, name, description, created_at, updated_at) VALUES"
        " ('clientstatus_1', 'firm_1', 'A', 'We wait.', now(), now()),"
        " ('clientstatus_2', 'firm_1', 'B', 'For [JOB_NAME]', now(), now()),"
        " ('clientstatus_3', 'firm_1', 'C', NULL, now(), now());"
        f"INSERT INTO jobs ({columns}, {times}) VALUES {rows};"
        "INSERT INTO sessions (id, firm_id, member_id, kind, scopes, token_hash, created_at) VALUES"
        " ('session_1', 'firm_1', 'member_1', 'LOGIN', '{READ}', 'x', now())",
    )
    await migrate(empty_database_url)
    texts = "SELECT array_agg(coalesce(client_status_text, 'none') ORDER BY id) FROM jobs"
    assert await value(empty_database_url, texts) == ["We wait.", "none", "none", "none"]
    kept = "SELECT count(*) FROM sessions WHERE member_id = 'member_1' AND contact_id IS NULL"
    assert await value(empty_database_url, kept) == 1


async def test_contacts_and_firms_that_were_there_get_what_new_ones_have(empty_database_url: str) -> None:
    """RM1: everybody is written to, by the firm's clocks, between eight and eight; quiet hours are whole minutes."""
    await migrate_to(empty_database_url, "0011_client_uploads")
    await execute(
        empty_database_url,
        "SET session_replication_role = replica;"
        "INSERT INTO firms (id, name, time_zone, clock_date, currency, created_at, updated_at) VALUES"
        " ('firm_1', 'Kontor', 'UTC', '2026-01-01', 'EUR', now(), now());"
        "INSERT INTO contacts (id, firm_id, name, created_at, updated_at) VALUES"
        " ('contact_1', 'firm_1', 'Ann', now(), now())",
    )
    await migrate(empty_database_url)
    hours = await value(empty_database_url, "SELECT array[quiet_from, quiet_until] FROM firms")
    assert hours == [time(20), time(8)]
    assert await value(empty_database_url, "SELECT notifications AND time_zone IS NULL FROM contacts") is True
    for wrong in ("24:00", "08:00:01", "08:00:00.5"):
        for column in ("quiet_from", "quiet_until"):
            with pytest.raises(CheckViolationError, match="firms_quiet_hours"):
                await execute(empty_database_url, f"UPDATE firms SET {column} = '{wrong}'")
    assert await value(empty_database_url, "SELECT array[quiet_from, quiet_until] FROM firms") == hours
