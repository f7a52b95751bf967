"""Items for clients and their templates, as boards are told of them. Imported for what it registers."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.log.cases import Step, case
from tests.log.world import World
from tests.support.contents import INVOICE, ORGANIZER, PROPOSAL, REQUEST, THREAD, papers
from tests.support.documents import firms_document, handed_in


async def reachable(w: World) -> None:
    """Lets somebody of the first account into the portal."""
    name = w.name("guest").replace(" ", "")
    given = {"name": name, "email": f"{name}@client.test", "accountIds": [w.first]}
    contact = await w.make("createContact", "contact { id }", **given)
    await w.owner.do("inviteContact", contactId=contact)


@case("createItem", "sendItem", "updateItem")
async def an_item_is_made_in_a_job_and_sent(w: World) -> AsyncIterator[Step]:
    """AI1: its job is told of it; who does not see that is not."""
    await reachable(w)
    job = await w.job()
    given = {"jobId": job, "title": w.name("Talk"), "content": THREAD}
    made = Step(w.insider, "createItem", {**given, "send": False}, "item { id }", quiet=("overseer, elsewhere",))
    yield made
    item = {"itemId": made.payload["item"]["id"]}
    yield Step(w.insider, "updateItem", {**item, "title": w.name("Talk"), "dueDate": "2026-09-09"})
    yield Step(w.insider, "updateItem", {**item, "dueDate": "2026-09-09"}, events=0)
    yield Step(w.insider, "sendItem", item)
    yield Step(w.insider, "sendItem", item, events=0)
    yield Step(w.owner, "createItem", given)
    yield Step(w.owner, "createItem", {"accountId": w.first, "title": "Alone", "content": THREAD}, quiet=(*w.boards(),))
    yield Step(w.owner, "unlinkItem", {**item, "jobId": job})
    yield Step(w.owner, "linkItem", {**item, "jobId": job})


@case("postMessage", "addClientTask", "removeClientTask")
async def a_talk_goes_on(w: World) -> AsyncIterator[Step]:
    """AI1: the last of the client's tasks that goes, the others being done, ends it; a talk without any goes on."""
    given = {"jobId": await w.job(), "title": w.name("Talk"), "content": THREAD, "send": False}
    item = {"itemId": await w.make("createItem", "item { id }", **given)}
    yield Step(w.insider, "postMessage", {**item, "text": "Hello"})
    more = Step(w.insider, "addClientTask", {**item, "title": "Write"}, "clientTask { id }")
    yield more
    yield Step(w.insider, "removeClientTask", {"clientTaskId": more.payload["clientTask"]["id"]})
    yield Step(w.insider, "completeItem", item)
    yield Step(w.insider, "completeItem", item, events=0)
    yield Step(w.insider, "reopenItem", item)


@case("sealOrganizer")
async def an_organizer_is_taken_as_it_is(w: World) -> AsyncIterator[Step]:
    """AI1, AI3: once; reopened it can be sealed again."""
    given = {"jobId": await w.job(), "title": w.name("Questions"), "content": ORGANIZER, "send": False}
    item = {"itemId": await w.make("createItem", "item { id }", **given)}
    yield Step(w.owner, "sealOrganizer", item)
    yield Step(w.owner, "reopenItem", item)
    yield Step(w.owner, "sealOrganizer", item)


@case("recordPayment", "refundPayment")
async def an_invoice_is_paid_in_parts_and_given_back(w: World) -> AsyncIterator[Step]:
    """AI1: each payment is one event, told to whoever sees a job of the invoice."""
    await reachable(w)
    await w.owner.do("updateFirm", holdsClientMail=False)
    given = {"jobId": await w.job(), "title": w.name("Invoice"), "content": INVOICE}
    item = {"itemId": await w.make("createItem", "item { id }", **given)}
    await w.owner.do("updateFirm", holdsClientMail=True)
    yield Step(w.owner, "recordPayment", {**item, "amount": "19"}, quiet=("overseer, elsewhere",))
    yield Step(w.owner, "recordPayment", {**item, "amount": "100"}, quiet=("overseer, elsewhere",))
    yield Step(w.owner, "refundPayment", {**item, "amount": "119"}, quiet=("overseer, elsewhere",))
    yield Step(w.owner, "cancelItem", item, quiet=("overseer, elsewhere",))


@case("returnDocument", "acceptDocument")
async def what_a_client_has_given_is_sent_back_and_accepted(w: World) -> AsyncIterator[Step]:
    """AI1: with the last one that is required the request is done."""
    await reachable(w)
    given = {"jobId": await w.job(), "title": w.name("Request"), "content": REQUEST}
    item = await w.make("createItem", "item { id }", **given)
    document = {"itemId": item, "documentId": await handed_in(w.database, item, w.first)}
    yield Step(w.owner, "returnDocument", {**document, "comment": "No"}, quiet=(*w.boards(),))
    yield Step(w.owner, "returnDocument", {**document, "comment": "No"}, events=0)
    yield Step(w.owner, "acceptDocument", document, quiet=("overseer, elsewhere",))
    yield Step(w.owner, "reopenItem", {"itemId": item}, quiet=("overseer, elsewhere",))
    yield Step(w.owner, "acceptDocument", document, events=0)


@case("createItem", "cancelItem", "reopenItem", "deleteDocument")
async def documents_are_signed_and_approved(w: World) -> AsyncIterator[Step]:
    """AI1: an item shows its document no more once that is deleted, which is told."""
    await reachable(w)
    form = await firms_document(w.database, w.first)
    given = {"jobId": await w.job(), "title": w.name("Paper"), "send": False}
    for kind, content in (*papers(form).items(), *PROPOSAL.items()):
        made = Step(w.owner, "createItem", {**given, "content": {kind: content}}, "item { id }")
        yield made
        item = {"itemId": made.payload["item"]["id"]}
        yield Step(w.owner, "updateItem", {**item, "title": w.name("Letter")})
        yield Step(w.owner, "cancelItem", item)
        if kind == "approval":
            yield Step(w.owner, "reopenItem", item)
            yield Step(w.owner, "completeItem", item)
    yield Step(w.owner, "deleteDocument", {"documentId": form})


@case("createItemTemplate", "updateItemTemplate", "deleteItemTemplate")
async def templates_of_items_are_on_no_board(w: World) -> AsyncIterator[Step]:
    """AI1: each change is one event."""
    boards, given = tuple(w.boards()), {"name": w.name("Talk"), "title": "Talk", "content": THREAD}
    made = Step(w.owner, "createItemTemplate", given, "template { id }", quiet=boards)
    yield made
    template = {"itemTemplateId": made.payload["template"]["id"]}
    yield Step(w.owner, "updateItemTemplate", {**template, "title": "Word"}, quiet=boards)
    yield Step(w.owner, "updateItemTemplate", {**template, "title": "Word"}, events=0)
    yield Step(w.owner, "deleteItemTemplate", template, quiet=boards)
