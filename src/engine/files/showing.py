"""Who shows a pass, and whether it still opens what it was made for: a member, or a client (AC5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from engine.access import Client, Party, Viewer, is_shared_with, sees_document
from engine.enums import ErrorCode, Role, TokenScope
from engine.errors import Refused, invalid, missing
from engine.files.passes import Pass, Purpose
from engine.work import viewer_now
from store.database import Database, Db, Row
from store.ids import prefix_of
from store.sql import Params
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
    if given is None or row is None or not given.genuine(row["file_secret"], signed_key(purpose, row)):
        raise missing("file")
    if given.until <= now:
        raise invalid(ErrorCode.TOO_LATE, "This address has expired. Ask for a new one.")
    return Shown(row, await _holder(database, row, given.holder_id))


def signed_key(purpose: Purpose, row: Row) -> str | None:
    """What a pass is bound to beside its document: to download, the content that it has."""
    return row["object_key"] if purpose is Purpose.DOWNLOAD else None


async def _holder(db: Db, row: Row, holder_id: str) -> Party:
    party = (
        await _client(db, row, holder_id) if prefix_of(holder_id) == "contact" else await _viewer(db, row, holder_id)
    )

    def condition(p: Params) -> str:
        return is_shared_with(party, p, "t") if isinstance(party, Client) else sees_document(party, p, "t")

    if await find.one(db, "documents", party.firm_id, row["id"], condition) is None:
        raise missing("file")
    return party


async def _viewer(db: Db, row: Row, member_id: str) -> Viewer:
    nobody = Viewer(row["firm_id"], member_id, "", Role.EMPLOYEE, frozenset(), _EVERY_SCOPE, "UTC", date.min)
    try:
        return await viewer_now(db, nobody)
    except Refused:
        raise missing("file") from None  # deactivated meanwhile


async def _client(db: Db, row: Row, contact_id: str) -> Client:
    found = await portal.guest(db, row["firm_id"], contact_id)
    if found is None:
        raise missing("file")  # the access has ended meanwhile
    return Client(row["firm_id"], contact_id, found["user_id"], found["time_zone"], found["clock_date"])
