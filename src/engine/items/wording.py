"""What items say, shortcodes filled in once, as an item is made (AU8)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.automating import telling
from engine.checks import TEXT_LENGTH, Checks
from engine.enums import ErrorCode
from engine.errors import invalid
from engine.items import contents
from engine.items.rules import ItemRules
from engine.mail import shortcodes
from engine.time.calendar import today
from engine.work import Work
from store.database import Row


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of an item or a template: title, message, and those of its content."""

    rules: ItemRules
    title: str
    message: str | None
    content: Any

    @classmethod
    def of(cls, rules: ItemRules, template: Row) -> "Wording":
        """That of a template."""
        return cls(rules, template["title"], template["message"], contents.loaded(rules, template))

    @property
    def shown(self) -> list[str]:
        """Texts that whoever sees the job may come to see; the message is for who has access to the account."""
        assert self.rules.content is not None  # tasks are not worded
        return [self.title, *self.rules.content.texts(self.content)]

    @property
    def codes(self) -> set[str]:
        """Its shortcodes."""
        return set().union(*map(shortcodes.codes, [*self.shown, self.message or ""]))

    def filled(self, values: Mapping[str, str]) -> "Wording":
        """The same where shortcodes stand for these values."""
        assert self.rules.content is not None  # tasks are not worded
        message = shortcodes.resolve(self.message, values)[:TEXT_LENGTH] if self.message else None
        return replace(
            self,
            title=shortcodes.resolve_line(self.title, values),
            message=message,
            content=self.rules.content.fill(self.content, lambda text: shortcodes.resolve(text, values)[:TEXT_LENGTH]),
        )


async def checked(work: Work, checks: Checks, wording: Wording, *path: str) -> tuple[Wording, set[str]]:
    """A wording as it is stored, and the custom fields that it names; notes what is wrong with it."""
    rules = wording.rules
    assert rules.content is not None  # tasks are not worded
    content = rules.content.check(checks, wording.content, (*path, "content", rules.kind.lower()))
    fine = replace(
        wording,
        title=checks.name(wording.title, *path, "title"),
        message=checks.text(wording.message, *path, "message"),
        content=content,
    )
    known, named = await shortcodes.fields(work.db, work.firm_id), set[str]()
    for text, name in ((fine.title, "title"), (fine.message, "message")):
        named |= shortcodes.check(text, checks, *path, name, fields=known)
    for text in rules.content.texts(content):
        named |= shortcodes.check(text, checks, *path, "content", rules.kind.lower(), fields=known)
    return fine, named


def permit(work: Work, wording: Wording, *path: str) -> None:
    """Refuses a wording that tells of accounts what is not for all who come to see it (AC3)."""
    for text in wording.shown:
        telling.permit_text(work, text, *path, "title" if text is wording.title else "content")


async def values_of(work: Work, wording: Wording, account_id: str, job_id: str | None) -> Mapping[str, str]:
    """What the shortcodes stand for. Raises Refused for those of a job where there is none."""
    day, codes = today(work.viewer.time_zone, work.now), wording.codes
    if job_id is not None:
        return (await shortcodes.values(work.db, work.firm_id, [job_id], codes, day))[job_id]
    if codes & (shortcodes.OF_JOBS - shortcodes.OF_ACCOUNTS):
        raise invalid(ErrorCode.REQUIRED, "Its texts speak of a job: name one.", "job_id")
    return (await shortcodes.account_values(work.db, work.firm_id, [account_id], codes, day))[account_id]
