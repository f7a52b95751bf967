"""LV6: GraphQL over SSE, distinct connections: the form of events, how they are resumed, and how a stream ends."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import orjson
import pytest

from tests.support.api import Json
from tests.support.board import EVENTS
from tests.support.frames import STREAM, bearer, opened, streaming
from tests.support.wait import eventually
from tests.transports.house import House, OnStream, changes_until, event, shows

WHO = "{ viewer { member { id } } }"


async def test_an_event_stream_says_what_it_is_and_is_not_kept(house: House) -> None:
    """LV6: its type, and that no cache on the way may hold it back."""
    http, pipeline = house.served.http, house.shop.pipeline
    for document, given in ((EVENTS, {"pipeline": pipeline}), (WHO, {})):
        body = {"query": document, "variables": given}
        async with opened(http, "POST", json=body, headers=bearer(house.owner.token)) as events:
            headers = events.response.headers
            assert events.response.status_code == 200
            assert headers["content-type"].partition(";")[0] == "text/event-stream"
            assert headers["cache-control"].startswith("no-")
            assert "content-length" not in headers or document == WHO


@pytest.mark.parametrize("accept", [None, "*/*", "text/event-stream", "application/json, text/event-stream"])
async def test_a_stream_comes_whatever_else_the_client_takes(house: House, accept: str | None) -> None:
    """LV6: the address decides, for clients name all that they know."""
    headers = {**bearer(house.owner.token), **({"accept": accept} if accept else {})}
    async with opened(house.served.http, "POST", json={"query": WHO}, headers=headers) as events:
        assert await events.result() == {"data": {"viewer": {"member": {"id": house.owner.member_id}}}}
        await events.completed()


async def test_the_id_of_an_event_is_its_cursor(house: House) -> None:
    """LV6: so that a browser resumes by itself; every event has one, and one line of data."""
    given: Json = {"pipeline": house.shop.pipeline}
    async with streaming(house.served.http, EVENTS, token=house.owner.token, headers=None, **given) as events:
        cursors = []
        for _ in range(3):
            one = await events.next()
            assert one is not None
            cursor = one.result["data"]["boardEvents"]["cursor"]
            assert one.text == f"id: {cursor}\nevent: next\ndata: {one.data}"
            cursors.append(cursor)
            await house.shop.job(description="Two\u2028lines\n\u0085 and \U0001f388\r\nmore")
        assert len(set(cursors)) == 3


async def test_queries_and_mutations_have_no_id(house: House) -> None:
    """LV6: there is nothing to resume; one `next`, then `complete`."""
    create = 'mutation { createAccount(input: {name: "Streamed"}) { account { name } errors { code } } }'
    for document in (WHO, create):
        async with streaming(house.served.http, document, token=house.owner.token) as events:
            one, last = await events.next(), await events.next()
            assert one is not None
            assert last is not None
            assert one.text == f"event: next\ndata: {one.data}"
            assert "errors" not in one.result
            assert last.text in {"event: complete\ndata:", "event: complete\ndata: "}
            assert await events.next() is None


async def test_a_browsers_last_event_id_wins_over_the_variable(house: House) -> None:
    """LV1, LV6: EventSource asks the same address again and names the last event it has seen."""
    http, token = house.served.http, house.owner.token
    given: Json = {"pipeline": house.shop.pipeline}
    async with streaming(http, EVENTS, token=token, **given) as events:
        start = (await event(OnStream(events)))["cursor"]
    first = await house.shop.job("First")
    async with streaming(http, EVENTS, token=token, after=start, **given) as events:
        found = await event(OnStream(events))
        assert [change["job"]["id"] for change in found["changes"] if "job" in change] == [first["id"]]
    second = await house.shop.job("Second")
    for after in (start, None, "garbage"):
        headers = {"Last-Event-ID": found["cursor"]}
        async with streaming(http, EVENTS, token=token, headers=headers, after=after, **given) as events:
            resumed = await event(OnStream(events))
            assert [change["job"]["id"] for change in resumed["changes"] if "job" in change] == [second["id"]]


@pytest.mark.parametrize("name", ["garbage", "A" * 21, "caf\u00e9", "x" * 4_000])
async def test_a_bad_last_event_id_is_a_bad_cursor(house: House, name: str) -> None:
    """LV3: said in the stream, so that the browser does not ask for ever."""
    headers = {**bearer(house.owner.token), "last-event-id": name}
    raw = [(key.encode(), value.encode("latin-1")) for key, value in headers.items()]
    body = {"query": EVENTS, "variables": {"pipeline": house.shop.pipeline}}
    async with opened(house.served.http, "POST", json=body, headers=raw) as events:
        [error] = await OnStream(events).errors()
        assert error["extensions"] == {"code": "INVALID", "argument": "after"}


async def test_a_foreign_last_event_id_is_a_reset(house: House) -> None:
    """LV3: as any cursor that is not of this log; the stream itself goes on."""
    query = "query ($p: ID!) { board(pipelineId: $p) { cursor } }"
    foreign = (await house.other.owner.query(query, p=house.other.pipeline))["board"]["cursor"]
    headers = {"Last-Event-ID": foreign}
    given: Json = {"pipeline": house.shop.pipeline}
    async with streaming(house.served.http, EVENTS, token=house.owner.token, headers=headers, **given) as events:
        first = await event(OnStream(events))
        assert first["changes"] == [{"__typename": "StreamReset", "why": "CURSOR_UNKNOWN"}]
        job = await house.shop.job()
        await changes_until(OnStream(events), shows(job["id"]))


async def test_an_empty_last_event_id_is_none(house: House) -> None:
    """LV6: a browser that has seen no event may send an empty one."""
    given: Json = {"pipeline": house.shop.pipeline}
    async with streaming(
        house.served.http, EVENTS, token=house.owner.token, headers={"Last-Event-ID": ""}, **given
    ) as events:
        live = OnStream(events)
        assert (await event(live))["changes"] == []
        job = await house.shop.job()
        await changes_until(live, shows(job["id"]))


async def test_a_client_that_goes_away_leaves_nothing_behind(house: House) -> None:
    """LV6: neither a task nor a connection to the database, however many go at once and wherever they are."""
    http, token = house.served.http, house.owner.token
    given: Json = {"pipeline": house.shop.pipeline}
    async with AsyncExitStack() as stack:
        opening = [stack.enter_async_context(streaming(http, EVENTS, token=token, **given)) for _ in range(40)]
        events = [await one for one in opening]
        for one in events[::2]:  # the others go before they have read anything
            await event(OnStream(one))
        assert len(asyncio.all_tasks()) >= house.tasks + 40
    await eventually(house.is_idle, "every task of the streams ends")
    pool = await asyncio.gather(*(house.served.database.value("SELECT 1") for _ in range(10)))
    assert pool == [1] * 10
    busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    assert await house.served.database.value(busy) == 0


async def test_a_client_that_goes_away_in_the_middle_of_its_request_is_forgotten(house: House) -> None:
    """LV6: half a request, half a body, a reset: nothing is run and nothing is logged as an error."""
    port = house.served.port
    body = orjson.dumps({"query": 'mutation { createAccount(input: {name: "Half"}) { errors { code } } }'})
    head = (
        f"POST {STREAM} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {house.owner.token}\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode()
    accounts = await house.owner.query("{ accounts { totalCount } }")
    for sent in (b"", head[:20], head, head + body[:-1]):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        await writer.drain()
        writer.transport.abort()
    assert await house.owner.query("{ accounts { totalCount } }") == accounts
