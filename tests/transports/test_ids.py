"""LV6: operations of a socket: their ids, their end, and how many there may be."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.support.board import EVENTS
from tests.support.frames import Wire, acknowledged
from tests.transports.house import House, OnSocket, answers, changes_until, event, shows

MOST = 100
"""Operations that may be open on one socket."""
WHO = "{ viewer { member { id } } }"
QUIET = "subscription ($pipeline: ID!) { boardEvents(pipelineId: $pipeline) { cursor } }"


async def opened(wire: Wire, house: House, name: str) -> OnSocket:
    """A subscription to the shop's board under an id, of which the first event has come."""
    subscription = OnSocket(wire, await wire.subscribe(EVENTS, id=name, pipeline=house.shop.pipeline))
    assert (await event(subscription))["changes"] == []
    return subscription


async def test_an_id_that_is_in_use_is_closed_with_4409(house: House) -> None:
    """LV6: whatever comes second, or answers could not be told apart; nothing of it is run."""
    create = 'mutation { createAccount(input: {name: "Twice"}) { errors { code } } }'
    accounts = await house.owner.query("{ accounts { totalCount } }")
    for document in (EVENTS, WHO, create, "{"):
        async with house.wire() as wire:
            await opened(wire, house, "a")
            await wire.subscribe(document, id="a", pipeline=house.shop.pipeline)
            code, reason = await wire.ended()
            assert code == 4409
            assert "a" in reason
    assert await house.owner.query("{ accounts { totalCount } }") == accounts


@pytest.mark.parametrize("name", ["x" * 200, "\u00fc" * 100, "\U0001f388" * 60])
async def test_an_id_in_use_may_be_longer_than_a_reason(house: House, name: str) -> None:
    """LV6: a close frame holds 123 bytes, and what is cut must still be a text."""
    async with house.wire() as wire:
        await opened(wire, house, name)
        await wire.subscribe(WHO, id=name)
        assert (await wire.ended())[0] == 4409


async def test_an_id_may_be_used_again_once_its_operation_is_over(house: House) -> None:
    """LV6: whether it was completed by the client or the server, or ended by an error."""
    async with house.wire() as wire:
        for _ in range(2):
            await opened(wire, house, "a")
            await wire.complete("a")
        await wire.subscribe(WHO, id="a")
        assert (await wire.result("a"))["data"]
        assert await wire.next() == {"id": "a", "type": "complete"}
        await wire.subscribe("{ nothing }", id="a")
        assert len(await wire.errors("a")) == 1
        live = await opened(wire, house, "a")
        job = await house.shop.job()
        await changes_until(live, shows(job["id"]))


async def test_completing_and_subscribing_at_once_many_times_leaves_one_operation(house: House) -> None:
    """LV6: a client that changes its filter need not wait for anything."""
    async with house.wire() as wire:
        for _ in range(30):
            await wire.subscribe(QUIET, id="a", pipeline=house.shop.pipeline)
            await wire.complete("a")
        await wire.subscribe(EVENTS, id="a", pipeline=house.shop.pipeline)
        while "changes" not in (await event(OnSocket(wire, "a"))):
            pass  # first events of the operations before
        job = await house.shop.job()
        await changes_until(OnSocket(wire, "a"), shows(job["id"]))


async def test_odd_ids_are_as_good_as_any(house: House) -> None:
    """LV6: an id is an opaque text, and comes back byte for byte."""
    odd = [" ", "0", "\0", "\u2028", "\U0001f388", "null", "a b", '"', "\\", "constructor", "__proto__", "x" * 200]
    async with house.wire() as wire:
        for name in odd:
            await wire.subscribe(WHO, id=name)
            assert (await wire.next())["id"] == name
            assert await wire.next() == {"id": name, "type": "complete"}


async def test_an_id_of_more_than_200_characters_is_malformed(house: House) -> None:
    """LV3: every answer repeats it, and the server keeps it."""
    async with house.wire() as wire:
        await wire.subscribe(WHO, id="x" * 201)
        code, reason = await wire.ended()
        assert code == 4400
        assert "id" in reason


async def test_completing_what_is_not_there_is_ignored(house: House) -> None:
    """LV6: it may have ended just now; nothing is said, and a later operation of that id is not touched."""
    async with house.wire() as wire:
        await wire.complete("never")
        live = await opened(wire, house, "a")
        for name in ("never", "A", "a "):
            await wire.complete(name)
        await answers(wire)
        job = await house.shop.job()
        await changes_until(live, shows(job["id"]))
        for _ in range(3):
            await wire.complete("a")
        await answers(wire)


async def test_nothing_comes_for_an_operation_once_it_is_completed(house: House) -> None:
    """LV6: neither events nor an echo of the complete; others of the socket go on."""
    async with house.wire() as wire:
        await opened(wire, house, "gone")
        other = await opened(wire, house, "other")
        await wire.complete("gone")
        await answers(wire)
        job = await house.shop.job()
        await changes_until(other, shows(job["id"]))
        await answers(wire)


async def test_a_query_may_be_completed_while_it_runs(house: House) -> None:
    """LV6: what the client no longer waits for may come or not; the socket is well, and the id is free."""
    async with house.wire() as wire:
        for _ in range(20):
            await wire.subscribe(WHO, id="a")
            await wire.complete("a")
        await wire.subscribe(WHO, id="last")
        assert (await wire.result("last"))["data"]


async def test_operations_over_the_limit_are_refused_one_by_one(house: House) -> None:
    """LV3: thousands of subscriptions: 100 are open, the others get TOO_MANY_SUBSCRIPTIONS and no more than that."""
    pipeline, tries = house.shop.pipeline, 2_000
    async with house.wire() as wire:

        async def ask() -> None:
            for n in range(tries):
                await wire.subscribe(QUIET, id=str(n), pipeline=pipeline)

        asking = asyncio.create_task(ask())
        messages = [await wire.next() for _ in range(tries)]
        await asking
        kinds = {message["id"]: message for message in messages}
        assert len(kinds) == tries
        assert [kinds[str(n)]["type"] for n in range(tries)] == ["next"] * MOST + ["error"] * (tries - MOST)
        for n in range(MOST, tries):
            [error] = kinds[str(n)]["payload"]
            assert error["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        await wire.subscribe(WHO, id="query")
        assert (await wire.next())["payload"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        for n in range(MOST):
            await wire.complete(str(n))
        live = await opened(wire, house, str(MOST))
        job = await house.shop.job()
        await changes_until(live, shows(job["id"]))


async def test_many_sockets_are_all_served(house: House) -> None:
    """LV2: each of 100 sockets gets the move in one event; many of them leave without a word."""
    job = await house.shop.job()
    async with AsyncExitStack() as stack:
        url, token = house.served.socket_url, house.owner.token
        wires = [await stack.enter_async_context(acknowledged(url, token)) for _ in range(100)]
        watching = await asyncio.gather(*(opened(wire, house, "a") for wire in wires))
        await house.move(job, clientMutationId="all")
        events = await asyncio.gather(*map(event, watching))
        assert {one["cause"]["clientMutationId"] for one in events} == {"all"}
        assert {one["cursor"] for one in events} == {events[0]["cursor"]}
        for wire in wires[::2]:
            wire.lose()
