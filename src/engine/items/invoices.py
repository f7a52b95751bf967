"""Invoices: what a client is to pay. Those of a firm are numbered without a gap, in the order in which they are sent.

Any module makes one in code: an ``InvoiceContent`` in a ``Wording`` of ``kinds()[ItemKind.INVOICE]``, by
``making.make`` and ``mailing.send``, as ``making.create_item`` does. ``check`` notes what is wrong with a content,
``payable`` refuses what cannot be paid in a currency; ``made`` refuses that, too, whoever makes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from engine.checks import LIST_LENGTH, NAME_LENGTH, Checks
from engine.enums import ErrorCode, ItemKind, ItemState, Outcome
from engine.errors import invalid
from engine.items import contents, money
from engine.items.money import Bill, Charge
from engine.items.rules import Fill, Line, kinds
from engine.work import Work, changed
from store.database import Row
from store.writes import invoices as writes

KIND: Final = ItemKind.INVOICE


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """Something that is charged: so many of it, at a price for one; the tax rate is in percent.

    A price below zero is a discount.
    """

    description: str
    unit_price: Decimal
    quantity: Decimal = Decimal(1)
    tax_rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class InvoiceContent:
    """What an invoice charges, in the currency that the firm has when it is made; and terms of payment, or notes."""

    lines: tuple[InvoiceLine, ...]
    notes: str | None = None
    currency: str | None = None
    """Another one that was agreed on, where code says so; callers do not."""


def bill(content: InvoiceContent, currency: str) -> Bill:
    """What it comes to."""
    return money.bill((Charge(line.quantity, line.unit_price, line.tax_rate) for line in content.lines), currency)


def check(checks: Checks, content: InvoiceContent, path: tuple[str, ...]) -> InvoiceContent:
    """There is something to be paid, in numbers that can be reckoned with."""
    if not content.lines:
        checks.add(ErrorCode.REQUIRED, "Say what is to be paid.", *path, "lines")
    checks.few(list(content.lines), *path, "lines")
    lines = [_line(checks, line, (*path, "lines", str(n))) for n, line in enumerate(content.lines[:LIST_LENGTH])]
    return InvoiceContent(tuple(lines), checks.text(content.notes, *path, "notes"))


def _line(checks: Checks, line: InvoiceLine, path: tuple[str, ...]) -> InvoiceLine:
    return InvoiceLine(
        checks.name(line.description, *path, "description"),
        _number(checks, line.unit_price, (-money.MOST, money.MOST), money.MOST_DIGITS, *path, "unit_price"),
        _quantity(checks, line.quantity, *path, "quantity"),
        _rate(checks, line.tax_rate, *path, "tax_rate"),
    )


def _quantity(checks: Checks, value: Decimal, *path: str) -> Decimal:
    if value == 0:
        checks.add(ErrorCode.INVALID, "A quantity is above zero.", *path)
    return _number(checks, value, (Decimal(0), money.MOST_QUANTITY), money.QUANTITY_DECIMALS, *path)


def _rate(checks: Checks, value: Decimal, *path: str) -> Decimal:
    return _number(checks, value, (Decimal(0), money.MOST_RATE), money.RATE_DECIMALS, *path)


def _number(checks: Checks, value: Decimal, bounds: tuple[Decimal, Decimal], decimals: int, *path: str) -> Decimal:
    """A number within bounds, those included, with so many decimals at most."""
    low, high = bounds
    if not low <= value <= high:
        checks.add(ErrorCode.INVALID, f"From {low} to {high}.", *path)
    elif not money.fits(value, decimals):
        checks.add(ErrorCode.INVALID, f"At most {decimals} decimals.", *path)
    else:
        return value.normalize(money.EXACT) if value else Decimal(0)
    return Decimal(1)


def texts(content: InvoiceContent) -> Sequence[str]:
    """All that shortcodes may stand in."""
    return [*(line.description for line in content.lines), *([content.notes] if content.notes else [])]


def fill(content: InvoiceContent, filled: Fill) -> InvoiceContent:
    """The same with shortcodes filled in."""
    lines = tuple(replace(line, description=filled(line.description)[:NAME_LENGTH]) for line in content.lines)
    return replace(content, lines=lines, notes=filled(content.notes) if content.notes else None)


async def find(work: Work, content: InvoiceContent, account_id: str | None, path: tuple[str, ...]) -> None:
    """Refuses what cannot be paid in the firm's currency as it is now."""
    payable(content, await writes.currency(work.db, work.firm_id), path)


def payable(content: InvoiceContent, currency: str, path: tuple[str, ...]) -> Bill:
    """What it comes to. Raises Refused for prices that the currency cannot say, and where there is nothing to pay."""
    checks, most = Checks(), money.digits(currency)
    for n, line in enumerate(content.lines):
        if not money.fits(line.unit_price, most):
            checks.add(ErrorCode.INVALID, money.precision(currency), *path, "lines", str(n), "unit_price")
    checks.done()
    found = bill(content, currency)
    if not 0 < found.total < money.MOST:
        said = "There is nothing to pay." if found.total <= 0 else "That is more than can be reckoned with."
        raise invalid(ErrorCode.INVALID, said, *path, "lines")
    return found


async def made(work: Work, rows: Sequence[Row]) -> None:
    """Writes what fresh invoices come to, in the firm's currency; that stays, whatever the firm changes to."""
    currency = await writes.currency(work.db, work.firm_id)
    await writes.make(work.db, work.firm_id, [_kept(row, currency) for row in rows])


def _kept(row: Row, currency: str) -> dict[str, str]:
    content: InvoiceContent = contents.loaded(kinds()[KIND], row)
    currency = content.currency or currency
    one = payable(content, currency, ("content", "invoice"))
    amounts = {"net": str(one.net), "tax": str(one.tax), "total": str(one.total)}
    return {"item_id": row["id"], "currency": currency, **amounts}


async def sent(work: Work, rows: Sequence[Row]) -> None:
    """Issues invoices that clients see from now on: as the transaction commits they get the firm's next numbers."""
    await writes.issue(work.db, work.firm_id, [row["id"] for row in rows], work.now)


async def put(work: Work, item: Row, outcome: Outcome | None) -> Line:
    """Refuses to void what something has been paid of."""
    if outcome is Outcome.CANCELLED:
        row = await writes.one(work.db, work.firm_id, item["id"])
        if row["paid"]:
            said = f"{money.shown(row['paid'], row['currency'])} of it has been paid: give that back first."
            raise invalid(ErrorCode.PAID, said)
    return changed("state", item["state"], outcome or ItemState.OPEN)


def details(item: Row, kept: Row) -> Mapping[str, Any]:
    """An invoice as it is shown: from its row, and from what is kept of it beside."""
    content: InvoiceContent = contents.loaded(kinds()[KIND], item)
    currency = kept["currency"]
    found = bill(content, currency)
    lines = [
        {
            "description": line.description,
            "quantity": line.quantity,
            "unit_price": money.rounded(line.unit_price, currency),
            "tax_rate": line.tax_rate,
            "net": net,
        }
        for line, net in zip(content.lines, found.nets, strict=True)
    ]
    amounts = {name: money.rounded(kept[name], currency) for name in ("net", "tax", "total", "paid")}
    taxes = [{"rate": tax.rate, "net": tax.net, "tax": tax.tax} for tax in found.taxes]
    beside = {"number": kept["number"], "currency": currency, "notes": content.notes, "lines": lines, "taxes": taxes}
    return {"id": item["id"], **beside, **amounts, "left": amounts["total"] - amounts["paid"]}
