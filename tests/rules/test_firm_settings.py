"""The firm's settings: its working days and holidays, and how its mail goes out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from engine.time.calendar import Calendar, of_firm
from store.database import Database
from tests.rules.kit import digest, together
from tests.support.api import Api, Client, Json, Shop

SETTINGS = """firm { workingDays holidayRegion holidays { day name } holdsClientMail senderName senderAddress replyTo
    quietFrom quietUntil version }"""
WEEK = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]


async def look(client: Client) -> Json:
    """The firm's settings as the client sees them."""
    found: Json = (await client.query(f"{{ {SETTINGS} }}"))["firm"]
    return found


async def update(shop: Shop, **given: Any) -> Json:
    """The settings after a change that must succeed."""
    found: Json = await shop.owner.do("updateFirm", SETTINGS, **given)
    return found


async def test_a_new_firm_works_from_monday_to_friday_and_holds_client_mail(shop: Shop) -> None:
    """PL6, AU9, RM1: without holidays or addresses; client mail is held until the firm goes live; nights are quiet."""
    assert await look(shop.owner) == {
        "workingDays": WEEK,
        "holidayRegion": None,
        "holidays": [],
        "holdsClientMail": True,
        "senderName": None,
        "senderAddress": None,
        "replyTo": None,
        "quietFrom": "20:00",
        "quietUntil": "08:00",
        "version": 1,
    }


async def test_the_calendar_is_what_the_firm_says(shop: Shop, database: Database) -> None:
    """PL6: working days in the order of the week, a region, holidays by day; the engine counts by them."""
    given = [{"day": "2026-12-31", "name": " Stocktaking "}, {"day": "2026-08-03", "name": "Outing"}]
    changed = await update(
        shop,
        workingDays=["SUNDAY", "MONDAY"],
        holidayRegion="DE-BY",
        addHolidays=given,
        timeZone="Asia/Tokyo",
    )
    holidays = [{"day": "2026-08-03", "name": "Outing"}, {"day": "2026-12-31", "name": "Stocktaking"}]
    assert (changed["workingDays"], changed["holidayRegion"]) == (["MONDAY", "SUNDAY"], "DE-BY")
    assert (changed["holidays"], changed["version"]) == (holidays, 2)
    assert await look(shop.owner) == changed
    firm_id = await database.value("SELECT id FROM firms")
    own = frozenset({date(2026, 8, 3), date(2026, 12, 31)})
    assert await of_firm(database, firm_id) == Calendar("Asia/Tokyo", frozenset({1, 7}), "DE-BY", own)


async def test_holidays_are_renamed_and_taken_away(shop: Shop) -> None:
    """PL6: a day has one name; what is both added and removed is no holiday in the end."""
    await update(shop, addHolidays=[{"day": "2026-08-03", "name": "Outing"}, {"day": "2026-08-04", "name": "Rest"}])
    changed = await update(shop, addHolidays=[{"day": "2026-08-03", "name": "Excursion"}])
    assert changed["holidays"][0] == {"day": "2026-08-03", "name": "Excursion"}
    added = {"day": "2026-08-05", "name": "More rest"}
    changed = await update(shop, addHolidays=[added], removeHolidays=["2026-08-04", "2026-08-05", "2030-01-01"])
    assert changed["holidays"] == [{"day": "2026-08-03", "name": "Excursion"}]


async def test_saying_what_is_so_already_changes_nothing(shop: Shop, database: Database) -> None:
    """LV2: no event, no new version."""
    given = {"workingDays": WEEK, "holidayRegion": "DE", "addHolidays": [{"day": "2026-08-03", "name": "Outing"}]}
    given |= {"quietFrom": "21:00", "quietUntil": "07:30"}
    await update(shop, **given, replyTo="office@firm.test")
    before = await digest(database)
    await update(shop, **given, replyTo="Office@firm.test", removeHolidays=["2030-01-01"])
    assert await digest(database) == before


async def test_mail_is_released_for_a_firm_that_is_live_and_paused_again(shop: Shop) -> None:
    """AU9: a switch of owners and admins."""
    assert (await update(shop, holdsClientMail=False))["holdsClientMail"] is False
    assert (await update(shop, holdsClientMail=True))["holdsClientMail"] is True


async def test_the_sender_is_set_and_cleared(shop: Shop) -> None:
    """AU1: names are trimmed, addresses in lower case."""
    names = ("senderName", "senderAddress", "replyTo")
    given = dict(zip(names, (" Kontor ", "Office@Firm.test", "help@firm.test"), strict=True))
    found = await update(shop, **given)
    assert [found[name] for name in names] == ["Kontor", "office@firm.test", "help@firm.test"]
    found = await update(shop, **dict.fromkeys(names))
    assert [found[name] for name in names] == [None, None, None]


async def test_quiet_hours_are_set_each_end_by_itself(shop: Shop) -> None:
    """RM1: over midnight or by day, to the minute; the same time twice means that there are none."""
    for given in ({"quietFrom": "22:15"}, {"quietUntil": "23:59"}, {"quietFrom": "23:59"}, {"quietUntil": "00:00"}):
        before = await look(shop.owner)
        assert await update(shop, **given) == before | given | {"version": before["version"] + 1}
    found = await look(shop.owner)
    assert (found["quietFrom"], found["quietUntil"]) == ("23:59", "00:00")
    same = await update(shop, quietFrom="12:00", quietUntil="12:00")
    assert (same["quietFrom"], same["quietUntil"]) == ("12:00", "12:00")


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"quietFrom": None}, "REQUIRED", ["quietFrom"]),
        ({"quietUntil": None}, "REQUIRED", ["quietUntil"]),
        ({"workingDays": []}, "TOO_FEW", ["workingDays"]),
        ({"workingDays": None}, "REQUIRED", ["workingDays"]),
        ({"holidayRegion": ""}, "INVALID", ["holidayRegion"]),
        ({"holidayRegion": "DE-XX"}, "INVALID", ["holidayRegion"]),
        ({"addHolidays": [{"day": "2026-08-03", "name": " "}]}, "REQUIRED", ["addHolidays", "0", "name"]),
        ({"holdsClientMail": None}, "REQUIRED", ["holdsClientMail"]),
        ({"senderName": " "}, "REQUIRED", ["senderName"]),
        ({"senderName": "a\nb"}, "INVALID", ["senderName"]),
        ({"senderAddress": ""}, "INVALID", ["senderAddress"]),
        ({"senderAddress": "Kontor <office@firm.test>"}, "INVALID", ["senderAddress"]),
        ({"replyTo": "a@b.test, c@d.test"}, "INVALID", ["replyTo"]),
    ],
)
async def test_settings_that_make_no_sense_are_refused(
    shop: Shop, database: Database, given: Json, code: str, path: list[str]
) -> None:
    """API1: with the field to blame, and nothing is changed."""
    before = await digest(database)
    assert await shop.owner.code("updateFirm", name="Other", **given) == (code, ["input", *path])
    assert await digest(database) == before


async def test_a_firm_has_at_most_500_holidays_of_its_own(shop: Shop, database: Database) -> None:
    """API1: 200 in one call."""
    days = [{"day": str(date(2026, 1, 1) + timedelta(days=n)), "name": f"Day {n}"} for n in range(501)]
    assert await shop.owner.code("updateFirm", addHolidays=days[:201]) == ("TOO_MANY", ["input", "addHolidays"])
    for start in (0, 200, 400):
        await update(shop, addHolidays=days[start : min(start + 200, 500)])
    before = await digest(database)
    assert await shop.owner.code("updateFirm", addHolidays=days[500:]) == ("TOO_MANY", ["input", "addHolidays"])
    assert await digest(database) == before
    swapped = await update(shop, addHolidays=days[500:], removeHolidays=[days[0]["day"]])
    assert len(swapped["holidays"]) == 500


async def test_two_owners_add_holidays_at_the_same_time(api: Api, shop: Shop) -> None:
    """API1: both are there."""
    admin = await api.member(shop.owner, role="ADMIN")
    one, other = {"day": "2026-08-03", "name": "Outing"}, {"day": "2026-08-04", "name": "Rest"}
    await together(
        shop.owner.do("updateFirm", addHolidays=[one]), admin.do("updateFirm", addHolidays=[other], workingDays=WEEK)
    )
    assert (await look(shop.owner))["holidays"] == [one, other]


async def test_employees_see_the_calendar_and_do_not_change_it(api: Api, shop: Shop, database: Database) -> None:
    """AC1: settings are for owners and admins."""
    employee = await api.member(shop.owner)
    before = await digest(database)
    tries: list[Json] = [
        {"workingDays": ["MONDAY"]},
        {"holdsClientMail": False},
        {"addHolidays": []},
        {"quietFrom": "23:00"},
    ]
    for given in tries:
        assert await employee.code("updateFirm", **given) == ("FORBIDDEN", None)
    assert await digest(database) == before
    assert await look(employee) == await look(shop.owner)


async def test_firms_keep_their_calendars_apart(api: Api, shop: Shop) -> None:
    """AC4: nothing crosses from one firm to another."""
    other = await api.firm("Other")
    outing = {"day": "2026-08-03", "name": "Outing"}
    await update(shop, addHolidays=[outing], workingDays=["MONDAY"])
    await other.do("updateFirm", removeHolidays=["2026-08-03"])
    assert (await look(other))["workingDays"] == WEEK
    assert (await look(other))["holidays"] == []
    assert (await look(shop.owner))["holidays"] == [outing]
