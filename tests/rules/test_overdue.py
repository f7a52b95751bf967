"""Overdue: by the firm's own calendar, and only for jobs that are active."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.firm.sessions import authenticate
from engine.time.calendar import today
from gql.schema import build_schema
from resolvers.context import Context
from tests.rules.kit import set_state, status, task
from tests.support.api import Api, Client, Json, Shop, open_shop

DUE = date(2026, 3, 28)  # the day before Europe's clocks change
LONG_AGO = date(2000, 1, 1)
TICK = timedelta(microseconds=1)
LOOK = """query ($job: ID!, $pipeline: ID!) {
    job(id: $job) { overdue }
    late: jobs(filter: { overdue: true }) { nodes { id } }
    fine: jobs(filter: { overdue: false }) { nodes { id } }
    lateTasks: tasks(filter: { overdue: true }) { nodes { id } }
    fineTasks: tasks(filter: { overdue: false }) { nodes { id } }
    board(pipelineId: $pipeline) { columns { jobCount overdueCount } }
}"""


async def ask(api: Api, client: Client, now: datetime, document: str, **variables: Any) -> Json:
    """What a query answers at a moment. No date has been announced since long ago."""
    await announce(api, LONG_AGO)
    return await ask_after(await asking(api, client, now), document, **variables)


async def announce(api: Api, day: date) -> None:
    """Lets a date be what the logs of all firms have announced."""
    await api.database.rows("UPDATE firms SET clock_date = $1", day)


async def asking(api: Api, client: Client, now: datetime) -> Context:
    """An operation of the client that begins at a moment."""
    assert client.token is not None
    identity = await authenticate(api.database, client.token)
    return Context(api.database, identity, "", notify=lambda firm: None, clock=lambda: now)


async def ask_after(context: Context, document: str, **variables: Any) -> Json:
    """What a query answers in an operation that has begun."""
    result = await build_schema().execute(document, variable_values=variables, context_value=context)
    assert result.errors is None, result.errors
    data: Json = result.data  # type: ignore[assignment]  # no errors, so there is data
    return data


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "America/New_York"]
)
async def test_a_job_is_overdue_from_the_firms_midnight_on(api: Api, shop: Shop, zone: str) -> None:
    """ST1: past due counts as overdue from the first instant of the next day in the firm's zone, everywhere alike."""
    await shop.owner.do("updateFirm", timeZone=zone)
    job = await shop.job(dueDate=DUE.isoformat())
    late = await task(shop.owner, dueDate=DUE.isoformat())
    midnight = datetime(DUE.year, DUE.month, DUE.day, tzinfo=ZoneInfo(zone)) + timedelta(days=1)
    for now, overdue in ((midnight.astimezone(UTC) - TICK, False), (midnight.astimezone(UTC), True)):
        found = await ask(api, shop.owner, now, LOOK, job=job["id"], pipeline=shop.pipeline)
        jobs, tasks = [{"id": job["id"]}], [{"id": late}]
        assert found["job"] == {"overdue": overdue}
        assert (found["late"]["nodes"], found["fine"]["nodes"]) == ((jobs, []) if overdue else ([], jobs))
        assert (found["lateTasks"]["nodes"], found["fineTasks"]["nodes"]) == ((tasks, []) if overdue else ([], tasks))
        assert found["board"]["columns"][0] == {"jobCount": 1, "overdueCount": int(overdue)}


async def test_one_instant_is_two_dates_for_two_firms(api: Api, shop: Shop) -> None:
    """ST1: each firm has its own midnight."""
    east, west = shop, await open_shop(api)
    await east.owner.do("updateFirm", timeZone="Pacific/Kiritimati")  # UTC+14
    await west.owner.do("updateFirm", timeZone="Pacific/Pago_Pago")  # UTC-11
    now = datetime(2026, 3, 28, 10, 30, tzinfo=UTC)  # the 29th in the east, still the 27th in the west
    answers = []
    for firm in (east, west):
        jobs = [await firm.job(dueDate=f"2026-03-{day}") for day in (26, 27, 28, 29)]
        found = await ask(api, firm.owner, now, "{ jobs(filter: { overdue: true }) { nodes { id } } }")
        answers.append({job["id"] for job in jobs} & {node["id"] for node in found["jobs"]["nodes"]})
    assert [len(answer) for answer in answers] == [3, 1]


async def test_a_new_time_zone_moves_the_midnight(api: Api, shop: Shop) -> None:
    """ST1: the same instant, another date, from the next operation on."""
    await shop.job(dueDate="2026-03-28")
    now = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    counts = []
    for zone in ("UTC", "Europe/Berlin", "America/New_York"):
        await shop.owner.do("updateFirm", timeZone=zone)
        found = await ask(api, shop.owner, now, "{ jobs(filter: { overdue: true }) { totalCount } }")
        counts.append(found["jobs"]["totalCount"])
    assert counts == [0, 1, 0]


def test_the_day_begins_also_where_midnight_does_not_exist() -> None:
    """ST1: clocks that jump over midnight (Brazil, 4 November 2018) start the day at one o'clock."""
    jump = datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert today("America/Sao_Paulo", jump - TICK) == date(2018, 11, 3)
    assert today("America/Sao_Paulo", jump) == date(2018, 11, 4)


@pytest.mark.parametrize("late", [False, True])
async def test_a_machine_whose_clock_lags_shows_what_was_announced(api: Api, shop: Shop, *, late: bool) -> None:
    """LV7: who has learned of the midnight by the log and looks at the job sees it overdue, wherever they look."""
    job = await shop.job(dueDate=DUE.isoformat())
    await announce(api, DUE + timedelta(days=late))
    before = datetime(DUE.year, DUE.month, DUE.day, 23, tzinfo=UTC)
    found = await ask_after(await asking(api, shop.owner, before), LOOK, job=job["id"], pipeline=shop.pipeline)
    assert found["job"] == {"overdue": late}
    assert found["late"]["nodes"] == ([{"id": job["id"]}] if late else [])
    assert found["fine"]["nodes"] == ([] if late else [{"id": job["id"]}])
    assert found["board"]["columns"][0] == {"jobCount": 1, "overdueCount": int(late)}


async def test_what_is_announced_counts_as_of_the_snapshot(api: Api, shop: Shop) -> None:
    """LV7: between the authentication and the snapshot, whose cursor is behind the announcement, a day may begin."""
    before = datetime(DUE.year, DUE.month, DUE.day, 23, 59, 59, tzinfo=UTC)
    await announce(api, DUE)
    context = await asking(api, shop.owner, before)
    assert context.today == DUE
    await announce(api, DUE + timedelta(days=1))
    assert context.today == DUE
    async with api.database.snapshot() as snapshot:
        await context.look_from(snapshot)
        assert context.today == DUE + timedelta(days=1)


async def test_a_machine_may_know_of_the_midnight_before_it_is_announced(api: Api, shop: Shop) -> None:
    """ST1: without a worker a job is overdue all the same, to whoever looks."""
    job = await shop.job(dueDate=DUE.isoformat())
    await announce(api, DUE)
    after = datetime(DUE.year, DUE.month, DUE.day, tzinfo=UTC) + timedelta(days=1)
    found = await ask_after(await asking(api, shop.owner, after), LOOK, job=job["id"], pipeline=shop.pipeline)
    assert found["job"] == {"overdue": True}


async def test_only_active_jobs_are_overdue(api: Api, shop: Shop) -> None:
    """ST1: COMPLETED and custom ones never are; an archived one neither."""
    on_hold = await status(shop.owner, "On hold", shop.pipeline)
    jobs = {name: (await shop.job(name, dueDate="2026-01-01"))["id"] for name in ("ACTIVE", "COMPLETED", "ARCHIVED")}
    for state, job_id in jobs.items():
        await set_state(shop.owner, job_id, state)
    jobs["CUSTOM"] = (await shop.job("CUSTOM", dueDate="2026-01-01"))["id"]
    await shop.owner.do("setJobStatus", jobId=jobs["CUSTOM"], statusId=on_hold)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    document = """query ($all: [JobState!]) {
        late: jobs(filter: { states: $all, overdue: true }) { nodes { name overdue } }
        fine: jobs(filter: { states: $all, overdue: false }) { nodes { name overdue } } }"""
    found = await ask(api, shop.owner, now, document, all=["ACTIVE", "COMPLETED", "ARCHIVED", "CUSTOM"])
    assert found["late"]["nodes"] == [{"name": "ACTIVE", "overdue": True}]
    names = {node["name"]: node["overdue"] for node in found["fine"]["nodes"]}
    assert names == {"COMPLETED": False, "ARCHIVED": False, "CUSTOM": False}


async def test_a_job_without_a_due_date_is_never_overdue(api: Api, shop: Shop) -> None:
    """ST1: nothing has passed that was never set."""
    job = await shop.job()
    now = datetime(9000, 1, 1, tzinfo=UTC)
    found = await ask(api, shop.owner, now, LOOK, job=job["id"], pipeline=shop.pipeline)
    assert (found["job"]["overdue"], found["late"]["nodes"]) == (False, [])
    assert found["fine"]["nodes"] == [{"id": job["id"]}]


async def test_a_closed_task_is_never_overdue(api: Api, shop: Shop) -> None:
    """AI1: completed and cancelled tasks are done with."""
    late, done, off = [await task(shop.owner, dueDate="2026-01-01") for _ in range(3)]
    await shop.owner.do("completeItem", itemId=done)
    await shop.owner.do("cancelItem", itemId=off)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    found = await ask(api, shop.owner, now, "{ tasks(filter: { overdue: true }) { nodes { id } } }")
    assert found["tasks"]["nodes"] == [{"id": late}]
