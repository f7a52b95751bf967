from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from engine.firm.firms import CreateFirm, create_firm
from engine.firm.secrets import passwords
from engine.firm.sessions import Identity, Login, LogOut, log_in, log_out
from engine.work import perform
from store.database import Database
from tests.server.door import HOST, Door, code_of, opened, touched

CSRF = {"X_Stageline_CSRF": "1"}


@pytest.fixture(autouse=True)
def nothing_touched() -> None:
    """Every test starts with nothing done."""
    touched.clear()


@pytest.fixture
async def door(database: Database) -> AsyncIterator[Door]:
    """The door with one foreign origin allowed."""
    async with opened(database, allowed_origins=("https://board.example",)) as door:
        yield door


@pytest.fixture
async def token(database: Database, monkeypatch: pytest.MonkeyPatch) -> str:
    """A live token of an owner."""
    return (await logged_in(database, monkeypatch, datetime.now(UTC)))[0]


async def logged_in(database: Database, monkeypatch: pytest.MonkeyPatch, now: datetime) -> tuple[str, Identity]:
    """A firm, and a session that was opened at ``now`` for an hour."""
    monkeypatch.setattr(passwords, "hasher", PasswordHasher.from_parameters(CHEAPEST))
    await create_firm(database, CreateFirm("Firm", "Olga", "olga@firm.test", "a long password"))
    command = Login("olga@firm.test", "a long password")
    session = await log_in(database, command, lifetime=timedelta(hours=1), clock=lambda: now)
    assert session.token is not None
    assert session.identity is not None
    return session.token, session.identity


async def test_a_good_token_is_its_member_and_no_token_is_nobody(door: Door, token: str) -> None:
    """API5: Authorization: Bearer."""
    assert (await door.ask("{ who }")).json() == {"data": {"who": None}}
    response = await door.ask("{ who }", authorization=f"Bearer {token}")
    assert response.json()["data"]["who"].startswith("member_")
    assert (await door.ask("{ who }", authorization=f"bearer  {token} ")).json() == response.json()


BAD_HEADERS = [
    "",
    "Bearer",
    "Bearer ",
    "Basic b2xnYTpx",
    "Bearer a b",
    "Bearer " + "x" * 513,
    "Bearer caf\xe9",
    "sl_token",
]


@pytest.mark.parametrize("header", [*BAD_HEADERS, "Bearer unknown", "Bearer sl_" + "A" * 43])
async def test_a_bad_token_is_refused(door: Door, header: str) -> None:
    """Bad input: malformed and unknown tokens answer 401, never as nobody; nothing is run."""
    headers = [(b"authorization", header.encode("latin-1")), (b"content-type", b"application/json")]
    response = await door.client.post("/graphql", json={"query": "mutation { touch }"}, headers=headers)
    assert (response.status_code, code_of(response), touched) == (401, "UNAUTHENTICATED", [])
    assert response.headers["www-authenticate"] == "Bearer"
    expected = "The Authorization header must be `Bearer <token>`."
    assert (response.json()["errors"][0]["message"] == expected) == (header in BAD_HEADERS)


async def test_expired_and_revoked_tokens_are_refused(
    door: Door, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """API5: a session ends when its time is over, and when it is logged out."""
    message = "The token is unknown, expired or revoked. Log in again."
    opened_at = datetime.now(UTC) - timedelta(minutes=61)
    token, _ = await logged_in(database, monkeypatch, opened_at)
    response = await door.ask("mutation { touch }", authorization=f"Bearer {token}")
    assert (response.status_code, response.json()["errors"][0]["message"], touched) == (401, message, [])

    session = await log_in(database, Login("olga@firm.test", "a long password"))
    assert session.identity is not None
    headers = {"authorization": f"Bearer {session.token}"}
    assert (await door.ask("{ who }", **headers)).status_code == 200
    await perform(database, session.identity.caller(), log_out, LogOut(session.identity.session_id))
    response = await door.ask("mutation { touch }", **headers)
    assert (response.status_code, response.json()["errors"][0]["message"], touched) == (401, message, [])


async def test_a_cookie_counts_only_with_the_csrf_header(door: Door, token: str) -> None:
    """API5: browsers send cookies for any page; the header they send for ours alone."""
    cookie = f"stageline_session={token}"
    for query in ("mutation { touch }", "{ who }"):
        response = await door.ask(query, cookie=cookie)
        assert (response.status_code, code_of(response), touched) == (403, "CSRF", [])
    response = await door.client.get("/graphql?query={who}", headers={"cookie": cookie})
    assert (response.status_code, code_of(response)) == (403, "CSRF")
    response = await door.ask("{ who }", cookie=cookie, **CSRF)
    assert response.json()["data"]["who"].startswith("member_")


async def test_a_bearer_goes_before_the_cookie(door: Door, token: str) -> None:
    """API5: a client that names its token needs no CSRF header, whatever cookie its browser adds."""
    response = await door.ask("{ who }", cookie="stageline_session=old", authorization=f"Bearer {token}")
    assert response.json()["data"]["who"].startswith("member_")


@pytest.mark.parametrize("value", ["sl_gone", "a%20b", '"quoted"'])
async def test_a_stale_cookie_is_refused_and_forgotten(door: Door, value: str) -> None:
    """API5: or the browser, which cannot read its cookie, could never log in again."""
    response = await door.ask("mutation { touch }", cookie=f"stageline_session={value}", **CSRF)
    assert (response.status_code, code_of(response), touched) == (401, "UNAUTHENTICATED", [])
    assert response.headers["set-cookie"] == "stageline_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"


@pytest.mark.parametrize(
    ("public_url", "secure"),
    [
        ("http://127.0.0.1:8000", ""),
        ("http://localhost:8000", ""),
        ("http://stageline.test", "; Secure"),
        ("https://stageline.test", "; Secure"),
        ("https://localhost", "; Secure"),
    ],
)
async def test_the_session_cookie_is_out_of_reach(database: Database, public_url: str, secure: str) -> None:
    """API5: no script reads it, no foreign page sends it, and it travels encrypted except on one's own machine."""
    async with opened(database, public_url=public_url, session_hours=2) as door:
        response = await door.ask("mutation { enter }")
        expected = f"stageline_session=sl_new-token; HttpOnly; Max-Age=7200; Path=/; SameSite=lax{secure}"
        assert response.headers["set-cookie"] == expected
        door.client.cookies.clear()
        cleared = (await door.ask("mutation { leave }")).headers["set-cookie"]
        assert cleared.startswith('stageline_session=""; ')
        assert "Max-Age=0" in cleared
        assert ("Secure" in cleared) == bool(secure)
        door.client.cookies.clear()
        assert "set-cookie" not in (await door.ask("mutation { touch }")).headers


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://127.0.0.1:8001", "https://127.0.0.1:8000", "http://127.0.0.1.evil.example:8000",
     "https://board.example.evil.example", "http://board.example", "https://board.example:444", "", "http://[", "file://"],
)  # fmt: skip
async def test_foreign_origins_are_refused(door: Door, token: str, origin: str) -> None:
    """API5: no page of another origin may call, with or without a token; nothing is run."""
    for headers in ({}, {"authorization": f"Bearer {token}"}, {"cookie": f"stageline_session={token}", **CSRF}):
        response = await door.ask("mutation { touch }", origin=origin, **headers)
        assert (response.status_code, code_of(response), touched) == (403, "ORIGIN", [])
        assert "access-control-allow-origin" not in response.headers
    response = await door.client.get("/graphql?query={echo}", headers={"origin": origin})
    assert (response.status_code, code_of(response)) == (403, "ORIGIN")


async def test_our_own_origin_and_the_allowed_ones_may_call(door: Door) -> None:
    """API5: pages of the server itself, and ALLOWED_ORIGINS."""
    for origin in (HOST, "https://board.example", "https://BOARD.example:443"):
        assert (await door.ask("{ echo }", origin=origin)).json() == {"data": {"echo": "0"}}


async def test_the_public_url_is_our_own_origin(database: Database) -> None:
    """API5: behind a proxy, pages come from PUBLIC_URL while the server is called by another name."""
    async with opened(database, public_url="https://stageline.test") as door:
        assert (await door.ask("{ echo }", origin="https://stageline.test")).status_code == 200
        assert (await door.ask("{ echo }", origin="https://other.test")).status_code == 403


async def test_allowed_origins_get_cors_and_others_do_not(door: Door) -> None:
    """API5: preflight and answers name the allowed origin, with credentials; for others browsers get nothing."""
    asked = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, x-stageline-csrf",
    }
    response = await door.client.options("/graphql", headers={"origin": "https://board.example", **asked})
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, "https://board.example")
    assert response.headers["access-control-allow-credentials"] == "true"
    assert "X-Stageline-CSRF" in response.headers["access-control-allow-headers"]
    response = await door.client.options("/graphql", headers={"origin": "https://evil.example", **asked})
    assert response.status_code == 400
    assert "access-control-allow-origin" not in response.headers
    response = await door.ask("{ echo }", origin="https://board.example")
    assert response.headers["access-control-allow-origin"] == "https://board.example"
    assert "Origin" in response.headers["vary"]


@pytest.mark.parametrize(
    ("peer", "trusted", "forwarded", "address"),
    [
        ("203.0.113.9", (), "198.51.100.1", "203.0.113.9"),
        ("10.0.0.2", ("10.0.0.0/8",), "", "10.0.0.2"),
        ("10.0.0.2", ("10.0.0.0/8",), "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", ("10.0.0.0/8",), "1.1.1.1, 198.51.100.1, 10.0.0.3", "198.51.100.1"),
        ("10.0.0.2", ("10.0.0.0/8",), "10.0.0.4, 10.0.0.3", "10.0.0.4"),
        ("203.0.113.9", ("10.0.0.0/8",), "198.51.100.1", "203.0.113.9"),
        ("203.0.113.9", ("*",), "1.1.1.1, 198.51.100.1", "1.1.1.1"),
        ("10.0.0.2", ("10.0.0.2",), "nonsense", "nonsense"),
        ("10.0.0.2", ("10.0.0.2",), "x" * 500, "x" * 64),
    ],
)
async def test_the_address_is_the_one_that_trusted_proxies_saw(
    database: Database, peer: str, trusted: tuple[str, ...], forwarded: str, address: str
) -> None:
    """API5: throttling counts addresses, so nobody may choose their own."""
    async with opened(database, peer=peer, trusted_proxies=trusted) as door:
        headers = {"x_forwarded_for": forwarded} if forwarded else {}
        assert (await door.ask("{ address }", **headers)).json() == {"data": {"address": address}}


async def test_only_a_trusted_proxy_says_that_the_page_came_by_https(database: Database) -> None:
    """API5: the own origin has the scheme that the client used."""
    origin = HOST.replace("http", "https")
    for trusted, status in ((("127.0.0.1",), 200), ((), 403)):
        async with opened(database, trusted_proxies=trusted) as door:
            response = await door.ask("{ echo }", origin=origin, x_forwarded_proto="https")
            assert response.status_code == status
