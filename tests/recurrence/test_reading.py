"""Recurrences in lists: by filters, in order, in a constant number of statements."""

from __future__ import annotations

from tests.recurrence.kit import Recurring
from tests.support.api import Json
from tests.support.statements import counting

LIST = """query ($filter: RecurrenceFilter) { recurrences(filter: $filter) { totalCount nodes { id name state } } }"""
ALL = """{ recurrences(first: 10) { nodes { id state next { date } pipeline { name } stage { name } template { name }
    assignees { name } tags { name } startAfter { amount } dueAfter { amount } createdBy { name } updatedBy { name }
    accounts(first: 5) { totalCount nodes { name } }
    runs(first: 5) { nodes { total made failed recurrence { id } results(first: 5) { nodes {
        account { name } job { name occurrence recurrence { id } } error } } } } } } }"""


async def listed(works: Recurring, **wanted: object) -> list[str]:
    """The names of those that a filter wants."""
    found: Json = (await works.owner.query(LIST, filter=wanted or None))["recurrences"]
    assert found["totalCount"] == len(found["nodes"])
    return [one["name"] for one in found["nodes"]]


async def test_recurrences_are_found_by_what_they_are(works: Recurring) -> None:
    """API2, RC4: by pipeline, state and name, and any combination; by name in order."""
    stages = [{"name": "In"}, {"name": "Out"}]
    other = (await works.owner.do("createPipeline", "pipeline { id }", name="Other", stages=stages))["id"]
    paused = await works.recur("FREQ=DAILY", name="Books, weekly")
    await works.owner.do("pauseRecurrence", recurrenceId=paused)
    await works.recur("FREQ=DAILY;COUNT=1", name="audit")
    yearly = await works.recur("FREQ=YEARLY", name="Taxes", pipelineId=other)
    await works.work()
    assert await listed(works) == ["audit", "Books, weekly", "Taxes"]
    assert await listed(works, states=["PAUSED", "ENDED"]) == ["audit", "Books, weekly"]
    assert await listed(works, states=["ACTIVE"]) == ["Taxes"]
    assert await listed(works, pipelineIds=[other]) == ["Taxes"]
    assert await listed(works, nameContains="BOOKS") == ["Books, weekly"]
    assert await listed(works, ids=[yearly, paused], **{"not": {"states": ["PAUSED"]}}) == ["Taxes"]
    assert await listed(works, **{"or": [{"states": ["ENDED"]}, {"pipelineIds": [other]}]}) == ["audit", "Taxes"]


async def test_reading_many_takes_as_many_statements_as_reading_one(works: Recurring) -> None:
    """API2: whatever the number of recurrences, runs and accounts."""
    accounts = await works.accounts(4)
    numbers: list[int] = []
    for more in (1, 4):
        for _ in range(more):
            await works.recur("FREQ=DAILY", accountIds=accounts[:more])
        works.wait(days=1)
        await works.work()
        with counting(works.database) as statements:
            found = await works.owner.query(ALL)
        numbers.append(len(statements))
        assert all(run["results"]["nodes"] for one in found["recurrences"]["nodes"] for run in one["runs"]["nodes"])
    assert numbers[0] == numbers[1]
