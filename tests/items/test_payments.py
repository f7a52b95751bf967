"""AI1: what is paid never passes what is to be paid, and what is given back never what was paid."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import asyncpg
import pytest

from engine.enums import CauseKind, ItemKind
from engine.items import mailing, making
from engine.items.invoices import InvoiceContent, InvoiceLine
from engine.items.making import Draft
from engine.items.payments import MOST_PAYMENTS
from engine.items.rules import kinds
from engine.items.wording import Wording
from engine.work import Caller, Work, perform, system_of
from store.database import Database
from store.ids import new_id
from tests.access.digest import Unchanged
from tests.items.invoicing import details, invoice, line, look, pay
from tests.portal.kit import guest
from tests.rules.kit import codes, together
from tests.support.desk import Desk

RANDOM = 20_261_123


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"amount": "100.01"}, "TOO_MUCH", "amount"),
        ({"amount": "1E+999999999"}, "TOO_MUCH", "amount"),
        ({"amount": "0"}, "INVALID", "amount"),
        ({"amount": "-1"}, "INVALID", "amount"),
        ({"amount": "0.001"}, "INVALID", "amount"),
        ({"amount": "1." + "0" * 80 + "1"}, "INVALID", "amount"),
        ({"amount": "1", "method": "x" * 201}, "TOO_LONG", "method"),
        ({"amount": "1", "note": "x" * 10_001}, "TOO_LONG", "note"),
        ({"amount": "1", "paidOn": "2199-01-01"}, "INVALID", "paidOn"),
    ],
)
async def test_what_cannot_be_paid_is_refused(desk: Desk, given: dict[str, str], code: str, field: str) -> None:
    """AI1: naming the field; the same of what is given back."""
    await guest(desk, "Ann")
    item = await invoice(desk)
    await pay(desk, item, "50")
    async with Unchanged(desk.database):
        for mutation in ("recordPayment", "refundPayment"):
            assert await desk.owner.code(mutation, itemId=item, **given) == (code, ["input", field])


async def test_a_refusal_names_what_is_left(desk: Desk) -> None:
    """AI1: so that one can pay just that; likewise what can be given back."""
    await guest(desk, "Ann")
    item = await invoice(desk)
    await pay(desk, item, "33.33")
    async with Unchanged(desk.database):
        [error] = await desk.owner.refused("recordPayment", itemId=item, amount="66.68")
        assert error["message"] == "No more than 66.67 EUR is left to be paid."
        [error] = await desk.owner.refused("refundPayment", itemId=item, amount="33.34")
        assert error["message"] == "No more than 33.33 EUR is paid and not given back."
    assert await pay(desk, item, "66.67") == "DONE"
    async with Unchanged(desk.database):
        assert await desk.owner.code("recordPayment", itemId=item, amount="0.01") == ("CLOSED", ["input", "itemId"])


async def test_what_is_not_sent_is_not_paid(desk: Desk) -> None:
    """AI1: neither a draft nor what is held back."""
    await guest(desk, "Ann")
    draft = await invoice(desk, send=False)
    await desk.owner.do("updateFirm", holdsClientMail=True)
    held = await invoice(desk)
    async with Unchanged(desk.database):
        for item in (draft, held):
            code = await desk.owner.code("recordPayment", itemId=item, amount="1")
            assert code == ("NOT_SENT", ["input", "itemId"])


async def test_a_payment_of_today_in_the_firms_zone_is_none_of_tomorrow(desk: Desk) -> None:
    """AI1: the firm's day counts, not the server's."""
    await guest(desk, "Ann")
    item = await invoice(desk)
    await desk.owner.do("updateFirm", timeZone="Pacific/Kiritimati")
    theirs = (datetime.now(UTC) + timedelta(hours=14)).date()
    await pay(desk, item, "1", paidOn=theirs.isoformat())
    later = {"amount": "1", "paidOn": (theirs + timedelta(days=2)).isoformat()}
    assert await desk.owner.code("recordPayment", itemId=item, **later) == ("INVALID", ["input", "paidOn"])


@pytest.mark.parametrize("attempt", range(3))
async def test_payments_at_once_never_overpay(desk: Desk, attempt: int) -> None:
    """AI1: those that fit are taken, whichever come first; the last one completes it once."""
    await guest(desk, "Ann")
    item = await invoice(desk)
    payments = [desk.owner.payload("recordPayment", itemId=item, amount="30") for _ in range(6)]
    answers = await together(*payments)
    assert sorted(code for one in answers for code in codes(one)) == ["TOO_MUCH"] * 3
    both = [desk.owner.payload("recordPayment", itemId=item, amount="10") for _ in range(2)]
    assert sorted(code for one in await together(*both) for code in codes(one)) == ["CLOSED"]
    seen = await look(desk.owner, item)
    assert (seen["state"], seen["details"]["paid"], len(seen["details"]["payments"])) == ("DONE", "100.00", 4)
    backs = [desk.owner.payload("refundPayment", itemId=item, amount="60") for _ in range(3)]
    assert sorted(code for one in await together(*backs) for code in codes(one)) == ["TOO_MUCH"] * 2
    assert (await details(desk.owner, item))["paid"] == "40.00"


async def test_the_database_itself_lets_nobody_overpay(desk: Desk) -> None:
    """AI1: whatever a command does."""
    await guest(desk, "Ann")
    item = await invoice(desk)
    for paid in ("100.01", "-0.01"):
        with pytest.raises(Exception) as caught:  # noqa: PT011  # the ORM wraps it
            await desk.database.rows("UPDATE invoices SET paid = $2::text::numeric WHERE id = $1", item, paid)
        assert isinstance(caught.value.__cause__ or caught.value, asyncpg.CheckViolationError)


async def test_an_invoice_has_so_many_payments(desk: Desk) -> None:
    """AI1: so that whoever looks at it is answered."""
    await guest(desk, "Ann")
    item = await invoice(desk)
    await pay(desk, item, "50")
    copies = """INSERT INTO invoice_payments (id, firm_id, item_id, amount, paid_on, created_at)
        SELECT 'payment_' || n, firm_id, item_id, 1, paid_on, created_at
        FROM invoice_payments CROSS JOIN generate_series(1, $1::int) AS n"""
    await desk.database.rows(copies, MOST_PAYMENTS - 2)
    await pay(desk, item, "1")
    async with Unchanged(desk.database):
        for mutation in ("recordPayment", "refundPayment"):
            code = await desk.owner.code(mutation, itemId=item, amount="1")
            assert code == ("TOO_MANY", ["input", "itemId"])


async def test_the_same_payment_again_is_paid_once(desk: Desk) -> None:
    """JB2: also when the invoice is done by it, or void since."""
    await guest(desk, "Ann")
    item, payment = await invoice(desk), new_id("payment")
    given = {"itemId": item, "amount": "100.00", "id": payment}
    for _ in range(2):
        done = await desk.owner.payload("recordPayment", "payment { id amount } item { state }", **given)
        assert (done["payment"], done["item"]) == ({"id": payment, "amount": "100.00"}, {"state": "DONE"})
    back = new_id("payment")
    for _ in range(2):
        selection = "payment { id amount recordedBy { id } note }"
        done = await desk.owner.do("refundPayment", selection, **{**given, "id": back, "note": "All"})
        member = {"id": desk.owner.member_id}
        assert done == {"id": back, "amount": "-100.00", "recordedBy": member, "note": "All"}
    await desk.owner.do("cancelItem", itemId=item)
    async with Unchanged(desk.database):
        done = await desk.owner.payload("recordPayment", "payment { amount }", **given)
        assert done["payment"] == {"amount": "100.00"}
    assert (await details(desk.owner, item))["paid"] == "0.00"


async def test_whatever_is_paid_and_given_back_adds_up(desk: Desk) -> None:
    """AI1: at random: what is left is always the total less all payments, and it is done exactly when nothing is."""
    await guest(desk, "Ann")
    item, paid = await invoice(desk, line("12.34", taxRate="19")), Decimal(0)
    chance = Random(RANDOM)  # noqa: S311  # nothing secret
    total = Decimal("14.68")
    for _ in range(40):
        amount = Decimal(chance.randint(1, 900)).scaleb(-2)
        back = chance.random() < 0.4
        mutation, most = ("refundPayment", paid) if back else ("recordPayment", total - paid)
        if not back and chance.random() < 0.3:
            amount = most or amount
        errors = codes(await desk.owner.payload(mutation, itemId=item, amount=str(amount)))
        assert errors == ([] if amount <= most else ["CLOSED"] if not back and not most else ["TOO_MUCH"])
        if not errors:
            paid += -amount if back else amount
        seen = await look(desk.owner, item)
        found = seen["details"]
        assert (Decimal(found["paid"]), Decimal(found["left"])) == (paid, total - paid)
        assert sum(Decimal(one["amount"]) for one in found["payments"]) == paid
        assert (seen["open"], seen["state"] == "DONE") == (paid < total, paid == total)


class RolledBackError(Exception):
    """Something went wrong after an invoice was sent."""


async def test_numbers_have_no_gap_however_many_are_sent_at_once(desk: Desk, database: Database) -> None:
    """AI1: of every firm its own; what is rolled back uses none; any module makes invoices like this."""
    await guest(desk, "Ann")
    firm = (await desk.owner.query("{ firm { id } }"))["firm"]["id"]
    caller = Caller(system_of(firm), CauseKind.SYSTEM)

    async def issue(work: Work, n: int) -> Sequence[str]:
        rules = kinds()[ItemKind.INVOICE]
        words = Wording(rules, f"Fee {n}", None, InvoiceContent((InvoiceLine("Work", Decimal(n + 1)),)))
        drafts = [Draft(words, desk.shop.account, id=making.fresh_id(rules)) for _ in range(1 + n % 3)]
        await making.make(work, drafts)
        await mailing.send(work, [draft.going for draft in drafts])
        if n % 4 == 0:
            raise RolledBackError
        return [draft.id for draft in drafts]

    running = (perform(database, caller, issue, n) for n in range(24))
    answers = await asyncio.gather(*running, return_exceptions=True)
    assert sum(isinstance(one, RolledBackError) for one in answers) == 6
    made = [item_id for one in answers if not isinstance(one, BaseException) for item_id in one]
    rows = await database.rows("SELECT id, number FROM invoices ORDER BY number")
    assert [row["number"] for row in rows] == [*range(1, len(made) + 1)]
    assert {row["id"] for row in rows} == set(made)
