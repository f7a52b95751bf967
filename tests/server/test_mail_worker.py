"""Mail from the worker as it is run: through a mail server, through a crash, or into its folder (AU1)."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.database import Database
from tests.support.api import Api, open_shop
from tests.support.databases import on_database
from tests.support.desk import MAIL_FROM, Desk
from tests.support.mail import post_office
from tests.support.processes import PATIENCE, running
from tests.support.wait import eventually


@pytest.fixture
async def desk(api: Api, database: Database) -> AsyncIterator[Desk]:
    """A shop that writes to its client, Ann."""
    async with post_office() as office:
        desk = Desk(await open_shop(api), office, database)
        await desk.open()
        await desk.contact("Ann", "ann@client.test")
        yield desk


@pytest.fixture
async def url(database: Database, postgres_url: str) -> str:
    """The address of the database, for processes."""
    return on_database(postgres_url, str(await database.value("SELECT current_database()")))


async def sent(desk: Desk) -> bool:
    """Whether the only e-mail has been sent, as the firm sees it."""
    return bool((await desk.email())["state"] == "SENT")


async def test_a_worker_that_dies_in_the_middle_of_a_letter_loses_none(desk: Desk, url: str, tmp_path: Path) -> None:
    """AU1: the server has taken it, and nobody knows: it goes out again, under the same Message-ID."""
    job = await desk.move()
    settings = {"DATABASE_URL": url, "SMTP_URL": desk.smtp_url, "MAIL_FROM": MAIL_FROM}
    desk.office.stalls = True
    async with running("worker", folder=tmp_path, **settings) as worker:
        await eventually(lambda: desk.office.received, "the server has taken it", within=PATIENCE)
        await worker.send(signal.SIGKILL)
    assert (await desk.email())["state"] == "QUEUED"
    desk.office.stalls = False
    await desk.database.rows("UPDATE due SET leased_until = clock_timestamp()")  # as if a minute had passed
    async with running("worker", folder=tmp_path, **settings):
        await eventually(lambda: sent(desk), "the next worker sends it", within=PATIENCE)
    assert desk.office.ids == [(await desk.email())["messageId"]] * 2
    assert (await desk.run(job))["state"] == "DONE"


async def test_without_a_mail_server_the_worker_writes_files(desk: Desk, url: str, tmp_path: Path) -> None:
    """One file for each e-mail, in DATA_DIR."""
    await desk.move()
    async with running("worker", folder=tmp_path, DATABASE_URL=url):
        await eventually(lambda: sent(desk), "it is written", within=PATIENCE)
    [file] = (tmp_path / "var" / "mail").iterdir()
    assert file.name == f"{(await desk.email())['messageId'].strip('<>')}.eml"
    assert b"\r\nTo: Ann <ann@client.test>\r\n" in file.read_bytes()
    assert desk.office.connections == 0
