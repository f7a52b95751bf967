"""Jobs that recur come when they are due, each once, as their recurrence says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.recurrence.kit import Recurring
from tests.support.works import asked

MONTH_ENDS = ("2030-01-31", "2030-02-28", "2030-03-31", "2030-04-30")


def day(month: int, of_month: int, hour: int = 9) -> datetime:
    """A moment in 2030."""
    return datetime(2030, month, of_month, hour, tzinfo=UTC)


async def test_monthly_from_january_31_is_february_28_then_march_31(works: Recurring) -> None:
    """RC2: occurrences are counted from the start, never from the last; a day that a month lacks is its last."""
    works.now = day(1, 31)
    recurrence = await works.recur("FREQ=MONTHLY")
    for one in MONTH_ENDS:
        await works.at(datetime.fromisoformat(f"{one}T09:00:00Z"))
        await works.work()
    assert await works.made() == list(MONTH_ENDS)
    assert await works.course(recurrence) == [(one, "DONE", 1) for one in MONTH_ENDS]
    assert (await works.recurrence(recurrence))["next"]["date"] == "2030-05-31"


async def test_jobs_are_made_at_the_beginning_of_the_day_in_the_firm(works: Recurring) -> None:
    """RC1: not a minute before, by the firm's time zone."""
    await works.owner.do("updateFirm", timeZone="Europe/Berlin")
    recurrence = await works.recur("FREQ=WEEKLY", "2030-06-10")
    assert (await works.recurrence(recurrence))["next"]["createsAt"] == "2030-06-09T22:00:00+00:00"
    await works.at(datetime(2030, 6, 9, 21, 59, tzinfo=UTC))
    assert await works.made() == []
    await works.at(datetime(2030, 6, 9, 22, tzinfo=UTC))
    assert await works.made() == ["2030-06-10"]


async def test_jobs_are_made_days_ahead_and_dated_by_the_working_day(works: Recurring) -> None:
    """RC1, AU8: created ahead of the shifted day, from which dates count; shortcodes speak of the occurrence's date."""
    given = {"name": "Books", "jobName": "Books of [CURRENT_MONTH_NAME] [CURRENT_DAY]", "priority": "HIGH"}
    spans = {"startAfter": {"amount": 0, "unit": "DAYS"}, "dueAfter": {"amount": 2, "unit": "WORKING_DAYS"}}
    template = await works.owner.do("createJobTemplate", "jobTemplate { id }", **given, **spans)
    await works.recur(
        "FREQ=MONTHLY;BYMONTHDAY=31",
        templateId=template["id"],
        jobName=None,
        createAheadDays=5,
        businessDays="NEXT",
    )
    await works.at(day(6, 25))
    assert await works.made() == []
    await works.at(day(6, 26))  # June 30 is a Sunday
    [job] = await works.jobs()
    dates = {"occurrence": "2030-06-30", "startDate": "2030-07-01", "dueDate": "2030-07-03"}
    assert {name: job[name] for name in dates} == dates
    assert (job["name"], job["priority"]) == ("Books of June 30", "HIGH")


async def test_what_a_recurrence_says_of_its_jobs_wins_over_the_template(works: Recurring) -> None:
    """JB1, RC1: name, description, priority, people, dates."""
    ann = await works.api.member(works.owner, role="ADMIN")
    template = await works.owner.do(
        "createJobTemplate",
        "jobTemplate { id }",
        name="Books",
        jobName="Books",
        description="All of it.",
        assigneeIds=[works.owner.member_id],
        dueAfter={"amount": 1, "unit": "DAYS"},
    )
    await works.recur(
        "FREQ=DAILY",
        templateId=template["id"],
        jobName="Books for [ACCOUNT_NAME], Q1",
        priority="URGENT",
        assigneeIds=[ann.member_id],
        dueAfter={"amount": 0, "unit": "DAYS"},
        stageId=works.stages[1],
    )
    await works.work()
    [job] = await works.jobs()
    assert (job["name"], job["description"], job["priority"]) == ("Books for Acme, Q1", "All of it.", "URGENT")
    assert ([one["id"] for one in job["assignees"]], job["dueDate"]) == ([ann.member_id], "2030-06-03")
    assert job["stage"]["id"] == works.stages[1]


async def test_automations_in_a_recurring_job_speak_of_its_occurrence(works: Recurring) -> None:
    """AU8: the period is that of the occurrence, not of the day on which something is made, also much later."""
    await works.automate(works.stages[0], asked("Collect [CURRENT_MONTH_NAME]"))
    await works.automate(works.stages[1], asked("File [LAST_MONTH_NAME]"))
    await works.recur("FREQ=MONTHLY;BYMONTHDAY=1", createAheadDays=10)
    await works.at(day(6, 21))
    [job] = await works.jobs()
    works.now = day(9, 2)
    await works.move(job["id"], works.stages[1], pendingItems="COMPLETE")
    await works.work()
    assert {task["title"] for task in (await works.look(job["id"]))["tasks"]} == {"Collect July", "File June"}
    other = await works.job()
    assert {task["title"] for task in (await works.look(other))["tasks"]} == {"Collect September"}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("ALL", ["2030-06-03", "2030-06-04", "2030-06-05", "2030-06-06"]),
        ("LATEST", ["2030-06-03", "2030-06-06"]),
        ("SKIP", ["2030-06-03", "2030-06-06"]),
    ],
)
async def test_after_an_outage_that_ends_on_a_day_of_the_rule(
    works: Recurring, policy: str, expected: list[str]
) -> None:
    """RC3: what was missed is made up for, or not; what is due today is on time in any case."""
    recurrence = await works.recur("FREQ=DAILY", catchUp=policy)
    await works.work()
    await works.at(day(6, 6))
    assert await works.made() == expected
    made = {one: ("DONE" if one in expected else "SKIPPED") for one in (f"2030-06-0{n}" for n in range(3, 7))}
    assert {one: state for one, state, _ in await works.course(recurrence)} == made


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("ALL", ["2030-06-03", "2030-06-10", "2030-06-17"]),
        ("LATEST", ["2030-06-03", "2030-06-17"]),
        ("SKIP", ["2030-06-03"]),
    ],
)
async def test_after_an_outage_that_ends_on_another_day(works: Recurring, policy: str, expected: list[str]) -> None:
    """RC3: all that was missed is made up for, only the last of it, or nothing, and all goes on after it."""
    recurrence = await works.recur("FREQ=WEEKLY", catchUp=policy)
    await works.work()
    await works.at(day(6, 20))
    assert await works.made() == expected
    assert (await works.recurrence(recurrence))["next"]["date"] == "2030-06-24"
    skipped = [run for run in (await works.recurrence(recurrence))["runs"]["nodes"] if run["state"] == "SKIPPED"]
    assert {run["reason"] for run in skipped} <= {"Its day has passed without it, and it is not made up for."}
    await works.at(day(6, 24))
    assert await works.made() == [*expected, "2030-06-24"]


async def test_what_is_created_ahead_was_not_missed_as_long_as_its_day_has_not_passed(works: Recurring) -> None:
    """RC3: also where nothing is made up for."""
    await works.recur("FREQ=MONTHLY;BYMONTHDAY=20", createAheadDays=10, catchUp="SKIP")
    await works.at(day(6, 15))
    assert await works.made() == ["2030-06-20"]


async def test_a_start_in_the_past_is_not_made_up_for_unless_asked(works: Recurring) -> None:
    """RC3: occurrences are counted from the start all the same."""
    silent = await works.recur("FREQ=MONTHLY;COUNT=4", "2030-03-31", name="Silent")
    asked_for = await works.recur("FREQ=MONTHLY;COUNT=4", "2030-03-31", name="Asked for", makeUp=True)
    await works.work()
    assert await works.course(silent) == []
    assert await works.course(asked_for) == [(one, "DONE", 1) for one in ("2030-03-31", "2030-04-30", "2030-05-31")]
    await works.at(day(7, 1))
    assert await works.course(silent) == [("2030-06-30", "DONE", 1)]
    assert [(await works.recurrence(one))["state"] for one in (silent, asked_for)] == ["ENDED", "ENDED"]


async def test_a_recurrence_ends_after_its_last_day_or_so_many_times(works: Recurring) -> None:
    """RC1: the end is inclusive, a count counts dates by the rule; nothing is due after it."""
    await works.recur("FREQ=DAILY", endDate="2030-06-05")
    await works.recur("FREQ=DAILY", count=2)
    for of_month in range(3, 9):
        await works.at(day(6, of_month))
    assert await works.made() == ["2030-06-03", "2030-06-03", "2030-06-04", "2030-06-04", "2030-06-05"]
    assert await works.due() == 0


async def test_accounts_with_all_of_the_tags_are_read_at_each_run(works: Recurring) -> None:
    """RC1, CN1: several tags mean all of them; who has them when the run begins gets a job."""
    books, monthly = await works.tag("Books"), await works.tag("Monthly")
    [both] = await works.accounts(1, [books, monthly])
    [one] = await works.accounts(1, [books])
    await works.recur("FREQ=DAILY", tagIds=[books, monthly])
    await works.work()
    assert [job["account"]["id"] for job in await works.jobs()] == [both]
    await works.owner.do("updateAccount", accountId=one, addTagIds=[monthly])
    await works.owner.do("updateAccount", accountId=both, removeTagIds=[books])
    await works.at(day(6, 4))
    found = {(job["occurrence"], job["account"]["id"]) for job in await works.jobs()}
    assert found == {("2030-06-03", both), ("2030-06-04", one)}


async def test_jobs_pass_over_stages_whose_conditions_they_do_not_meet(works: Recurring) -> None:
    """CN2: each begins in the next stage that holds, by its own account."""
    tag = await works.tag("Payroll")
    stages = [{"name": "In"}, {"name": "Payroll", "condition": {"tags": [tag]}}, {"name": "Out"}]
    document = "pipeline { id stages { id } }"
    pipeline = await works.owner.do("createPipeline", document, name="Payroll", stages=stages)
    stages = [stage["id"] for stage in pipeline["stages"]]
    accounts = [*await works.accounts(1, [tag]), *await works.accounts(1)]
    works.shop.pipeline = pipeline["id"]
    await works.recur("FREQ=DAILY", accountIds=accounts, stageId=stages[1])
    await works.work()
    found = {job["account"]["id"]: job["stage"]["id"] for job in await works.jobs()}
    assert found == dict(zip(accounts, stages[1:], strict=True))


async def test_a_full_stage_and_allowed_moves_do_not_hold_recurrences_up(works: Recurring) -> None:
    """PL2: what blocks people only warns where something comes by itself."""
    await works.owner.do("updateStage", stageId=works.stages[1], jobLimit=1)
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, blocksOverLimit=True, listedMovesOnly=True)
    await works.recur("FREQ=DAILY", accountIds=await works.accounts(3), stageId=works.stages[1])
    await works.work()
    assert [job["stage"]["id"] for job in await works.jobs()] == [works.stages[1]] * 3


async def test_days_off_move_the_day_and_not_the_count(works: Recurring) -> None:
    """RC1: weekends and the firm's holidays; three occurrences on one day are three jobs."""
    await works.owner.do("updateFirm", addHolidays=[{"day": "2030-06-10", "name": "Whit Monday"}])
    recurrence = await works.recur("FREQ=DAILY;COUNT=4", "2030-06-08", businessDays="NEXT")
    await works.at(day(6, 10))
    assert await works.made() == []
    await works.at(day(6, 11))
    assert await works.made() == ["2030-06-08", "2030-06-09", "2030-06-10", "2030-06-11"]
    runs = (await works.recurrence(recurrence))["runs"]["nodes"]
    assert {run["day"] for run in runs} == {"2030-06-11"}


async def test_a_change_of_the_calendar_counts_for_what_is_to_come(works: Recurring) -> None:
    """RC1: a holiday that is added, another time zone: jobs come when they are due then."""
    recurrence = await works.recur("FREQ=WEEKLY;BYDAY=TH", businessDays="PREVIOUS")
    await works.owner.do("updateFirm", addHolidays=[{"day": "2030-06-06", "name": "Closed"}])
    await works.at(day(6, 5))
    assert await works.made() == ["2030-06-06"]
    await works.owner.do("updateFirm", timeZone="Pacific/Auckland")
    await works.work()
    assert (await works.recurrence(recurrence))["next"]["createsAt"] == "2030-06-12T12:00:00+00:00"
    await works.at(datetime(2030, 6, 12, 12, tzinfo=UTC))
    assert await works.made() == ["2030-06-06", "2030-06-13"]


async def test_events_and_histories_say_which_recurrence_it_was_and_for_whom(works: Recurring) -> None:
    """AU5, LV2: made as the system for who made the recurrence, though they were deactivated since; one event."""
    boss = works.timed(await works.api.member(works.owner, role="ADMIN"))
    given = works.saying("FREQ=DAILY", "2030-06-04", clientMutationId="mine", accountIds=await works.accounts(3))
    recurrence = (await boss.do("createRecurrence", "recurrence { id }", **given))["id"]
    await works.owner.do("deactivateMember", memberId=boss.member_id)
    cursor = (await works.owner.query("{ cursor }"))["cursor"]
    await works.at(day(6, 4))
    document = """query ($stream: StreamInput!, $after: String!) { changes(stream: $stream, after: $after) { events {
        ... on BoardEvent { cause { kind clientMutationId actor { ... on Member { id } } recurrence { id } }
        changes { __typename } } } } }"""
    stream = {"board": {"pipelineId": works.shop.pipeline}}
    [event] = (await works.owner.query(document, stream=stream, after=cursor))["changes"]["events"]
    cause = {"kind": "RECURRENCE", "actor": {"id": boss.member_id}, "recurrence": {"id": recurrence}}
    assert event["cause"] == {**cause, "clientMutationId": None}
    assert [one["__typename"] for one in event["changes"]].count("JobUpserted") == 3
    document = """query ($id: ID!) { job(id: $id) { recurrence { id } occurrence history { nodes { action
        cause { kind actor { ... on Member { id } } recurrence { id } } } } } }"""
    job = (await works.owner.query(document, id=(await works.jobs())[0]["id"]))["job"]
    assert (job["recurrence"], job["occurrence"]) == ({"id": recurrence}, "2030-06-04")
    assert job["history"]["nodes"] == [{"action": "CREATED", "cause": cause}]
    await works.owner.do("deleteRecurrence", recurrenceId=recurrence)
    job = (await works.owner.query(document, id=(await works.jobs())[0]["id"]))["job"]
    assert (job["recurrence"], job["occurrence"]) == (None, "2030-06-04")
    assert job["history"]["nodes"][0]["cause"]["recurrence"] is None


async def test_every_day_comes_once_across_a_change_of_the_clock(works: Recurring) -> None:
    """RC2: whenever the worker looks, and however often; in Santiago midnight is left out."""
    await works.owner.do("updateFirm", timeZone="America/Santiago")
    works.now = day(8, 31, 12)
    await works.recur("FREQ=DAILY;COUNT=20")
    for _ in range(70):
        await works.work()
        works.wait(hours=7)
    assert await works.made() == [str(date(2030, 8, 31) + timedelta(days=n)) for n in range(20)]
