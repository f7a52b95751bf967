"""SHARE_DOCUMENT, and sharing with single accounts (AC5, AU5, PL4)."""

from __future__ import annotations

import pytest

from store.database import Database
from tests.access.digest import Unchanged
from tests.support.api import Api, Shop
from tests.support.documents import firms_document, stored_document
from tests.support.works import Works


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


async def shares(database: Database) -> list[tuple[str, str]]:
    """Which documents are shared with which accounts."""
    rows = await database.rows("SELECT document_id, account_id FROM document_shares ORDER BY 1, 2")
    return [(row["document_id"], row["account_id"]) for row in rows]


async def test_a_stage_shares_documents_with_the_clients_of_its_jobs(works: Works, database: Database) -> None:
    """AU1: with each account once, however many jobs of it come, and however often."""
    owner, shop = works.owner, works.shop
    other = (await owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    form, guide = await firms_document(database, shop.account), await firms_document(database, shop.account)
    await works.automate(works.stages[1], {"shareDocument": {"documentIds": [form, guide]}})
    job = await works.moved(works.stages[1])
    assert [run["state"] for run in await works.runs(job)] == ["DONE"]
    assert await shares(database) == sorted([(form, shop.account), (guide, shop.account)])
    head = 'SELECT count(*) FROM events WHERE changes @> \'[{"type": "document"}]\''
    before = await database.value(head)
    await works.moved(works.stages[1])
    assert await database.value(head) == before
    await works.moved(works.stages[1], accountId=other)
    assert len(await shares(database)) == 4


@pytest.mark.parametrize("what", ["nothing", "a client's", "one that waits", "gone"])
async def test_only_documents_of_the_firms_own_are_shared_by_a_stage(
    works: Works, database: Database, what: str
) -> None:
    """AU5: refused when it is configured, with the place; nothing is changed."""
    ids = {
        "nothing": [],
        "a client's": [await stored_document(database, works.shop.account)],
        "one that waits": [
            (await works.owner.do("requestUpload", "document { id }", name="late.pdf", size=9))["id"],
        ],
        "gone": ["doc_none"],
    }[what]
    codes = {"nothing": "REQUIRED", "gone": "NOT_FOUND"}
    async with Unchanged(database):
        given = {"config": {"shareDocument": {"documentIds": ids}}, "stageId": works.stages[1]}
        code, path = await works.owner.code("createAutomation", **given)
    assert code == codes.get(what, "INVALID")
    assert path is not None
    assert path[:3] == ["input", "config", "shareDocument"]


async def test_a_document_of_the_firms_own_is_shared_with_single_accounts_by_hand(
    shop: Shop, database: Database
) -> None:
    """One by one, and taken back so, or from all; a client's own is its own client's alone."""
    owner, form = shop.owner, await firms_document(database, shop.account)
    other = (await owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    for account in (shop.account, other, other):
        await owner.do("shareDocument", documentId=form, accountId=account)
    assert await shares(database) == sorted([(form, shop.account), (form, other)])
    await owner.do("unshareDocument", documentId=form, accountId=other)
    assert await shares(database) == [(form, shop.account)]
    await owner.do("unshareDocument", documentId=form)
    assert await shares(database) == []
    mine = await stored_document(database, shop.account)
    refused = await owner.code("shareDocument", documentId=mine, accountId=other)
    assert refused == ("INVALID", ["input", "accountId"])
    shared = await owner.do("shareDocument", "document { sharedAt }", documentId=mine, accountId=shop.account)
    assert shared["sharedAt"] is not None
    assert await shares(database) == []


async def test_a_shared_document_that_is_deleted_is_shared_no_more(shop: Shop, database: Database) -> None:
    """PL4: its shares go with it."""
    form = await firms_document(database, shop.account)
    await shop.owner.do("shareDocument", documentId=form, accountId=shop.account)
    await shop.owner.do("deleteDocument", documentId=form)
    assert await shares(database) == []
