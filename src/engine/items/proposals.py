"""Proposals: services with prices, and terms, for a client to accept. What they hold, and what it comes to (AI1).

What is billed once and what is billed every month, quarter or year is summed apart, each as an invoice of it would be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from engine.checks import LIST_LENGTH, NAME_LENGTH, Checks
from engine.enums import Billing, ErrorCode, ItemKind
from engine.items import contents, money, signing
from engine.items.invoices import InvoiceContent, InvoiceLine
from engine.items.money import Bill, Charge
from engine.items.rules import Fill, kinds
from engine.work import Work
from store.database import Row
from store.writes import invoices as money_writes
from store.writes import proposals as writes

KIND: Final = ItemKind.PROPOSAL


@dataclass(frozen=True, slots=True)
class Service:
    """Something that the firm offers, at a price; the tax rate is in percent, and comes on top."""

    name: str
    price: Decimal
    billing: Billing = Billing.ONCE
    tax_rate: Decimal = Decimal(0)
    description: str | None = None


@dataclass(frozen=True, slots=True)
class ProposalContent:
    """What is proposed, in the firm's currency, and who signs: all who come into the portal, if none are named."""

    introduction: str | None = None
    services: tuple[Service, ...] = ()
    terms: str | None = None
    invoices_on_acceptance: bool = False
    signer_ids: tuple[str, ...] = ()


def check(checks: Checks, content: ProposalContent, path: tuple[str, ...]) -> ProposalContent:
    """It says something, in numbers that can be reckoned with."""
    introduction = checks.text(content.introduction, *path, "introduction")
    terms = checks.text(content.terms, *path, "terms")
    if not (introduction or terms or content.services):
        checks.add(ErrorCode.REQUIRED, "Say what you propose.", *path, "services")
    checks.few(list(content.services), *path, "services")
    some = enumerate(content.services[:LIST_LENGTH])
    services = tuple(_service(checks, service, (*path, "services", str(n))) for n, service in some)
    signer_ids = signing.check(checks, content.signer_ids, *path)
    return ProposalContent(introduction, services, terms, content.invoices_on_acceptance, signer_ids)


def _service(checks: Checks, service: Service, path: tuple[str, ...]) -> Service:
    return Service(
        checks.name(service.name, *path, "name"),
        _number(checks, service.price, money.MOST, money.MOST_DIGITS, *path, "price"),
        service.billing,
        _number(checks, service.tax_rate, money.MOST_RATE, money.RATE_DECIMALS, *path, "tax_rate"),
        checks.text(service.description, *path, "description"),
    )


def _number(checks: Checks, value: Decimal, most: Decimal, decimals: int, *path: str) -> Decimal:
    """A number from zero, written without an exponent, as it is signed."""
    if not 0 <= value <= most:
        checks.add(ErrorCode.INVALID, f"From 0 to {most}.", *path)
        return Decimal(0)
    if not money.fits(value, decimals):
        checks.add(ErrorCode.INVALID, f"At most {decimals} decimals.", *path)
        return Decimal(0)
    return Decimal(f"{abs(value):f}")


def texts(content: ProposalContent) -> Sequence[str]:
    """All that shortcodes may stand in."""
    services = (text for service in content.services for text in (service.name, service.description))
    return [text for text in (content.introduction, *services, content.terms) if text]


def fill(content: ProposalContent, filled: Fill) -> ProposalContent:
    """The same with shortcodes filled in."""

    def maybe(text: str | None) -> str | None:
        return filled(text) if text else None

    services = (
        replace(service, name=filled(service.name)[:NAME_LENGTH], description=maybe(service.description))
        for service in content.services
    )
    return replace(
        content, introduction=maybe(content.introduction), services=tuple(services), terms=maybe(content.terms)
    )


def totals(content: ProposalContent, currency: str) -> Mapping[Billing, Bill]:
    """What it comes to, by how often that is billed."""
    charges: dict[Billing, list[Charge]] = {}
    for service in content.services:
        charge = Charge(Decimal(1), service.price, service.tax_rate)
        charges.setdefault(service.billing, []).append(charge)
    return {billing: money.bill(charges[billing], currency) for billing in Billing if billing in charges}


def invoice(content: ProposalContent, currency: str) -> InvoiceContent:
    """What accepting it invoices: all that is billed once. What comes again is for jobs that come again."""
    once = (service for service in content.services if service.billing is Billing.ONCE)
    lines = tuple(InvoiceLine(service.name, service.price, tax_rate=service.tax_rate) for service in once)
    return InvoiceContent(lines, currency=currency)


async def find(work: Work, content: ProposalContent, account_id: str | None, path: tuple[str, ...]) -> None:
    """Refuses signers who are not the account's, and what cannot be paid in the firm's currency as it is now.

    To have an invoice made takes the right to make one (AU5).
    """
    if content.invoices_on_acceptance:
        kinds()[ItemKind.INVOICE].permit(work.viewer, *path, "invoices_on_acceptance")
    await signing.find(work, content.signer_ids, account_id, path)
    _payable(content, await money_writes.currency(work.db, work.firm_id), path)


def _payable(content: ProposalContent, currency: str, path: tuple[str, ...]) -> None:
    checks, digits = Checks(), money.digits(currency)
    for n, service in enumerate(content.services):
        if not money.fits(service.price, digits):
            checks.add(ErrorCode.INVALID, money.precision(currency), *path, "services", str(n), "price")
    found = totals(content, currency)
    if any(bill.total >= money.MOST for bill in found.values()):
        checks.add(ErrorCode.INVALID, "That is more than can be reckoned with.", *path, "services")
    if content.invoices_on_acceptance and not (Billing.ONCE in found and found[Billing.ONCE].total):
        said = "Nothing is billed once: there would be nothing to pay."
        checks.add(ErrorCode.INVALID, said, *path, "invoices_on_acceptance")
    checks.done()


async def made(work: Work, rows: Sequence[Row]) -> None:
    """Keeps who is to sign fresh proposals, and in which currency: that stays, whatever the firm changes to."""
    currency = await money_writes.currency(work.db, work.firm_id)
    said: dict[str, ProposalContent] = {row["id"]: contents.loaded(kinds()[KIND], row) for row in rows}
    for content in said.values():
        _payable(content, currency, ("content", "proposal"))
    await writes.make(work.db, work.firm_id, list(said), currency)
    await signing.enlist(work, rows, {item_id: content.signer_ids for item_id, content in said.items()})
