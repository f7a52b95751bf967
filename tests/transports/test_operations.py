"""LV6: operations of every kind on a socket: with other people's changes, with ends at any moment, in odd forms."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from live.cursor import decode
from tests.access.digest import Unchanged
from tests.support.api import PASSWORD, Json
from tests.support.board import EVENTS, Board
from tests.support.frames import WITHIN, bearer, opened, streaming
from tests.transports.house import (
    House,
    OnSocket,
    OnStream,
    Subscription,
    Transport,
    answers,
    changes_until,
    event,
    shows,
)

MOVE = """mutation ($input: MoveJobInput!) { moveJob(input: $input) {
    job { id version } clientMutationId errors { code } } }"""


async def test_a_client_knows_its_own_echo(house: House) -> None:
    """LV2: on one socket the mutation is answered once and told once, by the id that the client gave it."""
    job = await house.shop.job()
    given = {"jobId": job["id"], "stageId": house.shop.stages[1], "expect": {"version": 1}, "clientMutationId": "drag"}
    async with house.wire() as wire:
        live = OnSocket(wire, await wire.subscribe(EVENTS, pipeline=house.shop.pipeline))
        assert (await event(live))["changes"] == []
        payload = (await wire.answer(MOVE, input=given))["data"]["moveJob"]
        assert payload == {"job": {"id": job["id"], "version": 2}, "clientMutationId": "drag", "errors": []}
        found = await event(live)
        assert found["cause"]["clientMutationId"] == "drag"
        assert [change["job"]["id"] for change in found["changes"] if "job" in change] == [job["id"]]


async def test_operations_of_a_socket_run_side_by_side(house: House) -> None:
    """LV6: answers come as they are ready, each under its id, and each once."""
    async with house.wire() as wire:
        ids = [await wire.subscribe("query ($n: Int) { jobs(first: $n) { totalCount } }", n=n + 1) for n in range(60)]
        for one in ids:
            assert (await wire.result(one))["data"]["jobs"]["totalCount"] > 0
            assert await wire.next(one) == {"id": one, "type": "complete"}
        await answers(wire)


async def moved_by_a_socket(house: House, given: Json, end: str, patience: int) -> None:
    """Ask for a move over a socket, and end it or the socket after so many turns of the loop."""
    async with house.wire() as wire:
        one = await wire.subscribe(MOVE, input=given)
        await turns(patience)
        if end == "complete":
            await wire.complete(one)
            assert "data" in await wire.answer("{ viewer { member { id } } }")
        elif end == "loss":
            wire.lose()


async def moved_by_a_request(house: House, given: Json, path: str, patience: int) -> None:
    """Ask for a move over HTTP, and reset the connection after so many turns of the loop."""
    body = orjson.dumps({"query": MOVE, "variables": {"input": given}})
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{house.served.port}\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {house.owner.token}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    _, writer = await asyncio.open_connection("127.0.0.1", house.served.port)
    writer.write(head.encode() + body)
    await turns(patience)
    writer.transport.abort()


async def turns(count: int) -> None:
    """Let everybody else have their turn, so many times."""
    for _ in range(count):
        await asyncio.sleep(0)


async def in_step(board: Board, subscription: Subscription) -> bool:
    """Follow a board's events to where it stands now; whether it shows what a fresh one shows."""
    fresh = await Board.open(board.client, board.pipeline_id)
    while decode(board.cursor).seq < decode(fresh.cursor).seq:
        found = await event(subscription)
        board.apply({"events": [found], "cursor": found["cursor"]})
    return board.drawn() == fresh.drawn()


@pytest.mark.parametrize("end", ["complete", "close", "loss", "/graphql", "/graphql/stream"])
async def test_a_mutation_whose_client_leaves_is_done_or_not_done(house: House, end: str) -> None:
    """LV1: whole or not at all, whenever the client goes; and where it is done everybody is told."""
    board = await Board.open(house.owner, house.shop.pipeline)
    leave = moved_by_a_request if end.startswith("/") else moved_by_a_socket
    async with house.watching("socket", after=board.cursor) as subscription:
        assert (await event(subscription))["changes"] == []
        for n in range(12):
            job = await house.shop.job()
            given = {"jobId": job["id"], "stageId": house.shop.stages[1], "expect": {"version": 1}}
            await leave(house, given, end, n * 30)
        async with asyncio.timeout(WITHIN):
            while not await in_step(board, subscription):
                pass  # the last one is still being done


async def test_rights_count_for_the_next_operation_of_a_socket(house: House) -> None:
    """AC1: a socket that is open has them at once, and loses them at once."""
    member = await house.served.member(house.owner)
    create = "mutation ($tag: String!) { createTag(input: {name: $tag}) { errors { code } } }"
    given = {"memberId": member.member_id}
    async with house.wire(member) as wire:
        for n, (field, codes) in enumerate((("addRights", []), ("removeRights", [{"code": "FORBIDDEN"}]))):
            await house.owner.do("updateMemberAccess", **given, **{field: ["MANAGE_TAGS"]})
            answer = await wire.answer(create, tag=f"Tag {n}")
            assert answer["data"]["createTag"]["errors"] == codes


async def test_a_log_in_by_cookie_is_refused_on_a_socket(house: House) -> None:
    """API5: a socket sets no cookies: a session that nobody could use is not opened."""
    login = "mutation ($input: LoginInput!) { login(input: $input) { token errors { code path } } }"
    given = {"email": "owner1@firm.test", "password": PASSWORD, "cookie": True}
    async with house.wire(house.served.nobody) as wire, Unchanged(house.served.database):
        payload = (await wire.answer(login, input=given))["data"]["login"]
        assert payload["token"] is None
        assert [error["code"] for error in payload["errors"]] == ["INVALID"]


# --- odd forms of a subscription ------------------------------------------------------------------------------------

FORMS = {
    "an alias": "subscription ($p: ID!) { mine: boardEvents(pipelineId: $p) { at } }",
    "a fragment": """subscription ($p: ID!) { ...Root }
        fragment Root on Subscription { mine: boardEvents(pipelineId: $p) { ...Rest } }
        fragment Rest on BoardEvent { at }""",
    "the same field twice": """subscription ($p: ID!) {
        mine: boardEvents(pipelineId: $p) { at } mine: boardEvents(pipelineId: $p) { cause { kind } } }""",
    "a literal and a default": """subscription ($p: ID!, $f: JobFilter = {overdue: false}, $a: String = null) {
        mine: boardEvents(pipelineId: $p, filter: $f, after: $a) { at __typename } }""",
    "only its type": "subscription ($p: ID!) { mine: boardEvents(pipelineId: $p) { __typename } }",
    "skipped parts": """subscription ($p: ID!, $no: Boolean = false) { mine: boardEvents(pipelineId: $p) {
        at changes @include(if: $no) { __typename } } }""",
    "chosen by name": """query Other { viewer { member { id } } }
        subscription Mine($p: ID!) { mine: boardEvents(pipelineId: $p) { at } }""",
}


@pytest.mark.parametrize("form", FORMS)
async def test_a_subscription_may_be_written_in_any_way(house: House, form: str) -> None:
    """LV6: aliases, fragments, defaults, directives; an event stream's ids are there without the field `cursor`."""
    document, name = FORMS[form], "Mine" if form == "chosen by name" else None
    async with (
        house.wire() as wire,
        streaming(house.served.http, document, token=house.owner.token, name=name, p=house.shop.pipeline) as events,
    ):
        one = await wire.subscribe(document, name=name, p=house.shop.pipeline)
        for _ in range(2):
            assert list((await wire.result(one))["data"]) == ["mine"]
            streamed = await events.next()
            assert streamed is not None
            assert list(streamed.result["data"]) == ["mine"]
            assert streamed.id
            last = streamed.id
            await house.shop.job()
    headers = {**bearer(house.owner.token), "Last-Event-ID": last}
    body = {"query": EVENTS, "variables": {"pipeline": house.shop.pipeline}}
    async with opened(house.served.http, "POST", json=body, headers=headers) as resumed:
        assert len([change for change in (await event(OnStream(resumed)))["changes"] if "job" in change]) >= 1


NOTHING = [
    "subscription ($p: ID!) { boardEvents(pipelineId: $p) @skip(if: true) { at } }",
    "subscription ($p: ID!) { boardEvents(pipelineId: $p) @include(if: false) { at } }",
    "subscription ($p: ID!, $no: Boolean = false) { boardEvents(pipelineId: $p) @include(if: $no) { at } }",
    "subscription ($p: ID!) { ... @include(if: false) { boardEvents(pipelineId: $p) { at } } }",
    "subscription ($p: ID!) { a: boardEvents(pipelineId: $p) { at } __typename }",
    "subscription ($p: ID!) { boardEvents(pipelineId: $p) { at } ... { b: boardEvents(pipelineId: $p) { at } } }",
]  # fmt: skip


@pytest.mark.parametrize("document", NOTHING, ids=range(len(NOTHING)))
async def test_a_subscription_to_nothing_or_to_more_is_a_mistake_of_the_client(
    house: House, transport: Transport, document: str
) -> None:
    """API1: a typed error, no incident of ours, and no silence."""
    async with house.watching(transport, document=document, p=house.shop.pipeline) as subscription:
        errors = await subscription.errors()
        codes = {error["extensions"]["code"] for error in errors}
        assert codes <= {"GRAPHQL_VALIDATION_FAILED", "BAD_REQUEST"}


async def test_an_event_may_be_larger_than_a_request(house: House, transport: Transport) -> None:
    """LV2: everything that one event holds comes in one frame."""
    cursor = (await Board.open(house.owner, house.shop.pipeline)).cursor
    text = "\U0001f388" * 9_500
    jobs: list[Json] = [await house.shop.job(description=text) for _ in range(30)]
    async with house.watching(transport, after=cursor) as subscription:
        found = await event(subscription)
        drawn = {change["job"]["id"] for change in found["changes"] if "job" in change}
        assert drawn == {job["id"] for job in jobs}
        later = await house.shop.job()
        await changes_until(subscription, shows(later["id"]))


async def test_sockets_that_come_and_go_leave_nothing_behind(house: House) -> None:
    """LV3: with all their operations, in whatever state those are."""
    for n in range(8):
        async with house.wire() as wire:
            for _ in range(10):
                await wire.subscribe(EVENTS, pipeline=house.shop.pipeline)
            for _ in range(n):
                await wire.next()
            wire.lose()
