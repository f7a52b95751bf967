"""LV1, LV3: where a stream begins: at now, at a cursor, or, where it cannot go on from one, with a reset."""

from __future__ import annotations

import asyncio
import base64

import pytest

from live.cursor import Position, decode
from tests.log.test_cursors import MALFORMED
from tests.support.api import Json
from tests.support.frames import WITHIN
from tests.transports.house import House, Transport, changes_until, event, shows

HEAD = "SELECT seq FROM event_heads WHERE firm_id = (SELECT firm_id FROM members WHERE id = $1)"


async def now(house: House) -> str:
    """The cursor of the board as it is."""
    query = "query ($p: ID!) { board(pipelineId: $p) { cursor } }"
    cursor: str = (await house.owner.query(query, p=house.shop.pipeline))["board"]["cursor"]
    return cursor


def moved(cursor: str, by: int) -> str:
    """A cursor that lies some events further."""
    position = decode(cursor)
    return Position(position.origin, position.seq + by).encode()


def jobs(found: Json) -> list[str]:
    """The jobs that an event draws, in order."""
    return [change["job"]["id"] for change in found["changes"] if change["__typename"] == "JobUpserted"]


async def test_without_a_cursor_a_stream_begins_now(house: House, transport: Transport) -> None:
    """LV1: the first event comes at once, says nothing but where it begins, and from there nothing is missed."""
    await house.shop.job("Before")
    before = await now(house)
    async with house.watching(transport) as subscription:
        first = await event(subscription, within=2)
        assert first["changes"] == []
        assert decode(first["cursor"]) == decode(before)
        job = await house.shop.job("After")
        found = await event(subscription)
        assert jobs(found) == [job["id"]]
        assert decode(found["cursor"]).seq > decode(first["cursor"]).seq


async def test_a_cursor_that_is_the_latest_is_answered_at_once(house: House, transport: Transport) -> None:
    """LV1: an empty first event tells the client that it is live."""
    cursor = await now(house)
    async with house.watching(transport, after=cursor) as subscription:
        first = await event(subscription, within=2)
        assert (first["cursor"], first["changes"]) == (cursor, [])


async def test_what_happened_since_the_cursor_comes_as_one_event(house: House, transport: Transport) -> None:
    """LV1, LV2: joined, as it is now; then the stream is live."""
    cursor, job = await now(house), await house.shop.job()
    for stage in (1, 2):
        job = await house.move(job, stage)
    async with house.watching(transport, after=cursor) as subscription:
        first = await event(subscription, within=2)
        assert jobs(first) == [job["id"]]
        [drawn] = [change["job"] for change in first["changes"] if "job" in change]
        assert (drawn["version"], drawn["stage"]["id"]) == (job["version"], house.shop.stages[2])
        assert first["cause"] == {"kind": "COALESCED", "clientMutationId": None, "actor": None}
        assert decode(first["cursor"]).seq == decode(cursor).seq + 3
        later = await house.shop.job()
        assert later["id"] in jobs(await event(subscription))


async def test_one_transaction_since_the_cursor_keeps_its_cause(house: House, transport: Transport) -> None:
    """LV2: so that a client that was away for a moment knows its own echo."""
    cursor = await now(house)
    job = await house.shop.job(clientMutationId="mine")
    async with house.watching(transport, after=cursor) as subscription:
        first = await event(subscription, within=2)
        assert jobs(first) == [job["id"]]
        actor = {"id": house.owner.member_id}
        assert first["cause"] == {"kind": "MEMBER", "clientMutationId": "mine", "actor": actor}


async def test_a_stream_goes_on_where_another_was_cut(house: House) -> None:
    """LV1: over whichever transport, and nothing is missed in between."""
    cursor = await now(house)
    for transport in ("socket", "stream", "socket", "stream"):
        missed = await house.shop.job("Missed")
        async with house.watching(transport, after=cursor) as subscription:
            assert jobs(await event(subscription)) == [missed["id"]]
            live = await house.shop.job("Live")
            found = await event(subscription)
            assert jobs(found) == [live["id"]]
            cursor = found["cursor"]


# --- cursors that are none, or not of here --------------------------------------------------------------------------


@pytest.mark.parametrize("cursor", MALFORMED, ids=range(len(MALFORMED)))
async def test_a_text_that_is_no_cursor_is_refused(house: House, transport: Transport, cursor: str) -> None:
    """LV3: INVALID, naming the argument, and the stream ends: a mistake of the client, not a reset."""
    async with house.watching(transport, after=cursor) as subscription:
        [error] = await subscription.errors()
        assert error["extensions"] == {"code": "INVALID", "argument": "after"}
        assert error["message"] == "This is not a cursor."


async def unknown(house: House, kind: str) -> str:
    """A cursor that this database has not handed out to this firm."""
    query = "query ($p: ID!) { board(pipelineId: $p) { cursor } }"
    match kind:
        case "another firm's":
            found = await house.other.owner.query(query, p=house.other.pipeline)
            return str(found["board"]["cursor"])
        case "of the future":
            return moved(await now(house), 1)
        case "of a far future":
            return moved(await now(house), 2**62)
        case _:
            return base64.urlsafe_b64encode(b"\x01" * 16).decode().rstrip("=")


@pytest.mark.parametrize("kind", ["another firm's", "of the future", "of a far future", "another database's"])
async def test_a_cursor_that_is_not_of_this_log_is_a_reset(house: House, transport: Transport, kind: str) -> None:
    """LV3: the first event says so, as after a restore; the stream itself goes on from that event."""
    async with house.watching(transport, after=await unknown(house, kind)) as subscription:
        first = await event(subscription, within=2)
        assert first["changes"] == [{"__typename": "StreamReset", "why": "CURSOR_UNKNOWN"}]
        assert first["cause"] == {"kind": "SYSTEM", "clientMutationId": None, "actor": None}
        assert decode(first["cursor"]) == decode(await now(house))
        job = await house.shop.job()
        assert jobs(await event(subscription)) == [job["id"]]


async def test_a_cursor_that_was_trimmed_away_is_a_reset(house: House, transport: Transport) -> None:
    """LV3: too old; who goes on from the reset's event misses nothing."""
    cursor = await now(house)
    for _ in range(2):
        await house.shop.job()
    database, owner = house.served.database, house.owner.member_id
    head = await database.value(HEAD, owner)
    firm = "firm_id = (SELECT firm_id FROM members WHERE id = $1)"
    await database.rows(f"UPDATE event_heads SET floor = $2 WHERE {firm}", owner, head - 1)
    await database.rows(f"DELETE FROM events WHERE {firm} AND seq < $2", owner, head)
    async with house.watching(transport, after=cursor) as subscription:
        first = await event(subscription, within=2)
        assert first["changes"] == [{"__typename": "StreamReset", "why": "CURSOR_TOO_OLD"}]
        job = await house.shop.job()
        assert jobs(await event(subscription)) == [job["id"]]
    async with house.watching(transport, after=first["cursor"]) as subscription:
        assert jobs(await event(subscription, within=WITHIN)) == [job["id"]]


async def test_a_quiet_board_in_a_busy_firm_moves_its_cursor(
    house: House, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LV3: events without changes come now and then, so that a client that comes back is not too late."""
    monkeypatch.setattr("live.desk.SILENCE_SECONDS", 0.2)
    quiet = await house.pipeline("Quiet")
    async with house.watching(transport, pipeline=quiet.pipeline) as subscription:
        seq = decode((await event(subscription))["cursor"]).seq
        for _ in range(2):
            coming = asyncio.create_task(event(subscription))
            while not coming.done():
                await house.shop.job()
            found = await coming
            assert found["changes"] == []
            assert found["cause"] == {"kind": "SYSTEM", "clientMutationId": None, "actor": None}
            assert decode(found["cursor"]).seq > seq
            seq = decode(found["cursor"]).seq
        job = await quiet.job()
        await changes_until(subscription, shows(job["id"]))
