"""Who is told of an upload, and when: nobody before its content has come, and then whoever sees its job (LV2, LV5)."""

from __future__ import annotations

from tests.files.kit import PDF, Office
from tests.support.api import Client, Json

SCREEN = """query ($id: ID!) { cursor job(id: $id) { documents { nodes { id name } }
    history { nodes { action cause { kind actor { ... on Member { id } } }
        changes { field fromValue toValue toNodes { id } } } } } }"""
CHANGES = """query ($id: ID!, $after: String!) { changes(stream: { job: { jobId: $id } }, after: $after) { events {
    ... on JobEvent { changes { __typename ... on DocumentChanged { document { id name sha256 } }
        ... on DocumentRemoved { documentId } } } } } }"""


async def news(client: Client, job_id: str, after: str) -> list[list[Json]]:
    """What the job's stream says, event by event."""
    found = await client.query(CHANGES, id=job_id, after=after)
    return [event["changes"] for event in found["changes"]["events"]]


async def test_an_upload_is_one_event_once_it_is_there(office: Office) -> None:
    """LV2: the request and what is refused are none; the document, the job and its history come together."""
    job = (await office.shop.job())["id"]
    cursor = (await office.owner.query(SCREEN, id=job))["cursor"]
    asked = await office.request(jobId=job)
    assert (await office.put(asked["uploadUrl"], PDF[1:])).status_code == 400
    assert await news(office.owner, job, cursor) == []
    assert (await office.put(asked["uploadUrl"])).status_code == 201
    [changes] = await news(office.owner, job, cursor)
    document = await office.seen(asked["id"])
    assert document is not None
    shown = {"id": asked["id"], "name": "report.pdf", "sha256": document["sha256"]}
    assert changes == [{"__typename": "JobChanged"}, {"__typename": "DocumentChanged", "document": shown}]
    screen = (await office.owner.query(SCREEN, id=job))["job"]
    assert screen["documents"]["nodes"] == [{"id": asked["id"], "name": "report.pdf"}]
    assert screen["history"]["nodes"][0] == {
        "action": "DOCUMENT_ADDED",
        "cause": {"kind": "MEMBER", "actor": {"id": office.owner.member_id}},
        "changes": [
            {"field": "document", "fromValue": None, "toValue": "report.pdf", "toNodes": [{"id": asked["id"]}]}
        ],
    }


async def test_a_document_that_goes_leaves_the_screens_of_its_job(office: Office) -> None:
    """LV5: also of who was away when it came; the history still names it."""
    job = (await office.shop.job())["id"]
    cursor = (await office.owner.query(SCREEN, id=job))["cursor"]
    document = await office.file(jobId=job)
    await office.owner.do("deleteDocument", documentId=document["id"])
    [*_, last] = await news(office.owner, job, cursor)
    assert last[-1] == {"__typename": "DocumentRemoved", "documentId": document["id"]}
    removed, added, _ = (await office.owner.query(SCREEN, id=job))["job"]["history"]["nodes"]
    assert [one["action"] for one in (removed, added)] == ["DOCUMENT_REMOVED", "DOCUMENT_ADDED"]
    assert added["changes"] == [{"field": "document", "fromValue": None, "toValue": "report.pdf", "toNodes": []}]
