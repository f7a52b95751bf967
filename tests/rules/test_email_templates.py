"""E-mail templates: what may stand in them, and what becomes of the HTML that members write."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

import pytest

from engine.mail.html import as_text, cleaned
from store.database import Database
from tests.rules.kit import codes, digest, together
from tests.support.api import Api, Client, Json, Shop

TEMPLATE = "id version name subject text html"


async def make(client: Client, name: str = "Welcome", **given: Any) -> Json:
    """A new template."""
    given = {"subject": "Hello", "text": "Hello there", **given} if "html" not in given else {"subject": "Hi", **given}
    made: Json = await client.do("createEmailTemplate", f"template {{ {TEMPLATE} }}", name=name, **given)
    return made


async def change(client: Client, template: Json, **given: Any) -> Json:
    """The template after an edit."""
    selection = f"template {{ {TEMPLATE} }}"
    made: Json = await client.do("updateEmailTemplate", selection, templateId=template["id"], **given)
    return made


async def by_name(client: Client) -> list[str]:
    """The names of the firm's templates, as they are listed."""
    data = await client.query("{ emailTemplates { totalCount nodes { name } } }")
    assert data["emailTemplates"]["totalCount"] == len(data["emailTemplates"]["nodes"])
    return [template["name"] for template in data["emailTemplates"]["nodes"]]


async def test_a_template_is_made_listed_changed_and_deleted(shop: Shop) -> None:
    """AU7: by name, whatever the case; an edit counts its version up, one that changes nothing does not."""
    made = await make(shop.owner, "welcome", subject="  Hello [CONTACT_FIRST_NAME] ", text="Dear [CONTACT_NAME],\r\n")
    assert made == {
        "id": made["id"],
        "version": 1,
        "name": "welcome",
        "subject": "Hello [CONTACT_FIRST_NAME]",
        "text": "Dear [CONTACT_NAME],",
        "html": None,
    }
    await make(shop.owner, "Alarm")
    assert await by_name(shop.owner) == ["Alarm", "welcome"]
    assert (await change(shop.owner, made, name="Zebra", subject="Hi"))["version"] == 2
    assert (await change(shop.owner, made, name="Zebra", subject="Hi"))["version"] == 2
    node = "query ($id: ID!) { node(id: $id) { ... on EmailTemplate { name subject } } }"
    assert (await shop.owner.query(node, id=made["id"]))["node"] == {"name": "Zebra", "subject": "Hi"}
    assert await shop.owner.do("deleteEmailTemplate", "deletedId", templateId=made["id"]) == made["id"]
    assert await by_name(shop.owner) == ["Alarm"]
    assert (await shop.owner.query(node, id=made["id"]))["node"] is None


async def test_templates_are_made_by_those_who_may_and_read_by_all(api: Api, shop: Shop, database: Database) -> None:
    """AC1: MANAGE_TEMPLATES; pipelines are made of them, so every member reads them."""
    reader, writer = await api.member(shop.owner), await api.member(shop.owner, rights=["MANAGE_TEMPLATES"])
    made = await make(writer)
    before = await digest(database)
    calls: list[tuple[str, Json]] = [
        ("createEmailTemplate", {"name": "Other", "subject": "Hello", "text": "Hello"}),
        ("updateEmailTemplate", {"templateId": made["id"], "name": "Other"}),
        ("deleteEmailTemplate", {"templateId": made["id"]}),
        ("sendTestEmail", {"templateId": made["id"]}),
    ]
    for mutation, given in calls:
        [error] = await reader.refused(mutation, **given)
        assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_TEMPLATES")
    assert await digest(database) == before
    assert await by_name(reader) == ["Welcome"]


async def test_a_name_is_taken_once_whatever_its_case(shop: Shop, database: Database) -> None:
    """Two who take it at the same time: one gets it."""
    first, second = await make(shop.owner, "One"), await make(shop.owner, "Two")
    before = await digest(database)
    taken = ("NAME_TAKEN", ["input", "name"])
    assert await shop.owner.code("createEmailTemplate", name="ONE", subject="x", text="x") == taken
    assert await shop.owner.code("updateEmailTemplate", templateId=second["id"], name="one") == taken
    assert await digest(database) == before
    await change(shop.owner, first, name="ONE")
    same: list[Coroutine[Any, Any, Json]] = [
        shop.owner.payload("createEmailTemplate", name=name, subject="x", text="x") for name in ("Three", "three")
    ]
    assert sorted(map(codes, await together(*same))) == [[], ["NAME_TAKEN"]]


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"subject": "Hi [ACCOUNT_NAM]", "text": "x"}, "UNKNOWN_SHORTCODE", "subject"),
        ({"subject": "Hi", "text": "[NEXT_DECADE]"}, "UNKNOWN_SHORTCODE", "text"),
        ({"subject": "Hi", "text": "x", "html": "<p>[ACCOUNT_CUSTOM_FIELD:Nothing]</p>"}, "UNKNOWN_SHORTCODE", "html"),
        ({"subject": "Hi", "html": "<p>[JOB_NAM]</p>"}, "UNKNOWN_SHORTCODE", "html"),
        ({"subject": "Two\nlines", "text": "x"}, "INVALID", "subject"),
        ({"subject": " ", "text": "x"}, "REQUIRED", "subject"),
        ({"subject": "Hi"}, "REQUIRED", "text"),
        ({"subject": "Hi", "text": " ", "html": "<script>alert(1)</script>"}, "REQUIRED", "text"),
        ({"subject": "Hi", "text": "x" * 10_001}, "TOO_LONG", "text"),
        ({"subject": "Hi", "html": "x" * 50_001}, "TOO_LONG", "html"),
        ({"subject": "Hi", "html": "<" * 50_000}, "TOO_LONG", "html"),
        ({"subject": "Hi", "html": "a\x01b"}, "INVALID", "html"),
    ],
)
async def test_what_cannot_be_sent_is_not_saved(
    given: Json, code: str, path: str, shop: Shop, database: Database
) -> None:
    """AU8: an unknown shortcode is refused when the template is saved, new or changed, and nothing is changed."""
    made = await make(shop.owner, "Old", html="<p>Old</p>")
    before = await digest(database)
    assert await shop.owner.code("createEmailTemplate", name="New", **given) == (code, ["input", path])
    changes = {"text": None, "html": None, **given}
    assert await shop.owner.code("updateEmailTemplate", templateId=made["id"], **changes) == (code, ["input", path])
    assert await digest(database) == before


async def test_a_custom_field_that_a_template_names_is_kept(shop: Shop, database: Database) -> None:
    """AU8, PL4: until the template no longer does."""
    field = await shop.owner.do("createCustomField", "customField { id }", name="Tax & office", kind="TEXT")
    made = await make(shop.owner, html="<p>[ACCOUNT_CUSTOM_FIELD:Tax & office]</p>")
    assert made["html"] == "<p>[ACCOUNT_CUSTOM_FIELD:Tax &amp; office]</p>"
    before = await digest(database)
    [error] = await shop.owner.refused("deleteCustomField", fieldId=field["id"])
    assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 1, [{"id": made["id"]}])
    assert await digest(database) == before
    await change(shop.owner, made, html="<p>Nothing</p>")
    await shop.owner.do("deleteCustomField", fieldId=field["id"])


async def test_a_template_that_an_automation_writes_by_is_not_deleted(shop: Shop, database: Database) -> None:
    """PL4: the refusal names the automation; when that is gone, the template may go."""
    made = await make(shop.owner)
    config = {"sendEmail": {"templateId": made["id"]}}
    automation = await shop.owner.do("createAutomation", "automation { id }", stageId=shop.stages[1], config=config)
    before = await digest(database)
    [error] = await shop.owner.refused("deleteEmailTemplate", templateId=made["id"])
    assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 1, [{"id": automation["id"]}])
    assert await digest(database) == before
    await shop.owner.do("deleteAutomation", automationId=automation["id"])
    await shop.owner.do("deleteEmailTemplate", templateId=made["id"])


async def test_text_made_of_the_html_follows_it(shop: Shop) -> None:
    """Programs that show no HTML get text; a text of one's own stays as it is."""
    made = await make(shop.owner, html="<p>One</p><p>Two</p>")
    assert made["text"] == "One\n\nTwo"
    made = await change(shop.owner, made, html="<p>Three</p>")
    assert made["text"] == "Three"
    made = await change(shop.owner, made, text="My own")
    made = await change(shop.owner, made, html="<p>Four</p>")
    assert (made["text"], made["html"]) == ("My own", "<p>Four</p>")
    made = await change(shop.owner, made, text=None)
    assert made["text"] == "Four"
    made = await change(shop.owner, made, text="Only text", html=None)
    assert (made["text"], made["html"]) == ("Only text", None)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("<p onclick='x()'>Hi<script>alert(1)</script></p>", "<p>Hi</p>"),
        ("<style>p { color: red }</style><title>T</title>Hi", "Hi"),
        ("<a href='javascript:alert(1)'>x</a>", '<a rel="noopener noreferrer">x</a>'),
        ("<a href='data:text/html,x'>x</a>", '<a rel="noopener noreferrer">x</a>'),
        ("<a href='/account'>x</a>", '<a rel="noopener noreferrer">x</a>'),
        ("<a href='mailto:a@b.test'>x</a>", '<a href="mailto:a@b.test" rel="noopener noreferrer">x</a>'),
        ("<img src='https://k.test/l.png' onerror='x()' alt='L'>", '<img src="https://k.test/l.png" alt="L">'),
        ("<iframe src='https://evil.test'></iframe><form><input name=a></form>", ""),
        ("<svg onload=x()><a>y</a></svg>", ""),
        ("<p style='color: red; position: fixed; background: url(x)'>Hi</p>", '<p style="color:red">Hi</p>'),
        ("<!-- note --><b>Hi", "<b>Hi</b>"),
        (
            "<table width=600 cellpadding=4><tr><td bgcolor='#fff' valign=top>A</td></tr></table>",
            '<table width="600" cellpadding="4"><tbody><tr><td bgcolor="#fff" valign="top">A</td></tr></tbody></table>',
        ),
    ],
)
def test_html_loses_what_is_not_safe(given: str, kept: str) -> None:
    """What members write is shown to clients, and to other members: nothing runs, loads or covers what is around it."""
    assert cleaned(given) == kept
    assert cleaned(kept) == kept


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h1>Hello</h1>\n<p>How   are\nyou?<br>Fine &amp; well.</p>", "Hello\n\nHow are you?\nFine & well."),
        ("<ul><li>One</li><li>Two <b>x</b></li></ul>After", "- One\n- Two x\n\nAfter"),
        ("<a href='https://k.test/a'>Portal</a> or <a href='mailto:a@b.test'>a@b.test</a>", None),
        ("<table><tr><td>A</td><td>B</td></tr><tr><td>C</td></tr></table>", "A B\nC"),
        ("<div><div><div>Deep</div></div></div><div>Next</div>", "Deep\n\nNext"),
        ("<img alt='Logo'> &nbsp; ", "Logo"),
        ("", ""),
    ],
)
def test_html_is_read_out_as_text(html: str, text: str | None) -> None:
    """Paragraphs, lists, and the addresses of links."""
    assert as_text(html) == (text if text is not None else "Portal (https://k.test/a) or a@b.test")


@pytest.mark.parametrize(
    "html", ["<div>" * 10_000, "<b><p>" * 8_000, "<table><tr><td>" * 3_000, "<a href='x'>" * 4_000]
)
def test_html_may_be_as_deep_as_it_is_long(html: str) -> None:
    """Nobody's stack overflows."""
    assert as_text(cleaned(html + "Words")) == "Words"
