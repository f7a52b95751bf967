"""How the content of a document comes: asked for, begun, finished (JB3).

The bytes lie outside of the database, so the database knows of every object before it is begun: whatever breaks off,
and wherever, the object is either a document's or known to be nobody's, and is deleted (``engine.files.sweeping``).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from engine import find
from engine.checks import Checks
from engine.enums import AccessRight, DocumentState, ErrorCode, HistoryAction
from engine.errors import invalid, missing
from engine.files import documents, media, names, passes
from engine.files.media import Kind
from engine.unset import UNSET, Maybe
from engine.work import Work, changed
from store import models
from store.database import Row
from store.writes import documents as writes
from store.writes import locks, records

MEBIBYTE: Final = 1024 * 1024
MEBIBYTE_WITHIN: Final = timedelta(seconds=60)
"""How long each mebibyte of an upload may take; one that is slower is broken off."""
AT_ONCE: Final = 3
"""Uploads of one document that may be under way: of those that a client has lost, the server knows a little later."""


class Limits:
    """What the operator of this process allows; the application sets it as it starts."""

    most_bytes: int = 1024 * MEBIBYTE


limits: Final = Limits()


@dataclass(frozen=True, slots=True)
class RequestUpload:
    """Announces a file: of a client's, in a job or not, or of the firm's own."""

    name: str
    size: int
    media_type: str | None = None
    account_id: str | None = None
    job_id: str | None = None
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class File:
    """A file to come: what it is called, its type, and how many bytes it has."""

    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that has begun: under which key its bytes are to lie, how many, and of which kind."""

    document_id: str
    key: str
    size: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Uploaded:
    """An upload all of whose bytes have come."""

    upload: Upload
    sha256: str


async def request_upload(work: Work, command: RequestUpload) -> str:
    """Makes a document that waits for its content; answers its id. Only who asked sees it until that has come."""
    work.viewer.need(AccessRight.MANAGE_DOCUMENTS)
    file = checked(command.name, command.media_type, command.size)
    document_id, again = await find.new(work, "documents", "doc", command)
    if again:
        return str((await documents.seen(work, document_id, "id"))["id"])
    account_id = await _place(work, command)
    await wait_for(work, document_id, file, account_id=account_id, job_id=command.job_id, uploaded_by=work.actor_id)
    return document_id


def checked(name: str, media_type: str | None, size: int) -> File:
    """A file that may come. Raises Refused for a name, a type or a size that is not kept."""
    checks = Checks()
    text, kind = names.checked(checks, name, "name")
    file = File(text, _type_of(checks, media_type, kind), size)
    _check_size(checks, size)
    checks.done()
    return file


async def wait_for(work: Work, document_id: str, file: File, **place: str | None) -> None:
    """Makes a document that waits for its content; ``place`` says where it belongs, and who is to upload it."""
    await writes.give_secret(work.db, work.firm_id, passes.new_secret())
    own = {"name": file.name, "media_type": file.media_type, "size": file.size, "state": DocumentState.UPLOADING}
    times = {"created_at": work.now, "updated_at": work.now}
    await records.make(work.db, models.Document, id=document_id, firm_id=work.firm_id, **own, **times, **place)


async def begin_upload(work: Work, document_id: str) -> Upload:
    """Lets the bytes of a document come: until the time at which they must have, the object is kept."""
    row = await _waiting(work, document_id)
    if await writes.announced(work.db, work.firm_id, document_id) >= AT_ONCE:
        raise invalid(ErrorCode.BUSY, "This document is being uploaded already. Try again in some minutes.")
    key = f"{work.firm_id}/{secrets.token_hex(16)}"
    mebibytes = row["size"] // MEBIBYTE + 2
    await writes.announce(work.db, work.firm_id, document_id, key, work.now + mebibytes * MEBIBYTE_WITHIN)
    return Upload(document_id, key, row["size"], media.BY_TYPE[row["media_type"]])


async def finish_upload(work: Work, done: Uploaded) -> str:
    """Gives a document the bytes that have come; answers its id. Of several uploads the first counts."""
    upload = done.upload
    row = await _waiting(work, upload.document_id)
    if not await writes.take(work.db, work.firm_id, upload.key):
        raise invalid(ErrorCode.TOO_LATE, "The upload has taken too long. Begin it again.")
    await writes.fill(work.db, work.firm_id, row["id"], work.now, upload.key, done.sha256)
    documents.tell(work, row, HistoryAction.DOCUMENT_ADDED, changed("document", None, row["id"], to_label=row["name"]))
    return str(row["id"])


async def _waiting(work: Work, document_id: str) -> Row:
    """Locks a document that waits for the upload of who asks, after its job."""
    row = await _mine(work, document_id)
    if row["state"] != DocumentState.UPLOADING:
        raise invalid(ErrorCode.CONFLICT, "This document has been uploaded already: another file is another document.")
    return row


async def _mine(work: Work, document_id: str) -> Row:
    client = work.caller.client
    if client is not None:
        row = await locks.whole(work.db, "documents", work.firm_id, document_id)
        if row is None or row["uploaded_by_contact"] != client.contact_id:
            raise missing("document")
        return row
    row = await documents.locked(work, document_id)
    if row["uploaded_by"] != work.actor_id:
        raise missing("document")
    return row


async def _place(work: Work, command: RequestUpload) -> str | None:
    """The account that a document is about: that of its job, or one to the whole of which the viewer has access."""
    if command.job_id is None:
        if command.account_id is not None:
            await find.account(work, command.account_id, "account_id")
        return command.account_id
    job = await find.live_job(work, command.job_id, "job_id")
    if command.account_id not in (None, job["account_id"]):
        raise missing("account", "account_id")
    return str(job["account_id"])


def _type_of(checks: Checks, given: str | None, kind: Kind | None) -> str:
    """The type that the name says. What is said beside it must agree."""
    said = given.partition(";")[0].strip().lower() if given is not None else None
    if kind is not None and said is not None and said != kind.media_type:
        text = f"A file of this name is {kind.media_type}: name it by what it is, or leave its type out."
        checks.add(ErrorCode.TYPE_NOT_ALLOWED, text, "media_type")
    return kind.media_type if kind is not None else ""


def _check_size(checks: Checks, size: int) -> None:
    if size < 1:
        checks.add(ErrorCode.INVALID, "A file has at least one byte.", "size")
    if size > limits.most_bytes:
        checks.add(ErrorCode.TOO_LARGE, f"A file has at most {limits.most_bytes:,} bytes.", "size")
