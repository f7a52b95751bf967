"""Members look at what clients have given for a document request: they accept it, or send it back."""

from dataclasses import dataclass
from typing import Final

from engine.checks import Checks
from engine.enums import ErrorCode, Outcome, ReviewState
from engine.errors import missing, stale
from engine.items import changing, closing, mailing, requests
from engine.items.requests import KIND
from engine.mail import drafts
from engine.work import Work, changed
from store.database import Row
from store.writes import client_items, items
from store.writes import requests as writes

RETURNED: Final = """Hello {name},

{firm} has sent back %s:

%s

Please look at it again:

{title}
{due}
Come in here:

{place}

The link is yours alone, and good once, for three days. After that, ask for another one with your e-mail address.
"""


@dataclass(frozen=True, slots=True)
class AcceptDocument:
    """Accepts a document that was given in a request."""

    item_id: str
    document_id: str


@dataclass(frozen=True, slots=True)
class ReturnDocument:
    """Sends a document back that was given in a request, and says why."""

    item_id: str
    document_id: str
    comment: str


async def accept_document(work: Work, command: AcceptDocument) -> str:
    """Accepts a document; answers the request's id. With the last one that is required the request is fulfilled."""
    item = await changing.open_item(work, command.item_id, "item_id", kind=KIND)
    given = await _given(work, item, command.document_id)
    if given["state"] != ReviewState.ACCEPTED:
        await _decide(work, item, given, ReviewState.ACCEPTED, None)
        await _changed(work, item)
    return command.item_id


async def return_document(work: Work, command: ReturnDocument) -> str:
    """Sends a document back to the client, who is written to; answers the request's id. It is the client's turn now."""
    checks = Checks()
    comment = checks.text(command.comment, "comment")
    if not comment:
        checks.add(ErrorCode.REQUIRED, "Say what is wrong with it.", "comment")
    checks.done()
    item = await changing.open_item(work, command.item_id, "item_id", kind=KIND)
    given = await _given(work, item, command.document_id)
    if (given["state"], given["comment"]) != (ReviewState.RETURNED, comment):
        await _decide(work, item, given, ReviewState.RETURNED, comment)
        await writes.submit(work.db, work.firm_id, item["id"], None)
        await _tell(work, item)
        said = RETURNED % (_plain(given["name"]), _plain(comment or ""))
        await drafts.make(work, (await mailing.letters(work, [mailing.going(item)], said))[item["id"]])
    return command.item_id


def _plain(text: str) -> str:
    """A text in which nothing is filled in."""
    return text.replace("{", "{{").replace("}", "}}")


async def _given(work: Work, item: Row, document_id: str) -> Row:
    row = await writes.given(work.db, work.firm_id, item["id"], document_id)
    if row is None:
        raise missing("document", "document_id")
    return row


async def _decide(work: Work, item: Row, given: Row, state: ReviewState, comment: str | None) -> None:
    await writes.decide(work.db, work.firm_id, given, state, comment, member_id=work.actor_id, at=work.now)
    await _record(work, item)


async def _record(work: Work, item: Row) -> None:
    """Says in histories that something of a request was decided; what is for who manages such items (AC3)."""
    await closing.record_quietly(work, item, changed("documents", None, None))


async def _changed(work: Work, item: Row) -> None:
    """Completes a locked request that is open and fulfilled now; else says that it has changed."""
    if item["open"] and await requests.fulfilled(work, item):
        await closing.put(work, item, Outcome.DONE)
    else:
        await _tell(work, item)


async def _tell(work: Work, item: Row) -> None:
    await client_items.count(work.db, work.firm_id, item["id"], work.now)
    await closing.tell(work, item)


async def hold(work: Work, document_id: str) -> list[str]:
    """Locks the requests in which a document was given that is about to be deleted, after their jobs; answers them."""
    found = await writes.with_document(work.db, work.firm_id, document_id)
    await work.lock_jobs(await items.jobs_of(work.db, work.firm_id, found))
    for item_id in found:
        await items.lock(work.db, work.firm_id, item_id)
    return found


async def let_go(work: Work, document_id: str, held: list[str]) -> None:
    """Takes a locked document out of requests that are held. Raises Refused where it was given in another meanwhile."""
    if set(await writes.with_document(work.db, work.firm_id, document_id)) - set(held):
        raise stale("document", document_id, "document_id")
    for item_id in held:
        await writes.take(work.db, work.firm_id, item_id, document_id)
        item = await items.locked(work.db, work.firm_id, item_id)
        if item is not None:
            await _record(work, item)
            await _changed(work, item)
