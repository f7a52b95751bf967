"""E-mail templates: what automations write to clients, with shortcodes (AU8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine import find
from engine.changes import differing
from engine.checks import Checks
from engine.enums import AccessRight, ErrorCode
from engine.firm.tags import free_name
from engine.mail import html, shortcodes
from engine.mail.drafts import Words
from engine.templates import keeping
from engine.templates.sorts import EMAIL
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.database import Row

HTML_LENGTH: Final = 50_000  # characters
SUBJECT_LENGTH: Final = 300  # characters, once its shortcodes are resolved
_PARTS: Final = ("subject", "html", "text")


@dataclass(frozen=True, slots=True)
class CreateEmailTemplate:
    """Makes an e-mail template."""

    name: str
    subject: str
    text: str | None = None
    html: str | None = None
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateEmailTemplate:
    """Changes an e-mail template."""

    template_id: str
    name: Maybe[str] = UNSET
    subject: Maybe[str] = UNSET
    text: Maybe[str | None] = UNSET
    html: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteEmailTemplate:
    """Deletes an e-mail template that no automation uses."""

    template_id: str


async def create_email_template(work: Work, command: CreateEmailTemplate) -> str:
    """Makes a template; answers its id. Refuses a name that is taken, and shortcodes that there are not."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    checks = Checks()
    name, subject = checks.name(command.name, "name"), checks.name(command.subject, "subject")
    body = _body(checks, checks.text(command.text, "text"), checked_html(checks, command.html, "html"))
    values = {"subject": subject, **body}
    fields = await _fields(work, checks, values)
    checks.done()
    template_id, again = await find.new(work, EMAIL.table, EMAIL.prefix, command)
    if again:
        return await keeping.again(work, EMAIL, template_id)
    await free_name(work, EMAIL.table, name)
    await keeping.make(work, EMAIL, template_id, fields, name=name, **values)
    return template_id


async def update_email_template(work: Work, command: UpdateEmailTemplate) -> str:
    """Changes a template. E-mails that have been made stay as they are."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    row = await keeping.whole(work, EMAIL, command.template_id, "template_id")
    checks = Checks()
    markup = row["html"] if command.html is UNSET else checked_html(checks, command.html, "html")
    text = own_text(row) if command.text is UNSET else checks.text(command.text, "text")
    name = checks.given(checks.name, command.name, "name")
    subject = checks.given(checks.name, command.subject, "subject")
    values = differing(row, name=name, subject=subject, **_body(checks, text, markup))
    fields = await _fields(work, checks, {**row, **values})
    checks.done()
    if "name" in values:
        await free_name(work, EMAIL.table, values["name"], row["id"])
    if values:
        await keeping.change(work, EMAIL, row["id"], fields, **values)
    return command.template_id


async def delete_email_template(work: Work, command: DeleteEmailTemplate) -> str:
    """Deletes a template; refused while automations use it (PL4)."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    row = await keeping.whole(work, EMAIL, command.template_id, "template_id")
    await keeping.drop(work, EMAIL, row["id"], "template_id")
    return command.template_id


def as_it_was(row: Row) -> UpdateEmailTemplate:
    """The edit that makes a template what it was."""
    text = own_text(dict(row))
    return UpdateEmailTemplate(row["id"], name=row["name"], subject=row["subject"], text=text, html=row["html"])


def codes(template: Row) -> set[str]:
    """The shortcodes of a template."""
    return set().union(*(shortcodes.codes(template[part] or "") for part in _PARTS))


def words(template: Row, values: Mapping[str, str]) -> Words:
    """What a template says where shortcodes stand for these values."""
    return Words(
        subject=shortcodes.resolve_line(template["subject"], values, SUBJECT_LENGTH),
        text=shortcodes.resolve(template["text"], values),
        html=shortcodes.resolve(template["html"], values, html=True) if template["html"] else None,
    )


def checked_html(checks: Checks, given: str | None, *path: str) -> str | None:
    """What of the HTML may be sent to clients."""
    found = len(checks.problems)
    text = checks.text(given, *path, length=HTML_LENGTH)
    if text is None or len(checks.problems) > found:
        return None
    clean = html.cleaned(text)
    if len(clean) > HTML_LENGTH:
        checks.add(ErrorCode.TOO_LONG, f"At most {HTML_LENGTH} characters.", *path)
    return clean or None


def _body(checks: Checks, text: str | None, markup: str | None) -> dict[str, str | None]:
    """Text and HTML: programs that show no HTML are given text, made of it where there is no other."""
    text = text or (html.as_text(markup) if markup else "")
    if not text and not any(problem.path in {("text",), ("html",)} for problem in checks.problems):
        checks.add(ErrorCode.REQUIRED, "An e-mail says something: give it a text, or HTML with words.", "text")
    return {"text": text, "html": markup}


def own_text(values: Row | Mapping[str, Any]) -> str | None:
    """The text of a template, unless it was made of the HTML: that one follows the HTML."""
    return None if values["html"] and values["text"] == html.as_text(values["html"]) else values["text"]


async def _fields(work: Work, checks: Checks, values: Mapping[str, Any]) -> set[str]:
    """The custom fields that shortcodes name; notes shortcodes that there are not."""
    known = await shortcodes.fields(work.db, work.firm_id)
    texts = {"subject": values["subject"], "html": values["html"], "text": own_text(values)}
    return {field_id for part, text in texts.items() for field_id in shortcodes.check(text, checks, part, fields=known)}
