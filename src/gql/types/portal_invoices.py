"""Invoices, as the clients see them who are to pay them. Nothing leads from here to what is for members (AC5)."""

from datetime import date
from decimal import Decimal

import strawberry

from gql.fields import batched, plain
from gql.types.portal_items import PortalItem
from resolvers import portal_invoices


@strawberry.type(description="Something that an invoice charges.")
class PortalInvoiceLine:
    """A line, for clients."""

    description: str = plain("What for.")
    quantity: Decimal = plain("How many.")
    unit_price: Decimal = plain("The price of one; below zero for a discount.")
    tax_rate: Decimal = plain("Its tax in percent.")
    net: Decimal = plain("What it comes to without tax.")


@strawberry.type(description="The tax of one rate on an invoice.")
class PortalInvoiceTax:
    """A tax, for clients."""

    rate: Decimal = plain("In percent.")
    net: Decimal = plain("The sum of the lines that bear it.")
    tax: Decimal = plain("The tax on that sum.")


@strawberry.type(description="Something that one has paid of an invoice, or was given back.")
class PortalInvoicePayment:
    """A payment, for clients."""

    id: strawberry.ID = plain("An opaque id.")
    amount: Decimal = plain("How much; below zero where it was given back.")
    paid_on: date = plain("When.")
    method: str | None = plain("How.")


@strawberry.type(description="What an invoice charges and what was paid of it, in the units of its currency.")
class PortalInvoiceDetails:
    """An invoice's amounts, for clients."""

    number: int = plain("Its number.")
    currency: str = plain("Its currency, as three letters.")
    lines: list[PortalInvoiceLine] = plain("What is charged.")
    notes: str | None = plain("Terms of payment, or notes.")
    net: Decimal = plain("The sum of the lines.")
    taxes: list[PortalInvoiceTax] = plain("The tax by its rates.")
    tax: Decimal = plain("The sum of those.")
    total: Decimal = plain("What is to be paid, tax included.")
    paid: Decimal = plain("What was paid and not given back.")
    left: Decimal = plain("What is left to be paid; of a void one, too.")
    overdue: bool = plain("Whether it is open and its due date has passed in the firm's time zone.")
    payments: list[PortalInvoicePayment] = batched(portal_invoices.payments, "What was paid and given back.")


@strawberry.type(description="What one is to pay.")
class PortalInvoice(PortalItem):
    """An invoice, for clients."""

    details: PortalInvoiceDetails = batched(portal_invoices.details, "What it charges, and what was paid of it.")
