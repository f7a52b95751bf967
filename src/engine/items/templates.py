"""What items for clients are made by: a name, texts with shortcodes, a content, reminders."""

from dataclasses import dataclass
from typing import Any

from engine import find
from engine.checks import Checks
from engine.enums import AccessRight, ErrorCode, ItemKind
from engine.firm.tags import free_name
from engine.items import contents, wording
from engine.items.making import due_of_template, of_template
from engine.items.reminders import Reminders
from engine.items.rules import kinds, rules_of_content
from engine.items.wording import Wording
from engine.templates import keeping
from engine.templates.sorts import ITEM
from engine.time.duration import Duration
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.database import Row


@dataclass(frozen=True, slots=True)
class CreateItemTemplate:
    """Makes a template."""

    name: str
    title: str
    content: Any
    message: str | None = None
    reminders: Maybe[Reminders | None] = UNSET
    due_after: Duration | None = None
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateItemTemplate:
    """Changes a template. Items that were made by it stay as they are."""

    item_template_id: str
    name: Maybe[str] = UNSET
    title: Maybe[str] = UNSET
    content: Maybe[Any] = UNSET
    message: Maybe[str | None] = UNSET
    reminders: Maybe[Reminders | None] = UNSET
    due_after: Maybe[Duration | None] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteItemTemplate:
    """Deletes a template that no automation uses."""

    item_template_id: str


async def create_item_template(work: Work, command: CreateItemTemplate) -> str:
    """Makes a template; answers its id. Refuses a name that is taken, and shortcodes that there are not."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    rules = rules_of_content(command.content)
    reminders = Reminders() if command.reminders is UNSET else command.reminders
    checks = Checks()
    name = checks.name(command.name, "name")
    words, fields = await _checked(work, checks, Wording(rules, command.title, command.message, command.content))
    _check(checks, reminders, command.due_after)
    checks.done()
    wording.permit(work, words)
    template_id, again = await find.new(work, ITEM.table, ITEM.prefix, command)
    if again:
        return await keeping.again(work, ITEM, template_id)
    await _find(work, words)
    await free_name(work, ITEM.table, name)
    values = {"name": name, "kind": rules.kind, **_columns(words, reminders, command.due_after)}
    await keeping.make(work, ITEM, template_id, fields, **values)
    return template_id


async def update_item_template(work: Work, command: UpdateItemTemplate) -> str:
    """Changes a template; answers its id. Its kind stays."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    row = await _whole(work, command.item_template_id)
    rules = kinds()[ItemKind(row["kind"])]
    before = Wording.of(rules, row)
    reminders = of_template(row) if command.reminders is UNSET else command.reminders
    due = due_of_template(row) if command.due_after is UNSET else command.due_after
    checks = Checks()
    name = row["name"] if command.name is UNSET else checks.name(command.name, "name")
    words, fields = await _checked(work, checks, _changed(checks, before, command))
    _check(checks, reminders, due)
    checks.done()
    if words.shown != before.shown:
        wording.permit(work, words)
    if words.content != before.content:
        await _find(work, words)
    if name != row["name"]:
        await free_name(work, ITEM.table, name, row["id"])
    if (words, name, reminders, due) != (before, row["name"], of_template(row), due_of_template(row)):
        await keeping.change(work, ITEM, row["id"], fields, name=name, **_columns(words, reminders, due))
    return command.item_template_id


def _changed(checks: Checks, before: Wording, command: UpdateItemTemplate) -> Wording:
    content = before.content if command.content is UNSET else command.content
    if type(content) is not type(before.content):
        noun = before.rules.noun
        checks.add(ErrorCode.INVALID, f"It is the template of {noun}: give it such a content.", "content")
        content = before.content
    title = before.title if command.title is UNSET else command.title
    return Wording(before.rules, title, before.message if command.message is UNSET else command.message, content)


async def delete_item_template(work: Work, command: DeleteItemTemplate) -> str:
    """Deletes a template; refused while automations use it (PL4)."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    row = await _whole(work, command.item_template_id)
    await keeping.drop(work, ITEM, row["id"], "item_template_id")
    return command.item_template_id


def as_it_was(row: Row) -> UpdateItemTemplate:
    """The edit that makes a template what it was."""
    was = Wording.of(kinds()[ItemKind(row["kind"])], row)
    return UpdateItemTemplate(
        row["id"],
        name=row["name"],
        title=was.title,
        content=was.content,
        message=was.message,
        reminders=of_template(row),
        due_after=due_of_template(row),
    )


async def _whole(work: Work, template_id: str) -> Row:
    return await keeping.whole(work, ITEM, template_id, "item_template_id")


async def _checked(work: Work, checks: Checks, words: Wording) -> tuple[Wording, set[str]]:
    """The wording as it is stored, and all that it refers to."""
    fine, fields = await wording.checked(work, checks, words)
    content = fine.rules.content
    refers = content.refers(fine.content) if content and content.refers else ()
    return fine, {*fields, *refers}


async def _find(work: Work, words: Wording) -> None:
    content = words.rules.content
    if content is not None and content.find is not None:
        await content.find(work, words.content, None, ("content", words.rules.kind.lower()))


def _check(checks: Checks, reminders: Reminders | None, due: Duration | None) -> None:
    if reminders is not None:
        reminders.check(checks, "reminders")
    if due is not None:
        due.check_days(checks, "due_after")


def _columns(words: Wording, reminders: Reminders | None, due: Duration | None) -> dict[str, Any]:
    return {
        "title": words.title,
        "message": words.message,
        "content": contents.stored(words.rules, words.content),
        "remind_days": reminders.every_days if reminders else None,
        "remind_times": reminders.times if reminders else None,
        "due_after": due and due.stored(),
    }
