"""What clients say of how they are written to."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from store.database import Database
from tests.access.digest import Unchanged
from tests.portal.kit import Guest, Screen, guest, link
from tests.support.api import Api, Json
from tests.support.desk import Desk

SETTINGS = "contact { notifications timeZone }"


async def update(client: Guest, **given: Any) -> Json:
    """What the client is shown after a change that must succeed."""
    payload = await client.payload("updatePortalContact", f"portal {{ {SETTINGS} }}", **given)
    assert payload["errors"] == []
    found: Json = payload["portal"]["contact"]
    return found


async def of_firm(desk: Desk, client: Guest) -> Json:
    """What members are shown of a client."""
    document = """query ($id: ID!) { node(id: $id) { ... on Contact { name notifications timeZone version } } }"""
    found: Json = (await desk.owner.query(document, id=client.member_id))["node"]
    return found


async def test_clients_say_whether_and_by_which_clock_they_are_written_to(desk: Desk) -> None:
    """RM1: each of the two by itself; the firm sees it, and nobody else's changes."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    assert (await ann.portal(SETTINGS))["contact"] == {"notifications": True, "timeZone": None}
    before = await of_firm(desk, ann)
    assert await update(ann, notifications=False) == {"notifications": False, "timeZone": None}
    assert await update(ann, timeZone="Asia/Tokyo") == {"notifications": False, "timeZone": "Asia/Tokyo"}
    assert (await ann.portal(SETTINGS))["contact"] == {"notifications": False, "timeZone": "Asia/Tokyo"}
    said = {"notifications": False, "timeZone": "Asia/Tokyo", "version": before["version"] + 2}
    assert await of_firm(desk, ann) == before | said
    assert (await bob.portal(SETTINGS))["contact"] == {"notifications": True, "timeZone": None}
    await desk.owner.do("updateContact", contactId=ann.member_id, notifications=True)
    assert await update(ann, timeZone=None) == {"notifications": True, "timeZone": None}


async def test_it_is_one_event_by_the_client_and_begins_their_own_portal_anew(desk: Desk) -> None:
    """LV2, LV5: as a change by a member does; what is so already is none."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    screens = [await Screen(one).draw() for one in (ann, bob)]
    seen: int = await desk.database.value("SELECT max(seq) FROM events")
    await update(ann, notifications=False, timeZone="Asia/Tokyo")
    [event] = await desk.database.rows("SELECT cause, changes FROM events WHERE seq > $1", seen)
    assert f'"actor": "{ann.member_id}"' in event["cause"]
    assert '"kind": "CLIENT"' in event["cause"]
    assert f'"id": "{ann.member_id}"' in event["changes"]
    assert [await one.follow() for one in screens] == [["StreamReset"], []]
    async with Unchanged(desk.database):
        await update(ann, notifications=False, timeZone="Asia/Tokyo")
        await update(ann)
    assert [await one.follow() for one in screens] == [[], []]


async def test_letters_that_open_the_portal_come_to_whoever_wants_no_others(desk: Desk) -> None:
    """RM1, AC5: nobody shuts themselves out."""
    ann = await guest(desk, "Ann")
    await update(ann, notifications=False)
    before = len(desk.office.received)
    await Guest(desk.owner.http).payload("requestPortalLink", email="ann@client.test")
    await desk.work()
    assert len(desk.office.received) == before + 1
    again = await Guest(desk.owner.http).enter("enterPortalByLink", token=link(desk))
    assert (await again.portal(SETTINGS))["contact"] == {"notifications": False, "timeZone": None}
    await desk.owner.do("inviteContact", contactId=ann.member_id)
    await desk.work()
    assert len(desk.office.received) == before + 2


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"timeZone": "Mars/Olympus"}, "INVALID", ["input", "timeZone"]),
        ({"timeZone": ""}, "INVALID", ["input", "timeZone"]),
        ({"timeZone": "x" * 10_000}, "INVALID", ["input", "timeZone"]),
        ({"notifications": None}, "REQUIRED", ["input", "notifications"]),
    ],
)
async def test_settings_that_make_no_sense_are_refused(desk: Desk, given: Json, code: str, path: list[str]) -> None:
    """API1: with the field to blame, and nothing is changed."""
    ann = await guest(desk, "Ann")
    async with Unchanged(desk.database):
        wrong = {"notifications": False, "timeZone": "Asia/Tokyo"} | given
        assert await ann.code("updatePortalContact", **wrong) == (code, path)


async def test_only_who_has_come_in_says_it_and_of_nobody_else(desk: Desk, api: Api, database: Database) -> None:
    """AC5: not members, not whoever is out; and no contact is named."""
    ann = await guest(desk, "Ann")
    other = await api.firm("Other")
    await other.do("createContact", name="Ann", email="ann@client.test")
    owner, nobody = Guest(desk.owner.http, desk.owner.token), Guest(desk.owner.http)
    gone = await guest(desk, "Bob")
    await desk.owner.do("revokeContactAccess", contactId=gone.member_id)
    document = "mutation { updatePortalContact(input: { notifications: false }) { errors { code } } }"
    async with Unchanged(database):
        for one, code in ((owner, "FORBIDDEN"), (nobody, "UNAUTHENTICATED")):
            assert await one.code("updatePortalContact", notifications=False) == (code, None)
        [error] = (await gone.answer(document))["errors"]
        assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    await update(ann, notifications=False)
    rows = await database.rows("SELECT id FROM contacts WHERE NOT notifications")
    assert [row["id"] for row in rows] == [ann.member_id]


async def test_a_client_and_the_firm_at_the_same_time(desk: Desk) -> None:
    """API1: both are there."""
    ann = await guest(desk, "Ann")
    before = await of_firm(desk, ann)
    await asyncio.gather(
        update(ann, notifications=False),
        update(ann, timeZone="Asia/Tokyo"),
        desk.owner.do("updateContact", contactId=ann.member_id, name="Anna"),
    )
    after = {"name": "Anna", "notifications": False, "timeZone": "Asia/Tokyo", "version": before["version"] + 3}
    assert await of_firm(desk, ann) == after
