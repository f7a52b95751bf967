"""SHARE_DOCUMENT: shares documents of the firm's own with the job's client."""

from dataclasses import dataclass

from engine.automating import setting
from engine.automating.kinds import Batch, Kind
from engine.enums import AccessRight, ErrorCode
from engine.errors import invalid
from engine.files import documents
from engine.work import Work
from store.writes import documents as writes


@dataclass(frozen=True, slots=True)
class ShareDocument:
    """Which documents."""

    document_ids: tuple[str, ...] = setting.refs("doc", "Documents of the firm's own, such as a form to fill in.")


async def check(work: Work, config: ShareDocument) -> None:
    """Refuses to share nothing, and what is another client's."""
    path = ("config", "share_document", "document_ids")
    if not config.document_ids:
        raise invalid(ErrorCode.REQUIRED, "Name at least one document.", *path)
    for document_id in config.document_ids:
        await documents.seen(work, document_id, *path)
    if set(config.document_ids) - await writes.of_firm(work.db, work.firm_id, config.document_ids):
        message = "Name documents of the firm's own that have come: those of clients are shared by themselves."
        raise invalid(ErrorCode.INVALID, message, *path)


async def run(batch: Batch[ShareDocument]) -> None:
    """The same for the account of every job; what it has been given before stays as it is."""
    work, accounts = batch.work, {turn.account_id for turn in batch.turns}
    documents.tell_shared(
        work, await writes.share(work.db, work.firm_id, batch.config.document_ids, accounts, work.now)
    )


KIND = Kind(
    "SHARE_DOCUMENT",
    "Shares documents with the client.",
    ShareDocument,
    run,
    right=AccessRight.MANAGE_DOCUMENTS,
    check=check,
)
