"""API5: pages of other origins: those of ALLOWED_ORIGINS may call, by their cookie too, and others may not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import orjson
import pytest

from store.database import Database
from tests.support.api import Shop, open_shop
from tests.support.board import EVENTS
from tests.support.frames import STREAM, bearer, connected, opened
from tests.support.served import Served, served_api
from tests.transports.house import OnSocket, OnStream, event

ALLOWED = "https://board.example"
WHO = "{ viewer { member { id } } }"


@pytest.fixture
async def served(database: Database) -> AsyncIterator[Served]:
    """A server that lets pages of one other origin call."""
    async with served_api(database, allowed_origins=(ALLOWED,)) as served:
        yield served


@pytest.fixture
async def shop(served: Served) -> Shop:
    """A firm on it."""
    return await open_shop(served)


async def test_a_cookie_counts_on_sockets_of_allowed_pages(served: Served, shop: Shop) -> None:
    """API5: our own pages, and those of ALLOWED_ORIGINS; a page that names a token needs no cookie."""
    cookie, who = f"other=1; stageline_session={shop.owner.token}", {"viewer": {"member": {"id": shop.owner.member_id}}}
    for origin in (served.origin, ALLOWED, "https://BOARD.example:443"):
        async with connected(served.socket_url, headers={"cookie": cookie, "origin": origin}) as wire:
            await wire.init(None)
            assert await wire.answer(WHO) == {"data": who}
            live = OnSocket(wire, await wire.subscribe(EVENTS, pipeline=shop.pipeline))
            assert (await event(live))["changes"] == []
        async with connected(served.socket_url, headers={"origin": origin}) as wire:
            await wire.init(shop.owner.token)
            assert await wire.answer(WHO) == {"data": who}


async def test_allowed_pages_get_cors_for_streams(served: Served, shop: Shop) -> None:
    """API5: preflight and stream name the allowed origin, with credentials; the header that resumes is allowed."""
    preflight = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type, last-event-id, x-stageline-csrf",
    }
    answer = await served.http.options(STREAM, headers={"origin": ALLOWED, **preflight})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, ALLOWED)
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "last-event-id" in answer.headers["access-control-allow-headers"].lower()
    params = {"query": EVENTS, "variables": orjson.dumps({"pipeline": shop.pipeline}).decode()}
    headers = {"origin": ALLOWED, **bearer(shop.owner.token)}
    async with opened(served.http, "GET", params=params, headers=headers) as events:
        assert events.response.headers["access-control-allow-origin"] == ALLOWED
        assert (await event(OnStream(events)))["changes"] == []


async def test_other_pages_get_no_cors_for_streams(served: Served) -> None:
    """API5: their browser keeps the answer from them, and the request is refused."""
    evil = {"origin": "https://evil.example"}
    answer = await served.http.options(STREAM, headers={**evil, "access-control-request-method": "POST"})
    assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (400, False)
    answer = await served.http.get(STREAM, params={"query": WHO}, headers=evil)
    assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (403, False)
