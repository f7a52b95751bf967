"""API5: how members join: once, in time, and never with somebody else's password."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from engine.enums import ErrorCode
from engine.errors import Refused
from engine.firm.members import INVITATION, AcceptInvitation, accept_invitation
from engine.firm.sessions import TRIES_PER_ADDRESS, TRIES_PER_EMAIL, WINDOW
from tests.access.digest import Unchanged
from tests.support.api import PASSWORD, Api, Client, Json, Shop

ACCEPT = """mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) {
    token viewer { user { email } member { id role rights joinedAt } } memberships { firmName }
    errors { __typename code path } } }"""
OTHER = "another password"
USED_UP = [{"__typename": "ValidationError", "code": "INVALID", "path": ["input", "token"]}]
WRONG = [{"__typename": "ValidationError", "code": "BAD_CREDENTIALS", "path": ["input", "password"]}]


async def invited(owner: Client, email: str = "new@firm.test", **more: object) -> tuple[str, str]:
    """The token of a new invitation, and the member's id."""
    selection = "member { id joinedAt } invitationToken"
    payload = await owner.payload("inviteMember", selection, email=email, name="New", **more)
    assert payload["errors"] == []
    assert payload["member"]["joinedAt"] is None
    return payload["invitationToken"], payload["member"]["id"]


async def accepted(api: Api, token: str, password: str = OTHER) -> Json:
    """The payload of a try to join."""
    payload: Json = (await api.nobody.query(ACCEPT, input={"token": token, "password": password}))["acceptInvitation"]
    return payload


async def login(api: Api, password: str, email: str = "new@firm.test") -> list[str]:
    """The codes of the errors of a try to log in."""
    errors = await api.nobody.payload("login", email=email, password=password)
    return [error["code"] for error in errors["errors"]]


async def test_a_new_person_joins_with_a_password_of_their_own(api: Api, shop: Shop) -> None:
    """API5: they are logged in at once, with the role, rights and accounts that they were invited to."""
    more = {"rights": ["MANAGE_TAGS"], "accountIds": [shop.account]}
    token, member = await invited(shop.owner, "New@Firm.test", **more)
    assert await login(api, OTHER) == ["BAD_CREDENTIALS"]
    payload = await accepted(api, token)
    assert payload["errors"] == []
    assert payload["viewer"]["user"] == {"email": "new@firm.test"}
    assert payload["viewer"]["member"].pop("joinedAt") is not None
    assert payload["viewer"]["member"] == {"id": member, "role": "EMPLOYEE", "rights": ["MANAGE_TAGS"]}
    client = Client(api.http, payload["token"])
    assert (await client.query("{ accounts { nodes { id } } }"))["accounts"]["nodes"] == [{"id": shop.account}]
    assert await login(api, OTHER) == []


async def test_an_invitation_is_used_once(api: Api, shop: Shop) -> None:
    """API5: also by two at the same time."""
    token, _ = await invited(shop.owner)
    answers = await asyncio.gather(accepted(api, token), accepted(api, token, "one more password"))
    assert sorted(len(answer["errors"]) for answer in answers) == [0, 1]
    assert [answer["errors"] for answer in answers if answer["errors"]] == [USED_UP]
    async with Unchanged(api.database):
        assert (await accepted(api, token))["errors"] == USED_UP


async def test_an_unknown_token_is_answered_like_a_used_one(api: Api, shop: Shop) -> None:
    """API5: so is a token of a session."""
    async with Unchanged(api.database):
        for token in ("", "nonsense", "sl_" + "A" * 43, shop.owner.token or ""):
            payload = await accepted(api, token)
            nothing = {"token": None, "viewer": None, "memberships": None}
            assert payload == {**nothing, "errors": USED_UP}


async def test_an_invitation_ends_after_two_weeks(api: Api, shop: Shop) -> None:
    """API5: to the second; another one is made instead."""
    start = datetime.now(UTC)
    token, member = await invited(shop.owner)
    given = AcceptInvitation(token, OTHER)
    late = datetime.now(UTC) + INVITATION
    async with Unchanged(api.database):
        with pytest.raises(Refused) as refused:
            await accept_invitation(api.database, given, clock=lambda: late)
    assert [(one.code, one.path) for one in refused.value.problems] == [(ErrorCode.INVALID, ("token",))]
    again = await shop.owner.do("renewInvitation", "invitationToken", memberId=member)
    assert (await accepted(api, token))["errors"] == USED_UP
    in_time = start + INVITATION - timedelta(seconds=1)
    done = await accept_invitation(api.database, AcceptInvitation(again, OTHER), clock=lambda: in_time)
    assert done.identity is not None
    assert done.identity.viewer.member_id == member


async def test_who_has_joined_is_not_invited_again(api: Api, shop: Shop) -> None:
    """API5: neither anew nor once more; no token is answered."""
    employee = await api.member(shop.owner)
    async with Unchanged(api.database):
        assert await shop.owner.code("inviteMember", email="member1@firm.test", name="Again") == (
            "NAME_TAKEN",
            ["input", "email"],
        )
        renewed = await shop.owner.payload("renewInvitation", "invitationToken", memberId=employee.member_id)
        assert renewed == {"invitationToken": None, "errors": []}


async def test_a_person_with_a_login_joins_with_its_password_only(api: Api, shop: Shop) -> None:
    """API5: an invitation neither sets nor tells the password of somebody who has one."""
    other = await api.firm("Bureau")
    token, _ = await invited(other, "owner1@firm.test")
    async with Unchanged(api.database):
        for password in (OTHER, PASSWORD.upper()):
            payload = await accepted(api, token, password)
            assert payload == {"token": None, "viewer": None, "memberships": None, "errors": WRONG}
    assert await login(api, PASSWORD, "owner1@firm.test") == []
    payload = await accepted(api, token, PASSWORD)
    assert payload["errors"] == []
    assert [one["firmName"] for one in payload["memberships"]] == ["Bureau", "Kontor"]


async def test_an_invitation_is_no_way_to_guess_a_password(api: Api, shop: Shop) -> None:
    """API5: tries are counted as those to log in are, even with the right password at the end."""
    other = await api.firm("Bureau")
    token, _ = await invited(other, "owner1@firm.test")
    for _ in range(TRIES_PER_EMAIL):
        assert (await accepted(api, token))["errors"] == WRONG
    throttled = [{"__typename": "ValidationError", "code": "THROTTLED", "path": ["input", "token"]}]
    async with Unchanged(api.database):
        for password in (OTHER, PASSWORD):
            assert (await accepted(api, token, password))["errors"] == throttled
    later = datetime.now(UTC) + WINDOW + timedelta(seconds=1)
    done = await accept_invitation(api.database, AcceptInvitation(token, PASSWORD), clock=lambda: later)
    assert done.token is not None


async def test_a_password_that_is_too_short_leaves_the_invitation(api: Api, shop: Shop) -> None:
    """API5: 10 to 200 characters."""
    token, _ = await invited(shop.owner)
    async with Unchanged(api.database):
        for password, code in (("", "INVALID"), ("x" * 9, "INVALID"), ("x" * 201, "TOO_LONG")):
            errors = (await accepted(api, token, password))["errors"]
            assert errors == [{"__typename": "ValidationError", "code": code, "path": ["input", "password"]}]
    assert (await accepted(api, token))["errors"] == []


async def test_a_deactivated_member_does_not_join(api: Api, shop: Shop) -> None:
    """AC1: the invitation is dead while they are deactivated."""
    token, member = await invited(shop.owner)
    await shop.owner.do("deactivateMember", memberId=member)
    async with Unchanged(api.database):
        assert (await accepted(api, token))["errors"] == USED_UP


async def test_renewed_invitations_are_no_more_tries_at_a_password(api: Api, shop: Shop) -> None:
    """API5: tries at the password of a person who has a login count as log-ins do, whatever the invitations."""
    await api.firm()
    invited = await shop.owner.payload(
        "inviteMember", "member { id } invitationToken", email="owner2@firm.test", name="O"
    )
    token, codes = invited["invitationToken"], []
    document = "mutation ($i: AcceptInvitationInput!) { acceptInvitation(input: $i) { token errors { code } } }"
    for _ in range(3):
        for n in range(5):
            answer = await api.nobody.query(document, i={"token": token, "password": f"a wrong password {n}"})
            codes += [error["code"] for error in answer["acceptInvitation"]["errors"]]
        renewed = await shop.owner.payload("renewInvitation", "invitationToken", memberId=invited["member"]["id"])
        token = renewed["invitationToken"]
    assert codes == ["BAD_CREDENTIALS"] * 10 + ["THROTTLED"] * 5


async def test_an_address_that_is_refused_locks_out_nobody(api: Api, shop: Shop) -> None:
    """API5: once an address has tried too often, its further tries do not count against the e-mails that they name."""
    for n in range(TRIES_PER_ADDRESS):
        given = {"email": f"nobody{n}@firm.test", "password": "wrong"}
        await api.nobody.query("mutation ($i: LoginInput!) { login(input: $i) { token } }", i=given)
    for _ in range(TRIES_PER_EMAIL + 2):
        given = {"email": "owner1@firm.test", "password": "wrong"}
        document = "mutation ($i: LoginInput!) { login(input: $i) { errors { code } } }"
        answer = await api.nobody.query(document, i=given)
        assert answer["login"]["errors"] == [{"code": "THROTTLED"}]
    keys = await api.database.rows("SELECT count FROM throttles WHERE key = 'email:owner1@firm.test'")
    assert [row["count"] for row in keys] == []


async def test_what_was_opened_during_a_deactivation_does_not_come_back_to_life(api: Api, shop: Shop) -> None:
    """AC1: a reactivated member logs in anew, whatever was being made while they were deactivated."""
    employee = await api.member(shop.owner)
    await shop.owner.do("deactivateMember", memberId=employee.member_id)
    await api.database.rows("UPDATE sessions SET revoked_at = NULL WHERE member_id = $1", employee.member_id)
    await shop.owner.do("reactivateMember", memberId=employee.member_id)
    assert (await employee.post("{ firm { id } }")).status_code == 401
