"""API5, AC5: how clients come into the portal, and how that ends."""

from __future__ import annotations

from typing import Any

import pytest

from engine.firm.secrets import digest
from engine.portal.links import PLACE
from tests.access.digest import digest as digest_of
from tests.portal.kit import TOKEN, Guest, guest, invited, link
from tests.support.api import PASSWORD, Api
from tests.support.desk import Desk

ACCESS = "query ($id: ID!) { node(id: $id) { ... on Contact { portalAccess joinedAt } } }"
WRONG = {"code": "BAD_CREDENTIALS", "message": "This e-mail and password do not fit.", "path": ["input", "password"]}
OVER = "This link is unknown, used or expired: ask for another one."


def nobody(desk: Desk) -> Guest:
    """Somebody without a token."""
    return Guest(desk.owner.http)


async def access(desk: Desk, contact: str) -> str:
    """Whether a contact may come in, as members see it."""
    found = (await desk.owner.query(ACCESS, id=contact))["node"]
    assert (found["joinedAt"] is not None) == (found["portalAccess"] == "JOINED")
    return str(found["portalAccess"])


async def is_out(client: Guest) -> bool:
    """Whether a token is good for nothing any more."""
    response = await client.post("{ portal { firm { name } } }")
    return bool(response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED")


async def test_an_invitation_brings_a_link_that_only_the_client_reads_and_that_is_good_once(desk: Desk) -> None:
    """The firm's address is before it; members see the e-mail with a place where the link was."""
    await desk.owner.do("updateFirm", portalUrl=" https://clients.kontor.test/in ")
    contact = await invited(desk, "Ann", desk.shop.account)
    assert await access(desk, contact) == "INVITED"
    assert await desk.database.value("SELECT count(*) FROM portal_links") == 0
    await desk.work()
    [letter] = desk.office.received
    assert letter.envelope_to == ["ann@client.test"]
    assert letter.message["subject"] == "Kontor invites you to its client portal"
    token = link(desk)
    assert f"\nhttps://clients.kontor.test/in#token={token}\n" in letter.part("plain")
    shown = await desk.email()
    assert (shown["state"], shown["contact"], shown["account"]) == ("SENT", {"id": contact}, {"id": desk.shop.account})
    assert PLACE in shown["text"]
    assert TOKEN.search(shown["text"]) is None
    stored = await desk.database.rows("SELECT row_to_json(e)::text AS text FROM emails e")
    assert not any(token in row["text"] for row in stored)

    ann = await nobody(desk).enter("enterPortalByLink", token=token)
    assert ann.member_id == contact
    assert await access(desk, contact) == "JOINED"
    again = await nobody(desk).payload("enterPortalByLink", "token portal { accounts { id } }", token=token)
    assert again["errors"] == [{"code": "INVALID", "message": OVER, "path": ["input", "token"]}]
    assert (again["token"], again["portal"]) == (None, None)
    selection = "firm { name currency } contact { name email hasPassword } accounts { name } works { totalCount }"
    assert await ann.portal(selection) == {
        "firm": {"name": "Kontor", "currency": "EUR"},
        "contact": {"name": "Ann", "email": "ann@client.test", "hasPassword": False},
        "accounts": [{"name": "Acme"}],
        "works": {"totalCount": 0},
    }
    viewer = "{ viewer { user { email } member { id } contact { id name } rights apiTokens { id } } }"
    assert (await ann.answer(viewer))["data"]["viewer"] is None  # API tokens are not for clients
    assert await ann.query("{ viewer { user { email } member { id } contact { id name } rights } }") == {
        "viewer": {
            "user": {"email": "ann@client.test"},
            "member": None,
            "contact": {"id": contact, "name": "Ann"},
            "rights": [],
        }
    }


async def test_the_first_coming_is_an_event_of_the_clients(desk: Desk) -> None:
    """AC7: it is in the log, under the client's name, and so is every coming in the audit log."""
    ann = await guest(desk, "Ann")
    event = await desk.database.rows("SELECT cause, changes FROM events ORDER BY seq DESC LIMIT 1")
    assert f'"actor": "{ann.member_id}"' in event[0]["cause"]
    assert '"kind": "CLIENT"' in event[0]["cause"]
    assert f'"id": "{ann.member_id}"' in event[0]["changes"]
    await ann.payload("setPortalPassword", password=PASSWORD)
    head = await desk.database.value("SELECT max(seq) FROM events")
    await nobody(desk).enter("enterPortal", email="ann@client.test", password=PASSWORD)
    assert await desk.database.value("SELECT max(seq) FROM events") == head
    said = await desk.database.rows("SELECT action FROM audit WHERE actor_id = $1 ORDER BY n", ann.member_id)
    assert [row["action"] for row in said] == ["portal.login", "portal.password", "portal.login"]


async def test_while_client_mail_is_held_back_nobody_is_invited(desk: Desk) -> None:
    """AU9: the e-mail waits with the others; released, it carries a link that is fresh."""
    await desk.owner.do("updateFirm", holdsClientMail=True)
    await invited(desk, "Ann", desk.shop.account)
    await desk.work()
    assert desk.office.received == []
    assert (await desk.email())["state"] == "HELD"
    await desk.owner.do("releaseEmails", "remaining", all=True)
    await desk.work()
    await nobody(desk).enter("enterPortalByLink", token=link(desk))


async def test_every_letter_has_a_link_of_its_own(desk: Desk) -> None:
    """Also one that is sent again because nobody knows whether it was; each is good once, for three days."""
    contact = await invited(desk, "Ann", desk.shop.account)
    desk.office.answers["DATA"] = "451 4.3.0 Later"
    await desk.work()
    desk.office.answers.clear()
    await desk.database.rows("UPDATE due SET due_at = clock_timestamp(), leased_until = NULL")
    await desk.work()
    await desk.owner.do("inviteContact", contactId=contact)
    await desk.work()
    first, second = link(desk, 0), link(desk, 1)
    assert first != second
    await desk.database.rows(
        "UPDATE portal_links SET expires_at = clock_timestamp() WHERE token_hash = $1", digest(second)
    )
    payload = await nobody(desk).payload("enterPortalByLink", token=second)
    assert [error["code"] for error in payload["errors"]] == ["INVALID"]
    await nobody(desk).enter("enterPortalByLink", token=first)


async def test_who_asks_for_a_link_gets_one_by_e_mail_alone(desk: Desk) -> None:
    """Whoever asks is told the same, whether the address is known, has no access, or is a member's."""
    await guest(desk, "Ann")
    await desk.owner.do("createContact", name="Bob", email="bob@client.test", accountIds=[desk.shop.account])
    before = len(desk.office.received)
    for email in ("bob@client.test", "owner1@firm.test", "nobody@client.test", "", "\x7f"):
        assert await nobody(desk).payload("requestPortalLink", email=email) == {"errors": []}
    assert await nobody(desk).payload("requestPortalLink", email="ann@client.test", firmId="firm_none") == {
        "errors": []
    }
    await desk.work()
    assert len(desk.office.received) == before
    assert await nobody(desk).payload("requestPortalLink", email=" Ann@Client.test ") == {"errors": []}
    await desk.work()
    assert desk.office.received[-1].message["subject"] == "Kontor has sent you a link"
    await nobody(desk).enter("enterPortalByLink", token=link(desk))


async def test_asking_and_trying_are_throttled(desk: Desk) -> None:
    """API5: per address of the e-mail, whether it is known or not, and per link."""
    for mutation, given, path in (
        ("requestPortalLink", {"email": "ann@client.test"}, "email"),
        ("enterPortal", {"email": "bob@client.test", "password": "wrong"}, "email"),
        ("enterPortalByLink", {"token": "sl_nothing"}, "token"),
    ):
        await desk.database.rows("DELETE FROM throttles")
        errors = [(await nobody(desk).payload(mutation, **given))["errors"] for _ in range(11)]
        assert [error["code"] for error in errors[-1]] == ["THROTTLED"]
        assert errors[-1][0]["path"] == ["input", path]
        assert not any(error["code"] == "THROTTLED" for some in errors[:10] for error in some)


async def test_a_password_opens_the_portal_and_nothing_else(desk: Desk) -> None:
    """It is set inside, and changed only by who says the one until now."""
    ann = await guest(desk, "Ann")
    weak = await ann.payload("setPortalPassword", password="short")
    assert [(error["code"], error["path"]) for error in weak["errors"]] == [("INVALID", ["input", "password"])]
    done = await ann.payload("setPortalPassword", "portal { contact { hasPassword } }", password=PASSWORD)
    assert done == {"portal": {"contact": {"hasPassword": True}}, "errors": []}
    for said in ({}, {"currentPassword": None}, {"currentPassword": "a wrong one"}):
        payload = await ann.payload("setPortalPassword", password="another password", **said)
        assert [(error["code"], error["path"]) for error in payload["errors"]] == [
            ("BAD_CREDENTIALS", ["input", "currentPassword"])
        ]
    again = await nobody(desk).enter("enterPortal", email="ANN@client.test", password=PASSWORD)
    assert again.member_id == ann.member_id
    for email, password in (("ann@client.test", "another password"), ("nobody@client.test", PASSWORD)):
        payload = await nobody(desk).payload("enterPortal", "token", email=email, password=password)
        assert payload == {"token": None, "errors": [WRONG]}
    login = await desk.owner.http.post("/graphql", json=_login("ann@client.test"))
    assert login.json()["data"]["login"]["errors"][0]["code"] == "BAD_CREDENTIALS"
    changed = await ann.payload("setPortalPassword", password="another password", currentPassword=PASSWORD)
    assert changed["errors"] == []
    await nobody(desk).enter("enterPortal", email="ann@client.test", password="another password")
    assert await is_out(again), "who came in by the old one is out"
    assert not await is_out_of(ann)


def _login(email: str) -> dict[str, Any]:
    document = "mutation ($input: LoginInput!) { login(input: $input) { token errors { code } } }"
    return {"query": document, "variables": {"input": {"email": email, "password": PASSWORD}}}


async def test_a_member_is_no_client_but_a_person_may_be_both(desk: Desk) -> None:
    """With two passwords, in two sessions, of which neither opens what the other does."""
    payload = await nobody(desk).payload("enterPortal", email="owner1@firm.test", password=PASSWORD)
    assert payload["errors"] == [WRONG]
    client = await guest(desk, "Owner", email="owner1@firm.test")
    payload = await nobody(desk).payload("enterPortal", email="owner1@firm.test", password=PASSWORD)
    assert payload["errors"] == [WRONG]
    await client.payload("setPortalPassword", password="a portal's password")
    again = await nobody(desk).enter("enterPortal", email="owner1@firm.test", password="a portal's password")
    assert (await desk.owner.http.post("/graphql", json=_login("owner1@firm.test"))).json()["data"]["login"]["token"]
    assert again.member_id == client.member_id
    assert (await desk.owner.query("{ portal { firm { name } } }"))["portal"] is None
    assert (await again.answer("{ firm { id } }"))["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    refused = await Guest(desk.owner.http, desk.owner.token).payload("setPortalPassword", password="x" * 20)
    assert [(error["code"], error["path"]) for error in refused["errors"]] == [("FORBIDDEN", None)]


async def test_a_client_of_several_firms_chooses_one(desk: Desk, api: Api) -> None:
    """The password tells which there are; a link leads into its own."""
    ann = await guest(desk, "Ann")
    await ann.payload("setPortalPassword", password=PASSWORD)
    other = await api.firm("Other")
    await other.do("updateFirm", holdsClientMail=False)
    contact = await other.do("createContact", "contact { id }", name="Ann", email="ann@client.test")
    await other.do("inviteContact", contactId=contact["id"])
    await desk.work()
    selection = "token portal { firm { name } } doors { firmId firmName }"
    said = {"email": "ann@client.test", "password": PASSWORD}
    only = await nobody(desk).payload("enterPortal", selection, **said)
    assert only["portal"] == {"firm": {"name": "Kontor"}}
    there = await nobody(desk).enter("enterPortalByLink", token=link(desk))
    await there.payload("setPortalPassword", password=PASSWORD)
    choice = await nobody(desk).payload("enterPortal", selection, **said)
    assert (choice["token"], choice["portal"], choice["errors"]) == (None, None, [])
    assert [door["firmName"] for door in choice["doors"]] == ["Kontor", "Other"]
    for door in choice["doors"]:
        inside = await nobody(desk).payload("enterPortal", selection, **said, firmId=door["firmId"])
        assert inside["portal"] == {"firm": {"name": door["firmName"]}}
    missing = await nobody(desk).payload("enterPortal", selection, **said, firmId="firm_none")
    assert [(error["code"], error["path"]) for error in missing["errors"]] == [("NOT_FOUND", ["input", "firmId"])]
    await desk.work()
    await nobody(desk).payload("requestPortalLink", email="ann@client.test")
    before = len(desk.office.received)
    await desk.work()
    subjects = {letter.message["subject"] for letter in desk.office.received[before:]}
    assert subjects == {"Kontor has sent you a link", "Other has sent you a link"}


ENDS = {
    "revoked": ("revokeContactAccess", {}, "NONE"),
    "moved": ("updateContact", {"email": "other@client.test"}, "NONE"),
    "deleted": ("deleteContact", {}, None),
}


@pytest.mark.parametrize("how", ENDS)
async def test_access_that_is_taken_away_ends_at_once(desk: Desk, how: str) -> None:
    """Every session and every link, those that are under way included; a name may change."""
    mutation, given, left = ENDS[how]
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    await desk.owner.do("updateContact", contactId=ann.member_id, name="Anna", phone="1")
    assert (await ann.portal("contact { name }"))["contact"]["name"] == "Anna"
    await nobody(desk).payload("requestPortalLink", email="ann@client.test")
    await desk.work()
    waiting = link(desk)
    await nobody(desk).payload("requestPortalLink", email="ann@client.test")
    await desk.owner.do(mutation, contactId=ann.member_id, **given)
    assert await is_out(ann)
    await desk.work()
    for token in {waiting, link(desk)}:
        payload = await nobody(desk).payload("enterPortalByLink", "token", token=token)
        assert payload["token"] is None
        assert [error["code"] for error in payload["errors"]] == ["INVALID"]
    if left is not None:
        assert await access(desk, ann.member_id) == left
    assert (await bob.portal("contact { name }"))["contact"]["name"] == "Bob"


async def test_who_leaves_is_out_and_others_stay(desk: Desk) -> None:
    """One session ends, not the access."""
    ann = await guest(desk, "Ann")
    await ann.payload("setPortalPassword", password=PASSWORD)
    other = await nobody(desk).enter("enterPortal", email="ann@client.test", password=PASSWORD)
    assert await ann.payload("leavePortal") == {"errors": []}
    assert await is_out(ann)
    assert not await is_out_of(other)


async def is_out_of(client: Guest) -> bool:
    """Whether the portal is closed to a token."""
    return (await client.query("{ portal { firm { name } } }"))["portal"] is None


async def test_a_refused_invitation_changes_nothing(desk: Desk) -> None:
    """Without an address, or with that of another contact who has access."""
    none = (await desk.owner.do("createContact", "contact { id }", name="None"))["id"]
    await guest(desk, "Ann")
    twin = (await desk.owner.do("createContact", "contact { id }", name="Twin", email="ann@client.test"))["id"]
    before = await digest_of(desk.database)
    for contact, code in ((none, "REQUIRED"), (twin, "NAME_TAKEN")):
        assert await desk.owner.code("inviteContact", contactId=contact) == (code, ["input", "contactId"])
    assert await digest_of(desk.database) == before


BAD = ("clients.test", "http://clients.test", "https://", "https://a b.test", "https://u:p@clients.test", "ftp://x.test",
       "https://clients.test/#in", "https://[", "javascript:alert(1)")  # fmt: skip


async def test_the_address_of_a_portal_is_one_that_a_link_may_be_appended_to(desk: Desk) -> None:
    """Over HTTPS, since links are secrets, but on one's own machine."""
    for address in BAD:
        assert await desk.owner.code("updateFirm", portalUrl=address) == ("INVALID", ["input", "portalUrl"]), address
    assert await desk.owner.code("updateFirm", portalUrl=f"https://x.test/{'a' * 500}") == (
        "TOO_LONG",
        ["input", "portalUrl"],
    )
    for address in ("https://clients.test", "http://localhost:3000/in", "https://clients.test/in?firm=1"):
        found = await desk.owner.do("updateFirm", "firm { portalUrl }", portalUrl=address)
        assert found == {"portalUrl": address}
    assert await desk.owner.do("updateFirm", "firm { portalUrl }", portalUrl=None) == {"portalUrl": None}
