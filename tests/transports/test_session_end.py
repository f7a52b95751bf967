"""LV6: a session that ends closes what is open under it, with a code that says why, and nothing is sent after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from engine.firm.secrets import digest
from tests.support.api import Client, Json
from tests.support.board import EVENTS
from tests.support.frames import Ended, Events, Wire, streaming
from tests.transports.house import House, OnSocket, OnStream, Transport, answers, changes_until, event, names, shows

EXPIRED, ENDED = 4410, 4411
CODES = {EXPIRED: "SESSION_EXPIRED", ENDED: "SESSION_ENDED"}
SHORT = timedelta(seconds=1)
A_MOMENT = timedelta(seconds=0.1)
"""What may lie between looking at the clock and looking at the log."""


async def shorten(house: House, client: Client, life: timedelta = SHORT) -> None:
    """Let a session end in a moment."""
    assert client.token is not None
    statement = "UPDATE sessions SET expires_at = clock_timestamp() + $2 WHERE token_hash = $1"
    await house.served.database.rows(statement, digest(client.token), life)


@dataclass
class Line:
    """What is open under a session: a socket, or an event stream."""

    wire: Wire | None = None
    events: Events | None = None

    async def live(self, house: House) -> None:
        """Hold that it shows what happens now."""
        job = await house.shop.job()
        live = OnSocket(self.wire, "live") if self.wire else OnStream(self.events) if self.events else None
        assert live is not None
        await changes_until(live, shows(job["id"]))

    async def ends(self, code: int) -> list[Json]:
        """Hold that the server ends it with a code; the results that came before."""
        if self.wire:
            *messages, end = await self.wire.rest()
            assert end["code"] == code, end
            assert end["reason"] != ""
            return [message["payload"] for message in messages]
        assert self.events is not None
        results = []
        while "errors" not in (result := await self.events.result()):
            results.append(result)
        assert [error["extensions"]["code"] for error in result["errors"]] == [CODES[code]]
        assert result.get("data") is None
        await self.events.completed()
        return results


@asynccontextmanager
async def opened(house: House, client: Client, transport: Transport) -> AsyncIterator[Line]:
    """A live subscription of a client."""
    if transport == "socket":
        async with house.wire(client) as wire:
            live = await wire.subscribe(EVENTS, id="live", pipeline=house.shop.pipeline)
            assert (await event(OnSocket(wire, live)))["changes"] == []
            yield Line(wire=wire)
    else:
        http, pipeline = house.served.http, house.shop.pipeline
        async with streaming(http, EVENTS, token=client.token, pipeline=pipeline) as events:
            assert (await event(OnStream(events)))["changes"] == []
            yield Line(events=events)


async def log_in(house: House) -> Client:
    """A further session of the owner."""
    return await house.served.log_in("owner1@firm.test")


# --- expiry ---------------------------------------------------------------------------------------------------------


async def test_an_expired_session_closes_what_is_open_under_it(house: House) -> None:
    """LV6: sockets with and without an operation by 4410, event streams by SESSION_EXPIRED; at their time."""
    client = await log_in(house)
    await shorten(house, client)
    started = asyncio.get_running_loop().time()
    async with (
        opened(house, client, "socket") as busy,
        opened(house, client, "stream") as stream,
        house.wire(client) as idle,
        opened(house, house.owner, "socket") as other,
    ):
        await asyncio.gather(busy.ends(EXPIRED), stream.ends(EXPIRED), Line(wire=idle).ends(EXPIRED))
        took = asyncio.get_running_loop().time() - started
        assert SHORT.total_seconds() - 0.5 < took < SHORT.total_seconds() + 3
        await other.live(house)


async def test_nothing_is_sent_to_an_expired_session(house: House, transport: Transport) -> None:
    """LV6: moves go on all the while, and none of them comes that was done after the end."""
    client, job = await log_in(house), await house.shop.job()
    await shorten(house, client)
    async with opened(house, client, transport) as line:
        ending = asyncio.create_task(line.ends(EXPIRED))
        while not ending.done():
            job = await house.move(job, stage=job["version"] % 3)
        expires_at = await house.served.database.value(
            "SELECT expires_at FROM sessions WHERE token_hash = $1", digest(client.token or "")
        )
        happened = [datetime.fromisoformat(result["data"]["boardEvents"]["at"]) for result in await ending]
        assert happened
        assert max(happened) <= expires_at + A_MOMENT


async def test_an_api_token_that_expires_closes_too(house: House, transport: Transport) -> None:
    """LV6: programs are told alike."""
    program, _ = await house.program("READ")
    await shorten(house, program)
    async with opened(house, program, transport) as line:
        await line.ends(EXPIRED)


# --- log-out, revocation, deactivation ------------------------------------------------------------------------------

End = Callable[[], Awaitable[None]]


@dataclass
class Case:
    """A session that somebody ends."""

    client: Client
    end: End


async def logged_out(house: House) -> Case:
    """By itself, over HTTP."""
    client = await log_in(house)
    return Case(client, lambda: client.do("logout"))


async def revoked(house: House) -> Case:
    """A program's token, by its owner."""
    client, token_id = await house.program("READ", "WRITE")
    return Case(client, lambda: house.owner.do("revokeApiToken", tokenId=token_id))


async def deactivated(house: House) -> Case:
    """A member, by the owner."""
    client = await house.served.member(house.owner, role="ADMIN")
    return Case(client, lambda: house.owner.do("deactivateMember", memberId=client.member_id))


async def deactivated_program(house: House) -> Case:
    """A program of a member who is deactivated."""
    member = await house.served.member(house.owner, role="ADMIN")
    client, _ = await house.program("READ", of=member)
    return Case(client, lambda: house.owner.do("deactivateMember", memberId=member.member_id))


WAYS: Sequence[Callable[[House], Awaitable[Case]]] = (logged_out, revoked, deactivated, deactivated_program)
every_way = pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])


@every_way
async def test_a_session_that_is_ended_closes_what_is_open_under_it(
    house: House, way: Callable[[House], Awaitable[Case]]
) -> None:
    """LV6: sockets with and without an operation by 4411, event streams by SESSION_ENDED; other sessions stay."""
    case = await way(house)
    async with (
        opened(house, case.client, "socket") as busy,
        opened(house, case.client, "stream") as stream,
        house.wire(case.client) as idle,
        opened(house, house.owner, "socket") as other,
        opened(house, house.owner, "stream") as another,
        house.wire(house.owner) as resting,
    ):
        await case.end()
        await asyncio.gather(busy.ends(ENDED), stream.ends(ENDED), Line(wire=idle).ends(ENDED))
        await other.live(house)
        await another.live(house)
        await answers(resting)


@every_way
async def test_what_happens_after_the_end_is_never_sent(
    house: House, transport: Transport, way: Callable[[House], Awaitable[Case]]
) -> None:
    """LV6, AC4: not even where it happens at once; the end was committed before."""
    case = await way(house)
    async with opened(house, case.client, transport) as line:
        await case.end()
        job = await house.shop.job("After the end")
        await house.move(job)
        for result in await line.ends(ENDED):
            assert [change for change in result["data"]["boardEvents"]["changes"] if names(change, job["id"])] == []


async def test_an_operation_asked_for_after_the_end_gets_nothing(house: House) -> None:
    """LV6: the socket closes, whether the question is heard before or not; it is never answered with data."""
    client = await log_in(house)
    async with house.wire(client) as wire:
        await client.do("logout")
        await wire.subscribe("{ firm { name } accounts { totalCount } }")
        *messages, end = await wire.rest()
        assert end["code"] == ENDED
        assert [message for message in messages if (message.get("payload") or {}) and "Kontor" in str(message)] == []


async def test_logging_out_over_the_socket_is_answered_before_it_closes(house: House) -> None:
    """LV6: the mutation's own answer comes, then 4411."""
    client = await log_in(house)
    async with house.wire(client) as wire, house.wire(client) as other:
        one = await wire.subscribe("mutation { logout(input: {}) { errors { code } } }")
        *messages, end = await wire.rest()
        assert messages[0] == {"id": one, "type": "next", "payload": {"data": {"logout": {"errors": []}}}}
        assert end["code"] == ENDED
        assert (await other.ended())[0] == ENDED


async def test_a_session_that_ends_during_the_handshake_is_closed(house: House) -> None:
    """LV6: log-in and log-out at once, many times: no socket stays open under a session that is over."""
    for _ in range(10):
        client = await log_in(house)
        _, code = await asyncio.gather(client.do("logout"), _how_it_ends(house, client))
        assert code in {4403, ENDED}


async def _how_it_ends(house: House, client: Client) -> int:
    try:
        async with house.wire(client) as wire:
            return (await wire.ended())[0]
    except Ended as ended:
        return ended.code


async def test_reactivating_a_member_reopens_nothing(house: House) -> None:
    """LV6: the old token is dead; a new log-in is served."""
    member = await house.served.member(house.owner, role="ADMIN")
    async with house.wire(member) as wire:
        await house.owner.do("deactivateMember", memberId=member.member_id)
        await house.owner.do("reactivateMember", memberId=member.member_id)
        assert (await wire.ended())[0] == ENDED
