"""Who shows a pass, and whether it still opens what it was made for: a member, or a client (AC5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from engine.access import Client, Party, Viewer, is_awaited_from, is_shared_with, sees_document
from engine.enums import ErrorCode, Role, TokenScope
from engine.errors import Refused, invalid, missing
from engine.files.passes import Pass, Purpose
from engine.work import viewer_now
from store.database import Database, Db, Row
from store.ids import prefix_of
from store.writes import documents as writes
from store.writes import find, portal

_EVERY_SCOPE: Final = frozenset(TokenScope)


@dataclass(frozen=True, slots=True)
class Shown:
    """A document to which a pass has been shown, and who asked for the pass, with the rights of now."""

    document: Row
    holder: Party


async def accept(database: Database, text: str, purpose: Purpose, now: datetime) -> Shown:
    """What a pass opens. Raises Refused: NOT_FOUND where it never did or does no more, TOO_LATE where it has ended.

    Whoever asked for it must see the document still: a pass gives nobody what they have lost.
    """
    given = Pass.read(text)
    row = await writes.with_secret(database, given.document_id) if given and given.purpose is purpose else None
    if given is None or row is None:
        raise missing("file")
    holder = await _holder(database, row["firm_id"], given.holder_id)
    if holder is None or not given.genuine(row["file_secret"], signed_key(purpose, row, holder)):
        raise missing("file")
    if given.until <= now:
        raise invalid(ErrorCode.TOO_LATE, "This address has expired. Ask for a new one.")
    if await find.one(database, "documents", row["firm_id"], row["id"], _may(purpose, holder)) is None:
        raise missing("file")
    return Shown(row, holder)


def signed_key(purpose: Purpose, row: Row, holder: Party) -> str | None:
    """What a pass is bound to beside its document and who asked.

    To download, the content that the document has; and who comes in as a contact, who may be another one later.
    """
    key = row["object_key"] if purpose is Purpose.DOWNLOAD else None
    return f"{key or ''}|{holder.user_id}" if isinstance(holder, Client) else key


def _may(purpose: Purpose, holder: Party) -> find.Condition:
    if isinstance(holder, Viewer):
        return lambda p: sees_document(holder, p, "t")
    return lambda p: (is_shared_with if purpose is Purpose.DOWNLOAD else is_awaited_from)(holder, p, "t")


async def _holder(db: Db, firm_id: str, holder_id: str) -> Party | None:
    """Who asked, with the rights of now; None for who may not ask any more."""
    return await (_client if prefix_of(holder_id) == "contact" else _viewer)(db, firm_id, holder_id)


async def _viewer(db: Db, firm_id: str, member_id: str) -> Viewer | None:
    nobody = Viewer(firm_id, member_id, "", Role.EMPLOYEE, frozenset(), _EVERY_SCOPE, "UTC", date.min)
    try:
        return await viewer_now(db, nobody)
    except Refused:
        return None  # deactivated meanwhile


async def _client(db: Db, firm_id: str, contact_id: str) -> Client | None:
    found = await portal.guest(db, firm_id, contact_id)
    if found is None:
        return None  # the access has ended meanwhile
    return Client(firm_id, contact_id, found["user_id"], found["time_zone"], found["clock_date"])
