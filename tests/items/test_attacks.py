"""Tricks with items for clients: what is not meant for somebody stays out of sight, what waits never waits for ever."""

from __future__ import annotations

import pytest

from tests.items.invoicing import details, invoice, pay
from tests.items.kit import Front, to_dos
from tests.portal.kit import TOKEN, Guest, guest
from tests.rules.kit import set_state, together
from tests.support.api import Api, Json
from tests.support.contents import INVOICE

HISTORY = (
    """query ($id: ID!) { job(id: $id) { history(first: 1) { nodes { changes { field fromValue toValue } } } } }"""
)


async def test_an_id_that_paid_does_not_give_back(desk: Front, ann: Guest) -> None:
    """JB2: another command is other content, even where both say the same."""
    item, payment = await invoice(desk), "payment_0199aaaabbbb7ccc8dddeeeeffff0000"
    await pay(desk, item, "50", id=payment)
    given = {"itemId": item, "amount": "50", "id": payment}
    assert await desk.owner.code("refundPayment", **given) == ("ID_TAKEN", ["input", "id"])
    assert (await details(desk.owner, item))["paid"] == "50.00"


async def test_a_link_into_the_portal_stands_in_its_own_place_only(desk: Front, ann: Guest) -> None:
    """AC5: what others write cannot have a link put where it would tell them."""
    trap = "https://evil.test/?[PORTAL_LINK]"
    item = await desk.item(send=False)
    await desk.owner.do("updateItem", itemId=item["id"], title=trap, message=trap)
    await desk.owner.do("sendItem", itemId=item["id"])
    await desk.work()
    text = desk.office.received[-1].part("plain")
    assert text.count(trap) == 2
    assert len(TOKEN.findall(text)) == 1


async def test_the_history_of_a_job_does_not_tell_when_an_item_is_due(desk: Front, ann: Guest) -> None:
    """AC3: that is for who manages items of the kind."""
    job = (await desk.shop.job())["id"]
    item = await desk.item(INVOICE, jobId=job, title="Invoice")
    await desk.owner.do("updateItem", itemId=item["id"], title="Bill", dueDate="2026-12-01")
    [entry] = (await desk.owner.query(HISTORY, id=job))["job"]["history"]["nodes"]
    lines: list[Json] = entry["changes"]
    told = {line["field"]: line["toValue"] for line in lines if line["field"] != "item"}
    assert told == {"title": "Bill", "dueDate": None}


async def test_an_item_whose_only_reader_loses_access_waits_no_more(desk: Front, ann: Guest) -> None:
    """AU9: it is a draft again, to be sent by hand; the turn of the automation ends."""
    await desk.automate("sendMessage", templateId=await desk.item_template(title="Talk"))
    await desk.owner.do("updateFirm", holdsClientMail=True)
    job = await desk.move()
    run = await desk.run(job)
    made = run["made"][0]
    assert run["state"] == "HELD"
    [contact] = [one["contact"]["id"] for one in await desk.emails(states=["HELD"])]
    await desk.owner.do("revokeContactAccess", contactId=contact)
    assert (await desk.look_at(made["id"]))["state"] == "DRAFT"
    run = await desk.run(job)
    assert (run["state"], run["reason"]) == ("CANCELLED", "Its e-mails were discarded.")
    await desk.owner.do("updateFirm", holdsClientMail=False)
    bob = await guest(desk, "Bob")
    await desk.owner.do("sendItem", itemId=made["id"])
    assert [shown["id"] for shown in await to_dos(bob)] == [made["id"]]


async def test_an_item_that_another_still_waits_to_read_keeps_waiting(desk: Front, ann: Guest) -> None:
    """AU9: only the e-mail of who lost the access is discarded."""
    bob = await guest(desk, "Bob")
    await desk.owner.do("updateFirm", holdsClientMail=True)
    item = await desk.item()
    [contact] = [one["contact"]["id"] for one in await desk.emails(states=["HELD"]) if one["toName"] == "Ann"]
    await desk.owner.do("deleteContact", contactId=contact)
    assert (await desk.look_at(item["id"]))["state"] == "HELD"
    await desk.owner.do("releaseEmails", all=True)
    assert [shown["id"] for shown in await to_dos(bob)] == [item["id"]]


async def test_an_e_mail_to_who_left_the_account_fails_and_says_so(desk: Front, ann: Guest) -> None:
    """AU9, AC5: what is the account's is not told to who is not its any more; the turn does not wait for ever."""
    await desk.automate("sendMessage", templateId=await desk.item_template(title="Talk"))
    await desk.owner.do("updateFirm", holdsClientMail=True)
    job = await desk.move()
    [contact] = [one["contact"]["id"] for one in await desk.emails(states=["HELD"])]
    await desk.owner.do("updateAccount", accountId=desk.shop.account, removeContactIds=[contact])
    await desk.owner.do("releaseEmails", all=True)
    before = len(desk.office.received)
    await desk.work()
    assert len(desk.office.received) == before
    run = await desk.run(job)
    assert run["state"] == "FAILED"
    assert "does not come into the portal" in run["reason"]


async def test_an_item_that_was_taken_back_before_its_e_mail_went_is_written_about_again(
    desk: Front, ann: Guest
) -> None:
    """MV7: its client, who has had no e-mail, gets one as the move is undone."""
    job = await desk.shop.job()
    item = await desk.item(jobId=job["id"])
    before = len(desk.office.received)
    given = {"stageId": desk.shop.stages[1], "expect": {"version": job["version"]}, "pendingItems": "CANCEL"}
    await desk.owner.do("moveJob", jobId=job["id"], **given)
    await desk.work()
    assert len(desk.office.received) == before
    await desk.owner.do("undoMove", jobId=job["id"], expect={"stageId": desk.shop.stages[1]})
    await desk.work()
    assert [shown["id"] for shown in await to_dos(ann)] == [item["id"]]
    assert len(desk.office.received) == before + 1


async def test_e_mails_of_items_are_for_who_has_the_right_that_their_kind_takes(
    api: Api, desk: Front, ann: Guest
) -> None:
    """AC3: they say more than title, kind and state."""
    own = [desk.shop.account]
    clerk = await api.member(desk.owner, accounts=own)
    cashier = await api.member(desk.owner, accounts=own, rights=["MANAGE_INVOICES"])
    await desk.item(INVOICE, title="Invoice", message="You know why")
    await desk.item()
    await desk.work()
    talk, bill = "Kontor: Talk", "Kontor: Invoice"
    about = [{one["subject"] for one in await desk.emails(client)} for client in (clerk, cashier)]
    assert [{talk, bill} & subjects for subjects in about] == [{talk}, {talk, bill}]
    [email] = [one["id"] for one in await desk.emails() if one["subject"] == bill]
    query = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await clerk.query(query, id=email))["node"] is None
    assert (await clerk.code("retryEmail", emailId=email))[0] == "NOT_FOUND"


ONCE = """SELECT i.id, i.open, ci.delivery, ci.account_id FROM items i JOIN client_items ci ON ci.id = i.id
    WHERE i.id = $1"""


@pytest.mark.parametrize("held", [False, True])
async def test_all_at_once_about_one_item_leaves_it_whole(desk: Front, ann: Guest, *, held: bool) -> None:
    """AM3: members and clients do everything about it at the same instant; nobody is told INTERNAL, nothing is torn."""
    bob = await guest(desk, "Bob")
    stages, own = desk.shop.stages, desk.shop.account
    await desk.owner.do("updateStage", stageId=stages[0], automove="WHEN_ITEMS_DONE")
    answers = 0
    for again in range(4):
        await desk.owner.do("updateFirm", holdsClientMail=held)
        one, two = await desk.shop.job(), await desk.shop.job()
        item = await desk.item({"messageThread": {"text": "How many?"}}, jobId=one["id"])
        said = {"itemId": item["id"]}
        move = {"jobId": two["id"], "stageId": stages[2], "expect": {"stageId": stages[0]}, "pendingItems": "CANCEL"}
        await together(
            ann.payload("postPortalMessage", **said, text="One"),
            desk.owner.payload("linkItem", **said, jobId=two["id"]),
            bob.payload("postPortalMessage", **said, text="Two"),
            desk.owner.payload("moveJob", **move),
            desk.owner.payload("cancelItem", **said),
            desk.owner.payload("updateItem", **said, title="Other", dueDate="2026-12-01"),
            desk.owner.payload("unlinkItem", **said, jobId=one["id"]),
            desk.owner.payload("revokeContactAccess", contactId=bob.member_id),
            desk.owner.payload("discardEmails", all=True),
            desk.owner.payload("releaseEmails", all=True),
            desk.owner.payload("updateAccount", accountId=own, removeContactIds=[bob.member_id]),
            set_state(desk.owner, one["id"], "ARCHIVED"),
            ann.payload("markPortalItemSeen", **said),
            desk.work(),
        )
        await desk.work()
        row = await desk.database.row(ONCE, item["id"])
        assert row is not None
        waiting = await desk.database.value(
            "SELECT count(*) FROM emails WHERE item_id = $1 AND state = 'HELD'", item["id"]
        )
        assert waiting > 0 or not row["open"] or row["delivery"] != "HELD"
        assert waiting == 0 or row["open"]
        before, answers = answers, len([text for text in await desk.told() if "has answered" in text])
        assert answers <= before + 1
        for job in (one, two):
            visits = "SELECT count(*) FROM stage_visits WHERE job_id = $1"
            assert await desk.database.value(visits, job["id"]) <= 2
        await desk.owner.do("updateFirm", holdsClientMail=False)
        await desk.owner.payload("discardEmails", all=True)
        await desk.work()
        bob = await guest(desk, f"Bob{again}")
