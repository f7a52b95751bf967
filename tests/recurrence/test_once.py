"""One job for each recurrence, account and occurrence, whatever fails, crashes, changes or runs twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.due import LEASE
from engine.job import making
from engine.recurrence import running
from store.ids import new_id
from tests.recurrence.kit import Recurring
from tests.support.api import Json
from tests.support.wait import eventually

DAY = timedelta(days=1)


async def clients(works: Recurring, number: int) -> list[str]:
    """So many accounts more, which all have a tag; answers that and them."""
    tag = await works.tag("Books")
    firm = await works.database.value("SELECT firm_id FROM accounts WHERE id = $1", works.shop.account)
    ids = [new_id("account") for _ in range(number)]
    await works.database.rows(
        "INSERT INTO accounts (id, firm_id, name, created_at, updated_at)"
        " SELECT id, $1, 'Client', now(), now() FROM unnest($2::text[]) AS given (id)",
        firm,
        ids,
    )
    await works.database.rows(
        "INSERT INTO account_tags (firm_id, account_id, tag_id) SELECT $1, unnest($2::text[]), $3", firm, ids, tag
    )
    return [tag, *ids]


async def counted(works: Recurring) -> dict[str, int]:
    """How many jobs each account has of recurrences."""
    rows = await works.database.rows(
        "SELECT account_id, count(*) AS n FROM jobs WHERE occurrence IS NOT NULL GROUP BY 1"
    )
    return {row["account_id"]: row["n"] for row in rows}


async def run_of(works: Recurring, recurrence: str) -> Json:
    """The one run that there is."""
    [run] = (await works.recurrence(recurrence))["runs"]["nodes"]
    return dict(run)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many jobs share a transaction in a test: few, so that it is soon over."""
    monkeypatch.setattr(running, "AT_ONCE", 4)
    return 4


async def test_many_accounts_come_some_at_a_time_each_time_one_event(works: Recurring) -> None:
    """RC2, LV2: at most 100 jobs share a transaction and an event; the run tells how far it is."""
    tag, *accounts = await clients(works, 230)
    recurrence = await works.recur("FREQ=DAILY", tagIds=[tag])
    before = await works.database.value("SELECT seq FROM event_heads")
    await works.work()
    assert await counted(works) == dict.fromkeys(accounts, 1)
    run = await run_of(works, recurrence)
    assert (run["state"], run["total"], run["made"], run["failed"]) == ("DONE", 230, 230, 0)
    sizes = await works.database.rows(
        "SELECT (SELECT count(*) FROM jsonb_array_elements(changes) c WHERE c->>'type' = 'job') AS n FROM events"
        " WHERE seq > $1 ORDER BY seq",
        before,
    )
    assert [row["n"] for row in sizes] == [100, 100, 30]


async def test_workers_at_the_same_time_make_each_job_once(works: Recurring, small: int) -> None:
    """RC2: three rounds at once, again and again, and a fourth that has all claims again in between."""
    tag, *accounts = await clients(works, 5 * small)
    for _ in range(2):
        await works.recur("FREQ=DAILY", tagIds=[tag])

    async def thief() -> None:
        for _ in range(20):
            await works.database.rows("UPDATE due SET leased_until = NULL WHERE leased_until IS NOT NULL")
            await asyncio.sleep(0)

    await asyncio.gather(works.work(), works.work(), works.work(), thief())
    works.wait(hours=1)  # what got in another's way waits for a while
    await works.work()
    assert await counted(works) == dict.fromkeys(accounts, 2)
    assert await works.due() == 2


@pytest.mark.parametrize(
    ("table", "check"),
    [
        ("recurrence_jobs", "state <> 'MADE'"),
        ("recurrence_runs", "state <> 'DONE'"),
        ("recurrences", "id = ''"),
        ("events", "cause->>'kind' <> 'RECURRENCE'"),
        ("history", "cause->>'kind' <> 'RECURRENCE'"),
        ("due", "cause->>'kind' <> 'RECURRENCE'"),
    ],
)
async def test_what_fails_between_making_and_marking_is_as_if_it_had_not_begun(
    works: Recurring, table: str, check: str
) -> None:
    """RC2: jobs and the note that they are made are one transaction, wherever it breaks; later they are made once."""
    accounts = await works.accounts(3)
    recurrence = await works.recur("FREQ=DAILY", accountIds=accounts)
    before = await works.database.value("SELECT seq FROM event_heads")
    async with works.trouble(table, check) as errors:
        await works.work()
    assert errors == ["due_work_failed"]
    assert await counted(works) == {}
    assert await works.course(recurrence) == [("2030-06-03", "QUEUED", 0)]
    assert await works.database.value("SELECT seq FROM event_heads") == before
    works.wait(minutes=1)
    await works.work()
    assert await counted(works) == dict.fromkeys(accounts, 1)


async def test_one_account_for_which_it_fails_holds_up_no_other(works: Recurring) -> None:
    """RC2: it stands in the run with the reason, until it is tried again; the others have their jobs once."""
    accounts = await works.accounts(6)
    recurrence = await works.recur("FREQ=DAILY", accountIds=accounts)
    async with works.trouble("jobs", f"account_id <> '{accounts[4]}'") as errors:
        await works.work()
    assert errors == ["recurring_job_failed"]
    others = [one for one in accounts if one != accounts[4]]
    assert await counted(works) == dict.fromkeys(others, 1)
    run = await run_of(works, recurrence)
    assert (run["state"], run["made"], run["failed"]) == ("FAILED", 5, 1)
    assert run["reason"] == running.IN_PART
    document = """query ($id: ID!, $failed: Boolean!) { node(id: $id) { ... on RecurrenceRun {
        results(failedOnly: $failed) { totalCount nodes { account { id } job { account { id } } error } } } } }"""
    found = (await works.owner.query(document, id=run["id"], failed=True))["node"]["results"]
    failed = {"account": {"id": accounts[4]}, "job": None, "error": running.OURS}
    assert found == {"totalCount": 1, "nodes": [failed]}
    found = (await works.owner.query(document, id=run["id"], failed=False))["node"]["results"]
    made = {one: {"account": {"id": one}, "job": {"account": {"id": one}}, "error": None} for one in others}
    assert found["nodes"] == [one for _, one in sorted({**made, accounts[4]: failed}.items())]
    await works.owner.do("retryRecurrenceRun", runId=run["id"])
    await works.work()
    assert await counted(works) == dict.fromkeys(accounts, 1)
    run = await run_of(works, recurrence)
    assert (run["state"], run["made"], run["failed"], run["reason"]) == ("DONE", 6, 0, None)
    assert await works.owner.code("retryRecurrenceRun", runId=run["id"]) == ("INVALID", ["input", "runId"])


async def test_an_account_is_deleted_before_or_after_its_jobs_are_made(
    works: Recurring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RC2, JB3: who deletes it meanwhile waits; then the job goes into the trash with it."""
    monkeypatch.setattr(running, "AT_ONCE", 1)
    accounts = [works.shop.account, *await works.accounts(1)]  # the first has its turn in the second transaction
    recurrence = await works.recur("FREQ=DAILY", accountIds=accounts)
    await one_round(works)
    make, found, goes_on = making.make, asyncio.Event(), asyncio.Event()
    waits = "SELECT TRUE FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"

    async def slowly(*given: Any) -> Any:
        found.set()
        await goes_on.wait()
        return await make(*given)

    async def delete() -> None:
        await found.wait()
        deleting = asyncio.create_task(works.owner.do("deleteAccount", accountId=works.shop.account))

        async def settled() -> bool:
            return deleting.done() or bool(await works.database.value(waits))

        await eventually(settled, "it waits, or has done it")
        goes_on.set()
        await deleting

    monkeypatch.setattr(making, "make", slowly)
    await asyncio.gather(works.work(), delete())
    assert await works.course(recurrence) == [("2030-06-03", "DONE", 2)]
    assert await works.database.value("SELECT count(*) FROM jobs") == 1
    monkeypatch.undo()
    await works.owner.do("restoreAccount", accountId=works.shop.account)
    await works.work()
    assert await works.made() == ["2030-06-03"] * 2


async def test_an_archived_pipeline_makes_runs_fail_that_can_be_tried_again(works: Recurring) -> None:
    """RC2, PL5: nothing is lost in silence: the runs say why, and so does the pipeline's health."""
    recurrence = await works.recur("FREQ=DAILY")
    await works.owner.do("archivePipeline", pipelineId=works.shop.pipeline)
    await works.work()
    run = await run_of(works, recurrence)
    assert (run["state"], run["reason"]) == ("FAILED", "The pipeline is archived: no job enters it.")
    document = "query ($id: ID!) { pipeline(id: $id) { health { code recurrence { id } what { id } message } } }"
    health = (await works.owner.query(document, id=works.shop.pipeline))["pipeline"]["health"]
    wrong = {"code": "ARCHIVED", "recurrence": {"id": recurrence}, "what": {"id": works.shop.pipeline}}
    assert health == [{**wrong, "message": "It names a pipeline that has been archived: name another one."}]
    await works.owner.do("retryRecurrenceRun", runId=run["id"])
    await works.work()
    assert (await run_of(works, recurrence))["state"] == "FAILED"
    await works.owner.do("restorePipeline", pipelineId=works.shop.pipeline)
    works.wait(days=1)
    await works.work()
    assert await works.made() == ["2030-06-04"]
    await works.owner.do("retryRecurrenceRun", runId=run["id"])
    await works.work()
    assert await works.made() == ["2030-06-03", "2030-06-04"]


async def test_a_pipeline_that_is_archived_amid_a_run_leaves_the_rest_for_later(works: Recurring, small: int) -> None:
    """RC2: what was made stays, what is missing is made when it is tried again."""
    tag, *accounts = await clients(works, 3 * small)
    recurrence = await works.recur("FREQ=DAILY", tagIds=[tag])
    await one_round(works)
    await works.owner.do("archivePipeline", pipelineId=works.shop.pipeline)
    await works.work()
    run = await run_of(works, recurrence)
    assert (run["state"], run["total"], run["made"], run["failed"]) == ("FAILED", 3 * small, small, 0)
    await works.owner.do("restorePipeline", pipelineId=works.shop.pipeline)
    await works.owner.do("retryRecurrenceRun", runId=run["id"])
    await works.work()
    assert await counted(works) == dict.fromkeys(accounts, 1)


async def one_round(works: Recurring) -> None:
    """The worker does one part of a run."""
    assert await works.runner().round() == 1


async def test_tags_that_change_amid_a_run_count_for_the_next(works: Recurring, small: int) -> None:
    """RC1: the accounts are those of the moment at which it began: none is left out, none comes in."""
    tag, *accounts = await clients(works, 2 * small)
    await works.recur("FREQ=DAILY", tagIds=[tag])
    await one_round(works)
    await works.owner.do("updateAccount", accountId=accounts[-1], removeTagIds=[tag])
    await works.owner.do("updateAccount", accountId=works.shop.account, addTagIds=[tag])
    await works.work()
    assert await counted(works) == dict.fromkeys(accounts, 1)
    works.wait(days=1)
    await works.work()
    now = {**dict.fromkeys(accounts, 2), accounts[-1]: 1, works.shop.account: 1}
    assert await counted(works) == now


async def test_an_edit_amid_a_run_counts_for_the_jobs_to_come(works: Recurring, small: int) -> None:
    """RC4: also of the same occurrence; it is made for all accounts, once."""
    tag, *accounts = await clients(works, 2 * small)
    recurrence = await works.recur("FREQ=DAILY", tagIds=[tag])
    await one_round(works)
    await works.owner.do("updateRecurrence", recurrenceId=recurrence, jobName="Ledger", rrule="FREQ=WEEKLY;BYDAY=MO")
    await works.work()
    assert await counted(works) == dict.fromkeys(accounts, 1)
    assert sorted(job["name"] for job in await works.jobs()) == ["Books"] * small + ["Ledger"] * small
    await works.at(works.now + 6 * DAY)
    assert set((await counted(works)).values()) == {1}
    await works.at(works.now + DAY)
    assert set((await counted(works)).values()) == {2}


async def test_a_pause_amid_a_run_stops_it_and_resuming_goes_on(works: Recurring, small: int) -> None:
    """RC4: from where it was, with what was begun; each account gets its job once."""
    tag, *accounts = await clients(works, 3 * small)
    recurrence = await works.recur("FREQ=MONTHLY", tagIds=[tag])
    await one_round(works)
    await works.owner.do("pauseRecurrence", recurrenceId=recurrence)
    await works.at(works.now + 5 * DAY)
    assert len(await counted(works)) == small
    assert (await run_of(works, recurrence))["state"] == "RUNNING"
    await works.owner.do("resumeRecurrence", recurrenceId=recurrence)
    await works.work()
    assert await counted(works) == dict.fromkeys(accounts, 1)
    assert (await run_of(works, recurrence))["state"] == "DONE"


async def test_deleting_amid_a_run_makes_no_more_of_it(works: Recurring, small: int) -> None:
    """RC4: what was made stays."""
    tag, *_ = await clients(works, 3 * small)
    recurrence = await works.recur("FREQ=DAILY", tagIds=[tag])
    await one_round(works)
    await works.owner.do("deleteRecurrence", recurrenceId=recurrence)
    await works.at(works.now + 3 * DAY)
    assert len(await counted(works)) == small
    assert await works.recurrence(recurrence) is None
    found = await works.database.row("SELECT state, total, made FROM recurrence_runs")
    assert found is not None
    assert tuple(found) == ("CANCELLED", 3 * small, small)
    assert await works.due() == 0


async def test_commands_that_meet_the_worker_wait_for_it_and_nothing_is_made_twice(
    works: Recurring, small: int
) -> None:
    """RC2, RC4: edits, pauses and skips at the same time as runs end in one of the possible orders, without trouble."""
    tag, *accounts = await clients(works, 6 * small)
    recurrence = await works.recur("FREQ=DAILY", tagIds=[tag])
    say = {"recurrenceId": recurrence}

    async def fiddle() -> None:
        for n in range(6):
            await works.owner.do("updateRecurrence", **say, jobName=f"Books {n}")
            await works.owner.do("pauseRecurrence", **say)
            await works.owner.do("resumeRecurrence", **say)
            day = {"day": f"2030-12-0{n + 1}", "name": "Closed"}
            await works.owner.do("updateFirm", addHolidays=[day], removeHolidays=["2031-01-01"])

    await asyncio.gather(works.work(), fiddle(), works.work(), fiddle())
    await works.work()
    assert await counted(works) == dict.fromkeys(accounts, 1)
    assert await works.database.value("SELECT count(*) FROM due WHERE kind = 'RECURRENCE'") == 1
    assert not await works.database.rows("SELECT error FROM due WHERE error IS NOT NULL")


async def test_the_database_itself_lets_no_second_job_in(works: Recurring) -> None:
    """RC2: not even if code goes wrong."""
    await works.recur("FREQ=DAILY")
    await works.work()
    with pytest.raises(Exception, match="jobs_recurrence"):
        await works.database.rows(
            """
            INSERT INTO jobs (id, firm_id, account_id, pipeline_id, stage_id, rank, status_id, state, name, priority,
                entered_stage_at, created_at, updated_at, recurrence_id, occurrence)
            SELECT $1, firm_id, account_id, pipeline_id, stage_id, rank || 'a', status_id, state, name, priority,
                entered_stage_at, created_at, updated_at, recurrence_id, occurrence FROM jobs
            """,
            new_id("job"),
        )


async def test_a_lease_that_has_run_out_makes_nothing_twice(works: Recurring) -> None:
    """RC2: another worker takes the row while the first one is at it."""
    accounts = await works.accounts(3)
    await works.recur("FREQ=DAILY", accountIds=accounts)
    first, second = works.runner(), works.runner()
    held = await first._claim()
    await works.database.rows("UPDATE due SET leased_until = clock_timestamp() - $1::interval", LEASE)
    assert await second.round() == 1
    await first._together(held)
    assert await counted(works) == dict.fromkeys(accounts, 1)
    assert works.now == datetime(2030, 6, 3, 9, tzinfo=UTC)
