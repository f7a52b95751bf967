"""The document that an item for a client is about: it is there, it is shown with the item, and it stays."""

from collections.abc import Mapping, Sequence

from engine.enums import Delivery, DocumentState, ErrorCode, ItemState, Outcome
from engine.errors import invalid, missing
from engine.files import documents
from engine.items.rules import Line
from engine.work import Work, changed
from store.database import Row
from store.writes import item_documents as writes


async def find(work: Work, document_id: str, account_id: str | None, path: tuple[str, ...]) -> None:
    """Refuses a document that the viewer does not see, or that is neither the firm's own nor the account's."""
    path = (*path, "document_id")
    row = await documents.seen(work, document_id, *path)
    if row["state"] != DocumentState.READY:
        raise missing("document", *path)
    if row["account_id"] not in (None, account_id):
        only = "the firm's own" if account_id is None else "the account's, or of the firm's own"
        raise invalid(ErrorCode.INVALID, f"Name a document of {only}.", *path)


async def attach(work: Work, chosen: Mapping[str, str]) -> None:
    """Keeps which documents fresh items are about."""
    if await writes.make(work.db, work.firm_id, chosen) < len(chosen):
        raise missing("document")


async def share(work: Work, rows: Sequence[Row]) -> None:
    """Shares the documents with the clients of items that are sent. They stay shared afterwards."""
    found = await writes.of_items(work.db, work.firm_id, [row["id"] for row in rows])
    accounts: dict[str, set[str]] = {}
    for row in rows:
        if row["id"] in found:
            accounts.setdefault(found[row["id"]], set()).add(row["account_id"])
    for document_id in sorted(accounts):
        await documents.show(work, document_id, accounts[document_id])


async def put(work: Work, item: Row, outcome: Outcome | None) -> Line:
    """Refuses to open an item again whose document is gone, and shares it anew: it may have been taken back since."""
    if outcome is None:
        if not await writes.of_items(work.db, work.firm_id, [item["id"]]):
            raise invalid(ErrorCode.CLOSED, "Its document has been deleted: make another one.")
        if item["delivery"] == Delivery.SENT:
            await share(work, [item])
    return changed("state", item["state"], outcome or ItemState.OPEN)
