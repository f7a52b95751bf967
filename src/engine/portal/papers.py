"""Documents that clients upload: shared with them from the start, and with the firm as soon as they have come."""

from dataclasses import dataclass
from typing import Final

from engine import find
from engine.enums import ErrorCode
from engine.errors import invalid, missing
from engine.files import uploads
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.writes import portal

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
    file = uploads.checked(command.name, command.media_type, command.size)
    contact_id = work.client.contact_id
    if not await portal.has_account(work.db, work.firm_id, contact_id, command.account_id):
        raise missing("account", "account_id")
    document_id, again = await find.new(work, "documents", "doc", command)
    if again:
        return document_id
    if await portal.uploads_waiting(work.db, work.firm_id, contact_id) >= WAITING:
        raise invalid(ErrorCode.TOO_MANY, f"At most {WAITING} files may be on their way: upload those first.", "name")
    await uploads.wait_for(work, document_id, file, account_id=command.account_id, uploaded_by_contact=contact_id)
    return document_id
