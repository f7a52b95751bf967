"""The progress of bulk operations as a stream, and as boards see it (MV10, LV2, LV4, LV5)."""

from __future__ import annotations

from tests.bulk.kit import Bulk, counted, moving
from tests.support.api import Api, Client, Json

BEGIN = "query ($id: ID!) { cursor bulkOperation(id: $id) { state done } }"
CHANGES = """query ($stream: StreamInput!, $after: String!) { changes(stream: $stream, after: $after, first: 1) {
    cursor hasMore events { ... on BulkEvent { cause { actor { ... on Member { id } } clientMutationId } changes {
        ... on BulkOperationChanged { operation { state total done failed } } ... on StreamReset { reason } } }
    ... on BoardEvent { changes { __typename ... on JobUpserted { job { id stage { id } } } } } } } }"""


async def _read(client: Client, stream: Json, cursor: str) -> list[Json]:
    """What a stream says after a cursor, event by event."""
    found = []
    while True:
        page = (await client.query(CHANGES, stream=stream, after=cursor))["changes"]
        found += page["events"]
        cursor = page["cursor"]
        if not page["hasMore"]:
            return found


async def test_every_chunk_is_told_to_who_began_it_and_to_managers(bulk: Bulk, api: Api) -> None:
    """MV10: what is shown is the operation as it is when the event is read, so that nothing goes back."""
    shop = bulk.works.shop
    ann, bob = [bulk.works.timed(await api.member(shop.owner, accounts=[shop.account])) for _ in range(2)]
    shared = {"pipelineId": shop.pipeline, "addAvailableToIds": [ann.member_id, bob.member_id]}
    await shop.owner.do("updatePipeline", **shared)
    given = {"jobIds": await bulk.jobs(250), "priority": "HIGH", "clientMutationId": "mine"}
    operation = await bulk.start("updateJobs", ann, **given)
    begun = await ann.query(BEGIN, id=operation["id"])
    assert begun["bulkOperation"] == {"state": "RUNNING", "done": 0}
    stream, cursor = {"bulk": {"operationId": operation["id"]}}, begun["cursor"]
    assert await _read(ann, stream, cursor) == []
    runner, told = bulk.works.runner(), list[Json]()
    while await runner.round():
        page = (await ann.query(CHANGES, stream=stream, after=cursor))["changes"]
        cursor, told = page["cursor"], [*told, *page["events"]]
    shown = [change["operation"] for event in told for change in event["changes"]]
    assert [counted(one) for one in shown] == [
        ("RUNNING", 250, 100, 0),
        ("RUNNING", 250, 200, 0),
        ("COMPLETED", 250, 250, 0),
    ]
    assert [event["cause"] for event in told] == [{"actor": {"id": ann.member_id}, "clientMutationId": "mine"}] * 3
    late = await _read(shop.owner, stream, begun["cursor"])
    assert [counted(change["operation"]) for event in late for change in event["changes"]] == [
        ("COMPLETED", 250, 250, 0)
    ] * 3
    answer = await bob.answer(CHANGES, stream=stream, after=begun["cursor"])
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"]


async def test_a_thousand_moved_jobs_are_on_a_board_in_ten_events(bulk: Bulk) -> None:
    """LV2: a chunk is one event of at most 100 jobs, and nothing is left out."""
    shop, jobs = bulk.works.shop, await bulk.jobs(1000)
    cursor = (await shop.owner.query("{ cursor }"))["cursor"]
    await bulk.start("moveJobs", jobs=moving(jobs), stageId=shop.stages[1])
    await bulk.works.work()
    told = await _read(shop.owner, {"board": {"pipelineId": shop.pipeline}}, cursor)
    moved = [[one["job"]["id"] for one in event["changes"] if one["__typename"] == "JobUpserted"] for event in told]
    assert [len(some) for some in moved if some] == [100] * 10
    assert sorted(job for some in moved for job in some) == sorted(jobs)
