"""LV6, API4: what is wrong with an operation is said alike over HTTP, over a socket and in an event stream."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from tests.access.digest import Unchanged
from tests.support.api import Json
from tests.support.board import EVENTS
from tests.support.frames import bearer, streaming
from tests.transports.house import House, answers

Codes = list[tuple[str, str]]
EXPENSIVE = "tasks(first: 200) { nodes { job { " * 3 + "id" + " } } }" * 3

WRONG: dict[str, Json] = {
    "no end": {"query": "{ viewer { member { id } }"},
    "only a comment": {"query": "# nothing"},
    "no GraphQL": {"query": "SELECT 1"},
    "unknown field": {"query": "{ nothing }"},
    "unknown argument": {"query": '{ job(id: "a", name: "b") { id } }'},
    "no selection": {"query": "{ viewer }"},
    "wrong literal": {"query": '{ jobs(first: "many") { totalCount } }'},
    "only a fragment": {"query": "fragment F on Job { id }"},
    "unused variable": {"query": "query ($a: ID) { viewer { member { id } } }"},
    "missing variable": {"query": "query ($id: ID!) { job(id: $id) { id } }"},
    "null variable": {"query": "query ($id: ID!) { job(id: $id) { id } }", "variables": {"id": None}},
    "wrong variable": {"query": "query ($id: ID!) { job(id: $id) { id } }", "variables": {"id": {"a": 1}}},
    "several operations": {"query": "query A { viewer { member { id } } } query B { viewer { member { id } } }"},
    "unknown operation": {"query": "query A { viewer { member { id } } }", "operationName": "B"},
    "deep": {"query": "{ a " * 30 + "}" * 30},
    "very deep": {"query": "{ a " * 900 + "}" * 900},
    "tokens": {"query": "{ viewer { member { " + "id " * 3_000 + "} } }"},
    "aliases": {"query": "{ viewer { " + " ".join(f"a{n}: member {{ id }}" for n in range(61)) + " } }"},
    "cost": {"query": "{ jobs(first: 200) { nodes { REST } } }".replace("REST", EXPENSIVE)},
    "mutation": {"query": 'mutation { createAccount(input: {nothing: "Bad"}) { errors { code } } }'},
}  # fmt: skip
AT_THE_DOOR: dict[str, Json] = {
    "empty": {"query": ""},
    "blank": {"query": " \n"},
    "NUL in the document": {"query": "{ viewer { member { id } } } #\0"},
    "NUL in a variable": {
        "query": "query ($id: ID!) { job(id: $id) { id } }",
        "variables": {"id": ["a", {"b": "c\0"}]},
    },
    "NUL in a variable's name": {"query": "{ viewer { member { id } } }", "variables": {"\0": 1}},
    "NUL in the name": {"query": "{ viewer { member { id } } }", "operationName": "\0"},
    "deep variables": {"query": "{ viewer { member { id } } }", "variables": {"a": orjson.loads("[" * 22 + "]" * 22)}},
    "many variables": {"query": "{ viewer { member { id } } }", "variables": {"a": [0] * 20_001}},
}  # fmt: skip
SUBSCRIBE = "subscription ($pipeline: ID!) { boardEvents(pipelineId: $pipeline) { REST } }"
STREAMS: dict[str, tuple[Json, str]] = {
    "two at once": (
        {"query": 'subscription { a: boardEvents(pipelineId: "a") { at } b: boardEvents(pipelineId: "b") { at } }'},
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "only its type": ({"query": "subscription { __typename }"}, "GRAPHQL_VALIDATION_FAILED"),
    "no pipeline": ({"query": "subscription { boardEvents { cursor } }"}, "GRAPHQL_VALIDATION_FAILED"),
    "missing variable": ({"query": EVENTS}, "BAD_REQUEST"),
    "null variable": ({"query": EVENTS, "variables": {"pipeline": None}}, "BAD_REQUEST"),
    "wrong variable": ({"query": EVENTS, "variables": {"pipeline": ["a", "b"]}}, "BAD_REQUEST"),
    "a number as cursor": ({"query": EVENTS, "variables": {"pipeline": "a", "after": 7}}, "BAD_REQUEST"),
    "deep": ({"query": SUBSCRIBE.replace("REST", "a " + "{ a " * 20 + "}" * 20)}, "DEPTH_LIMIT"),
    "tokens": ({"query": SUBSCRIBE.replace("REST", "cursor " * 3_000)}, "TOKEN_LIMIT"),
    "aliases": ({"query": SUBSCRIBE.replace("REST", " ".join(f"a{n}: at" for n in range(61)))}, "ALIAS_LIMIT"),
    "cost": (
        {"query": SUBSCRIBE.replace("REST", "changes { ... on JobUpserted { job { " + EXPENSIVE + " } } }")},
        "COST_LIMIT",
    ),
}  # fmt: skip


def coded(errors: Any) -> Codes:
    """Code and words of each error."""
    return [(error["extensions"]["code"], error["message"]) for error in errors]


async def over_http(house: House, body: Json, path: str = "/graphql") -> httpx.Response:
    """The answer to a body by POST, as the owner."""
    return await house.served.http.post(path, json=body, headers=bearer(house.owner.token))


async def over_socket(house: House, body: Json) -> Codes:
    """The errors that end the operation on a socket, which stays open."""
    async with house.wire() as wire:
        await wire.send({"id": "a", "type": "subscribe", "payload": body})
        found = coded(await wire.errors("a"))
        await answers(wire)
        assert "data" in await wire.answer("{ viewer { member { id } } }")
        return found


async def in_stream(house: House, body: Json) -> Codes:
    """The errors in the one result of an event stream, which then ends."""
    given = {"name": body.get("operationName"), **body.get("variables", {})}
    async with streaming(house.served.http, body["query"], token=house.owner.token, **given) as events:
        assert events.response.status_code == 200
        result = await events.result()
        await events.completed()
        assert "data" not in result
        return coded(result["errors"])


@pytest.mark.parametrize("what", WRONG)
async def test_a_wrong_document_is_refused_alike_everywhere(house: House, what: str) -> None:
    """API1, API4: the same codes and words; on a socket, which stays open, and as a stream's one result."""
    body = WRONG[what]
    async with Unchanged(house.served.database):
        expected = coded((await over_http(house, body)).json()["errors"])
        assert expected
        assert await over_socket(house, body) == expected
        assert await in_stream(house, body) == expected


@pytest.mark.parametrize("what", AT_THE_DOOR)
async def test_what_http_refuses_with_400_is_an_error_on_a_socket_and_json_on_the_way_to_a_stream(
    house: House, what: str
) -> None:
    """LV6: the same words; no event stream is opened for it."""
    body = AT_THE_DOOR[what]
    async with Unchanged(house.served.database):
        refused, streamed = await over_http(house, body), await over_http(house, body, "/graphql/stream")
        assert [refused.status_code, streamed.status_code] == [400, 400]
        assert streamed.headers["content-type"] == "application/json"
        assert streamed.json() == refused.json()
        assert await over_socket(house, body) == coded(refused.json()["errors"])


@pytest.mark.parametrize("what", STREAMS)
async def test_a_wrong_subscription_is_refused_alike_on_both_transports(house: House, what: str) -> None:
    """API4: the limits and the rules of validation hold for subscriptions, too."""
    body, code = STREAMS[what]
    found = await over_socket(house, body)
    assert {one for one, _ in found} == {code}
    assert await in_stream(house, body) == found


async def test_an_operation_is_chosen_by_its_name(house: House) -> None:
    """LV6: among several, on a socket as over HTTP."""
    document = "query A { firm { name } } query B { viewer { member { id } } }"
    async with house.wire() as wire:
        assert await wire.answer(document, name="A") == {"data": {"firm": {"name": "Kontor"}}}
        assert await wire.answer(document, name="B") == {"data": {"viewer": {"member": {"id": house.owner.member_id}}}}


async def test_a_result_with_data_and_errors_is_a_next(house: House) -> None:
    """LV6: what failed is null beside what did not; the operation was run, so it completes."""
    document = '{ firm { name } changes(stream: {board: {pipelineId: "none"}}, after: "none") { cursor } }'
    expected = (await over_http(house, {"query": document})).json()
    assert (expected["data"], len(expected["errors"])) == ({"firm": {"name": "Kontor"}, "changes": None}, 1)
    async with house.wire() as wire:
        assert await wire.answer(document) == expected
    async with streaming(house.served.http, document, token=house.owner.token) as events:
        assert await events.result() == expected
        await events.completed()


FILTERS: list[Any] = [
    {"nothing": 1},
    {"priorities": ["HIGHEST"]},
    {"priorities": "HIGH", "ids": {"a": 1}},
    {"dueBefore": "tomorrow"},
    {"and": "x"},
    {"not": [{"overdue": "yes"}]},
    "overdue",
    7,
    [1],
    {"ids": [f"job_{n}" for n in range(300)]},
    {"ids": ["", "x" * 1_000]},
    {"stageIds": ["stage_of_nobody"], "assignedToMe": None},
]


@pytest.mark.parametrize("given", FILTERS, ids=range(len(FILTERS)))
async def test_a_filter_is_as_good_or_bad_as_for_the_board(house: House, given: Any) -> None:
    """LV5: the stream takes the board's filter, and refuses what the board refuses, in the same words."""
    board = "query ($pipeline: ID!, $filter: JobFilter) { board(pipelineId: $pipeline, filter: $filter) { cursor } }"
    variables = {"pipeline": house.shop.pipeline, "filter": given}
    expected = (await over_http(house, {"query": board, "variables": variables})).json()
    body = {"query": EVENTS, "variables": variables}
    if "errors" in expected:
        assert await over_socket(house, body) == coded(expected["errors"])
        assert await in_stream(house, body) == coded(expected["errors"])
    else:
        for transport in ("socket", "stream"):
            async with house.watching(transport, filter=given) as subscription:
                assert (await subscription.result())["data"]["boardEvents"]["changes"] == []
