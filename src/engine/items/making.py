"""Items for clients are made here, by hand or by automations, complete, and sent with their e-mails (AI1, AI2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from engine import find
from engine.checks import Checks
from engine.enums import ErrorCode, HistoryAction, ItemKind
from engine.errors import invalid, missing
from engine.items import contents, mailing, wording
from engine.items.mailing import Going
from engine.items.reminders import Reminders
from engine.items.rules import ItemRules, kinds, rules_of_content
from engine.items.wording import Wording
from engine.mail import shortcodes
from engine.templates.versions import by_template
from engine.time.calendar import of_firm, today
from engine.time.duration import Duration
from engine.unset import UNSET, Maybe
from engine.work import Work, changed
from store.database import Row
from store.ids import new_id
from store.writes import client_items


@dataclass(frozen=True, slots=True)
class CreateItem:
    """Makes an item for the client of an account or of a job, by a template or with a content of its own."""

    account_id: str | None = None
    job_id: str | None = None
    template_id: str | None = None
    content: Any = None
    title: str | None = None
    message: Maybe[str | None] = UNSET
    due_date: Maybe[date | None] = UNSET
    reminders: Maybe[Reminders | None] = UNSET
    blocking: bool = True
    send: bool = True
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class Draft:
    """An item to be made, with nothing left to be filled in."""

    words: Wording
    account_id: str
    due_date: date | None = None
    reminders: Reminders | None = field(default_factory=Reminders)
    job_id: str | None = None
    blocking: bool = True
    id: str = ""
    template: tuple[str, int] | None = None
    """The id and version of the template, if it is made by one."""

    @property
    def going(self) -> Going:
        """The same as it goes to its client."""
        words = self.words
        return Going(self.id, words.rules.kind, self.account_id, words.title, words.message, self.due_date, self.job_id)


async def create_item(work: Work, command: CreateItem) -> str:
    """Makes an item; answers its id. In a job it is linked to the current visit, where it blocks unless told not to.

    Raises Refused: who may not manage items of the kind; what is named is not there; a content that is not right; an
    account that cannot be reached (AU9), unless the item is not to be sent yet.
    """
    template = await _template(work, command)
    rules = kinds()[ItemKind(template["kind"])] if template else rules_of_content(command.content)
    rules.permit(work.viewer)
    words = await _words(work, command, rules, template)
    item_id, again = await find.new(work, "items", rules.prefix, command)
    if again:
        return str((await find.item(work, item_id, "id"))["id"])
    account_id = await _account(work, command)
    if any(map(shortcodes.is_private, words.shown)):  # whoever sees the job reads it, so who makes it does (AC3)
        await find.account(work, account_id, "job_id" if command.job_id else "account_id")
    assert rules.content is not None  # tasks are made elsewhere
    if rules.content.find is not None:
        await rules.content.find(work, words.content, account_id, ("content", rules.kind.lower()))
    if command.send and await mailing.unreachable(work, [account_id]):
        raise invalid(ErrorCode.UNREACHABLE, mailing.UNREACHABLE, "job_id" if command.job_id else "account_id")
    draft = Draft(
        words.filled(await wording.values_of(work, words, account_id, command.job_id)),
        account_id,
        await _due(work, command, template),
        _reminders(command, template),
        command.job_id,
        command.blocking,
        item_id,
        (template["id"], template["version"]) if template else None,
    )
    await make(work, [draft])
    if command.send:
        await mailing.send(work, [draft.going])
    return item_id


async def _template(work: Work, command: CreateItem) -> Row | None:
    if (command.template_id is None) == (command.content is None):
        path = "content" if command.content is None else "template_id"
        raise invalid(ErrorCode.REQUIRED, "Name a template, or give a content: one of the two.", path)
    if command.template_id is None:
        return None
    return await find.of_firm(work, "item_templates", "item template", command.template_id, "template_id")


async def _words(work: Work, command: CreateItem, rules: ItemRules, template: Row | None) -> Wording:
    """What the item is to say, shortcodes not filled in. What a template says may be said."""
    by = Wording.of(rules, template) if template else None
    title = command.title if command.title is not None else by.title if by else ""
    message = command.message if command.message is not UNSET else by.message if by else None
    checks = Checks()
    given = Wording(rules, title, message, by.content if by else command.content)
    words, _ = await wording.checked(work, checks, given)
    if command.reminders:
        command.reminders.check(checks, "reminders")
    checks.done()
    if by is None or words.title != by.title:
        wording.permit(work, words)
    return words


def _reminders(command: CreateItem, template: Row | None) -> Reminders | None:
    if command.reminders is not UNSET:
        return command.reminders
    return of_template(template) if template else Reminders()


def of_template(template: Row) -> Reminders | None:
    """The reminders of items that are made by a template."""
    days: int | None = template["remind_days"]
    return None if days is None else Reminders(days, template["remind_times"])


async def _due(work: Work, command: CreateItem, template: Row | None) -> date | None:
    if command.due_date is not UNSET:
        return command.due_date
    return await due_by(work, template) if template else None


def due_of_template(template: Row) -> Duration | None:
    """How long after the day on which they are made items are due that are made by a template."""
    return Duration.of(orjson.loads(template["due_after"])) if template["due_after"] else None


async def due_by(work: Work, template: Row) -> date | None:
    """When items are due that are made by a template now."""
    span = due_of_template(template)
    if span is None:
        return None
    calendar = await of_firm(work.db, work.firm_id)
    return span.day_after(today(calendar.time_zone, work.now), calendar)


async def _account(work: Work, command: CreateItem) -> str:
    """For which account it is: that of the job, which has to be seen, or one to which the viewer has access."""
    if command.job_id is not None:
        job = await find.live_job(work, command.job_id, "job_id")
        if command.account_id not in (None, job["account_id"]):
            raise missing("account", "account_id")
        return str(job["account_id"])
    if command.account_id is None:
        raise invalid(ErrorCode.REQUIRED, "Say for which account, or in which job.", "account_id")
    return str((await find.account(work, command.account_id, "account_id", keep=True))["id"])


async def make(work: Work, drafts: Sequence[Draft]) -> None:
    """Makes items that have been checked, all of one kind, not sent yet, in a constant number of statements.

    Their jobs are locked.
    """
    rows = await client_items.make(work.db, work.firm_id, work.actor_id, work.now, [_line(draft) for draft in drafts])
    rules = drafts[0].words.rules if drafts else None
    if rules is not None and rules.made is not None:
        await rules.made(work, rows)
    for draft in drafts:
        work.touch("item", draft.id, account=draft.account_id)
        if draft.job_id is not None:
            work.touch_job(draft.job_id)
            line = changed("item", None, draft.id, to_label=draft.words.title)
            work.history(draft.job_id, HistoryAction.ITEM_ADDED, line)


def _line(draft: Draft) -> dict[str, Any]:
    words, reminders = draft.words, draft.reminders
    return {
        "id": draft.id,
        "kind": words.rules.kind,
        "title": words.title,
        "message": words.message,
        "content": contents.stored(words.rules, words.content),
        "account_id": draft.account_id,
        "due_date": draft.due_date,
        "remind_days": reminders.every_days if reminders else None,
        "remind_times": reminders.times if reminders else None,
        "job_id": draft.job_id,
        "blocking": draft.blocking,
        **by_template(draft.template),
    }


def fresh_id(rules: ItemRules) -> str:
    """The id of an item to be made."""
    return new_id(rules.prefix)
