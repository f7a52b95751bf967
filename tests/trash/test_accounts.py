"""JB3: a deleted account goes with all that is its own, its clients are out meanwhile, and it comes back whole."""

from __future__ import annotations

import pytest

from store.database import Database
from tests.access.digest import Unchanged
from tests.items.invoicing import content
from tests.items.kit import Front, to_dos
from tests.portal.kit import EVENTS, Guest, Screen, guest, invited
from tests.portal.test_doors import is_out
from tests.support.api import Api, Json, Shop, open_shop
from tests.support.documents import firms_document, stored_document
from tests.support.frames import acknowledged
from tests.support.mail import post_office, stored_email
from tests.support.served import served_api
from tests.trash.kit import ENTRY, actions, delete_account, delete_job, node, things, trash, unsound

EVERYWHERE = """query ($account: ID!, $ids: [ID!]!) {
    account(id: $account) { id } nodes(ids: $ids) { id } jobs { totalCount } items { totalCount } tasks { totalCount }
    accounts { totalCount } documents { totalCount } emails { totalCount } automationRuns { totalCount }
    viewer { unreadCount member { accounts { totalCount } } }
}"""
NOT_FOUND = ("NOT_FOUND", ["input", "accountId"])


async def other(shop: Shop, name: str = "Bolt") -> str:
    """Another account."""
    return str((await shop.owner.do("createAccount", "account { id }", name=name))["id"])


async def test_an_account_is_gone_with_all_that_is_its_own_and_comes_back_with_it(desk: Front, ann: Guest) -> None:
    """JB3: jobs, tasks, items open and closed, invoices, documents, letters, contacts; each as it was."""
    owner, shop = desk.owner, desk.shop
    jobs = [(await shop.job(f"Job {n}"))["id"] for n in range(3)]
    task = (await owner.do("createTask", "task { id }", title="Call", jobId=jobs[0]))["id"]
    items = [(await desk.item(jobId=jobs[0]))["id"], (await desk.item(content()))["id"], (await desk.item())["id"]]
    await owner.do("completeItem", itemId=items[2])
    document, letter = (
        await stored_document(desk.database, shop.account),
        await stored_email(desk.database, shop.account, jobs[1]),
    )
    ids = [shop.account, *jobs, task, *items, document, letter, ann.member_id]
    before = await owner.query(EVERYWHERE, account=shop.account, ids=ids)
    assert [one["id"] for one in before["nodes"]] == ids
    entry = await delete_account(owner, shop.account)
    gone = await owner.query(EVERYWHERE, account=shop.account, ids=ids)
    assert gone["nodes"] == [None] * len(ids)
    assert {str(value) for name, value in gone.items() if name not in {"nodes", "viewer"}} == {
        "None",
        "{'totalCount': 0}",
    }
    assert (entry["kind"], entry["name"], entry["accountName"], entry["jobCount"]) == ("ACCOUNT", "Acme", "Acme", 3)
    assert (entry["thingId"], entry["pipeline"], entry["withAccount"]) == (shop.account, None, False)
    await owner.do("restoreAccount", accountId=shop.account)
    assert await owner.query(EVERYWHERE, account=shop.account, ids=ids) == before
    for job in jobs:
        assert (await actions(owner, job))[-2:] == ["DELETED", "RESTORED"]
    assert len(await to_dos(ann)) == 3


async def test_jobs_that_had_been_deleted_by_themselves_stay_in_the_trash(shop: Shop) -> None:
    """JB3: while the account is there they cannot come back, and are still there when it has."""
    mine, alone = (await shop.job("Mine"))["id"], (await shop.job("Alone"))["id"]
    await delete_job(shop.owner, alone)
    assert (await delete_account(shop.owner, shop.account))["jobCount"] == 1
    account, job = await trash(shop.owner)
    assert (account["name"], job["name"], job["withAccount"]) == ("Acme", "Alone", True)
    for one in (mine, alone):
        assert await shop.owner.code("restoreJob", jobId=one) == ("IN_TRASH", ["input", "jobId"])
    await shop.owner.do("restoreAccount", accountId=shop.account)
    assert (await node(shop.owner, mine), await node(shop.owner, alone)) == ({"__typename": "Job", "id": mine}, None)
    [left] = await trash(shop.owner)
    assert (left["name"], left["withAccount"]) == ("Alone", False)
    await shop.owner.do("restoreJob", jobId=alone)
    assert await things(shop.owner) == []


async def test_letters_of_a_job_that_had_been_deleted_wait_for_that(desk: Front, ann: Guest) -> None:
    """JB3, AU9: the account brings none of them back, so that nobody lets them go."""
    await desk.open()
    await desk.owner.do("updateFirm", holdsClientMail=True)
    job = await desk.move()
    await desk.work()
    [held] = await desk.emails(states=["HELD"])
    await delete_job(desk.owner, job)
    await delete_account(desk.owner, desk.shop.account)
    await desk.owner.do("restoreAccount", accountId=desk.shop.account)
    assert await desk.emails(states=["HELD"]) == []
    assert await unsound(desk.database) == {}
    await desk.owner.do("restoreJob", jobId=job)
    assert [letter["id"] for letter in await desk.emails(states=["HELD"])] == [held["id"]]


async def test_nothing_is_made_for_an_account_in_the_trash(shop: Shop, database: Database) -> None:
    """AC4: it is not there."""
    given = {"accountId": await other(shop)}
    await delete_account(shop.owner, given["accountId"])
    place: Json = {"name": "Job", "pipelineId": shop.pipeline, **given}
    thread: Json = {"title": "Talk", "content": {"messageThread": {"text": "Well?"}}, **given}
    async with Unchanged(database):
        assert await shop.owner.code("createJob", **place) == NOT_FOUND
        assert await shop.owner.code("createItem", **thread) == NOT_FOUND
        assert await shop.owner.code("requestUpload", name="a.pdf", size=9, **given) == NOT_FOUND
        assert await shop.owner.code("updateAccount", name="New", **given) == NOT_FOUND
        assert await shop.owner.code("deleteAccount", **given) == NOT_FOUND
        contact = {"name": "Ann", "accountIds": [given["accountId"]]}
        assert await shop.owner.code("createContact", **contact) == ("NOT_FOUND", ["input", "accountIds"])


@pytest.mark.parametrize("table", ["all_jobs", "all_client_items", "all_documents"])
async def test_the_database_itself_refuses_what_is_there_of_an_account_that_is_not(desk: Front, table: str) -> None:
    """JB3: even a faulty statement cannot show what belongs to nobody."""
    job = (await desk.shop.job())["id"]
    await desk.item(send=False, jobId=job)
    await stored_document(desk.database, desk.shop.account, job)
    await delete_account(desk.owner, desk.shop.account)
    with pytest.raises(Exception, match="live_account"):
        await desk.database.rows(f"UPDATE {table} SET trash_id = NULL")


async def test_who_manages_accounts_deletes_and_restores_those_they_see_whole(api: Api, shop: Shop) -> None:
    """AC1, AC4: with the right, and access to it; one with jobs that one does not see takes an owner or an admin."""
    mine, hidden = shop.account, await other(shop)
    manager = await api.member(shop.owner, rights=["MANAGE_ACCOUNTS"], accounts=[mine])
    plain = await api.member(shop.owner, accounts=[mine])
    job = (await shop.job())["id"]
    async with Unchanged(api.database):
        [error] = await plain.refused("deleteAccount", accountId=mine)
        assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_ACCOUNTS")
        assert await manager.code("deleteAccount", accountId=hidden) == NOT_FOUND
        assert await manager.code("deleteAccount", accountId=mine) == ("FORBIDDEN", ["input", "accountId"])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[manager.member_id])
    await delete_account(manager, mine)
    await delete_account(shop.owner, hidden)
    assert (await things(manager), await things(plain)) == (["Acme"], ["Acme"])
    async with Unchanged(api.database):
        assert await manager.code("restoreAccount", accountId=hidden) == NOT_FOUND
        [error] = await plain.refused("restoreAccount", accountId=mine)
        assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_ACCOUNTS")
    await manager.do("restoreAccount", "account { id }", accountId=mine)
    assert await node(manager, job) is not None


async def test_what_is_deleted_is_not_deleted_again_and_what_is_there_is_not_restored(shop: Shop) -> None:
    """JB3: twice is once."""
    await delete_account(shop.owner, shop.account)
    assert await shop.owner.code("deleteAccount", accountId=shop.account) == NOT_FOUND
    for _ in range(2):
        back = await shop.owner.do("restoreAccount", "account { id version }", accountId=shop.account)
        assert back == {"id": shop.account, "version": 3}


async def test_the_clients_of_an_account_are_out_and_come_back_with_it(desk: Front, ann: Guest) -> None:
    """AC5: neither a session, nor a link, nor a password opens the portal meanwhile; then all of them do again."""
    await ann.payload("setPortalPassword", password="a long password")
    bob = await invited(desk, "Bob", desk.shop.account)
    credentials = {"email": "ann@client.test", "password": "a long password"}
    await delete_account(desk.owner, desk.shop.account)
    assert await is_out(ann)
    sent = len(desk.office.received)
    payload = await Guest(desk.owner.http).payload("enterPortal", "token", **credentials)
    assert [error["code"] for error in payload["errors"]] == ["BAD_CREDENTIALS"]
    await Guest(desk.owner.http).payload("requestPortalLink", email="ann@client.test")
    await desk.work()
    assert len(desk.office.received) == sent
    for contact in (ann.member_id, bob):
        assert await desk.owner.code("inviteContact", contactId=contact) == ("NOT_FOUND", ["input", "contactId"])
    await desk.owner.do("restoreAccount", accountId=desk.shop.account)
    assert (await ann.portal("accounts { name }"))["accounts"] == [{"name": "Acme"}]
    await Guest(desk.owner.http).enter("enterPortal", **credentials)
    await desk.work()  # the letter that waited
    assert [letter.envelope_to for letter in desk.office.received[sent:]] == [["bob@client.test"]]


async def test_a_client_of_another_account_too_stays_and_sees_the_other_alone(desk: Front) -> None:
    """AC4, AC5: what they have drawn begins anew; what was shared with the account in the trash is not shared."""
    account = await other(desk.shop)
    ann = await guest(desk, "Ann", desk.shop.account, account)
    await desk.item(title="Mine")
    await desk.item(title="Theirs", accountId=account)
    form = await firms_document(desk.database, account)
    await desk.owner.do("shareDocument", documentId=form, accountId=account)
    screen = await Screen(ann).draw()
    assert (len(screen.accounts), len(screen.to_dos), len(screen.papers)) == (2, 2, 1)
    whole = screen.drawn
    await delete_account(desk.owner, account)
    assert await screen.follow() == ["StreamReset"]
    assert [one["name"] for one in screen.accounts.values()] == ["Acme"]
    assert ([one["title"] for one in screen.to_dos.values()], screen.papers) == (["Mine"], {})
    await desk.owner.do("inviteContact", contactId=ann.member_id)  # by who sees all that is there of them
    await desk.owner.do("restoreAccount", accountId=account)
    assert await screen.follow() == ["StreamReset"]
    assert screen.drawn == whole


async def test_a_contact_of_two_deleted_accounts_comes_back_with_the_first_that_does(desk: Front) -> None:
    """JB3: whichever it went with."""
    account = await other(desk.shop)
    ann = await guest(desk, "Ann", desk.shop.account, account)
    for one in (desk.shop.account, account):
        await delete_account(desk.owner, one)
    assert await node(desk.owner, ann.member_id) is None
    await desk.owner.do("restoreAccount", accountId=desk.shop.account)
    assert (await ann.portal("accounts { name }"))["accounts"] == [{"name": "Acme"}]
    await desk.owner.do("restoreAccount", accountId=account)
    assert len((await ann.portal("accounts { name }"))["accounts"]) == 2


async def test_a_login_that_another_contact_has_got_meanwhile_stays_theirs(desk: Front, ann: Guest) -> None:
    """AC5: one login comes in as one contact of the firm; who comes back has no access any more."""
    account = await other(desk.shop)
    await delete_account(desk.owner, desk.shop.account)
    again = await guest(desk, "Ann", account)
    await desk.owner.do("restoreAccount", accountId=desk.shop.account)
    assert await is_out(ann)
    assert (await again.portal("accounts { name }"))["accounts"] == [{"name": "Bolt"}]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Contact { portalAccess } } }"
    found = await desk.owner.query(query, ids=[ann.member_id, again.member_id])
    assert [one["portalAccess"] for one in found["nodes"]] == ["NONE", "JOINED"]


async def test_open_streams_of_clients_end_with_the_account(database: Database) -> None:
    """LV6: over a real socket, with the code of a session that is over."""
    async with served_api(database) as served, post_office() as office:
        desk = Front(await open_shop(served), office, database)
        await desk.owner.do("updateFirm", holdsClientMail=False)
        ann = await guest(desk, "Ann")
        async with acknowledged(served.socket_url, ann.token) as wire:
            name = await wire.subscribe(EVENTS)
            assert (await wire.next(name))["payload"]["data"]["portalEvents"]["changes"] == []
            await delete_account(desk.owner, desk.shop.account)
            *before, end = await wire.rest()
            assert "cursor" not in str(before)
            assert end["code"] == 4411


async def test_the_contact_of_an_account_in_the_trash_is_not_deleted_behind_its_back(api: Api, shop: Shop) -> None:
    """AC4: who has no access to that account does not take its contact away."""
    hidden = await other(shop)
    manager = await api.member(shop.owner, rights=["MANAGE_ACCOUNTS"], accounts=[shop.account])
    given = {"name": "Ann", "accountIds": [shop.account, hidden]}
    contact = (await shop.owner.do("createContact", "contact { id }", **given))["id"]
    await delete_account(shop.owner, hidden)
    async with Unchanged(api.database):
        [error] = await manager.refused("deleteContact", contactId=contact)
    assert (error["code"], error["right"]) == ("FORBIDDEN", "VIEW_ALL_ACCOUNTS")


async def test_a_contact_is_not_seen_by_an_account_in_the_trash(api: Api, shop: Shop) -> None:
    """AC4: who sees a contact by that account alone does not, as long as it is there."""
    mine = await other(shop)
    member = await api.member(shop.owner, accounts=[mine])
    given = {"name": "Ann", "accountIds": [shop.account, mine]}
    contact = (await shop.owner.do("createContact", "contact { id }", **given))["id"]
    assert await node(member, contact) is not None
    await delete_account(shop.owner, mine)
    assert (await node(member, contact), (await node(shop.owner, contact) or {})["id"]) == (None, contact)
    await shop.owner.do("restoreAccount", accountId=mine)
    assert await node(member, contact) is not None


async def test_an_account_in_the_trash_is_in_use(shop: Shop) -> None:
    """PL4: a role that somebody holds there is not deleted: it is to come back as it was."""
    role = (await shop.owner.do("createAccountRole", "accountRole { id }", name="Preparer"))["id"]
    holder = [{"accountRoleId": role, "memberId": shop.owner.member_id}]
    await shop.owner.do("updateAccount", accountId=shop.account, addRoles=holder)
    await delete_account(shop.owner, shop.account)
    [error] = await shop.owner.refused("deleteAccountRole", accountRoleId=role)
    assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 1, [])
    assert error["message"] == "1 account uses this role. In the trash: 1."


async def test_the_entry_of_an_account_is_a_node_for_who_has_access_to_it(api: Api, shop: Shop) -> None:
    """API2, AC4."""
    stranger = await api.member(shop.owner, rights=["MANAGE_ACCOUNTS"])
    entry = await delete_account(shop.owner, shop.account)
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on TrashEntry {{ {ENTRY} }} }} }}"
    assert (await shop.owner.query(query, id=entry["id"]))["node"] == entry
    assert (await stranger.query(query, id=entry["id"]))["node"] is None
    assert await things(stranger) == []
