"""Job templates: texts with shortcodes, people by role, dates after the day a job is made (JB1, AU8)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.enums import Priority
from engine.job import job_templates
from engine.job.job_templates import Filled
from engine.unset import UNSET
from engine.work import Caller, Work, system_of
from store.database import Database
from tests.rules.kit import codes, digest, together
from tests.support.api import Api, Client, Json, Shop

TEMPLATE = """jobTemplate { id version name jobName description priority assignees { id } assigneeRoles { id }
    startAfter { amount unit } dueAfter { amount unit } }"""
FRIDAY = date(2026, 1, 30)


async def template(client: Client, **given: Any) -> str:
    """A new template; answers its id."""
    given = {"name": "Monthly", "jobName": "Books", **given}
    return str((await client.do("createJobTemplate", "jobTemplate { id }", **given))["id"])


async def fill(database: Database, shop: Shop, template_id: str, *account_ids: str, **given: Any) -> list[Filled]:
    """What the template makes of new jobs for accounts, made on a Friday."""
    firm = (await shop.owner.query("{ firm { id } }"))["firm"]["id"]
    async with database.transaction() as db:
        viewer = system_of(firm)
        work = Work(db, Caller(viewer), datetime.now(UTC), viewer)
        accounts = account_ids or (shop.account,)
        filled = await job_templates.fill(work, template_id, accounts, FRIDAY, given, "template_id")
    return [filled[account_id] for account_id in accounts]


async def test_a_template_is_made_changed_and_deleted(shop: Shop, api: Api) -> None:
    """JB1: everything of it comes back as it was given, and what is left out of a change stays."""
    clerk = await api.member(shop.owner, rights=["MANAGE_TEMPLATES"])
    colleague = await api.member(shop.owner)
    role = await shop.owner.do("createAccountRole", "accountRole { id }", name="Preparer")
    given = {
        "name": "Monthly",
        "jobName": "Books [LAST_MONTH_NAME]",
        "description": "For [ACCOUNT_NAME]",
        "priority": "HIGH",
        "assigneeIds": [colleague.member_id],
        "assigneeRoleIds": [role["id"]],
        "startAfter": {"amount": 0, "unit": "DAYS"},
        "dueAfter": {"amount": 10, "unit": "WORKING_DAYS"},
    }
    made = await clerk.do("createJobTemplate", TEMPLATE, **given)
    expected: Json = {
        **{key: value for key, value in given.items() if not key.endswith("Ids")},
        "id": made["id"],
        "version": 1,
        "assignees": [{"id": colleague.member_id}],
        "assigneeRoles": [role],
    }
    assert made == expected
    with_oneself = await clerk.refused(
        "createJobTemplate", **{**given, "name": "Mine", "assigneeIds": [clerk.member_id]}
    )
    assert [(error["code"], error["right"]) for error in with_oneself] == [("FORBIDDEN", "VIEW_ALL_ACCOUNTS")]
    change = {"jobTemplateId": made["id"], "name": "Weekly", "dueAfter": None, "assigneeIds": []}
    changed = await clerk.do("updateJobTemplate", TEMPLATE, **change)
    expected |= {"version": 2, "name": "Weekly", "dueAfter": None, "assignees": []}
    assert changed == expected
    again = await clerk.do("updateJobTemplate", TEMPLATE, **change)
    assert again == expected
    listed = await clerk.query("{ jobTemplates { totalCount nodes { id name } } }")
    assert listed == {"jobTemplates": {"totalCount": 1, "nodes": [{"id": made["id"], "name": "Weekly"}]}}
    assert await clerk.do("deleteJobTemplate", "deletedId", jobTemplateId=made["id"]) == made["id"]
    assert await clerk.query("query ($id: ID!) { node(id: $id) { id } }", id=made["id"]) == {"node": None}


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"name": "monthly"}, "NAME_TAKEN", ["name"]),
        ({"jobName": " "}, "REQUIRED", ["jobName"]),
        ({"jobName": "[JOB_NAME]"}, "UNKNOWN_SHORTCODE", ["jobName"]),
        ({"description": "[ACCOUNT_CUSTOM_FIELD:City]"}, "UNKNOWN_SHORTCODE", ["description"]),
        ({"dueAfter": {"amount": 5, "unit": "HOURS"}}, "INVALID", ["dueAfter", "unit"]),
        ({"dueAfter": {"amount": 0, "unit": "MINUTES"}}, "INVALID", ["dueAfter", "unit"]),
        ({"startAfter": {"amount": -1, "unit": "DAYS"}}, "INVALID", ["startAfter", "amount"]),
        ({"startAfter": {"amount": 10_001, "unit": "DAYS"}}, "INVALID", ["startAfter", "amount"]),
        (
            {"startAfter": {"amount": 2, "unit": "WEEKS"}, "dueAfter": {"amount": 1, "unit": "WEEKS"}},
            "DATES_REVERSED",
            ["dueAfter"],
        ),
    ],
)
async def test_a_template_that_makes_no_sense_is_refused(
    shop: Shop, database: Database, given: Json, code: str, path: list[str]
) -> None:
    """JB1, AU8: when it is made as when it is changed, with the place; nothing is changed."""
    await template(shop.owner)
    other = await template(shop.owner, name="Other")
    before = await digest(database)
    new = {"name": "New", "jobName": "Books", **given}
    assert await shop.owner.code("createJobTemplate", **new) == (code, ["input", *path])
    assert await shop.owner.code("updateJobTemplate", jobTemplateId=other, **given) == (code, ["input", *path])
    assert await digest(database) == before


async def test_who_does_not_manage_templates_changes_none(shop: Shop, api: Api, database: Database) -> None:
    """AC1: the right MANAGE_TEMPLATES; everybody may read them."""
    made = await template(shop.owner)
    clerk = await api.member(shop.owner)
    assert (await clerk.query("{ jobTemplates { nodes { id } } }"))["jobTemplates"]["nodes"] == [{"id": made}]
    before = await digest(database)
    for mutation, given in (
        ("createJobTemplate", {"name": "New", "jobName": "New"}),
        ("updateJobTemplate", {"jobTemplateId": made, "name": "New"}),
        ("deleteJobTemplate", {"jobTemplateId": made}),
    ):
        [error] = await clerk.refused(mutation, **given)
        assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_TEMPLATES")
    assert await digest(database) == before


async def test_a_job_starts_with_what_its_template_says_of_its_account(
    shop: Shop, api: Api, database: Database
) -> None:
    """JB1, AU8: for many accounts at once, each with its own texts and people; deactivated members are left out."""
    owner = shop.owner
    holder, gone = await api.member(owner), await api.member(owner)
    role = (await owner.do("createAccountRole", "accountRole { id }", name="Preparer"))["id"]
    city = (await owner.do("createCustomField", "customField { id }", name="City", kind="TEXT"))["id"]
    values = [{"fieldId": city, "value": "[ACCOUNT_NAME]"}]
    roles = [{"accountRoleId": role, "memberId": one.member_id} for one in (holder, gone)]
    await owner.do("updateAccount", accountId=shop.account, addRoles=roles, setCustomFields=values)
    bolt = (await owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    made = await template(
        owner,
        jobName="[ACCOUNT_NAME]: books [LAST_MONTH_NAME] [LAST_MONTH_YEAR]",
        description="City: [ACCOUNT_CUSTOM_FIELD:City], contact: [CONTACT_NAME], firm: [FIRM_NAME]",
        priority="URGENT",
        assigneeIds=[owner.member_id, gone.member_id],
        assigneeRoleIds=[role],
        startAfter={"amount": 1, "unit": "MONTHS"},
        dueAfter={"amount": 30, "unit": "WORKING_DAYS"},
    )
    await owner.do("deactivateMember", memberId=gone.member_id)
    acme, other = await fill(database, shop, made, shop.account, bolt)
    assert acme == Filled(
        name="Acme: books December 2025",
        description="City: [ACCOUNT_NAME], contact: , firm: Kontor",
        priority=Priority.URGENT,
        assignee_ids=(owner.member_id, holder.member_id),
        start_date=date(2026, 2, 28),
        due_date=date(2026, 3, 13),
        template=(made, 1),
    )
    assert (other.name, other.assignee_ids) == ("Bolt: books December 2025", (owner.member_id,))
    assert other.description == "City: , contact: , firm: Kontor"


@pytest.mark.parametrize(
    ("given", "start", "due"),
    [
        ({}, date(2026, 1, 31), date(2026, 2, 6)),
        ({"start_date": UNSET, "due_date": None}, date(2026, 1, 31), None),
        ({"due_date": date(2026, 1, 30)}, date(2026, 1, 30), date(2026, 1, 30)),
        ({"start_date": date(2026, 3, 1)}, date(2026, 3, 1), date(2026, 3, 1)),
        ({"start_date": date(2026, 3, 2), "due_date": date(2026, 3, 1)}, date(2026, 3, 2), date(2026, 3, 1)),
    ],
)
async def test_a_given_date_wins_and_the_other_fits_it(
    shop: Shop, database: Database, given: Json, start: date, due: date | None
) -> None:
    """JB1: given values win; a date of the template never lies on the wrong side of a given one."""
    spans = {"startAfter": {"amount": 1, "unit": "DAYS"}, "dueAfter": {"amount": 1, "unit": "WEEKS"}}
    made = await template(shop.owner, **spans)
    [filled] = await fill(database, shop, made, **given)
    assert (filled.start_date, filled.due_date) == (start, due)


async def test_other_given_values_win_too(shop: Shop, database: Database) -> None:
    """JB1: also those that say none."""
    made = await template(shop.owner, description="More", assigneeIds=[shop.owner.member_id])
    [filled] = await fill(database, shop, made, name="Own", description=None, assignee_ids=(), priority=Priority.LOW)
    assert filled == Filled("Own", None, Priority.LOW, (), template=(made, 1))


async def test_a_name_that_comes_to_nothing_is_the_templates(shop: Shop, database: Database) -> None:
    """JB1: a job always has a name, of no more than 200 characters."""
    empty = await template(shop.owner, jobName="[CONTACT_NAME]")
    long = await template(shop.owner, name="Long", jobName="[ACCOUNT_NAME]" * 14)
    await shop.owner.do("updateAccount", accountId=shop.account, name="x" * 200)
    assert [(await fill(database, shop, one))[0].name for one in (empty, long)] == ["Monthly", "x" * 200]


async def test_what_a_template_names_is_not_deleted(shop: Shop, api: Api, database: Database) -> None:
    """PL4: roles and custom fields; a field is not renamed either while a text names it. Members may go."""
    owner = shop.owner
    role = (await owner.do("createAccountRole", "accountRole { id }", name="Preparer"))["id"]
    city = (await owner.do("createCustomField", "customField { id }", name="City", kind="TEXT"))["id"]
    clerk = await api.member(owner)
    made = await template(
        owner, jobName="[ACCOUNT_CUSTOM_FIELD:City]", assigneeIds=[clerk.member_id], assigneeRoleIds=[role]
    )
    await owner.do("deactivateMember", memberId=clerk.member_id)
    before = await digest(database)
    for mutation, given in (
        ("deleteAccountRole", {"accountRoleId": role}),
        ("deleteCustomField", {"fieldId": city}),
        ("updateCustomField", {"fieldId": city, "name": "Town"}),
    ):
        [error] = await owner.refused(mutation, **given)
        assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 1, [{"id": made}])
    assert await digest(database) == before
    await owner.do("updateJobTemplate", jobTemplateId=made, jobName="Books", assigneeRoleIds=[])
    await owner.do("updateCustomField", fieldId=city, name="Town")
    await owner.do("deleteAccountRole", accountRoleId=role)
    await owner.do("deleteCustomField", fieldId=city)


async def test_a_field_is_not_renamed_while_a_text_comes_to_name_it(shop: Shop, database: Database) -> None:
    """PL4, AU8: of the two at the same time one comes first, and the other is refused."""
    made = await template(shop.owner)
    for n in range(10):
        city = (await shop.owner.do("createCustomField", "customField { id }", name=f"City {n}", kind="TEXT"))["id"]
        text = f"[ACCOUNT_CUSTOM_FIELD:City {n}]"
        payloads = await together(
            shop.owner.payload("updateJobTemplate", jobTemplateId=made, jobName=text),
            shop.owner.payload("updateCustomField", fieldId=city, name=f"Town {n}"),
        )
        assert sorted(map(codes, payloads)) in ([[], ["IN_USE"]], [[], ["UNKNOWN_SHORTCODE"]])
        await shop.owner.do("updateJobTemplate", jobTemplateId=made, jobName="Books")


async def test_a_template_that_a_pipeline_has_is_not_deleted(shop: Shop, database: Database) -> None:
    """PL4, PL2: with the true number; a deleted pipeline does not count."""
    made = await template(shop.owner)
    await database.rows("UPDATE pipelines SET job_template_id = $1 WHERE id = $2", made, shop.pipeline)
    before = await digest(database)
    [error] = await shop.owner.refused("deleteJobTemplate", jobTemplateId=made)
    assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 1, [{"id": shop.pipeline}])
    assert await digest(database) == before
    await shop.owner.do("deletePipeline", pipelineId=shop.pipeline)
    await shop.owner.do("deleteJobTemplate", jobTemplateId=made)
