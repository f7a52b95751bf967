"""AI1: invoices are made, sent with a number of their own, paid, and done; or void."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from store.database import Database
from tests.access.digest import Unchanged
from tests.items.invoicing import content, details, invoice, line, look, pay, portal, refund
from tests.portal.kit import guest
from tests.support.api import Api, Json, open_shop
from tests.support.desk import Desk


def today() -> str:
    """The firm's day: it is in UTC."""
    return datetime.now(UTC).date().isoformat()


async def test_an_invoice_says_what_is_to_be_paid(desk: Desk) -> None:
    """AI1, AU8: net by line, tax by rate, exactly; shortcodes are filled in; its client sees the same."""
    ann = await guest(desk, "Ann")
    lines = [
        line("99.99", description="Books for [ACCOUNT_NAME]", quantity="2.5", taxRate="19"),
        line("-10", description="Discount", taxRate="19"),
        line("5", taxRate="7"),
    ]
    item = await invoice(desk, content=content(*lines, notes="Dear [ACCOUNT_NAME]"), dueDate="2040-01-31")
    seen = await look(desk.owner, item)
    assert (seen["state"], seen["open"], seen["dueDate"]) == ("SENT", True, "2040-01-31")
    expected = {
        "number": 1,
        "currency": "EUR",
        "notes": "Dear Acme",
        "net": "244.98",
        "tax": "45.95",
        "total": "290.93",
        "paid": "0.00",
        "left": "290.93",
        "overdue": False,
        "lines": [
            {
                "description": "Books for Acme",
                "quantity": "2.5",
                "unitPrice": "99.99",
                "taxRate": "19",
                "net": "249.98",
            },
            {"description": "Discount", "quantity": "1", "unitPrice": "-10.00", "taxRate": "19", "net": "-10.00"},
            {"description": "Work", "quantity": "1", "unitPrice": "5.00", "taxRate": "7", "net": "5.00"},
        ],
        "taxes": [{"rate": "7", "net": "5.00", "tax": "0.35"}, {"rate": "19", "net": "239.98", "tax": "45.60"}],
        "payments": [],
    }
    assert seen["details"] == expected
    assert (await portal(ann, item) or {})["details"] == expected


async def test_an_invoice_keeps_the_currency_in_which_it_was_made(desk: Desk) -> None:
    """AI1: with its decimals, whatever the firm changes to."""
    await guest(desk, "Ann")
    first = await invoice(desk, line("0.50"))
    await desk.owner.do("updateFirm", currency="JPY")
    second = await invoice(desk, line("1000", taxRate="8.25"))
    assert [
        (one["currency"], one["total"]) for one in [await details(desk.owner, item) for item in (first, second)]
    ] == [
        ("EUR", "0.50"),
        ("JPY", "1083"),
    ]
    assert await pay(desk, first, "0.25") == "STARTED"
    path = ["input", "content", "invoice", "lines", "0", "unitPrice"]
    given = {"accountId": desk.shop.account, "title": "Odd", "content": content(line("0.50"))}
    async with Unchanged(desk.database):
        assert await desk.owner.code("createItem", **given) == ("INVALID", path)
        template = {"name": "Odd", "title": "Odd", "content": given["content"]}
        assert await desk.owner.code("createItemTemplate", **template) == ("INVALID", path)


async def test_numbers_are_given_as_invoices_are_sent(desk: Desk) -> None:
    """AI1: a draft has none, one that is held back neither; a void one keeps its own."""
    ann = await guest(desk, "Ann")
    draft, held = await invoice(desk, send=False), ""
    await desk.owner.do("updateFirm", holdsClientMail=True)
    held, dropped = await invoice(desk, title="Held"), await invoice(desk, title="Dropped")
    for one in (draft, held, dropped):
        assert (await details(desk.owner, one))["number"] is None
        assert await portal(ann, one) is None
    waiting = {email["subject"]: email["id"] for email in await desk.emails() if email["state"] == "HELD"}
    assert sorted(waiting) == ["Kontor: Dropped", "Kontor: Held"]
    await desk.owner.do("updateFirm", holdsClientMail=False)
    await desk.owner.do("discardEmails", emailIds=[waiting["Kontor: Dropped"]])
    await desk.owner.do("releaseEmails", emailIds=[waiting["Kontor: Held"]])
    await desk.owner.do("sendItem", itemId=draft)
    await desk.owner.do("sendItem", itemId=draft)
    await desk.owner.do("cancelItem", itemId=draft)
    last = await invoice(desk)
    numbers = [(await details(desk.owner, one))["number"] for one in (held, draft, last, dropped)]
    assert numbers == [1, 2, 3, None]
    assert (await look(desk.owner, dropped))["state"] == "CANCELLED"


async def test_an_invoice_is_done_once_it_is_paid_in_full(desk: Desk) -> None:
    """AI1: a payment in part completes nothing; its job goes on with the last one (AM2)."""
    ann = await guest(desk, "Ann")
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    job = (await desk.shop.job())["id"]
    item = await invoice(desk, accountId=None, jobId=job)
    assert await pay(desk, item, "40", paidOn="2026-01-31", method=" Transfer ", note="In part") == "STARTED"
    await desk.work()
    assert await stage(desk, job) == 0
    assert await pay(desk, item, "60.00") == "DONE"
    await desk.work()
    assert await stage(desk, job) == 1
    seen = await look(desk.owner, item)
    paid = [{"amount": "40.00", "paidOn": "2026-01-31", "method": "Transfer"}]
    paid.append({"amount": "60.00", "paidOn": today(), "method": None})  # type: ignore[dict-item]
    assert {name: seen["details"][name] for name in ("paid", "left", "payments")} == {
        "paid": "100.00",
        "left": "0.00",
        "payments": paid,
    }
    assert seen["sending"]["closedAt"] is not None
    shown = await portal(ann, item) or {}
    assert (shown["state"], shown["open"], shown["details"]["payments"]) == ("DONE", False, paid)


async def stage(desk: Desk, job_id: str) -> int:
    """The number of the stage in which a job is."""
    found = await desk.owner.query("query ($id: ID!) { job(id: $id) { stage { id } } }", id=job_id)
    return desk.shop.stages.index(found["job"]["stage"]["id"])


async def test_what_is_given_back_opens_an_invoice_again(desk: Desk) -> None:
    """AI1, AI3: it is not paid in full any more; its job stays where it has gone to."""
    await guest(desk, "Ann")
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    job = (await desk.shop.job())["id"]
    item = await invoice(desk, accountId=None, jobId=job)
    await pay(desk, item, "100")
    await desk.work()
    assert await refund(desk, item, "30", note="Too much") == "STARTED"
    assert await refund(desk, item, "10") == "STARTED"
    await desk.work()
    assert await stage(desk, job) == 1
    seen = await details(desk.owner, item)
    assert (seen["paid"], seen["left"]) == ("60.00", "40.00")
    assert [one["amount"] for one in seen["payments"]] == ["100.00", "-30.00", "-10.00"]
    assert await pay(desk, item, "40") == "DONE"


async def test_a_void_invoice_is_not_paid_and_what_is_paid_is_not_void(desk: Desk) -> None:
    """AI1: what was paid is given back first; then it blocks no more, and stays void."""
    await guest(desk, "Ann")
    item = await invoice(desk)
    await pay(desk, item, "40")
    async with Unchanged(desk.database):
        [error] = await desk.owner.refused("cancelItem", itemId=item)
        said = "40.00 EUR of it has been paid: give that back first."
        assert (error["code"], error["message"], error["path"]) == ("PAID", said, None)
    await refund(desk, item, "40")
    await desk.owner.do("cancelItem", itemId=item)
    async with Unchanged(desk.database):
        assert await desk.owner.code("recordPayment", itemId=item, amount="1") == ("CLOSED", ["input", "itemId"])
        assert await desk.owner.code("refundPayment", itemId=item, amount="1") == ("TOO_MUCH", ["input", "amount"])
        assert await desk.owner.code("reopenItem", itemId=item) == ("CLOSED", ["input", "itemId"])
        assert await desk.owner.code("sendItem", itemId=item) == ("CLOSED", ["input", "itemId"])
    assert await details(desk.owner, item) | {"payments": []} == await details(desk.owner, item) | {
        "payments": [],
        "paid": "0.00",
        "left": "100.00",
    }


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"lines": []}, ["lines"]),
        ({"lines": [line("1")] * 201}, ["lines"]),
        ({"lines": [line("0")]}, ["lines"]),
        ({"lines": [line("5"), line("-5")]}, ["lines"]),
        ({"lines": [line("5"), line("-6")]}, ["lines"]),
        ({"lines": [line("1000000000000", quantity="1000000000")]}, ["lines"]),
        ({"lines": [line("1"), line("0.001")]}, ["lines", "1", "unitPrice"]),
        ({"lines": [line("1." + "0" * 99 + "1")]}, ["lines", "0", "unitPrice"]),
        ({"lines": [line("1E+30")]}, ["lines", "0", "unitPrice"]),
        ({"lines": [line("1E+999999999999")]}, ["lines", "0", "unitPrice"]),
        ({"lines": [line("1", quantity="0")]}, ["lines", "0", "quantity"]),
        ({"lines": [line("1", quantity="-1")]}, ["lines", "0", "quantity"]),
        ({"lines": [line("1", quantity="1.00001")]}, ["lines", "0", "quantity"]),
        ({"lines": [line("1", quantity="1000000001")]}, ["lines", "0", "quantity"]),
        ({"lines": [line("1", taxRate="-1")]}, ["lines", "0", "taxRate"]),
        ({"lines": [line("1", taxRate="100.1")]}, ["lines", "0", "taxRate"]),
        ({"lines": [line("1", taxRate="1.00001")]}, ["lines", "0", "taxRate"]),
        ({"lines": [line("1", description=" ")]}, ["lines", "0", "description"]),
        ({"lines": [line("1")], "notes": "x" * 10_001}, ["notes"]),
    ],
)
async def test_what_cannot_be_charged_is_refused(desk: Desk, given: Json, path: list[str]) -> None:
    """AI1: naming the field; nothing is made, of items and of templates."""
    await guest(desk, "Ann")
    async with Unchanged(desk.database):
        item = {"accountId": desk.shop.account, "title": "Invoice", "content": {"invoice": given}}
        [error] = await desk.owner.refused("createItem", **item)
        assert error["path"] == ["input", "content", "invoice", *path]
        template = {"name": "Invoice", "title": "Invoice", "content": {"invoice": given}}
        [error] = await desk.owner.refused("createItemTemplate", **template)
        assert error["path"] == ["input", "content", "invoice", *path]


async def test_the_largest_invoice_is_exact(desk: Desk) -> None:
    """AI1: the database has room for every total that is allowed."""
    await guest(desk, "Ann")
    await desk.owner.do("updateFirm", currency="CLF")
    item = await invoice(desk, line("999.9999", quantity="999999999.9999"))
    found = await details(desk.owner, item)
    assert found["total"] == "999999899999.9000"
    assert await pay(desk, item, "999999899999.8999") == "STARTED"
    assert (await details(desk.owner, item))["left"] == "0.0001"
    assert await pay(desk, item, "0.0001") == "DONE"


async def test_an_invoice_is_overdue_while_it_is_open_and_its_day_has_passed(desk: Desk) -> None:
    """AI1: in the firm's time zone; not any more once it is paid or void."""
    ann = await guest(desk, "Ann")
    yesterday = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
    late, due = await invoice(desk, dueDate=yesterday), await invoice(desk, dueDate=today())
    assert [(await details(desk.owner, one))["overdue"] for one in (late, due)] == [True, False]
    assert (await portal(ann, late) or {})["details"]["overdue"] is True
    await pay(desk, late, "100")
    assert (await details(desk.owner, late))["overdue"] is False


async def test_without_the_right_one_sees_that_there_is_an_invoice(desk: Desk, api: Api) -> None:
    """AC3: title, kind and state, and no amount in the job's history either; and one pays and voids nothing."""
    await guest(desk, "Ann")
    job = (await desk.shop.job())["id"]
    item = await invoice(desk, line("77.31"), accountId=None, jobId=job, dueDate="2040-01-31")
    await pay(desk, item, "13.37")
    member = await api.member(desk.owner, accounts=[desk.shop.account])
    await desk.owner.do("updatePipeline", pipelineId=desk.shop.pipeline, addAvailableToIds=[member.member_id])
    shown = {"id": item, "kind": "INVOICE", "title": "Invoice", "state": "STARTED", "open": True, "dueDate": None}
    assert await look(member, item) == shown | {"version": 3, "sending": None, "details": None}
    history = "query ($id: ID!) { job(id: $id) { history { nodes { changes { field fromValue toValue } } } } }"
    found = str(await member.query(history, id=job))
    assert "STARTED" in found
    assert "13.37" not in found
    async with Unchanged(desk.database):
        for mutation, given in (
            ("recordPayment", {"amount": "1"}),
            ("refundPayment", {"amount": "1"}),
            ("cancelItem", {}),
            ("updateItem", {"title": "Mine"}),
        ):
            [error] = await member.refused(mutation, itemId=item, **given)
            assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_INVOICES"), mutation
    holder = await api.member(desk.owner, rights=["MANAGE_INVOICES"], accounts=[desk.shop.account])
    await holder.do("recordPayment", itemId=item, amount="1")


async def test_another_firms_invoice_and_another_kind_of_item_are_not_paid(desk: Desk, api: Api) -> None:
    """AC4: as one that does not exist."""
    await guest(desk, "Ann")
    item = await invoice(desk)
    other = await open_shop(api)
    thread = {"accountId": desk.shop.account, "title": "Talk", "content": {"messageThread": {"text": "Hello"}}}
    talk = (await desk.owner.do("createItem", "item { id }", **thread))["id"]
    async with Unchanged(desk.database):
        for client, item_id in ((other.owner, item), (desk.owner, talk), (desk.owner, desk.shop.account)):
            for mutation in ("recordPayment", "refundPayment"):
                code = await client.code(mutation, itemId=item_id, amount="1")
                assert code == ("NOT_FOUND", ["input", "itemId"])
        assert await desk.owner.code("completeItem", itemId=item) == ("INVALID", ["input", "itemId"])


async def test_an_automation_charges_the_client(desk: Desk) -> None:
    """AU7 CREATE_INVOICE: by its template, in the job, by e-mail; the job goes on once it is paid."""
    ann = await guest(desk, "Ann")
    template = {"name": "Fee", "title": "Fee for [JOB_NAME]", "content": content(line("50", description="[JOB_NAME]"))}
    made = await desk.owner.do("createItemTemplate", "template { id }", **template)
    config = {"createInvoice": {"templateId": made["id"], "dueAfter": {"amount": 2, "unit": "DAYS"}}}
    await desk.owner.do("createAutomation", stageId=desk.shop.stages[1], config=config)
    await desk.owner.do("updateStage", stageId=desk.shop.stages[1], automove="WHEN_ITEMS_DONE")
    job = await desk.move(name="Return")
    await desk.work()
    run = await desk.run(job)
    assert run["state"] == "DONE"
    [item] = [one["id"] for one in run["made"] if one["id"].startswith("invoice_")]
    seen = await look(desk.owner, item)
    assert (seen["title"], seen["state"], seen["details"]["number"]) == ("Fee for Return", "SENT", 1)
    assert seen["details"]["lines"][0]["description"] == "Return"
    assert seen["dueDate"] == (datetime.now(UTC).date() + timedelta(days=2)).isoformat()
    letter = desk.office.received[-1].part("plain").replace("\r\n", "\n")
    assert "asks you to pay an invoice:\n\nFee for Return" in letter
    assert (await portal(ann, item) or {})["title"] == "Fee for Return"
    assert await stage(desk, job) == 1
    await pay(desk, item, "50")
    await desk.work()
    assert await stage(desk, job) == 2


async def test_an_automation_whose_prices_the_currency_cannot_say_fails(desk: Desk) -> None:
    """AU2: the run says why; no invoice is made, and no number is used."""
    await guest(desk, "Ann")
    template = {"name": "Fee", "title": "Fee", "content": content(line("50.50"))}
    made = await desk.owner.do("createItemTemplate", "template { id }", **template)
    config = {"createInvoice": {"templateId": made["id"]}}
    await desk.owner.do("createAutomation", stageId=desk.shop.stages[1], config=config)
    await desk.owner.do("updateFirm", currency="JPY")
    job = await desk.move()
    await desk.work()
    run = await desk.run(job)
    assert (run["state"], run["reason"], run["made"]) == ("FAILED", "JPY has no decimals.", [])
    assert await desk.database.value("SELECT count(*) FROM invoices") == 0


async def test_payments_of_archived_jobs_wait(desk: Desk, database: Database) -> None:
    """ST1: an archived job is read-only, and its invoice with it."""
    await guest(desk, "Ann")
    job = (await desk.shop.job())["id"]
    item = await invoice(desk, accountId=None, jobId=job)
    statuses = (await desk.owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
    archived = next(one["id"] for one in statuses if one["state"] == "ARCHIVED")
    await desk.owner.do("setJobStatus", jobId=job, statusId=archived)
    async with Unchanged(database):
        assert await desk.owner.code("recordPayment", itemId=item, amount="1") == ("ARCHIVED", ["input", "itemId"])


async def charged(desk: Desk) -> str:
    """A job that has entered a stage which sends an invoice."""
    template = {"name": "Fee", "title": "Fee", "content": content()}
    made = await desk.owner.do("createItemTemplate", "template { id }", **template)
    config = {"createInvoice": {"templateId": made["id"]}}
    await desk.owner.do("createAutomation", stageId=desk.shop.stages[1], config=config)
    return await desk.move()


async def test_a_move_that_has_sent_an_invoice_is_not_undone(desk: Desk) -> None:
    """MV7: it has left the firm with its number, whether or not its e-mail has; one that is held back goes."""
    await guest(desk, "Ann")
    job = await charged(desk)
    undo = {"jobId": job, "expect": {"stageId": desk.shop.stages[1]}}
    async with Unchanged(desk.database):
        assert (await desk.owner.code("undoMove", **undo))[0] == "ALREADY_SENT"
    await desk.owner.do("updateFirm", holdsClientMail=True)
    held = await desk.move()
    await desk.owner.do("undoMove", jobId=held, expect={"stageId": desk.shop.stages[1]})
    await desk.owner.do("updateFirm", holdsClientMail=False)
    await invoice(desk)
    rows = await desk.database.rows("SELECT number FROM invoices ORDER BY number NULLS LAST")
    assert [row["number"] for row in rows] == [1, 2, None]


async def test_a_move_voids_what_nobody_has_paid(desk: Desk) -> None:
    """MV5: an invoice is kept or cancelled; one of which something is paid is kept."""
    await guest(desk, "Ann")
    job = (await desk.shop.job())["id"]
    item = await invoice(desk, accountId=None, jobId=job)
    await pay(desk, item, "1")
    move = {"jobId": job, "stageId": desk.shop.stages[1], "expect": {"stageId": desk.shop.stages[0]}}
    async with Unchanged(desk.database):
        for choice, code in (("COMPLETE", "INVALID"), ("CANCEL", "PAID")):
            assert (await desk.owner.code("moveJob", **move, pendingItems=choice))[0] == code
    await refund(desk, item, "1")
    await desk.owner.do("moveJob", **move, pendingItems="CANCEL")
    assert (await look(desk.owner, item))["state"] == "CANCELLED"
