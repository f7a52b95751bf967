"""JB3: a deleted job is gone from everything, waits for 30 days, and comes back as it was."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from store.database import Database
from store.ids import new_id
from tests.access.digest import Unchanged
from tests.rules.kit import built_in, hidden_job
from tests.support.api import Api, Client, Shop
from tests.support.documents import stored_document
from tests.support.mail import stored_email
from tests.trash.kit import actions, delete_job, node, things, trash

EVERYWHERE = """query ($id: ID!, $pipeline: ID!, $ids: [ID!]!, $assigned: JobFilter!) {
    job(id: $id) { id } nodes(ids: $ids) { id }
    jobs(filter: { states: [ACTIVE, COMPLETED, ARCHIVED, CUSTOM] }) { totalCount nodes { id } }
    mine: jobs(filter: $assigned) { totalCount } tasks { totalCount } items { totalCount } account: accounts { nodes {
        items { totalCount } } }
    board(pipelineId: $pipeline) { columns { jobCount overdueCount jobs { totalCount } } }
    pipeline(id: $pipeline) { jobCount stages { jobCount } }
    dashboard { pipelines { jobCount overdueCount } }
    viewer { unreadCount notifications { totalCount } }
    emails(filter: { jobIds: [$id] }) { totalCount } documents(filter: { jobIds: [$id] }) { totalCount }
    automationRuns { totalCount }
}"""


async def test_a_deleted_job_is_gone_from_everything_and_comes_back_as_it_was(api: Api, shop: Shop) -> None:
    """JB3: lists, counts, look-ups, one's own work, what one was told; and all of it is there again afterwards."""
    owner = shop.owner
    admin = await api.member(owner, role="ADMIN")
    job = (await shop.job("Return", dueDate="2020-01-01", assigneeIds=[owner.member_id]))["id"]
    await owner.do("createAutomation", stageId=shop.stages[1], config={"addComment": {"text": "Begun."}})
    await owner.do("moveJob", jobId=job, stageId=shop.stages[1], expect={"version": 1})
    task = (await owner.do("createTask", "task { id }", title="Call", jobId=job, assigneeIds=[owner.member_id]))["id"]
    said = await admin.do("createComment", "comment { id }", jobId=job, text="Look.", mentionIds=[owner.member_id])
    more = await api.database.rows(
        "SELECT id FROM runs UNION ALL SELECT id FROM history UNION ALL SELECT id FROM stage_visits"
    )
    ids = [job, task, said["id"], *(row["id"] for row in more)]
    asked = {"id": job, "pipeline": shop.pipeline, "ids": ids, "assigned": {"assignedToMe": True}}
    before = await owner.query(EVERYWHERE, **asked)
    assert None not in before["nodes"]
    entry = await delete_job(owner, job)
    gone = await owner.query(EVERYWHERE, **asked)
    assert gone["nodes"] == [None] * len(ids)
    assert "totalCount': 1" not in str(gone)
    assert "ount': 2" not in str(gone)
    assert gone["board"]["columns"][1] == {"jobCount": 0, "overdueCount": 0, "jobs": {"totalCount": 0}}
    assert (entry["name"], entry["accountName"], entry["jobCount"], entry["kind"]) == ("Return", "Acme", 1, "JOB")
    await admin.do("restoreJob", jobId=job)
    assert await owner.query(EVERYWHERE, **asked) == before
    assert (await actions(owner, job))[-2:] == ["DELETED", "RESTORED"]


async def test_its_version_counts_and_its_place_stays(shop: Shop) -> None:
    """JB3, MV9: below the job that it stood below."""
    below, job, above = [await shop.job(name) for name in ("Below", "Job", "Above")]
    column = """query ($id: ID!) { board(pipelineId: $id) { columns { jobs { nodes { id version rank } } } } }"""
    before = (await shop.owner.query(column, id=shop.pipeline))["board"]["columns"][0]["jobs"]["nodes"]
    assert [one["id"] for one in before] == [above["id"], job["id"], below["id"]]
    await delete_job(shop.owner, job["id"])
    await shop.owner.do("restoreJob", jobId=job["id"])
    before[1]["version"] += 2
    assert (await shop.owner.query(column, id=shop.pipeline))["board"]["columns"][0]["jobs"]["nodes"] == before


async def test_a_place_that_was_taken_meanwhile_is_the_next(shop: Shop, database: Database) -> None:
    """MV9: no two jobs of a column have the same key."""
    job, other = await shop.job("Job"), await shop.job("Other")
    await delete_job(shop.owner, job["id"])
    await database.rows("UPDATE jobs SET rank = $2 WHERE id = $1", other["id"], job["rank"])
    back = await shop.owner.do("restoreJob", "job { rank }", jobId=job["id"])
    assert back["rank"] > job["rank"]


async def test_an_archived_job_is_deleted_and_comes_back_archived(shop: Shop) -> None:
    """ST1."""
    job = (await shop.job())["id"]
    await shop.owner.do("setJobStatus", jobId=job, statusId=await built_in(shop.owner, "ARCHIVED"))
    await delete_job(shop.owner, job)
    back = await shop.owner.do("restoreJob", "job { status { state } }", jobId=job)
    assert back == {"status": {"state": "ARCHIVED"}}


async def test_the_trash_says_who_deleted_what_when_and_until_when_it_waits(api: Api, shop: Shop) -> None:
    """JB3: 30 days; the latest first, jobs and accounts apart where one wants them so."""
    admin = await api.member(shop.owner, role="ADMIN")
    first, second = await shop.job("First"), await shop.job("Second")
    account = (await shop.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    entry = await delete_job(admin, first["id"])
    await delete_job(shop.owner, second["id"])
    await shop.owner.do("deleteAccount", accountId=account)
    assert await things(shop.owner) == ["Bolt", "Second", "First"]
    assert [one["name"] for one in await trash(shop.owner, "ACCOUNT")] == ["Bolt"]
    assert (await trash(shop.owner, "JOB"))[1] == entry
    assert entry["cause"] == {"kind": "MEMBER", "actor": {"id": admin.member_id}}
    assert (entry["thingId"], entry["pipeline"], entry["withAccount"]) == (first["id"], {"id": shop.pipeline}, False)
    deleted, until = (datetime.fromisoformat(entry[name]) for name in ("deletedAt", "until"))
    assert until - deleted == timedelta(days=30)
    assert await node(shop.owner, entry["id"]) == {"__typename": "TrashEntry", "id": entry["id"]}


async def test_who_sees_a_job_deletes_and_restores_it_and_sees_it_in_the_trash(api: Api, shop: Shop) -> None:
    """AC3, AC4: nobody else; who loses sight of it meanwhile does not find it there any more."""
    insider, stranger = await api.member(shop.owner, accounts=[shop.account]), await api.member(shop.owner)
    people = [insider.member_id, stranger.member_id]
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=people)
    seen, hidden = (await shop.job("Seen"))["id"], (await hidden_job(shop))["id"]
    async with Unchanged(api.database):
        for client, job in ((insider, hidden), (stranger, seen)):
            assert await client.code("deleteJob", jobId=job) == ("NOT_FOUND", ["input", "jobId"])
    await delete_job(insider, seen)
    await delete_job(shop.owner, hidden)
    assert (await things(insider), await things(stranger)) == (["Seen"], [])
    async with Unchanged(api.database):
        for client, job in ((insider, hidden), (stranger, seen)):
            assert await client.code("restoreJob", jobId=job) == ("NOT_FOUND", ["input", "jobId"])
            assert await node(client, (await trash(shop.owner))[job == seen]["id"]) is None
    access = {"memberId": insider.member_id, "removeAccountIds": [shop.account]}
    await shop.owner.do("updateMemberAccess", **access)
    assert await things(insider) == []
    assert await insider.code("restoreJob", jobId=seen) == ("NOT_FOUND", ["input", "jobId"])
    await shop.owner.do("restoreJob", jobId=seen)


async def test_what_is_deleted_is_not_deleted_again_and_what_is_there_is_not_restored(
    shop: Shop, database: Database
) -> None:
    """JB3: a second deletion finds nothing; a second restoring has nothing to do, and says so by the job."""
    job = (await shop.job())["id"]
    await delete_job(shop.owner, job)
    async with Unchanged(database):
        assert await shop.owner.code("deleteJob", jobId=job) == ("NOT_FOUND", ["input", "jobId"])
    for _ in range(2):
        assert await shop.owner.do("restoreJob", "job { id version }", jobId=job) == {"id": job, "version": 3}
    assert await actions(shop.owner, job) == ["CREATED", "DELETED", "RESTORED"]


async def test_a_deletion_may_say_what_it_believes_of_the_job(shop: Shop, database: Database) -> None:
    """MV4: where another change came first, nothing is deleted."""
    job = (await shop.job())["id"]
    await shop.owner.do("updateJob", jobId=job, name="Other")
    async with Unchanged(database):
        for expect in ({"version": 1}, {"stageId": shop.stages[1]}):
            [error] = await shop.owner.refused("deleteJob", jobId=job, expect=expect)
            assert (error["code"], error["current"]["version"]) == ("CONFLICT", 2)
    await shop.owner.do("deleteJob", jobId=job, expect={"version": 2})


async def test_an_id_of_what_is_in_the_trash_is_taken(shop: Shop) -> None:
    """JB2: the same create is answered as of something that was deleted, another one is refused."""
    given = {"id": new_id("job"), "accountId": shop.account, "pipelineId": shop.pipeline}
    made = (await shop.job("Ours"))["id"]
    await shop.owner.do("createJob", name="Mine", **given)
    for job in (given["id"], made):
        await delete_job(shop.owner, job)
    assert await shop.owner.code("createJob", name="Mine", **given) == ("NOT_FOUND", ["input", "id"])
    assert await shop.owner.code("createJob", name="Other", **given) == ("ID_TAKEN", ["input", "id"])
    assert await shop.owner.code("createJob", name="Other", **given | {"id": made}) == ("ID_TAKEN", ["input", "id"])


async def test_documents_and_letters_that_have_left_stay_with_the_account(shop: Shop, database: Database) -> None:
    """JB3: of the job they show nothing any more, until it comes back."""
    job = (await shop.job())["id"]
    document, letter = (
        await stored_document(database, shop.account, job),
        await stored_email(database, shop.account, job),
    )
    await database.rows("UPDATE emails SET state = 'SENT'")
    query = """{ documents { nodes { id job { id } } } emails { nodes { id job { id } } } }"""

    async def shown() -> list[object]:
        found = await shop.owner.query(query)
        return [(one["id"], one["job"]) for name in ("documents", "emails") for one in found[name]["nodes"]]

    await delete_job(shop.owner, job)
    assert await shown() == [(document, None), (letter, None)]
    await shop.owner.do("restoreJob", jobId=job)
    assert await shown() == [(document, {"id": job}), (letter, {"id": job})]


async def test_the_audit_log_keeps_who_deleted_and_restored(shop: Shop, database: Database) -> None:
    """AC7: of what is deleted for good it is all that is left."""
    job = (await shop.job("Return"))["id"]
    await delete_job(shop.owner, job)
    await shop.owner.do("restoreJob", jobId=job)
    rows = await database.rows("SELECT action, actor_id, detail FROM audit WHERE subject_id = $1 ORDER BY n", job)
    assert [(row["action"], row["actor_id"]) for row in rows] == [
        ("job.deleted", shop.owner.member_id),
        ("job.restored", shop.owner.member_id),
    ]
    assert all('"Return"' in row["detail"] for row in rows)


@pytest.mark.parametrize("mutation", ["deleteJob", "restoreJob"])
async def test_a_token_that_only_reads_changes_nothing(shop: Shop, mutation: str) -> None:
    """API5."""
    job = (await shop.job())["id"]
    token = await shop.owner.do("createApiToken", "token", name="Reader", scopes=["READ"])
    reader = Client(shop.owner.http, token)
    [error] = await reader.refused(mutation, jobId=job)
    assert error["code"] == "FORBIDDEN"
    assert await things(shop.owner) == []
