"""What operators are told of streams: who follows, in how many groups, what was sent, who came back."""

from __future__ import annotations

from prometheus_client import generate_latest

from live.wakeups import Wakeups
from resolvers.following import LogReader
from server.metrics import Metrics
from store.database import Database
from tests.live.test_shared_events import service, subscribed
from tests.server.test_metrics import parsed
from tests.support.api import Api, open_shop
from tests.support.board import Board
from tests.support.wait import eventually

AFTER = """subscription ($pipeline: ID!, $after: String) { boardEvents(pipelineId: $pipeline, after: $after) {
    cursor changes { __typename } } }"""


async def test_streams_are_counted(api: Api, database: Database) -> None:
    """Twenty who follow one board in one group, one beside them who may not see it all, resumes and resets."""
    shop = await open_shop(api)
    employee = await api.member(shop.owner, accounts=[shop.account])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    cursor = (await Board.open(shop.owner, shop.pipeline)).cursor
    metrics = Metrics()

    def told() -> dict[str, float]:
        """What is said of streams now."""
        found = parsed(generate_latest(metrics.registry).decode())
        return {name.removeprefix("stageline_"): value for (name, *labels), value in found.items() if not labels}

    async with (
        Wakeups.open(None) as wakeups,
        service(database, wakeups, LogReader(database, wakeups.notify)) as one,
    ):
        metrics.watch(one.hub, one.schema.executed)
        sinks = [await subscribed(one, shop.owner, AFTER, shop.pipeline) for _ in range(20)]
        sinks.append(await subscribed(one, employee, AFTER, shop.pipeline))
        await eventually(lambda: all(sink.payloads for sink in sinks), "all are live")
        said = told()
        assert (said["subscribers"], said["subscriber_groups"], said["subscribers_waiting"]) == (21, 2, 0)
        assert (said["stream_events_total"], said["stream_resumes_total"], said["stream_resets_total"]) == (21, 0, 0)
        await shop.job()
        wakeups.notify(await database.value("SELECT id FROM firms"))
        await eventually(lambda: all(len(sink.payloads) == 2 for sink in sinks), "all are told")
        await subscribed(one, shop.owner, AFTER, shop.pipeline, after=cursor)
        await eventually(lambda: told()["stream_resumes_total"] == 1, "one went on from a cursor")
        await subscribed(one, shop.owner, AFTER, shop.pipeline, after="A" * 22)
        await eventually(lambda: told()["stream_resets_total"] == 1, "one was reset")
        said = told()
        assert (said["stream_events_total"], said["subscribers"], said["slow_closes_total"]) == (44, 23, 0)
        assert said["subscriber_groups"] == 2
