"""What clients give for a document request: documents of their own, line by line, until they say that it is all."""

from dataclasses import dataclass
from typing import Final

from engine.enums import ErrorCode, ReviewState
from engine.errors import invalid, missing
from engine.items import clients, requests
from engine.items.requests import KIND
from engine.work import Work
from store.database import Row
from store.writes import requests as writes

MOST_DOCUMENTS: Final = 50
"""For one line."""


@dataclass(frozen=True, slots=True)
class AttachDocument:
    """Gives a document that a client has uploaded for a line of a request."""

    item_id: str
    line_id: str
    document_id: str


@dataclass(frozen=True, slots=True)
class DetachDocument:
    """Takes a document back that was given."""

    item_id: str
    document_id: str


@dataclass(frozen=True, slots=True)
class SubmitDocuments:
    """Says that all is given that is wanted."""

    item_id: str


async def attach_document(work: Work, command: AttachDocument) -> str:
    """Gives a document for a line; answers the request's id. One that was given for it already stays as it is.

    Raises Refused for a document that no client of this account has uploaded, or that was given for another line.
    """
    item = await clients.own_open(work, command.item_id, "item_id", kind=KIND)
    lines = {row["id"]: row for row, _ in await requests.wanted(work, item)}
    line = lines.get(command.line_id)
    if line is None:
        raise missing("line", "line_id")
    if await writes.upload(work.db, work.firm_id, command.document_id, item["account_id"]) is None:
        raise missing("document", "document_id")
    there = await writes.given(work.db, work.firm_id, item["id"], command.document_id)
    if there is not None and there["line_id"] != line["id"]:
        said = "It is given for another line already: take it back from there first."
        raise invalid(ErrorCode.ALREADY_LINKED, said, "document_id")
    if there is None:
        await _attach(work, item, line, command.document_id)
    return command.item_id


async def _attach(work: Work, item: Row, line: Row, document_id: str) -> None:
    if len(line["states"]) >= MOST_DOCUMENTS:
        raise invalid(ErrorCode.TOO_MANY, f"At most {MOST_DOCUMENTS} documents for one line.", "line_id")
    place = item["id"], line["id"]
    await writes.give(work.db, work.firm_id, place, document_id, work.client.contact_id, work.now)
    await clients.begin(work, item)


async def detach_document(work: Work, command: DetachDocument) -> str:
    """Takes a document back that was not accepted; answers the request's id. It stays among the client's documents."""
    item = await clients.own_open(work, command.item_id, "item_id", kind=KIND)
    there = await writes.given(work.db, work.firm_id, item["id"], command.document_id)
    if there is None:
        raise missing("document", "document_id")
    if there["state"] == ReviewState.ACCEPTED:
        raise invalid(ErrorCode.INVALID, "It has been accepted.", "document_id")
    await writes.take(work.db, work.firm_id, item["id"], command.document_id)
    await writes.submit(work.db, work.firm_id, item["id"], None)
    if await requests.fulfilled(work, item):
        await clients.finish(work, item, "has handed in all of")
    else:
        await clients.begin(work, item)
    return command.item_id


async def submit_documents(work: Work, command: SubmitDocuments) -> str:
    """Says that it is all; answers the request's id. Members are told, who look at it.

    Raises Refused while something required is missing, and for what was submitted already.
    """
    item = await clients.own_open(work, command.item_id, "item_id", kind=KIND)
    if await writes.is_submitted(work.db, work.firm_id, item["id"]):
        raise invalid(ErrorCode.ALREADY_SENT, "It has been handed in already: the firm looks at it.", "item_id")
    lacking = [row["title"] for row, line in await requests.wanted(work, item) if not line.answered]
    if lacking:
        raise invalid(ErrorCode.REQUIRED, f"Still wanted: {', '.join(lacking)}.", "item_id")
    await writes.submit(work.db, work.firm_id, item["id"], work.now)
    if await requests.fulfilled(work, item):
        await clients.finish(work, item, "has handed in all of")
    else:
        await clients.begin(work, item)
        await clients.tell(work, item, "has handed in")
    return command.item_id
