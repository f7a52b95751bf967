"""Documents that clients upload: shared with them from the start, and with the firm as soon as they have come."""

from dataclasses import dataclass
from typing import Final

from engine import find
from engine.checks import Checks
from engine.enums import DocumentState, ErrorCode
from engine.errors import invalid, missing
from engine.files import names, passes, uploads
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.writes import documents, portal, records

WAITING: Final = 50
"""Documents of one client whose content has not come."""


@dataclass(frozen=True, slots=True)
class RequestPortalUpload:
    """Announces a file of one of the client's accounts."""

    account_id: str
    name: str
    size: int
    media_type: str | None = None
    id: Maybe[str | None] = UNSET


async def request_portal_upload(work: Work, command: RequestPortalUpload) -> str:
    """Makes a document that waits for its content; answers its id. Only the client sees it until that has come."""
    checks = Checks()
    name, kind = names.checked(checks, command.name, "name")
    media_type = uploads.type_of(checks, command.media_type, kind)
    uploads.check_size(checks, command.size)
    checks.done()
    contact_id = work.client.contact_id
    if not await portal.has_account(work.db, work.firm_id, contact_id, command.account_id):
        raise missing("account", "account_id")
    document_id, again = await find.new(work, "documents", "doc", command)
    if again:
        return document_id
    if await portal.uploads_waiting(work.db, work.firm_id, contact_id) >= WAITING:
        raise invalid(ErrorCode.TOO_MANY, f"At most {WAITING} files may be on their way: upload those first.", "name")
    await documents.give_secret(work.db, work.firm_id, passes.new_secret())
    await records.make(
        work.db,
        models.Document,
        id=document_id,
        firm_id=work.firm_id,
        account_id=command.account_id,
        name=name,
        media_type=media_type,
        size=command.size,
        state=DocumentState.UPLOADING,
        uploaded_by_contact=contact_id,
        created_at=work.now,
        updated_at=work.now,
    )
    return document_id
