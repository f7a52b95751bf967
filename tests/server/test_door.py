from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest
from structlog.testing import capture_logs

from server.transports.http import negotiated
from store.database import Database
from tests.server.door import Door, code_of, opened, touched

LIMIT = 2048  # bytes, of a body in these tests


@pytest.fixture(autouse=True)
def nothing_touched() -> None:
    """Every test starts with nothing done."""
    touched.clear()


@pytest.fixture
async def door(database: Database) -> AsyncIterator[Door]:
    """The door with small bodies."""
    async with opened(database, max_body_bytes=LIMIT) as door:
        yield door


async def test_an_operation_is_answered(door: Door) -> None:
    """API: POST /graphql with a JSON body."""
    response = await door.ask("query Say($text: String!) { echo(text: $text) }", {"text": "ä 🎈"})
    assert (response.status_code, response.json()) == (200, {"data": {"echo": "ä 🎈"}})
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_the_named_operation_is_run(door: Door) -> None:
    """API: operationName chooses; a name that is not there is a bad request."""
    body = {"query": 'query A { echo(text: "a") } mutation B { touch }', "operationName": "A"}
    assert (await door.post(body)).json() == {"data": {"echo": "a"}}
    response = await door.post({**body, "operationName": "C"})
    assert (response.status_code, code_of(response), touched) == (400, "BAD_REQUEST", [])
    assert response.json()["errors"][0]["message"] == "The document has no operation named 'C'."


BAD_BODIES: list[tuple[bytes, str]] = [
    (b"", "The body is not JSON"),
    (b"{", "The body is not JSON"),
    (b"mutation { touch }", "The body is not JSON"),
    (b"\xff\xfe", "The body is not JSON"),
    (b'{"query": "\\ud800"}', "surrogate"),
    (b'{"query": "mutation { touch }", "variables": {"a": 1e999}}', "The body is not JSON"),
    (b"[" * 1500, "The body is not JSON"),
    (b"null", "The body must be a JSON object"),
    (b'"mutation { touch }"', "The body must be a JSON object"),
    (b'[{"query": "mutation { touch }"}]', "batches are not supported"),
    (b"{}", "`query` must be a text"),
    (b'{"query": ""}', "`query` must be a text"),
    (b'{"query": 7}', "`query` must be a text"),
    (b'{"query": {"a": 1}}', "`query` must be a text"),
    (b'{"query": "mutation { touch }", "variables": []}', "`variables` must be an object"),
    (b'{"query": "mutation { touch }", "variables": "{}"}', "`variables` must be an object"),
    (b'{"query": "mutation { touch }", "extensions": 1}', "`extensions` must be an object"),
    (b'{"query": "mutation { touch }", "operationName": 1}', "`operationName` must be a text"),
    (b'{"query": "mutation { touch }", "operationName": "\\u0000"}', "The text in `operationName` contains a NUL"),
    (b'{"query": "mutation { touch } #\\u0000"}', "The text in `query` contains a NUL"),
    (b'{"query": "{ echo }", "variables": {"a": {"b": ["x", "y\\u0000"]}}}', "`variables.a.b.1` contains a NUL"),
    (b'{"query": "mutation { touch }", "variables": {"\\u0000": 1}}', "`variables (a name)` contains a NUL"),
    (b'{"query": "{ echo }", "variables": {"a": ' + b"[" * 21 + b"]" * 21 + b"}}", "more than 20 levels deep"),
    (b'{"query": "{ echo }", "variables": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}", "more than 20 levels deep"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message"), BAD_BODIES, ids=range(len(BAD_BODIES)))
async def test_a_body_that_is_no_operation_is_a_bad_request(door: Door, body: bytes, message: str) -> None:
    """Bad input: bodies that are not JSON, of the wrong shape, or with text that cannot be stored; nothing is run."""
    response = await door.post(body)
    assert (response.status_code, code_of(response), touched) == (400, "BAD_REQUEST", [])
    assert message in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/graphql",
     "application/json; charset=latin-1", "application/jsonp"],
)  # fmt: skip
async def test_other_content_types_are_not_read(door: Door, content_type: str) -> None:
    """Bad input: only JSON. A form, which a foreign page can send without asking, is refused."""
    response = await door.post(b'{"query": "mutation { touch }"}', content_type=content_type)
    assert (response.status_code, code_of(response), touched) == (415, "UNSUPPORTED_MEDIA_TYPE", [])


async def test_a_packed_body_is_not_read(door: Door) -> None:
    """Bad input: nothing is unpacked, so nothing can grow."""
    response = await door.post(b'{"query": "mutation { touch }"}', content_encoding="gzip")
    assert (response.status_code, touched) == (415, [])


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", 'Application/JSON; charset="UTF-8"'])
async def test_json_may_say_that_it_is_utf8(door: Door, content_type: str) -> None:
    """API: the common spellings of JSON are read."""
    assert (await door.post(b'{"query": "{ echo }"}', content_type=content_type)).json() == {"data": {"echo": "0"}}


def padded(size: int) -> bytes:
    """An operation of exactly that many bytes."""
    text = b'{"query": "mutation { touch }", "x": "%s"}'
    return text % (b"x" * (size - len(text) + 2))


async def test_a_body_at_the_limit_is_read_and_a_larger_one_is_not(door: Door) -> None:
    """Bad input: 413 over the limit, by the declared length."""
    response = await door.post(padded(LIMIT + 1))
    assert (response.status_code, code_of(response), touched) == (413, "BODY_TOO_LARGE", [])
    assert response.json()["errors"][0]["message"] == "The body is larger than 2,048 bytes."
    assert (await door.post(padded(LIMIT))).json() == {"data": {"touch": 1}}


@pytest.mark.parametrize("declared", [None, "10", "nonsense", "²"])
async def test_a_body_that_hides_its_length_is_read_to_the_limit_only(door: Door, declared: str | None) -> None:
    """Bad input: a streamed body is counted as it comes, and no more of it is taken than the limit."""
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(5_000):
            sent += 1024
            yield b"x" * 1024

    headers = {"content-type": "application/json"}
    if declared is not None:
        headers["content-length"] = declared
    raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
    response = await door.client.post("/graphql", content=chunks(), headers=list(raw.items()))
    assert (response.status_code, code_of(response), touched) == (413, "BODY_TOO_LARGE", [])
    assert sent <= LIMIT + 2 * 1024


async def test_a_body_in_pieces_is_one_body(door: Door) -> None:
    """API: chunked bodies work."""

    async def chunks() -> AsyncIterator[bytes]:
        for byte in b'{"query": "mutation { touch }"}':
            yield bytes([byte])

    response = await door.client.post("/graphql", content=chunks(), headers={"content-type": "application/json"})
    assert response.json() == {"data": {"touch": 1}}


async def get(door: Door, **parameters: str) -> httpx.Response:
    """A GET with these parameters."""
    return await door.client.get("/graphql", params=parameters, headers={"accept": "application/json"})


async def test_queries_may_come_by_get_and_mutations_may_not(door: Door) -> None:
    """API: GET reads. A mutation answers 405 and is not run."""
    response = await get(door, query="query ($n: Int!) { echo(number: $n) }", variables='{"n": 7}')
    assert response.json() == {"data": {"echo": "7"}}
    response = await get(door, query="mutation { touch }")
    assert (response.status_code, code_of(response), touched) == (405, "METHOD_NOT_ALLOWED", [])
    assert response.headers["allow"] == "POST"
    named = "query A { echo } mutation B { touch }"
    assert (await get(door, query=named, operationName="B")).status_code == 405
    assert (await get(door, query=named, operationName="A")).json() == {"data": {"echo": "0"}}
    assert touched == []


@pytest.mark.parametrize(
    "query_string",
    ["", "query=", "query=%7Becho%7D&variables=[", "query=%7Becho%7D&variables=[]", "query=%7Becho%7D&extensions=1",
     "query=%7Becho%7D%00", "query=%7Becho%7D&variables=%ff", "query=%7Becho%7D&variables=" + quote('{"a":"\\u0000"}')],
)  # fmt: skip
async def test_a_get_of_the_wrong_shape_is_a_bad_request(door: Door, query_string: str) -> None:
    """Bad input: the same checks by GET."""
    response = await door.client.get(f"/graphql?{query_string}")
    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")


async def test_subscriptions_are_refused_over_plain_http(door: Door) -> None:
    """API: a subscription by POST or GET is a bad request, and is not started."""
    response = await door.ask("subscription { ticks }")
    assert (response.status_code, code_of(response), touched) == (400, "BAD_REQUEST", [])
    assert (await get(door, query="subscription { ticks }")).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
async def test_other_methods_and_paths_are_refused_in_json(door: Door, method: str) -> None:
    """API: one shape of error everywhere."""
    response = await door.client.request(method, "/graphql")
    assert (response.status_code, code_of(response)) == (405, "METHOD_NOT_ALLOWED")
    response = await door.client.request(method, "/nothing")
    assert (response.status_code, code_of(response)) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/graphql-response+json", "application/graphql-response+json"),
        ("application/graphql-response+json; charset=utf-8, application/json", "application/graphql-response+json"),
        ("application/graphql-response+json, text/event-stream, */*", "application/graphql-response+json"),
        ("application/graphql-response+json;q=0.5, application/json", "application/graphql-response+json"),
        ("application/json, application/graphql-response+json;q=0", "application/json"),
    ],
)
def test_graphql_clients_get_their_media_type(accept: str, media_type: str) -> None:
    """GraphQL over HTTP 6: who names the new media type gets it; urql also mentions event streams and gets JSON."""
    assert negotiated(accept) == media_type


@pytest.mark.parametrize(
    ("query", "plain", "graphql"),
    [
        ("{ echo }", 200, 200),
        ("{ refuses }", 200, 200),
        ("{ nothing }", 200, 400),
        ("{ echo", 200, 400),
        ("query ($n: Int!) { echo(number: $n) }", 200, 400),
        ("{" + " ".join(f"a{n}: echo" for n in range(61)) + "}", 200, 400),
    ],
)
async def test_the_status_tells_graphql_clients_what_was_run(door: Door, query: str, plain: int, graphql: int) -> None:
    """GraphQL over HTTP 6.4: a document that was not run is 400 in the new media type, and has no data."""
    response = await door.ask(query, accept="application/json")
    assert (response.status_code, response.headers["content-type"]) == (plain, "application/json")
    response = await door.ask(query, accept="application/graphql-response+json")
    assert (response.status_code, response.headers["content-type"]) == (graphql, "application/graphql-response+json")
    assert ("data" in response.json()) == (graphql == 200)


async def test_a_bug_is_answered_with_an_id(door: Door) -> None:
    """API1: never a stack trace or an SQL text; the rest of the answer stays."""
    with capture_logs() as logs:
        response = await door.ask("query Two { fails echo }")
    assert response.status_code == 200
    assert response.json()["data"] == {"fails": None, "echo": "0"}
    assert response.json()["errors"][0]["extensions"] == {"code": "INTERNAL", "id": logs[0]["id"]}
    assert "SELECT" not in response.text
    assert len(logs) == 1


async def test_a_failure_outside_the_resolvers_is_masked_too(door: Door) -> None:
    """API1: what fails while the answer is written is a 500 with an id."""
    with capture_logs() as logs:
        response = await door.ask("{ odd }")
    assert (response.status_code, code_of(response)) == (500, "INTERNAL")
    assert response.json()["errors"][0]["message"] == f"Internal error, id {logs[0]['id']}"
