"""The GraphQL blocks of the guide to invoices and document requests, run one after the other."""

from __future__ import annotations

from tests.docs.pages import ROOT, Page
from tests.items.kit import Front
from tests.portal.kit import Guest
from tests.support.documents import stored_document

PAGE = Page(ROOT / "docs/guides/items.md")
BLOCKS = {block.split()[1].partition("(")[0]: block for block in PAGE.blocks("graphql")}


async def test_every_block_of_the_guide_to_invoices_works(desk: Front, ann: Guest) -> None:
    """API7, AI1: whoever copies one gets no error, typed or not."""
    charge, amounts, paid, back, bill = (BLOCKS[name] for name in ("Charge", "Amounts", "Paid", "GivenBack", "Bill"))
    charged = (await desk.owner.query(charge, job=(await desk.shop.job())["id"]))["createItem"]
    assert (charged["errors"], charged["item"]["state"]) == ([], "SENT")
    item = charged["item"]["id"]
    found = (await desk.owner.query(amounts, item=item))["node"]["details"]
    assert (found["number"], found["net"], found["tax"], found["total"]) == (1, "244.98", "45.95", "290.93")
    noted = (await desk.owner.query(paid, item=item))["recordPayment"]
    assert (noted["errors"], noted["item"]) == ([], {"state": "STARTED", "details": {"left": "190.93"}})
    assert (await desk.owner.query(back, item=item))["refundPayment"]["payment"] == {"amount": "-100.00"}
    shown = (await ann.query(bill, item=item))["portal"]["item"]["details"]
    assert [payment["amount"] for payment in shown["payments"]] == ["100.00", "-100.00"]


async def test_every_block_of_the_guide_to_document_requests_works(desk: Front, ann: Guest) -> None:
    """API7, AI1: likewise."""
    want, wanted, hand_in, send_back, accept = (
        BLOCKS[name] for name in ("Want", "Wanted", "HandIn", "SendBack", "Accept")
    )
    asked = (await desk.owner.query(want, job=(await desk.shop.job())["id"]))["createItem"]
    assert asked["errors"] == []
    item = asked["item"]["id"]
    lines = (await ann.query(wanted, item=item))["portal"]["item"]["lines"]
    document = await stored_document(desk.database, desk.shop.account)
    sql = "UPDATE documents SET uploaded_by_contact = $2, shared_at = now() WHERE id = $1"
    await desk.database.rows(sql, document, ann.member_id)
    given = await ann.query(hand_in, item=item, line=lines[0]["id"], paper=document)
    assert [answer["errors"] for answer in given.values()] == [[], []]
    returned = (await desk.owner.query(send_back, item=item, paper=document))["returnDocument"]
    assert returned == {"item": {"state": "STARTED"}, "errors": []}
    accepted = (await desk.owner.query(accept, item=item, paper=document))["acceptDocument"]
    assert accepted == {"item": {"state": "DONE"}, "errors": []}
