"""The demo firm: what `make serve` shows on its first start."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import demo, work
from engine.automations import send_email
from engine.demo import cast, telling
from engine.mail.letters import Letter
from server.delivery.mailbox import Mailbox
from store.database import Database
from tests.portal.kit import Guest
from tests.support.api import Api, Client

pytestmark = pytest.mark.slow
TAX, BOOKS, ONBOARDING = "Individual tax return", "Monthly bookkeeping", "Client onboarding"
PLACES = {
    f"Nowak, Eva: {TAX}": "Engagement letter, Active, 1",
    f"Ortmann, Hugo: {TAX}": "Engagement letter, Active, 1",
    f"Jansen, Lena: {TAX}": "Collect documents, Active, 2",
    f"Lorenz, Ida: {TAX}": "Collect documents, Active, 2",
    f"Dietrich, Paul: {TAX}": "Extension filed, Active, 3",
    f"Hartmann, Jonas: {TAX}": "Prepare, Active, 3",
    f"Kowalski, Jan: {TAX}": "Prepare, On hold, 4",
    f"Berger, Anna: {TAX}": "Review, Active, 4",
    f"Maurer, Tom: {TAX}": "Sign and file, Active, 7",
    f"Fischer, Marie: {TAX}": "Done, Completed, 6",
    f"Greenhouse Books: {BOOKS}": "Statements, Active, 1",
    f"Kestrel Bikes: {BOOKS}": "Statements, Active, 1",
    f"Elm Street Dental: {BOOKS}": "Reconcile, Active, 2",
    f"Cobalt Studio: {BOOKS}": "Payroll, Active, 3",
    f"Anders Bakery: {BOOKS}": "Questions, With the client, 4",
    f"Harbour Print: {BOOKS}": "Close the month, Active, 4",
    f"Island Coffee: {BOOKS}": "Close the month, Completed, 5",
    f"Nordlicht Film: {ONBOARDING}": "Agreed, Active, 1",
    f"Maple Architects: {ONBOARDING}": "Paperwork, Active, 2",
    f"Lotus Yoga: {ONBOARDING}": "Set up the books, Active, 3",
    f"Kestrel Bikes: {ONBOARDING}": "Up and running, Active, 4",
}
RUNS = {"DONE": 150, "SKIPPED": 18, "CANCELLED": 5, "SCHEDULED": 4, "FAILED": 1}
FRIDAY = datetime(2026, 7, 17, 10, tzinfo=UTC)
JOBS = """{ pipelines { nodes { name stages { name } } } jobs(first: 30) { nodes {
    overdue stageOverdue pipeline { name } stage { name } status { name } account { name }
    visits(first: 20) { nodes { stage { name } } } runs(first: 40) { nodes { state reason automation { kind } } }
    tasks(first: 20) { nodes { title } } } } }"""


async def drop(letter: Letter) -> str:
    """Where nobody reads the letters."""
    return ""


async def owner(api: Api) -> Client:
    """The demo's owner."""
    return await api.log_in(cast.OWNER[1], cast.PASSWORD)


async def test_every_stage_holds_a_job_and_there_is_one_of_every_sort(api: Api) -> None:
    """A first look shows overdue, on hold, completed, failed and scheduled things without anything to be done first."""
    assert await demo.fill(api.database, drop)
    found = await (await owner(api)).query(JOBS)
    jobs = found["jobs"]["nodes"]
    stages = {
        (pipeline["name"], stage["name"]) for pipeline in found["pipelines"]["nodes"] for stage in pipeline["stages"]
    }
    assert {(job["pipeline"]["name"], job["stage"]["name"]) for job in jobs} == stages
    assert {pipeline["name"] for pipeline in found["pipelines"]["nodes"]} == {TAX, BOOKS, ONBOARDING}
    assert {job["status"]["name"] for job in jobs} == {"Active", "Completed", "On hold", "With the client"}
    assert sorted(job["account"]["name"] for job in jobs if job["overdue"]) == ["Greenhouse Books", "Jansen, Lena"]
    assert any(job["stageOverdue"] for job in jobs)
    runs = [run for job in jobs for run in job["runs"]["nodes"]]
    assert len({run["automation"]["kind"] for run in runs}) == 12
    assert [run["reason"] for run in runs if run["state"] == "FAILED"] == [send_email.NO_CONTACT]


async def test_what_the_automations_said_is_filled_in(api: Api) -> None:
    """AU8: tasks and letters of the demo name their clients, with nothing left in brackets."""
    letters: list[Letter] = []

    async def keep(letter: Letter) -> str:
        letters.append(letter)
        return ""

    assert await demo.fill(api.database, keep, clock=lambda: FRIDAY)
    jobs = (await (await owner(api)).query(JOBS))["jobs"]["nodes"]
    [job] = [one for one in jobs if one["account"]["name"] == "Maurer, Tom"]
    way = [visit["stage"]["name"] for visit in job["visits"]["nodes"]]
    assert way[::-1] == ["Engagement letter", "Collect documents", *["Prepare", "Review"] * 2, "Sign and file"]
    assert "Get all documents of Tom Maurer" in {task["title"] for task in job["tasks"]["nodes"]}
    assert [letter.subject for letter in letters if letter.to_address == "ida@client.test"] == [
        "Your tax return for 2025",
        "Tax return 2025: your documents",
    ]
    texts = [f"{letter.subject} {letter.text}" for letter in letters]
    texts += [task["title"] for one in jobs for task in one["tasks"]["nodes"]]
    assert [text for text in texts if "[" in text] == []
    assert [letter.dated for letter in letters] == sorted(letter.dated for letter in letters)


async def test_the_employee_sees_part_of_it_and_has_something_to_read(api: Api) -> None:
    """AC3: without the clients whom the owner keeps to herself; the new ones by an automation."""
    assert await demo.fill(api.database, drop)
    employee = await api.log_in(cast.EMPLOYEE[1], cast.PASSWORD)
    document = "{ accounts { totalCount } viewer { unreadCount } }"
    seen = await employee.query(document)
    assert seen["accounts"]["totalCount"] == 17 == sum(not client.owners for client in cast.CLIENTS)
    assert seen["viewer"]["unreadCount"] > 0
    everything = await (await owner(api)).query(document)
    assert everything["accounts"]["totalCount"] == 20 == len(cast.CLIENTS)
    assert everything["viewer"]["unreadCount"] > 0


async def test_it_writes_letters_and_is_filled_once(api: Api, tmp_path: Path) -> None:
    """A second start changes nothing, and neither does one on a database with another firm."""
    assert await demo.fill(api.database, Mailbox(tmp_path, "stageline@localhost"))
    sent = sum(1 for _ in tmp_path.glob("*.eml"))
    assert sent == await api.database.value("SELECT count(*) FROM emails WHERE state = 'SENT'") > 30
    assert await api.database.value("SELECT count(*) FROM emails") == sent
    events = await api.database.value("SELECT count(*) FROM events")
    assert not await demo.fill(api.database, drop)
    assert await api.database.value("SELECT count(*) FROM events") == events


async def test_a_database_with_another_firm_is_left_alone(api: Api) -> None:
    """Nobody's data is mixed with a demo."""
    await api.firm()
    assert not await demo.fill(api.database, drop)
    assert await api.database.value("SELECT count(*) FROM firms") == 1


@pytest.mark.parametrize(
    ("commands", "now"),
    [
        (1, datetime(2027, 1, 3, 23, tzinfo=UTC)),
        (90, datetime(2026, 3, 29, 2, tzinfo=UTC)),
        (190, datetime(2028, 2, 29, tzinfo=UTC)),
    ],
    ids=["after-christmas", "when-the-clocks-change", "in-a-leap-year"],
)
async def test_a_filling_that_broke_off_goes_on(
    api: Api, monkeypatch: pytest.MonkeyPatch, commands: int, now: datetime
) -> None:
    """JB2: whatever was done is not done again, and the firm stands where an unbroken story would have led it.

    Weekends, holidays and clocks move when things happen, not what happens.
    """
    real, left = work.perform, commands

    async def breaking(*given: Any, **more: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise ConnectionAbortedError
        return await real(*given, **more)

    with monkeypatch.context() as broken:
        broken.setattr(telling, "perform", breaking)
        with pytest.raises(ConnectionAbortedError):
            await demo.fill(api.database, drop, clock=lambda: now)
    assert await demo.fill(api.database, drop, clock=lambda: now + timedelta(days=3))
    assert await picture(api.database) == (PLACES, RUNS)


async def test_two_that_fill_at_once_make_one_story(api: Api) -> None:
    """Each step is done by one of them, and what it leaves due is waited for by both."""
    filled = await asyncio.gather(*(demo.fill(api.database, drop, clock=lambda: FRIDAY) for _ in range(2)))
    assert True in filled
    assert await api.database.value("SELECT count(*) FROM firms") == 1
    assert await picture(api.database) == (PLACES, RUNS)
    plans = await (await owner(api)).query("{ recurrences { nodes { name tags { name } next { date day } } } }")
    assert plans["recurrences"]["nodes"] == [
        {"name": name, "tags": [{"name": tag}], "next": {"date": day, "day": worked}}
        for name, tag, day, worked in (
            ("Books of each month", "S-Corp", "2026-08-01", "2026-08-03"),
            ("Returns of each year", "Individual", "2027-02-01", "2027-02-01"),
        )
    ]


async def picture(database: Database) -> tuple[dict[str, str], dict[str, int]]:
    """Where each job stands, since how many visits, and how many automations are how far."""
    rows = await database.rows(
        """
        SELECT a.name || ': ' || p.name AS job, s.name || ', ' || t.name || ', ' || count(*) AS place FROM jobs j
        JOIN pipelines p ON p.id = j.pipeline_id JOIN accounts a ON a.id = j.account_id
        JOIN stages s ON s.id = j.stage_id JOIN job_statuses t ON t.id = j.status_id
        JOIN stage_visits v ON v.job_id = j.id GROUP BY j.id, a.name, p.name, s.name, t.name
        """
    )
    runs = await database.rows("SELECT state, count(*)::int FROM runs GROUP BY state")
    return {row["job"]: row["place"] for row in rows}, dict(tuple(row) for row in runs)


async def test_a_client_comes_in_and_finds_where_their_return_stands(api: Api) -> None:
    """ST2, AC5: by the password of all logins of the demo."""
    assert await demo.fill(api.database, drop)
    document = """mutation { enterPortal(input: { email: "client@demo.test", password: "stageline-demo" }) {
      errors { code } portal { accounts { name } works { nodes { name description } } } } }"""
    entered = (await api.nobody.query(document))["enterPortal"]
    assert entered["errors"] == []
    assert entered["portal"]["accounts"] == [{"name": "Berger, Anna"}]
    [work] = entered["portal"]["works"]["nodes"]
    assert work["name"] == "In progress"
    assert re.fullmatch(r"We are working on Tax return \d{4}\.", work["description"])


async def test_the_client_who_comes_in_finds_something_to_do(api: Api) -> None:
    """AC5: of five kinds, newest first; the oldest has been reminded of."""
    assert await demo.fill(api.database, drop, clock=lambda: FRIDAY)
    client = await Guest(api.http).enter("enterPortal", email=cast.GUEST[1], password=cast.PASSWORD)
    query = "{ portal { items(open: true) { nodes { kind title state remindedAt } } } }"
    shown = (await client.query(query))["portal"]["items"]["nodes"]
    assert {item["state"] for item in shown} == {"SENT"}
    assert [(item["kind"], item["remindedAt"] is not None) for item in shown] == [
        ("INVOICE", False),
        ("MESSAGE_THREAD", False),
        ("PROPOSAL", True),
        ("DOCUMENT_REQUEST", True),
        ("ORGANIZER", True),
    ]
