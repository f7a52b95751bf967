"""The GraphQL blocks of the guide to items about what clients sign and approve, run one after the other."""

from __future__ import annotations

from typing import Any

from tests.docs.pages import ROOT, Page
from tests.items.views import shown
from tests.portal.kit import guest
from tests.support.api import Client, Json
from tests.support.desk import Desk
from tests.support.documents import firms_document

GUIDE = Page(ROOT / "docs" / "guides" / "items.md")


async def done(client: Client, block: str, **given: Any) -> Json:
    """The item that a mutation of the guide answers."""
    [payload] = (await client.query(block, **given)).values()
    assert payload["errors"] == []
    found: Json = payload["item"]
    return found


async def test_every_block_of_the_guide_about_proposals_works(desk: Desk) -> None:
    """API7: whoever copies one gets no error, typed or not."""
    propose, proposed, accept, decline, signatures = GUIDE.blocks("graphql", "Proposals")
    ann = await guest(desk, "Ann")
    item = (await done(desk.owner, propose, job=(await desk.shop.job())["id"]))["id"]
    assert await done(ann, decline, item=item) == {"state": "STARTED"}
    drawn = (await ann.query(proposed, item=item))["portal"]["item"]
    assert [one["total"] for one in drawn["totals"]] == ["297.50", "107.10"]
    assert (await done(ann, accept, item=item, shown=drawn["contentSha256"]))["state"] == "DONE"
    details = (await desk.owner.query(signatures, item=item))["node"]["details"]
    assert details["signers"][0]["sha256"] == details["contentSha256"] == drawn["contentSha256"]
    assert details["invoice"]["state"] == "SENT"


async def test_every_block_of_the_guide_about_signatures_works(desk: Desk) -> None:
    """API7: the same."""
    ask, to_sign, sign = GUIDE.blocks("graphql", "Signatures")
    ann, account = await guest(desk, "Ann"), desk.shop.account
    paper = await firms_document(desk.database, account)
    item = (await done(desk.owner, ask, account=account, paper=paper))["id"]
    drawn = (await ann.query(to_sign, item=item))["portal"]["item"]
    assert drawn["document"]["downloadUrl"] is not None
    assert await done(ann, sign, item=item, shown=drawn["contentSha256"]) == {"state": "DONE"}


async def test_every_block_of_the_guide_about_approvals_works(desk: Desk) -> None:
    """API7: the same."""
    ask, not_yet = GUIDE.blocks("graphql", "Approvals")
    ann, account = await guest(desk, "Ann"), desk.shop.account
    paper = await firms_document(desk.database, account)
    item = (await done(desk.owner, ask, account=account, paper=paper))["id"]
    answered = await done(ann, not_yet, item=item)
    assert (answered["state"], answered["answer"]["comment"]) == ("STARTED", "Page 2 is missing.")
    assert (await shown(ann, item))["open"] is True
