"""Who sees recurrences and may change them; what is hidden from somebody is not there for them."""

from __future__ import annotations

import pytest

from tests.recurrence.kit import RUN, Recurring
from tests.support.api import Client, Json

FORBIDDEN = "FORBIDDEN"
MISSING = "NOT_FOUND"


@pytest.fixture
async def clerk(works: Recurring) -> Client:
    """An employee who sees the pipeline and the shop's account, and manages recurrences."""
    made = await works.api.member(works.owner, rights=["MANAGE_RECURRENCES"], accounts=[works.shop.account])
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, addAvailableToIds=[made.member_id])
    return works.timed(made)


async def all_of_it(works: Recurring) -> list[object]:
    """All that is stored of recurrences."""
    tables = ("recurrences", "recurrence_accounts", "recurrence_tags", "recurrence_runs", "due")
    return [await works.database.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables]


async def deeds(works: Recurring, recurrence: str, run: str) -> list[tuple[str, Json, str]]:
    """All that may be done with a recurrence, and the field that names it."""
    say = {"recurrenceId": recurrence}
    return [
        ("updateRecurrence", {**say, "name": "Mine"}, "recurrenceId"),
        ("pauseRecurrence", say, "recurrenceId"),
        ("resumeRecurrence", say, "recurrenceId"),
        ("skipNextOccurrence", {**say, "occurrence": "2030-06-04"}, "recurrenceId"),
        ("retryRecurrenceRun", {"runId": run}, "runId"),
        ("deleteRecurrence", say, "recurrenceId"),
    ]


async def failed(works: Recurring) -> tuple[str, str]:
    """A recurrence, and a run of it that can be tried again."""
    recurrence = await works.recur("FREQ=DAILY")
    await works.owner.do("archivePipeline", pipelineId=works.shop.pipeline)
    await works.work()
    await works.owner.do("restorePipeline", pipelineId=works.shop.pipeline)
    [run] = (await works.recurrence(recurrence))["runs"]["nodes"]
    return recurrence, run["id"]


async def test_whoever_has_the_right_does_it_all(works: Recurring, clerk: Client) -> None:
    """RC1, RC4, AC1: MANAGE_RECURRENCES and the pipeline are enough."""
    made = await clerk.do("createRecurrence", "recurrence { createdBy { id } }", **works.saying("FREQ=DAILY"))
    assert made["createdBy"] == {"id": clerk.member_id}
    for mutation, given, _ in await deeds(works, *await failed(works)):
        if mutation != "retryRecurrenceRun":
            await clerk.do(mutation, **given)
    await clerk.do("retryRecurrenceRun", runId=(await failed(works))[1])


async def test_without_the_right_one_looks_and_changes_nothing(works: Recurring, clerk: Client) -> None:
    """AC1, AC2: whoever sees the pipeline sees its recurrences."""
    recurrence, run = await failed(works)
    await works.owner.do("updateMemberAccess", memberId=clerk.member_id, removeRights=["MANAGE_RECURRENCES"])
    assert await works.recurrence(recurrence, clerk) == await works.recurrence(recurrence)
    before = await all_of_it(works)
    for mutation, given, _ in [*await deeds(works, recurrence, run), ("createRecurrence", works.saying("X"), "")]:
        [error] = await clerk.refused(mutation, **given)
        assert (error["code"], error["right"]) == (FORBIDDEN, "MANAGE_RECURRENCES")
    assert await all_of_it(works) == before


async def test_whoever_does_not_see_the_pipeline_does_not_see_its_recurrences(works: Recurring, clerk: Client) -> None:
    """AC4: not found, not listed, not counted, not previewed, not named as a cause; nor is there anything to change."""
    recurrence, run = await failed(works)
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, removeAvailableToIds=[clerk.member_id])
    document = """query ($id: ID!, $ids: [ID!]!) { recurrence(id: $id) { id } nodes(ids: $ids) { id }
        recurrences { totalCount nodes { id } } }"""
    found = await clerk.query(document, id=recurrence, ids=[recurrence, run])
    empty = {"totalCount": 0, "nodes": []}
    assert found == {"recurrence": None, "nodes": [None, None], "recurrences": empty}
    before = await all_of_it(works)
    for mutation, given, field in await deeds(works, recurrence, run):
        assert await clerk.code(mutation, **given) == (MISSING, ["input", field])
    given = works.saying("FREQ=DAILY")
    assert await clerk.code("createRecurrence", **given) == (MISSING, ["input", "pipelineId"])
    assert await all_of_it(works) == before


async def test_jobs_are_not_made_for_accounts_that_one_does_not_see(works: Recurring, clerk: Client) -> None:
    """AC3, AC4: an account that is hidden is not there; all with a tag takes the right to see them all."""
    [hidden] = await works.accounts(1)
    tag = await works.tag("Books")
    mine = await works.recur("FREQ=DAILY")
    before = await all_of_it(works)
    given = works.saying("FREQ=DAILY", accountIds=[works.shop.account, hidden])
    assert await clerk.code("createRecurrence", **given) == (MISSING, ["input", "accountIds"])
    added = await clerk.code("updateRecurrence", recurrenceId=mine, addAccountIds=[hidden])
    assert added == (MISSING, ["input", "addAccountIds"])
    [error] = await clerk.refused("createRecurrence", **works.saying("FREQ=DAILY", tagIds=[tag]))
    assert (error["code"], error["path"], error["right"]) == (FORBIDDEN, ["input", "tagIds"], "VIEW_ALL_ACCOUNTS")
    change = {"addTagIds": [tag], "removeAccountIds": [works.shop.account]}
    [error] = await clerk.refused("updateRecurrence", recurrenceId=mine, **change)
    assert (error["code"], error["path"]) == (FORBIDDEN, ["input", "addTagIds"])
    assert await all_of_it(works) == before


async def test_what_one_does_not_see_is_not_taken_away(works: Recurring, clerk: Client) -> None:
    """AC3, AC4: a hidden account stays on the list as if it had not been named; tags take the right to see all."""
    [hidden] = await works.accounts(1)
    tag, other = await works.tag("Books"), await works.tag("Other")
    listed = await works.recur("FREQ=DAILY", accountIds=[works.shop.account, hidden])
    tagged = await works.recur("FREQ=DAILY", tagIds=[tag, other])
    before = await all_of_it(works)
    await clerk.do("updateRecurrence", recurrenceId=listed, removeAccountIds=[hidden])
    [error] = await clerk.refused("updateRecurrence", recurrenceId=tagged, removeTagIds=[tag])
    assert (error["code"], error["path"], error["right"]) == (FORBIDDEN, ["input", "removeTagIds"], "VIEW_ALL_ACCOUNTS")
    assert await all_of_it(works) == before


async def test_nobody_gets_to_see_by_a_recurrence_what_is_hidden_from_them(works: Recurring, clerk: Client) -> None:
    """AC3: by putting oneself on every job, or by texts that tell of the accounts. What others have said may stay."""
    await works.owner.do("createCustomField", name="Fee", kind="NUMBER")
    private = {"name": "Fees", "jobName": "Fee [ACCOUNT_CUSTOM_FIELD:Fee]"}
    template = (await works.owner.do("createJobTemplate", "jobTemplate { id }", **private))["id"]
    for given, field in (
        ({"assigneeIds": [clerk.member_id]}, "assigneeIds"),
        ({"jobName": "[CONTACT_NAME]"}, "jobName"),
        ({"description": "Fee: [ACCOUNT_CUSTOM_FIELD:Fee]"}, "description"),
        ({"templateId": template}, "templateId"),
    ):
        before = await all_of_it(works)
        [error] = await clerk.refused("createRecurrence", **works.saying("FREQ=DAILY", **given))
        assert (error["code"], error["path"], error["right"]) == (FORBIDDEN, ["input", field], "VIEW_ALL_ACCOUNTS")
        assert await all_of_it(works) == before
        theirs = await works.recur("FREQ=DAILY", **given)
        await clerk.do("updateRecurrence", recurrenceId=theirs, name="Renamed", rrule="FREQ=WEEKLY")
        plain = await works.recur("FREQ=DAILY")
        [error] = await clerk.refused("updateRecurrence", recurrenceId=plain, **given)
        assert error["path"] == ["input", field]


async def test_what_is_shown_of_accounts_is_what_one_has_access_to(works: Recurring, clerk: Client) -> None:
    """AC4: the accounts of a recurrence, the numbers and the results of its runs; jobs, and causes of what one sees."""
    hidden = await works.accounts(2)
    recurrence = await works.recur("FREQ=DAILY", accountIds=[*hidden, works.shop.account])
    async with works.trouble("jobs", f"account_id <> '{hidden[0]}'"):
        await works.work()
    document = f"""query ($id: ID!) {{ recurrence(id: $id) {{ accounts {{ totalCount nodes {{ id }} }}
        runs {{ nodes {{ {RUN} results {{ totalCount nodes {{ account {{ id }} error }} }} }} }} }} }}"""
    found = (await works.owner.query(document, id=recurrence))["recurrence"]
    [run] = found["runs"]["nodes"]
    assert (found["accounts"]["totalCount"], run["results"]["totalCount"]) == (3, 3)
    assert (run["total"], run["made"], run["failed"]) == (3, 2, 1)
    found = (await clerk.query(document, id=recurrence))["recurrence"]
    mine = {"id": works.shop.account}
    [run] = found["runs"]["nodes"]
    assert found["accounts"] == {"totalCount": 1, "nodes": [mine]}
    assert run["results"] == {"totalCount": 1, "nodes": [{"account": mine, "error": None}]}
    assert (run["total"], run["made"], run["failed"]) == (1, 1, 0)


async def test_the_number_of_failures_is_not_told_to_whom_they_are_hidden(works: Recurring, clerk: Client) -> None:
    """AC4: why a run has failed in part is said without it."""
    [hidden] = await works.accounts(1)
    recurrence = await works.recur("FREQ=DAILY", accountIds=[hidden, works.shop.account])
    async with works.trouble("jobs", f"account_id <> '{hidden}'"):
        await works.work()
    [run] = (await works.recurrence(recurrence, clerk))["runs"]["nodes"]
    assert (run["state"], run["reason"]) == ("FAILED", "Not every account has got its job.")
