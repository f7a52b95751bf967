"""Custom fields of accounts: their kinds, their values, and what keeps them from being changed (PL4, AC3)."""

from __future__ import annotations

from typing import Any

import pytest

from store.database import Database
from tests.rules.kit import digest, together
from tests.support.api import Api, Client, Json, Shop

VALUES = "account { customFields { field { id name } value } }"


async def field(client: Client, name: str, kind: str = "TEXT", **given: Any) -> str:
    """A new custom field; answers its id."""
    made = await client.do("createCustomField", "customField { id }", name=name, kind=kind, **given)
    return str(made["id"])


async def put(client: Client, account_id: str, **values: str | None) -> list[tuple[str, str]]:
    """Gives an account values by field; answers what it has then, by the fields' names."""
    given = [{"fieldId": field_id, "value": value} for field_id, value in values.items()]
    account = await client.do("updateAccount", VALUES, accountId=account_id, setCustomFields=given)
    return [(one["field"]["name"], one["value"]) for one in account["customFields"]]


async def test_an_account_has_values_by_the_names_of_its_fields(shop: Shop) -> None:
    """A value is put, replaced, cleared with null or an empty text; the others stay."""
    city, size = await field(shop.owner, "city"), await field(shop.owner, "Area", "NUMBER")
    assert await put(shop.owner, shop.account, **{city: " Berlin ", size: "12.50"}) == [
        ("Area", "12.50"),
        ("city", "Berlin"),
    ]
    assert await put(shop.owner, shop.account, **{city: "Rome"}) == [("Area", "12.50"), ("city", "Rome")]
    assert await put(shop.owner, shop.account, **{size: None}) == [("city", "Rome")]
    assert await put(shop.owner, shop.account, **{city: " "}) == []
    given = [{"fieldId": city, "value": "Oslo"}]
    made = await shop.owner.do("createAccount", VALUES, name="New", setCustomFields=given)
    assert made["customFields"] == [{"field": {"id": city, "name": "city"}, "value": "Oslo"}]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("TEXT", ["x" * 1_000, "two\nlines", "[ACCOUNT_NAME]"], ["x" * 1_001, "\x07"]),
        (
            "NUMBER",
            ["0", "-12.50", "123456789012345.0123456789"],
            ["1e3", "1,5", "½", "٣", "1234567890123456", "+1", "."],
        ),
        ("DATE", ["2026-02-28", "0001-01-01"], ["2026-02-29", "20260228", "28.2.2026", "2026-2-1"]),
        ("CHOICE", ["DE", "FR"], ["de", "US"]),
        ("YES_NO", ["YES", "NO"], ["yes", "true"]),
    ],
)
async def test_a_value_has_the_form_of_its_kind(
    shop: Shop, database: Database, kind: str, good: list[str], bad: list[str]
) -> None:
    """What is not of the kind is refused by its place, and nothing is changed."""
    made = await field(shop.owner, "Field", kind, choices=["DE", "FR"] if kind == "CHOICE" else [])
    for value in good:
        assert await put(shop.owner, shop.account, **{made: value}) == [("Field", value)]
    before = await digest(database)
    for value in bad:
        given = [{"fieldId": made, "value": value}]
        code, path = await shop.owner.code("updateAccount", accountId=shop.account, setCustomFields=given)
        assert code in ("INVALID", "TOO_LONG"), value
        assert path == ["input", "setCustomFields", "0", "value"]
        code, _ = await shop.owner.code("createAccount", name="New", setCustomFields=given)
        assert code in ("INVALID", "TOO_LONG"), value
    assert await digest(database) == before


async def test_what_an_account_has_already_changes_nothing(shop: Shop, database: Database) -> None:
    """LV2: no event for a value that is there, or for taking away what is not."""
    city, size = await field(shop.owner, "City"), await field(shop.owner, "Size", "NUMBER")
    await put(shop.owner, shop.account, **{city: "Rome"})
    before = await digest(database)
    assert await put(shop.owner, shop.account, **{city: "Rome", size: None}) == [("City", "Rome")]
    assert await digest(database) == before


async def test_a_field_is_named_once(shop: Shop, database: Database) -> None:
    """Two values for one field make no sense."""
    city = await field(shop.owner, "City")
    before = await digest(database)
    twice = [{"fieldId": city, "value": value} for value in ("Rome", "Oslo")]
    answer = await shop.owner.code("updateAccount", accountId=shop.account, setCustomFields=twice)
    assert answer == ("INVALID", ["input", "setCustomFields"])
    assert await digest(database) == before


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"name": "city", "kind": "TEXT"}, "NAME_TAKEN", ["name"]),
        ({"name": "A [b]", "kind": "TEXT"}, "INVALID", ["name"]),
        ({"name": "New", "kind": "CHOICE"}, "TOO_FEW", ["choices"]),
        ({"name": "New", "kind": "CHOICE", "choices": ["A", "A "]}, "INVALID", ["choices"]),
        ({"name": "New", "kind": "CHOICE", "choices": ["A", " "]}, "REQUIRED", ["choices", "1"]),
        ({"name": "New", "kind": "CHOICE", "choices": [str(n) for n in range(101)]}, "TOO_MANY", ["choices"]),
        ({"name": "New", "kind": "DATE", "choices": ["A"]}, "INVALID", ["choices"]),
    ],
)
async def test_a_field_that_makes_no_sense_is_refused(
    shop: Shop, database: Database, given: Json, code: str, path: list[str]
) -> None:
    """Names are unique whatever their case; only a CHOICE has choices, at least one and each once."""
    await field(shop.owner, "City")
    before = await digest(database)
    assert await shop.owner.code("createCustomField", **given) == (code, ["input", *path])
    assert await digest(database) == before


async def test_a_firm_has_at_most_a_hundred_fields(shop: Shop, database: Database) -> None:
    """However many are made at once."""
    await together(*(field(shop.owner, f"Field {n}") for n in range(98)))
    payloads = await together(
        *(shop.owner.payload("createCustomField", name=f"Late {n}", kind="TEXT") for n in range(4))
    )
    codes = sorted(error["code"] for payload in payloads for error in payload["errors"])
    assert codes == ["TOO_MANY", "TOO_MANY"]
    assert len((await shop.owner.query("{ customFields { id } }"))["customFields"]) == 100


async def test_fields_are_listed_by_name_and_found_by_id(shop: Shop) -> None:
    """Every member may know what the firm asks of its accounts."""
    choice = await field(shop.owner, "b", "CHOICE", choices=["Z", "A"])
    other = await field(shop.owner, "A")
    listed = (await shop.owner.query("{ customFields { id name kind choices version } }"))["customFields"]
    assert listed == [
        {"id": other, "name": "A", "kind": "TEXT", "choices": [], "version": 1},
        {"id": choice, "name": "b", "kind": "CHOICE", "choices": ["Z", "A"], "version": 1},
    ]
    document = "query ($id: ID!) { node(id: $id) { ... on CustomField { name } } }"
    assert await shop.owner.query(document, id=choice) == {"node": {"name": "b"}}


async def test_values_are_seen_with_the_whole_account_only(shop: Shop, api: Api) -> None:
    """AC3: who sees a job of it sees the account's name and tags, and nothing of its custom fields."""
    city = await field(shop.owner, "City")
    await put(shop.owner, shop.account, **{city: "Rome"})
    insider, outsider = await api.member(shop.owner, accounts=[shop.account]), await api.member(shop.owner)
    people = [insider.member_id, outsider.member_id]
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=people)
    job = await shop.job(assigneeIds=[outsider.member_id])
    document = "query ($id: ID!) { job(id: $id) { account { name customFields { value } } } }"
    found = [(await client.query(document, id=job["id"]))["job"]["account"] for client in (insider, outsider)]
    assert found == [{"name": "Acme", "customFields": [{"value": "Rome"}]}, {"name": "Acme", "customFields": None}]


async def test_who_does_not_manage_accounts_changes_no_field(shop: Shop, api: Api, database: Database) -> None:
    """AC1: the right MANAGE_ACCOUNTS."""
    city = await field(shop.owner, "City")
    clerk = await api.member(shop.owner, accounts=[shop.account])
    before = await digest(database)
    calls: list[tuple[str, Json]] = [
        ("createCustomField", {"name": "New", "kind": "TEXT"}),
        ("updateCustomField", {"fieldId": city, "name": "New"}),
        ("deleteCustomField", {"fieldId": city}),
        ("updateAccount", {"accountId": shop.account, "setCustomFields": [{"fieldId": city, "value": "x"}]}),
    ]
    for mutation, given in calls:
        [error] = await clerk.refused(mutation, **given)
        assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_ACCOUNTS")
    assert await digest(database) == before


async def test_a_deleted_field_takes_its_values_along(shop: Shop) -> None:
    """As a tag is deleted together with its use on accounts."""
    city = await field(shop.owner, "City")
    size = await field(shop.owner, "Size", "NUMBER")
    await put(shop.owner, shop.account, **{city: "Rome", size: "1"})
    assert await shop.owner.do("deleteCustomField", "deletedId", fieldId=city) == city
    document = "query ($id: ID!) { account(id: $id) { customFields { field { id } } } }"
    found = await shop.owner.query(document, id=shop.account)
    assert found == {"account": {"customFields": [{"field": {"id": size}}]}}
    assert await shop.owner.code("deleteCustomField", fieldId=city) == ("NOT_FOUND", ["input", "fieldId"])


async def test_choices_that_accounts_have_stay(shop: Shop, api: Api, database: Database) -> None:
    """PL4: with the true number, and those accounts that one has access to."""
    region = await field(shop.owner, "Region", "CHOICE", choices=["DE", "FR", "US"])
    hidden = await shop.owner.do("createAccount", "account { id }", name="Hidden")
    for account in (shop.account, hidden["id"]):
        await put(shop.owner, account, **{region: "FR"})
    clerk = await api.member(shop.owner, rights=["MANAGE_ACCOUNTS"], accounts=[shop.account])
    before = await digest(database)
    [error] = await clerk.refused("updateCustomField", fieldId=region, choices=["US", "DE"])
    assert (error["code"], error["path"], error["total"]) == ("IN_USE", ["input", "choices"], 2)
    assert error["usedBy"] == [{"id": shop.account}]
    assert await digest(database) == before
    changed = await clerk.do(
        "updateCustomField", "customField { choices version }", fieldId=region, choices=["US", "FR", "IT"]
    )
    assert changed == {"choices": ["US", "FR", "IT"], "version": 2}


async def test_a_choice_is_not_taken_while_it_goes(shop: Shop, database: Database) -> None:
    """Of a change that takes a choice away and an account that takes the choice, one comes first."""
    for n in range(10):
        region = await field(shop.owner, f"Region {n}", "CHOICE", choices=["DE", "FR"])
        given = [{"fieldId": region, "value": "FR"}]
        await together(
            shop.owner.payload("updateCustomField", fieldId=region, choices=["DE"]),
            shop.owner.payload("updateAccount", accountId=shop.account, setCustomFields=given),
        )
    torn = await database.value(
        "SELECT count(*) FROM account_field_values v JOIN custom_fields f ON f.id = v.field_id"
        " WHERE v.value <> ALL(f.choices)"
    )
    assert torn == 0
