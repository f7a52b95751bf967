"""Pausing, resuming, skipping, editing, deleting, previewing: jobs that are made stay as they are."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.recurrence.kit import PREVIEW, Recurring

DAY = timedelta(days=1)


def june(of_month: int) -> datetime:
    """Nine o'clock on a day in June 2030."""
    return datetime(2030, 6, of_month, 9, tzinfo=UTC)


async def test_time_spent_paused_is_not_made_up_for(works: Recurring) -> None:
    """RC3, RC4: it goes on with what is due on the day of resuming."""
    recurrence = await works.recur("FREQ=DAILY")
    await works.work()
    await works.owner.do("pauseRecurrence", recurrenceId=recurrence)
    found = await works.recurrence(recurrence)
    assert (found["state"], found["next"], found["pausedAt"]) == ("PAUSED", None, "2030-06-03T09:00:00+00:00")
    await works.at(june(6))
    assert await works.made() == ["2030-06-03"]
    await works.owner.do("resumeRecurrence", recurrenceId=recurrence)
    await works.work()
    assert await works.made() == ["2030-06-03", "2030-06-06"]
    assert (await works.recurrence(recurrence))["state"] == "ACTIVE"
    await works.at(june(7))
    assert await works.made() == ["2030-06-03", "2030-06-06", "2030-06-07"]


async def test_a_pause_is_made_up_for_on_request(works: Recurring) -> None:
    """RC3: all of it, or the last, as the recurrence makes up for outages; with SKIP there is nothing to ask for."""
    expected = {"ALL": ["2030-06-04", "2030-06-05", "2030-06-06"], "LATEST": ["2030-06-06"]}
    for policy, dates in expected.items():
        recurrence = await works.recur("FREQ=DAILY", "2030-06-04", catchUp=policy)
        await works.owner.do("pauseRecurrence", recurrenceId=recurrence)
        works.now = june(6)
        await works.owner.do("resumeRecurrence", recurrenceId=recurrence, makeUp=True)
        await works.work()
        assert [day for day, state, _ in await works.course(recurrence) if state == "DONE"] == dates
        await works.owner.do("deleteRecurrence", recurrenceId=recurrence)
        works.now = june(3)
    recurrence = await works.recur("FREQ=DAILY", "2030-06-04", catchUp="SKIP")
    await works.owner.do("pauseRecurrence", recurrenceId=recurrence)
    before = await works.recurrence(recurrence)
    refused = await works.owner.code("resumeRecurrence", recurrenceId=recurrence, makeUp=True)
    assert refused == ("INVALID", ["input", "makeUp"])
    assert await works.recurrence(recurrence) == before


async def test_what_was_due_before_the_pause_is_made_after_it(works: Recurring) -> None:
    """RC3: it was missed in an outage, not in the pause."""
    recurrence = await works.recur("FREQ=WEEKLY")
    works.now = june(12)
    await works.owner.do("pauseRecurrence", recurrenceId=recurrence)
    await works.at(june(20))
    assert await works.made() == []
    await works.owner.do("resumeRecurrence", recurrenceId=recurrence)
    await works.work()
    assert await works.made() == ["2030-06-03", "2030-06-10"]


async def test_pausing_and_resuming_twice_changes_nothing(works: Recurring) -> None:
    """RC4: neither is an error, nor an event."""
    recurrence = await works.recur("FREQ=DAILY")
    await works.work()
    for mutation in ("pauseRecurrence", "resumeRecurrence"):
        await works.owner.do(mutation, recurrenceId=recurrence)
        before = await works.recurrence(recurrence), await works.database.value("SELECT seq FROM event_heads")
        await works.owner.do(mutation, recurrenceId=recurrence)
        after = await works.recurrence(recurrence), await works.database.value("SELECT seq FROM event_heads")
        assert after == before


async def test_the_next_occurrence_is_skipped(works: Recurring) -> None:
    """RC4: that and no other; the count goes on, and the run says so."""
    recurrence = await works.recur("FREQ=DAILY;COUNT=3")
    await works.work()
    skipped = await works.owner.do(
        "skipNextOccurrence", "recurrence { next { date } }", recurrenceId=recurrence, occurrence="2030-06-04"
    )
    assert skipped == {"next": {"date": "2030-06-05"}}
    for of_month in (4, 5, 6):
        await works.at(june(of_month))
    assert await works.made() == ["2030-06-03", "2030-06-05"]
    runs = (await works.recurrence(recurrence))["runs"]["nodes"]
    assert [(run["state"], run["reason"]) for run in runs] == [
        ("DONE", None),
        ("SKIPPED", "It was skipped by hand."),
        ("DONE", None),
    ]


async def test_two_who_skip_at_once_skip_one(works: Recurring) -> None:
    """RC4: whoever skips says which; one that is skipped already is left so, another one is a conflict."""
    recurrence = await works.recur("FREQ=DAILY", "2030-06-04")
    given = {"recurrenceId": recurrence, "occurrence": "2030-06-04"}
    await asyncio.gather(*(works.owner.do("skipNextOccurrence", **given) for _ in range(3)))
    assert (await works.recurrence(recurrence))["next"]["date"] == "2030-06-05"
    assert await works.course(recurrence) == [("2030-06-04", "SKIPPED", 0)]
    before = await works.recurrence(recurrence)
    for other in ("2030-06-03", "2030-06-06"):
        [error] = await works.owner.refused("skipNextOccurrence", recurrenceId=recurrence, occurrence=other)
        assert (error["__typename"], error["path"]) == ("ConflictError", ["input", "occurrence"])
        assert error["current"] == {"id": recurrence}
    assert await works.recurrence(recurrence) == before
    await works.at(june(5))
    made = await works.owner.code("skipNextOccurrence", recurrenceId=recurrence, occurrence="2030-06-05")
    assert made == ("CONFLICT", ["input", "occurrence"])


async def test_what_is_paused_is_neither_skipped_nor_tried_again(works: Recurring) -> None:
    """RC4: there is no next one."""
    recurrence = await works.recur("FREQ=DAILY")
    await works.owner.do("archivePipeline", pipelineId=works.shop.pipeline)
    await works.work()
    await works.owner.do("pauseRecurrence", recurrenceId=recurrence)
    before = await works.recurrence(recurrence)
    [run] = before["runs"]["nodes"]
    skip = await works.owner.code("skipNextOccurrence", recurrenceId=recurrence, occurrence="2030-06-04")
    assert skip == ("PAUSED", ["input", "recurrenceId"])
    assert await works.owner.code("retryRecurrenceRun", runId=run["id"]) == ("PAUSED", ["input", "runId"])
    assert await works.recurrence(recurrence) == before


async def test_an_edited_rule_counts_from_today_on_and_changes_no_job(works: Recurring) -> None:
    """RC4: nothing of the new rule is made up for, nothing that is made is made again."""
    recurrence = await works.recur("FREQ=MONTHLY;BYMONTHDAY=1", "2030-01-01")
    await works.at(datetime(2030, 7, 1, 9, tzinfo=UTC))
    [job] = await works.jobs()
    works.now = datetime(2030, 7, 17, 9, tzinfo=UTC)
    await works.owner.do(
        "updateRecurrence", recurrenceId=recurrence, rrule="FREQ=MONTHLY;BYMONTHDAY=1,15,17", jobName="Other"
    )
    await works.work()
    assert await works.made() == ["2030-07-01", "2030-07-17"]
    assert job in await works.jobs()
    assert (await works.recurrence(recurrence))["next"]["date"] == "2030-08-01"


async def test_what_was_due_before_an_edit_is_still_made_by_the_rule_of_then(works: Recurring) -> None:
    """RC3, RC4: an edit during an outage loses nothing."""
    recurrence = await works.recur("FREQ=DAILY")
    works.now = june(5)
    await works.owner.do("updateRecurrence", recurrenceId=recurrence, rrule="FREQ=WEEKLY;BYDAY=FR")
    await works.work()
    assert await works.made() == ["2030-06-03", "2030-06-04", "2030-06-05"]
    await works.at(june(7))
    assert await works.made() == ["2030-06-03", "2030-06-04", "2030-06-05", "2030-06-07"]


async def test_what_was_created_ahead_is_not_made_again_by_an_edit(works: Recurring) -> None:
    """RC4: nor is anything before it."""
    recurrence = await works.recur("FREQ=MONTHLY;BYMONTHDAY=20", createAheadDays=20)
    await works.work()
    assert await works.made() == ["2030-06-20"]
    await works.owner.do("updateRecurrence", recurrenceId=recurrence, rrule="FREQ=MONTHLY;BYMONTHDAY=10")
    await works.at(june(20))
    assert await works.made() == ["2030-06-20", "2030-07-10"]


async def test_accounts_and_tags_are_added_and_removed(works: Recurring) -> None:
    """RC1, RC4: for the next run on; a list is not emptied, and not mixed with tags."""
    [bolt] = await works.accounts(1)
    recurrence = await works.recur("FREQ=DAILY")
    say = {"recurrenceId": recurrence}
    await works.work()
    await works.owner.do("updateRecurrence", **say, addAccountIds=[bolt], removeAccountIds=[works.shop.account])
    await works.at(june(4))
    assert {(job["occurrence"], job["account"]["id"]) for job in await works.jobs()} == {
        ("2030-06-03", works.shop.account),
        ("2030-06-04", bolt),
    }
    before = await works.recurrence(recurrence)
    refused = await works.owner.code("updateRecurrence", **say, removeAccountIds=[bolt])
    assert refused == ("REQUIRED", ["input", "removeAccountIds"])
    tag = await works.tag("Books")
    assert await works.owner.code("updateRecurrence", **say, addTagIds=[tag]) == ("INVALID", ["input", "addTagIds"])
    assert await works.recurrence(recurrence) == before
    await works.owner.do("updateRecurrence", **say, addTagIds=[tag], removeAccountIds=[bolt])
    found = await works.recurrence(recurrence)
    assert ([one["id"] for one in found["tags"]], found["accounts"]["nodes"]) == ([tag], [])


async def test_deleting_leaves_jobs_and_nothing_due(works: Recurring) -> None:
    """RC4: it is not found any more, nor are its runs."""
    recurrence = await works.recur("FREQ=DAILY")
    await works.work()
    [run] = (await works.recurrence(recurrence))["runs"]["nodes"]
    await works.owner.do("deleteRecurrence", recurrenceId=recurrence)
    await works.at(june(9))
    assert await works.made() == ["2030-06-03"]
    assert await works.due() == 0
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } recurrences { totalCount } }"
    found = await works.owner.query(document, ids=[recurrence, run["id"]])
    assert found == {"nodes": [None, None], "recurrences": {"totalCount": 0}}


async def test_a_preview_shows_the_next_ones_and_why_they_are_shifted(works: Recurring) -> None:
    """RC4: of what might be: dates, days, when jobs are made; nothing is stored."""
    await works.owner.do("updateFirm", timeZone="Europe/Berlin", addHolidays=[{"day": "2030-09-30", "name": "Closed"}])
    asked = {"rrule": "FREQ=MONTHLY", "startDate": "2030-05-31", "businessDays": "NEXT", "createAheadDays": 2}
    found = await works.preview(4, **asked)
    keys = ("date", "day", "shifted", "createsOn", "createsAt")
    assert [tuple(one[key] for key in keys) for one in found["occurrences"]] == [
        ("2030-06-30", "2030-07-01", "WEEKEND", "2030-06-29", "2030-06-28T22:00:00+00:00"),
        ("2030-07-31", "2030-07-31", None, "2030-07-29", "2030-07-28T22:00:00+00:00"),
        ("2030-08-31", "2030-09-02", "WEEKEND", "2030-08-31", "2030-08-30T22:00:00+00:00"),
        ("2030-09-30", "2030-10-01", "HOLIDAY", "2030-09-29", "2030-09-28T22:00:00+00:00"),
    ]
    assert await works.dates(2, **asked, makeUp=True) == ["2030-05-31", "2030-06-30"]
    assert (await works.owner.query("{ recurrences { totalCount } }"))["recurrences"]["totalCount"] == 0


async def test_a_preview_of_what_there_is_says_what_then_comes(works: Recurring) -> None:
    """RC4: without what is made or skipped; with changes that are not made; paused, as if it were resumed today."""
    recurrence = await works.recur("FREQ=WEEKLY")
    await works.work()
    await works.owner.do("skipNextOccurrence", recurrenceId=recurrence, occurrence="2030-06-10")
    say = {"recurrenceId": recurrence}
    assert await works.dates(2, **say) == ["2030-06-17", "2030-06-24"]
    assert await works.dates(2, **say, rrule="FREQ=DAILY;COUNT=16") == ["2030-06-11", "2030-06-12"]
    works.now = june(30)
    assert await works.dates(3, **say) == ["2030-06-17", "2030-06-24", "2030-07-01"]
    await works.owner.do("pauseRecurrence", recurrenceId=recurrence)
    works.now = datetime(2030, 7, 9, tzinfo=UTC)
    assert await works.dates(1, **say) == ["2030-07-15"]
    assert await works.dates(2, **say, makeUp=True) == ["2030-07-01", "2030-07-08"]
    await works.owner.do("resumeRecurrence", recurrenceId=recurrence)
    await works.work()
    assert await works.made() == ["2030-06-03", "2030-06-17", "2030-06-24"]
    assert await works.dates(1, **say) == ["2030-07-15"]


@pytest.mark.parametrize("first", [0, 201])
async def test_a_preview_has_its_limits(works: Recurring, first: int) -> None:
    """RC4, API2: from 1 to 200 at once."""
    asked = {"input": {"rrule": "FREQ=DAILY", "startDate": "2030-06-03"}, "first": first}
    [error] = (await works.owner.answer(PREVIEW, **asked))["errors"]
    assert error["extensions"] == {"code": "INVALID", "argument": "first"}
