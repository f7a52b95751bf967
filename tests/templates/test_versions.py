"""Each real change of a template, of whatever sort, is another version that stays readable and can be restored."""

from __future__ import annotations

from datetime import datetime

import asyncpg
import pytest

from engine.templates.sorts import ITEM, SORTS
from gql.schema import build_schema
from store.database import Database
from store.ids import new_id
from tests.rules.kit import digest, together
from tests.support.api import Api, Client, Json, Shop
from tests.support.documents import firms_document
from tests.templates.kit import KNOWN, Known, kept, known, restore

EVERY = pytest.mark.parametrize("sort", KNOWN, ids=lambda one: one.sort.topic)
SHIPPED = {"PipelineTemplate"}
"""What comes with a release, and nobody edits."""
WHO = "changedBy { id } changedAt restoredFrom template { id name }"


async def author(api: Api, shop: Shop) -> Client:
    """Somebody who edits templates, and tells what is for those who see every account."""
    return await api.member(shop.owner, rights=["MANAGE_TEMPLATES", "VIEW_ALL_ACCOUNTS"])


def test_every_sort_of_templates_has_versions_and_is_known_here() -> None:
    """PL4: whatever is called a template in the API shows its versions, and these tests know it."""
    types = build_schema()._schema.type_map
    templates = {name for name in types if name.endswith("Template")} - {"Template", *SHIPPED}
    assert templates == {one.noun for one in KNOWN}
    assert {one.sort for one in KNOWN} == set(SORTS)
    for name in templates:
        assert str(types[name].fields["versions"].type) == f"{name}VersionConnection!"  # type: ignore[attr-defined]


async def test_every_table_of_templates_keeps_its_versions(database: Database) -> None:
    """A new sort of templates fails here until the database keeps its versions."""
    tables = await database.rows("SELECT tablename FROM pg_tables WHERE tablename LIKE '%\\_templates' ORDER BY 1")
    keeping = await database.rows(
        "SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE tgname = 'keep_template_version' ORDER BY 1"
    )
    assert [row["tablename"] for row in tables] == [row["name"] for row in keeping]
    assert [row["name"] for row in keeping] == sorted(sort.table for sort in SORTS)


@EVERY
async def test_every_change_is_a_version_with_who_made_it_and_all_that_it_said(
    api: Api, shop: Shop, sort: Known
) -> None:
    """PL4: newest first, typed as the template is; what changes nothing is no version."""
    editor, template = await author(api, shop), await sort.make(shop.owner)
    said = [await sort.says(shop.owner, template)]
    for change in sort.edits:
        await sort.edit(editor, template, **change)
        await sort.edit(shop.owner, template, **change)
        said.append(await sort.says(shop.owner, template))
    assert [one["version"] for one in said] == [1, 2, 3, 4, 5]
    assert await sort.versions(editor, template) == said[::-1]
    told = await sort.versions(editor, template, WHO)
    assert [one["changedBy"]["id"] for one in told] == [editor.member_id] * 4 + [shop.owner.member_id]
    times = [datetime.fromisoformat(one["changedAt"]) for one in told]
    assert times == sorted(times, reverse=True)
    assert {one["template"]["id"] for one in told} == {template}
    assert {one["restoredFrom"] for one in told} == {None}


@EVERY
async def test_versions_come_in_pages(shop: Shop, sort: Known) -> None:
    """API2."""
    template = await sort.make(shop.owner)
    for change in sort.edits:
        await sort.edit(shop.owner, template, **change)
    query = f"""query ($id: ID!, $after: String) {{ node(id: $id) {{ ... on {sort.noun} {{ changedBy {{ id }}
        versions(first: 3, after: $after) {{ totalCount edges {{ cursor }} nodes {{ version }} }} }} }} }}"""
    found = (await shop.owner.query(query, id=template))["node"]
    assert found["changedBy"] == {"id": shop.owner.member_id}
    first = found["versions"]
    assert (first["totalCount"], [one["version"] for one in first["nodes"]]) == (5, [5, 4, 3])
    rest = (await shop.owner.query(query, id=template, after=first["edges"][-1]["cursor"]))["node"]["versions"]
    assert [one["version"] for one in rest["nodes"]] == [2, 1]


@EVERY
async def test_an_old_version_is_made_the_newest(api: Api, shop: Shop, database: Database, sort: Known) -> None:
    """PL4: with all that it said then; it says where it comes from, and nothing of what was is changed by it."""
    editor, template = await author(api, shop), await sort.make(shop.owner)
    for change in sort.edits:
        await sort.edit(shop.owner, template, **change)
    before = await kept(database, template)
    versions = {one.pop("version"): one for one in await sort.versions(shop.owner, template)}
    for n, wanted in enumerate((2, 1, 5), 6):
        made = await restore(editor, template, wanted)
        assert made == {"id": template, "name": versions[wanted]["name"], "version": n}
        now = await sort.says(shop.owner, template)
        assert (now.pop("version"), now) == (n, versions[wanted])
    told = await sort.versions(shop.owner, template, WHO, first=3)
    assert [(one["restoredFrom"], one["changedBy"]["id"]) for one in told] == [
        (wanted, editor.member_id) for wanted in (5, 1, 2)
    ]
    after = await kept(database, template)
    assert after[:5] == before
    assert [one["content"] for one in after[5:]] == [before[n]["content"] for n in (1, 0, 4)]
    unchanged = await digest(database)
    assert (await restore(editor, template, 5))["version"] == 8  # which it says already
    assert (await restore(editor, template, 8))["version"] == 8
    assert await digest(database) == unchanged


@EVERY
async def test_a_name_that_another_has_by_now_is_not_restored_but_another_is_taken(
    shop: Shop, database: Database, sort: Known
) -> None:
    """PL4: it is checked as an edit is."""
    template = await sort.make(shop.owner)
    await sort.edit(shop.owner, template, name="Other")
    await sort.make(shop.owner)
    before = await digest(database)
    assert await shop.owner.code("restoreTemplateVersion", templateId=template, version=1) == (
        "NAME_TAKEN",
        ["input", "name"],
    )
    assert await digest(database) == before
    assert (await restore(shop.owner, template, 1, name="Third"))["name"] == "Third"


async def gone(api: Api, shop: Shop) -> Json:
    """Who and what templates name, and that goes."""
    member = await api.member(shop.owner)
    role = await shop.owner.do("createAccountRole", "accountRole { id }", name="Preparer")
    field = await shop.owner.do("createCustomField", "customField { id }", name="City", kind="TEXT")
    return {"member": member.member_id, "role": role["id"], "field": field["id"]}


@pytest.mark.parametrize("sort", KNOWN[:2], ids=lambda one: one.sort.topic)
async def test_a_version_that_names_who_or_what_is_gone_is_refused(
    api: Api, shop: Shop, database: Database, sort: Known
) -> None:
    """PL4, PL5: a deactivated member, a deleted role or custom field; what is wrong is said of the version."""
    named, template = await gone(api, shop), await sort.make(shop.owner)
    field: Json = {"description": "In [ACCOUNT_CUSTOM_FIELD:City]"}
    people: Json = {"assigneeIds": [named["member"]], "assigneeRoleIds": []}
    roles: Json = {"assigneeIds": [], "assigneeRoleIds": [named["role"]], "description": "None"}
    changes: list[Json] = [people, {**field, "assigneeIds": []}, roles, {"assigneeRoleIds": [], "description": None}]
    for change in changes:
        await sort.edit(shop.owner, template, **change)
    await shop.owner.do("deactivateMember", memberId=named["member"])
    await shop.owner.do("deleteAccountRole", accountRoleId=named["role"])
    await shop.owner.do("deleteCustomField", fieldId=named["field"])
    before = await digest(database)
    for version, code, part in (
        (2, "DEACTIVATED", "In its assignee ids: This member has been deactivated."),
        (3, "UNKNOWN_SHORTCODE", "In its description: There is no shortcode [ACCOUNT_CUSTOM_FIELD:City]"),
        (4, "NOT_FOUND", "In its assignee role ids: There is no such account role."),
    ):
        given = {"templateId": template, "version": version}
        [error] = await shop.owner.refused("restoreTemplateVersion", **given)
        assert (error["code"], error["path"]) == (code, ["input", "version"])
        assert error["message"].startswith(part)
    assert await digest(database) == before


async def test_a_version_about_a_document_that_is_gone_is_refused(shop: Shop, database: Database) -> None:
    """PL4: what only old versions name may be deleted."""
    sort, paper = known(ITEM), await firms_document(database, shop.account)
    other: Json = {"approval": {"documentId": await firms_document(database, shop.account), "text": "Look"}}
    template = await sort.make(shop.owner, content={"approval": {"documentId": paper, "text": "Look"}})
    assert (await shop.owner.refused("deleteDocument", documentId=paper))[0]["code"] == "IN_USE"
    await sort.edit(shop.owner, template, content=other)
    await shop.owner.do("deleteDocument", documentId=paper)
    refused = await shop.owner.code("restoreTemplateVersion", templateId=template, version=1)
    assert refused == ("NOT_FOUND", ["input", "version"])
    assert [one["version"] for one in await sort.versions(shop.owner, template)] == [2, 1]


async def test_what_one_may_not_say_one_may_not_bring_back(api: Api, shop: Shop, database: Database) -> None:
    """AC3: a text that tells of the account's custom fields or contacts, and oneself as who works on every job."""
    clerk = await api.member(shop.owner, rights=["MANAGE_TEMPLATES"])
    for sort in KNOWN[:2]:
        template = await sort.make(shop.owner, description="For [CONTACT_NAME]", assigneeIds=[])
        await sort.edit(shop.owner, template, description=None, assigneeIds=[clerk.member_id])
        await sort.edit(shop.owner, template, assigneeIds=[])
        before = await digest(database)
        for version in (1, 2):
            [error] = await clerk.refused("restoreTemplateVersion", templateId=template, version=version)
            assert (error["code"], error["right"]) == ("FORBIDDEN", "VIEW_ALL_ACCOUNTS")
        assert await digest(database) == before


@EVERY
async def test_who_does_not_manage_templates_restores_and_copies_none_and_reads_all(
    api: Api, shop: Shop, database: Database, sort: Known
) -> None:
    """AC1: as with the templates themselves; another firm's are not there."""
    template = await sort.make(shop.owner)
    await sort.edit(shop.owner, template, **sort.edits[0])
    clerk, stranger = await api.member(shop.owner), await api.firm()
    assert [one["version"] for one in await sort.versions(clerk, template)] == [2, 1]
    before = await digest(database)
    for mutation, given in (("restoreTemplateVersion", {"version": 1}), ("duplicateTemplate", {})):
        [error] = await clerk.refused(mutation, templateId=template, **given)
        assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_TEMPLATES")
        assert await stranger.code(mutation, templateId=template, **given) == ("NOT_FOUND", ["input", "templateId"])
    assert await sort.says(stranger, template) is None
    assert await digest(database) == before


@pytest.mark.parametrize("version", [0, -1, 3, 2**31 - 1])
async def test_a_version_that_never_was_is_not_restored(shop: Shop, database: Database, version: int) -> None:
    """API1: nor the version of a template that is none."""
    template = await KNOWN[0].make(shop.owner)
    await KNOWN[0].edit(shop.owner, template, description="More")
    before = await digest(database)
    given = {"templateId": template, "version": version}
    assert await shop.owner.code("restoreTemplateVersion", **given) == ("NOT_FOUND", ["input", "version"])
    for other in (shop.account, new_id("jobtemplate"), "jobtemplate", ""):
        refused = await shop.owner.code("restoreTemplateVersion", templateId=other, version=1)
        assert refused == ("NOT_FOUND", ["input", "templateId"])
    assert await digest(database) == before


@EVERY
async def test_edits_at_once_are_versions_one_after_the_other(shop: Shop, database: Database, sort: Known) -> None:
    """PL4: none is lost, none is left out, and the template says what the newest says."""
    template = await sort.make(shop.owner)
    names = [f"Name {n}" for n in range(6)]
    await together(*(sort.edit(shop.owner, template, name=name) for name in names))
    versions = await sort.versions(shop.owner, template)
    assert [one["version"] for one in versions] == [7, 6, 5, 4, 3, 2, 1]
    assert {one["name"] for one in versions[:-1]} == set(names)
    assert await sort.says(shop.owner, template) == versions[0]
    restored = await together(*(restore(shop.owner, template, n) for n in (1, 2)))
    assert {one["version"] for one in restored} <= {8, 9}
    assert [one["version"] for one in await kept(database, template)] == list(range(1, 10))


async def test_the_database_itself_takes_no_change_that_is_no_version(shop: Shop, database: Database) -> None:
    """Whatever the code does: no gap, no version twice, none that is changed."""
    for sort in KNOWN:
        template = await sort.make(shop.owner)
        await sort.edit(shop.owner, template, **sort.edits[0])
        table = sort.sort.table
        for change in ("name = 'Sly'", "name = 'Sly', version = version + 2", "version = version - 1"):
            with pytest.raises(asyncpg.CheckViolationError, match="another version"):
                await database.rows(f"UPDATE {table} SET {change} WHERE id = $1", template)
        for change in ("content = '{}'", "changed_by = NULL", "version = 9", "changed_at = now()"):
            with pytest.raises(asyncpg.CheckViolationError, match="stays one"):
                await database.rows(
                    f"UPDATE template_versions SET {change} WHERE template_id = $1 AND version = 2", template
                )
        assert [one["version"] for one in await kept(database, template)] == [1, 2]


async def test_who_takes_over_from_a_member_is_named_by_a_new_version(api: Api, shop: Shop) -> None:
    """PL4: a replacement edits templates, too, and so makes versions of them."""
    gone, heir = await api.member(shop.owner), await api.member(shop.owner)
    templates = [(one, await one.make(shop.owner, assigneeIds=[gone.member_id])) for one in KNOWN[:2]]
    await shop.owner.do("deactivateMember", memberId=gone.member_id, replacementId=heir.member_id)
    for sort, template in templates:
        told = await sort.versions(shop.owner, template, WHO)
        assert [(one["version"], one["assignees"]) for one in told] == [
            (2, [{"id": heir.member_id}]),
            (1, [{"id": gone.member_id}]),
        ]
        assert told[0]["changedBy"] == {"id": shop.owner.member_id}


@EVERY
async def test_a_copy_says_the_same_under_a_name_of_its_own(api: Api, shop: Shop, sort: Known) -> None:
    """AU8: it has versions of its own, and neither changes the other."""
    editor, template = await author(api, shop), await sort.make(shop.owner)
    for change in sort.edits[:3]:
        await sort.edit(shop.owner, template, **change)
    said = await sort.says(shop.owner, template)
    selection = "template { id name version changedBy { id } }"
    copies = [await editor.do("duplicateTemplate", selection, templateId=template) for _ in range(3)]
    assert [copy["name"] for copy in copies] == [f"{said['name']} (copy{n})" for n in ("", " 2", " 3")]
    assert {copy["version"] for copy in copies} == {1}
    assert {copy["changedBy"]["id"] for copy in copies} == {editor.member_id}
    assert await sort.says(shop.owner, copies[0]["id"]) == {**said, "version": 1, "name": copies[0]["name"]}
    await sort.edit(shop.owner, copies[0]["id"], **sort.edits[3])
    assert await sort.says(shop.owner, template) == said
    own = await editor.do("duplicateTemplate", selection, templateId=template, name="My own")
    assert own["name"] == "My own"
    assert await editor.code("duplicateTemplate", templateId=template, name="my OWN") == (
        "NAME_TAKEN",
        ["input", "name"],
    )
    long = await sort.make(shop.owner, name="x" * 200)
    assert (await editor.do("duplicateTemplate", selection, templateId=long))["name"] == "x" * 193 + " (copy)"


async def test_a_copy_keeps_what_it_names(api: Api, shop: Shop) -> None:
    """PL4: as the template that it was made of does, also whom it names that is deactivated."""
    named, sort = await gone(api, shop), KNOWN[1]
    given = {"description": "[ACCOUNT_CUSTOM_FIELD:City]", "assigneeRoleIds": [named["role"]]}
    template = await sort.make(shop.owner, assigneeIds=[named["member"]], **given)
    await shop.owner.do("deactivateMember", memberId=named["member"])
    copy = (await shop.owner.do("duplicateTemplate", "template { id }", templateId=template))["id"]
    await sort.delete(shop.owner, template)
    for mutation, key in (("deleteAccountRole", "role"), ("deleteCustomField", "field")):
        field = "accountRoleId" if key == "role" else "fieldId"
        [error] = await shop.owner.refused(mutation, **{field: named[key]})
        assert error["code"] == "IN_USE"
    assert (await sort.says(shop.owner, copy))["assignees"] == [{"id": named["member"]}]
    await sort.delete(shop.owner, copy)
    await shop.owner.do("deleteAccountRole", accountRoleId=named["role"])


async def test_copies_at_once_have_names_of_their_own(shop: Shop) -> None:
    """Names are unique in the firm."""
    sort = known(SORTS[0])
    template = await sort.make(shop.owner)
    made = await together(
        *(shop.owner.do("duplicateTemplate", "template { name }", templateId=template) for _ in range(4))
    )
    assert len({one["name"] for one in made}) == 4
