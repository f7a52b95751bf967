"""Links between jobs (JB3): what two jobs have to do with each other, and who does not learn of it."""

from __future__ import annotations

import pytest

from engine.job import job_links
from store.database import Database
from tests.jobs.kit import CHANGES, LINKED, colleague, history, links, screen
from tests.rules.kit import codes, digest, hidden_job, look, move, pipeline, set_state, together
from tests.support.api import Api, Shop
from tests.support.works import Works

INVERSE = {
    "RELATED": "RELATED",
    "BLOCKS": "BLOCKED_BY",
    "BLOCKED_BY": "BLOCKS",
    "DUPLICATES": "DUPLICATED_BY",
    "DUPLICATED_BY": "DUPLICATES",
}


async def test_a_link_is_seen_from_both_jobs_each_in_its_own_words(shop: Shop) -> None:
    """JB3, MV4: oldest first, with who made it; neither job's version counts it."""
    job = (await shop.job())["id"]
    others = {kind: (await shop.job(kind))["id"] for kind in INVERSE}
    for kind, other in others.items():
        await shop.owner.do("linkJobs", "job { id }", jobId=job, otherJobId=other, kind=kind)
    assert await links(shop.owner, job) == list(others.items())
    for kind, other in others.items():
        assert await links(shop.owner, other) == [(INVERSE[kind], job)]
    found = (await shop.owner.query(LINKED, id=job))["job"]
    assert (found["version"], found["linkedJobs"]["nodes"][0]["linkedBy"]) == (1, {"id": shop.owner.member_id})
    document = "query ($id: ID!, $after: String) { job(id: $id) { linkedJobs(first: 2, after: $after) { %s } } }"
    page = document % "nodes { kind } pageInfo { hasNextPage endCursor }"
    first = (await shop.owner.query(page, id=job))["job"]["linkedJobs"]
    second = (await shop.owner.query(page, id=job, after=first["pageInfo"]["endCursor"]))["job"]["linkedJobs"]
    assert [one["kind"] for one in first["nodes"] + second["nodes"]] == list(INVERSE)[:4]


async def test_the_same_link_again_changes_nothing_and_another_one_is_refused(shop: Shop, database: Database) -> None:
    """JB3: two jobs have one link, whichever of them it begins with."""
    job, other = (await shop.job())["id"], (await shop.job())["id"]
    blocks = {"jobId": job, "otherJobId": other, "kind": "BLOCKS"}
    await shop.owner.do("linkJobs", **blocks)
    before = await digest(database)
    await shop.owner.do("linkJobs", **blocks)
    await shop.owner.do("linkJobs", jobId=other, otherJobId=job, kind="BLOCKED_BY")
    for wrong in ({**blocks, "kind": "RELATED"}, {"jobId": other, "otherJobId": job, "kind": "BLOCKS"}):
        assert await shop.owner.code("linkJobs", **wrong) == ("ALREADY_LINKED", ["input", "kind"])
    assert await shop.owner.code("linkJobs", jobId=job, otherJobId=job) == ("INVALID", ["input", "otherJobId"])
    assert await digest(database) == before


async def test_a_link_is_taken_away_from_either_side_once(shop: Shop, database: Database) -> None:
    """JB3."""
    job, other = (await shop.job())["id"], (await shop.job())["id"]
    await shop.owner.do("linkJobs", jobId=job, otherJobId=other, kind="DUPLICATES")
    await shop.owner.do("unlinkJobs", jobId=other, otherJobId=job)
    assert (await links(shop.owner, job), await links(shop.owner, other)) == ([], [])
    before = await digest(database)
    assert await shop.owner.code("unlinkJobs", jobId=job, otherJobId=other) == ("NOT_FOUND", ["input", "otherJobId"])
    assert await digest(database) == before


async def test_of_two_links_made_at_once_from_both_sides_one_stands(shop: Shop, database: Database) -> None:
    """JB3: exactly one; equal ones are the same link."""
    for kind, winners in (("BLOCKS", 1), ("RELATED", 2)):
        for _ in range(4):
            job, other = (await shop.job())["id"], (await shop.job())["id"]
            answers = await together(
                shop.owner.payload("linkJobs", jobId=job, otherJobId=other, kind=kind),
                shop.owner.payload("linkJobs", jobId=other, otherJobId=job, kind=kind),
            )
            assert sorted(codes(answer) for answer in answers) == [[]] * winners + [["ALREADY_LINKED"]] * (2 - winners)
            assert await database.value("SELECT count(*) FROM job_links WHERE job_id IN ($1, $2)", job, other) == 1


async def test_links_hold_nothing_up(shop: Shop) -> None:
    """JB3: not even a circle of jobs that block each other: a link is a hint, and refusing one would tell of others."""
    jobs = [(await shop.job())["id"] for _ in range(3)]
    for job, other in zip(jobs, jobs[1:] + jobs[:1], strict=True):
        await shop.owner.do("linkJobs", jobId=job, otherJobId=other, kind="BLOCKS")
    for job in jobs:
        assert (await move(shop.owner, job, shop.stages[1]))["stage"]["id"] == shop.stages[1]
        await set_state(shop.owner, job, "COMPLETED")


async def test_archived_jobs_are_linked_and_unlinked(shop: Shop) -> None:
    """ST1: read-only but for unarchive, links and comments."""
    job, other = (await shop.job())["id"], (await shop.job())["id"]
    await set_state(shop.owner, job, "ARCHIVED")
    await shop.owner.do("linkJobs", jobId=other, otherJobId=job, kind="DUPLICATES")
    assert await links(shop.owner, job) == [("DUPLICATED_BY", other)]
    await shop.owner.do("unlinkJobs", jobId=job, otherJobId=other)
    assert await links(shop.owner, other) == []


async def test_a_job_has_no_more_links_than_can_be_looked_at(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """JB3: neither of the two."""
    monkeypatch.setattr(job_links, "LIST_LENGTH", 1)
    job, other, third = [(await shop.job())["id"] for _ in range(3)]
    await shop.owner.do("linkJobs", jobId=job, otherJobId=other)
    for first, second, path in ((job, third, "jobId"), (third, job, "otherJobId")):
        code = await shop.owner.code("linkJobs", jobId=first, otherJobId=second)
        assert code == ("TOO_MANY", ["input", path])
    assert await links(shop.owner, third) == []


async def test_a_link_to_a_job_that_one_does_not_see_is_not_there(api: Api, shop: Shop, database: Database) -> None:
    """AC4: neither listed nor counted, in no history, not to be taken away, until one sees the other job."""
    job, seen, employee = (await shop.job())["id"], (await shop.job())["id"], await colleague(api, shop)
    hidden = await hidden_job(shop)
    await shop.owner.do("linkJobs", jobId=job, otherJobId=hidden["id"], kind="BLOCKS")
    await shop.owner.do("linkJobs", jobId=seen, otherJobId=job, kind="BLOCKS")
    assert await links(shop.owner, job) == [("BLOCKS", hidden["id"]), ("BLOCKED_BY", seen)]
    assert await links(employee, job) == [("BLOCKED_BY", seen)]
    assert [one["action"] for one in await history(shop.owner, job)] == ["LINKED", "LINKED", "CREATED"]
    assert [one["action"] for one in await history(employee, job)] == ["LINKED", "CREATED"]
    entries = await database.rows("SELECT id FROM history WHERE job_id = $1 AND action = 'LINKED' ORDER BY n", job)
    found = await employee.query("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[row["id"] for row in entries])
    assert found["nodes"] == [None, {"id": entries[1]["id"]}]
    before = await digest(database)
    for mutation, given in (("linkJobs", {"kind": "BLOCKS"}), ("unlinkJobs", {})):
        answer = await employee.code(mutation, jobId=job, otherJobId=hidden["id"], **given)
        assert answer == ("NOT_FOUND", ["input", "otherJobId"])
        answer = await employee.code(mutation, jobId=hidden["id"], otherJobId=job, **given)
        assert answer == ("NOT_FOUND", ["input", "jobId"])
    assert await digest(database) == before
    await shop.owner.do("updateJob", jobId=hidden["id"], addAssigneeIds=[employee.member_id])
    assert await links(employee, job) == [("BLOCKS", hidden["id"]), ("BLOCKED_BY", seen)]
    assert len(await history(employee, job)) == 3


async def test_who_looks_at_a_job_is_told_of_links_to_jobs_that_they_see(api: Api, shop: Shop) -> None:
    """LV5, AC4: of others they hear nothing; boards hear of none (LV7)."""
    job, other, employee = (await shop.job())["id"], (await shop.job())["id"], await colleague(api, shop)
    hidden = (await hidden_job(shop))["id"]
    (stream, cursor), board = await screen(employee, job), {"board": {"pipelineId": shop.pipeline}}
    for mutation in ("linkJobs", "unlinkJobs"):
        await shop.owner.do(mutation, jobId=hidden, otherJobId=job)
    silent = (await employee.query(CHANGES, stream=stream, after=cursor))["changes"]
    assert silent["events"] == []
    await shop.owner.do("linkJobs", jobId=other, otherJobId=job)
    [event] = (await employee.query(CHANGES, stream=stream, after=silent["cursor"]))["changes"]["events"]
    [change] = event["changes"]
    assert change["job"]["linkedJobs"]["nodes"] == [{"job": {"id": other}}]
    await shop.owner.do("unlinkJobs", jobId=other, otherJobId=job)
    [event] = (await employee.query(CHANGES, stream=stream, after=silent["cursor"]))["changes"]["events"]
    assert [one["job"]["linkedJobs"]["nodes"] for one in event["changes"]] == [[]]
    for client in (shop.owner, employee):
        assert (await client.query(CHANGES, stream=board, after=cursor))["changes"]["events"] == []


async def test_a_job_that_an_automation_makes_is_linked_to_the_one_it_was_made_for(api: Api, shop: Shop) -> None:
    """AU7: CREATE_JOB, in any pipeline, linked; the histories of both name each other and the automation."""
    works = Works.open(api, shop)
    target, _ = await pipeline(shop.owner)
    automation = await works.automate(shop.stages[1], {"createJob": {"pipelineId": target, "name": "Next"}})
    job = await works.moved(shop.stages[1])
    await works.work()
    [(kind, made)] = await links(shop.owner, job)
    assert (kind, await links(shop.owner, made)) == ("RELATED", [("RELATED", job)])
    for one, other, name in ((job, made, "Next"), (made, job, None)):
        linked = next(entry for entry in await history(shop.owner, one) if entry["action"] == "LINKED")
        assert linked["cause"]["automation"] == {"id": automation}
        [line, said] = linked["changes"]
        assert (line["toNodes"], said["toValue"]) == ([{"id": other}], "RELATED")
        assert name is None or line["toValue"] == name
    assert (await look(shop.owner, made))["version"] == 1
