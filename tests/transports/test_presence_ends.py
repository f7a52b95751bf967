"""LV5, LV6: whoever may not look any more, for whatever reason, hears nothing more and is not shown to others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from resolvers import presence
from tests.support.api import Client
from tests.support.frames import streaming
from tests.transports.house import House, Transport
from tests.transports.test_presence import WHO, employee, not_there, sees
from tests.transports.test_session_end import ENDED, EXPIRED, Case, Line, every_way, log_in, shorten

AT_ONCE = 2.0
"""How soon others notice, in seconds: a look of theirs may have been half a second ago."""


@asynccontextmanager
async def looking(house: House, client: Client, transport: Transport) -> AsyncIterator[Line]:
    """A look at the shop's board, of which only the end matters."""
    node = house.shop.pipeline
    if transport == "socket":
        async with house.wire(client) as wire:
            await wire.subscribe(WHO, node=node)
            yield Line(wire=wire)
    else:
        async with streaming(house.served.http, WHO, token=client.token, node=node) as events:
            yield Line(events=events)


@every_way
async def test_with_the_session_the_look_ends(
    house: House, transport: Transport, way: Callable[[House], Awaitable[Case]]
) -> None:
    """LV6: logged out, revoked, deactivated: it says so, and nobody sees them any more."""
    case, colleague = await way(house), await employee(house)
    gone = Client(case.client.http, None, case.client.member_id or house.owner.member_id)
    async with (
        house.watching("socket", colleague, document=WHO, node=house.shop.pipeline) as mine,
        looking(house, case.client, transport) as theirs,
    ):
        await sees(mine, gone)
        await case.end()
        async with asyncio.timeout(AT_ONCE):
            await sees(mine)
            await theirs.ends(ENDED)


async def test_with_the_time_of_the_session_the_look_ends(house: House, transport: Transport) -> None:
    """LV6: nothing happens at that moment but the clock."""
    client, colleague = await log_in(house), await employee(house)
    await shorten(house, client)
    async with (
        house.watching("socket", colleague, document=WHO, node=house.shop.pipeline) as mine,
        looking(house, client, transport) as theirs,
    ):
        await sees(mine, client)
        await sees(mine)
        await theirs.ends(EXPIRED)


async def test_whoever_manages_no_more_is_gone_from_what_only_managers_see(house: House) -> None:
    """AC1, AC4: the right to look came with the role."""
    admin, hidden = await house.served.member(house.owner, role="ADMIN"), await house.pipeline("Hidden")
    async with (
        house.watching("socket", document=WHO, node=hidden.pipeline) as mine,
        house.watching("socket", admin, document=WHO, node=hidden.pipeline) as theirs,
    ):
        await sees(mine, admin)
        await sees(theirs, house.owner)
        async with asyncio.timeout(AT_ONCE):
            await house.owner.do("updateMemberAccess", memberId=admin.member_id, role="EMPLOYEE")
            await not_there(theirs)
            await sees(mine)


async def test_nobody_looks_at_a_pipeline_that_is_deleted(house: House) -> None:
    """PL1, LV5: it ends for all."""
    empty, admin = await house.pipeline("Empty"), await house.served.member(house.owner, role="ADMIN")
    async with (
        house.watching("socket", document=WHO, node=empty.pipeline) as mine,
        house.watching("stream", admin, document=WHO, node=empty.pipeline) as theirs,
    ):
        await sees(mine, admin)
        await sees(theirs, house.owner)
        await house.owner.do("deletePipeline", pipelineId=empty.pipeline)
        await not_there(mine)
        await not_there(theirs)


async def test_the_looks_of_a_member_are_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """LV3: over all connections and things; others are not concerned, and whoever leaves one may have another."""
    monkeypatch.setattr(presence, "MOST", 2)
    colleague, other = await employee(house), await house.pipeline()
    async with house.watching("socket", colleague, document=WHO, node=house.shop.pipeline) as theirs:
        await sees(theirs)
        async with AsyncExitStack() as stack:
            for node, who in ((house.shop.pipeline, [colleague]), (other.pipeline, [])):
                await sees(await stack.enter_async_context(house.watching("stream", document=WHO, node=node)), *who)
            await sees(theirs, house.owner)
            async with house.watching("socket", document=WHO, node=other.pipeline) as third:
                [error] = await third.errors()
                assert error["message"] == "At most 2 streams of presence may be open at a time."
                assert error["extensions"]["code"] == "TOO_MANY"
        await sees(theirs)
        async with house.watching("socket", document=WHO, node=other.pipeline) as again:
            await sees(again)
