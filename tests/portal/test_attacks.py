"""AC5, API5: what somebody might try who runs a firm of their own, or comes at an unlucky moment."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import Any

import pytest

from tests.portal.kit import TOKEN, guest, invited, link
from tests.portal.test_doors import WRONG, nobody
from tests.support.api import PASSWORD, Api, Client
from tests.support.desk import MAIL_FROM, Desk

VICTIM = "ann@client.test"


async def evil_firm(api: Api) -> Client:
    """Another firm's owner, who is up to no good."""
    owner = await api.firm("Evil")
    await owner.do("updateFirm", holdsClientMail=False)
    return owner


async def test_a_letter_to_an_earlier_address_opens_nothing(desk: Desk) -> None:
    """Held or failed, it would let in who reads it as the person of the address that the contact has now."""
    await desk.owner.do("updateFirm", holdsClientMail=True)
    contact = await invited(desk, "Eve")
    await desk.owner.do("updateContact", contactId=contact, email=VICTIM)
    await desk.owner.do("inviteContact", contactId=contact)
    await desk.owner.do("releaseEmails", "remaining", all=True)
    await desk.work()
    assert [letter.envelope_to for letter in desk.office.received] == [[VICTIM]]
    states = await desk.database.rows("SELECT to_address, state FROM emails ORDER BY created_at")
    assert [tuple(row) for row in states] == [("eve@client.test", "DISCARDED"), (VICTIM, "SENT")]


async def test_what_a_failed_letter_would_open_is_not_sent_again(desk: Desk) -> None:
    """The same for one that is tried again by hand."""
    desk.office.answers["DATA"] = "554 5.7.1 No"
    contact = await invited(desk, "Eve")
    await desk.work()
    desk.office.answers.clear()
    failed = await desk.database.value("SELECT id FROM emails WHERE state = 'FAILED'")
    await desk.owner.do("updateContact", contactId=contact, email=VICTIM)
    await desk.owner.do("inviteContact", contactId=contact)
    assert await desk.owner.code("retryEmail", emailId=failed) == ("INVALID", ["input", "emailId"])
    await desk.work()
    assert [letter.envelope_to for letter in desk.office.received][-1:] == [[VICTIM]]
    assert await desk.database.value("SELECT count(*) FROM portal_links") == 1


async def test_an_invitation_of_a_deleted_contact_is_not_sent(desk: Desk) -> None:
    """Nor does it trouble the worker."""
    contact = await invited(desk, "Ann", desk.shop.account)
    await desk.owner.do("deleteContact", contactId=contact)
    await desk.work()
    assert desk.office.received == []
    assert await desk.database.value("SELECT count(*) FROM due WHERE kind = 'EMAIL'") == 0
    assert await desk.database.value("SELECT state FROM emails") == "DISCARDED"


@pytest.mark.parametrize("first", [True, False])
async def test_a_password_set_by_who_invites_a_member_opens_no_portal(desk: Desk, api: Api, first: bool) -> None:
    """Whoever invites a member reads the token, and so can set a password for anybody's address."""
    evil = await evil_firm(api)
    ann = await guest(desk, "Ann") if not first else None
    payload = await evil.payload("inviteMember", "invitationToken", email=VICTIM, name="Ann")
    document = "mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { errors { code } } }"
    given = {"token": payload["invitationToken"], "password": "a password of Eve's"}
    assert (await api.nobody.query(document, input=given))["acceptInvitation"]["errors"] == []
    ann = ann or await guest(desk, "Ann")
    entered = await nobody(desk).payload("enterPortal", "token", email=VICTIM, password="a password of Eve's")
    assert entered == {"token": None, "errors": [WRONG]}
    done = await ann.payload("setPortalPassword", password=PASSWORD)
    assert done["errors"] == []
    await nobody(desk).enter("enterPortal", email=VICTIM, password=PASSWORD)


async def test_what_is_done_in_one_firms_portal_opens_no_other_firms(desk: Desk, api: Api) -> None:
    """A firm's pages see what comes to them: its links, and what is typed into them."""
    ann = await guest(desk, "Ann")
    evil = await evil_firm(api)
    contact = await evil.do("createContact", "contact { id }", name="Ann", email=VICTIM)
    await evil.do("inviteContact", contactId=contact["id"])
    await desk.work()
    inside = await nobody(desk).enter("enterPortalByLink", token=link(desk))
    assert (await inside.payload("setPortalPassword", password="a password of Eve's"))["errors"] == []
    assert (await ann.portal("contact { hasPassword }"))["contact"] == {"hasPassword": False}
    assert (await ann.payload("setPortalPassword", password=PASSWORD))["errors"] == []
    entered = await nobody(desk).payload("enterPortal", "portal { firm { name } }", email=VICTIM, password=PASSWORD)
    assert entered == {"portal": {"firm": {"name": "Kontor"}}, "errors": []}
    said = {"email": VICTIM, "password": "a password of Eve's"}
    entered = await nobody(desk).payload("enterPortal", "portal { firm { name } }", **said)
    assert entered == {"portal": {"firm": {"name": "Evil"}}, "errors": []}


async def test_a_password_ends_with_the_access(desk: Desk) -> None:
    """Who is let in again comes in by a link."""
    ann = await guest(desk, "Ann")
    await ann.payload("setPortalPassword", password=PASSWORD)
    await desk.owner.do("revokeContactAccess", contactId=ann.member_id)
    await desk.owner.do("inviteContact", contactId=ann.member_id)
    entered = await nobody(desk).payload("enterPortal", "token", email=VICTIM, password=PASSWORD)
    assert entered == {"token": None, "errors": [WRONG]}


async def test_tries_at_a_portal_do_not_forgive_those_at_a_members_login(desk: Desk) -> None:
    """Who knows the one password does not get more tries at the other."""
    ann = await guest(desk, "Ann", email="owner1@firm.test")
    await ann.payload("setPortalPassword", password="a portal's password")
    document = "mutation ($input: LoginInput!) { login(input: $input) { errors { code } } }"
    for _ in range(10):
        await nobody(desk).query(document, input={"email": "owner1@firm.test", "password": "a wrong password"})
    await nobody(desk).enter("enterPortal", email="owner1@firm.test", password="a portal's password")
    answer = await nobody(desk).query(document, input={"email": "owner1@firm.test", "password": "a wrong password"})
    assert answer["login"]["errors"] == [{"code": "THROTTLED"}]


async def test_one_link_lets_in_once_however_many_use_it_at_once(desk: Desk) -> None:
    """One session, one event of the coming."""
    await invited(desk, "Ann", desk.shop.account)
    await desk.work()
    token = link(desk)
    await desk.database.rows("DELETE FROM throttles")
    answers = await asyncio.gather(
        *(nobody(desk).payload("enterPortalByLink", "token", token=token) for _ in range(10))
    )
    assert sorted(bool(answer["token"]) for answer in answers) == [False] * 9 + [True]
    assert await desk.database.value("SELECT count(*) FROM sessions WHERE contact_id IS NOT NULL") == 1


async def test_who_comes_in_while_the_access_ends_waits_and_stays_out(desk: Desk) -> None:
    """Neither gets in the other's way, and nobody is told of a failure of ours."""
    contact = await invited(desk, "Ann", desk.shop.account)
    for _ in range(8):
        await desk.owner.do("inviteContact", contactId=contact)
        await desk.work()
        token = link(desk)
        entering, revoking = await asyncio.gather(
            nobody(desk).payload("enterPortalByLink", "token", token=token),
            desk.owner.payload("revokeContactAccess", contactId=contact),
        )
        assert revoking["errors"] == []
        if entering["token"] is None:
            assert [error["code"] for error in entering["errors"]] == ["INVALID"]
        sessions = "SELECT count(*) FROM sessions WHERE contact_id = $1 AND revoked_at IS NULL"
        assert await desk.database.value(sessions, contact) == 0


async def test_who_comes_in_while_the_access_goes_to_somebody_else_stays_out(desk: Desk) -> None:
    """The password has been checked for one person; by now the contact is another's."""
    eve = await guest(desk, "Eve")
    await eve.payload("setPortalPassword", password=PASSWORD)
    said: dict[str, Any] = {"email": "eve@client.test", "password": PASSWORD}
    outside = copy_context()  # the transaction below is not hers
    async with desk.database.transaction() as db:
        await db.rows("INSERT INTO users (id, email, name, created_at) VALUES ('user_v', $1, 'Ann', now())", VICTIM)
        await db.rows("UPDATE contacts SET email = $1, user_id = 'user_v' WHERE id = $2", VICTIM, eve.member_id)
        entering = asyncio.create_task(nobody(desk).payload("enterPortal", "token", **said), context=outside)
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        async with asyncio.timeout(10):
            while not await desk.database.value(waits):
                await asyncio.sleep(0.01)
    answer = await entering
    assert answer["token"] is None
    assert [error["code"] for error in answer["errors"]] == ["BAD_CREDENTIALS"]


async def test_what_bounces_does_not_go_to_the_firm(desk: Desk) -> None:
    """A bounce carries the whole letter, the link included; others go back to who wrote them."""
    await desk.owner.do("updateFirm", senderAddress="office@kontor.test")
    await invited(desk, "Ann", desk.shop.account)
    await desk.work()
    [letter] = desk.office.received
    assert letter.message["from"].addresses[0].addr_spec == "office@kontor.test"
    assert letter.envelope_from == MAIL_FROM


async def test_no_member_reads_a_link_anywhere(desk: Desk, api: Api) -> None:
    """Not in any table, whatever becomes of the letter."""
    await guest(desk, "Ann")
    token = link(desk)
    tables = await desk.database.rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    for row in tables:
        found = await desk.database.rows(f'SELECT t::text AS text FROM "{row["table_name"]}" t')
        assert not any(token in one["text"] or TOKEN.search(one["text"]) for one in found), row["table_name"]
