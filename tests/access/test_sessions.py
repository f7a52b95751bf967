"""API5: logging in and out, throttling, what ends a session, cookies."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from engine.enums import ErrorCode
from engine.errors import Refused
from engine.firm.sessions import TRIES_PER_ADDRESS, TRIES_PER_EMAIL, WINDOW, Login, authenticate, log_in
from store.database import Database
from tests.access.digest import Unchanged, dump
from tests.support.api import PASSWORD, Api, Client, Json, Shop, running_api

LOGIN = """mutation ($input: LoginInput!) { login(input: $input) {
    token expiresAt viewer { user { email } member { id } } memberships { firmId firmName role }
    errors { __typename code message path } } }"""
OWNER = "owner1@firm.test"
NOON = datetime(2031, 1, 31, 12, tzinfo=UTC)


async def login(api: Api, email: str = OWNER, password: str = PASSWORD, **more: Any) -> Json:
    """The payload of a try to log in."""
    data = await api.nobody.query(LOGIN, input={"email": email, "password": password, **more})
    payload: Json = data["login"]
    return payload


def clock(moment: datetime) -> Callable[[], datetime]:
    """A clock that stands."""
    return lambda: moment


async def tried(database: Database, moment: datetime, email: str, password: str, address: str | None = None) -> str:
    """The code with which a try was refused; the empty text where it was let in."""
    try:
        await log_in(database, Login(email, password), address=address, clock=clock(moment))
    except Refused as refused:
        return refused.problems[0].code
    return ""


async def status(client: Client) -> int:
    """The HTTP status that a client's token gets."""
    return (await client.post("{ viewer { member { id } } }")).status_code


async def test_a_login_answers_a_token_its_end_and_who_is_logged_in(api: Api, shop: Shop) -> None:
    """API5: whatever the case of the e-mail and the blanks around it."""
    for email in (OWNER, f"  {OWNER.upper()} "):
        payload = await login(api, email)
        assert payload["errors"] == []
        assert payload["viewer"] == {"user": {"email": OWNER}, "member": {"id": shop.owner.member_id}}
        assert [(one["firmName"], one["role"]) for one in payload["memberships"]] == [("Kontor", "OWNER")]
        assert await status(Client(api.http, payload["token"])) == 200


async def test_a_login_lasts_as_long_as_the_settings_say(database: Database) -> None:
    """API5: SESSION_HOURS is what the token gets."""
    async with running_api(database, session_hours=3) as api:
        await api.firm()
        start = datetime.now(UTC)
        ends = datetime.fromisoformat((await login(api))["expiresAt"])
        assert start + timedelta(hours=3) <= ends <= datetime.now(UTC) + timedelta(hours=3)


async def test_an_unknown_email_and_a_wrong_password_are_answered_alike(api: Api, shop: Shop) -> None:
    """API5: nobody learns who has a login; nothing is changed."""
    refusal = {
        "__typename": "ValidationError",
        "code": "BAD_CREDENTIALS",
        "message": "This e-mail and password do not fit.",
        "path": ["input", "password"],
    }
    nothing = {"token": None, "expiresAt": None, "viewer": None, "memberships": None, "errors": [refusal]}
    tries = [
        (OWNER, "not the password"),
        (OWNER, ""),
        (OWNER, PASSWORD + "x" * 10_000),
        (OWNER, PASSWORD.upper()),
        ("nobody@firm.test", PASSWORD),
        ("", PASSWORD),
        ("' OR TRUE --", PASSWORD),
    ]
    async with Unchanged(api.database):
        for email, password in tries:
            assert await login(api, email, password) == nothing


async def test_too_many_tries_of_one_email_are_refused_even_with_the_password(api: Api, shop: Shop) -> None:
    """API5: the 11th within 15 minutes, whoever has the e-mail; others are not held up."""
    await api.member(shop.owner)
    for email in (OWNER, "nobody@firm.test"):
        for _ in range(TRIES_PER_EMAIL):
            assert (await login(api, email, "wrong"))["errors"][0]["code"] == "BAD_CREDENTIALS"
        for password in ("wrong", PASSWORD):
            [error] = (await login(api, email, password))["errors"]
            assert (error["code"], error["path"]) == ("THROTTLED", ["input", "email"])
    assert (await login(api, "member1@firm.test"))["errors"] == []
    assert await status(shop.owner) == 200


async def test_tries_at_the_same_time_are_all_counted(api: Api, shop: Shop) -> None:
    """API5: exactly as many passwords are looked at as are allowed."""
    answers = await asyncio.gather(*(login(api, OWNER, "wrong") for _ in range(TRIES_PER_EMAIL + 6)))
    codes = sorted(answer["errors"][0]["code"] for answer in answers)
    assert codes == ["BAD_CREDENTIALS"] * TRIES_PER_EMAIL + ["THROTTLED"] * 6


async def test_throttling_ends_with_its_window_and_a_good_login_forgives(api: Api, shop: Shop) -> None:
    """API5: tries are counted from the first one, for 15 minutes."""
    db = api.database
    for n in range(TRIES_PER_EMAIL):
        assert await tried(db, NOON + timedelta(seconds=n), OWNER, "wrong") == ErrorCode.BAD_CREDENTIALS
    assert await tried(db, NOON + WINDOW, OWNER, PASSWORD) == ErrorCode.THROTTLED
    later = NOON + WINDOW + timedelta(seconds=1)
    assert await tried(db, later, OWNER, PASSWORD) == ""
    for _ in range(TRIES_PER_EMAIL - 1):
        assert await tried(db, later, OWNER, "wrong") == ErrorCode.BAD_CREDENTIALS
    assert await tried(db, later, OWNER, PASSWORD) == ""
    assert await tried(db, later, OWNER, "wrong") == ErrorCode.BAD_CREDENTIALS


async def test_too_many_tries_from_one_address_are_refused(api: Api, shop: Shop) -> None:
    """API5: over all e-mails together; other addresses are not held up."""
    for n in range(TRIES_PER_ADDRESS):
        code = await tried(api.database, NOON, f"{n}@guess.test", "wrong", "192.0.2.1")
        assert code == ErrorCode.BAD_CREDENTIALS
    assert await tried(api.database, NOON, OWNER, PASSWORD, "192.0.2.1") == ErrorCode.THROTTLED
    assert await tried(api.database, NOON, OWNER, PASSWORD, "192.0.2.2") == ""
    later = NOON + WINDOW + timedelta(seconds=1)
    assert await tried(api.database, later, OWNER, PASSWORD, "192.0.2.1") == ""


async def test_a_session_ends_at_its_time(api: Api, shop: Shop) -> None:
    """API5: to the second, for the engine and over HTTP."""
    done = await log_in(api.database, Login(OWNER, PASSWORD), lifetime=timedelta(hours=1), clock=clock(NOON))
    assert done.token is not None
    assert done.expires_at == NOON + timedelta(hours=1)
    last = NOON + timedelta(hours=1) - timedelta(seconds=1)
    identity = await authenticate(api.database, done.token, clock=clock(last))
    assert identity.viewer.member_id == shop.owner.member_id
    with pytest.raises(Refused) as refused:
        await authenticate(api.database, done.token, clock=clock(NOON + timedelta(hours=1)))
    assert [problem.code for problem in refused.value.problems] == [ErrorCode.UNAUTHENTICATED]
    await api.database.rows("UPDATE sessions SET expires_at = clock_timestamp()")
    assert [await status(Client(api.http, done.token)), await status(shop.owner)] == [401, 401]


async def test_logging_out_ends_the_session_that_asks_and_no_other(api: Api, shop: Shop) -> None:
    """API5: at once; a command behind it in the same document is refused, too."""
    other = await api.log_in(OWNER)
    document = """mutation { logout(input: {}) { errors { code } }
        updateFirm(input: {name: "Taken"}) { errors { code } } createTag(input: {name: "T"}) { errors { code } } }"""
    answer = await other.query(document)
    refused = {"errors": [{"code": "UNAUTHENTICATED"}]}
    assert answer == {"logout": {"errors": []}, "updateFirm": refused, "createTag": refused}
    assert [await status(other), await status(shop.owner)] == [401, 200]
    async with Unchanged(api.database):
        document = "mutation { logout(input: {}) { errors { code } } }"
        assert (await other.post(document)).json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_deactivation_ends_every_session_and_token_at_once(api: Api, shop: Shop) -> None:
    """AC1, API5: and reactivation brings none of them back; the member logs in anew."""
    employee = await api.member(shop.owner)
    again = await api.log_in("member1@firm.test")
    token = await employee.do("createApiToken", "token", name="Program", scopes=["READ"])
    clients = [employee, again, Client(api.http, token)]
    assert [await status(client) for client in clients] == [200, 200, 200]
    await shop.owner.do("deactivateMember", memberId=employee.member_id)
    assert [await status(client) for client in clients] == [401, 401, 401]
    assert (await login(api, "member1@firm.test"))["errors"][0]["code"] == "BAD_CREDENTIALS"
    await shop.owner.do("reactivateMember", memberId=employee.member_id)
    assert [await status(client) for client in clients] == [401, 401, 401]
    assert await status(await api.log_in("member1@firm.test")) == 200


async def test_a_member_deactivated_in_the_middle_of_a_document_does_nothing_more(api: Api, shop: Shop) -> None:
    """AC1: rights are read in each command's transaction, not at the beginning of the request."""
    admin = await api.member(shop.owner, role="ADMIN")
    document = """mutation ($id: ID!) {
        deactivateMember(input: {memberId: $id}) { errors { code } }
        updateFirm(input: {name: "Taken"}) { errors { code } } }"""
    answer = await admin.query(document, id=admin.member_id)
    assert answer["deactivateMember"]["errors"] == []
    assert answer["updateFirm"]["errors"] == [{"code": "UNAUTHENTICATED"}]
    assert (await shop.owner.query("{ firm { name } }"))["firm"] == {"name": "Kontor"}


async def test_the_database_holds_no_token_and_no_password(api: Api, shop: Shop) -> None:
    """API5: tokens of sessions, programs and invitations by their SHA-256, passwords by Argon2id; no log tells them."""
    made = await shop.owner.do("createApiToken", "token", name="Program", scopes=["READ"])
    invited = await shop.owner.payload("inviteMember", "invitationToken", email="new@firm.test", name="New")
    secrets = [shop.owner.token, made, invited["invitationToken"]]
    everything = await dump(api.database)
    for secret in secrets:
        assert secret is not None
        assert len(secret) > 40
        assert secret not in everything
        assert secret.removeprefix("sl_") not in everything
    assert PASSWORD not in everything
    digests = {hashlib.sha256(secret.encode()).digest() for secret in secrets if secret}
    tables = "SELECT token_hash FROM sessions UNION ALL SELECT token_hash FROM invitations"
    assert {row["token_hash"] for row in await api.database.rows(tables)} == digests
    hashes = [row["password_hash"] for row in await api.database.rows("SELECT password_hash FROM users")]
    assert [one and one.startswith("$argon2id$") for one in hashes if one] == [True]


async def test_a_login_by_cookie_works_with_the_csrf_header_only(api: Api, shop: Shop) -> None:
    """API5: the browser keeps the token where no script reads it; a page of another site cannot use it."""
    async with httpx.AsyncClient(transport=api.http._transport, base_url="http://stageline.test") as browser:

        async def post(document: str, **headers: str) -> httpx.Response:
            return await browser.post("/graphql", json={"query": document}, headers=headers)

        document = (
            f'mutation {{ login(input: {{email: "{OWNER}", password: "{PASSWORD}", cookie: true}}) {{ token }} }}'
        )
        response = await post(document)
        assert response.json()["data"] == {"login": {"token": None}}
        kept = response.headers["set-cookie"].lower()
        assert "httponly" in kept
        assert "samesite=lax" in kept
        who = "{ viewer { member { id } } }"
        member = {"viewer": {"member": {"id": shop.owner.member_id}}}
        csrf = {"X-Stageline-CSRF": "1"}
        assert (await post(who, **csrf)).json()["data"] == member
        async with Unchanged(api.database):
            for asked in (who, 'mutation { updateFirm(input: {name: "Taken"}) { errors { code } } }'):
                refused = await post(asked)
                assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (403, "CSRF")
        session = browser.cookies["stageline_session"]
        response = await post("mutation { logout(input: {}) { errors { code } } }", **csrf)
        assert response.json()["data"] == {"logout": {"errors": []}}
        assert "stageline_session" not in browser.cookies
        assert await status(Client(api.http, session)) == 401
