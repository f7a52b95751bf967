"""Documents whose content has come: renamed, shared with the client, deleted (JB3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from engine import access, find
from engine.automating import uses
from engine.changes import differing, lines
from engine.checks import Checks
from engine.enums import AccessRight, DocumentState, ErrorCode, HistoryAction
from engine.errors import invalid, missing, refuse_use
from engine.files import names
from engine.items import reviewing
from engine.unset import UNSET, Maybe
from engine.work import Work, changed
from store import models
from store.database import Row
from store.sql import Params
from store.writes import comments, item_documents, locks, organizers, records, usage
from store.writes import documents as writes
from store.writes import find as lookup


@dataclass(frozen=True, slots=True)
class UpdateDocument:
    """Changes what a document is called."""

    document_id: str
    name: Maybe[str] = UNSET


@dataclass(frozen=True, slots=True)
class ShareDocument:
    """Lets the client see a document; one of the firm's own the clients of an account, or every client."""

    document_id: str
    account_id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UnshareDocument:
    """Takes a document of the firm's own back from an account; or lets no client see it any more."""

    document_id: str
    account_id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteDocument:
    """Deletes a document with its content, for good."""

    document_id: str


async def update_document(work: Work, command: UpdateDocument) -> str:
    """Renames a document; answers its id. Its content stays of the type that it is, and so does its name's ending."""
    row = await _managed(work, command.document_id)
    checks = Checks()
    name = checks.given(lambda value, *path: names.checked(checks, value, *path), command.name, "name")
    if name is not UNSET and name[1] is not None and name[1].media_type != row["media_type"]:
        checks.add(ErrorCode.TYPE_NOT_ALLOWED, f"The document is {row['media_type']}: its name must say so.", "name")
    checks.done()
    await _change(work, row, **({} if name is UNSET else {"name": name[0]}))
    return command.document_id


async def share_document(work: Work, command: ShareDocument) -> str:
    """Shares a document with the client; answers its id. One that is shared already stays so since then."""
    row = await _managed(work, command.document_id)
    account_id = await _account(work, row, command.account_id)
    if account_id is not None:
        tell_shared(work, await writes.share(work.db, work.firm_id, [row["id"]], [account_id], work.now))
    elif row["shared_at"] is None:
        await _change(work, row, shared_at=work.now)
    return command.document_id


async def unshare_document(work: Work, command: UnshareDocument) -> str:
    """Takes a document back from the client; answers its id. What was downloaded is."""
    row = await _managed(work, command.document_id)
    account_id = await _account(work, row, command.account_id)
    await _refuse_items(work, row, account_id, sent=True)
    for one in await writes.unshare(work.db, work.firm_id, row["id"], account_id):
        work.touch("document", row["id"], job=None, account=None, was_shared=row["shared_at"] is not None, lost=[one])
    if account_id is None:
        await _change(work, row, shared_at=None)
    return command.document_id


async def _account(work: Work, row: Row, said: Maybe[str | None]) -> str | None:
    """With which single account it is to be shared; None for the document's own, and for every client."""
    if said is UNSET or said is None:
        return None
    account = await find.account(work, said, "account_id")
    if row["account_id"] not in (None, account["id"]):
        raise invalid(ErrorCode.INVALID, "The document is another client's.", "account_id")
    return None if row["account_id"] else str(account["id"])


async def show(work: Work, document_id: str, account_ids: Collection[str]) -> None:
    """Shows a document to the clients of accounts, whoever sends them what it belongs to. What is shared stays so."""
    row = await lookup.one(work.db, "documents", work.firm_id, document_id)
    if row is not None and row["account_id"] is None:
        row = await writes.hold(work.db, work.firm_id, document_id)
        if row is not None and row["shared_at"] is None:
            tell_shared(work, await writes.share(work.db, work.firm_id, [document_id], account_ids, work.now))
    elif row is not None:
        row = await _with_job(work, row)
        if row["shared_at"] is None:
            await _change(work, row, shared_at=work.now)


async def _refuse_items(work: Work, row: Row, account_id: str | None = None, *, sent: bool = False) -> None:
    """Refuses to take away what open items for clients are about: all of them, or those that an account was sent."""
    used = await usage.items_about(
        work.db, work.firm_id, row["id"], account_id, lambda p: access.sees_item(work.viewer, p, "t"), sent=sent
    )
    one, many = "open item is about it: cancel that first.", "open items are about it: cancel them first."
    refuse_use(used, one, many, "document_id")


def tell_shared(work: Work, pairs: Sequence[Row]) -> None:
    """Says that documents of the firm's own were shared with accounts."""
    for pair in pairs:
        work.touch("document", pair["document_id"], job=None, account=None, was_shared=False)


async def delete_document(work: Work, command: DeleteDocument) -> str:
    """Deletes a document; answers its id. Nobody gets its content from here on; soon after it is gone itself."""
    held = await reviewing.hold(work, command.document_id)
    row = await _managed(work, command.document_id)
    await uses.refuse(work, row["id"], "document_id")
    await _refuse_items(work, row)
    await reviewing.let_go(work, row["id"], held)
    lost = await writes.unshare(work.db, work.firm_id, row["id"])
    for naming in (organizers.naming, item_documents.about):
        for item in await naming(work.db, work.firm_id, row["id"]):
            # It names the document no more.
            work.touch("item", item["id"], account=item["account_id"], jobs=item["jobs"])
    for comment in await comments.carrying(work.db, work.firm_id, row["id"]):
        work.touch("comment", comment["id"], job=comment["job_id"])
    await records.drop(work.db, models.Document, work.firm_id, row["id"])
    await writes.doom(work.db, work.firm_id, row["id"], row["object_key"], work.now)
    line = changed("document", row["id"], None, from_label=row["name"])
    tell(work, row, HistoryAction.DOCUMENT_REMOVED, line, lost=lost)
    return command.document_id


async def seen(work: Work, document_id: str, *path: str) -> Row:
    """A document that the viewer sees."""

    def condition(p: Params) -> str:
        return access.sees_document(work.viewer, p, "t")

    row = await lookup.one(work.db, "documents", work.firm_id, document_id, condition)
    if row is None:
        raise missing("document", *path)
    return row


async def locked(work: Work, document_id: str, *path: str) -> Row:
    """Locks a document that the viewer manages, after the job that it was added to, and answers its row."""
    work.viewer.need(AccessRight.MANAGE_DOCUMENTS)
    return await _with_job(work, await seen(work, document_id, *path), *path)


async def _with_job(work: Work, found: Row, *path: str) -> Row:
    """Locks a document after the job that it was added to."""
    if found["job_id"] is not None:
        await work.lock_jobs([found["job_id"]])
    row = await locks.whole(work.db, "documents", work.firm_id, found["id"])
    if row is None:
        raise missing("document", *path)
    return row


def tell(work: Work, row: Row, action: HistoryAction, *lines: dict[str, Any], lost: Sequence[str] = ()) -> None:
    """Says that a document came, changed or went: to streams, and in the history of its job.

    The event says whether it was shared before, and which single accounts have lost it, so that clients are told of
    none that they were never shown.
    """
    known = {"job": row["job_id"], "account": row["account_id"], "was_shared": row["shared_at"] is not None}
    work.touch("document", row["id"], **known, lost=list(lost))
    if row["job_id"] is not None:
        work.touch_job(row["job_id"])
        work.history(row["job_id"], action, *lines)


async def _managed(work: Work, document_id: str) -> Row:
    row = await locked(work, document_id, "document_id")
    if row["state"] != DocumentState.READY:
        raise missing("document", "document_id")
    return row


async def _change(work: Work, row: Row, **values: Any) -> None:
    values = differing(row, **values)
    if values:
        await records.change(work.db, models.Document, work.firm_id, row["id"], work.now, **values)
        named = changed("document", row["id"], row["id"], from_label=row["name"], to_label=row["name"])
        tell(work, row, HistoryAction.DOCUMENT_CHANGED, named, *lines(row, values))
