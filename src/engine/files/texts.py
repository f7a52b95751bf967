"""Documents of the firm's own that are made of a text, as templates of pipelines bring them along.

Such a text lies in the database, beside its document: it is there with the transaction that makes it, or not at all.
"""

from __future__ import annotations

import hashlib
from typing import Final

from engine.checks import Checks
from engine.enums import AccessRight, DocumentState, ErrorCode, HistoryAction
from engine.files import documents, names, passes
from engine.files.media import BY_ENDING
from engine.work import Work, changed
from store import models
from store.ids import new_id
from store.writes import documents as writes
from store.writes import records

LENGTH: Final = 50_000
"""Characters of such a text."""
TYPES: Final = (BY_ENDING["txt"].media_type, BY_ENDING["md"].media_type)


def checked(checks: Checks, name: str, text: str, *path: str) -> tuple[str, str]:
    """Name and text as they are stored; notes what is wrong with them, below a path."""
    fine, kind = names.checked(checks, name, *path, "name")
    if kind is not None and kind.media_type not in TYPES:
        checks.add(ErrorCode.TYPE_NOT_ALLOWED, "The name of a text ends in .txt or .md.", *path, "name")
    said = checks.text(text, *path, "text", length=LENGTH)
    if said is None:
        checks.add(ErrorCode.REQUIRED, "It must not be empty.", *path, "text")
    return fine, said or ""


def content(text: str) -> bytes:
    """What is downloaded of a text."""
    return f"{text}\n".encode()


async def create(work: Work, name: str, text: str) -> str:
    """Makes a document of the firm's own, with its content; answers its id. Name and text have been checked."""
    work.viewer.need(AccessRight.MANAGE_DOCUMENTS)
    document_id, whole = new_id("doc"), content(text)
    await writes.give_secret(work.db, work.firm_id, passes.new_secret())
    values = {
        "name": name,
        "media_type": BY_ENDING[name.rpartition(".")[2].lower()].media_type,
        "size": len(whole),
        "sha256": hashlib.sha256(whole).hexdigest(),
        "state": DocumentState.READY,
        "object_key": f"texts/{document_id}",  # nothing lies there
        "uploaded_by": work.actor_id,
    }
    times = {"created_at": work.now, "updated_at": work.now}
    await records.make(work.db, models.Document, id=document_id, firm_id=work.firm_id, **values, **times)
    await writes.write_text(work.db, work.firm_id, document_id, text)
    row = await documents.seen(work, document_id)
    documents.tell(work, row, HistoryAction.DOCUMENT_ADDED, changed("document", None, document_id, to_label=name))
    return document_id
