"""What the firm notes of how its contacts are written to."""

from __future__ import annotations

from typing import Any

import pytest

from store.database import Database
from tests.rules.kit import digest
from tests.support.api import Api, Client, Json, Shop

SETTINGS = "contact { notifications timeZone version }"


async def contact(owner: Client, **given: Any) -> str:
    """A new contact."""
    return str((await owner.do("createContact", "contact { id }", name="Ann", **given))["id"])


async def update(owner: Client, contact_id: str, **given: Any) -> Json:
    """The settings after a change that must succeed."""
    found: Json = await owner.do("updateContact", SETTINGS, contactId=contact_id, **given)
    return found


async def test_a_contact_is_written_to_in_the_firms_time_zone_unless_something_else_is_said(shop: Shop) -> None:
    """RM1: at once, or later; each of the two by itself."""
    made = await shop.owner.do("createContact", SETTINGS, name="Ann")
    assert made == {"notifications": True, "timeZone": None, "version": 1}
    given: Json = {"notifications": False, "timeZone": "Asia/Kathmandu"}
    assert await shop.owner.do("createContact", SETTINGS, name="Bob", **given) == given | {"version": 1}
    ann = await contact(shop.owner)
    assert await update(shop.owner, ann, notifications=False) == {
        "notifications": False,
        "timeZone": None,
        "version": 2,
    }
    assert await update(shop.owner, ann, timeZone="Asia/Kathmandu") == given | {"version": 3}
    assert await update(shop.owner, ann, name="Anna", phone=None) == given | {"version": 4}
    assert await update(shop.owner, ann, timeZone=None, notifications=True) == made | {"version": 5}


async def test_saying_what_is_so_already_changes_nothing(shop: Shop, database: Database) -> None:
    """LV2: no event, no new version."""
    ann = await contact(shop.owner, notifications=False, timeZone="Asia/Tokyo")
    before = await digest(database)
    assert (await update(shop.owner, ann, notifications=False, timeZone="Asia/Tokyo"))["version"] == 1
    assert await digest(database) == before


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"timeZone": "Mars/Olympus"}, "INVALID", ["timeZone"]),
        ({"timeZone": ""}, "INVALID", ["timeZone"]),
        ({"timeZone": "localtime"}, "INVALID", ["timeZone"]),
        ({"notifications": None}, "REQUIRED", ["notifications"]),
    ],
)
async def test_settings_that_make_no_sense_are_refused(
    shop: Shop, database: Database, given: Json, code: str, path: list[str]
) -> None:
    """API1: with the field to blame, and nothing is changed."""
    ann = await contact(shop.owner)
    before = await digest(database)
    assert await shop.owner.code("updateContact", contactId=ann, phone="1", **given) == (code, ["input", *path])
    if "timeZone" in given:
        assert await shop.owner.code("createContact", name="Bob", **given) == (code, ["input", *path])
    assert await digest(database) == before


async def test_who_may_not_edit_contacts_sees_their_settings_and_leaves_them(
    api: Api, shop: Shop, database: Database
) -> None:
    """AC1, AC4: neither colleagues without the right, nor other firms."""
    ann = await contact(shop.owner, accountIds=[shop.account], timeZone="Asia/Tokyo")
    employee, other = await api.member(shop.owner, accounts=[shop.account]), await api.firm("Other")
    before = await digest(database)
    for given in ({"notifications": False}, {"timeZone": None}):
        assert await employee.code("updateContact", contactId=ann, **given) == ("FORBIDDEN", None)
        assert await other.code("updateContact", contactId=ann, **given) == ("NOT_FOUND", ["input", "contactId"])
    assert await digest(database) == before
    document = "query ($id: ID!) { account(id: $id) { contacts { nodes { notifications timeZone } } } }"
    shown = (await employee.query(document, id=shop.account))["account"]["contacts"]["nodes"]
    assert shown == [{"notifications": True, "timeZone": "Asia/Tokyo"}]
