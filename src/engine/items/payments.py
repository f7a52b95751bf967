"""What is paid of invoices, and given back. A payment in part completes nothing (AI1)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from engine import find
from engine.checks import NAME_LENGTH, Checks
from engine.enums import Delivery, ErrorCode, Outcome
from engine.errors import invalid, missing
from engine.items import changing, closing, money
from engine.items.invoices import KIND
from engine.time.calendar import today
from engine.unset import UNSET, Maybe
from engine.work import Work, changed
from store.database import Row
from store.writes import client_items
from store.writes import invoices as writes

MOST_PAYMENTS: Final = 500
"""Of one invoice, those that were given back included."""


@dataclass(frozen=True, slots=True)
class RecordPayment:
    """Notes what a client has paid of an invoice, on which day (today, where none is named) and how."""

    item_id: str
    amount: Decimal
    paid_on: date | None = None
    method: str | None = None
    note: str | None = None
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class RefundPayment:
    """Notes what a client has been given back of what they have paid."""

    item_id: str
    amount: Decimal
    paid_on: date | None = None
    method: str | None = None
    note: str | None = None
    id: Maybe[str | None] = UNSET


async def record_payment(work: Work, command: RecordPayment) -> str:
    """Notes a payment; answers its id. The one that pays the invoice in full completes it, and its jobs go on.

    Raises Refused for an invoice that is not sent, void or paid, and for more than is left to be paid.
    """
    said = _said(work, command)
    payment_id, again = await find.new(work, "invoice_payments", "payment", command)
    if again:
        await _invoice(work, command.item_id)
        return payment_id
    item = await changing.open_item(work, command.item_id, "item_id", kind=KIND)
    if item["delivery"] != Delivery.SENT:
        raise invalid(ErrorCode.NOT_SENT, "It has not been sent yet: there is nothing to be paid.", "item_id")
    kept = await writes.one(work.db, work.firm_id, item["id"])
    left = kept["total"] - kept["paid"]
    _payable(kept, command.amount, left, "left to be paid")
    await writes.pay(work.db, work.firm_id, payment_id, item["id"], command.amount, work.now, **said)
    await writes.begin(work.db, work.firm_id, item["id"], work.now)
    if command.amount == left:
        await closing.put(work, item, Outcome.DONE)
    else:
        await _tell(work, item)
    return payment_id


async def refund_payment(work: Work, command: RefundPayment) -> str:
    """Notes what was given back; answers the payment's id. An invoice that was paid is open again (AI3).

    Raises Refused for more than has been paid.
    """
    said = _said(work, command)
    payment_id, again = await find.new(work, "invoice_payments", "payment", command)
    item = await _invoice(work, command.item_id)
    if again:
        return payment_id
    kept = await writes.one(work.db, work.firm_id, item["id"])
    _payable(kept, command.amount, kept["paid"], "paid and not given back")
    await writes.pay(work.db, work.firm_id, payment_id, item["id"], -command.amount, work.now, **said)
    if item["open"]:
        await _tell(work, item)
    else:
        await closing.put(work, item, None)
    return payment_id


async def _invoice(work: Work, item_id: str) -> Row:
    """An invoice that the viewer sees and manages, open or not; locked."""
    item = await closing.locked(work, item_id, "item_id")
    if item["kind"] != KIND:
        raise missing("item", "item_id")
    closing.permitted(work, item, "item_id")
    return item


def _said(work: Work, command: RecordPayment | RefundPayment) -> dict[str, Any]:
    """What is noted of a payment beside its amount."""
    checks, now = Checks(), today(work.viewer.time_zone, work.now)
    day = now if command.paid_on is None else command.paid_on
    if day > now:
        checks.add(ErrorCode.INVALID, "That day is still to come.", "paid_on")
    if command.amount <= 0:
        checks.add(ErrorCode.INVALID, "An amount is above zero.", "amount")
    method = checks.text(command.method, "method", length=NAME_LENGTH)
    note = checks.text(command.note, "note")
    checks.done()
    return {"paid_on": day, "method": method, "note": note, "member_id": work.actor_id}


def _payable(kept: Row, amount: Decimal, most: Decimal, what: str) -> None:
    """Refuses more than there is, saying what there is, and what the currency cannot say."""
    currency = kept["currency"]
    if kept["payments"] >= MOST_PAYMENTS:
        raise invalid(ErrorCode.TOO_MANY, f"At most {MOST_PAYMENTS} payments of one invoice.", "item_id")
    if amount > most:
        raise invalid(ErrorCode.TOO_MUCH, f"No more than {money.shown(most, currency)} is {what}.", "amount")
    if not money.fits(amount, money.digits(currency)):
        raise invalid(ErrorCode.INVALID, money.precision(currency), "amount")


async def _tell(work: Work, item: Row) -> None:
    """Says that something was paid or given back, but not how much: not all who see the job may know (AC3)."""
    await client_items.count(work.db, work.firm_id, item["id"], work.now)
    await closing.tell(work, item, *([] if item["started_at"] else [changed("state", item["state"], "STARTED")]))
    if item["started_at"]:
        await closing.record_quietly(work, item, changed("paid", None, None))
