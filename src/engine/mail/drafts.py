"""Making e-mails: complete in the transaction that wants them, to be sent after it (AU1, AU8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from engine.enums import DueKind, EmailState
from engine.templates.versions import by_template
from store.database import Row
from store.ids import new_id
from store.writes import emails as writes

if TYPE_CHECKING:
    from engine.work import Work

NO_DOMAIN: Final = "stageline.invalid"
"""In the Message-IDs of firms without an address of their own (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Words:
    """What an e-mail says, with nothing left to be filled in."""

    subject: str
    text: str
    html: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An e-mail to be made: to whom, what it says, and why."""

    to_name: str
    to_address: str
    words: Words
    account_id: str | None = None
    contact_id: str | None = None
    """Whom of the clients it goes to; such an e-mail is held back while the firm holds client mail."""
    member_id: str | None = None
    """Whom of the members it goes to."""
    notification_id: str | None = None
    """What it tells a member of; it is for that member alone, and is not sent once that is taken back."""
    item_id: str | None = None
    """What it brings to a client, or reminds one of; not sent any more once that is closed."""
    reminds: bool = False
    job_id: str | None = None
    run_id: str | None = None
    """Of the automation that wants it; it ends when all its e-mails have."""
    lane: tuple[int, int] | None = None
    send_at: datetime | None = None
    """When it is to go out, if not at once."""
    opens_portal: bool = False
    """Whether it carries a link into the portal for the contact, where its text says ``engine.portal.links.PLACE``."""
    template: tuple[str, int] | None = None
    """The id and version of the template, if it is made by one."""


_APART: Final = frozenset({"words", "lane", "send_at", "template"})
"""What of a draft is no column of the e-mail."""


async def make(work: "Work", drafts: Sequence[Draft]) -> list[str]:
    """Makes e-mails, to be sent after this transaction, or held back (AU9); answers their ids in order."""
    if not drafts:
        return []
    firm = await writes.sender(work.db, work.firm_id)
    ids = [new_id("email") for _ in drafts]
    lines = [_line(firm, email_id, draft) for email_id, draft in zip(ids, drafts, strict=True)]
    await writes.add(work.db, work.firm_id, work.now, lines)
    for line, draft in zip(lines, drafts, strict=True):
        if line["state"] == EmailState.QUEUED:
            work.later(DueKind.EMAIL, str(line["id"]), job_id=draft.job_id, lane=draft.lane, at=draft.send_at)
    return ids


def _line(firm: Row, email_id: str, draft: Draft) -> dict[str, Any]:
    own_address = firm["sender_address"] or firm["reply_to"]
    held = firm["holds_client_mail"] and draft.contact_id is not None
    return {
        **{name: getattr(draft, name) for name in Draft.__slots__ if name not in _APART},
        **{name: getattr(draft.words, name) for name in Words.__slots__},
        "id": email_id,
        "state": EmailState.HELD if held else EmailState.QUEUED,
        "from_name": firm["sender_name"] or firm["name"],
        "from_address": firm["sender_address"],
        "reply_to": firm["reply_to"],
        "message_id": f"<{email_id}@{_domain(own_address)}>",
        **by_template(draft.template),
    }


def _domain(address: str | None) -> str:
    domain = (address or "").rpartition("@")[2]
    return domain if domain.isascii() and domain else NO_DOMAIN
