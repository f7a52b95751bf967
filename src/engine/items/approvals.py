"""Approvals: a document that a client approves, or does not. Done when it is approved (AI1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.checks import Checks
from engine.enums import ItemKind, Outcome
from engine.items import clients, contents, papers
from engine.items.rules import Fill, Line, kinds
from engine.work import Work
from store.database import Row
from store.writes import approvals as writes
from store.writes import due

KIND: Final = ItemKind.APPROVAL


@dataclass(frozen=True, slots=True)
class ApprovalContent:
    """What is to be approved."""

    document_id: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerApproval:
    """Approves a document, or says why not."""

    item_id: str
    approved: bool
    comment: str | None = None


def check(checks: Checks, content: ApprovalContent, path: tuple[str, ...]) -> ApprovalContent:
    """The text need not say anything."""
    return replace(content, text=checks.text(content.text, *path, "text"))


def texts(content: ApprovalContent) -> Sequence[str]:
    """All that shortcodes may stand in."""
    return [content.text] if content.text else []


def fill(content: ApprovalContent, filled: Fill) -> ApprovalContent:
    """The same with shortcodes filled in."""
    return replace(content, text=filled(content.text) if content.text else None)


async def find(work: Work, content: ApprovalContent, account_id: str | None, path: tuple[str, ...]) -> None:
    """Refuses another client's document."""
    await papers.find(work, content.document_id, account_id, path)


async def made(work: Work, rows: Sequence[Row]) -> None:
    """Keeps which documents are to be approved."""
    said: dict[str, ApprovalContent] = {row["id"]: contents.loaded(kinds()[KIND], row) for row in rows}
    await papers.attach(work, {item_id: content.document_id for item_id, content in said.items()})


async def put(work: Work, item: Row, outcome: Outcome | None) -> Line:
    """Forgets that an item was approved which is opened again, to be approved anew."""
    line = await papers.put(work, item, outcome)
    if outcome is None:
        await writes.forget(work.db, work.firm_id, item["id"])
    return line


async def answer_approval(work: Work, command: AnswerApproval) -> str:
    """Approves a document, or does not; answers the item's id. Until it is approved the answer may be changed."""
    checks = Checks()
    comment = checks.text(command.comment, "comment")
    checks.done()
    item = await clients.own_open(work, command.item_id, "item_id", kind=KIND)
    contact_id = work.client.contact_id
    await writes.answer(work.db, work.firm_id, item["id"], contact_id, work.now, command.approved, comment)
    if command.approved:
        await clients.finish(work, item, "has approved")
    else:
        await due.drop(work.db, work.firm_id, [item["id"]])  # it is answered: nobody is reminded (RM1)
        await clients.begin(work, item)
        await clients.tell(work, item, "has not approved")
    return command.item_id
