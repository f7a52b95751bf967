"""LV5, AC4: those who see everything share what is read of a job; who stops to see it is told like anybody else."""

from __future__ import annotations

from functools import partial

import orjson
import pytest

from engine.firm.sessions import authenticate
from live.wakeups import Wakeups
from resolvers.following import LogReader
from server.transports.operation import Operation
from server.transports.results import results
from server.transports.service import Service
from store.database import Database
from tests.live.test_shared_events import Collected, caught_up, service
from tests.support.api import Api, Client, Json, Shop
from tests.support.wait import eventually

JOB = """subscription ($job: ID!) { jobEvents(jobId: $job) { changes { __typename
    ... on JobChanged { job { name } } } } }"""
RESET = [{"__typename": "StreamReset"}]


async def joined_at_once(service: Service, clients: list[Client], job: str) -> list[Collected]:
    """Equal subscriptions of several members, taken on in one turn."""
    operation = Operation(JOB, {"job": job}, None, {}, read_only=False)
    contexts = [service.context(await authenticate(service.database, client.token or ""), "") for client in clients]
    for context in contexts:
        assert [result async for result in results(service.schema, operation, context)] == []
    sinks = [Collected() for _ in contexts]
    for context, sink in zip(contexts, sinks, strict=True):
        service.join(operation, context, sink)
    return sinks


def told(sink: Collected) -> list[Json]:
    """The changes of all events."""
    events = [orjson.loads(payload)["data"]["jobEvents"] for payload in sink.payloads]
    return [change for event in events for change in event["changes"]]


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_a_manager_who_becomes_an_employee_is_told_to_query_again_and_stays(
    api: Api, shop: Shop, database: Database, number: int
) -> None:
    """LV3: whoever of those who stand alike it was for whom the job was looked for."""
    managers = [await api.member(shop.owner, role="ADMIN") for _ in range(3)]
    firm_id = await database.value("SELECT firm_id FROM members WHERE id = $1", shop.owner.member_id)
    job = (await shop.job())["id"]
    async with (
        Wakeups.open(None) as wakeups,
        service(database, wakeups, LogReader(database, wakeups.notify)) as hub,
    ):
        sinks = await joined_at_once(hub, managers, job)
        await eventually(partial(caught_up, hub, firm_id), "all are live")
        assert [len(desk.cohorts) for desk in hub.hub.desks] == [1]
        for role in ("EMPLOYEE", "ADMIN"):
            await shop.owner.do("updateMemberAccess", memberId=managers[number].member_id, role=role)
            wakeups.notify(firm_id)
            await eventually(partial(caught_up, hub, firm_id), "all are shown everything")
        await shop.owner.do("updateJob", jobId=job, name="Again")
        wakeups.notify(firm_id)
        await eventually(partial(caught_up, hub, firm_id), "all are shown everything")
    again = [{"__typename": "JobChanged", "job": {"name": "Again"}}]
    assert [told(sink) for sink in sinks] == [(RESET * 2 if n == number else []) + again for n in range(3)]
