"""What makes no sense is refused with the field and the reason, and changes nothing."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from engine.checks import Checks
from engine.recurrence.timing import Timing
from store.ids import new_id
from tests.recurrence.kit import Recurring
from tests.support.api import Json

WEEKLY = "FREQ=WEEKLY"
DURATION = {"amount": 1, "unit": "HOURS"}
BAD: list[tuple[Json, str, str]] = [
    ({"rrule": ""}, "INVALID", "rrule"),
    ({"rrule": "every month"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=SECONDLY"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=MINUTELY;INTERVAL=1440"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=HOURLY"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;BYHOUR=1,2,3"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;BYSECOND=0"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=FORTNIGHTLY"}, "INVALID", "rrule"),
    ({"rrule": "INTERVAL=2"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;FREQ=DAILY"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;INTERVAL=0"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;INTERVAL=-1"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;INTERVAL=1001"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;INTERVAL=٣"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=MONTHLY;BYMONTHDAY=32"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=MONTHLY;BYMONTHDAY=0"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=MONTHLY;BYMONTHDAY=-29"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=YEARLY;BYMONTH=13"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=YEARLY;BYEASTER=0"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=WEEKLY;BYDAY=1MO"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=WEEKLY;BYDAY=XX"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=WEEKLY;BYMONTHDAY=3"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=MONTHLY;BYWEEKNO=3"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=MONTHLY;BYYEARDAY=3"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;BYSETPOS=1"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;WKST=XX"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;SKIP=OMIT"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;UNTIL=tomorrow"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;UNTIL=20300701;COUNT=3"}, "INVALID", "rrule"),
    ({"rrule": "DTSTART:20300603\nRRULE:FREQ=DAILY"}, "INVALID", "rrule"),
    ({"rrule": "DTSTART;TZID=Mars/Olympus:20300603T000000\nRRULE:FREQ=DAILY"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;TZID=Mars/Olympus"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;BYMONTH=" + ",".join(["1"] * 300)}, "INVALID", "rrule"),
    ({"rrule": "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=YEARLY;BYWEEKNO=10;BYMONTH=12"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;INTERVAL=7;BYDAY=TU"}, "INVALID", "rrule"),
    ({"rrule": "FREQ=DAILY;COUNT=2", "count": 3}, "INVALID", "count"),
    ({"rrule": "FREQ=DAILY;UNTIL=20300701", "endDate": "2030-07-02"}, "INVALID", "endDate"),
    ({"rrule": "FREQ=DAILY;COUNT=2", "endDate": "2030-07-02"}, "INVALID", "count"),
    ({"endDate": "2030-06-02"}, "DATES_REVERSED", "endDate"),
    ({"rrule": "FREQ=MONTHLY;BYMONTHDAY=20", "endDate": "2030-06-19"}, "INVALID", "endDate"),
    ({"endDate": "2030-07-02", "count": 3}, "INVALID", "count"),
    ({"count": 0}, "INVALID", "count"),
    ({"count": 10_001}, "INVALID", "count"),
    ({"startDate": "1969-12-31"}, "INVALID", "startDate"),
    ({"startDate": "9999-12-31"}, "INVALID", "startDate"),
    ({"createAheadDays": -1}, "INVALID", "createAheadDays"),
    ({"createAheadDays": 367}, "INVALID", "createAheadDays"),
    ({"name": " "}, "REQUIRED", "name"),
    ({"jobName": None}, "REQUIRED", "jobName"),
    ({"jobName": ""}, "REQUIRED", "jobName"),
    ({"jobName": "[JOB_NAME]"}, "UNKNOWN_SHORTCODE", "jobName"),
    ({"description": "[NEXT_MOON]"}, "UNKNOWN_SHORTCODE", "description"),
    ({"startAfter": DURATION}, "INVALID", "startAfter.unit"),
    ({"dueAfter": {"amount": -1, "unit": "DAYS"}}, "INVALID", "dueAfter.amount"),
    ({"pipelineId": new_id("pipeline")}, "NOT_FOUND", "pipelineId"),
    ({"stageId": new_id("stage")}, "NOT_FOUND", "stageId"),
    ({"templateId": new_id("jobtemplate")}, "NOT_FOUND", "templateId"),
    ({"assigneeIds": [new_id("member")]}, "NOT_FOUND", "assigneeIds"),
]
"""What is wrong with an otherwise good recurrence, by which code, and where."""
NEW: list[tuple[Json, str, str]] = [
    ({"accountIds": []}, "REQUIRED", "accountIds"),
    ({"accountIds": [new_id("account")]}, "NOT_FOUND", "accountIds"),
    ({"accountIds": [new_id("account") for _ in range(1_001)]}, "TOO_MANY", "accountIds"),
    ({"accountIds": [], "tagIds": [new_id("tag")]}, "NOT_FOUND", "tagIds"),
    ({"tagIds": [new_id("tag")]}, "INVALID", "tagIds"),
    ({"accountIds": [], "tagIds": [new_id("tag") for _ in range(21)]}, "TOO_MANY", "tagIds"),
    ({"makeUp": True, "catchUp": "SKIP", "startDate": "2030-01-01"}, "INVALID", "makeUp"),
    ({"makeUp": True, "rrule": "FREQ=DAILY", "startDate": "2027-01-01"}, "TOO_MANY", "makeUp"),
]
"""What is wrong with a new one besides."""


def path(field: str) -> list[str]:
    """The path of a field."""
    return ["input", *field.split(".")]


async def everything(works: Recurring) -> list[Any]:
    """All that is stored of recurrences."""
    tables = ("recurrences", "recurrence_accounts", "recurrence_tags", "recurrence_runs", "due", "uses", "events")
    return [await works.database.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables]


async def test_what_makes_no_sense_is_refused_and_makes_nothing(works: Recurring) -> None:
    """RC1, API1: rules that never fire, or every second, ends before starts, time zones that there are not."""
    before = await everything(works)
    for given, code, field in (*BAD, *NEW):
        said = {**works.saying(WEEKLY), **given}
        [error] = await works.owner.refused("createRecurrence", **said)
        assert (error["code"], error["path"]) == (code, path(field)), given
        assert error["message"], given
    assert await everything(works) == before


async def test_what_makes_no_sense_is_refused_and_changes_nothing(works: Recurring) -> None:
    """RC4, API1: the same in an edit."""
    recurrence = await works.recur(WEEKLY)
    await works.work()
    before = await everything(works)
    for given, code, field in BAD:
        [error] = await works.owner.refused("updateRecurrence", recurrenceId=recurrence, **given)
        assert (error["code"], error["path"]) == (code, path(field)), given
    assert await everything(works) == before


async def test_a_preview_says_what_makes_no_sense(works: Recurring) -> None:
    """RC4: by the same errors, so that a form can show them."""
    about_times = ("rrule", "startDate", "endDate", "count", "createAheadDays")
    for given, code, field in BAD:
        if field in about_times:
            found = await works.preview(**{"rrule": WEEKLY, "startDate": "2030-06-03", **given})
            assert found["occurrences"] == []
            assert [(error["code"], error["path"]) for error in found["errors"]] == [(code, path(field))]
    for given, field in (({}, "rrule"), ({"rrule": WEEKLY}, "startDate")):
        [error] = (await works.preview(**given))["errors"]
        assert (error["code"], error["path"]) == ("REQUIRED", path(field))
    [error] = (await works.preview(recurrenceId=new_id("recurrence")))["errors"]
    assert (error["__typename"], error["path"]) == ("NotFoundError", path("recurrenceId"))


async def test_null_for_what_cannot_be_cleared_is_refused(works: Recurring) -> None:
    """API1: and changes nothing."""
    recurrence = await works.recur(WEEKLY)
    for name in ("name", "pipelineId", "rrule", "startDate", "createAheadDays", "businessDays", "catchUp"):
        refused = await works.owner.code("updateRecurrence", recurrenceId=recurrence, **{name: None})
        assert refused == ("REQUIRED", path(name))


@pytest.mark.parametrize(
    ("text", "rrule", "count", "end"),
    [
        ("rrule:freq=monthly;bymonthday=31,1,31", "FREQ=MONTHLY;BYMONTHDAY=1,31", None, None),
        ("FREQ=WEEKLY;BYDAY=FR,MO;INTERVAL=1;WKST=MO;", "FREQ=WEEKLY;BYDAY=MO,FR", None, None),
        ("SKIP=BACKWARD;RSCALE=GREGORIAN;FREQ=YEARLY", "FREQ=YEARLY", None, None),
        ("FREQ=DAILY;COUNT=7", "FREQ=DAILY", 7, None),
        ("FREQ=DAILY;UNTIL=20300701", "FREQ=DAILY", None, "2030-07-01"),
        ("FREQ=DAILY;UNTIL=20300701T230000Z", "FREQ=DAILY", None, "2030-07-02"),
        ("FREQ=DAILY;UNTIL=20300701T230000", "FREQ=DAILY", None, "2030-07-01"),
        ("FREQ=MONTHLY;WKST=SU;BYDAY=1MO,-1FR", "FREQ=MONTHLY;WKST=SU;BYDAY=-1FR,1MO", None, None),
    ],
)
async def test_a_rule_is_kept_in_its_plain_form_and_its_end_beside_it(
    works: Recurring, text: str, rrule: str, count: int | None, end: str | None
) -> None:
    """RC1: an end that is a moment is that day in the firm's time zone; a new rule's end takes the place of the old."""
    await works.owner.do("updateFirm", timeZone="Europe/Berlin")
    recurrence = await works.recur(text, "2030-06-03")
    found = await works.recurrence(recurrence)
    assert (found["rrule"], found["count"], found["endDate"]) == (rrule, count, end)
    await works.owner.do("updateRecurrence", recurrenceId=recurrence, rrule="FREQ=WEEKLY;COUNT=3")
    found = await works.recurrence(recurrence)
    assert (found["rrule"], found["count"], found["endDate"]) == ("FREQ=WEEKLY", 3, None)


async def test_a_pipeline_that_is_archived_gets_no_new_recurrence(works: Recurring) -> None:
    """PL1, RC1: nor one from elsewhere; one that has it keeps it."""
    document = "pipeline { id }"
    stages = [{"name": "In"}, {"name": "Out"}]
    other = (await works.owner.do("createPipeline", document, name="Old", stages=stages))["id"]
    there, here = await works.recur(WEEKLY, pipelineId=other), await works.recur(WEEKLY)
    await works.owner.do("archivePipeline", pipelineId=other)
    given = works.saying(WEEKLY, pipelineId=other)
    assert await works.owner.code("createRecurrence", **given) == ("ARCHIVED", ["input", "pipelineId"])
    moved = await works.owner.code("updateRecurrence", recurrenceId=here, pipelineId=other)
    assert moved == ("ARCHIVED", ["input", "pipelineId"])
    await works.owner.do("updateRecurrence", recurrenceId=there, name="Old books")
    await works.owner.do("updateRecurrence", recurrenceId=there, pipelineId=works.shop.pipeline)
    assert await works.owner.code("updateRecurrence", recurrenceId=here, stageId=works.stages[0], pipelineId=other)


async def test_a_rule_is_looked_through_beside_everybody_else(
    works: Recurring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RC1: it may take centuries to find that it means no day; the server answers others meanwhile."""
    check, threads = Timing.check_fires, list[threading.Thread]()

    def noted(timing: Timing, checks: Checks) -> None:
        threads.append(threading.current_thread())
        check(timing, checks)

    monkeypatch.setattr(Timing, "check_fires", noted)
    recurrence = await works.recur("FREQ=DAILY")
    never = "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO,TU;BYSETPOS=3"
    given = {"recurrenceId": recurrence, "rrule": never}
    assert await works.owner.code("updateRecurrence", **given) == ("INVALID", ["input", "rrule"])
    assert len(threads) == 2
    assert threading.main_thread() not in threads
