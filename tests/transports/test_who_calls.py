"""LV6, API5: who a socket is: a token at connection_init, a header, a cookie of an allowed origin, or nobody."""

from __future__ import annotations

from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from engine.firm.secrets import digest
from store.database import Database
from tests.access.digest import Unchanged
from tests.support.api import PASSWORD, Api, Client
from tests.support.board import EVENTS
from tests.support.frames import PROTOCOL, Ended, acknowledged, bearer, connected
from tests.transports.house import House, OnSocket, answers, event

WHO = "{ viewer { member { id } } }"
NOBODY = {"data": {"viewer": None}}
UNKNOWN = "sl_" + "A" * 43


def somebody(client: Client) -> Any:
    """What :data:`WHO` answers to a client."""
    return {"data": {"viewer": {"member": {"id": client.member_id}}}}


def cookie(client: Client) -> dict[str, str]:
    """The header by which a browser sends a session."""
    return {"cookie": f"other=1; stageline_session={client.token}"}


BAD = ["", "Bearer", "Bearer ", "Basic b2xnYTpx", "Bearer a b", "Bearer " + "x" * 513, "Bearer caf\u00e9", UNKNOWN,
       "Bearer unknown", f"Bearer {UNKNOWN}", "Bearer \0", "Bearer \U0001f388", "x" * 100_000]  # fmt: skip


@pytest.mark.parametrize("authorization", BAD, ids=range(len(BAD)))
async def test_a_bad_token_at_connection_init_is_closed_with_4403(house: House, authorization: str) -> None:
    """API5: malformed and unknown tokens are refused, never taken for nobody."""
    frame = {"type": "connection_init", "payload": {"authorization": authorization}}
    async with connected(house.served.socket_url) as wire, Unchanged(house.served.database):
        await wire.send(frame)
        code, reason = await wire.ended()
        assert code == 4403
        assert reason != ""


@pytest.mark.parametrize("authorization", [7, True, [], {}, ["Bearer x"]])
async def test_an_authorization_that_is_no_text_is_refused(house: House, authorization: Any) -> None:
    """API5: whether it is called malformed or a bad token, it is not nobody."""
    async with connected(house.served.socket_url) as wire:
        await wire.send({"type": "connection_init", "payload": {"authorization": authorization}})
        assert (await wire.ended())[0] in {4400, 4403}


async def test_expired_and_revoked_tokens_are_closed_with_4403(house: House) -> None:
    """API5: at connection_init, like any token that is not good."""
    served, owner = house.served, house.owner
    expired = await served.log_in("owner1@firm.test")
    left = await served.log_in("owner1@firm.test")
    revoked, token_id = await house.program("READ")
    gone = await served.member(owner)
    await owner.do("revokeApiToken", tokenId=token_id)
    await owner.do("deactivateMember", memberId=gone.member_id)
    await left.do("logout")
    await _expire(served.database, expired)
    for client in (expired, left, revoked, gone):
        with pytest.raises(Ended) as ended:
            async with acknowledged(served.socket_url, client.token):
                pass
        assert ended.value.code == 4403


async def _expire(database: Database, client: Client) -> None:
    assert client.token is not None
    await database.rows("UPDATE sessions SET expires_at = now() WHERE token_hash = $1", digest(client.token))


async def test_a_token_in_the_upgrade_request_is_as_good(house: House) -> None:
    """API5: for programs whose library sets headers; connection_init may then say nothing."""
    async with connected(house.served.socket_url, headers=bearer(house.owner.token)) as wire:
        await wire.init(None)
        assert await wire.answer(WHO) == somebody(house.owner)
        live = OnSocket(wire, await wire.subscribe(EVENTS, pipeline=house.shop.pipeline))
        assert (await event(live))["changes"] == []


@pytest.mark.parametrize("header", ["Bearer unknown", f"Bearer {UNKNOWN}", "Basic b2xnYTpx", "Bearer", ""])
async def test_a_bad_token_in_the_upgrade_request_is_refused(house: House, header: str) -> None:
    """API5: with 401 where it has not the form of one, else with 4403; never taken for nobody."""
    assert await refusal(house, {"authorization": header}) in {401, 4403}


async def refusal(house: House, headers: dict[str, str]) -> int:
    """The status or the code with which a socket of such a request is refused, at the latest at connection_init."""
    try:
        async with connected(house.served.socket_url, headers=headers) as wire:
            await wire.send({"type": "connection_init"})
            return (await wire.ended())[0]
    except InvalidStatus as refused:
        return refused.response.status_code


async def test_nobody_may_log_in_and_little_else(house: House) -> None:
    """API5: a socket stays nobody's, even when somebody logs in over it."""
    login = "mutation ($input: LoginInput!) { login(input: $input) { token viewer { member { id } } errors { code } } }"
    async with house.wire(house.served.nobody) as wire:
        assert await wire.answer(WHO) == NOBODY
        given = {"email": "owner1@firm.test", "password": PASSWORD}
        payload = (await wire.answer(login, input=given))["data"]["login"]
        assert (payload["errors"], payload["viewer"]["member"]["id"]) == ([], house.owner.member_id)
        assert await wire.answer(WHO) == NOBODY
        async with house.wire(Client(house.served.http, payload["token"])) as other:
            assert await other.answer(WHO) == somebody(house.owner)


@pytest.mark.parametrize("after", [None, "garbage", "A" * 22])
async def test_nobody_gets_no_board_and_no_hint_of_one(house: House, after: str | None) -> None:
    """API5, AC4: UNAUTHENTICATED, whether the pipeline exists or not, with or without a cursor."""
    async with house.wire(house.served.nobody) as wire:
        errors = []
        for pipeline in (house.shop.pipeline, "pipeline_of_nobody", ""):
            live = OnSocket(wire, await wire.subscribe(EVENTS, pipeline=pipeline, after=after))
            errors.append(await live.errors())
        assert [[error["extensions"]["code"] for error in some] for some in errors] == [["UNAUTHENTICATED"]] * 3
        assert errors[0] == errors[1] == errors[2]


async def test_a_mutation_of_nobody_changes_nothing(house: House) -> None:
    """API5: the typed error that HTTP gives."""
    job = await house.shop.job()
    move = "mutation ($input: MoveJobInput!) { moveJob(input: $input) { job { id } errors { __typename code } } }"
    given = {"jobId": job["id"], "stageId": house.shop.stages[1], "expect": {"version": 1}}
    async with house.wire(house.served.nobody) as wire, Unchanged(house.served.database):
        refused = [{"__typename": "ForbiddenError", "code": "UNAUTHENTICATED"}]
        assert (await wire.answer(move, input=given))["data"]["moveJob"] == {"job": None, "errors": refused}


# --- cookies and origins --------------------------------------------------------------------------------------------


FOREIGN = ["https://evil.example", "null", "http://127.0.0.1:1", "https://board.example.evil.example", "file://",
           "http://board.example", "https://board.example:444", "http://[", ""]  # fmt: skip


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_page_is_refused_at_the_handshake(house: House, origin: str) -> None:
    """API5: whatever it brings: browsers send cookies for any page, and no page may use them but ours."""
    for brought in ({}, cookie(house.owner), bearer(house.owner.token)):
        with pytest.raises(InvalidStatus) as refused:
            async with connected(house.served.socket_url, headers={**brought, "origin": origin}):
                pass
        assert refused.value.response.status_code == 403


async def test_a_cookie_without_an_origin_is_nobodys(house: House) -> None:
    """API5: every browser names the page's origin; a cookie counts together with an allowed one only."""
    async with connected(house.served.socket_url, headers=cookie(house.owner)) as wire:
        await wire.init(None)
        assert await wire.answer(WHO) == NOBODY


@pytest.mark.parametrize("value", ["sl_gone", UNKNOWN, '"quoted"', "caf\u00e9", "x" * 4_000])
async def test_a_stale_cookie_is_refused(house: House, value: str) -> None:
    """API5: with 4403, so that a page knows to log in again; what never was a token of ours with 401."""
    headers = {"cookie": f"stageline_session={value}", "origin": house.served.origin}
    assert await refusal(house, headers) in ({4403} if value.startswith("sl_") else {401, 4403})


async def test_a_token_goes_before_a_cookie(house: House) -> None:
    """API5: as over HTTP, whatever cookie the browser adds."""
    headers = {"cookie": "stageline_session=sl_gone", "origin": house.served.origin}
    async with connected(house.served.socket_url, headers=headers) as wire:
        await wire.init(house.owner.token)
        assert await wire.answer(WHO) == somebody(house.owner)


# --- what else may be wrong with a handshake -------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/healthz", "/graphql/stream", "/graphql/", "/nothing"])
async def test_sockets_are_at_one_address_only(house: House, path: str) -> None:
    """LV6: elsewhere the handshake is refused, and no error is logged."""
    with pytest.raises(InvalidStatus) as refused:
        async with connected(house.served.socket_url.removesuffix("/graphql") + path):
            pass
    assert 400 <= refused.value.response.status_code < 500


async def test_a_query_string_makes_no_difference(house: House) -> None:
    """API5: a token in an address, which logs keep, is not looked at."""
    async with connected(f"{house.served.socket_url}?authorization=Bearer%20{house.owner.token}") as wire:
        assert wire.socket.subprotocol == PROTOCOL
        await wire.init(None)
        assert await wire.answer(WHO) == NOBODY
        await answers(wire)


async def test_identities_of_sockets_do_not_mix(house: House) -> None:
    """API5: many at once, each its own."""
    api: Api = house.served
    clients = [house.owner, house.other.owner, api.nobody, await api.member(house.owner)]
    for client in clients * 3:
        async with house.wire(client) as wire:
            expected = somebody(client) if client.token else NOBODY
            assert await wire.answer(WHO) == expected
