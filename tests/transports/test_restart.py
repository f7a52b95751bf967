"""LV1, LV6: a server that stops says so, does not wait for its clients, and nothing is missed over the restart."""

from __future__ import annotations

import asyncio
import logging

import httpx
import pytest
from structlog.testing import capture_logs

from store.database import Database
from tests.support.api import Client, Shop, open_shop
from tests.support.board import EVENTS
from tests.support.frames import Event, Events, acknowledged, streaming
from tests.support.served import served_api
from tests.transports.house import OnSocket, OnStream, changes_until, event, shows


async def _to_its_end(events: Events) -> list[Event]:
    """What still comes of a stream that breaks off."""
    found = []
    try:
        while one := await events.next():
            found.append(one)
    except httpx.RemoteProtocolError:
        pass  # it is broken off in the middle of its body, which is as good
    return found


async def test_sockets_and_streams_end_with_the_server_and_resume_on_the_next(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """LV1: sockets by 1012, streams without a `complete`, so that clients come back; and what was missed is told."""
    with capture_logs() as logs:
        async with served_api(database) as old:
            shop, port = await open_shop(old), old.port
            url, token, pipeline = old.socket_url, shop.owner.token, shop.pipeline
            async with (
                acknowledged(url, token) as busy,
                acknowledged(url, token) as idle,
                acknowledged(url, None) as nobody,
                streaming(old.http, EVENTS, token=token, pipeline=pipeline) as events,
            ):
                live = OnSocket(busy, await busy.subscribe(EVENTS, pipeline=pipeline))
                cursors = [(await event(live))["cursor"], (await event(OnStream(events)))["cursor"]]
                started = asyncio.get_running_loop().time()
                await old.stopped()
                assert asyncio.get_running_loop().time() - started < 2
                assert [(await wire.ended())[0] for wire in (busy, idle, nobody)] == [1012] * 3
                assert [one.event for one in await _to_its_end(events)] == []
        async with served_api(database, port=port) as new:
            again = Shop(Client(new.http, token), shop.account, pipeline, shop.stages)
            job = await again.job()
            async with (
                acknowledged(new.socket_url, token) as wire,
                streaming(new.http, EVENTS, token=token, pipeline=pipeline, after=cursors[1]) as events,
            ):
                live = OnSocket(wire, await wire.subscribe(EVENTS, pipeline=pipeline, after=cursors[0]))
                for subscription in (live, OnStream(events)):
                    await changes_until(subscription, shows(job["id"]))
    assert [line for line in logs if line["log_level"] in {"error", "critical"}] == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
