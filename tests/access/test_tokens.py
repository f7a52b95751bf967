"""API5: tokens for programs, and logins that belong to several firms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from engine.enums import ErrorCode
from engine.errors import Refused
from engine.firm.firms import CreateFirm, create_firm
from engine.firm.sessions import authenticate
from store.ids import new_id
from tests.access.digest import Unchanged
from tests.support.api import PASSWORD, Api, Client, Json, Shop

TOKEN = "token apiToken { id name scopes expiresAt revokedAt lastUsedAt }"
LOGIN = """mutation ($input: LoginInput!) { login(input: $input) {
    token expiresAt viewer { member { id } } memberships { firmId firmName role } errors { code path } } }"""


async def program(client: Client, *scopes: str, **more: str) -> tuple[Client, str]:
    """A program with a new token of a member, and the token's id."""
    payload = await client.payload("createApiToken", TOKEN, name="Program", scopes=list(scopes), **more)
    assert payload["errors"] == []
    assert payload["apiToken"]["scopes"] == sorted(scopes)
    return Client(client.http, payload["token"], client.member_id), payload["apiToken"]["id"]


async def status(client: Client) -> int:
    """The HTTP status that a client's token gets."""
    return (await client.post("{ __typename }")).status_code


async def test_a_token_acts_as_its_member_within_its_scopes(api: Api, shop: Shop) -> None:
    """API5: READ asks, WRITE changes the firm's work, MANAGE members; what is changed says that a program did it."""
    reader, _ = await program(shop.owner, "READ")
    writer, _ = await program(shop.owner, "READ", "WRITE")
    manager, _ = await program(shop.owner, "MANAGE")
    assert (await reader.query("{ accounts { totalCount } }"))["accounts"] == {"totalCount": 1}
    given = {"name": "Job", "accountId": shop.account, "pipelineId": shop.pipeline}
    selection = "job { history { nodes { cause { kind actor { ... on Member { id } } } } } }"
    made = await writer.do("createJob", selection, **given)
    cause = {"kind": "API_TOKEN", "actor": {"id": shop.owner.member_id}}
    assert made["history"]["nodes"] == [{"cause": cause}]
    employee = await api.member(shop.owner)
    changed = await manager.do(
        "updateMemberAccess", "member { id }", memberId=employee.member_id, addRights=["MANAGE_TAGS"]
    )
    assert changed == {"id": employee.member_id}


async def test_a_token_makes_itself_no_login(api: Api, shop: Shop) -> None:
    """API5: with an invitation or a role a program could get a login, which outlives it and may do what it may not."""
    manager, _ = await program(shop.owner, "READ", "WRITE", "MANAGE")
    await manager.answer("{ __typename }")  # the first use is audited
    invited = await shop.owner.do("inviteMember", "member { id }", email="new@firm.test", name="New")
    employee = await api.member(shop.owner)
    tries = {
        "inviteMember": {"email": "other@firm.test", "name": "Other", "role": "OWNER"},
        "renewInvitation": {"memberId": invited["id"]},
        "updateMemberAccess": {"memberId": employee.member_id, "role": "ADMIN"},
        "createApiToken": {"name": "Another", "scopes": ["READ"]},
        "logout": {},
    }
    async with Unchanged(api.database):
        for mutation, given in tries.items():
            assert [error["code"] for error in await manager.refused(mutation, **given)] == ["FORBIDDEN"]


async def test_a_token_may_never_do_more_than_its_member(api: Api, shop: Shop) -> None:
    """API5, AC1: every scope, but no right and no sight that the member lacks, then or later."""
    employee = await api.member(shop.owner, rights=["MANAGE_TAGS"])
    token, _ = await program(employee, "READ", "WRITE", "MANAGE")
    await token.do("createTag", name="VIP")
    await shop.owner.do("updateMemberAccess", memberId=employee.member_id, removeRights=["MANAGE_TAGS"])
    async with Unchanged(api.database):
        for mutation, given in (("createTag", {"name": "More"}), ("inviteMember", {"email": "a@b.test", "name": "A"})):
            assert [error["code"] for error in await token.refused(mutation, **given)] == ["FORBIDDEN"]
        assert (await token.query("{ accounts { totalCount } }"))["accounts"] == {"totalCount": 0}


async def test_a_token_ends_at_its_time(api: Api, shop: Shop) -> None:
    """API5: to the second; one without an end goes on."""
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    short, _ = await program(shop.owner, "READ", expiresAt=ends.isoformat())
    endless, _ = await program(shop.owner, "READ")
    for client, later in ((short, timedelta(seconds=-1)), (endless, timedelta(days=5000))):
        assert client.token is not None
        identity = await authenticate(api.database, client.token, clock=partial(ends.__add__, later))
        assert identity.viewer.member_id == shop.owner.member_id
    assert short.token is not None
    with pytest.raises(Refused) as refused:
        await authenticate(api.database, short.token, clock=lambda: ends)
    assert [problem.code for problem in refused.value.problems] == [ErrorCode.UNAUTHENTICATED]


async def test_a_token_is_made_with_a_name_a_scope_and_an_end_to_come(api: Api, shop: Shop) -> None:
    """API5: anything else is refused with the field that is wrong."""
    a_day = {"amount": 1, "unit": "DAYS"}
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    wrong: list[tuple[Json, tuple[str, list[str]]]] = [
        ({"name": " ", "scopes": ["READ"]}, ("REQUIRED", ["input", "name"])),
        ({"name": "Program", "scopes": []}, ("REQUIRED", ["input", "scopes"])),
        ({"name": "Program", "scopes": ["READ"], "expiresAt": past}, ("INVALID", ["input", "expiresAt"])),
        (
            {"name": "Program", "scopes": ["READ"], "expiresAt": "2099-01-01T00:00:00Z", "lifetime": a_day},
            ("INVALID", ["input", "lifetime"]),
        ),
        *(
            (
                {"name": "Program", "scopes": ["READ"], "lifetime": a_day | {"amount": n}},
                ("INVALID", ["input", "lifetime", "amount"]),
            )
            for n in (0, -1)
        ),
    ]
    async with Unchanged(api.database):
        for given, answer in wrong:
            assert await shop.owner.code("createApiToken", **given) == answer


async def test_a_token_is_ended_by_its_member_or_by_a_manager(api: Api, shop: Shop) -> None:
    """API5: at once; to anybody else it does not exist, and ended twice it does not either."""
    employee, colleague = await api.member(shop.owner), await api.member(shop.owner)
    admin = await api.member(shop.owner, role="ADMIN")
    for ender in (employee, admin, shop.owner):
        token, one = await program(employee, "READ")
        assert await status(token) == 200
        async with Unchanged(api.database):
            assert await colleague.code("revokeApiToken", tokenId=one) == ("NOT_FOUND", ["input", "tokenId"])
        ended = await ender.do("revokeApiToken", "apiToken { id revokedAt }", tokenId=one)
        assert ended["id"] == one
        assert ended["revokedAt"] is not None
        assert await status(token) == 401
        assert (await employee.query("{ viewer { apiTokens { id } } }"))["viewer"] == {"apiTokens": []}
        async with Unchanged(api.database):
            assert await ender.code("revokeApiToken", tokenId=one) == ("NOT_FOUND", ["input", "tokenId"])


async def test_a_login_is_not_ended_as_if_it_were_a_token(api: Api, shop: Shop) -> None:
    """API5: sessions have ids of the same form, which nobody is shown."""
    one = await api.database.value("SELECT id FROM sessions WHERE kind = 'LOGIN'")
    async with Unchanged(api.database):
        assert await shop.owner.code("revokeApiToken", tokenId=one) == ("NOT_FOUND", ["input", "tokenId"])


async def test_a_login_of_several_firms_chooses_one(api: Api, shop: Shop) -> None:
    """API5: without a choice no session is opened, and nothing but the firms to choose from is told."""
    email = "owner1@firm.test"
    second = await create_firm(api.database, CreateFirm("Bureau", "Olga", email, PASSWORD))
    first = (await shop.owner.query("{ firm { id } }"))["firm"]["id"]
    choice = [
        {"firmId": second, "firmName": "Bureau", "role": "OWNER"},
        {"firmId": first, "firmName": "Kontor", "role": "OWNER"},
    ]
    nothing = {"token": None, "expiresAt": None, "viewer": None}
    async with Unchanged(api.database):
        response = await api.nobody.post(LOGIN, {"input": {"email": email, "password": PASSWORD, "cookie": True}})
        refused = [{"code": "FIRM_REQUIRED", "path": ["input", "firmId"]}]
        assert response.json()["data"]["login"] == {**nothing, "memberships": choice, "errors": refused}
        assert "set-cookie" not in response.headers
        wrong = {"email": email, "password": "wrong", "firmId": first}
        refused = [{"code": "BAD_CREDENTIALS", "path": ["input", "password"]}]
        payload = (await api.nobody.query(LOGIN, input=wrong))["login"]
        assert payload == {**nothing, "memberships": None, "errors": refused}
    for firm_id in (first, second):
        given = {"email": email, "password": PASSWORD, "firmId": firm_id}
        payload = (await api.nobody.query(LOGIN, input=given))["login"]
        assert payload["memberships"] == choice
        client = Client(api.http, payload["token"])
        found = await client.query("{ firm { id } accounts { totalCount } }")
        assert found == {"firm": {"id": firm_id}, "accounts": {"totalCount": int(firm_id == first)}}


async def test_a_firm_that_one_left_or_never_joined_is_no_choice(api: Api, shop: Shop) -> None:
    """API5, AC1: neither where one is only invited nor where one was deactivated."""
    other = await api.firm("Bureau")
    email = "owner1@firm.test"
    invited = await other.payload("inviteMember", "member { id } invitationToken", email=email, name="Olga")
    firm_id = (await other.query("{ firm { id } }"))["firm"]["id"]
    given = {"email": email, "password": PASSWORD}

    async def login(**more: str) -> Json:
        payload: Json = (await api.nobody.query(LOGIN, input={**given, **more}))["login"]
        return payload

    not_found = [{"code": "NOT_FOUND", "path": ["input", "firmId"]}]
    assert [one["firmName"] for one in (await login())["memberships"]] == ["Kontor"]
    assert (await login(firmId=firm_id))["errors"] == not_found
    await api.nobody.payload("acceptInvitation", token=invited["invitationToken"], password=PASSWORD)
    assert (await login())["errors"] == [{"code": "FIRM_REQUIRED", "path": ["input", "firmId"]}]
    await other.do("deactivateMember", memberId=invited["member"]["id"])
    assert (await login())["errors"] == []
    assert (await login(firmId=firm_id))["errors"] == (await login(firmId=new_id("firm")))["errors"] == not_found
