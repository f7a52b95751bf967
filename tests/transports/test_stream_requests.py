"""LV6: the way to an event stream: what is refused before it begins is refused in JSON, as on /graphql."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from server.settings import Settings
from tests.access.digest import Unchanged
from tests.support.api import Json
from tests.support.board import EVENTS
from tests.support.frames import STREAM, bearer, opened
from tests.transports.house import House, OnStream, changes_until, event, shows

WHO = "{ viewer { member { id } } }"
CREATE = 'mutation { createAccount(input: {name: "Bad"}) { errors { code } } }'
LIMIT = Settings().max_body_bytes
CSRF = {"X-Stageline-CSRF": "1"}
UNKNOWN = "sl_" + "A" * 43
TYPED = {"content-type": "application/json"}


async def refused_alike(house: House, method: str, **request: Any) -> httpx.Response:
    """Hold that a request is refused in the same words at both addresses and changes nothing; the answer."""
    http = house.served.http
    async with Unchanged(house.served.database):
        plain = await http.request(method, "/graphql", **request)
        answer = await http.request(method, STREAM, **request)
    assert answer.status_code == plain.status_code >= 400
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == plain.json()
    return answer


def code_of(answer: httpx.Response) -> str:
    """The code of the one error in an answer."""
    [error] = answer.json()["errors"]
    return str(error["extensions"]["code"])


BODIES: list[bytes] = [
    b"",
    b"{",
    b"\xff\xfe",
    b"subscription { boardEvents }",
    b'{"query": "\\ud800"}',
    b"[" * 100_000,
    b"null",
    b"7",
    b'[{"query": "{ viewer { member { id } } }"}]',
    b"{}",
    b'{"query": 7}',
    b'{"query": null}',
    b'{"query": ""}',
    b'{"query": "{ viewer { member { id } } }", "variables": "{}"}',
    b'{"query": "{ viewer { member { id } } }", "variables": [1]}',
    b'{"query": "{ viewer { member { id } } }", "operationName": 7}',
    b'{"query": "{ viewer { member { id } } }", "extensions": []}',
    b'{"query": "{ viewer { member { id } } } #\\u0000"}',
    b'{"query": "{ viewer { member { id } } }", "variables": {"a": 1e999}}',
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_a_body_that_is_no_operation_is_a_bad_request(house: House, body: bytes) -> None:
    """LV6: 400, and no stream."""
    headers = {**TYPED, **bearer(house.owner.token)}
    answer = await refused_alike(house, "POST", content=body, headers=headers)
    assert (answer.status_code, code_of(answer)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("value", ["", "Bearer", "Basic b2xnYTpx", "Bearer a b", "Bearer unknown", f"Bearer {UNKNOWN}"])
async def test_a_bad_token_is_refused(house: House, value: str) -> None:
    """API5: 401, never an empty stream or nobody's."""
    body = {"query": EVENTS, "variables": {"pipeline": house.shop.pipeline}}
    answer = await house.served.http.post(STREAM, json=body, headers={"authorization": value})
    assert (answer.status_code, code_of(answer)) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"
    await refused_alike(house, "POST", json={"query": CREATE}, headers={"authorization": value})


@pytest.mark.parametrize("typed", [None, "text/plain", "application/x-www-form-urlencoded", "application/graphql"])
async def test_other_content_types_are_not_read(house: House, typed: str | None) -> None:
    """LV6: 415; a form, which a foreign page may send without asking, is none of ours."""
    headers = {**bearer(house.owner.token), **({"content-type": typed} if typed else {})}
    body = orjson.dumps({"query": CREATE})
    answer = await refused_alike(house, "POST", content=body, headers=headers)
    assert (answer.status_code, code_of(answer)) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_large_body_is_refused(house: House) -> None:
    """LV6: 413 over MAX_BODY_BYTES, declared or not; at the limit it is read."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(LIMIT // 65_536 + 1):
            yield b"x" * 65_536

    headers = {**TYPED, **bearer(house.owner.token)}
    async with Unchanged(house.served.database):
        for content in (b" " * (LIMIT + 1), chunks()):
            answer = await house.served.http.post(STREAM, content=content, headers=headers)
            assert (answer.status_code, code_of(answer)) == (413, "BODY_TOO_LARGE")
    body = orjson.dumps({"query": WHO}).ljust(LIMIT)
    async with opened(house.served.http, "POST", content=body, headers=headers) as events:
        assert await events.result() == {"data": {"viewer": {"member": {"id": house.owner.member_id}}}}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_refused(house: House, method: str) -> None:
    """LV6: 405, for there is no single connection mode."""
    answer = await house.served.http.request(method, STREAM, headers=bearer(house.owner.token))
    assert (answer.status_code, code_of(answer)) == (405, "METHOD_NOT_ALLOWED")
    assert {"GET", "POST"} <= {one.strip() for one in answer.headers["allow"].split(",")}


async def test_a_head_request_opens_no_stream(house: House) -> None:
    """LV6: it ends at once and holds nothing, whether it is refused or not."""
    params = {"query": EVENTS, "variables": orjson.dumps({"pipeline": house.shop.pipeline}).decode()}
    answer = await house.served.http.head(STREAM, params=params, headers=bearer(house.owner.token))
    assert answer.content == b""
    assert answer.status_code in {200, 405}


# --- by GET ---------------------------------------------------------------------------------------------------------


def asked(document: str, **variables: Any) -> Json:
    """The query string of an operation."""
    return {"query": document, "variables": orjson.dumps(variables).decode()}


async def test_queries_and_subscriptions_may_come_by_get(house: House) -> None:
    """LV6: as EventSource sends them."""
    http, headers = house.served.http, bearer(house.owner.token)
    async with opened(http, "GET", params=asked(WHO), headers=headers) as events:
        assert await events.result() == {"data": {"viewer": {"member": {"id": house.owner.member_id}}}}
        await events.completed()
    async with opened(http, "GET", params=asked(EVENTS, pipeline=house.shop.pipeline), headers=headers) as events:
        live = OnStream(events)
        assert (await event(live))["changes"] == []
        job = await house.shop.job()
        await changes_until(live, shows(job["id"]))


async def test_a_mutation_by_get_is_refused(house: House) -> None:
    """LV6: 405 and nothing is run, also where it is one of several operations."""
    headers = bearer(house.owner.token)
    answer = await refused_alike(house, "GET", params=asked(CREATE), headers=headers)
    assert (answer.status_code, code_of(answer), answer.headers["allow"]) == (405, "METHOD_NOT_ALLOWED", "POST")
    several = {**asked(f"query A {WHO} {CREATE.replace('mutation', 'mutation B')}"), "operationName": "B"}
    answer = await refused_alike(house, "GET", params=several, headers=headers)
    assert answer.status_code == 405


@pytest.mark.parametrize(
    "query_string", ["", "query=", "query=%7Bviewer%7D&variables=[", "query=%7Bviewer%7D&variables=[]", "query=%00",
                     "query=%7Bviewer%7D&extensions=1", "query=%7Bviewer%7D&variables=%ff"],
)  # fmt: skip
async def test_a_get_of_the_wrong_shape_is_a_bad_request(house: House, query_string: str) -> None:
    """LV6: the same checks."""
    answer = await house.served.http.get(f"{STREAM}?{query_string}", headers=bearer(house.owner.token))
    assert (answer.status_code, code_of(answer)) == (400, "BAD_REQUEST")


# --- cookies and pages ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proof", [CSRF, {"Sec-Fetch-Site": "same-origin"}], ids=["our header", "same origin"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_cookie_counts_beside_our_header_or_from_our_own_page(house: House, method: str, proof: Json) -> None:
    """API5: EventSource sets no headers, but the browser itself says where it comes from."""
    headers = {"cookie": f"stageline_session={house.owner.token}", **proof}
    request = {"params": asked(WHO)} if method == "GET" else {"json": {"query": WHO}}
    async with opened(house.served.http, method, headers=headers, **request) as events:
        assert await events.result() == {"data": {"viewer": {"member": {"id": house.owner.member_id}}}}


@pytest.mark.parametrize("site", [None, "cross-site", "same-site", "none", "Same-Origin2", ""])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_cookie_alone_is_refused(house: House, method: str, site: str | None) -> None:
    """API5: 403, for browsers send it on behalf of any page."""
    headers = {"cookie": f"stageline_session={house.owner.token}", **({} if site is None else {"Sec-Fetch-Site": site})}
    variables = {"pipeline": house.shop.pipeline}
    request = {"params": asked(EVENTS, **variables)} if method == "GET" else {"json": {"query": CREATE}}
    async with Unchanged(house.served.database):
        answer = await house.served.http.request(method, STREAM, headers=headers, **request)
    assert (answer.status_code, code_of(answer)) == (403, "CSRF")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", ""])
async def test_a_foreign_page_is_refused(house: House, origin: str) -> None:
    """API5: 403, whatever it brings, its claim to be of our origin included."""
    cookie = {"cookie": f"stageline_session={house.owner.token}"}
    for brought in ({}, bearer(house.owner.token), {**cookie, **CSRF}, {**cookie, "Sec-Fetch-Site": "same-origin"}):
        headers = {**brought, "origin": origin}
        answer = await house.served.http.get(STREAM, params=asked(WHO), headers=headers)
        assert (answer.status_code, code_of(answer)) == (403, "ORIGIN")
        answer = await house.served.http.post(STREAM, json={"query": WHO}, headers=headers)
        assert (answer.status_code, code_of(answer)) == (403, "ORIGIN")
        assert "access-control-allow-origin" not in answer.headers
